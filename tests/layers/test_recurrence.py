"""Recurrence against Keras' layers, and against itself where strings are padded."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from skmlbio.layers import Recurrence
from skmlbio.layers.recurrence import CELLS

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
each_cell = pytest.mark.parametrize("cell", CELLS)
each_way = pytest.mark.parametrize("backwards", [False, True])
RANDOM = np.random.default_rng(0)
LENGTHS = [9, 6, 1, 4]
X = RANDOM.normal(size=(4, 9, 3)).astype("float32")
REAL = np.arange(9) < np.array(LENGTHS)[:, None]
UNITS = 6


def keras_layer(cell: str, **options) -> keras.layers.RNN:
    kind = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple": keras.layers.SimpleRNN}[cell]
    layer = kind(UNITS, return_sequences=True, **options)
    layer.build(X.shape)
    layer.set_weights([RANDOM.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def of_same_weights(theirs: keras.layers.RNN, cell: str, **options) -> Recurrence:
    """Our layer with the weights of Keras' one, in our order."""
    kernel, recurrent_kernel, bias = theirs.get_weights()
    biases = [bias]
    if cell == "lstm":  # input, forget, candidate, output gate; we begin the forget gate at 1
        kernel, recurrent_kernel, bias = (
            np.concatenate([np.split(w, 4, axis=-1)[i] for i in (0, 2, 1, 3)], axis=-1)
            for w in (kernel, recurrent_kernel, bias)
        )
        biases = [bias - np.repeat([0, 0, 1, 0], UNITS)]
    if cell == "gru":  # a second bias of the gates adds nothing
        biases = [bias[0] + bias[1] * (np.arange(3 * UNITS) < 2 * UNITS), bias[1, 2 * UNITS :]]
    layer = Recurrence(UNITS, cell, **options)
    layer.build(X.shape)
    layer.set_weights([kernel, recurrent_kernel, *biases])
    return layer


@each_cell
@each_way
@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_bfloat16"])
def test_states_are_those_of_keras(cell: str, backwards: bool, dtype: str) -> None:
    theirs = keras_layer(cell, dtype="float64")
    ours = of_same_weights(theirs, cell, backwards=backwards, dtype=dtype)
    last = of_same_weights(theirs, cell, backwards=backwards, dtype=dtype, last_only=True)
    found, found_last = ours(X, real=REAL), last(X, real=REAL)
    assert found.dtype == ours.compute_dtype and found_last.shape == (4, UNITS)
    tolerance = {"float32": 1e-5, "float64": 1e-12, "mixed_bfloat16": 0.1}[dtype]
    for row, length in enumerate(LENGTHS):
        string = X[row : row + 1, :length].astype("float64")
        expected = theirs(string[:, ::-1])[:, ::-1] if backwards else theirs(string)
        np.testing.assert_allclose(tf.cast(found, tf.float64)[row, :length], expected[0], atol=tolerance)
        end = expected[0, 0] if backwards else expected[0, -1]
        np.testing.assert_allclose(tf.cast(found_last, tf.float64)[row], end, atol=tolerance)


@each_cell
@each_way
def test_gradients_are_those_of_keras(cell: str, backwards: bool) -> None:
    """Of the input and, since they have other orders and sums, of all weights by their norms."""
    theirs = keras_layer(cell, go_backwards=backwards)
    ours = of_same_weights(theirs, cell, backwards=backwards)
    x, target = tf.constant(X), tf.constant(RANDOM.normal(size=(4, 9, UNITS)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        states = theirs(x)
        expected = tf.reduce_sum(target * (states[:, ::-1] if backwards else states))
        found = tf.reduce_sum(target * ours(x))
    np.testing.assert_allclose(tape.gradient(found, x), tape.gradient(expected, x), atol=1e-4)
    for i in range(2):
        mine, other = (
            np.sort(np.abs(tape.gradient(loss, layer.trainable_variables[i].value)), axis=None)
            for loss, layer in ((found, ours), (expected, theirs))
        )
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-4)


@each_cell
@each_way
def test_nothing_in_padding_is_seen(cell: str, backwards: bool) -> None:
    layer = of_same_weights(keras_layer(cell), cell, backwards=backwards)
    full = np.concatenate([np.where(REAL[..., None], X, 1e4), np.full((4, 5, 3), -1e4)], axis=1, dtype="float32")
    real = np.pad(REAL, ((0, 0), (0, 5)))
    np.testing.assert_allclose(layer(full, real=real)[:, :9][REAL], layer(X, real=REAL)[REAL], atol=1e-6)
    x = tf.constant(full)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.square(tf.where(real[..., None], layer(x, real=real), 0)))
    gradient = tape.gradient(loss, x).numpy()
    assert np.isfinite(gradient).all() and not gradient[~real].any() and gradient[real].any(axis=1).all()


@saves_variables
@each_cell
def test_keras_round_trip(cell: str, tmp_path: Path) -> None:
    x, real = keras.Input((None, 3)), keras.Input((None,), dtype="bool")
    states = Recurrence(UNITS, cell)(x, real=real)
    model = keras.Model([x, real], [states, Recurrence(2, cell, True, last_only=True)(states, real=real)])
    assert model.output_shape == [(None, None, UNITS), (None, 2)]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for found, expected in zip(again([X, REAL]), model([X, REAL]), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_unknown_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="cell must be 'lstm', 'gru' or 'simple', not 'rnn'"):
        Recurrence(3, "rnn")


@each_cell
@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_bfloat16"])
def test_one_step_after_the_other_is_the_whole(cell: str, dtype: str) -> None:
    layer = Recurrence(UNITS, cell, dtype=dtype)
    whole, cache = layer(X), layer.no_cache(len(X))
    for place in range(X.shape[1]):
        state, cache = layer.step(ops.cast(X[:, place : place + 1], layer.compute_dtype), cache)
        assert state.shape == (len(X), 1, UNITS) and state.dtype == layer.compute_dtype
        np.testing.assert_allclose(
            tf.cast(state[:, 0], "float64"), tf.cast(whole[:, place], "float64"), atol=1e-2 if "16" in dtype else 1e-5
        )
