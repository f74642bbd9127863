"""A joint of two players: values pass, gradients turn; one loss has the gradients of two."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers import Adversary, GradientReversal
from skmlbio.layers.gradient_reversal import play_against, reverse_gradient

RANDOM = np.random.default_rng(0)
MADE, REAL = (RANDOM.normal(size=(6, 3)).astype("float32") for _ in range(2))
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("shape", [(5,), (5, 2), (5, 2, 3)])
def test_values_pass_and_gradients_are_turned_and_scaled(shape, jit: bool) -> None:
    x = RANDOM.normal(size=shape).astype("float32")

    @tf.function(jit_compile=jit, autograph=False)
    def both(x, factor):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = reverse_gradient(x, factor)
            loss = tf.reduce_sum(y**2)
        return y, tape.gradient(loss, x)

    for factor in (1.0, 0.25, np.arange(5.0), np.arange(5.0)[:, None]):
        y, gradient = both(tf.constant(x), tf.constant(factor, tf.float32))
        np.testing.assert_array_equal(y, x)
        rows = np.reshape(factor, (-1, *[1] * (len(shape) - 1))) if np.ndim(factor) else factor
        np.testing.assert_allclose(gradient, -rows * 2 * x, rtol=1e-6)


def players():
    """A maker and a discriminator with dropout, which must draw once a row."""
    keras.utils.set_random_seed(0)
    maker = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(3)])
    layers = [keras.layers.Dense(8, "tanh"), keras.layers.Dropout(0.5, seed=3), keras.layers.Dense(1)]
    return maker, keras.Sequential([keras.Input((3,)), *layers])


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_loss_has_the_gradients_of_two(dtype: str, jit: bool) -> None:
    """Against one tape for each player, whose losses are written down as Goodfellow et al. did."""
    settings = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        maker, discriminator = players()
    finally:
        keras.config.set_floatx(settings)
    noise, real = MADE.astype(dtype), REAL.astype(dtype)
    mine, its = maker.trainable_variables, discriminator.trainable_variables
    state = discriminator.layers[1].seed_generator.state

    def softplus(x):
        return tf.reduce_mean(tf.math.softplus(x))

    def one_loss():
        with tf.GradientTape() as tape:
            made = play_against(lambda x: discriminator(x, training=True), maker(noise))
            loss = softplus(made) + softplus(-discriminator(real))
        return tape.gradient(loss, [v.value for v in mine + its])

    def two_losses():
        with tf.GradientTape(persistent=True) as tape:
            made = discriminator(maker(noise), training=True)
            of_the_discriminator = softplus(made) + softplus(-discriminator(real))
            of_the_maker = softplus(-made)
        return [
            *tape.gradient(of_the_maker, [v.value for v in mine]),
            *tape.gradient(of_the_discriminator, [v.value for v in its]),
        ]

    results = []
    for function in (one_loss, two_losses):
        state.assign([3, 0])
        results.append(tf.function(function, jit_compile=jit, autograph=False)())
    for one, other in zip(*results, strict=True):
        assert np.abs(other).max() > 1e-3
        np.testing.assert_allclose(one, other, rtol=1e-4 if dtype == "float32" else 1e-10, atol=1e-7)


@pytest.mark.parametrize("logit", [-1000.0, -90.0, -30.0, 0.0, 30.0, 1000.0])
def test_a_sure_discriminator_gives_numbers(logit: float) -> None:
    x = tf.constant([[logit]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.math.softplus(play_against(lambda x: x, x))
    gradient = float(tape.gradient(loss, x)[0, 0])
    if abs(logit) <= 30:
        assert gradient == pytest.approx(-1 / (1 + np.exp(logit)), rel=1e-5)
    assert np.isfinite(gradient) and gradient <= 0


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision(dtype: str) -> None:
    layer = Adversary(keras.layers.Dense(1, dtype=dtype), dtype=dtype)
    x = tf.constant(MADE)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.math.softplus(tf.cast(layer(x), tf.float32))
    gradient = tape.gradient(loss, x)
    d = x @ layer.layer.kernel.value
    np.testing.assert_allclose(gradient, -tf.sigmoid(-d) * tf.transpose(layer.layer.kernel.value), rtol=0.05, atol=0.01)


def test_training_reaches_the_discriminator() -> None:
    x = keras.Input((3,))
    model = keras.Model(x, Adversary(keras.layers.Dropout(0.5, seed=0))(x))
    ones = np.ones((50, 3), "float32")
    np.testing.assert_array_equal(model(ones), ones)
    assert set(np.unique(model(ones, training=True))) == {0.0, 2.0}


@saves_variables
def test_saved_and_read_again(tmp_path) -> None:
    x = keras.Input((3,))
    y = Adversary(keras.layers.Dense(1, name="discriminator"), name="adversary")(GradientReversal(0.3, name="joint")(x))
    model = keras.Model(x, y)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.get_layer("joint").factor == 0.3
    np.testing.assert_array_equal(again(MADE), model(MADE))
