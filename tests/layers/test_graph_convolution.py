"""The graph convolutions of neighbours, against their formulas."""

import numpy as np
import pytest
from graph_layers import ADJACENCY, X, make, relu, require_formula, symmetric

from skmlbio.layers.graph_convolution import GATConvolution, GraphConvolution


def gcn_formula(kernel, bias):
    return symmetric(ADJACENCY + np.eye(3)) @ X @ kernel + bias


def gin_formula(hidden_kernel, hidden_bias, kernel, epsilon, bias):
    return relu(((1 + epsilon) * X + ADJACENCY @ X) @ hidden_kernel + hidden_bias) @ kernel + bias


def sage_formula(kernel, neighbour_kernel, bias):
    mean = ADJACENCY @ X / ADJACENCY.sum(axis=1, keepdims=True)
    return np.concatenate([X, mean], axis=1) @ np.concatenate([kernel, neighbour_kernel]) + bias


def gat_formula(kernel, own_kernel, neighbour_kernel, bias):
    heads = []
    for head in range(kernel.shape[1]):
        values = X @ kernel[:, head]
        scores = (values @ own_kernel[head])[:, None] + values @ neighbour_kernel[head]
        scores = np.where(scores > 0, scores, 0.2 * scores)
        shares = np.where((ADJACENCY != 0) | np.eye(3, dtype=bool), np.exp(scores), 0)
        heads.append(shares / shares.sum(axis=1, keepdims=True) @ values)
    return np.concatenate(heads, axis=1) + bias


@pytest.mark.parametrize(
    ("conv", "options", "formula"),
    [
        ("gcn", {}, gcn_formula),
        ("gat", {}, gat_formula),
        ("gin", {"learn_epsilon": True}, gin_formula),
        ("sage", {}, sage_formula),
    ],
)
def test_layers_compute_their_formula(conv: str, options: dict, formula: object) -> None:
    require_formula(conv, options, formula)


def test_lecture_convolution_with_and_without_self_connections() -> None:
    for self_connections in (False, True):
        layer = make("gcn", {"self_connections": self_connections, "normalization": None})
        kernel, bias = (np.asarray(weight) for weight in layer.weights)
        expected = np.tanh((ADJACENCY + self_connections * np.eye(3)) @ X @ kernel + bias)
        np.testing.assert_allclose(layer([X[None], ADJACENCY[None]])[0], expected, atol=1e-5)


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="normalization must be None, 'symmetric' or 'row', not 'both'"):
        GraphConvolution(4, normalization="both")
    with pytest.raises(ValueError, match="units must be a multiple of n_heads, but 10 is none of 4"):
        GATConvolution(10, n_heads=4)
