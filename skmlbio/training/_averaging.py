"""Weights averaged over the last epochs."""

from __future__ import annotations

import itertools

import numpy as np

from skmlbio.training._trainer import Trainer


class WeightAveraging:
    """Puts the mean of the weights at the ends of the last epochs in place of the last ones.

    Steps of constant size end anywhere around a minimum; their mean is closer to it.  A `Watcher` of the epoch loop,
    which need not know of it.  Where patience goes back to the best epoch, that one counts.

    Parameters
    ----------
    share : float
        Of the epochs, the last ones, that count; a fit that ends before them keeps its last weights.

    Attributes
    ----------
    first : int or None
        The first epoch that counts, from 0; None while the number of epochs is not known.

    References
    ----------
    P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018.
    """

    def __init__(self, share: float):
        self._share = share
        self.first: int | None = 0 if share == 1 else None
        self._total: list[np.ndarray] = []
        self._count = 0

    def plan(self, n_epochs: int) -> None:
        """Let the last of so many epochs count."""
        self.first = n_epochs - round(self._share * n_epochs)

    def epochs_after(self, n_epochs: int) -> int:
        """Return how many epochs make a fit whose averaging begins after so many."""
        if self._share == 1:
            return n_epochs
        return next(n for n in itertools.count(n_epochs) if n - round(self._share * n) >= n_epochs)

    def before_fit(self, trainer: Trainer) -> None:
        pass

    def before_epoch(self, epoch: int) -> None:
        pass

    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool:
        if self.first is not None and epoch >= self.first:
            weights = trainer.weights()
            self._total = [t + w for t, w in zip(self._total, weights, strict=True)] if self._count else weights
            self._count += 1
        return False

    def after_fit(self, trainer: Trainer) -> None:
        if self._count > 1:
            trainer.set_weights([total / self._count for total in self._total], trainer.seeds())
