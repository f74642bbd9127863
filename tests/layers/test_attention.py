"""Attention against NumPy, its symmetry, padding, and saving."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.attention import (
    KeyValueAttention,
    SelfAttention,
    attention,
    attention_map,
    scaled_dot_product_attention,
    self_attention,
)
from skmlbio.layers.multi_head_attention import MultiHeadSelfAttention

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(3, 7, 8)).astype("float32")
REAL = np.arange(7) < np.array([[7], [4], [1]])


def softmax(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def with_random_weights(layer: keras.layers.Layer, input_shape: tuple) -> keras.layers.Layer:
    """The layer, built, and its weights, biases included, different from their start."""
    layer.build(input_shape)
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(scale=0.5, size=weight.shape) for weight in layer.weights])
    return layer


def test_self_attention_is_the_formula() -> None:
    expected_map = softmax(X @ X.transpose(0, 2, 1))
    np.testing.assert_allclose(attention_map(X, X), expected_map, atol=1e-6)
    np.testing.assert_allclose(self_attention(X), expected_map @ X, atol=1e-5)
    y, shares = SelfAttention(return_map=True)(X)
    np.testing.assert_allclose(y, expected_map @ X, atol=1e-5)
    np.testing.assert_allclose(shares, expected_map, atol=1e-6)
    np.testing.assert_array_equal(SelfAttention()(X), y)


def test_attention_over_keys_and_values_is_the_formula() -> None:
    keys, values = RANDOM.normal(size=(5, 8)).astype("float32"), RANDOM.normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(attention(X, keys, values), softmax(X @ keys.T) @ values, atol=1e-5)
    scaled = softmax(X @ keys.T / np.sqrt(8)) @ values
    np.testing.assert_allclose(scaled_dot_product_attention(X, keys, values), scaled, atol=1e-5)


def test_keys_that_a_query_may_not_collect_from_have_share_0() -> None:
    allowed = np.tri(7, dtype=bool)
    expected = softmax(np.where(allowed & REAL[:, None], X @ X.transpose(0, 2, 1), -np.inf))
    np.testing.assert_allclose(attention_map(X, X, REAL, allowed), expected, atol=1e-6)
    np.testing.assert_allclose(attention(X, X, X, REAL, allowed), expected @ X, atol=1e-5)
    alone = softmax(np.where(allowed, X @ X.transpose(0, 2, 1), -np.inf))
    np.testing.assert_allclose(attention(X, X, X, allowed=allowed), alone @ X, atol=1e-5)


def test_learned_keys_and_values() -> None:
    layer = with_random_weights(KeyValueAttention(5, units=3, return_map=True), (None, None, 8))
    keys, values = layer.get_weights()
    y, shares = layer(X)
    np.testing.assert_allclose(shares, softmax(X @ keys.T), atol=1e-6)
    np.testing.assert_allclose(y, softmax(X @ keys.T) @ values, atol=1e-5)
    assert KeyValueAttention(5)(X).shape == X.shape


@pytest.mark.parametrize("fill", [0.0, -3.0, 1e4])
@pytest.mark.parametrize("layer", [SelfAttention(), MultiHeadSelfAttention(2)], ids=lambda it: type(it).__name__)
def test_what_stands_in_padding_does_not_matter(layer: keras.layers.Layer, fill: float) -> None:
    filled = np.where(REAL[..., None], X, fill).astype("float32")
    together = np.asarray(layer(filled, real=REAL))
    for row, n_real in enumerate(REAL.sum(axis=1)):
        alone = layer(X[row : row + 1, :n_real])
        np.testing.assert_allclose(together[row, :n_real], alone[0], atol=1e-5)


@pytest.mark.parametrize(
    "layer", [SelfAttention(), KeyValueAttention(5), MultiHeadSelfAttention(2)], ids=lambda it: type(it).__name__
)
def test_permutation_equivariance(layer: keras.layers.Layer) -> None:
    order = np.random.default_rng(3).permutation(7)
    np.testing.assert_allclose(np.asarray(layer(X))[:, order], layer(X[:, order]), atol=1e-5)


def test_a_single_position_attends_to_itself() -> None:
    np.testing.assert_allclose(attention_map(X[:, :1], X[:, :1]), np.ones((3, 1, 1)))
    np.testing.assert_allclose(self_attention(X[:, :1]), X[:, :1], atol=1e-6)


def test_large_scores_overflow_nowhere() -> None:
    x = tf.constant(1e3 * X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = self_attention(x, tf.constant(REAL))
    assert np.isfinite(y).all()
    assert np.isfinite(tape.gradient(y, x)).all()


@saves_variables
@pytest.mark.parametrize(
    "layer",
    [SelfAttention(), KeyValueAttention(5, units=3), MultiHeadSelfAttention(2)],
    ids=lambda it: type(it).__name__,
)
def test_keras_round_trip(layer: keras.layers.Layer, tmp_path: Path) -> None:
    inputs = keras.Input((None, 8))
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.layers[-1].get_config() == layer.get_config()
    np.testing.assert_allclose(again(X), model(X), atol=1e-6)
