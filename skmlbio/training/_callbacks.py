"""What may look at a fit, or stop it, at the end of an epoch."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from skmlbio._tensorflow import keras
from skmlbio.training._predict import live_model
from skmlbio.training._trainer import Trainer


class Watcher(Protocol):
    """Called by the epoch loop.  `after_epoch` returns True to stop the fit."""

    def before_fit(self, trainer: Trainer) -> None: ...
    def before_epoch(self, epoch: int) -> None: ...
    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool: ...
    def after_fit(self, trainer: Trainer) -> None: ...


class ProgressLine:
    """A progress bar on standard error, drawn at most ten times a second.

    Parameters
    ----------
    name : str
        What stands before the bar.
    n_epochs : int
        Where it ends.
    """

    def __init__(self, name: str, n_epochs: int):
        self.name, self.n_epochs = name, n_epochs
        self._drawn = 0.0
        self._line = ""

    def before_fit(self, trainer: Trainer) -> None:
        self._drawn = 0.0

    def before_epoch(self, epoch: int) -> None:
        pass

    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool:
        done = epoch + 1
        filled = 24 * done // self.n_epochs
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in logs.items())
        self._line = f"{self.name} [{'#' * filled}{'.' * (24 - filled)}] {done}/{self.n_epochs}  {numbers}"
        if done == self.n_epochs or time.monotonic() - self._drawn > 0.1:
            self._draw()
        return False

    def after_fit(self, trainer: Trainer) -> None:
        self._draw()
        print(file=sys.stderr, flush=True)

    def _draw(self) -> None:
        print(f"\r\033[K{self._line}", end="", file=sys.stderr, flush=True)
        self._drawn = time.monotonic()


class KerasCallbacks:
    """Calls Keras callbacks at the ends of epochs, on a model that holds the live weights.

    Callbacks may read and write the model's weights and ``model.optimizer.learning_rate``, and stop the fit by
    ``model.stop_training``.  Steps run inside a compiled loop, so hooks of single batches are never called.

    Parameters
    ----------
    factories : list of callable
        Each returns a fresh `keras.callbacks.Callback`.
    n_epochs : int
        Told to the callbacks.
    """

    def __init__(self, factories: list[Callable[[], Any]], n_epochs: int):
        self._factories, self._n_epochs = factories, n_epochs

    def before_fit(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._model, self._variables = live_model(trainer.network.blueprint)
        self._show(trainer)
        self._model.optimizer = trainer.optimizer
        self._model.stop_training = False
        self._callbacks = [factory() for factory in self._factories]
        for factory, callback in zip(self._factories, self._callbacks, strict=True):
            if not isinstance(callback, keras.callbacks.Callback):
                raise TypeError(
                    f"callbacks: {factory!r} returned {type(callback).__name__}, not a keras.callbacks.Callback."
                )
            callback.set_params({"epochs": self._n_epochs, "verbose": 0})
            callback.set_model(self._model)
            callback.on_train_begin({})

    def before_epoch(self, epoch: int) -> None:
        for callback in self._callbacks:
            callback.on_epoch_begin(epoch, {})
        self._take_back(self._trainer)

    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool:
        self._show(trainer)
        for callback in self._callbacks:
            callback.on_epoch_end(epoch, dict(logs))
        self._take_back(trainer)
        return bool(self._model.stop_training)

    def after_fit(self, trainer: Trainer) -> None:
        self._show(trainer)
        for callback in self._callbacks:
            callback.on_train_end({})
        self._take_back(trainer)

    def _show(self, trainer: Trainer) -> None:
        for variable, value in zip(self._variables, trainer.weights(), strict=True):
            variable.assign(value)

    def _take_back(self, trainer: Trainer) -> None:
        trainer.set_weights([variable.numpy() for variable in self._variables], trainer.seeds())
