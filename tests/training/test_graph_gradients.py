"""Slopes by node and by edge, of a network whose slopes are known."""

import numpy as np

from skmlbio.graphs import Graph, ensure_graphs, flat_batch
from skmlbio.networks.graph_network import graph_network
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._graph_gradients import graph_gradients

LINEAR = {
    "n_features": 1,
    "targets": {"n_outputs": 2, "kind": "numbers"},
    "conv": "gcn",
    "conv_params": {"self_connections": False, "normalization": None},
    "hidden_layer_sizes": (1,),
    "activation": "linear",
    "batch_normalization": False,
    "pooling": ("sum",),
    "readout_layer_sizes": (),
    "standardize": False,
}


def test_values_and_slopes_by_hand() -> None:
    # f = (2 Σ_i x_i + 3 Σ_ij A_ij x_j, 5 times the same), on the way with α x and α A.
    blueprint = Blueprint(graph_network, LINEAR)
    network = get_network(blueprint)
    known = {(1, 1): np.ones((1, 1)), (2, 2): np.array([[2.0, 10.0], [3.0, 15.0]])}
    weights = [known.get(tuple(v.shape), np.full(v.shape, v.name == "scale")).astype(v.dtype) for v in network.weights]
    graphs = [Graph([[1.0], [2.0]], [[0, 1], [1, 1]], [4.0, 0.5]), Graph([[7.0]])]
    shares, chosen = np.array([0.5, 1.0]), np.array([[1.0, 0.0], [0.0, -1.0]])
    batch = flat_batch(ensure_graphs(graphs))
    batch = batch._replace(features=batch.features.astype("float32"))
    ((values, of_nodes, of_edges),) = graph_gradients(blueprint, "predict", weights, [(*batch, shares, chosen)])
    np.testing.assert_allclose(values, [2 * 0.5 * 3 + 3 * 0.25 * (8 + 1), -10 * 7])
    # x_i times 2 + 3 α Σ_j A_ji, and the message α A_ij x_j times 3.
    np.testing.assert_allclose(of_nodes, [1 * 2, 2 * (2 + 3 * 0.5 * 4.5), -70])
    np.testing.assert_allclose(of_edges, [3 * 0.5 * 8, 3 * 0.5 * 1])
    assert values.dtype == np.float64 and of_nodes.dtype == of_edges.dtype == np.float32
