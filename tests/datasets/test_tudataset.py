"""Folders in the format of the TUDataset collection: small ones, damaged ones, and two real ones."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skmlbio.datasets import load_tudataset
from skmlbio.graphs import Graph

# A chain of three, a pair, and a single node; the edges are in no order.
FILES = {
    "A": "5, 4\n1, 2\n2, 1\n4, 5\n3, 2\n2, 3\n",
    "graph_indicator": "1\n1\n1\n2\n2\n3\n",
    "graph_labels": "1\n-1\n1\n",
    "node_labels": "0\n6\n0\n7\n7\n6\n",
    "node_attributes": "0.5, 1\n1.5, 2\n2.5, 3\n3.5, 4\n4.5, 5\n5.5, -1e-3\n",
    "edge_labels": "2\n0\n0\n2\n1\n1\n",
    "edge_attributes": "6.0\n1.0\n2.0\n5.0\n4.0\n3.0\n",
}
EDGES = [[[0, 1, 2, 1], [1, 0, 1, 2]], [[1, 0], [0, 1]], np.zeros((2, 0), int)]
TYPES = [[0, 6, 0], [7, 7], [6]]
OF_EDGES = [[0, 0, 1, 1], [2, 2], np.zeros(0, int)]


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder; changed files are given by name, None leaves one out."""

    def write(**changes: str | None) -> Path:
        for part, text in (FILES | changes).items():
            if text is not None:
                (tmp_path / f"SET_{part}.txt").write_text(text)
        (tmp_path / "README.txt").write_text("Not of the set.")
        return tmp_path

    return write


def graphs_of(features: list, edge_features: list | None = OF_EDGES) -> list[Graph]:
    return [
        Graph(nodes, edges, edge_features=None if edge_features is None else edge_features[place])
        for place, (nodes, edges) in enumerate(zip(features, EDGES, strict=True))
    ]


def test_labels_become_types(folder: Callable) -> None:
    bunch = load_tudataset(folder())
    assert bunch.data == graphs_of(TYPES)
    assert bunch.target.tolist() == [1, -1, 1] and bunch.target.dtype == np.int64 and bunch.target_names == [-1, 1]
    graphs, y = load_tudataset(str(folder()), return_X_y=True)
    assert graphs == bunch.data and np.array_equal(y, bunch.target)


def test_attributes_become_numbers(folder: Callable) -> None:
    attributes = [[[0.5, 1], [1.5, 2], [2.5, 3]], [[3.5, 4], [4.5, 5]], [[5.5, -1e-3]]]
    of_edges = [np.array([[1.0], [2], [4], [3]]), np.array([[6.0], [5]]), np.zeros((0, 1))]
    graphs = load_tudataset(folder(), node_features="attributes", edge_features="attributes").data
    assert graphs == graphs_of(attributes, of_edges)
    both = load_tudataset(folder(), node_features="both", edge_features=None).data
    one_hot = [np.array(types)[:, np.newaxis] == [0, 6, 7] for types in TYPES]
    assert both == graphs_of([np.hstack(pair) for pair in zip(one_hot, attributes, strict=True)], None)
    both = load_tudataset(folder(), edge_features="both").data
    assert both[1].edge_features.tolist() == [[0, 0, 1, 6], [0, 0, 1, 5]]


def test_what_auto_takes_where_something_is_missing(folder: Callable) -> None:
    graphs = load_tudataset(folder(node_labels=None, edge_labels=None)).data
    assert graphs[1].features.tolist() == [[3.5, 4], [4.5, 5]] and graphs[1].edge_features.tolist() == [[6], [5]]


def test_bare_graphs_have_the_feature_one(folder: Callable) -> None:
    bare = dict.fromkeys(["node_labels", "node_attributes", "edge_labels", "edge_attributes"])
    assert load_tudataset(folder(**bare)).data == graphs_of([np.ones((len(types), 1)) for types in TYPES], None)


def test_features_can_be_left_out(folder: Callable) -> None:
    found = load_tudataset(folder(), node_features=None, edge_features=None).data
    assert found == graphs_of([np.ones((len(types), 1)) for types in TYPES], None)


def test_several_labels_a_node_are_one_type(folder: Callable) -> None:
    graphs = load_tudataset(folder(node_labels="0, 1\n6, 0\n0, 1\n7, -2\n7, 5\n6, 0\n")).data
    assert [graph.features.tolist() for graph in graphs] == [["0,1", "6,0", "0,1"], ["7,-2", "7,5"], ["6,0"]]


def test_numbers_to_predict(folder: Callable) -> None:
    bunch = load_tudataset(folder(graph_labels=None, graph_attributes="0.5\n1e3\n-2\n"))
    assert bunch.target.tolist() == [0.5, 1000, -2] and bunch.target_names is None
    bunch = load_tudataset(folder(graph_attributes="0.5, 1\n1, 1\n-2, 1\n", graph_labels=None))
    assert bunch.target.shape == (3, 2)


def test_compressed_files_and_windows_line_ends(folder: Callable) -> None:
    expected = load_tudataset(folder()).data
    for path in list(folder().glob("SET_*")):
        with gzip.open(f"{path}.gz", "wb") as file:
            file.write(path.read_bytes().replace(b"\n", b"\r\n"))
        path.unlink()
    assert len(list(folder(**dict.fromkeys(FILES)).glob("*.gz"))) == len(FILES)
    assert load_tudataset(folder(**dict.fromkeys(FILES))).data == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"A": "1, 2\n2, 1\n4, x\n"}, r"^line 3 of '.*SET_A\.txt' must be 2 integers between commas; got '4, x'$"),
        ({"A": "1, 2\n\n2, 1\n"}, "line 2 of .*SET_A.txt' must be 2 integers between commas; got ''"),
        ({"A": "1, 2\n2, 1, 7\n"}, "line 2 of .*SET_A.txt' must be 2 integers"),
        ({"A": "1, 2\n2, 1.5\n"}, "line 2 of .* must be 2 integers .* got '2, 1.5'"),
        ({"A": "1\n2\n"}, "line 1 of .*SET_A.txt' has 1, but an edge is two nodes"),
        ({"A": "1, 2\n2, 7\n"}, "line 2 of .*SET_A.txt' has 2, 7, but nodes are numbered from 1 to 6"),
        ({"A": "0, 2\n2, 1\n"}, "line 1 of .*SET_A.txt' has 0, 2, but nodes"),
        ({"A": "1, 2\n3, 4\n"}, "line 2 of .* has 3, 4, but an edge joins two nodes of one graph"),
        ({"A": ""}, "line 1 of .*SET_A.txt' must be 1 integers between commas; got ''"),
        ({"graph_indicator": "1\n1\n1\n2\n2\n4\n"}, "line 6 of .*_indicator.txt' has 4, but graphs .* from 1 to 3"),
        ({"graph_indicator": "1\n1\n2\n1\n2\n3\n"}, "line 4 of .* has 1, but the nodes of a graph must stand together"),
        ({"graph_indicator": "1\n1\n1\n1\n3\n3\n"}, "_indicator.txt' has no node of graph 2"),
        ({"graph_indicator": "1\n1\n1\nnan\n2\n3\n"}, "line 4 of .* must be 1 integers between commas; got 'nan'"),
        ({"node_labels": "0\n6\n0\n7\n7\n"}, "_node_labels.txt' has 5 lines, but there are 6 nodes"),
        ({"edge_labels": "0\n6\n"}, "_edge_labels.txt' has 2 lines, but there are 6 edges"),
        ({"node_labels": "0\n6\nC\n7\n7\n6\n"}, "line 3 of .*_node_labels.txt' must be 1 integers .* got 'C'"),
        ({"graph_labels": "1\n-1\n\n1\n"}, "line 3 of .*_graph_labels.txt' must be 1 integers"),
        ({"node_labels": "0\nü\n"}, "SET_node_labels.txt' cannot be read: 'ascii' codec"),
    ],
)
def test_damaged_files_are_named_by_line(folder: Callable, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_tudataset(folder(**changes))


def test_files_cut_off_in_compressed_form(folder: Callable) -> None:
    packed = gzip.compress(FILES["A"].encode())
    path = folder(A=None) / "SET_A.txt.gz"
    for content in (packed[:-6], b"no gzip"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"SET_A\.txt\.gz' cannot be read"):
            load_tudataset(path.parent)


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"A": None}, {}, r"has no file that ends in _A\.txt or _A\.txt\.gz"),
        ({"graph_labels": None}, {}, "has no file that ends in _graph_labels.txt or _graph_attributes.txt"),
        ({"node_labels": None}, {"node_features": "labels"}, "node_features='labels' needs .* _node_labels.txt"),
        ({"edge_attributes": None}, {"edge_features": "both"}, "edge_features='both' needs .* _edge_attributes.txt"),
    ],
)
def test_missing_files_are_named(folder: Callable, changes: dict, options: dict, message: str) -> None:
    with pytest.raises(FileNotFoundError, match=message):
        load_tudataset(folder(**changes), **options)


def test_folders_that_are_not_one_set(folder: Callable, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere' is no folder"):
        load_tudataset(tmp_path / "nowhere")
    (folder() / "OTHER_A.txt").write_text("1, 2")
    with pytest.raises(ValueError, match="has several data sets: OTHER, SET; give each a folder of its own"):
        load_tudataset(tmp_path)
    with pytest.raises(ValueError, match="'node_features' parameter of load_tudataset must be"):
        load_tudataset(tmp_path, node_features="types")
