"""How long to train, in which batches, and how smoothly, when the user does not say."""

from __future__ import annotations

from collections.abc import Sequence

_SMALL_BATCH, _LARGE_BATCH = 32, 256
_ROWS_OF_A_SMALL_BATCH = 4096
MOST_EPOCHS = 1000
_FEWEST_EPOCHS = 8
_LEAST_GAIN = 0.02
_LEAST_SHARE = 0.1
_STEPS_OF_A_SLOW_START = 1000


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


class Plateau:
    """Says when the training loss has stopped falling, from the losses of all epochs so far and nothing else.

    The last quarter of the epochs is compared with the quarter before it: training ends when the mean loss has fallen
    by less than 2 % of all that it has fallen since the first epoch.  So the more epochs there were, the longer the
    look back, and neither the scale of the loss nor noise from batch to batch matters.  While less than a tenth of the
    first epoch's loss has gone, and for 1,000 steps at most, nothing is taken for an end: some networks begin slowly.

    Parameters
    ----------
    steps_of_an_epoch : int
        For the slow start.
    """

    def __init__(self, steps_of_an_epoch: int):
        self._steps_of_an_epoch = steps_of_an_epoch

    @staticmethod
    def next_look(n_epochs: int) -> int:
        """Return after how many epochs to look next: from 8 on, each eighth more."""
        return max(_FEWEST_EPOCHS, n_epochs + max(1, n_epochs // 8))

    def reached(self, losses: Sequence[float]) -> bool:
        """Return whether there is nothing more to learn."""
        quarter = len(losses) // 4
        before, now = (sum(part) / quarter for part in (losses[-2 * quarter : -quarter], losses[-quarter:]))
        fallen = losses[0] - now
        slow = fallen < _LEAST_SHARE * abs(losses[0])
        if slow and len(losses) * self._steps_of_an_epoch < _STEPS_OF_A_SLOW_START:
            return False
        return before - now < _LEAST_GAIN * max(fallen, 0.0) or fallen <= 0
