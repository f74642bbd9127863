"""Spectral normalisation: a kernel of norm 1, and the gradient of that."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.spectral_dense import SpectralDense, power_iteration

X = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")


def settled(n_calls: int = 200) -> SpectralDense:
    """A layer that has trained for long enough to know its norm."""
    layer = SpectralDense(5, kernel_initializer=keras.initializers.RandomNormal(stddev=2.0, seed=1))
    for _ in range(n_calls):
        layer(X, training=True)
    return layer


def test_the_spectral_norm_is_1() -> None:
    layer = settled()
    normed = np.linalg.lstsq(X, layer(X), rcond=None)[0]
    assert np.linalg.norm(layer.kernel.numpy(), 2) > 3
    np.testing.assert_allclose(np.linalg.norm(normed, 2), 1, rtol=1e-4)


def test_only_training_moves_the_direction() -> None:
    layer = settled(1)
    before = layer.direction.numpy()
    layer(X)
    np.testing.assert_array_equal(layer.direction, before)
    layer(X, training=True)
    assert np.abs(layer.direction.numpy() - before).max() > 1e-3
    np.testing.assert_allclose(np.linalg.norm(layer.direction.numpy()), 1, rtol=1e-6)


def test_the_gradient_is_that_of_the_largest_singular_value() -> None:
    kernel = tf.constant(np.random.default_rng(1).normal(size=(6, 5)))
    u, s, vt = np.linalg.svd(kernel)
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        norm, direction = power_iteration(kernel, tf.constant(vt[0]))
    np.testing.assert_allclose(norm, s[0])
    np.testing.assert_allclose(direction, vt[0])
    np.testing.assert_allclose(tape.gradient(norm, kernel), np.outer(u[:, 0], vt[0]), atol=1e-12)


def test_a_kernel_of_zeros_gives_zeros() -> None:
    layer = SpectralDense(5, kernel_initializer="zeros")
    with tf.GradientTape() as tape:
        y = layer(X, training=True)
    np.testing.assert_array_equal(y, np.zeros((8, 5)))
    assert np.isfinite(tape.gradient(y, layer.kernel.value)).all()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_saved_and_read_again(tmp_path) -> None:
    x = keras.Input((6,))
    model = keras.Model(x, SpectralDense(5, "tanh", name="dense")(x))
    for _ in range(3):
        model(X, training=True)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(X), model(X))
