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
from skmlbio.training._transfer import named_weights, weights_from


def network(encoder: str = "encoder", units: int = 8, n_outputs: int = 4, norm: bool = True):
    x = keras.Input((6,), name="x")
    h = keras.layers.Dense(units, "tanh", name=encoder)(x)
    h = keras.layers.BatchNormalization(name="norm")(h) if norm else h
    return architecture(keras.Model(x, keras.layers.Dense(n_outputs, name=f"head_{n_outputs}")(h)))


def learned(blueprint: Blueprint) -> list[np.ndarray]:
    return [w + RANDOM.normal(size=w.shape) for w in Network(blueprint).initial_weights(np.random.default_rng(1))]


def by_path(network: Network, weights: list[np.ndarray]) -> dict[str, np.ndarray]:
    return dict(zip((v.path for v in network.weights), weights, strict=True))


def test_parts_are_taken_under_another_name_and_the_rest_is_drawn() -> None:
    source, target = Blueprint(network), Network(Blueprint(network, {"encoder": "reader", "n_outputs": 1}))
    weights = learned(source)
    known = weights_from(named_weights(source, weights), {"reader": "encoder/", "norm": "norm"}, target)
    assert list(known) == [
        "reader/kernel", "reader/bias", "norm/gamma", "norm/beta", "norm/moving_mean", "norm/moving_variance",
    ]  # fmt: skip
    begun = by_path(target, target.initial_weights(np.random.default_rng(5), known))
    theirs = by_path(Network(source), weights)
    for path, value in known.items():
        np.testing.assert_array_equal(value, theirs[path.replace("reader", "encoder")])
        np.testing.assert_array_equal(begun[path], value.astype("float32"))
    drawn = by_path(target, target.initial_weights(np.random.default_rng(5)))
    np.testing.assert_array_equal(begun["head_1/kernel"], drawn["head_1/kernel"])


def test_one_weight_and_all_weights() -> None:
    source = Blueprint(network)
    weights, target = learned(source), Network(source)
    assert same_bits(list(weights_from(named_weights(source, weights), {"": ""}, target).values()), weights)
    (kernel,) = weights_from(named_weights(source, weights), {"encoder/kernel": "encoder/kernel"}, target).values()
    assert kernel is weights[0]


@pytest.mark.parametrize(
    ("arguments", "parts", "message"),
    [
        ({}, {"encodr": "encoder"}, "the network has no weights under 'encodr'; did you mean 'encoder'"),
        ({}, {"encoder": "endocer"}, "the earlier fit has no weights under 'endocer'; did you mean 'encoder'"),
        ({"units": 5}, {"encoder": "encoder"}, r"'encoder/kernel' has shape \(6, 5\), but .* has shape \(6, 8\)"),
        (
            {"n_outputs": 1},
            {"": ""},
            "begins with 'head_1/kernel' of an earlier fit, which has no 'head_1/kernel'; its",
        ),
        ({}, {"norm": "encoder"}, "begins with 'norm/gamma' of an earlier fit, which has no 'encoder/gamma'; its"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict, parts: dict, message: str) -> None:
    source = Blueprint(network)
    with pytest.raises(ValueError, match=message):
        weights_from(named_weights(source, learned(source)), parts, Network(Blueprint(network, arguments)))


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
    known = weights_from(named_weights(source, first.weights), {"encoder": "encoder"}, network_of_the_target)

    def error(known: dict, paces: dict) -> float:
        initial = network_of_the_target.initial_weights(np.random.default_rng(0), known)
        targets = (few_hidden[:, :1] - few_hidden[:, 1:]).astype("float32")
        result = fit(target, (few,), (targets,), epochs=150, initial=initial, paces=paces, **options)
        answers = predict(target, "predict", result.weights, ArrayData(fresh))
        return float(((answers - (fresh_hidden[:, :1] - fresh_hidden[:, 1:])) ** 2).mean())

    assert error(known, {"encoder": Pace(0.0)}) < 0.5 * error({}, {})
