"""Estimators that learn from samples alone."""

from __future__ import annotations

from sklearn.callback import with_callbacks

from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._constants import let_constants_vary
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._fit_data import column_statistics


class UnlabelledEstimator(NetworkEstimator):
    """A network that learns what samples are like, without labels."""

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(self, X, y=None, sample_weight=None, *, X_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        y : None
            Ignored; here for pipelines.
        X_val : like X, optional
            Samples to validate on, instead of a `validation_fraction` of X.
        """
        return self._fit(X, None, sample_weight, (X_val, None, sample_weight_val), groups)

    @said_by_estimator
    @with_callbacks
    @completed_by(fit)
    def partial_fit(self, X, y=None, sample_weight=None):
        """Train for one epoch on some samples, going on from the present weights.

        The scale of the features is that of the first call.
        """
        return self._fit(X, None, sample_weight, partial=True)

    def _train(self, plan, training, validation, rng, known, partial):
        if known is None:
            self.weights_ = let_constants_vary(
                self.blueprint_,
                self.weights_,
                "standardize",
                lambda: self._column_statistics(training),
            )
        super()._train(plan, training, validation, rng, known, partial)

    def _column_statistics(self, training):
        """Return mean and standard deviation of every feature."""
        return column_statistics(training.data, training.weights)
