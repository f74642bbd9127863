"""Taking graphs out of flat arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.graphs import Graph, GraphSamples, ensure_graphs


def random_graphs(n_graphs: int, seed: int = 0) -> list[Graph]:
    """Directed weighted graphs of 1 to 6 nodes, edges already sorted."""
    random = np.random.default_rng(seed)
    graphs = []
    for n_nodes in random.integers(1, 7, n_graphs):
        adjacency = random.random((n_nodes, n_nodes)) < 0.4
        edges = np.stack(np.nonzero(adjacency))
        graphs.append(Graph(random.normal(size=(n_nodes, 2)), edges, random.uniform(1, 2, edges.shape[1])))
    return graphs


def assert_equal(first: GraphSamples, second: GraphSamples) -> None:
    for name in ("features", "edge_index", "edge_weight", "n_nodes", "n_edges"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name, strict=True)


@given(indices=st.lists(st.integers(-5, 4), max_size=9))
def test_taking_is_the_same_as_beginning_with_those_graphs(indices: list[int]) -> None:
    graphs = random_graphs(5)
    taken = ensure_graphs(graphs)[np.array(indices, int)]
    assert len(taken) == len(indices)
    if indices:
        assert_equal(taken, ensure_graphs([graphs[index] for index in indices]))


@pytest.mark.parametrize("indices", [slice(1, 4), [False, True, True, True, False], np.array([1, 2, 3])])
def test_slices_and_masks(indices: object) -> None:
    graphs = random_graphs(5)
    assert_equal(ensure_graphs(graphs)[indices], ensure_graphs(graphs[1:4]))


def test_one_index_gives_samples_of_one_graph() -> None:
    assert len(ensure_graphs(random_graphs(3))[2]) == 1


def test_an_index_past_the_end_is_an_error() -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        ensure_graphs(random_graphs(3))[[3]]


def test_node_types_are_kept() -> None:
    samples = ensure_graphs([Graph(["C", "O"]), Graph(["N"])])
    np.testing.assert_array_equal(samples[[1]].node_types, ["C", "N", "O"])
    np.testing.assert_array_equal(samples[[1]].features, [[0, 1, 0]])
