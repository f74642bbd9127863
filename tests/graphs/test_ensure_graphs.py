"""The way in for lists of graphs."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skmlbio.graphs import Graph, dense_batch, ensure_graphs

SQUARE = [[0, 1, 1, 2, 2, 3, 3, 0], [1, 0, 2, 1, 3, 2, 0, 3]]


def as_array(graphs: list) -> np.ndarray:
    array = np.empty(len(graphs), object)
    array[:] = graphs
    return array


@pytest.mark.parametrize("container", [list, tuple, as_array, pd.Series])
def test_containers(container: object) -> None:
    samples = ensure_graphs(container([Graph([[1.0]]), Graph([[2.0], [3.0]], [[0], [1]])]))
    np.testing.assert_array_equal(samples.features, [[1], [2], [3]])
    np.testing.assert_array_equal(samples.n_nodes, [1, 2])
    np.testing.assert_array_equal(samples.n_edges, [0, 1])
    assert samples.features.dtype == np.float64
    assert samples.edge_index.dtype == np.int32


def test_edges_are_sorted_and_repeated_ones_summed() -> None:
    graph = Graph(np.ones((3, 1)), [[2, 0, 2, 1, 0], [0, 1, 0, 1, 2]], [1.0, 2.0, 4.0, 8.0, 16.0])
    samples = ensure_graphs([Graph([[1.0]], [[0], [0]]), graph])
    np.testing.assert_array_equal(samples.edge_index, [[0, 0, 0, 1, 2], [0, 1, 2, 1, 0]])
    np.testing.assert_array_equal(samples.edge_weight, [1, 2, 16, 8, 5])
    np.testing.assert_array_equal(samples.n_edges, [1, 4])


@pytest.mark.parametrize(
    ("edges", "weights"),
    [([[0, 1], [1, 0]], [0.0, 1.0]), ([[0, 1, 0], [1, 0, 1]], [2.0, 1.0, -2.0]), ([[1], [0]], None)],
)
def test_weight_zero_is_no_edge(edges: list, weights: list | None) -> None:
    samples = ensure_graphs([Graph([[1.0], [1.0]], edges, weights)])
    np.testing.assert_array_equal(samples.edge_index, [[1], [0]])
    np.testing.assert_array_equal(samples.edge_weight, [1])


def test_a_graph_of_5000_nodes_beside_one_of_2() -> None:
    ring = np.arange(5000)
    large = Graph(np.ones((5000, 1)), [ring, np.roll(ring, 1)])
    samples = ensure_graphs([Graph(np.ones((2, 1)), [[0], [1]]), large])
    assert samples.n_nodes.tolist() == [2, 5000]
    np.testing.assert_array_equal(samples[[1]].edge_index, large.edge_index)


@pytest.mark.parametrize("types", [["C", "N", "O"], [6, 7, 8]])
def test_node_types_are_learned_and_used_again(types: list) -> None:
    first, second, third = types
    learned = ensure_graphs([Graph([third, first]), Graph([second])])
    assert learned.node_types.tolist() == types
    np.testing.assert_array_equal(learned.features, np.eye(3)[[2, 0, 1]])
    assert learned.features.dtype == np.float32
    ids = ensure_graphs([Graph([third, third])], node_types=learned.node_types, node_encoding="ids")
    np.testing.assert_array_equal(ids.features, np.array([3, 3], np.int32), strict=True)


@pytest.mark.parametrize("kind", ["Xx", "", "Zz"])
def test_unknown_node_types(kind: str) -> None:
    graphs, known = [Graph(["O"]), Graph(["O", kind])], np.array(["C", "O"])
    message = f"graph 1: node 1 has the unknown type '{kind}'; known are 'C', 'O'"
    with pytest.raises(ValueError, match=message):
        ensure_graphs(graphs, node_types=known)
    masked = ensure_graphs(graphs, node_types=known, unknown="mask")
    np.testing.assert_array_equal(masked.features, [[0, 1], [0, 1], [0, 0]])
    ids = ensure_graphs(graphs, node_types=known, unknown="mask", node_encoding="ids")
    np.testing.assert_array_equal(ids.features, [2, 2, 0])


def test_many_known_types_are_not_all_printed() -> None:
    with pytest.raises(ValueError, match=r"29, \.\.\.$"):
        ensure_graphs([Graph([77])], node_types=np.arange(50)[:40])


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (Graph(np.ones((4, 1)), [[3], [40]]), r"graph 1: edge \(3, 40\) points past its 4 nodes"),
        (Graph(np.ones((4, 1)), [[4], [0]]), r"graph 1: edge \(4, 0\) points past its 4 nodes"),
        (Graph(np.ones((4, 1)), [[0, 2], [1, -1]]), r"graph 1: edge \(2, -1\) has a negative node"),
        (Graph(np.ones((4, 1)), SQUARE, [1] * 7 + [np.inf]), r"graph 1: edge \(0, 3\) has the weight inf"),
        (Graph([[1.0], [np.nan]]), "graph 1: node 1 has nan as feature 0"),
        (Graph([[-np.inf], [1]]), "graph 1: node 0 has -inf as feature 0"),
        (Graph([[1e300]]), r"graph 1: node 0 has 1e\+300 as feature 0; finite needed, and between"),
        (Graph(np.ones((2, 3))), "graph 0 has 1 node features, graph 1 has 3 node features; all graphs need the same"),
        (Graph(["C"]), "graph 0 has 1 node features, graph 1 has string node types"),
        (Graph(np.ones((0, 1))), "graph 1 has no nodes"),
        (None, "graph 1: a NoneType is no graph; allowed are"),
        ("CCO", "graph 1: a str is no graph"),
        (np.eye(2), "graph 1: a ndarray is no graph"),
        (3.0, "graph 1: a float is no graph"),
    ],
)
def test_wrong_graphs_are_named(graph: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        ensure_graphs([Graph(np.ones((4, 1)), SQUARE), graph])


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([], ValueError, "the list of graphs is empty"),
        (None, TypeError, "expected a list of graphs, got a NoneType"),
        ("CCO", TypeError, "expected a list of graphs, got a str"),
        (b"CCO", TypeError, "expected a list of graphs, got a bytes"),
        (7, TypeError, "expected a list of graphs, got a int"),
        (Graph([[1.0]]), TypeError, "expected a list of graphs, got a Graph"),
        (np.ones(3), TypeError, "expected a list of graphs, got a ndarray"),
        (np.ones((3, 3)), TypeError, "expected a list of graphs, got a ndarray"),
        (pd.DataFrame({"a": [1]}), TypeError, "expected a list of graphs, got a DataFrame"),
        ((np.eye(2), np.eye(2)), TypeError, "graph 0: a ndarray is no graph"),
        ([Graph(np.ones((2, 0)))], ValueError, "graph 0 has 0 node features"),
        ([Graph([1]), Graph(["C"])], ValueError, "graph 0 has integer node types, graph 1 has string node types"),
    ],
)
def test_wrong_lists(X: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ensure_graphs(X)


@pytest.mark.parametrize(
    ("graph", "options", "message"),
    [
        (Graph([[1.0]]), {"n_features": 2}, "graph 0 has 1 node features, but the graphs of the fit had 2"),
        (Graph([[1.0]]), {"node_types": ["C"]}, "graph 0 has node features, but node_types, those given or"),
        (Graph([1]), {"node_types": ["C"]}, "graph 0 has integer node types, but the known node types are strings"),
        (Graph(["C"]), {"n_features": 2}, "graph 0 has node types, but the graphs of the fit had 2 node features"),
        (Graph(["C"]), {"node_encoding": "words"}, "node_encoding must be 'one_hot' or 'ids', not 'words'"),
        (Graph(["C"]), {"unknown": "ignore"}, "unknown must be 'error' or 'mask', not 'ignore'"),
        (Graph(["C"]), {"flow": "down"}, "flow must be 'target_to_source' or 'source_to_target', not 'down'"),
        (Graph(["C"]), {"node_types": []}, r"node_types must be a list of one type or more, not of shape \(0,\)"),
        (Graph(["C"]), {"node_types": [["C"]]}, r"node_types must be a list .* not of shape \(1, 1\)"),
    ],
)
def test_what_the_fit_knows_is_held_against_later_graphs(graph: Graph, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ensure_graphs([graph], **options)


@pytest.mark.parametrize("wrong", [np.nan, None, pd.NA, 6])
@pytest.mark.parametrize("kind", [list, lambda types: np.array(types, object), pd.Series])
def test_known_node_types_must_be_types(wrong: object, kind: object) -> None:
    with pytest.raises(TypeError, match="place 1 of node_types has the type"):
        ensure_graphs([Graph(["C"])], node_types=kind(["C", wrong]))


def test_known_node_types_of_any_container() -> None:
    for kind in (list, tuple, pd.Series, lambda types: np.array(types, object)):
        assert ensure_graphs([Graph(["C"])], node_types=kind(["O", "C"])).node_types.tolist() == ["C", "O"]


def test_flow_turns_directed_edges_round() -> None:
    graph = Graph([[1.0], [2.0], [4.0]], [[0, 1], [1, 2]], [1.0, 3.0])
    against, along = (ensure_graphs([graph], flow=flow) for flow in ("target_to_source", "source_to_target"))
    assert ensure_graphs([graph]).edge_index.tolist() == against.edge_index.tolist() == [[0, 1], [1, 2]]
    assert along.edge_index.tolist() == [[1, 2], [0, 1]]
    assert along.edge_weight.tolist() == [1, 3]
    for samples, collected in ((against, [2, 12, 0]), (along, [0, 1, 6])):
        assert (dense_batch(samples).adjacency @ graph.features).ravel().tolist() == collected
    with pytest.raises(ValueError, match=r"edge \(0, 7\) points past"):  # as it was given
        ensure_graphs([Graph([[1.0]], [[0], [7]])], flow="source_to_target")


def test_single_nodes_isolated_nodes_and_self_edges_are_fine() -> None:
    samples = ensure_graphs([Graph([[1.0]]), Graph([[1.0]], [[0], [0]]), Graph(np.ones((3, 1)), [[0], [1]])])
    np.testing.assert_array_equal(dense_batch(samples).adjacency.sum(axis=(1, 2)), [0, 1, 1])


def test_sparse_features_are_dense_among_many_and_may_stay_sparse_alone() -> None:
    features = sparse.csr_array([[0.0, 2.0], [0.0, 0.0]])
    graph = Graph(features, [[0], [1]])
    dense = ensure_graphs([graph, Graph(np.ones((1, 2)))]).features
    assert dense.tolist() == [[0, 2], [0, 0], [1, 1]]
    assert isinstance(ensure_graphs([graph]).features, np.ndarray)
    alone = ensure_graphs([graph], accept_sparse=True)
    assert sparse.issparse(alone.features) and (alone.features != features).nnz == 0 and alone.n_nodes.tolist() == [2]
    wrong = Graph(sparse.csr_array([[0.0, 1.0], [0.0, np.nan]]))
    for accept_sparse in (False, True):
        with pytest.raises(ValueError, match="graph 0: node 1 has nan as feature 1"):
            ensure_graphs([wrong], accept_sparse=accept_sparse)
