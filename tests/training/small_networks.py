"""Small networks, and the one way in which the tests of the engine train them."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from skmlbio.networks._architecture import Architecture
from skmlbio.training._batches import ArrayData, Data, TrainingSet, mean_one
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._loop import FitPlan, FitResult, train
from skmlbio.training._network import Network
from skmlbio.training._optimizers import optimizer_configuration
from skmlbio.training._trainer import Trainer

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(40, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]] + 0.3).astype("float32")


def architecture(model: keras.Model) -> Architecture:
    """A network with the one head "predict"."""
    return Architecture(model, {"predict": model})


def linear(n_features: int = 3, n_outputs: int = 1, dtype: str | None = None) -> Architecture:
    """y = x W + b."""
    x = keras.Input((n_features,), name="x")
    return architecture(keras.Model(x, keras.layers.Dense(n_outputs, name="output", dtype=dtype)(x)))


def dense(units: int = 4, dtype: str | None = None, **options) -> Architecture:
    """Two dense layers; `options` are those of the first."""
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(units, "tanh", name="hidden", dtype=dtype, **options)(x)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output", dtype=dtype)(h)))


def squared_error(outputs, inputs, targets, scalars):
    return tf.reduce_mean(tf.square(outputs - tf.cast(targets[0], outputs.dtype)), axis=-1)


def training_set(inputs: Data | tuple, targets: tuple = (), weights=None) -> TrainingSet:
    data = inputs if not isinstance(inputs, tuple) else ArrayData(*inputs)
    return TrainingSet(data, targets, mean_one(np.ones(len(data)) if weights is None else np.asarray(weights, float)))


class Spy:
    """Remembers the trainer and the logs, and calls a function at the ends of epochs."""

    def __init__(self, at_end=None):
        self.at_end, self.logs, self.trainer = at_end, [], None

    def before_fit(self, trainer: Trainer) -> None:
        self.trainer = trainer

    def before_epoch(self, epoch: int) -> None:
        pass

    def after_epoch(self, epoch: int, logs: dict, trainer: Trainer) -> bool:
        self.logs.append(logs)
        return bool(self.at_end and self.at_end(epoch, logs, trainer))

    def after_fit(self, trainer: Trainer) -> None:
        pass


def fit(
    blueprint: Blueprint,
    inputs: Data | tuple = (X,),
    targets: tuple = (Y,),
    *,
    weights=None,
    validation: TrainingSet | None = None,
    loss=squared_error,
    optimizer: str | dict = "sgd",
    learning_rate=0.05,
    epochs: int = 3,
    batch_size: int | None = 8,
    seed: int = 0,
    initial=None,
    optimizer_state=None,
    jit: bool | None = False,
    **plan,
) -> FitResult:
    """Train on small data, without XLA unless a test asks for it."""
    rng = np.random.default_rng(seed)
    fit_plan = FitPlan(
        loss, optimizer_configuration(optimizer, learning_rate),
        None if isinstance(learning_rate, dict) else learning_rate, epochs, batch_size, jit=jit, **plan,
    )  # fmt: skip

    def begin(network: Network) -> list[np.ndarray]:
        return network.initial_weights(rng) if initial is None else initial

    samples = training_set(inputs, targets, weights)
    return train(blueprint, fit_plan, samples, validation, rng, begin, optimizer_state)


def same_bits(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return len(first) == len(second) and all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        for a, b in zip(first, second, strict=True)
    )
