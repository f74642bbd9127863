"""Regressors: numbers in, numbers out, whatever their scale."""

from __future__ import annotations

import functools

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.callback import with_callbacks
from sklearn.utils import check_array
from sklearn.utils._param_validation import StrOptions

from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._constants import let_constants_vary
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._fit_data import column_statistics
from skmlbio.base._number_columns import numbers_expected
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._range import LARGEST
from skmlbio.training._batches import ArrayData


@with_parameters
class RegressorBase(RegressorMixin, NetworkEstimator):
    """A network with a head ``"predict"``, as a regressor.

    The network learns targets of mean 0 and variance 1, column by column; its last layer, called ``target``, brings
    them back.  A column that is constant in `fit` comes back as that constant.

    Parameters
    ----------
    loss : {"mse", "mae", "huber"}
        What is made small, for targets brought to mean 0 and variance 1.
    """

    loss: str = parameter(default="mse", allowed=[StrOptions({"mse", "mae", "huber"})])

    @said_by_estimator
    @with_callbacks
    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Training samples, of the kind that the class describes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), optional
            Samples of weight 0 count as absent.
        X_val, y_val : like X and y, optional
            Samples to validate on, instead of a `validation_fraction` of X.
        sample_weight_val : array-like of shape (n_validation_samples,), optional
            Weights of the validation samples.
        groups : array-like of shape (n_samples,), optional
            `validation_fraction` keeps each group on one side.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For unusable parameters or data, and if the loss is no longer a number.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), groups)

    @said_by_estimator
    @with_callbacks
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch on some samples, going on from the present weights.

        The scale of the targets is that of the first call.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, partial=True)

    def _encode_target(self, y, *, reset):
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: give one number a sample."
            )
        with numbers_expected(y, "y"):
            y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y", estimator=self)
        if y.ndim > 2:
            raise ValueError(f"y must have one or two axes, got shape {y.shape}.")
        if reset:
            self._target_ndim, self.n_outputs_ = y.ndim, 1 if y.ndim == 1 else y.shape[1]
        columns = y.reshape(len(y), -1)
        if columns.shape[1] != self.n_outputs_:
            raise ValueError(f"y has {columns.shape[1]} columns, but there were {self.n_outputs_} in fit.")
        return (columns,)

    def _training_sets(self, *given, reset):
        training, validation = super()._training_sets(*given, reset=reset)
        columns = ArrayData(training.targets[0])
        with np.errstate(over="ignore", invalid="ignore"):
            if reset:
                self._target_mean, self._target_scale = column_statistics(columns, training.weights)
            else:
                self.weights_ = let_constants_vary(self.blueprint_, self.weights_, "target", columns, training.weights)
        return self._scaled(training, "y"), validation and self._scaled(validation, "y_val")

    def _scaled(self, samples, name):
        y = samples.targets[0]
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (y - self._target_mean) / np.where(self._target_scale == 0, 1.0, self._target_scale)
        held = np.abs(scaled) <= LARGEST
        if not held.all():
            column = int(np.argmin(held.all(axis=0)))
            row = int(np.argmax(np.where(held[:, column], 0.0, np.abs(y[:, column]))))
            raise ValueError(
                f"{name} holds {y[row, column]:.6g}, too far from its mean of {self._target_mean[column]:.6g} for its "
                f"standard deviation of {self._target_scale[column]:.6g}: single precision cannot hold the quotient."
            )
        return samples._replace(targets=(scaled.astype(np.float32),))

    def _adapted(self, training):
        return super()._adapted(training) | {"target/mean": self._target_mean, "target/scale": self._target_scale}

    def _loss(self):
        from skmlbio.training import _losses

        return functools.partial(_losses.regression, kind=self.loss)

    def predict(self, X) -> np.ndarray:
        """Return the target of every sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
            Targets in their own units.  One that was constant in `fit` is predicted as that constant.
        """
        answer = self._ask("predict", X)
        return answer[:, 0] if self._target_ndim == 1 else answer

    def _answers(self):
        def predict(ask, *inputs):
            answer = ask("predict", *inputs)
            return answer[:, 0] if self._target_ndim == 1 else answer

        return {"predict": predict}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
