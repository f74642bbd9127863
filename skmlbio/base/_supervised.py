"""What classifiers and regressors share: targets."""

from __future__ import annotations

from sklearn.callback import with_callbacks

from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._own_loss import OwnLoss


class SupervisedBase(OwnLoss, NetworkEstimator):
    """A network that learns targets."""

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets: numbers for a regressor, class labels for a classifier, where columns of 0 and 1 are several labels
            a sample.  Of several columns of numbers, entries may be NaN: every column learns from the samples that have
            it, and its loss, the mean over those, counts as much as that of the others.
        sample_weight_val : array-like of shape (n_validation_samples,), optional
            Weights of the validation samples.  However those come, the `class_weight` of a classifier weighs them as it
            weighs the others.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), groups)
