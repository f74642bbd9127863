"""The auto-encoder 64-32-k-32-64 of the benchmarks in our library and in its peers.

A peer is a function of the number of epochs. It imports all that its library will ever import, so that a clock started
afterwards measures work, and returns an estimator for scikit-learn with the grid of its 2 x 4 candidates. All have relu
hidden layers, a linear code and output, mean squared error, Adam, batches of 32 in shuffled order, and float32 rows;
`MLPRegressor` knows only one activation and has relu on the code too.
"""

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from _timing import import_all_of_ours, on_one_thread
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

BATCH_SIZE = 32
LATENT_DIMS = [4, 8]
LEARNING_RATES = [3e-4, 1e-3, 3e-3, 1e-2]


def digits(n_rows: int | None = None) -> np.ndarray:
    """The digits of scikit-learn, 1797 x 64 in [0, 1], float32; more rows are repeats with a little noise."""
    rows = (load_digits().data / 16).astype(np.float32)
    if n_rows is None:
        return rows
    rng = np.random.default_rng(0)
    return np.resize(rows, (n_rows, 64)) + rng.normal(scale=0.01, size=(n_rows, 64)).astype(np.float32)


def arguments(estimator: BaseEstimator, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    """What `fit` takes: a regressor reconstructs only where its target is its input."""
    return (rows,) if hasattr(estimator, "inverse_transform") else (rows, rows)


def reconstruction(estimator: BaseEstimator, rows: np.ndarray) -> np.ndarray:
    if hasattr(estimator, "inverse_transform"):
        return estimator.inverse_transform(estimator.transform(rows))
    return estimator.predict(rows)


def keras_network(latent_dim: int = 8, learning_rate: float = 1e-3, steps_per_execution: int = 1):
    import keras

    network = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(32, "relu"),
            keras.layers.Dense(latent_dim),
            keras.layers.Dense(32, "relu"),
            keras.layers.Dense(64),
        ]
    )
    network.compile(keras.optimizers.Adam(learning_rate), "mse", steps_per_execution=steps_per_execution)
    return network


class KerasAutoEncoder(RegressorMixin, BaseEstimator):
    """What one writes to use Keras in scikit-learn: build, compile, `model.fit`, `model.predict`."""

    def __init__(self, latent_dim=8, learning_rate=1e-3, epochs=10, one_execution=False):
        self.latent_dim = latent_dim
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.one_execution = one_execution

    def fit(self, X, y):
        n_steps = -(-len(X) // BATCH_SIZE) if self.one_execution else 1
        self.model_ = keras_network(self.latent_dim, self.learning_rate, n_steps)
        self.model_.fit(X, y, epochs=self.epochs, batch_size=BATCH_SIZE, verbose=0)
        return self

    def predict(self, X):
        return self.model_.predict(X, verbose=0)


def skmlbio(epochs: int):
    from skmlbio import AutoEncoderTransformer

    import_all_of_ours()
    estimator = AutoEncoderTransformer(
        latent_dim=8, hidden_layer_sizes=(32,), activation="relu", standardize=False,
        learning_rate=1e-3, epochs=epochs, batch_size=BATCH_SIZE, random_state=0,
    )  # fmt: skip
    return estimator, {"latent_dim": LATENT_DIMS, "learning_rate": LEARNING_RATES}


def skorch(epochs: int, one_thread: bool, **settings):
    import skorch
    import torch
    import torch._dynamo  # the first optimizer would import it

    class AutoEncoder(torch.nn.Module):
        def __init__(self, latent_dim: int):
            super().__init__()
            widths = [(64, 32), (32, latent_dim), (latent_dim, 32), (32, 64)]
            first, code, second, output = (torch.nn.Linear(*width) for width in widths)
            self.layers = torch.nn.Sequential(first, torch.nn.ReLU(), code, second, torch.nn.ReLU(), output)

        def forward(self, rows):
            return self.layers(rows)

    if one_thread:
        torch.set_num_threads(1)
    estimator = skorch.NeuralNetRegressor(
        AutoEncoder, module__latent_dim=8, optimizer=torch.optim.Adam, lr=1e-3, max_epochs=epochs,
        batch_size=BATCH_SIZE, iterator_train__shuffle=True, train_split=None, verbose=0, **settings,
    )  # fmt: skip
    return estimator, {"module__latent_dim": LATENT_DIMS, "lr": LEARNING_RATES}


def mlp(epochs: int):
    from sklearn.neural_network import MLPRegressor

    warnings.simplefilter("ignore", ConvergenceWarning)
    estimator = MLPRegressor(
        hidden_layer_sizes=(32, 8, 32), solver="adam", alpha=0, batch_size=BATCH_SIZE, max_iter=epochs,
        n_iter_no_change=epochs + 1,
    )  # fmt: skip
    layers = [(32, latent_dim, 32) for latent_dim in LATENT_DIMS]
    return estimator, {"hidden_layer_sizes": layers, "learning_rate_init": LEARNING_RATES}


def plain_keras(epochs: int, one_execution: bool = False):
    import keras  # noqa: F401
    import tensorflow  # noqa: F401

    estimator = KerasAutoEncoder(epochs=epochs, one_execution=one_execution)
    return estimator, {"latent_dim": LATENT_DIMS, "learning_rate": LEARNING_RATES}


def keras_wrappers(epochs: int):
    import tensorflow  # noqa: F401
    from keras.wrappers import SKLearnRegressor

    def network(X, y, **parameters):
        return keras_network(**parameters)

    fit_kwargs = {"epochs": epochs, "batch_size": BATCH_SIZE, "verbose": 0}
    candidates = [{"latent_dim": k, "learning_rate": rate} for k in LATENT_DIMS for rate in LEARNING_RATES]
    estimator = SKLearnRegressor(network, model_kwargs=candidates[0], fit_kwargs=fit_kwargs)
    return estimator, {"model_kwargs": candidates}


def scikeras(epochs: int):
    import tensorflow  # noqa: F401
    from scikeras.wrappers import KerasRegressor

    estimator = KerasRegressor(
        keras_network, latent_dim=8, learning_rate=1e-3, epochs=epochs, batch_size=BATCH_SIZE, verbose=0
    )
    return estimator, {"latent_dim": LATENT_DIMS, "learning_rate": LEARNING_RATES}


# The libraries, each with the settings among which the better one counts.
PEERS: dict[str, dict[str, Callable]] = {
    "skmlbio": {"default threads": skmlbio, "one thread": partial(on_one_thread, skmlbio)},
    "skorch": {
        "one thread": partial(skorch, one_thread=True),
        "default threads": partial(skorch, one_thread=False),
        "one thread, fused Adam, no callbacks": partial(
            skorch, one_thread=True, optimizer__fused=True, callbacks="disable"
        ),
    },
    "MLPRegressor": {"defaults": mlp},
    "plain Keras wrapper": {
        "own estimator of 20 lines": plain_keras,
        "keras.wrappers": keras_wrappers,
        "scikeras": scikeras,
    },
    "keras.Model.fit": {
        "defaults": plain_keras,
        "steps_per_execution = steps of an epoch": partial(plain_keras, one_execution=True),
        "one thread, steps_per_execution = steps of an epoch": partial(
            on_one_thread, partial(plain_keras, one_execution=True)
        ),
    },
}
