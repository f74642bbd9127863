"""Attention against NumPy, its symmetry, padding, and saving."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.attention import (
    KeyValueAttention,
    MultiHeadSelfAttention,
    SelfAttention,
    attention,
    attention_map,
    multi_head_projections,
    scaled_dot_product_attention,
    self_attention,
)

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


def test_learned_keys_and_values() -> None:
    layer = with_random_weights(KeyValueAttention(5, units=3, return_map=True), (None, None, 8))
    keys, values = layer.get_weights()
    y, shares = layer(X)
    np.testing.assert_allclose(shares, softmax(X @ keys.T), atol=1e-6)
    np.testing.assert_allclose(y, softmax(X @ keys.T) @ values, atol=1e-5)
    assert KeyValueAttention(5)(X).shape == X.shape


def test_heads_are_attentions_side_by_side() -> None:
    layer = with_random_weights(MultiHeadSelfAttention(2), (None, None, 8))
    kernel, bias, output_kernel, output_bias = layer.get_weights()
    queries, keys, values = np.split(X @ kernel + bias, 3, axis=-1)
    heads, maps = [], []
    for head in (slice(0, 4), slice(4, 8)):
        scores = queries[..., head] @ keys[..., head].transpose(0, 2, 1) / np.sqrt(4)
        maps.append(softmax(np.where(REAL[:, None], scores, -np.inf)))
        heads.append(maps[-1] @ values[..., head])
    y, found = layer(X, real=REAL, return_maps=True)
    np.testing.assert_allclose(found, np.stack(maps, axis=1), atol=1e-6)
    np.testing.assert_allclose(y, np.concatenate(heads, axis=-1) @ output_kernel + output_bias, atol=1e-5)
    np.testing.assert_array_equal(layer(X, real=REAL), y)


def test_projections_of_the_heads() -> None:
    kernel, bias = RANDOM.normal(size=(8, 24)).astype("float32"), RANDOM.normal(size=24).astype("float32")
    parts = multi_head_projections(X, kernel, bias, 4)
    for part, expected in zip(parts, np.split(X @ kernel + bias, 3, axis=-1), strict=True):
        np.testing.assert_allclose(part, expected.reshape(3, 7, 4, 2).transpose(0, 2, 1, 3), atol=1e-5)


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


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_stays_finite_and_masked(dtype: str) -> None:
    layer = with_random_weights(MultiHeadSelfAttention(2, dtype=f"mixed_{dtype}"), (None, None, 8))
    y, maps = layer(X, real=REAL, return_maps=True)
    assert keras.backend.standardize_dtype(y.dtype) == dtype
    assert np.isfinite(np.asarray(keras.ops.cast(y, "float32"))).all()
    assert not np.asarray(keras.ops.cast(maps, "float32")).transpose(0, 3, 1, 2)[~REAL].any()


@pytest.mark.parametrize("jit_compile", [False, True])
def test_gradients_agree_with_finite_differences(jit_compile: bool) -> None:
    layer = with_random_weights(MultiHeadSelfAttention(2), (None, None, 8))
    direction = RANDOM.normal(size=X.shape).astype("float32")

    @tf.function(jit_compile=jit_compile)
    def gradient(x: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.square(layer(x, real=REAL)) * REAL[..., None])
        return tape.gradient(y, x)

    def value(x: np.ndarray) -> float:
        return float((np.asarray(layer(x, real=REAL), "float64") ** 2 * REAL[..., None]).sum())

    slope = float(np.sum(gradient(tf.constant(X)).numpy() * direction))
    step = 1e-2 * direction
    assert slope == pytest.approx((value(X + step) - value(X - step)) / 2e-2, rel=1e-2)
    assert not gradient(tf.constant(X)).numpy()[~REAL].any()


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


def test_width_that_heads_cannot_share_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a multiple of n_heads, but 8 is none of 3"):
        MultiHeadSelfAttention(3).build((None, None, 8))
