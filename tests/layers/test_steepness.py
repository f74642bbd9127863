"""How steep a layer is, and that it can be trained to be less so."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.steepness import Steepness, SteepnessPenalty

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def test_the_norm_is_that_of_the_gradient_of_each_row() -> None:
    keras.utils.set_random_seed(0)
    layer = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)])
    answers, squares = Steepness(layer)(X)
    np.testing.assert_array_equal(answers, layer(X))
    first, second = layer.layers
    slopes = ((1 - np.tanh(X @ first.kernel + first.bias) ** 2) * second.kernel[:, 0]) @ tf.transpose(first.kernel)
    np.testing.assert_allclose(squares, (slopes.numpy() ** 2).sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize("jit", [False, True])
def test_its_own_gradient_reaches_the_weights(jit: bool) -> None:
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    steepness = Steepness(layer)
    steepness(X)

    @tf.function(jit_compile=jit, autograph=False)
    def gradient() -> tf.Tensor:
        with tf.GradientTape() as tape:
            squares = steepness(X)[1]
        return tape.gradient(squares, layer.kernel.value)

    np.testing.assert_allclose(gradient(), 6 * 2 * layer.kernel.numpy(), rtol=1e-6)  # of 6 rows, |w|^2 each


def test_penalties_have_gradients_where_nothing_is_steep() -> None:
    squares = tf.constant([0.0, 1.0, 9.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(squares)
        zero, one = (SteepnessPenalty(centre)(squares) for centre in ("zero", "one"))
    np.testing.assert_allclose(zero, [0, 0.5, 4.5])
    np.testing.assert_allclose(one, [1, 0, 4], atol=1e-5)
    assert np.isfinite(tape.gradient(zero, squares)).all() and np.isfinite(tape.gradient(one, squares)).all()
