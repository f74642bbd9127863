"""What counts in a graph for the answer about one of its nodes."""

import keras
import networkx
import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError

from skmlbio import GCNNodeClassifier, GCNNodeRegressor
from skmlbio.graphs import Graph, ensure_graphs
from skmlbio.training._cache import get_network

METHODS = ("integrated_gradients", "gradient_times_input", "occlusion")
RANDOM = np.random.default_rng(0)
N = 40
# A ring, so that all beyond a few steps is far away, with some chords that lead one way.
RING = np.stack([np.arange(N), (np.arange(N) + 1) % N])
EDGES = np.concatenate([RING, RING[::-1], [[3, 3, 4, 3], [5, 3, 6, 5]]], axis=1)
GRAPH = Graph(RANDOM.normal(size=(N, 3)), EDGES, RANDOM.uniform(0.5, 1.5, EDGES.shape[1]))
SMALL = {"hidden_layer_sizes": (4,), "epochs": 5, "random_state": 0}
Y = (GRAPH.features[:, 0] > 0).astype(int)


def fitted(conv: str, graph: Graph = GRAPH, **changes: object) -> GCNNodeClassifier:
    return GCNNodeClassifier(graph, conv=conv, **SMALL, **changes).fit(np.arange(N), Y)


def of_nothing(classifier: GCNNodeClassifier, node: int) -> float:
    """The logit of a node of the whole graph, where all have vectors of zeros and all gates are closed."""
    samples = ensure_graphs([classifier.graph])
    number = np.argsort(np.concatenate([[node], np.delete(np.arange(N), node)]))
    weights = np.stack([samples.edge_weight, np.zeros_like(samples.edge_weight)], axis=1)
    network = get_network(classifier.blueprint_)
    model = network.forms["gated"].heads["decision_function"]
    vectors = np.zeros((N, model.inputs[0].shape[-1]), "float32")
    own = [vectors, number[samples.edge_index].astype("int32"), weights, np.zeros(N, "int32")]
    with keras.StatelessScope(state_mapping=list(zip(network.weights, classifier.weights_, strict=True))):
        return float(model(own)[0, 0])


@pytest.mark.parametrize("conv", ["gcn", "gat", "tag", "diffusion"])
def test_numbers_are_complete_and_of_the_neighbourhood(conv: str) -> None:
    classifier, asked = fitted(conv), [3, 20]
    found = classifier.attributions(asked, target=1)
    n_hops = {"tag": 6, "diffusion": 4}.get(conv, 2)
    for node, of_node in zip(asked, found, strict=True):
        assert of_node.nodes.shape == (N,) and of_node.edges.shape == (GRAPH.n_edges,)
        change = classifier.decision_function([node])[0] - of_nothing(classifier, node)
        np.testing.assert_allclose(of_node.nodes.sum() + of_node.edges.sum(), change, rtol=0.01, atol=2e-4)
        assert of_node.nodes[node] != 0
    distant = np.abs((np.arange(N) - 20 + N // 2) % N - N // 2) > n_hops
    assert not found[1].nodes[distant].any() and found[1].nodes[~distant].any()


def test_occlusion_is_the_change_of_what_is_predicted() -> None:
    classifier = fitted("gcn", standardize=False)
    (found,) = classifier.attributions([3], method="occlusion", target=1)
    (before,) = classifier.decision_function([3])
    matrix = np.zeros((N, N))
    np.add.at(matrix, tuple(GRAPH.edge_index), GRAPH.edge_weight)
    for node in (2, 4, 5, 6, 30):
        others = np.delete(np.arange(N), node)
        left = GRAPH.features[others], matrix[np.ix_(others, others)]
        (after,) = classifier.decision_function([3 - (node < 3)], graph=left)
        assert abs(found.nodes[node] - (before - after)) < 1e-5
    masked = np.where(np.arange(N)[:, None] == 3, 0, GRAPH.features)
    assert abs(found.nodes[3] - (before - classifier.decision_function([3], graph=(masked, matrix))[0])) < 1e-5
    for place in (2, 3, 40, 80, 81):
        source, target = GRAPH.edge_index[:, place]
        parted = matrix.copy()
        parted[source, target] = parted[target, source] = 0
        (after,) = classifier.decision_function([3], graph=(GRAPH.features, parted))
        assert abs(found.edges[place] - (before - after)) < 1e-5


@pytest.mark.parametrize("method", METHODS)
def test_all_kinds_of_features_and_other_graphs(method: str) -> None:
    scattered = np.where(RANDOM.random((N, 5)) < 0.3, 1.0, 0.0)
    types = RANDOM.choice(["C", "N", "O"], N)
    for graph, changes in (
        (Graph(sparse.csr_array(scattered), EDGES), {}),
        (Graph(types, EDGES), {"node_embedding_dim": 2}),
        (Graph(types, EDGES), {}),
    ):
        classifier = fitted("gcn", graph, **changes)
        here, there = (classifier.attributions([7], *other, method=method)[0] for other in ([], [graph]))
        np.testing.assert_array_equal(here.nodes, there.nodes)
        assert here.nodes.any() and here.edges.any() and here.nodes.dtype == np.float32


@pytest.mark.parametrize("conv", ["gine", "gated"])
def test_edges_with_features_stay_apart(conv: str) -> None:
    numbers = RANDOM.normal(size=(EDGES.shape[1], 2))
    graph = Graph(GRAPH.features, EDGES, GRAPH.edge_weight, numbers)
    classifier = fitted(conv, graph)
    for method in METHODS:
        (found,) = classifier.attributions([3], method=method, target=1)
        twice = np.flatnonzero((EDGES == [[3], [5]]).all(axis=0))  # the same edge with other features
        assert (len(set(found.edges[twice])) == 1) == (method == "occlusion") and found.edges[twice].all()
        assert not found.nodes[10:30].any() and found.nodes[3]
    # A feature that says nothing to the node is one that is far away.
    (before,) = classifier.decision_function([3])
    for place in (*twice, 60):
        changed = numbers + 9 * (np.arange(len(numbers)) == place)[:, None]
        (after,) = classifier.decision_function([3], graph=Graph(GRAPH.features, EDGES, GRAPH.edge_weight, changed))
        assert (after != before) == (place != 60)


def test_regressors_and_names_of_nodes() -> None:
    club = networkx.relabel_nodes(networkx.karate_club_graph(), lambda node: f"member {node}")
    regressor = GCNNodeRegressor(club, node_attributes=[], **SMALL).fit(list(club)[:20], np.arange(20.0))
    (found,) = regressor.attributions(["member 0"], method="gradient_times_input")
    assert found.nodes.shape == (34,) and found.edges.shape == (156,) and found.nodes.dtype == np.float64
    (tiny,) = regressor.fit(list(club)[:20], 1e-50 * np.arange(20)).attributions(
        ["member 0"], method="gradient_times_input"
    )
    np.testing.assert_allclose(tiny.nodes, 1e-50 * found.nodes, rtol=1e-4, atol=1e-55)


def test_wrong_arguments_are_named() -> None:
    classifier = fitted("gcn")
    with pytest.raises(ValueError, match=r"X\[0\]"):
        classifier.attributions([N])
    with pytest.raises(ValueError, match="method must be 'integrated_gradients'"):
        classifier.attributions([0], method="saliency")
    with pytest.raises(NotFittedError):
        GCNNodeClassifier(GRAPH).attributions([0])
