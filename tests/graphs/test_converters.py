"""Graphs of other libraries."""

import subprocess
import sys

import networkx
import numpy as np
import pytest
from scipy import sparse

from skmlbio.graphs import Graph, GraphSamples, as_graph, dense_batch, ensure_graphs

ADJACENCY = np.array([[0, 2.0, 0], [0, 0, 1.5], [1, 0, 1]])
FEATURES = np.arange(6.0).reshape(3, 2)


def adjacency_of(samples: GraphSamples) -> np.ndarray:
    return dense_batch(samples).adjacency[0]


@pytest.mark.parametrize(
    "convert", [np.asarray, np.ndarray.tolist, sparse.csr_array, sparse.coo_matrix, sparse.lil_matrix]
)
@pytest.mark.parametrize("pair", [tuple, list])
def test_pairs_with_dense_and_sparse_adjacency(convert: object, pair: type) -> None:
    samples = ensure_graphs([pair((FEATURES, convert(ADJACENCY)))])
    np.testing.assert_array_equal(adjacency_of(samples), ADJACENCY)
    np.testing.assert_array_equal(samples.features, FEATURES)


def test_a_sparse_matrix_with_repeated_entries_means_their_sum() -> None:
    repeated = sparse.coo_array(([1.0, 2.0, 4.0, -4.0], ([0, 0, 1, 1], [1, 1, 2, 2])), shape=(3, 3))
    np.testing.assert_array_equal(adjacency_of(ensure_graphs([(FEATURES, repeated)])), repeated.toarray())


def test_bool_adjacency() -> None:
    np.testing.assert_array_equal(adjacency_of(ensure_graphs([(FEATURES, ADJACENCY != 0)])), ADJACENCY != 0)


def test_undirected_networkx_edges_count_in_both_directions() -> None:
    graph = networkx.Graph()
    graph.add_edge("a", "b", weight=2.0)
    graph.add_edge("b", "c", weight=1.0)
    graph.add_edge("c", "c", weight=5.0)
    np.testing.assert_array_equal(adjacency_of(ensure_graphs([graph])), networkx.to_numpy_array(graph))
    np.testing.assert_array_equal(
        adjacency_of(ensure_graphs([graph], edge_attribute=None)), networkx.to_numpy_array(graph) != 0
    )


def test_directed_networkx_edges_count_once() -> None:
    graph = networkx.DiGraph([(3, 1), (1, 2), (2, 2)])
    np.testing.assert_array_equal(adjacency_of(ensure_graphs([graph])), networkx.to_numpy_array(graph))


def test_parallel_networkx_edges_are_summed() -> None:
    graph = networkx.MultiGraph([(0, 1), (0, 1), (1, 2)])
    np.testing.assert_array_equal(adjacency_of(ensure_graphs([graph])), networkx.to_numpy_array(graph))


def test_named_numeric_attributes_become_columns_in_that_order() -> None:
    graph = networkx.Graph()
    graph.add_node("a", charge=-1, mass=12.0, place=[1.0, 2.0])
    graph.add_node("b", charge=1, mass=16.0, place=[3.0, 4.0])
    samples = ensure_graphs([graph], node_attributes=("mass", "charge", "place"))
    np.testing.assert_array_equal(samples.features, [[12, -1, 1, 2], [16, 1, 3, 4]])


@pytest.mark.parametrize("types", [["C", "O"], [6, 8]])
def test_one_attribute_name_is_the_node_type(types: list) -> None:
    graph = networkx.Graph()
    for node, kind in enumerate(types):
        graph.add_node(node, element=kind)
    samples = ensure_graphs([graph], node_attributes="element")
    assert samples.node_types.tolist() == types
    np.testing.assert_array_equal(samples.features, np.eye(2))


@pytest.mark.parametrize("node_attributes", [None, ()])
def test_networkx_nodes_without_attributes_get_the_feature_one(node_attributes: object) -> None:
    samples = ensure_graphs([networkx.path_graph(3)], node_attributes=node_attributes)
    np.testing.assert_array_equal(samples.features, np.ones((3, 1)))


def with_attribute(**attributes: object) -> networkx.Graph:
    graph = networkx.Graph()
    graph.add_node("a", **attributes)
    return graph


@pytest.mark.parametrize(
    ("graph", "node_attributes", "message"),
    [
        (with_attribute(mass=1.0, charge=2.0), None, "graph 0: its nodes have the attributes charge, mass: name those"),
        (with_attribute(mass=1.0), ("charge",), "graph 0: node 'a' has no attribute 'charge'"),
        (with_attribute(mass="heavy"), ("mass",), "graph 0: node attribute 'mass' must hold numbers"),
        (with_attribute(mass=1.5), "mass", r"graph 0: node 'a' has the type 1\.5; node types are integers or strings"),
        (with_attribute(element=None), "element", "graph 0: node 'a' has the type None"),
        (with_attribute(element=np.nan), "element", "graph 0: node 'a' has the type nan"),
        (networkx.Graph(), ("mass",), "graph 0 has no nodes"),
        (networkx.Graph([("a", "b", {"weight": "thick"})]), None, "graph 0: edge attribute 'weight' must hold numbers"),
    ],
)
def test_wrong_networkx_graphs_are_named(graph: networkx.Graph, node_attributes: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        ensure_graphs([graph], node_attributes=node_attributes)


@pytest.mark.parametrize(("first", "second"), [("C", np.nan), ("C", None), ("C", 6), (6, "C"), (6, 6.0)])
def test_types_of_several_kinds_in_a_networkx_graph_are_named(first: object, second: object) -> None:
    graph = networkx.Graph()
    graph.add_node("a", element=first)
    graph.add_node("b", element=second)
    with pytest.raises(TypeError, match=f"graph 1: node 'b' has the type {second!r}"):
        ensure_graphs([with_attribute(element=first), graph], node_attributes="element")


def test_an_edge_attribute_that_edges_lack_is_an_error_that_names_those_they_have() -> None:
    whole, part = networkx.Graph([(0, 1, {"order": 2})]), networkx.Graph([(0, 1, {"order": 2}), (1, "b", {"ring": 1})])
    np.testing.assert_array_equal(ensure_graphs([whole], edge_attribute="order").edge_weight, [2, 2])
    for graphs, name, message in (
        ([whole], "ordre", r"graph 0: edge \(0, 1\) has no attribute 'ordre'; those of this graph have order: give"),
        ([whole, part], "order", r"graph 1: edge \(1, 'b'\) has no attribute 'order', which other edges of"),
        (
            [networkx.path_graph(2)],
            "order",
            "graph 0: .* those of this graph have none: give it to every",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            ensure_graphs(graphs, edge_attribute=name)
    assert ensure_graphs([networkx.empty_graph(2)], edge_attribute="order").n_edges == [0]


@pytest.mark.parametrize("kind", [networkx.Graph, networkx.DiGraph, networkx.MultiGraph])
def test_a_weight_may_be_left_out_everywhere_or_nowhere(kind: type) -> None:
    weighted, part, without = kind([(0, 1, {"weight": 3.0})]), kind([(0, 1, {"weight": 3.0}), (1, 2)]), kind([(0, 1)])
    for options in ({}, {"edge_attribute": "weight"}):
        assert (ensure_graphs([without, networkx.path_graph(3)], **options).edge_weight == 1).all()
        assert (ensure_graphs([weighted], **options).edge_weight == 3).all()
        for graphs, place in (
            ([part], r"graph 0: edge \(1, 2\)"),
            ([weighted, without], r"graph 1: edge \(0, 1\)"),
            ([without, Graph([[1.0]]), weighted], r"graph 0: edge \(0, 1\)"),
        ):
            with pytest.raises(ValueError, match=place + " has no attribute 'weight'.* or pass edge_attribute=None"):
                ensure_graphs(graphs, **options)
            assert (ensure_graphs(graphs, edge_attribute=None).edge_weight == 1).all()


def test_spektral_graphs() -> None:
    from spektral.data import Graph as SpektralGraph

    graphs = [
        SpektralGraph(x=FEATURES, a=ADJACENCY),
        SpektralGraph(x=FEATURES, a=sparse.csr_matrix(ADJACENCY)),
        SpektralGraph(x=FEATURES, a=sparse.coo_array(ADJACENCY), y=1),
    ]
    for graph in graphs:
        samples = ensure_graphs([graph])
        np.testing.assert_array_equal(adjacency_of(samples), ADJACENCY)
        np.testing.assert_array_equal(samples.features, FEATURES)
    np.testing.assert_array_equal(ensure_graphs([SpektralGraph(a=ADJACENCY)]).features, np.ones((3, 1)))
    assert ensure_graphs([SpektralGraph(x=FEATURES)]).n_edges == [0]
    with pytest.raises(ValueError, match="graph 0 has no nodes"):
        ensure_graphs([SpektralGraph()])
    mixed = [SpektralGraph(x=np.ones((3, 1)), a=ADJACENCY), Graph([[1.0]]), SpektralGraph(a=ADJACENCY)]
    with pytest.raises(ValueError, match="graph 2 has no node features, but graph 0 has; give them to all or to no"):
        ensure_graphs(mixed)


@pytest.mark.parametrize(
    ("adjacency", "message"),
    [
        (np.ones((3, 4)), r"graph 0: the adjacency matrix must be square, but has shape \(3, 4\)"),
        (sparse.csr_array(np.ones((4, 3))), r"graph 0: the adjacency matrix must be square, but has shape \(4, 3\)"),
        (np.ones(3), r"must be square, but has shape \(3,\)"),
        (np.ones((4, 4)), r"graph 0: the adjacency matrix has shape \(4, 4\), but there are 3 nodes"),
        ([["a"]], "graph 0: the adjacency matrix must hold numbers, not <U1"),
        (np.where(ADJACENCY, np.nan, 0), r"graph 0: edge \(0, 1\) has the weight nan"),
    ],
)
def test_wrong_adjacency_is_named(adjacency: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        ensure_graphs([(FEATURES, adjacency)])


def test_mixed_kinds_in_one_list() -> None:
    samples = ensure_graphs([Graph([[1.0]]), networkx.path_graph(2), ([[1.0]], [[0]])])
    assert samples.n_nodes.tolist() == [1, 2, 1]


def test_a_pair_without_features_has_ones() -> None:
    assert as_graph((None, ADJACENCY)).features.tolist() == [[1.0]] * len(ADJACENCY)
    with pytest.raises(ValueError, match="graph 1 has no node features, but graph 0 has; give them to all or to none"):
        ensure_graphs([(FEATURES, ADJACENCY), (None, ADJACENCY)])


def test_no_graph_library_is_imported_for_graphs_of_our_own() -> None:
    code = (
        "import sys; from skmlbio.graphs import Graph, ensure_graphs; ensure_graphs([Graph([[1.0]])]);"
        "loaded = {'networkx', 'spektral', 'tensorflow', 'keras', 'pandas'} & set(sys.modules);"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_one_graph_of_any_kind() -> None:
    graph = Graph([[1.0]])
    assert as_graph(graph) is graph
    assert as_graph((FEATURES, ADJACENCY)).edge_weight.tolist() == [2.0, 1.5, 1.0, 1.0]
    named = networkx.Graph([("b", "a", {"weight": 2.0})], name="pair")
    assert as_graph(named) == Graph([[1.0], [1.0]], [[0, 1], [1, 0]], [2.0, 2.0], node_names=["b", "a"])
    assert as_graph(named, edge_attribute=None).edge_weight.tolist() == [1.0, 1.0]
    with pytest.raises(TypeError, match="a str is no graph"):
        as_graph("CCO")
