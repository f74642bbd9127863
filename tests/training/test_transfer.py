"""Weights of another fit, taken by their paths."""

import keras
import numpy as np
import pytest
from small_networks import RANDOM, architecture, fit, same_bits

from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._network import Network
from skmlbio.training._paces import Pace
from skmlbio.training._predict import predict
from skmlbio.training._transfer import weights_at, weights_of_head


def network(encoder: str = "encoder", units: int = 8, n_outputs: int = 4, norm: bool = True):
    x = keras.Input((6,), name="x")
    h = keras.layers.Dense(units, "tanh", name=encoder)(x)
    h = keras.layers.BatchNormalization(name="norm")(h) if norm else h
    return architecture(keras.Model(x, keras.layers.Dense(n_outputs, name=f"head_{n_outputs}")(h)))


def learned(blueprint: Blueprint) -> list[np.ndarray]:
    return [w + RANDOM.normal(size=w.shape) for w in Network(blueprint).initial_weights(np.random.default_rng(1))]


def test_a_part_is_taken_under_another_name_and_the_rest_is_drawn() -> None:
    source, target = Blueprint(network, {"norm": False}), Network(Blueprint(network, {"encoder": "reader"}))
    weights = learned(source)
    known = weights_at(target, "reader", weights[:2])
    assert {target.weights[place].path for place in known} == {"reader/kernel", "reader/bias"}
    begun = target.initial_weights(np.random.default_rng(5), known)
    drawn = target.initial_weights(np.random.default_rng(5))
    assert same_bits(begun[:2], [w.astype("float32") for w in weights[:2]])
    assert same_bits(begun[2:], drawn[2:]) and not same_bits(begun[:2], drawn[:2])


def test_a_head_has_the_weights_that_it_depends_on() -> None:
    source = Blueprint(network)
    weights = learned(source)
    assert same_bits(weights_of_head(source, weights, "predict"), weights)
    assert weights_at(Network(source), "", weights)[0] is weights[0]


@pytest.mark.parametrize(
    ("arguments", "part", "message"),
    [
        ({"units": 5}, "", r"the network's 'encoder/kernel' has shape \(6, 5\), but .* has shape \(6, 8\)"),
        ({"norm": False}, "", " of the network has 4 weights, but those of the earlier fit are 8"),
        ({}, "encodr", "encodr of the network has 0 weights, but those of the earlier fit are 8"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict, part: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        weights_at(Network(Blueprint(network, arguments)), part, learned(Blueprint(network)))


def test_a_head_on_a_frozen_encoder_needs_few_samples() -> None:
    """Many samples show which two directions of six matter; a few show how."""
    rng = np.random.default_rng(0)
    directions = np.linalg.qr(rng.normal(size=(6, 2)))[0]

    def samples(n: int):
        x = rng.normal(size=(n, 6)).astype("float32")
        return x, np.tanh(2 * x @ directions)

    many, hidden = samples(800)
    few, few_hidden = samples(10)
    fresh, fresh_hidden = samples(300)
    mixture = rng.normal(size=(2, 4))
    source, target = Blueprint(network, {"norm": False}), Blueprint(network, {"n_outputs": 1, "norm": False})
    options = {"optimizer": "adam", "learning_rate": 0.02}
    first = fit(source, (many,), ((hidden @ mixture).astype("float32"),), epochs=40, batch_size=32, **options)
    network_of_the_target = Network(target)
    known = weights_at(network_of_the_target, "encoder", first.weights[:2])

    def error(known: dict, paces: dict) -> float:
        initial = network_of_the_target.initial_weights(np.random.default_rng(0), known)
        targets = (few_hidden[:, :1] - few_hidden[:, 1:]).astype("float32")
        result = fit(target, (few,), (targets,), epochs=150, initial=initial, paces=paces, **options)
        answers = predict(target, "predict", result.weights, ArrayData(fresh))
        return float(((answers - (fresh_hidden[:, :1] - fresh_hidden[:, 1:])) ** 2).mean())

    assert error(known, {"encoder": Pace(0.0)}) < 0.5 * error({}, {})
