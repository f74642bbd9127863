"""scikit-learn's callbacks, told of every epoch."""

from __future__ import annotations

from typing import Any


class ScikitLearnCallbacks:
    """Opens a task of scikit-learn's callback protocol for every epoch of a fit.

    Parameters
    ----------
    estimator : estimator
        The one that is being fitted.
    context : sklearn.callback.CallbackContext
        Of the whole fit.
    X, y : object
        The training data, as the user gave them.
    metadata : dict
        What was given beside them.
    """

    def __init__(self, estimator: Any, context: Any, X: Any, y: Any, metadata: dict[str, Any]):
        self._estimator, self._context = estimator, context
        self._given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}

    def before_fit(self, trainer: Any) -> None:
        self._context.call_on_fit_task_begin(**self._given)

    def before_epoch(self, epoch: int) -> None:
        self._epoch = self._context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(**self._given)

    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Any) -> bool:
        return self._epoch.call_on_fit_task_end(**self._given, reconstruction_attributes=lambda: _fitted(trainer))

    def after_fit(self, trainer: Any) -> None:
        self._context.call_on_fit_task_end(**self._given, reconstruction_attributes=lambda: _fitted(trainer))


def _fitted(trainer: Any) -> dict[str, Any]:
    return {"blueprint_": trainer.network.blueprint, "weights_": trainer.weights()}
