"""A built network: its weights come in with every call, and it never changes."""

import random

import keras
import numpy as np
import pytest
from small_networks import X, architecture, dense, linear, same_bits

from skmlbio.layers import Recurrence
from skmlbio.networks._architecture import Architecture
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._network import Network, at_least_single


def with_state():
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(4, name="hidden")(x)
    h = keras.layers.Dropout(0.5, name="dropout")(keras.layers.BatchNormalization(name="norm")(h))
    model = keras.Model(x, {"b": keras.layers.Dense(1, name="output")(h), "a": [h, x]})
    return Architecture(model, {"all": model, "hidden": keras.Model(x, h)})


def with_layer(layer):
    x = keras.Input((5, 3), name="x")
    return architecture(keras.Model(x, layer()(x)))


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(Blueprint(with_state))


def test_weights_are_what_is_learned_and_no_seeds(network: Network) -> None:
    names = [v.path for v in network.weights]
    assert len(names) == 8 and not any("seed" in name for name in names)
    assert [v.path for v in network.trainable] == [n for n in names if "moving" not in n]
    assert len(network.state) == 3


def test_split_and_join_undo_each_other(network: Network) -> None:
    weights = [np.full(v.shape, i, "float32") for i, v in enumerate(network.weights)]
    trainable, state = network.split(weights, network.seeds(np.random.default_rng(0)))
    assert [a.shape for a in trainable] == [tuple(v.shape) for v in network.trainable]
    assert [a.shape for a in state] == [tuple(v.shape) for v in network.state]
    assert same_bits(network.join(trainable, state), weights)


def test_seeds_are_drawn_from_the_generator(network: Network) -> None:
    (seed,), (again,), (other,) = (network.seeds(np.random.default_rng(i)) for i in (0, 0, 1))
    assert seed.dtype == network.state[-1].dtype and seed[1] == 0
    assert same_bits([seed], [again]) and not same_bits([seed], [other])


def test_forward_has_the_structure_of_the_head_and_uses_the_weights_given(network: Network) -> None:
    before = [v.numpy() for v in network.model.variables]
    for seed in (0, 1):
        weights = network.initial_weights(np.random.default_rng(seed))
        weights[4] = np.full(4, 2.0, "float32")  # the moving mean
        first, second = network.forward("all", weights, [(X[:5],), (X[5:],)])
        assert set(first) == {"a", "b"} and len(first["a"]) == 2
        hidden = (X @ weights[0] + weights[1] - 2.0) / np.sqrt(1.001)
        np.testing.assert_allclose(second["a"][0], hidden[5:], atol=1e-5)
        np.testing.assert_array_equal(first["a"][1], X[:5])
        np.testing.assert_allclose(first["b"], hidden[:5] @ weights[6] + weights[7], atol=1e-5)
        np.testing.assert_array_equal(network.forward("hidden", weights, [(X[:5],)])[0], first["a"][0])
    assert same_bits(before, [v.numpy() for v in network.model.variables])


def test_building_leaves_python_s_generator_alone() -> None:
    state = random.getstate()
    Network(Blueprint(with_state))
    assert random.getstate() == state


@pytest.mark.parametrize(
    ("layer", "gains"),
    [
        (lambda: keras.layers.Conv1D(2, 3), True),
        (lambda: keras.layers.LSTM(2), False),
        (lambda: keras.layers.Bidirectional(keras.layers.GRU(2)), False),
        (lambda: keras.layers.Dropout(0.5), False),
        (lambda: keras.layers.GaussianNoise(0.5), False),
        (lambda: Recurrence(2), False),
    ],
)
def test_what_gains_from_xla(layer, gains: bool) -> None:
    assert Network(Blueprint(with_layer, {"layer": layer})).gains_from_xla is gains


def test_frozen_layers_are_state() -> None:
    def frozen():
        built = linear()
        built.training.layers[1].trainable = False
        return built

    network = Network(Blueprint(frozen))
    assert network.trainable == [] and [v.name for v in network.state] == ["kernel", "bias"]


def test_half_precision_leaves_as_single_precision() -> None:
    network = Network(Blueprint(dense, {"dtype": "mixed_bfloat16"}))
    (answer,) = network.forward("predict", network.initial_weights(np.random.default_rng(0)), [(X,)])
    assert answer.dtype == np.float32
    for kind, expected in (("float16", "float32"), ("float64", "float64"), ("int32", "int32")):
        assert at_least_single(keras.ops.ones(2, kind)).dtype == expected
