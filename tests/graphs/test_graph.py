"""The `Graph` value."""

import copy
import pickle
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skmlbio.graphs import Graph


def test_arrays_have_one_dtype_each_and_cannot_be_written() -> None:
    graph = Graph([[1, 2], [3, 4]], [[0, 1], [1, 0]])
    assert graph.features.dtype == np.float64
    assert graph.edge_index.dtype == np.int64
    assert graph.edge_weight.dtype == np.float32
    np.testing.assert_array_equal(graph.edge_weight, [1, 1])
    for array in (graph.features, graph.edge_index, graph.edge_weight):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_making_a_graph_leaves_the_given_array_writeable() -> None:
    features = np.ones((2, 1), np.float32)
    Graph(features)
    features[0] = 5
    assert features[0, 0] == 5


def test_fields_cannot_be_replaced() -> None:
    with pytest.raises(AttributeError):
        Graph([[1.0]]).features = None


@pytest.mark.parametrize(
    "other",
    [
        Graph([[1.0], [2.0]], [[0], [1]], [2.0]),
        Graph([[1.0], [3.0]], [[0], [1]]),
        Graph([[1.0], [2.0]], [[1], [0]]),
        Graph([[1.0], [2.0]]),
        Graph([[1.0], [2.0]], [[0], [1]], edge_features=[[1.0]]),
        "graph",
    ],
)
def test_graphs_compare_by_value(other: object) -> None:
    graph = Graph([[1.0], [2.0]], [[0], [1]])
    assert graph == Graph(np.array([[1.0], [2.0]]), np.array([[0], [1]]), [1.0])
    assert hash(graph) == hash(Graph(np.array([[1.0], [2.0]]), np.array([[0], [1]]), [1.0]))
    assert graph != other


@pytest.mark.parametrize("edge_features", [None, [[1.0], [2.0]], [1, 2], ["single", "double"]])
@pytest.mark.parametrize("features", [[[1.0], [2.0]], [3, 4], ["C", "Na"]])
def test_pickle_returns_an_equal_read_only_graph(features: list, edge_features: list | None) -> None:
    graph = Graph(features, [[0, 1], [1, 1]], [0.5, -2.0], edge_features)
    again = pickle.loads(pickle.dumps(graph))
    assert again == graph
    assert not again.features.flags.writeable
    assert edge_features is None or not again.edge_features.flags.writeable


def test_edges_carry_features_or_types() -> None:
    ends = [[0, 1], [1, 0]]
    numbers, types = Graph([6, 8], ends, edge_features=[[1, 0], [0, 1]]), Graph([6, 8], ends, edge_features=[2, 2])
    assert numbers.edge_features.dtype == np.float64
    assert types.edge_features.dtype == np.int64
    assert (numbers.has_edge_types, types.has_edge_types, Graph([6, 8], ends).has_edge_types) == (False, True, False)
    assert repr(numbers) == "Graph(n_nodes=2, node_types=int64, n_edges=2, n_edge_features=2)"
    assert repr(types) == "Graph(n_nodes=2, node_types=int64, n_edges=2, edge_types=int64)"
    assert numbers != Graph([6, 8], ends, edge_features=[[1, 0], [0, 2]])
    assert Graph([6, 8], edge_features=np.empty((0, 3))).edge_features.shape == (0, 3)


def test_repr_counts() -> None:
    assert repr(Graph(np.ones((3, 7)))) == "Graph(n_nodes=3, n_features=7, n_edges=0)"
    assert repr(Graph([1, 2])) == "Graph(n_nodes=2, node_types=int64, n_edges=0)"


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix, sparse.coo_array, sparse.csc_array])
def test_sparse_features_stay_sparse(kind: type) -> None:
    given = kind(np.array([[0, 2], [0, 0], [3, 0]], np.float32))
    graph = Graph(given, [[0], [2]])
    assert graph.has_sparse_features and isinstance(graph.features, sparse.csr_array)
    assert graph.features.dtype == np.float64 and (graph.n_nodes, graph.features.nnz) == (3, 2)
    assert repr(graph) == "Graph(n_nodes=3, n_features=2 (sparse), n_edges=1)"
    assert graph == Graph(given.toarray(), [[0], [2]]) == graph and hash(graph) == hash(Graph(given, [[0], [2]]))
    assert graph == pickle.loads(pickle.dumps(graph)) and pickle.loads(pickle.dumps(graph)).has_sparse_features
    assert graph != Graph(given * 2, [[0], [2]]) and graph != Graph(given.T, [[0], [1]])
    with pytest.raises(ValueError, match="read-only"):
        graph.features.data[0] = 1
    given.data[0] = 7  # still the user's own


def test_entries_of_sparse_features_that_stand_twice_are_summed() -> None:
    twice = sparse.coo_array(([1.0, 2.0, 4.0], ([0, 0, 1], [1, 1, 0])), (2, 2))
    assert Graph(twice) == Graph([[0.0, 3.0], [4.0, 0.0]])
    unsorted = sparse.csr_array(([1.0, 2.0], [1, 0], [0, 2]), (1, 2))
    assert Graph(unsorted) == Graph([[2.0, 1.0]]) and unsorted.indices.tolist() == [1, 0]


def test_arrays_in_files_stay_there(tmp_path: Path) -> None:
    """As joblib hands large arrays to its workers."""
    graph = Graph(sparse.csr_array(np.eye(3)), [[0], [1]])
    joblib.dump(graph, tmp_path / "graph")
    mapped = joblib.load(tmp_path / "graph", mmap_mode="r")
    assert mapped == graph and not mapped.features.data.flags.owndata and not mapped.edge_index.flags.owndata


def test_copies_are_the_graph_itself() -> None:
    graph = Graph(sparse.csr_array(np.eye(2)))
    assert copy.copy(graph) is graph and copy.deepcopy([graph])[0] is graph


def test_nodes_may_have_names() -> None:
    graph = Graph([[1.0], [2.0]], node_names=np.array(["a", "b"]))
    assert graph.node_names == ("a", "b") and pickle.loads(pickle.dumps(graph)) == graph
    assert graph != Graph([[1.0], [2.0]])
    with pytest.raises(ValueError, match="node_names has 1 names, but there are 2 nodes"):
        Graph([[1.0], [2.0]], node_names=["a"])
    with pytest.raises(ValueError, match="node_names calls nodes 0 and 2 both 'a'"):
        Graph([[1.0]] * 3, node_names=["a", "b", "a"])


@pytest.mark.parametrize(
    "types",
    [
        np.array(["C", "O"], object),
        np.array(["C", "O"], np.dtypes.StringDType()),
        (np.str_("C"), "O"),
        pd.Series(["C", "O"]),
        pd.Series(pd.Categorical(["C", "O"])),
    ],
)
def test_strings_of_any_kind_are_node_types(types: object) -> None:
    assert Graph(types) == Graph(["C", "O"])
    assert Graph(types).has_node_types


@pytest.mark.parametrize(
    "types", [(6, np.int8(8)), np.array([6, 8], object), np.array([6, 8], np.uint64), pd.array([6, 8], "Int64")]
)
def test_integers_of_any_kind_are_node_types(types: object) -> None:
    assert Graph(types).features.dtype == np.int64
    assert Graph(types) == Graph([6, 8])


@pytest.mark.parametrize("kind", [list, tuple, lambda types: np.array(types, object), pd.Series])
@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("known", ["C", 6])
def test_a_missing_node_type_is_named(known: object, missing: object, kind: object) -> None:
    # A series of pandas turns integers into floating-point numbers, or None into NaN, where one is missing.
    with pytest.raises(TypeError, match=r"node (0|1) has the type (None|nan|<NA>|6\.0); node types are integers or"):
        Graph(kind([known, missing]))


@pytest.mark.parametrize(("types", "place"), [(["C", "O", 6], 2), ([6, "C"], 1), (("C", 6.0), 1), (["C", b"O"], 1)])
def test_node_types_of_several_kinds_are_refused(types: object, place: int) -> None:
    with pytest.raises(TypeError, match=f"node {place} has the type {types[place]!r}"):
        Graph(types)


@pytest.mark.parametrize("types", [[1, 2**63], np.array([1, 2**63], np.uint64)])
def test_integers_of_more_than_64_bits_are_refused(types: object) -> None:
    with pytest.raises(TypeError, match="node 1 has the type 9223372036854775808, which is too large"):
        Graph(types)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([6, 8], [[0], [1]], None, [[1.0], [2.0]]), ValueError, "edge_features has 2 rows, but there are 1 edges"),
        (([6, 8], [[0], [1]], None, [1.5]), TypeError, r"edge 0 has the type 1\.5; edge types are integers or strings"),
        (([6, 8], [[0], [1]], None, [["double"]]), TypeError, "edge features must be numbers"),
        (
            ([1.0, 2.0],),
            TypeError,
            r"node 0 has the type 1\.0; node types are integers or strings.*shape \(n_nodes, 1\)",
        ),
        (([True, False],), TypeError, "node 0 has the type True"),
        ((np.array(["C", 1], object),), TypeError, "node 1 has the type 1 and node 0 has 'C'; node types are all"),
        (([["C"], ["O"]],), TypeError, "must be numbers, not <U1"),
        ((np.array([[1.0], ["O"]], object),), TypeError, "must be numbers"),
        ((sparse.csr_array([[1j]]),), TypeError, "node features must be numbers, not complex128"),
        (([[1j]],), TypeError, "must be numbers, not complex128"),
        ((np.ones((2, 2, 2)),), ValueError, r"not \(2, 2, 2\)"),
        ((3,), ValueError, r"not \(\)"),
        (([[1.0]], [[0], [0], [0]]), ValueError, r"edge_index must have shape \(2, n_edges\), not \(3, 1\)"),
        (([[1.0]], [[0.0], [0.0]]), TypeError, "edge_index must hold integers, not float64"),
        (([[1.0]], [[0], [0]], [1.0, 2.0]), ValueError, r"edge_weight must have shape \(1,\).*not \(2,\)"),
        (([[1.0]], [[0], [0]], ["a"]), TypeError, "edge_weight must hold numbers, not <U1"),
    ],
)
def test_wrong_arrays_are_named(arguments: tuple, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Graph(*arguments)
