"""Weights averaged over the last epochs."""

from __future__ import annotations

import numpy as np

from skmlbio.training._trainer import Trainer


class WeightAveraging:
    """Puts the mean of the weights at the ends of the last epochs in place of the last ones.

    Steps of constant size end anywhere around a minimum; their mean is closer to it.  A `Watcher` of the epoch loop,
    which need not know of it.  Where patience goes back to the best epoch, that one counts.

    Parameters
    ----------
    n_epochs : int
        Epochs of the fit.
    n_averaged : int
        How many of them, the last ones, count; a fit that ends before them keeps its last weights.

    References
    ----------
    P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018.
    """

    def __init__(self, n_epochs: int, n_averaged: int):
        self._first = n_epochs - n_averaged
        self._total: list[np.ndarray] = []
        self._count = 0

    def before_fit(self, trainer: Trainer) -> None:
        pass

    def before_epoch(self, epoch: int) -> None:
        pass

    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool:
        if epoch >= self._first:
            weights = trainer.weights()
            self._total = [t + w for t, w in zip(self._total, weights, strict=True)] if self._count else weights
            self._count += 1
        return False

    def after_fit(self, trainer: Trainer) -> None:
        if self._count > 1:
            trainer.set_weights([total / self._count for total in self._total], trainer.seeds())
