"""Graphs without some of their nodes and edges, and numbers of edges in the order of a list."""

import numpy as np
import pytest

from skmlbio.graphs import Graph, ensure_graphs
from skmlbio.graphs._occlusion import edges_as_listed, joined_pairs, left_without, pairs_as_listed

# 0 - 1 both ways, 1 -> 2, 2 -> 2; and a node of its own.
FIRST = Graph([[1.0], [2], [3]], [[2, 1, 0, 1], [2, 0, 1, 2]], [5, 1, 1, 2])
SECOND = Graph([[4.0]])
SAMPLES = ensure_graphs([FIRST, SECOND])


def test_pairs_are_joined_whichever_way() -> None:
    pairs = joined_pairs(SAMPLES)
    assert pairs.ends.tolist() == [[0, 1, 2], [1, 2, 2]]
    assert pairs.n_pairs.tolist() == [3, 0]


def test_what_is_left_is_the_graph_without_it() -> None:
    owners, nodes = np.array([0, 0, 1, 0, 0]), np.array([1, 2, 0, -1, -1])
    left = left_without(SAMPLES[owners], nodes, np.array([[-1, -1, -1, 0, 2], [-1, -1, -1, 1, 2]]))
    assert left.n_nodes.tolist() == [2, 2, 0, 3, 3] and left.n_edges.tolist() == [1, 2, 0, 2, 3]
    assert left[[0]].edge_index.tolist() == [[1], [1]] and left[[0]].features.ravel().tolist() == [1, 3]
    assert left[[1]].edge_index.tolist() == [[0, 1], [1, 0]]
    assert left[[3]].edge_index.tolist() == [[1, 2], [2, 2]] and left[[3]].edge_weight.tolist() == [2, 5]
    assert left[[4]].edge_index.tolist() == [[0, 1, 1], [1, 0, 2]]


def test_each_edge_has_the_number_of_its_pair() -> None:
    ends = joined_pairs(SAMPLES).ends
    assert pairs_as_listed(np.array([10.0, 20, 30]), ends, FIRST).tolist() == [30, 10, 10, 20]
    cancelled = Graph(np.ones((3, 1)), [[0, 1, 1], [1, 2, 2]], [1, 2, -2])
    assert pairs_as_listed(np.array([10.0]), joined_pairs(ensure_graphs([cancelled])).ends, cancelled).tolist() == [
        10, 0, 0
    ]  # fmt: skip
    assert pairs_as_listed(np.zeros(0), np.zeros((2, 0), int), SECOND).shape == (0,)


@pytest.mark.parametrize("flow", ["target_to_source", "source_to_target"])
def test_edges_come_back_in_their_order(flow: str) -> None:
    samples = ensure_graphs([FIRST], flow=flow)
    found = edges_as_listed(samples.edge_weight, samples, FIRST, flow)  # the weight of each edge as its number
    assert found.tolist() == FIRST.edge_weight.tolist()


def test_parallel_edges_share_by_weight_unless_they_have_features() -> None:
    edges, weights = [[1, 0, 1, 0, 1], [0, 1, 0, 0, 1]], [3.0, 1, 1, 0, 2]
    graph = Graph(np.ones((2, 1)), edges, weights)
    samples = ensure_graphs([graph])
    assert edges_as_listed(np.array([10.0, 8, 6]), samples, graph, "target_to_source").tolist() == [6, 10, 2, 0, 6]
    apart = Graph(np.ones((2, 1)), edges, weights, edge_features=np.arange(5.0)[:, None])
    samples = ensure_graphs([apart])
    found = edges_as_listed(samples.edge_features[:, 0], samples, apart, "target_to_source")
    assert found.tolist() == [0, 1, 2, 0, 4]
