"""Columns brought to mean 0 and variance 1 inside the network."""

import keras
import numpy as np
import pytest

from skmlbio.layers.standardize import Standardize, standardize, unstandardize

RANDOM = np.random.default_rng(0)
MEAN, SCALE = np.array([1.0, -2.0, 300.0]), np.array([0.5, 1.0, 20.0])


def made(**options) -> Standardize:
    layer = Standardize(**options)
    layer.build((None, 3))
    layer.set_weights([MEAN, SCALE])
    return layer


def test_the_formula_and_its_inverse() -> None:
    x = RANDOM.normal(MEAN, SCALE, size=(50, 3))
    np.testing.assert_allclose(standardize(x, MEAN, SCALE), (x - MEAN) / SCALE)
    np.testing.assert_allclose(unstandardize(standardize(x, MEAN, SCALE), MEAN, SCALE), x)


@pytest.mark.parametrize("shape", [(7, 3), (7, 4, 3), (2, 5, 4, 3)])
def test_the_last_axis_of_any_shape(shape: tuple[int, ...]) -> None:
    x = RANDOM.normal(MEAN, SCALE, size=shape).astype("float32")
    layer = made()
    z = layer(x)
    np.testing.assert_allclose(z, (x - MEAN) / SCALE, atol=1e-4)
    np.testing.assert_allclose(layer(z, inverse=True), x, rtol=1e-5, atol=1e-5)


def test_mean_and_scale_are_weights_that_are_not_trained_and_do_nothing_at_first() -> None:
    layer = Standardize(name="units")
    layer.build((None, 3))
    x = RANDOM.normal(size=(4, 3)).astype("float32")
    np.testing.assert_array_equal(layer(x), x)
    assert layer.trainable_weights == [] and [v.path for v in layer.weights] == ["units/mean", "units/scale"]


def test_double_precision() -> None:
    x = RANDOM.normal(MEAN, SCALE, size=(4, 3))
    z = made(dtype="float64")(x)
    assert z.dtype == "float64"
    np.testing.assert_allclose(z, (x - MEAN) / SCALE, rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_bfloat16"])
def test_numbers_far_from_zero_keep_their_digits(dtype: str) -> None:
    layer, z = Standardize(dtype=dtype), RANDOM.normal(size=(50, 2))
    layer.build((None, 2))
    layer.set_weights([np.array([1.7e9, 1e-30]), np.array([0.5, 1e-33])])
    x = np.array([1.7e9, 1e-30]) + np.array([0.5, 1e-33]) * z
    standardized = layer(x)
    assert standardized.dtype == layer.compute_dtype
    np.testing.assert_allclose(np.asarray(standardized, float), z, atol=0.05 if "b" in dtype else 1e-6)
    back = layer(z, inverse=True)
    assert back.dtype == "float64"
    np.testing.assert_array_equal(back, z * [0.5, 1e-33] + [1.7e9, 1e-30])
    inputs = keras.Input((2,), dtype="float64")
    np.testing.assert_array_equal(keras.Model(inputs, layer(inputs))(x), standardized)


def test_a_scale_of_zero_stands_for_a_constant() -> None:
    layer = Standardize()
    layer.build((None, 2))
    layer.set_weights([np.array([5.1, 2.0]), np.array([0.0, 4.0])])
    np.testing.assert_allclose(layer(np.array([[5.1, 6.0], [7.1, 2.0]])), [[0, 1], [2, 0]], atol=1e-6)
    np.testing.assert_array_equal(layer(np.array([[3.0, 1.0], [-1e30, 0.0]]), inverse=True), [[5.1, 6], [5.1, 2]])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_saved_and_read_again(tmp_path) -> None:
    x = keras.Input((3,))
    layer = Standardize()
    model = keras.Model(x, layer(keras.layers.Activation("relu")(layer(x)), inverse=True))
    layer.set_weights([MEAN, SCALE])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    rows = RANDOM.normal(MEAN, SCALE, size=(9, 3)).astype("float32")
    np.testing.assert_array_equal(again(rows), model(rows))
    np.testing.assert_allclose(again(rows), np.maximum(rows, MEAN), rtol=1e-5)
    assert len(again.weights) == 2
