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
