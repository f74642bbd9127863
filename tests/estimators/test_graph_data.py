"""Graphs in the buckets of the engine."""

import numpy as np
import pytest

from skmlbio.estimators._graph_data import GraphData
from skmlbio.graphs import Graph, dense_batch, edge_batch, ensure_graphs

RANDOM = np.random.default_rng(0)


def graph(n_nodes: int, n_edges: int | None = None) -> Graph:
    edges = RANDOM.integers(0, n_nodes, (2, n_nodes if n_edges is None else n_edges))
    return Graph(RANDOM.normal(size=(n_nodes, 2)), edges)


def data(*n_nodes: int) -> GraphData:
    return GraphData(ensure_graphs([graph(n) for n in n_nodes]))


def test_every_graph_is_in_one_bucket_of_its_size() -> None:
    graphs = data(3, 5000, 20, 128, 129, 1, 700, 60)
    buckets = graphs.buckets()
    assert sorted(np.concatenate([bucket.rows for bucket in buckets])) == list(range(len(graphs)))
    for bucket in buckets:
        largest = graphs.samples.n_nodes[bucket.rows].max()
        assert bucket.form == ("" if largest <= 128 else "edges")
        assert bucket.take(bucket.rows)[0].shape[1] < max(1.25 * largest, largest + 8)


def test_buckets_hand_out_padded_batches_of_the_rows_asked_for() -> None:
    graphs = data(*RANDOM.integers(1, 30, 40), 300, 200)
    for bucket in graphs.buckets():
        rows = RANDOM.permutation(bucket.rows)[:5]
        taken = bucket.take(rows)
        n_nodes = taken[0].shape[1]
        samples = graphs.samples[rows]
        expected = edge_batch(samples, n_nodes, taken[1].shape[2]) if bucket.form else dense_batch(samples, n_nodes)
        for array, other in zip(taken, expected, strict=True):
            np.testing.assert_array_equal(array, other, strict=True)


@pytest.mark.parametrize("n_nodes", [20, 200])
def test_slices_of_a_single_bucket(n_nodes: int) -> None:
    (bucket,) = data(*[n_nodes] * 6).buckets()
    for array, other in zip(bucket.take(slice(2, 5)), bucket.take(np.arange(2, 5)), strict=True):
        np.testing.assert_array_equal(array, other)


def test_nothing_grows_with_the_square_of_a_large_graph() -> None:
    *_, bucket = data(20_000, 10, 12).buckets()
    assert bucket.row_bytes() < 20 * 20_000 * 4
    assert bucket.batch_size(32) == 1


def test_a_large_graph_among_many_does_not_shrink_their_batches() -> None:
    small, large = data(*[20] * 100, 20_000).buckets()
    assert small.batch_size(32) == 32
    assert large.batch_size(32) == 1


def test_few_graphs_of_a_size_do_not_fill_a_batch_with_repeats() -> None:
    buckets = data(*[20] * 100, *[300] * 3).buckets()
    assert [bucket.batch_size(32) for bucket in buckets] == [32, 4]


def test_graphs_without_edges_and_of_a_single_node() -> None:
    graphs = GraphData(ensure_graphs([Graph([[1.0]]), Graph(np.ones((500, 1)))]))
    for bucket in graphs.buckets():
        assert all(np.isfinite(array).all() for array in bucket.take(bucket.rows))


def test_subset() -> None:
    part = data(3, 5, 400).subset(np.array([2, 0]))
    assert len(part) == 2
    np.testing.assert_array_equal(part.samples.n_nodes, [400, 3])


def test_similar_sets_of_large_graphs_share_their_shapes() -> None:
    shapes = {data(n_nodes).buckets()[0].take(np.array([0]))[0].shape for n_nodes in (1970, 2000, 2040)}
    assert shapes == {(1, 2048, 2)}


def test_graphs_whose_edges_have_features_come_as_lists_in_few_buckets() -> None:
    random = np.random.default_rng(0)
    edges = [random.integers(0, n, (2, 2 * n)) for n in random.integers(5, 60, 200)]
    featured = [Graph(np.ones((e.max() + 1, 1)), e, edge_features=random.normal(size=(e.shape[1], 3))) for e in edges]
    graphs = GraphData(ensure_graphs(featured))
    buckets = graphs.buckets()
    assert len(buckets) <= 4 and {bucket.form for bucket in buckets} == {"edges"}
    assert sorted(np.concatenate([bucket.rows for bucket in buckets])) == list(range(200))
    for bucket in buckets:
        _, edge_index, edge_weight, edge_features, mask = bucket.take(bucket.rows[:3])
        assert edge_features.shape == (3, edge_index.shape[2], 3) and edge_features.dtype == np.float64
        np.testing.assert_array_equal(mask.sum(axis=1), graphs.samples.n_nodes[bucket.rows[:3]])
        np.testing.assert_array_equal((edge_weight > 0).sum(axis=1), graphs.samples.n_edges[bucket.rows[:3]])


def test_networks_with_vectors_of_edges_get_lists() -> None:
    graphs = GraphData(data(3, 20, 30).samples, as_lists=True)
    for some in (graphs, graphs.subset(np.array([0, 2])), graphs.like(data(5).samples)):
        assert {bucket.form for bucket in some.buckets()} == {"edges"}
    assert {bucket.form for bucket in data(3, 20).buckets()} == {""}
