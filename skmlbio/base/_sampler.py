"""What draws samples from what it has learned."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skmlbio.training._batches import ArrayData


def numbers_and_seeds(estimator: Any, n_samples: Any, random_state: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the rows to draw and, as often, the seed: two arrays of shape (n_samples,), int64.

    The seed is `random_state` itself where that is an int, so that an exported network can be told the same.
    """
    check_is_fitted(estimator, "weights_")
    if not isinstance(n_samples, Integral) or isinstance(n_samples, bool) or n_samples < 1:
        raise ValueError(f"n_samples must be an int of 1 or more, got {n_samples!r}.")
    random_state = estimator.random_state if random_state is None else random_state
    drawn = int(estimator._generator(random_state).integers(2**31 - 1))
    seed = int(random_state) if isinstance(random_state, Integral) else drawn
    return np.arange(int(n_samples)), np.full(n_samples, seed)


class SeededDraws:
    """Keeps the seed of what is drawn after a fit, `_draws_seed`."""

    def _train(self, plan, training, validation, rng, known, partial):
        if known is not None:  # a fit from the start
            self._draws_seed = int(rng.integers(2**31 - 1))
        super()._train(plan, training, validation, rng, known, partial)


class SamplerMixin(SeededDraws):
    """Draws, for a network with the head ``"sample"``: from the numbers of rows and their seeds to rows."""

    def sample(self, n_samples: int = 1, random_state=None) -> np.ndarray:
        """Draw samples.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        random_state : int, RandomState instance or None, default=None
            Seed; None takes that of the estimator.  An exported network draws the same for the same int.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float64 where the network standardises, else float32
            Samples, in the units of the training data.  A column that was constant in `fit` has that constant.
        """
        return self._ask_encoded("sample", ArrayData(*numbers_and_seeds(self, n_samples, random_state)))

    def _export_signatures(self, network):
        import tensorflow as tf

        from skmlbio.export._signatures import Signature

        def sample(n_samples, seed):
            numbers = tf.range(n_samples)
            return {"sample": network.answer("sample", numbers, tf.fill(tf.shape(numbers), seed))}

        inputs = {name: tf.TensorSpec((), tf.int64) for name in ("n_samples", "seed")}
        return super()._export_signatures(network) | {"sample": Signature(inputs, sample)}
