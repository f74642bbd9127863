"""Parts that are frozen, slow or late: what moves, by how much, and what stays to the bit."""

import keras
import numpy as np
import pytest
from small_networks import Spy, X, Y, architecture, dense, fit, same_bits, training_set

from skmlbio.layers import NodeNormalization
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._network import Network
from skmlbio.training._paces import Pace, is_under, paces_of

FROZEN, HALF = Pace(0.0), Pace(0.5)
ADAMW = {"class_name": "AdamW", "config": {"weight_decay": 0.5}}
MOMENTUM = {"class_name": "SGD", "config": {"momentum": 0.9}}


def network(trainable: bool = True, normalisation: str = "keras", dtype: str | None = None):
    """An encoder of two layers with a normalisation, and a head."""
    kind = keras.layers.BatchNormalization if normalisation == "keras" else NodeNormalization
    h = x = keras.Input((3,), name="x")
    for layer in (
        keras.layers.Dense(4, "tanh", name="encoder", dtype=dtype, trainable=trainable),
        kind(momentum=0.5, name="norm", dtype=dtype, trainable=trainable),
    ):
        h = layer(h)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="head", dtype=dtype)(h)))


ENCODER_FROZEN = {"encoder": FROZEN, "norm": FROZEN}


def start(blueprint: Blueprint) -> list[np.ndarray]:
    """Weights to begin with; running moments are like none that a batch has."""
    drawn = Network(blueprint).initial_weights(np.random.default_rng(3))
    paths = [v.path for v in get_network(blueprint).weights]
    return [w + 2.0 if "moving" in path else w for path, w in zip(paths, drawn, strict=True)]


def parts(blueprint: Blueprint, weights: list[np.ndarray], *names: str) -> list[np.ndarray]:
    paths = [v.path for v in get_network(blueprint).weights]
    return [w for path, w in zip(paths, weights, strict=True) if any(is_under(path, name) for name in names)]


def test_a_part_is_whole_names_of_a_path() -> None:
    assert is_under("encoder/kernel", "encoder") and is_under("encoder/kernel", "encoder/")
    assert is_under("encoder/kernel", "encoder/kernel") and is_under("encoder/kernel", "")
    assert not is_under("encoder_2/kernel", "encoder") and not is_under("encoder", "encoder/kernel")


def test_the_smallest_part_counts() -> None:
    paces = {"": FROZEN, "a/b/": HALF, "a": Pace(2.0, 3)}
    assert paces_of(["a/b/c", "a/c", "c"], paces) == [HALF, Pace(2.0, 3), FROZEN]
    assert paces_of(["b"], {"a": HALF}) == [Pace()]


@pytest.mark.parametrize(
    ("paces", "message"),
    [
        (
            {"hiden": FROZEN},
            "no weights under 'hiden'; did you mean 'hidden'.*hidden/kernel, hidden/bias, output/kernel",
        ),
        ({"hidden": Pace(-1.0)}, "factor of 'hidden' must be a finite number that is not negative, got -1.0"),
        ({"hidden": Pace(float("nan"))}, "factor of 'hidden' .* got nan"),
        ({"hidden": Pace(1.0, -2)}, "epoch from which 'hidden' learns must not be negative, got -2"),
    ],
)
def test_wrong_paces_are_refused(paces: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(Blueprint(dense), paces=paces)


def test_averages_of_an_optimizer_are_refused() -> None:
    with pytest.raises(ValueError, match=r"use_ema=True .* use weight_averaging"):
        fit(Blueprint(dense), optimizer={"class_name": "Adam", "config": {"use_ema": True}}, paces={"hidden": HALF})


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("optimizer", ["adam", ADAMW, MOMENTUM, "lamb"], ids=str)
def test_what_is_frozen_keeps_its_bits(optimizer, jit: bool) -> None:
    blueprint = Blueprint(network)
    initial = start(blueprint)
    initial[1][:] = -0.0  # whose sign any sum would lose
    options = {"initial": initial, "optimizer": optimizer, "jit": jit, "paces": ENCODER_FROZEN, "averaged": 0.7}
    result = fit(blueprint, scalars=lambda epoch: {"l2": 0.1}, **options)
    assert same_bits(parts(blueprint, result.weights, "encoder", "norm"), parts(blueprint, initial, "encoder", "norm"))
    for before, after in zip(*(parts(blueprint, w, "head") for w in (initial, result.weights)), strict=True):
        assert (before != after).all()
    assert same_bits(fit(blueprint, scalars=lambda epoch: {"l2": 0.1}, **options).weights, result.weights)


@pytest.mark.parametrize("normalisation", ["keras", "ours"])
@pytest.mark.parametrize(
    "optimizer", ["adam", ADAMW, {"class_name": "SGD", "config": {"global_clipnorm": 0.1}}], ids=str
)
def test_freezing_is_what_keras_does_with_layers_that_are_not_trainable(optimizer, normalisation: str) -> None:
    ours = Blueprint(network, {"normalisation": normalisation})
    theirs = Blueprint(network, {"normalisation": normalisation, "trainable": False})
    initial = start(ours)
    places = {v.path: i for i, v in enumerate(get_network(ours).weights)}
    order = [places[v.path] for v in get_network(theirs).weights]
    options = {"optimizer": optimizer, "epochs": 2}
    expected = fit(theirs, initial=[initial[i] for i in order], **options)
    validation = training_set((X,), (Y,))
    result = fit(ours, initial=initial, paces=ENCODER_FROZEN, validation=validation, **options)
    assert same_bits(parts(ours, result.weights, "encoder", "norm"), parts(ours, initial, "encoder", "norm"))
    for i, value in zip(order, expected.weights, strict=True):
        np.testing.assert_allclose(result.weights[i], value, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(result.history["loss"], expected.history["loss"], rtol=1e-5)


def test_a_layer_is_as_trainable_after_a_fit_as_before() -> None:
    blueprint = Blueprint(network)
    fit(blueprint, paces=ENCODER_FROZEN)
    model = get_network(blueprint).model
    assert all(layer.trainable for layer in model.layers) and len(model.trainable_variables) == 6


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("optimizer", ["adam", MOMENTUM, "lamb"], ids=str)
def test_a_factor_is_one_of_the_step(optimizer, jit: bool) -> None:
    blueprint = Blueprint(dense)
    initial = [w.astype(float) for w in start(blueprint)]
    options = {"initial": start(blueprint), "optimizer": optimizer, "epochs": 1, "batch_size": None, "jit": jit}
    usual = fit(blueprint, **options)
    result = fit(blueprint, paces={"hidden": Pace(0.1), "output/bias": Pace(2.0)}, **options)
    for before, whole, changed, factor in zip(initial, usual.weights, result.weights, [0.1, 0.1, 1, 2], strict=True):
        assert np.abs(whole - before).min() > 1e-4
        np.testing.assert_allclose(changed - before, factor * (whole - before), rtol=2e-3, atol=1e-7)
    same = fit(blueprint, paces={"": Pace()}, **options)
    assert same_bits(same.weights, usual.weights) or jit  # under XLA, another program may round in another way
    for one, other in zip(same.weights, usual.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("watched", [False, True])
def test_a_part_thaws_at_its_epoch(watched: bool) -> None:
    blueprint = Blueprint(network)
    initial = start(blueprint)
    options = {"initial": initial, "optimizer": "adam", "paces": {"encoder": Pace(1.0, 2), "norm": Pace(1.0, 2)}}
    watchers = [Spy()] if watched else []  # without, several epochs are trained by one call
    before, after = (fit(blueprint, epochs=n, watchers=watchers, **options).weights for n in (2, 3))
    assert same_bits(parts(blueprint, before, "encoder", "norm"), parts(blueprint, initial, "encoder", "norm"))
    for name in ("encoder", "norm"):
        pairs = zip(parts(blueprint, after, name), parts(blueprint, initial, name), strict=True)
        assert all((new != old).any() for new, old in pairs)


def test_the_first_steps_of_what_thaws_are_no_longer_than_others() -> None:
    blueprint, rate = Blueprint(dense), 0.01
    initial = start(blueprint)
    adam = {"class_name": "Adam", "config": {"beta_1": 0.5, "beta_2": 0.99}}
    options = {"initial": initial, "optimizer": adam, "learning_rate": rate, "batch_size": None}
    result = fit(blueprint, epochs=403, paces={"hidden": Pace(1.0, 400)}, **options)
    for before, after in zip(initial[:2], result.weights[:2], strict=True):
        assert 0 < np.abs(after - before).max() < 1.5 * 3 * rate  # without a memory of gradients: some 15 steps


def test_paces_are_no_part_of_a_program() -> None:
    spy = Spy()
    for paces in ({"hidden": FROZEN}, {"output": HALF}, {"": Pace(0.1), "hidden": Pace(3.0, 1)}):
        fit(Blueprint(dense, {"units": 5}), paces=paces, watchers=[spy])
    assert spy.trainer.n_traces == 1


@pytest.mark.parametrize("dtype", ["float64", "mixed_float16"])
def test_paces_in_other_precisions(dtype: str) -> None:
    blueprint = Blueprint(network, {"dtype": dtype})
    initial = start(blueprint)
    initial[0] = initial[0] + np.pi * 1e-7  # digits that a mean of several epochs could lose
    paces = ENCODER_FROZEN | {"head": HALF}
    result = fit(blueprint, initial=initial, optimizer="adam", paces=paces, epochs=7, averaged=1.0)
    assert same_bits(parts(blueprint, result.weights, "encoder", "norm"), parts(blueprint, initial, "encoder", "norm"))
    assert not same_bits(parts(blueprint, result.weights, "head"), parts(blueprint, initial, "head"))
