"""What codes of nodes miss of a graph, against NumPy."""

import numpy as np
import pytest

from skmlbio.graphs import Graph, dense_batch, edge_batch, ensure_graphs
from skmlbio.layers.graph_reconstruction import edge_error, node_error

RANDOM = np.random.default_rng(0)
SIZES = [5, 1, 9, 3]
GRAPHS = [Graph(np.ones((n, 1)), RANDOM.integers(0, n, (2, 2 * n)), RANDOM.uniform(0.5, 2, 2 * n)) for n in SIZES]
GRAPHS.append(Graph(np.ones((4, 1))))
SAMPLES = ensure_graphs(GRAPHS)
DENSE = dense_batch(SAMPLES, 10)
CODES = RANDOM.normal(size=(5, 10, 3)).astype("float32")


def test_edge_error_is_that_of_all_pairs_in_both_layouts() -> None:
    expected = []
    for adjacency, codes, n_nodes in zip(DENSE.adjacency, CODES, SAMPLES.n_nodes, strict=True):
        wanted, z = adjacency[:n_nodes, :n_nodes] + np.eye(n_nodes), codes[:n_nodes]
        expected.append(np.square(wanted - z @ z.T).sum() / np.square(wanted).sum())
    edges = edge_batch(SAMPLES, 10, 30)
    np.testing.assert_allclose(edge_error([CODES, DENSE.adjacency], DENSE.mask), expected, rtol=1e-4)
    of_list = edge_error([CODES, edges.edge_index, edges.edge_weight], edges.mask)
    np.testing.assert_allclose(of_list, expected, rtol=1e-4)


def test_node_error_of_numbers_and_of_types() -> None:
    x, answer = RANDOM.normal(size=(2, 5, 10, 4)).astype("float32")
    of_numbers = node_error(x, answer, DENSE.mask, False)
    squares = [np.square(x[i, :n] - answer[i, :n]).mean() for i, n in enumerate(SAMPLES.n_nodes)]
    np.testing.assert_allclose(of_numbers, squares, rtol=1e-5)
    ids = RANDOM.integers(0, 5, (5, 10))  # 0 is unknown, and costs nothing
    one_hot = np.eye(5, dtype="float32")[ids][..., 1:]
    logs = answer - np.log(np.exp(answer).sum(axis=-1, keepdims=True))
    costs = [-(one_hot[i, :n] * logs[i, :n]).sum() / n for i, n in enumerate(SAMPLES.n_nodes)]
    for types in (ids.astype("int32"), one_hot):
        np.testing.assert_allclose(node_error(types, answer, DENSE.mask, True), costs, rtol=1e-4)


@pytest.mark.parametrize("value", [np.float32(1e3)])
def test_padding_does_not_matter(value: np.float32) -> None:
    filled = np.where(DENSE.mask[..., None], CODES, value)
    for error in (
        lambda z: edge_error([z, DENSE.adjacency], DENSE.mask),
        lambda z: node_error(z, 2 * z, DENSE.mask, 0),
    ):
        np.testing.assert_allclose(error(filled), error(CODES), rtol=1e-6)
