"""How long to train, in which batches, and how smoothly, when the user does not say."""

from __future__ import annotations

_SMALL_BATCH, _LARGE_BATCH = 32, 256
_ROWS_OF_A_SMALL_BATCH = 4096
STEPS = 4000
_FEWEST_EPOCHS, _MOST_EPOCHS = 20, 300


def automatic_l2(n_samples: int, batch_size: int | None) -> float:
    """Return 0.1 / sqrt(n_samples): the fewer samples there are, the smoother the function they can support.

    Full batches (`batch_size=None`) take 0.005 whatever the number of samples is.
    """
    return 0.005 if batch_size is None else 0.1 / n_samples**0.5


def automatic_batch_size(n_samples: int) -> int:
    """Return a power of two: 32 up to 4,096 samples, then n / 128, at most 256."""
    if n_samples <= _ROWS_OF_A_SMALL_BATCH:
        return _SMALL_BATCH
    size = n_samples * _SMALL_BATCH // _ROWS_OF_A_SMALL_BATCH
    return min(2 ** (size.bit_length() - 1), _LARGE_BATCH)


def automatic_epochs(n_samples: int, batch_size: int | None, n_steps: int = STEPS) -> int:
    """Return the number of epochs that makes about so many steps, between 20 and 300.

    Full batches (`batch_size=None`) take 300 steps whatever the number of samples is: there, a sample of weight 2 is
    two samples in every respect.
    """
    if batch_size is None:
        return _MOST_EPOCHS
    steps_of_an_epoch = -(-n_samples // batch_size)
    return max(_FEWEST_EPOCHS, min(_MOST_EPOCHS, round(n_steps / steps_of_an_epoch)))
