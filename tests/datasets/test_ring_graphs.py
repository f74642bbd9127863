"""Random graphs whose rings are known."""

import networkx
import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmlbio import WeisfeilerLehmanTransformer
from skmlbio.datasets import make_ring_graphs
from skmlbio.graphs import Graph


def as_networkx(graph: Graph) -> networkx.Graph:
    other = networkx.Graph(graph.edge_index.T.tolist())
    other.add_nodes_from(range(graph.n_nodes))
    return other


def test_defaults() -> None:
    X, y = make_ring_graphs(random_state=0)
    assert len(X) == 100 and {graph.n_nodes for graph in X} == set(range(10, 21))
    assert y.dtype == np.int64 and np.bincount(y).tolist() == [50, 50] and np.diff(y).any()
    assert all(graph.features.tolist() == [[1]] * graph.n_nodes for graph in X)


def test_the_same_seed_gives_the_same_graphs() -> None:
    options = {"noise": 0.2, "flip_y": 0.1, "node_types": "CNO"}
    first, second = (make_ring_graphs(30, random_state=3, **options) for _ in range(2))
    assert first[0] == second[0] and np.array_equal(first[1], second[1])
    assert first[0] != make_ring_graphs(30, random_state=4, **options)[0]
    bunch = make_ring_graphs(30, random_state=3, **options, return_X_y=False)
    assert first[0] == bunch.X and np.array_equal(bunch.y, first[1])
    assert bunch.parameters["flip_y"] == 0.1 and bunch.DESCR.startswith("Make random graphs")


@pytest.mark.parametrize("shape", ["tree", "chain"])
def test_rings_are_what_they_are_said_to_be(shape: str) -> None:
    data = make_ring_graphs(60, rings=(None, 5, 10), shape=shape, random_state=0, return_X_y=False)
    for graph, number, ring in zip(data.X, data.classes, data.rings, strict=True):
        whole = as_networkx(graph)
        assert networkx.is_connected(whole)
        assert len(ring) == [0, 5, 10][number]
        assert 2 * whole.number_of_edges() == graph.n_edges == 2 * (graph.n_nodes - (number == 0))
        cycles = networkx.cycle_basis(whole)
        assert [set(cycle) for cycle in cycles] == ([set(ring.tolist())] if len(ring) else [])
        assert all(whole.has_edge(a, b) for a, b in zip(ring.tolist(), np.roll(ring, 1).tolist(), strict=True))
        if shape == "chain":
            assert max(degree for _, degree in whole.degree) <= (2 if number == 0 else 3)
    assert len({int(ring[0]) for ring in data.rings if len(ring)}) > 5  # in random order


def test_a_graph_may_be_the_ring_alone_or_one_node() -> None:
    X, _ = make_ring_graphs(5, n_nodes=4, rings=[4], random_state=0)
    assert all(networkx.is_isomorphic(as_networkx(graph), networkx.cycle_graph(4)) for graph in X)
    assert [graph.n_edges for graph in make_ring_graphs(2, n_nodes=1, rings=[None])[0]] == [0, 0]


def test_noise_is_further_edges() -> None:
    plain, noisy, full = (
        make_ring_graphs(20, n_nodes=20, noise=noise, random_state=0, return_X_y=False) for noise in (0, 0.25, 1)
    )
    for before, after, most, ring in zip(plain.X, noisy.X, full.X, noisy.rings, strict=True):
        assert after.n_edges == before.n_edges + 2 * 5 and most.n_edges == before.n_edges + 2 * 20
        assert len(set(map(tuple, most.edge_index.T.tolist()))) == most.n_edges  # none twice
        assert all(as_networkx(after).has_edge(a, b) for a, b in zip(ring, np.roll(ring, 1), strict=True))
    assert make_ring_graphs(1, n_nodes=3, rings=[None], noise=1)[0][0].n_edges == 6  # there are no more


def test_types_and_labels() -> None:
    X, _ = make_ring_graphs(50, node_types="CNO", random_state=0)
    assert set(np.concatenate([graph.features for graph in X])) == set("CNO")
    X, _ = make_ring_graphs(50, node_types=[6, 8], random_state=0)
    assert set(np.concatenate([graph.features for graph in X]).tolist()) == {6, 8}
    data = make_ring_graphs(900, n_nodes=5, rings=(None, 4, 5), weights=[1, 1, 2], flip_y=0.5, random_state=0,
                            return_X_y=False)  # fmt: skip
    assert np.bincount(data.classes).tolist() == [225, 225, 450]
    assert (data.y != data.classes).mean() == pytest.approx(0.5 * 2 / 3, abs=0.05)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rings": (None, 2)}, "the ring of class 1 must have 3 nodes or more, .* which has 10, or be None; got 2"),
        ({"rings": (11,)}, "the ring of class 0 must .*got 11"),
        ({"rings": (True,)}, "the ring of class 0 must .*got True"),
        ({"rings": ()}, "rings must have one entry a class, 1 or more; got none"),
        ({"n_nodes": (5, 3)}, "n_nodes must be an int of 1 or more, or a pair of them"),
        ({"shape": "star"}, "'shape' parameter of make_ring_graphs must be"),
        ({"node_types": [0.5]}, "node_types must list one type or more, integers or strings"),
        ({"node_types": ""}, "node_types must list one type or more"),
        ({"weights": [1, 2, 3]}, "weights must be 2 numbers"),
        ({"noise": 2}, "'noise' parameter"),
    ],
)
def test_wrong_arguments(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_ring_graphs(**options)


def test_only_structure_tells_the_classes_apart() -> None:
    X, y = make_ring_graphs(120, rings=(5, 6), random_state=0)
    scores = [
        cross_val_score(make_pipeline(WeisfeilerLehmanTransformer(n), SVC(kernel="linear", C=10)), X, y).mean()
        for n in (0, 6)
    ]
    assert scores[0] < 0.65 and scores[1] > scores[0] + 0.1
