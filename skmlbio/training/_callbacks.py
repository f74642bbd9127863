"""What may look at a fit, or stop it, at the end of an epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from skmlbio._tensorflow import keras
from skmlbio.training._predict import live_model
from skmlbio.training._trainer import Trainer


class Watcher(Protocol):
    """Called by the epoch loop.  `after_epoch` returns True to stop the fit.

    A method `close`, where there is one, is called however the fit ends, by an error too.
    """

    def before_fit(self, trainer: Trainer) -> None: ...
    def before_epoch(self, epoch: int) -> None: ...
    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool: ...
    def after_fit(self, trainer: Trainer) -> None: ...


class ProgressBar:
    """A progress bar on standard error, or in a notebook, with the losses of the last epoch and the time left.

    Parameters
    ----------
    name : str
        What stands before the bar.
    n_epochs : int
        Where it ends.
    """

    def __init__(self, name: str, n_epochs: int):
        self.name, self.n_epochs = name, n_epochs
        self._bar: Any = None

    def before_fit(self, trainer: Trainer) -> None:
        pass

    def before_epoch(self, epoch: int) -> None:
        if self._bar is None:  # not before: a fit that goes on begins at a later epoch
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self.n_epochs, initial=epoch, desc=self.name, unit="epoch")

    def after_epoch(self, epoch: int, logs: dict[str, float], trainer: Trainer) -> bool:
        self._bar.set_postfix({name: f"{value:.4g}" for name, value in logs.items()}, refresh=False)
        self._bar.update()
        return False

    def after_fit(self, trainer: Trainer) -> None:
        pass

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


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
