"""Scores by a bound on the log-likelihood, whose draws are the same every time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skmlbio.base._layer_parameters import COUNT
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._sampler import SeededDraws
from skmlbio.training._batches import ArrayData


@with_parameters
class BoundScores(SeededDraws):
    """Asks a variational network for its importance-weighted bound.

    Parameters
    ----------
    n_importance : int
        Draws from q(z | x) for every row in `score_samples`: the more, the tighter the bound [4]_.
    """

    n_importance: int = parameter(default=100, allowed=COUNT)

    def _bounds(self, data: ArrayData) -> np.ndarray:
        seeds, n_draws = np.full(len(data), self._draws_seed), np.full(len(data), int(self.n_importance))
        return self._ask_encoded("score_samples", ArrayData(*data.columns, seeds, n_draws))

    def _served_bounds(self) -> Callable[..., Any]:
        """Return what `_bounds` is in an exported network; see `Entrance.signature`."""
        import tensorflow as tf

        settings = self._draws_seed, int(self.n_importance)

        def bounds(ask, x, *beside):
            seed, n_draws = (tf.fill(tf.shape(x)[:1], tf.constant(number, tf.int64)) for number in settings)
            return ask("score_samples", x, *beside, seed, n_draws)

        return bounds
