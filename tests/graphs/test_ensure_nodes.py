"""Nodes and pairs of nodes as samples."""

import networkx
import numpy as np
import pandas as pd
import pytest

from skmlbio.graphs import Graph, as_graph
from skmlbio.graphs._ensure_nodes import ensure_nodes, ensure_pairs

NAMELESS = Graph(np.ones((4, 1)))
NAMED = as_graph(networkx.Graph([("TP53", "MDM2"), ("MDM2", 7), (7, ("a", 1))]))


@pytest.mark.parametrize(
    "X",
    [
        [3, 0, 3],
        (3, 0, 3),
        np.array([3, 0, 3], np.uint8),
        np.array([[3], [0], [3]]),
        np.array([3, 0, 3], object),
        np.array([3.0, 0.0, 3.0]),
        [3, np.float32(0), 3.0],
        pd.Series([3, 0, 3], index=[9, 9, 9]),
        pd.DataFrame({"node": [3, 0, 3]}),
    ],
)
def test_positions_in_any_container(X: object) -> None:
    nodes = ensure_nodes(X, NAMELESS)
    assert nodes.dtype == np.int32 and nodes.tolist() == [3, 0, 3]


def test_names_where_the_graph_has_names() -> None:
    assert ensure_nodes([7, "TP53", ("a", 1)], NAMED).tolist() == [2, 0, 3]
    assert ensure_nodes(np.array(["MDM2", "TP53"]), NAMED).tolist() == [1, 0]
    assert ensure_nodes(np.array([7]), NAMED).tolist() == [2]
    assert ensure_nodes([7.0, 7], NAMED).tolist() == [2, 2]
    assert ensure_nodes([0, 0.5], Graph([[1.0], [2.0]], node_names=[0.5, 0.0])).tolist() == [1, 0]
    for wrong in ("tp53", 0, 7.5, True, None, ["TP53"]):
        with pytest.raises(ValueError, match=r"X\[1\] is .*, which is no node of the graph"):
            ensure_nodes([7, wrong], NAMED)


@pytest.mark.parametrize(
    "X", [[(2, 3), (0, 0)], np.array([[2, 3], [0, 0]]), pd.DataFrame([[2, 3], [0, 0]]), [[2, 3], np.array([0, 0])]]
)
def test_pairs_in_any_container(X: object) -> None:
    assert ensure_pairs(X, NAMELESS).tolist() == [[2, 3], [0, 0]]


def test_pairs_of_names() -> None:
    assert ensure_pairs([("TP53", 7), (("a", 1), "MDM2")], NAMED).tolist() == [[0, 2], [3, 1]]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "X is empty; at least one of the pairs of nodes is needed"),
        ("ab", "X must be an array of pairs of nodes, got a str"),
        ([0, 1], r"X\[0\] is 0, which is no pair of nodes"),
        ([(0, 1), (0, 1, 2)], r"X\[1\] is \(0, 1, 2\), which is no pair"),
        (np.zeros((2, 3), int), r"X\[0\] is \[0, 0, 0\], which is no pair"),
        (np.zeros((2, 2, 2), int), r"X has shape \(2, 2, 2\), but pairs of nodes come as an array of shape"),
        ([(0, 1), (0, 4)], r"X\[1, 1\] is 4, but the graph has 4 nodes"),
        ([(0, 1), (0.5, 2)], r"X\[1, 0\] is 0.5, but nodes go by their positions"),
        ([(0, 1), (np.nan, 2)], r"X\[1, 0\] is nan, but nodes go by their positions"),
        ([(0, 1), (4.0, 2)], r"X\[1, 0\] is 4.0, but the graph has 4 nodes"),
        ([(0, 1), (True, 2)], r"X\[1, 0\] is True, but nodes go by their positions"),
    ],
)
def test_wrong_pairs_are_named(X: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        ensure_pairs(X, NAMELESS)
