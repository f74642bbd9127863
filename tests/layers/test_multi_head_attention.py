"""Attention by several heads against NumPy; with rotary positions, within a window, and in half precision."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.attention import attention, attention_map, scaled
from skmlbio.layers.multi_head_attention import MultiHeadSelfAttention, multi_head_projections
from skmlbio.layers.positions import rotary_positions, rotate
from skmlbio.layers.windowed_attention import within_window

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(3, 7, 8)).astype("float32")
REAL = np.arange(7) < np.array([[7], [4], [1]])
OPTIONS = [{"rotary": True}, {"window": 2}, {"rotary": True, "window": 1, "n_global": 1}]


def softmax(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def with_random_weights(layer: keras.layers.Layer, input_shape: tuple) -> keras.layers.Layer:
    """The layer, built, and its weights, biases included, different from their start."""
    layer.build(input_shape)
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(scale=0.5, size=weight.shape) for weight in layer.weights])
    return layer


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


@pytest.mark.parametrize("options", OPTIONS)
def test_rotary_positions_and_windows_are_those_of_the_functions(options: dict) -> None:
    layer = with_random_weights(MultiHeadSelfAttention(2, **options), (None, None, 8))
    queries, keys, values = multi_head_projections(X, layer.kernel, layer.bias, 2)
    if options.get("rotary"):
        queries, keys = (rotate(part, rotary_positions(7, 4)) for part in (queries, keys))
    allowed = within_window(7, options["window"], options.get("n_global", 0)) if "window" in options else None
    y, maps = layer(X, real=REAL, return_maps=True)
    np.testing.assert_allclose(maps, attention_map(scaled(queries), keys, REAL[:, None], allowed), atol=1e-6)
    collected = np.asarray(attention(scaled(queries), keys, values, REAL[:, None], allowed))
    expected = np.concatenate([*collected.transpose(1, 0, 2, 3)], axis=-1) @ layer.output_kernel + layer.output_bias
    np.testing.assert_allclose(np.asarray(y)[REAL], np.asarray(expected)[REAL], atol=1e-5)
    np.testing.assert_array_equal(layer(X, real=REAL), y)


@pytest.mark.parametrize("window", [None, 2])
def test_with_rotary_positions_the_order_matters_and_the_place_does_not(window: int | None) -> None:
    layer = with_random_weights(MultiHeadSelfAttention(2, rotary=True, window=window), (None, None, 8))
    y, shifted = np.asarray(layer(X)), np.asarray(layer(np.roll(X, 3, axis=1), real=np.tile(np.arange(7) >= 3, (3, 1))))
    alone = layer(X[:, :4])
    np.testing.assert_allclose(shifted[:, 3:], alone, atol=1e-5)
    assert np.abs(np.asarray(layer(X[:, ::-1]))[:, ::-1] - y).max() > 0.01


@saves_variables
@pytest.mark.parametrize("options", OPTIONS)
def test_keras_round_trip(options: dict, tmp_path: Path) -> None:
    inputs = keras.Input((None, 8))
    layer = MultiHeadSelfAttention(2, **options)
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, None, 8)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.layers[-1].get_config() == layer.get_config()
    np.testing.assert_allclose(again(X), model(X), atol=1e-6)


@pytest.mark.parametrize("options", [{}, *OPTIONS])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_stays_finite_and_masked(dtype: str, options: dict) -> None:
    layer = with_random_weights(MultiHeadSelfAttention(2, **options, dtype=f"mixed_{dtype}"), (None, None, 8))
    y, maps = layer(X, real=REAL, return_maps=True)
    assert keras.backend.standardize_dtype(y.dtype) == dtype
    assert np.isfinite(np.asarray(keras.ops.cast(y, "float32"))).all()
    of_padding = REAL[:, :, np.newaxis] & ~REAL[:, np.newaxis]
    assert not np.asarray(keras.ops.cast(maps, "float32")).transpose(0, 2, 3, 1)[of_padding].any()


@pytest.mark.parametrize("options", [{}, OPTIONS[-1]])
@pytest.mark.parametrize("jit_compile", [False, True])
def test_gradients_agree_with_finite_differences(jit_compile: bool, options: dict) -> None:
    layer = with_random_weights(MultiHeadSelfAttention(2, **options), (None, None, 8))
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


def test_width_that_heads_cannot_share_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a multiple of n_heads, but 8 is none of 3"):
        MultiHeadSelfAttention(3).build((None, None, 8))


def test_heads_of_odd_width_cannot_be_turned() -> None:
    with pytest.raises(ValueError, match="the width of a head must be even, but it is 3"):
        MultiHeadSelfAttention(2, rotary=True).build((None, None, 6))
