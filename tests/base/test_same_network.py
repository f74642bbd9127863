"""A fit that goes on does so with the network that is there."""

import pickle

import numpy as np
import pytest

from skmlbio import (
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    GANSampler,
    ImageCNNClassifier,
    NetworkClassifier,
    NetworkTransformer,
    VAESampler,
)

X = np.random.default_rng(0).random((20, 4))
Y = np.arange(20) % 2
FEW = {"epochs": 1, "random_state": 0}
ROWS_OF_IMAGES = ImageCNNClassifier(2, n_blocks=1, image_shape=(2, 2), **FEW)


def goes_on(estimator, **changes):
    """The same fit again, both ways."""
    estimator.set_params(warm_start=True, **changes).fit(X, Y)
    return estimator.partial_fit(X, Y)


REFUSED = [
    (DenseClassifier(**FEW), {"hidden_layer_sizes": (8, 8)},
     r"made with hidden_layer_sizes=\(64,\), but is now to have hidden_layer_sizes=\(8, 8\): set back"),
    (DenseClassifier(**FEW), {"activation": "tanh", "dropout": 0.5},
     r"with activation='relu', dropout=0\.0, but is now to have activation='tanh', dropout=0\.5:"),
    (DenseRegressor(**FEW), {"standardize": False}, "with standardize=True, but is now to have standardize=False:"),
    (DenseRegressor(**FEW), {"dtype": "float64"}, "with dtype=None, but is now to have dtype='float64':"),
    (NetworkClassifier(**FEW), {"network__hidden_layer_sizes": (3,)},
     r"with network__hidden_layer_sizes=None, but is now to have network__hidden_layer_sizes=\(3,\):"),
    (NetworkTransformer(**FEW, network_params={"n_components": 3}), {"network__n_components": 2},
     "with network__n_components=3, but is now to have network__n_components=2:"),
    (NetworkTransformer(**FEW), {"code_layer": "output"}, "with code_layer='code', .* have code_layer='output':"),
    (AutoEncoderTransformer(**FEW), {"tied_weights": True}, "with tied_weights=False, .* have tied_weights=True:"),
    (AutoEncoderTransformer(**FEW), {"loss": "binary_crossentropy"},
     "with loss='another than binary_crossentropy', but is now to have loss='binary_crossentropy':"),
    (AutoEncoderTransformer(**FEW), {"latent_dim": 3}, "with latent_dim=2, but is now to have latent_dim=3:"),
    (GANSampler(**FEW), {"spectral_normalization": True},
     "spectral_normalization=False, .* have spectral_normalization=True:"),
    (VAESampler(**FEW), {"likelihood": "bernoulli"}, "likelihood='gaussian', .* have likelihood='bernoulli':"),
    (ROWS_OF_IMAGES, {"kernel_size": 1, "random_flip": "both", "learning_rate": 0.1},
     "made with kernel_size=3, random_flip=None, but is now to have kernel_size=1, random_flip='both': set back"),
    (VAESampler(**FEW), {"variance": 0.5}, r"with variance='decoder', but is now to have variance=0\.5:"),
]  # fmt: skip


@pytest.mark.parametrize(("estimator", "changes", "message"), REFUSED, ids=lambda value: str(value)[:40])
def test_another_network_is_refused(estimator, changes, message) -> None:
    estimator.fit(X, Y)
    weights = estimator.weights_
    with pytest.raises(ValueError, match=message) as caught:
        estimator.set_params(warm_start=True, **changes).fit(X, Y)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=message):
        estimator.partial_fit(X, Y)
    assert estimator.weights_ is weights
    estimator.set_params(warm_start=False).fit(X, Y)  # what the sentence advises
    assert [w.shape for w in estimator.weights_] != [] and estimator.n_iter_ == 1


@pytest.mark.parametrize(
    ("estimator", "changes"),
    [
        (DenseClassifier((8,), **FEW), {"hidden_layer_sizes": np.array([8]), "l2": 0.1, "l1": 0.1, "epochs": 2}),
        (DenseClassifier((8,), **FEW), {"class_weight": "balanced", "learning_rate": 0.1, "optimizer": "sgd"}),
        (DenseRegressor((8,), **FEW), {"loss": "mae", "batch_size": 4, "validation_fraction": 0.2, "patience": 3}),
        (AutoEncoderTransformer(**FEW), {"loss": "huber", "activity_l1": 0.1, "noise_level": 0.5}),
        (VAESampler(**FEW), {"beta": 2.0, "free_bits": 0.1, "kl_warm_up": 3, "n_importance": 7}),
        (NetworkClassifier(**FEW), {"network_params": {}, "random_state": 3}),
    ],
)
def test_what_is_no_part_of_the_network_may_change(estimator, changes) -> None:
    before = estimator.fit(X, Y).weights_
    goes_on(pickle.loads(pickle.dumps(estimator)), **changes)
    assert all(np.array_equal(a, b) for a, b in zip(before, estimator.weights_, strict=True))


def test_a_network_function_may_be_defined_again() -> None:
    def define(factor):
        def network(input_shape, n_outputs):
            import keras

            x = keras.Input(input_shape)
            return keras.Model(x, keras.layers.Dense(n_outputs)(x) * factor)

        return network

    estimator = NetworkClassifier(define(1.0), **FEW).fit(X, Y)
    goes_on(estimator, network=define(1.0))
    with pytest.raises(ValueError, match=r"made with network=<function .*, but is now to have network=<function"):
        goes_on(estimator, network=define(2.0))
