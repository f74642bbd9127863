"""Weights averaged over the last epochs."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmlbio.training._trainer import Trainer


class WeightAveraging:
    """Puts the mean of the weights at the ends of the last epochs in place of the last ones.

    Steps of constant size end anywhere around a minimum; their mean is closer to it.  A `Watcher` of the epoch loop.
    Where patience goes back to the best epoch, that one counts.

    The mean over any last part of a fit is the difference of two sums over all of it, so the part can be chosen at the
    end, among those that begin at a mark.

    Parameters
    ----------
    share : float
        Of the epochs, the last ones, that count.
    n_epochs : int or None
        How many epochs there will be; a fit that ends before the last part of them keeps its last weights.  None where
        the fit ends by itself: then there is a mark after each epoch and, from the eighth on, after each eighth more.

    Attributes
    ----------
    n_averaged : int
        How many epochs counted, after the fit.

    References
    ----------
    P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018.
    """

    def __init__(self, share: float, n_epochs: int | None):
        self._share, self._known = share, n_epochs is not None
        self._first = n_epochs - round(share * n_epochs) if self._known else 0
        self._n_done, self._next_mark, self.n_averaged = 0, 1, 0
        self._origin: list[np.ndarray] = []  # sums are of what lies below it: of nothing, where a weight stands still
        self._total: list[np.ndarray] = []
        self._marks: dict[int, list[np.ndarray]] = {}

    def state(self) -> dict[str, Any]:
        """Return what `go_on` takes, of arrays, numbers and lists."""
        marks = [[n, total] for n, total in self._marks.items()]
        done = {"n_done": self._n_done, "next_mark": self._next_mark}
        return {"origin": self._origin, "total": self._total, "marks": marks} | done

    def go_on(self, state: dict[str, Any]) -> None:
        """Be as another was when it returned a state."""
        self._origin, self._total, self._marks = state["origin"], state["total"], dict(state["marks"])
        self._n_done, self._next_mark = state["n_done"], state["next_mark"]

    def before_fit(self, trainer: Trainer) -> None:
        pass

    def before_epoch(self, epoch: int) -> None:
        pass

    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool:
        self._n_done = epoch + 1
        if epoch >= self._first:
            weights = [w.astype(np.float64) for w in trainer.weights()]
            self._origin = self._origin or weights
            below = [origin - w for origin, w in zip(self._origin, weights, strict=True)]
            self._total = [t + b for t, b in zip(self._total, below, strict=True)] if self._total else below
        if not self._known and self._n_done == self._next_mark:
            self._mark()
        return False

    def _mark(self) -> None:
        """Let a last part begin after the epochs so far; parts that can no longer be the last are forgotten."""
        self._next_mark += max(1, self._n_done // 8)
        self._marks[self._n_done] = self._total
        early = [n for n in self._marks if n <= (1 - self._share) * self._n_done]
        self._marks = {n: total for n, total in self._marks.items() if n not in early[:-1]}

    def after_fit(self, trainer: Trainer) -> None:
        begin = self._first if self._known else self._chosen_mark()
        n_averaged = self._n_done - begin
        if n_averaged > 1:
            before = self._marks.get(begin) or [0.0] * len(self._total)
            sums = [total - b for total, b in zip(self._total, before, strict=True)]
            means = [origin - total / n_averaged for origin, total in zip(self._origin, sums, strict=True)]
            dtypes = (w.dtype for w in trainer.weights())
            trainer.set_weights([m.astype(d) for m, d in zip(means, dtypes, strict=True)], trainer.seeds())
            self.n_averaged = n_averaged

    def _chosen_mark(self) -> int:
        """Return where a last part of about that share begins: no less, but for the lack of marks."""
        return max((n for n in self._marks if n <= (1 - self._share) * self._n_done), default=0)
