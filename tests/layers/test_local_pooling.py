"""Runs of positions made one."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers import LocalPooling
from skmlbio.layers.local_pooling import LOCAL_POOLINGS, pool_locally

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# Negative throughout, so that a padded zero would win under "max".
X = (-1 - np.random.default_rng(0).random((3, 7, 2))).astype("float32")
LENGTHS = [7, 4, 1]
REAL = np.arange(7) < np.array(LENGTHS)[:, None]


@pytest.mark.parametrize("fill", [0.0, 1e4, -1e4])
@pytest.mark.parametrize("size", [1, 2, 3, 10])
@pytest.mark.parametrize("pooling", LOCAL_POOLINGS)
def test_runs_are_pooled_from_the_first_position_whatever_stands_in_padding(pooling, size, fill) -> None:
    x = np.where(REAL[..., None], X, fill).astype("float32")
    pooled, real = (np.asarray(part) for part in pool_locally(x, REAL, size, pooling))
    assert pooled.shape == (3, -(-7 // size), 2)
    for row, length in enumerate(LENGTHS):
        runs = [X[row, start : min(start + size, length)] for start in range(0, length, size)]
        expected = [getattr(run, pooling)(axis=0) for run in runs]
        np.testing.assert_allclose(pooled[row, : len(runs)], expected, atol=1e-6)
        assert real[row].sum() == real[row, : len(runs)].sum() == len(runs)
        assert not pooled[row, len(runs) :].any()


@pytest.mark.parametrize("pooling", LOCAL_POOLINGS)
def test_gradients_are_the_same_under_xla_and_none_reaches_the_padding(pooling) -> None:
    def gradient(x: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.square(pool_locally(x, tf.constant(REAL), 3, pooling)[0]))
        return tape.gradient(loss, x)

    plain, compiled = (tf.function(gradient, jit_compile=jit)(tf.constant(X)).numpy() for jit in (False, True))
    np.testing.assert_allclose(plain, compiled, atol=1e-6)
    assert np.abs(plain).max() > 0 and not plain[~REAL].any()


@saves_variables
def test_keras_round_trip(tmp_path: Path) -> None:
    x, real = keras.Input((None, 2)), keras.Input((None,), dtype="bool")
    model = keras.Model([x, real], LocalPooling(3, "mean")(x, real=real))
    assert [tuple(shape) for shape in model.output_shape] == [(None, None, 2), (None, None)]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for found, expected in zip(again([X, REAL]), model([X, REAL]), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_half_precision_stays_finite() -> None:
    assert np.isfinite(LocalPooling(3, dtype="mixed_float16")(X, real=REAL)[0]).all()


def test_unknown_pooling_is_refused() -> None:
    with pytest.raises(ValueError, match="pooling must be 'max' or 'mean', not 'sum'"):
        LocalPooling(2, "sum")
