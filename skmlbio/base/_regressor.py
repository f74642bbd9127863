"""Regressors: numbers in, numbers out, whatever their scale."""

from __future__ import annotations

import functools

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.callback import with_callbacks
from sklearn.metrics import r2_score
from sklearn.utils import check_array, check_consistent_length

from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._constants import let_constants_vary
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._fit_data import column_statistics, ensure_sample_weight
from skmlbio.base._gaps import has_gaps
from skmlbio.base._number_columns import numbers_expected
from skmlbio.base._own_loss import Loss, loss_options
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._range import require_double, require_finite, scaled_targets
from skmlbio.base._supervised import SupervisedBase
from skmlbio.training._batches import ArrayData, TrainingSet

_DIGITS_OF_NOISE = 1  # what targets vary by comes back in their own units: unlike a feature, it can be noise


@with_parameters
class RegressorBase(RegressorMixin, SupervisedBase):
    """A network with a head ``"predict"``, as a regressor.

    The network learns targets of mean 0 and variance 1, column by column; its last layer, called ``target``, brings
    them back.  A column that is constant in `fit` comes back as that constant.

    Parameters
    ----------
    loss : {"mse", "mae", "huber"}, dict or callable
        What is made small, for targets brought to mean 0 and variance 1: a name, the configuration of a loss of Keras,
        ``{"class_name": "Huber", "config": {"delta": 2.0}}``, or a function ``(targets, outputs)`` of tensors of shape
        (batch, n_outputs), made of Keras' operations, that returns a tensor of that shape, or one number a sample.
    """

    loss: Loss = parameter(default="mse", allowed=loss_options("mse", "mae", "huber"))

    @said_by_estimator
    @with_callbacks
    @completed_by(SupervisedBase.fit)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch on some samples, going on from the present weights.

        The scale of the targets is that of the first call.
        """
        return self._fit(X, y, sample_weight, partial=True)

    def _encode_target(self, y, *, reset):
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: give one number a sample."
            )
        y = self._numbers_of(y)
        if reset:
            self._target_ndim, self.n_outputs_ = y.ndim, 1 if y.ndim == 1 else y.shape[1]
        columns = y.reshape(len(y), -1)
        if columns.shape[1] != self.n_outputs_:
            raise ValueError(f"y has {columns.shape[1]} columns, but there were {self.n_outputs_} in fit.")
        return (columns,)

    def _numbers_of(self, y) -> np.ndarray:
        """Check targets; where there are several a sample, entries may be NaN."""
        options = {"ensure_2d": False, "dtype": np.float64, "input_name": "y", "estimator": self}
        with numbers_expected(y, "y"):
            y = check_array(y, ensure_all_finite=False, **options)
        if y.ndim > 2:
            raise ValueError(f"y must have one or two axes, got shape {y.shape}.")
        require_finite(y, allow_nan=y.ndim == 2 and y.shape[1] > 1)
        require_double(y)
        return y

    def _training_sets(self, *given, reset):
        training, validation = super()._training_sets(*given, reset=reset)
        with np.errstate(over="ignore", invalid="ignore"):
            if reset:
                self._target_mean, self._target_scale = _target_statistics(training)
            else:
                self.weights_ = let_constants_vary(
                    self.blueprint_, self.weights_, "target", lambda: _target_statistics(training)
                )
        return self._scaled(training, "y"), validation and self._scaled(validation, "y_val")

    def _scaled(self, samples, name):
        y = samples.targets[0]
        return samples._replace(targets=(scaled_targets(y, self._target_mean, self._target_scale, name),))

    def _adapted(self, training):
        return super()._adapted(training) | {"target/mean": self._target_mean, "target/scale": self._target_scale}

    def _target_arguments(self):
        """Return what tells a network about the targets; see `skmlbio.networks.supervised.with_targets`."""
        return {"n_outputs": self.n_outputs_, "kind": "numbers"}

    def _loss(self):
        from skmlbio.training import _losses

        return functools.partial(_losses.regression, kind=self._chosen_loss(self.n_outputs_))

    @completed_by(NetworkEstimator._samples)
    def predict(self, X) -> np.ndarray:
        """Return the target of every sample.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
            Targets in their own units.  One that was constant in `fit` is predicted as that constant.
        """
        answer = self._ask("predict", X)
        return answer[:, 0] if self._target_ndim == 1 else answer

    def score(self, X, y, sample_weight=None) -> float:
        """Return the coefficient of determination, 1 - sum (y - f)^2 / sum (y - mean y)^2, averaged over targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.  Where entries are NaN, each column is scored on the samples that have it, and columns that fewer
            than two samples have are left out of the average.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If no column is known in two samples.
        """
        y = self._numbers_of(y)
        known = ~np.isnan(y)
        if known.all():
            return super().score(X, y, sample_weight)
        answers = self.predict(X)
        check_consistent_length(answers, y)
        weights = ensure_sample_weight(sample_weight, len(y))
        known &= (weights > 0)[:, np.newaxis]
        columns = np.flatnonzero(known.sum(axis=0) >= 2)
        if not len(columns):
            raise ValueError("y has no column that two samples have, which is what it takes to score a regressor.")
        rows = (known[:, column] for column in columns)
        return float(
            np.mean(
                [
                    r2_score(y[row, column], answers[row, column], sample_weight=weights[row])
                    for row, column in zip(rows, columns, strict=True)
                ]
            )
        )

    def _answers(self):
        def predict(ask, *inputs):
            answer = ask("predict", *inputs)
            return answer[:, 0] if self._target_ndim == 1 else answer

        return {"predict": predict}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _target_statistics(samples: TrainingSet) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and standard deviation of every target, over samples that have it; NaN if none has."""
    if not has_gaps(samples.targets):
        return column_statistics(ArrayData(samples.targets[0]), samples.weights, _DIGITS_OF_NOISE)
    mean, scale = np.full((2, samples.targets[0].shape[1]), np.nan)
    for place, column in enumerate(samples.targets[0].T):
        if (known := ~np.isnan(column)).any():
            found = column_statistics(ArrayData(column[known, np.newaxis]), samples.weights[known], _DIGITS_OF_NOISE)
            (mean[place],), (scale[place],) = found
    return mean, scale
