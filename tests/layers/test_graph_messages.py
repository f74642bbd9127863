"""The graph convolutions of messages, against loops over the neighbours."""

import numpy as np
import pytest
from graph_layers import DIRECTED, X, make, relu, require_formula

from skmlbio.layers.graph_messages import EdgeConvolution, GeneralConvolution


def collected(aggregation: str, messages: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What comes of the messages of some neighbours."""
    if aggregation == "max":
        return messages.max(axis=0)
    total = weights @ messages
    return total / weights.sum() if aggregation == "mean" else total


def general_formula(aggregation: str, self_connections: bool):
    def formula(kernel, message_bias, slope, bias):
        messages = X @ kernel + message_bias
        messages = np.where(messages > 0, messages, slope * messages)
        rows = []
        for node, weights in enumerate(DIRECTED):
            others = np.flatnonzero(weights)
            sent, of_edges = messages[others], weights[others]
            if self_connections:
                sent, of_edges = np.concatenate([sent, messages[[node]]]), np.append(of_edges, 1)
            rows.append(collected(aggregation, sent, of_edges))
        return np.array(rows) + bias

    return formula


def edge_formula(aggregation: str):
    def formula(hidden_kernel, hidden_bias, kernel, bias):
        rows = []
        for node, weights in enumerate(DIRECTED):
            others = np.flatnonzero(weights)
            pairs = np.concatenate([np.tile(X[node], (len(others), 1)), X[others] - X[node]], axis=1)
            messages = relu(pairs @ hidden_kernel + hidden_bias) @ kernel
            rows.append(collected(aggregation, messages, weights[others]))
        return np.array(rows) + bias

    return formula


@pytest.mark.parametrize("aggregation", ["sum", "mean", "max"])
def test_layers_compute_their_formula(aggregation: str) -> None:
    require_formula("edge", {"aggregation": aggregation}, edge_formula(aggregation), DIRECTED)
    for self_connections in (False, True):
        options = {"aggregation": aggregation, "self_connections": self_connections}
        require_formula("general", options, general_formula(**options), DIRECTED)


@pytest.mark.parametrize("conv", ["edge", "general"])
@pytest.mark.parametrize("aggregation", ["sum", "mean", "max"])
def test_a_node_without_neighbours_collects_nothing(conv: str, aggregation: str) -> None:
    layer = make(conv, {"aggregation": aggregation} | ({"self_connections": False} if conv == "general" else {}))
    found = layer([X[None], np.zeros((1, 3, 3), "float32")])[0]
    np.testing.assert_allclose(found, np.tanh(np.tile(layer.bias, (3, 1))), atol=1e-6)


@pytest.mark.parametrize("layer", [EdgeConvolution, GeneralConvolution])
def test_an_unknown_aggregation_is_refused(layer: type) -> None:
    with pytest.raises(ValueError, match="aggregation must be 'sum', 'mean' or 'max', not 'median'"):
        layer(4, aggregation="median")
