"""A x, against NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from skmlbio.layers.graph_propagation import (
    EdgeList,
    attend,
    degrees,
    neighbour_sum,
    propagate,
    require_normalization,
)

# Directed, weights of both signs, an edge to itself, and a last node without any edge.
ADJACENCY = np.array([[0, 2, 0, 0], [1, 3, 0.5, 0], [0, -4, 0, 0], [0, 0, 0, 0]], "float32")
X = np.array([[1, 2], [3, 5], [-7, 11], [13, 17]], "float32")


def edges() -> EdgeList:
    edge_index = np.stack(np.nonzero(ADJACENCY))
    return EdgeList(edge_index, ADJACENCY[tuple(edge_index)], len(X))


def both_forms(function: object, *arrays: np.ndarray) -> np.ndarray:
    """What the function gives for edge lists, once the dense form was found to give the same."""
    dense = function(ADJACENCY[None], *(array[None] for array in arrays))
    flat = function(edges(), *arrays)
    np.testing.assert_allclose(dense[0], flat, atol=1e-6)
    return np.asarray(flat)


def test_neighbour_sum_is_a_matrix_product() -> None:
    np.testing.assert_allclose(both_forms(neighbour_sum, X), ADJACENCY @ X)


def test_degrees_are_sums_of_absolute_weights() -> None:
    np.testing.assert_allclose(degrees(edges()), [2, 4.5, 4, 0])
    np.testing.assert_allclose(degrees(ADJACENCY[None])[0], [2, 4.5, 4, 0])


@pytest.mark.parametrize("self_connections", [False, True])
@pytest.mark.parametrize("normalization", [None, "symmetric", "row"])
def test_propagate_against_the_written_out_matrix(self_connections: bool, normalization: str | None) -> None:
    matrix = ADJACENCY + np.eye(4) * self_connections
    degree = np.abs(ADJACENCY).sum(axis=1) + self_connections
    with np.errstate(divide="ignore"):
        inverse = np.where(degree > 0, 1 / degree, 0)
    if normalization == "row":
        matrix = inverse[:, None] * matrix
    if normalization == "symmetric":
        matrix = np.sqrt(inverse)[:, None] * matrix * np.sqrt(inverse)
    computed = both_forms(lambda adjacency, x: propagate(adjacency, x, self_connections, normalization), X)
    np.testing.assert_allclose(computed, matrix @ X, rtol=1e-5)


@pytest.mark.parametrize("self_connections", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1e5])
def test_attend_against_a_loop(self_connections: bool, scale: float) -> None:
    random = np.random.default_rng(0)
    own, neighbour = scale * random.normal(size=(2, 4, 3)).astype("float32")
    values = random.normal(size=(4, 3, 2)).astype("float32")
    expected = np.zeros((4, 3, 2))
    for node in range(4):
        others = np.flatnonzero((ADJACENCY[node] != 0) | (np.eye(4, dtype=bool)[node] & self_connections))
        for head in range(3):
            scores = own[node, head] + neighbour[others, head]
            scores = np.where(scores > 0, scores, 0.2 * scores)
            shares = np.exp(scores - scores.max(initial=-np.inf))
            if len(others):
                expected[node, head] = shares @ values[others, head] / shares.sum()
    computed = both_forms(
        lambda adjacency, *arrays: attend(adjacency, *arrays, self_connections), own, neighbour, values
    )
    np.testing.assert_allclose(computed, expected, atol=1e-5)


def test_attend_over_no_neighbour_has_finite_gradients() -> None:
    import tensorflow as tf

    scores, values = tf.Variable(np.ones((1, 4, 1), "float32")), np.ones((1, 4, 1, 2), "float32")
    for adjacency in (np.zeros((1, 4, 4), "float32"), ADJACENCY[None]):
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(attend(adjacency, scores, scores, values, False))
        assert np.isfinite(tape.gradient(total, scores)).all()


def test_half_precision_stays_finite() -> None:
    x = ops.cast(X, "float16")
    adjacency = ops.cast(ADJACENCY[None], "float16")
    scores, values = ops.expand_dims(x[:, :1], 0), ops.expand_dims(ops.expand_dims(x, 1), 0)
    collected = attend(adjacency, scores, scores, values)
    assert keras.backend.standardize_dtype(collected.dtype) == "float16"
    assert np.isfinite(collected).all()


def test_unknown_normalization_is_refused() -> None:
    assert require_normalization("row") == "row"
    with pytest.raises(ValueError, match="normalization must be None, 'symmetric' or 'row', not 'column'"):
        require_normalization("column")
