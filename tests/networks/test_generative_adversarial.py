"""The adversarial network: one loss has the gradients of two, penalties included."""

import numpy as np
import pytest
import tensorflow as tf

from skmlbio.networks.generative_adversarial import generative_adversarial
from skmlbio.training._losses import game

X = np.random.default_rng(0).normal(size=(9, 3))
STRENGTH = 0.7


def network(loss: str, **changes):
    options = {
        "n_features": 3, "latent_dim": 2, "hidden_layer_sizes": (7, 5), "activation": "silu", "dropout": 0.0,
        "loss": loss, "spectral_normalization": False, "penalized": True, "standardize": True, "dtype": "float64",
    }  # fmt: skip
    return generative_adversarial(**options | changes).training


def mean_norms(critic, x: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape() as tape:
        tape.watch(x)
        answers = critic(x)
    return tf.norm(tape.gradient(answers, x), axis=1)


def two_losses(model, loss: str, penalized: bool, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """What critic and generator lose, as their authors wrote it down."""
    generator, critic = model.get_layer("generator"), model.get_layer("adversary").layer
    real, made = x, generator(model.get_layer("row_draw")(x))
    r, d = critic(real), critic(made)
    of_generator = {"non_saturating": -tf.math.log_sigmoid(d), "hinge": -d, "wasserstein": -d}[loss]
    of_critic = {
        "non_saturating": -tf.math.log_sigmoid(r) - tf.math.log(1 - tf.sigmoid(d)),
        "hinge": tf.nn.relu(1 - r) + tf.nn.relu(1 + d),
        "wasserstein": d - r,
    }[loss]
    penalty = tf.constant(0.0, tf.float64)
    if penalized and loss == "wasserstein":
        point = model.get_layer("between")(x, real, made)
        penalty = tf.reduce_mean((mean_norms(critic, point) - 1) ** 2)
    elif penalized:
        penalty = tf.reduce_mean(mean_norms(critic, real) ** 2) / 2
    return tf.reduce_mean(of_critic) + STRENGTH * penalty, tf.reduce_mean(of_generator)


@pytest.mark.parametrize(
    ("loss", "penalized", "spectral_normalization", "jit"),
    [
        ("non_saturating", True, False, True),
        ("non_saturating", False, False, False),
        ("hinge", True, False, False),
        ("hinge", False, True, True),
        ("wasserstein", True, False, True),
        ("wasserstein", False, True, False),
    ],
)
def test_one_loss_has_the_gradients_of_two(loss, penalized, spectral_normalization, jit) -> None:
    model = network(loss, penalized=penalized, spectral_normalization=spectral_normalization)
    mine = model.get_layer("generator").trainable_variables
    its = model.get_layer("adversary").layer.trainable_variables
    rng = np.random.default_rng(1)
    for variable in [*mine, *its]:  # answers on both sides of the hinges, and not beyond what exp takes
        variable.assign(rng.normal(size=variable.shape))
    assert len(mine) == len(its) == 6
    variables = [v.value for v in mine + its]
    scalars = {"gradient_penalty": tf.constant(STRENGTH, tf.float64)} if penalized else {}

    def one() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            rows = game(model(X, training=False), X, (), scalars)
            loss = tf.reduce_mean(rows["loss"])
        return tape.gradient(loss, variables)

    def two() -> list[tf.Tensor]:
        with tf.GradientTape(persistent=True) as tape:
            of_critic, of_generator = two_losses(model, loss, penalized, tf.constant(X))
        return [
            *tape.gradient(of_generator, [v.value for v in mine]),
            *tape.gradient(of_critic, [v.value for v in its], unconnected_gradients="zero"),
        ]

    found, expected = tf.function(one, jit_compile=jit, autograph=False)(), tf.function(two, autograph=False)()
    assert max(np.abs(g).max() for g in expected[:6]) > 1e-3
    for one_gradient, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one_gradient, other, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("loss", ["non_saturating", "hinge", "wasserstein"])
def test_what_is_shown_is_what_the_players_lose(loss: str) -> None:
    model = network(loss, penalized=False)
    rows = game(model(X, training=False), X, (), {})
    expected = two_losses(model, loss, False, tf.constant(X))
    np.testing.assert_allclose([tf.reduce_mean(rows[name]) for name in ("critic", "generator")], expected)
    np.testing.assert_array_equal(rows["loss"], model(X, training=False)["distance"])


def test_a_row_that_occurs_twice_gets_the_same_numbers() -> None:
    model = network("wasserstein")
    twice = model(np.vstack([X, X]), training=True)
    for name in ("penalty", "generator"):  # but for the last bits, which depend on the place in a product of matrices
        np.testing.assert_allclose(twice[name][:9], twice[name][9:], rtol=1e-12, atol=1e-14)
    assert not np.any(model(X, training=True)["generator"] == twice["generator"][:9])  # drawn anew
