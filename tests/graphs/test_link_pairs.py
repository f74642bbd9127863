"""Pairs of nodes that are joined, and others that are not."""

import networkx
import numpy as np
import pytest

from skmlbio.graphs import Graph, as_graph, link_pairs


def keys(pairs: np.ndarray) -> set:
    return {frozenset(pair) for pair in pairs.tolist()}


def test_all_edges_and_as_many_others_each_once() -> None:
    graph = networkx.gnp_random_graph(40, 0.2, seed=0)
    graph.add_edge(3, 3)
    for given in (as_graph(graph), Graph(np.ones((40, 1)), as_graph(graph).edge_index)):
        pairs, y = link_pairs(given, random_state=0)
        edges = {frozenset(edge) for edge in graph.edges if edge[0] != edge[1]}
        assert keys(pairs[y == 1]) == edges and (y == 0).sum() == (y == 1).sum() == len(edges)
        assert not keys(pairs[y == 0]) & edges and len(keys(pairs)) == len(pairs)
        assert (pairs[:, 0] != pairs[:, 1]).all()


def test_directed_edges_keep_their_direction() -> None:
    graph = Graph(np.ones((3, 1)), [[0, 1, 2], [1, 2, 2]])
    pairs, y = link_pairs(graph, n_negative=4, random_state=0)
    assert sorted(pairs[y == 1].tolist()) == [[0, 1], [1, 2]]
    assert sorted(pairs[y == 0].tolist()) == [[0, 2], [1, 0], [2, 0], [2, 1]]


def test_many_nodes_are_drawn_from_and_the_seed_decides() -> None:
    ring = np.stack([np.arange(5000), (np.arange(5000) + 1) % 5000])
    graph = Graph(np.ones((5000, 1)), ring)
    (first, y), (second, _), (other, _) = (link_pairs(graph, random_state=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, second) and not np.array_equal(first, other)
    assert len(np.unique(first, axis=0)) == 10_000 and abs(y[:5000].mean() - 0.5) < 0.1
    assert np.array_equal((first[:, 1] - first[:, 0]) % 5000 == 1, y == 1)


@pytest.mark.parametrize("names", [["a", "b", "c"], ["a", 7, ("b", 1)]])
def test_names_where_the_graph_has_names(names: list) -> None:
    pairs, _ = link_pairs(Graph(np.ones((3, 1)), [[0, 2], [2, 0]], node_names=names), n_negative=0)
    assert pairs.tolist() == [[names[0], names[2]]]


def test_weights_of_0_are_no_edges_and_a_full_graph_has_no_other_pairs() -> None:
    full = Graph(np.ones((2, 1)), [[0, 1], [1, 0]])
    with pytest.raises(ValueError, match="n_negative is 1, but only 0 pairs of nodes are not joined"):
        link_pairs(full)
    pairs, y = link_pairs(Graph(full.features, full.edge_index, [0, 0]), n_negative=1, random_state=0)
    assert (pairs.tolist(), y.tolist()) == ([[0, 1]], [0])


def test_a_networkx_graph_is_taken_with_the_names_of_its_nodes() -> None:
    pairs, y = link_pairs(networkx.Graph([("a", "b"), ("b", "c")]), n_negative=1, random_state=0)
    assert keys(pairs[y == 1]) == {frozenset("ab"), frozenset("bc")} and keys(pairs[y == 0]) == {frozenset("ac")}
