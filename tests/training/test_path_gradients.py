"""Gradients with respect to the vectors of letters, by a network whose gradients are known."""

import keras
import numpy as np
import pytest

from skmlbio.networks._architecture import Architecture
from skmlbio.networks._tokens import enter_tokens
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._path_gradients import mean_vector, path_gradients

VECTORS = np.array([[0, 0], [0.5, 0.5], [1, 0], [0, 1]])


def squares(vectors: np.ndarray | None) -> Architecture:
    """f = (Σ w x², Σ w x) over the places of a string, by two weights that are the same."""
    tokens, x, _ = enter_tokens(vectors, 4, width=2)
    layer = keras.layers.Dense(1, use_bias=False, name="weights")
    sums = [keras.ops.sum(layer(each), axis=1) for each in (x * x, x)]
    model = keras.Model(tokens, keras.ops.concatenate(sums, axis=-1))
    return Architecture(model, {"predict": model})


def test_values_and_gradients_by_hand() -> None:
    blueprint, weights = Blueprint(squares, {"vectors": VECTORS}), [np.array([[2.0], [3.0]], "float32")]
    tokens, baseline = np.array([[2, 3, 0], [3, 1, 3]], "uint8"), np.array([0.25, 0.5])
    share, chosen = np.array([0.5, 1.0]), np.array([[1.0, 0.0], [0.0, -1.0]])
    ((values, gradients),) = path_gradients(blueprint, "predict", weights, [(tokens, share, baseline, chosen)])
    real = (tokens > 0)[..., np.newaxis]
    way = (VECTORS[tokens] - baseline) * real
    point = baseline * real + share[:, np.newaxis, np.newaxis] * way
    w = np.array([2.0, 3.0])
    assert values.dtype == np.float64 and gradients.dtype == np.float32
    np.testing.assert_allclose(values, [(w * point[0] ** 2).sum(), -(w * point[1]).sum()], rtol=1e-6)
    np.testing.assert_allclose(gradients, way * np.stack([2 * w * point[0], -w * np.ones((3, 2))]), rtol=1e-6)
    assert not gradients[0, 2].any()  # padding


def test_one_program_for_batches_of_any_shape() -> None:
    blueprint, weights = Blueprint(squares, {"vectors": VECTORS}), [np.ones((2, 1), "float32")]
    batches = [(np.full(shape, 2, "uint8"), np.ones(shape[0]), np.zeros(2), np.ones((shape[0], 2)))
               for shape in ((1, 4), (3, 9))]  # fmt: skip
    found = list(path_gradients(blueprint, "predict", weights, batches))
    assert [gradients.shape for _, gradients in found] == [(1, 4, 2), (3, 9, 2)]
    programs = get_network(blueprint)._programs
    assert list(programs) == [("path_gradients", "predict")]


def test_the_mean_of_learned_vectors() -> None:
    blueprint = Blueprint(squares, {"vectors": None})
    table = np.array([[9, 9], [9, 9], [1, 2], [3, 6]], "float32")
    network = get_network(blueprint)
    weights = [table if v.path.endswith("embeddings") else np.ones(v.shape, "float32") for v in network.weights]
    assert mean_vector(blueprint, weights).tolist() == [2, 4]
    inputs = np.array([[2, 3]], "uint8"), np.zeros(1), np.array([2.0, 4.0]), np.array([[0.0, 1.0]])
    ((values, gradients),) = path_gradients(blueprint, "predict", weights, [inputs])
    assert values == pytest.approx([12])
    assert gradients.tolist() == [[[-1, -2], [1, 2]]]
