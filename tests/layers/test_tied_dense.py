"""A dense layer that goes forth and back with one kernel."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.tied_dense import TiedDense, tied_dense

RANDOM = np.random.default_rng(0)
W, B, C = RANDOM.normal(size=(5, 3)), RANDOM.normal(size=3), RANDOM.normal(size=5)
X, Z = RANDOM.normal(size=(7, 5)).astype("float32"), RANDOM.normal(size=(7, 3)).astype("float32")


def made(**options) -> TiedDense:
    layer = TiedDense(3, **options)
    layer.build((None, 5))
    layer.set_weights([W, B, C])
    return layer


def test_the_formula() -> None:
    np.testing.assert_allclose(tied_dense(Z.astype(float), W, C), Z @ W.T + C, rtol=1e-6)


def test_forth_and_back_with_their_own_biases_and_activations() -> None:
    layer = made(activation="tanh", inverse_activation="relu")
    np.testing.assert_allclose(layer(X), np.tanh(X @ W + B), atol=1e-5)
    np.testing.assert_allclose(layer(Z, inverse=True), np.maximum(Z @ W.T + C, 0), atol=1e-5)


def test_the_kernel_learns_from_both_ways() -> None:
    layer = made()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(layer(X), inverse=True))
    kernel, bias, inverse_bias = tape.gradient(loss, layer.trainable_variables)
    ones = np.ones((7, 5))
    np.testing.assert_allclose(kernel, X.T @ (ones @ W) + ones.T @ (X @ W + B), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(bias, (ones @ W).sum(axis=0), rtol=1e-4)
    np.testing.assert_allclose(inverse_bias, 7 * np.ones(5), rtol=1e-6)


def test_initial_weights() -> None:
    layer = TiedDense(30, kernel_initializer="he_uniform")
    layer.build((None, 40))
    kernel, *biases = layer.get_weights()
    limit = np.sqrt(6 / 40)
    assert 0.97 * limit < np.abs(kernel).max() <= limit
    assert not any(bias.any() for bias in biases)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_saved_and_read_again_it_is_still_one_layer(tmp_path) -> None:
    x = keras.Input((5,))
    layer = TiedDense(3, "tanh", kernel_initializer="he_uniform")
    model = keras.Model(x, layer(layer(x), inverse=True))
    layer.set_weights([W, B, C])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert len(again.weights) == 3
    np.testing.assert_array_equal(again(X), model(X))
