"""Gradients at places inside a network of images, by a network whose gradients are known."""

import keras
import numpy as np

from skmlbio.networks._architecture import Architecture
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._point_gradients import point_gradients


def squares() -> Architecture:
    """f = (w Σ z², 2 w Σ z²), where z = 2x."""
    x = keras.Input((None, None, 1), name="X")
    z = x * 2
    total = keras.ops.sum(z * z, axis=(1, 2))
    weighted = keras.layers.Dense(1, use_bias=False, name="w")(total)
    model = keras.Model(x, keras.ops.concatenate([weighted, 2 * weighted], axis=-1))
    return Architecture(model, {"predict": model, "pixels": keras.Model(x, [z]), "sums": keras.Model(x, [total])})


X = np.arange(12, dtype="float32").reshape(2, 2, 3, 1)
SHARE, CHOSEN = np.array([0.5, 1.0]), np.array([[1.0, 0.0], [0.0, -1.0]])
WEIGHTS = [np.array([[3.0]], "float32")]


def test_values_and_slopes_by_hand() -> None:
    blueprint = Blueprint(squares, {})
    ((values, z, slopes),) = point_gradients(blueprint, "predict", "pixels", WEIGHTS, [(X, SHARE, CHOSEN)])
    assert values.dtype == np.float64 and z.dtype == slopes.dtype == np.float32
    np.testing.assert_allclose(z, 2 * X)
    np.testing.assert_allclose(values, [3 * (X[0] ** 2).sum(), -24 * (X[1] ** 2).sum()])
    np.testing.assert_allclose(slopes, [6 * X[0], -24 * X[1]])
    ((values, sums, slopes),) = point_gradients(blueprint, "predict", "sums", WEIGHTS, [(X, SHARE, CHOSEN)])
    np.testing.assert_allclose(sums[:, 0], 4 * (X**2).sum(axis=(1, 2, 3)))
    np.testing.assert_allclose(values, [1.5 * sums[0, 0], -6 * sums[1, 0]])
    assert slopes.tolist() == [[3.0], [-6.0]]


def test_one_program_for_batches_of_any_shape() -> None:
    blueprint = Blueprint(squares, {})
    batches = [(np.ones((n, n, 2, 1), "float32"), np.ones(n), np.tile([1.0, 0.0], (n, 1))) for n in (1, 4)]
    found = list(point_gradients(blueprint, "predict", "pixels", WEIGHTS, batches))
    assert [slopes.shape for _, _, slopes in found] == [(1, 1, 2, 1), (4, 4, 2, 1)]
    assert ("gradients at pixels, ", "predict") in get_network(blueprint)._programs
    assert len(get_network(blueprint)._programs) <= 2
