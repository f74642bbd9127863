"""Padded batches and their sizes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.graphs import (
    DenseBatches,
    Graph,
    bucket_of,
    choose_bucket_sizes,
    dense_batch,
    edge_batch,
    ensure_graphs,
    flat_batch,
)

GRAPHS = [
    Graph([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], [[0, 1, 2, 2], [1, 2, 0, 2]], [1.0, 2.0, 3.0, 4.0]),
    Graph([[4.0, 4.0]]),
    Graph([[5.0, 5.0], [6.0, 6.0]], [[0, 1], [1, 0]]),
]


def test_dense_batch_against_a_loop() -> None:
    batch = dense_batch(ensure_graphs(GRAPHS), n_nodes=5, n_graphs=4)
    assert (batch.features.shape, batch.adjacency.shape, batch.mask.shape) == ((4, 5, 2), (4, 5, 5), (4, 5))
    features, adjacency, mask = np.zeros((4, 5, 2)), np.zeros((4, 5, 5)), np.zeros((4, 5), bool)
    for place, graph in enumerate(GRAPHS):
        features[place, : graph.n_nodes] = graph.features
        mask[place, : graph.n_nodes] = True
        for first, second, weight in zip(*graph.edge_index, graph.edge_weight, strict=True):
            adjacency[place, first, second] = weight
    np.testing.assert_array_equal(batch.features, features)
    np.testing.assert_array_equal(batch.adjacency, adjacency)
    np.testing.assert_array_equal(batch.mask, mask)


def test_flat_batch_pads_with_edges_of_no_weight_and_nodes_of_no_graph() -> None:
    batch = flat_batch(ensure_graphs(GRAPHS), n_nodes=8, n_edges=9)
    np.testing.assert_array_equal(batch.features[:, 0], [1, 2, 3, 4, 5, 6, 0, 0])
    np.testing.assert_array_equal(batch.edge_index, [[0, 1, 2, 2, 4, 5, 7, 7, 7], [1, 2, 0, 2, 5, 4, 7, 7, 7]])
    np.testing.assert_array_equal(batch.edge_weight, [1, 2, 3, 4, 1, 1, 0, 0, 0])
    np.testing.assert_array_equal(batch.graph_index, [0, 0, 0, 1, 2, 2, -1, -1])


def test_ids_of_node_types_are_padded_with_0() -> None:
    samples = ensure_graphs([Graph(["C"]), Graph(["O", "C"])], node_encoding="ids")
    np.testing.assert_array_equal(dense_batch(samples).features, np.array([[1, 0], [2, 1]], np.int32), strict=True)
    np.testing.assert_array_equal(flat_batch(samples, 4).features, np.array([1, 2, 1, 0], np.int32), strict=True)


def test_no_graphs_give_an_empty_batch() -> None:
    none = ensure_graphs(GRAPHS)[[]]
    assert not dense_batch(none, 4, 2).mask.any()
    assert (flat_batch(none, 4, 2).graph_index == -1).all()


def test_a_large_graph_makes_no_square_array() -> None:
    ring = np.arange(200_000)
    batch = flat_batch(ensure_graphs([Graph(np.ones((200_000, 1)), [ring, np.roll(ring, 1)]), *[Graph([[1.0]])] * 2]))
    assert sum(array.nbytes for array in batch) < 6e6


@pytest.mark.parametrize(
    ("pad", "message"),
    [
        (lambda samples: dense_batch(samples, n_nodes=2), "a batch of 2 nodes has no room for 3"),
        (lambda samples: dense_batch(samples, n_graphs=2), "a batch of 2 graphs has no room for 3"),
        (lambda samples: flat_batch(samples, n_nodes=5), "a batch of 5 nodes has no room for 6"),
        (lambda samples: flat_batch(samples, n_edges=5), "a batch of 5 edges has no room for 6"),
    ],
)
def test_batches_without_room_are_refused(pad: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pad(ensure_graphs(GRAPHS))


@given(n_nodes=st.lists(st.integers(1, 150), min_size=1, max_size=25), max_buckets=st.integers(1, 4))
def test_sizes_are_the_best_of_all_choices(n_nodes: list[int], max_buckets: int) -> None:
    chosen = choose_bucket_sizes(n_nodes, max_buckets, max_nodes=128, step=8, min_gain=0)
    small = np.array([n for n in n_nodes if n <= 128], int)
    if not small.size:
        assert chosen.size == 0
        return

    def work(sizes: np.ndarray) -> int:
        padded = sizes[np.searchsorted(sizes, small)]
        return int((padded**2 + 64 * padded).sum())

    rounded = np.unique(-(-small // 8) * 8)
    choices = [
        np.array([*choice, rounded[-1]])
        for n_more in range(min(max_buckets, len(rounded)))
        for choice in combinations(rounded[:-1], n_more)
    ]
    assert len(chosen) <= max_buckets
    assert work(chosen) == min(map(work, choices))


def test_a_size_that_saves_little_is_left_out() -> None:
    assert choose_bucket_sizes([39] * 99 + [20]).tolist() == [40]
    assert choose_bucket_sizes([39] * 20 + [8] * 80).tolist() == [8, 40]


def test_graphs_beyond_all_sizes_have_no_bucket() -> None:
    sizes = choose_bucket_sizes([10, 100, 5000])
    np.testing.assert_array_equal(bucket_of([1, 16, 17, 104, 105, 5000], sizes), [0, 0, 1, 1, -1, -1])
    np.testing.assert_array_equal(bucket_of([4], choose_bucket_sizes([5000])), [-1])


def test_edge_batches_hold_the_same_graphs_as_dense_ones() -> None:
    graphs = [Graph(np.ones((n, 2)), np.stack(np.nonzero(np.tri(n))), None) for n in (3, 1, 5)]
    samples = ensure_graphs([*graphs, Graph(np.ones((2, 2)))])
    dense, edges = dense_batch(samples, 6), edge_batch(samples, 6, 20)
    adjacency = np.zeros_like(dense.adjacency)
    for row, (edge_index, edge_weight) in enumerate(zip(edges.edge_index, edges.edge_weight, strict=True)):
        np.add.at(adjacency[row], tuple(edge_index), edge_weight)
    np.testing.assert_array_equal(adjacency, dense.adjacency)
    np.testing.assert_array_equal(edges.features, dense.features)
    np.testing.assert_array_equal(edges.mask, dense.mask)
    assert edges.edge_index.dtype == np.int32 and edges.edge_weight.dtype == np.float32


def test_edge_batches_of_graphs_without_edges() -> None:
    batch = edge_batch(ensure_graphs([Graph([[1.0]]), Graph([[2.0], [3.0]])]))
    assert batch.edge_index.shape == (2, 2, 0) and batch.edge_weight.shape == (2, 0)


@pytest.mark.parametrize(("room", "missing"), [({"n_nodes": 2}, "2 nodes"), ({"n_edges": 3}, "3 edges")])
def test_edge_batches_without_room(room: dict, missing: str) -> None:
    samples = ensure_graphs([Graph(np.ones((3, 1)), [[0, 1, 2, 0], [1, 2, 0, 2]])])
    with pytest.raises(ValueError, match=f"a batch of {missing} has no room"):
        edge_batch(samples, **room)


def test_many_dense_batches_of_the_same_graphs() -> None:
    random = np.random.default_rng(0)
    graphs = [Graph(random.normal(size=(n, 2)), random.integers(0, n, (2, 2 * n))) for n in random.integers(1, 9, 20)]
    samples = ensure_graphs(graphs)
    batches = DenseBatches(samples, 10)
    for rows in (np.arange(20), random.integers(0, 20, 7), np.array([], int)):
        for array, expected in zip(batches[rows], dense_batch(samples[rows], 10), strict=True):
            np.testing.assert_array_equal(array, expected, strict=True)
    with pytest.raises(ValueError, match="no room"):
        DenseBatches(samples, 3)
