"""Edges with features or types: the way in, what is refused, batches."""

import networkx
import numpy as np
import pytest
from scipy import sparse

from skmlbio.graphs import Graph, dense_batch, edge_batch, ensure_graphs, flat_batch

EDGES = [[0, 1, 1, 2], [1, 0, 2, 1]]
NUMBERS = np.arange(8.0).reshape(4, 2)
PATH = Graph(np.ones((3, 1)), EDGES, edge_features=NUMBERS)
TYPED = Graph(np.ones((3, 1)), EDGES, edge_features=["single", "single", "double", "double"])
ALONE = Graph(np.ones((1, 1)))


def test_features_follow_their_edges_when_these_are_sorted_and_chosen() -> None:
    order = np.array([2, 0, 3, 1])
    shuffled = Graph(PATH.features, PATH.edge_index[:, order], edge_features=NUMBERS[order])
    samples = ensure_graphs([PATH, ALONE, shuffled])
    np.testing.assert_array_equal(samples.edge_features, np.tile(NUMBERS, (2, 1)))
    assert samples.edge_features.dtype == np.float64 and samples.edge_types is None
    np.testing.assert_array_equal(samples[[2, 1]].edge_features, NUMBERS)
    np.testing.assert_array_equal(samples[[1]].edge_features, np.zeros((0, 2)))


def test_flow_turns_edges_round_with_their_features() -> None:
    directed = Graph(np.ones((3, 1)), [[0, 0], [1, 2]], edge_features=[[1.0], [2.0]])
    samples = ensure_graphs([directed], flow="source_to_target")
    assert samples.edge_index.tolist() == [[1, 2], [0, 0]] and samples.edge_features.ravel().tolist() == [1, 2]


def test_parallel_edges_stay_apart_where_they_have_features_and_edges_of_weight_0_are_none() -> None:
    parallel = Graph(np.ones((2, 1)), [[0, 0, 1, 1], [1, 1, 0, 0]], [1.0, 2.0, 0.0, 4.0], [[5.0], [6.0], [7.0], [8.0]])
    samples = ensure_graphs([parallel])
    assert samples.edge_index.tolist() == [[0, 0, 1], [1, 1, 0]]
    assert samples.edge_weight.tolist() == [1, 2, 4] and samples.edge_features.ravel().tolist() == [5, 6, 8]
    plain = samples.without_edge_features()
    assert plain.edge_index.tolist() == [[0, 1], [1, 0]] and plain.edge_weight.tolist() == [3, 4]
    assert plain.edge_features is None and plain.n_edges.tolist() == [2]
    same = ensure_graphs([Graph(parallel.features, parallel.edge_index, parallel.edge_weight)])
    assert same.edge_weight.tolist() == [3, 4] and same.without_edge_features() is same
    with pytest.raises(ValueError, match=r"graph 0 has several edges \(0, 1\), and a matrix has room for one"):
        dense_batch(samples)


def test_types_become_columns_that_later_graphs_keep() -> None:
    samples = ensure_graphs([TYPED, ALONE])
    assert samples.edge_types.tolist() == ["double", "single"]
    np.testing.assert_array_equal(samples.edge_features, np.float32([[0, 1], [0, 1], [1, 0], [1, 0]]), strict=True)
    strange = Graph(np.ones((2, 1)), [[0, 1], [1, 0]], edge_features=["single", "triple"])
    with pytest.raises(ValueError, match=r"graph 1: edge \(1, 0\) has the unknown type 'triple'; known are 'double'"):
        ensure_graphs([TYPED, strange], edge_types=samples.edge_types)
    masked = ensure_graphs([strange], edge_types=samples.edge_types, unknown="mask")
    assert masked.edge_features.tolist() == [[0, 1], [0, 0]]
    without = ensure_graphs([ALONE], edge_types=samples.edge_types)
    assert without.edge_features.shape == (0, 2) and without.edge_types.tolist() == ["double", "single"]


def with_numbers(numbers: list) -> Graph:
    return Graph(np.ones((2, 1)), [[0, 1], [1, 0]], edge_features=numbers)


@pytest.mark.parametrize(
    ("graphs", "before", "message"),
    [
        ([PATH, Graph(np.ones((2, 1)), [[0], [1]])], {}, "graph 0 has 2 edge features, graph 1 has no edge features"),
        ([ALONE, PATH, TYPED], {}, "graph 1 has 2 edge features, graph 2 has string edge types"),
        ([PATH, with_numbers([[1.0], [2.0]])], {}, "graph 0 has 2 edge features, graph 1 has 1 edge features"),
        ([ALONE, with_numbers([[1.0], [np.nan]])], {}, r"graph 1: edge \(1, 0\) has nan as edge feature 0; finite"),
        ([with_numbers([[1e39], [1.0]])], {}, r"graph 0: edge \(0, 1\) has 1e\+39 as edge feature 0"),
        ([with_numbers(np.ones((2, 0)))], {}, "graph 0 has 0 edge features"),
        ([PATH], {"n_edge_features": 3}, "graph 0 has 2 edge features, but the graphs of the fit had 3 edge features"),
        ([PATH], {"n_edge_features": 0}, "graph 0 has 2 edge features, but the graphs of the fit had no edge features"),
        ([PATH], {"edge_types": ["a"]}, "graph 0 has 2 edge features, but the graphs of the fit had edge types"),
        ([TYPED], {"n_edge_features": 2}, "graph 0 has string edge types, but the graphs of the fit had 2 edge feat"),
        ([with_numbers([5, 6])], {"edge_types": ["a"]}, "integer edge types, but the known edge types are strings"),
        ([TYPED], {"edge_types": []}, "edge_types must be a list of one type or more"),
    ],
)
def test_wrong_edge_features(graphs: list[Graph], before: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ensure_graphs(graphs, **before)


def test_batches_carry_features() -> None:
    samples = ensure_graphs([ALONE, PATH])
    dense, edges, flat = dense_batch(samples, 4), edge_batch(samples, 4, 6), flat_batch(samples, 6, 5)
    assert dense.edge_features.shape == (2, 4, 4, 2)
    np.testing.assert_array_equal(dense.edge_features[1][tuple(PATH.edge_index)], NUMBERS)
    assert dense.edge_features.sum() == NUMBERS.sum()
    np.testing.assert_array_equal(edges.edge_features, [np.zeros((6, 2)), np.pad(NUMBERS, [(0, 2), (0, 0)])])
    np.testing.assert_array_equal(flat.edge_features, np.pad(NUMBERS, [(0, 1), (0, 0)]))


# Other libraries -----------------------------------------------------------------------------------------------------


def a_molecule(kind: type = networkx.Graph) -> networkx.Graph:
    graph = kind()
    graph.add_edge("C", "O", order="single", length=1.4, ring=False)
    graph.add_edge("C", "N", order="double", length=1.2, ring=True)
    return graph


def test_attributes_of_networkx_edges() -> None:
    samples = ensure_graphs([a_molecule()], edge_attributes="order")
    assert samples.edge_types.tolist() == ["double", "single"]
    assert samples.edge_index.tolist() == [[0, 0, 1, 2], [1, 2, 0, 0]]
    assert samples.edge_features.argmax(axis=1).tolist() == [1, 0, 1, 0]
    numbers = ensure_graphs([a_molecule()], edge_attributes=["length", "ring"]).edge_features
    np.testing.assert_array_equal(numbers, [[1.4, 0], [1.2, 1], [1.4, 0], [1.2, 1]])
    parallel = a_molecule(networkx.MultiDiGraph)
    parallel.add_edge("C", "N", order="hydrogen")
    assert ensure_graphs([parallel], edge_attributes="order").n_edges.tolist() == [3]
    with pytest.raises(
        ValueError, match=r"graph 0: edge \('C', 'N'\) has no attribute 'length', .*edge_attributes=None"
    ):
        ensure_graphs([parallel], edge_attributes=["length"])
    with pytest.raises(TypeError, match=r"graph 0: edge \('C', 'O'\) has the type 1.4; edge types are integers or str"):
        ensure_graphs([a_molecule()], edge_attributes="length")


@pytest.mark.parametrize("to_matrix", [np.asarray, sparse.csr_array, sparse.coo_array])
def test_edge_features_of_spektral(to_matrix: object) -> None:
    spektral = pytest.importorskip("spektral.data")
    adjacency = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], float)
    dense = np.zeros((3, 3, 2))
    dense[tuple(PATH.edge_index)] = NUMBERS
    for e in (NUMBERS, dense):
        samples = ensure_graphs([spektral.Graph(x=np.ones((3, 1)), a=to_matrix(adjacency), e=e)])
        np.testing.assert_array_equal(samples.edge_features, NUMBERS)
    with pytest.raises(ValueError, match="graph 0: edge_features has 3 rows, but there are 4 edges"):
        ensure_graphs([spektral.Graph(x=np.ones((3, 1)), a=to_matrix(adjacency), e=NUMBERS[:3])])
