"""Weisfeiler-Lehman labels: against the definition, by nested tuples."""

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.graphs import Graph, ensure_graphs
from skmlbio.graphs._subtree_labels import subtree_labels, type_labels


def by_definition(types: list, edges: list[tuple[int, int, str]], n_iterations: int) -> list[list]:
    """Labels as nested tuples: the own one, and the sorted ones of the neighbours with their edges."""
    rounds = [list(types)]
    for _ in range(n_iterations):
        last = rounds[-1]
        seen = [sorted((kind, last[b]) for a, b, kind in edges if a == node) for node in range(len(types))]
        rounds.append([(label, tuple(labels)) for label, labels in zip(last, seen, strict=True)])
    return rounds


@st.composite
def typed_graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[int, int, str]]]:
    types = draw(st.lists(st.sampled_from("CNO"), min_size=1, max_size=9))
    node = st.integers(0, len(types) - 1)
    return types, draw(st.lists(st.tuples(node, node, st.sampled_from("-=")), max_size=20))


@given(typed_graphs(), st.booleans())
def test_labels_are_equal_where_subtrees_are(graph: tuple, with_edge_types: bool) -> None:
    types, edges = graph
    edges = sorted((a, b, kind if with_edge_types else "") for a, b, kind in edges)
    edge_index = np.array([edge[:2] for edge in edges], int).reshape(-1, 2).T
    edge_labels = type_labels([edge[2] for edge in edges]) if with_edge_types else None
    expected = by_definition(types, edges, 3)
    for labels, tuples in zip(subtree_labels(type_labels(types), edge_index, edge_labels, 3), expected, strict=True):
        pairs = set(zip(labels.tolist(), tuples, strict=True))
        assert len(pairs) == len(set(labels.tolist())) == len(set(tuples))


def test_labels_are_the_same_in_every_process() -> None:
    program = """
from skmlbio.graphs._subtree_labels import subtree_labels, type_labels
import numpy as np
print(*[labels.tolist() for labels in subtree_labels(type_labels("CNO"), np.array([[0, 1], [1, 0]]), None, 2)])
"""
    first, second = (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second and len(first.split()) == 9


def test_regular_graphs_are_alike() -> None:
    # Two triangles and a hexagon: the textbook's pair that the test cannot tell apart, and a path, which it can.
    six = np.array([[0, 1, 2, 3, 4, 5], [1, 2, 0, 4, 5, 3]]), np.array([[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0]])
    found = []
    for edges in (*six, six[1][:, :5]):
        samples = ensure_graphs([Graph(np.ones((6, 1)), np.concatenate([edges, edges[::-1]], axis=1))])
        found.append([np.sort(each) for each in subtree_labels(np.zeros(6, np.uint64), samples.edge_index, None, 4)])
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[1], found[2])


def test_types_are_named_by_what_they_are() -> None:
    assert len(set(type_labels(["a", "b", "", "ab", "\udc80"]).tolist())) == 5
    assert np.array_equal(type_labels(np.array([7, -1])), type_labels([7, -1]))
    assert type_labels([]).shape == (0,)
