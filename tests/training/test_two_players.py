"""Two players in one loss, trained by the one loop."""

import gc

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import fit, same_bits
from tensorflow.python.framework import ops

from skmlbio.layers import Adversary, GradientReversal
from skmlbio.layers.noise import normal
from skmlbio.networks._architecture import Architecture
from skmlbio.training import clear_programs
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._paces import Pace
from skmlbio.training._predict import predict

ADAM = {"class_name": "Adam", "config": {"beta_1": 0.5, "beta_2": 0.9}}


class Latent(keras.layers.Layer):
    """Normal numbers, as many as x has, in training."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        return normal(tf.shape(x), self.seed_generator) if training else tf.zeros_like(x)


def adversarial():
    """Made samples are a linear map of noise, which is all it takes to make normal numbers."""
    x, z = keras.Input((2,), name="x"), keras.Input((2,), name="z")
    maker = keras.layers.Dense(2, name="maker")
    hidden, logit = keras.layers.Dense(32, "tanh", name="hidden"), keras.layers.Dense(1, name="logit")
    discriminator = keras.Model(z, logit(hidden(z)), name="discriminator")
    made = maker(Latent(name="latent")(x))
    outputs = {"real": discriminator(x), "made": Adversary(discriminator, name="adversary")(made)}
    return Architecture(keras.Model(x, outputs), {"make": keras.Model(z, maker(z)), "judge": discriminator})


def game(outputs, inputs, targets, scalars):
    real, made = tf.nn.softplus(-outputs["real"][:, 0]), tf.nn.softplus(outputs["made"][:, 0])
    return {"loss": real + made, "real": real, "made": made}


game.names = ("loss", "real", "made")


def play(x: np.ndarray, **options):
    return fit(Blueprint(adversarial), (x,), (), loss=game, optimizer=ADAM, batch_size=64, **options)


@pytest.mark.parametrize("jit", [False, True])
def test_a_maker_learns_mean_and_deviation(jit: bool) -> None:
    rng = np.random.default_rng(1)
    x = (rng.normal(size=(1024, 2)) * [1.5, 0.5] + [2.0, -1.0]).astype("float32")
    options = {"learning_rate": 0.01, "epochs": 120, "averaged": 0.5, "paces": {"maker": Pace(0.3)}, "jit": jit}
    result = play(x, **options)
    z = rng.normal(size=(4000, 2)).astype("float32")
    made = predict(Blueprint(adversarial), "make", result.weights, ArrayData(z))
    np.testing.assert_allclose(made.mean(axis=0), x.mean(axis=0), atol=0.15)
    np.testing.assert_allclose(made.std(axis=0), x.std(axis=0), atol=0.25)
    assert result.history["loss"][-1] == pytest.approx(2 * np.log(2), abs=0.1)  # neither tells nor is told


def test_the_same_bits_and_nothing_left_behind() -> None:
    x = np.random.default_rng(2).normal(size=(64, 2)).astype("float32")
    first, second = (play(x, epochs=2, jit=jit) for jit in (True, True))
    assert same_bits(first.weights, second.weights)
    registered = set()
    for _ in range(2):
        clear_programs()
        gc.collect()
        before = set(ops.gradient_registry._registry)
        play(x, epochs=1)
        registered = set(ops.gradient_registry._registry) - before
        assert registered
    clear_programs()
    gc.collect()
    assert not registered & set(ops.gradient_registry._registry)


def test_a_code_forgets_what_a_reversed_classifier_looks_for() -> None:
    """The better of two columns also tells the laboratory; the code goes by the other (Ganin et al. 2016)."""
    rng = np.random.default_rng(3)
    laboratory = rng.integers(0, 2, size=(400, 1))
    signal = rng.normal(size=(400, 1))
    x = np.hstack([signal + rng.normal(size=(400, 1)), signal + laboratory]).astype("float32")

    def network(factor: float):
        x = keras.Input((2,), name="x")
        code = keras.layers.Dense(1, name="code")(x)
        mark = keras.layers.Dense(1, name="mark")(GradientReversal(factor, name="joint")(code))
        model = keras.Model(x, {"y": keras.layers.Dense(1, name="y")(code), "mark": mark})
        return Architecture(model, {"predict": model})

    def loss(outputs, inputs, targets, scalars):
        value, label = targets
        mark = tf.nn.sigmoid_cross_entropy_with_logits(labels=label, logits=outputs["mark"])
        return (outputs["y"] - value)[:, 0] ** 2 + mark[:, 0]

    def leak(factor: float) -> float:
        targets = signal.astype("float32"), laboratory.astype("float32")
        blueprint = Blueprint(network, {"factor": factor})
        result = fit(blueprint, (x,), targets, loss=loss, optimizer="adam", learning_rate=0.02, epochs=60)
        paths = [v.path for v in get_network(blueprint).weights]
        first, second = result.weights[paths.index("code/kernel")][:, 0]
        return abs(second / first)

    assert leak(10.0) < 1 < 3 < leak(0.0)
