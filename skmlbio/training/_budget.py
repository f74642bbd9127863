"""How long to train, in which batches, and how smoothly, when the user does not say."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

_SMALL_BATCH, _LARGE_BATCH = 32, 256
_ROWS_OF_A_SMALL_BATCH = 4096
_FEWEST_EPOCHS, _MOST_EPOCHS = 20, 300
# Averaged weights are there earlier, and the loss of the weights that are averaged goes on falling for long.
_MOST_EPOCHS_OF_AVERAGED, _STEPS_OF_AVERAGED = 100, 2000
# Of the fall of the loss, what a third of the epochs must bring to go on.  Where weights are averaged,
# the last of it is worth less.
_LEAST_GAIN, _LEAST_GAIN_OF_AVERAGED = 0.01, 0.05
_QUIET_LOOKS = 2
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


def automatic_end(steps_of_an_epoch: int, averaged: bool) -> tuple[int, float]:
    """Return after how many epochs a fit ends at the latest, and what a `Plateau` of its loss takes to go on.

    That is after 300 epochs; where weights are averaged, after 100, or as many as make 2,000 steps.
    """
    if not averaged:
        return _MOST_EPOCHS, _LEAST_GAIN
    most = max(_MOST_EPOCHS_OF_AVERAGED, _STEPS_OF_AVERAGED // steps_of_an_epoch)
    return min(most, _MOST_EPOCHS), _LEAST_GAIN_OF_AVERAGED


class Plateau:
    """Says when the training loss has stopped falling, from the losses of all epochs so far and nothing else.

    From 20 epochs on, after each eighth more, the last third of the epochs is compared with the third before it.
    Learning is over when the median loss has fallen by less than a certain share of all that it has fallen since the
    first epoch, twice in a row.  So the more epochs there were, the longer is the look back, and neither the scale of
    the loss, nor noise, nor a bad epoch matters.  While less than a tenth of the first epoch's loss has gone, and for
    1,000 steps at most, nothing is taken for an end: some networks begin slowly.

    Parameters
    ----------
    least_gain : float
        That share.
    steps_of_an_epoch : int
        For the slow start.
    """

    def __init__(self, least_gain: float, steps_of_an_epoch: int):
        self._least_gain, self._steps_of_an_epoch = least_gain, steps_of_an_epoch
        self._n_quiet = 0

    @staticmethod
    def next_look(n_epochs: int) -> int:
        """Return after how many epochs to look next."""
        return max(_FEWEST_EPOCHS, n_epochs + max(1, n_epochs // 8))

    def reached(self, losses: Sequence[float]) -> bool:
        """Look at the losses; return whether there is nothing more to learn."""
        self._n_quiet = self._n_quiet + 1 if self._is_quiet(losses) else 0
        return self._n_quiet == _QUIET_LOOKS

    def _is_quiet(self, losses: Sequence[float]) -> bool:
        third = len(losses) // 3
        before, now = median(losses[-2 * third : -third]), median(losses[-third:])
        fallen = losses[0] - now
        if fallen < _LEAST_SHARE * abs(losses[0]):
            return len(losses) * self._steps_of_an_epoch >= _STEPS_OF_A_SLOW_START
        return before - now < self._least_gain * fallen
