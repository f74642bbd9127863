"""What counts in a graph, by gradients, integrated gradients and occlusion, of every network of graphs."""

import functools

import keras
import networkx
import numpy as np
import pytest
from battery_cases import CASES, GRAPHS, LABELS
from explained_cases import explained, fitted, options
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.exceptions import NotFittedError

from skmlbio import GCNClassifier, GCNRegressor
from skmlbio.graphs import Graph, as_graph, ensure_graphs, flat_batch
from skmlbio.training._cache import get_network

METHODS = ("integrated_gradients", "gradient_times_input", "occlusion")
OF_GRAPHS = [name for name, case in CASES.items() if case.inputs is GRAPHS and hasattr(case.estimator, "attributions")]
SMALL = {"hidden_layer_sizes": (4, 4), "readout_layer_sizes": (4,), "epochs": 2, "random_state": 0}
SOME = [graph for graph in [*GRAPHS.X[:2], *GRAPHS.unusual] if isinstance(graph, Graph) and graph.n_nodes < 100]
each = pytest.mark.parametrize("name", OF_GRAPHS)


def of_nothing(estimator: BaseEstimator, graph: Graph) -> float:
    """What is explained, of a graph that has vectors of zeros and closed gates."""
    head = "decision_function" if is_classifier(estimator) else "predict"
    network = get_network(estimator.blueprint_)
    model = network.forms["gated"].heads[head]
    flat = flat_batch(ensure_graphs([graph]))
    vectors = np.zeros((graph.n_nodes, model.inputs[0].shape[-1]), "float32")
    weights = np.stack([flat.edge_weight, np.zeros_like(flat.edge_weight)], axis=1)
    with keras.StatelessScope(state_mapping=list(zip(network.weights, estimator.weights_, strict=True))):
        return float(model([vectors, flat.edge_index, weights, *flat[3:]])[0, 0])


# Every estimator of graphs -------------------------------------------------------------------------------------------


def test_there_are_estimators_to_try() -> None:
    assert {"gcn", "gcn regressor"} <= set(OF_GRAPHS)


@each
def test_shapes_and_independence(name: str) -> None:
    """A graph has a number a node and a number an edge, whatever stands beside it."""
    estimator = fitted(name)
    for method in METHODS:
        ask = functools.partial(estimator.attributions, method=method, n_steps=4)
        together = ask(SOME)
        assert [(len(found.nodes), len(found.edges)) for found in together] == [(g.n_nodes, g.n_edges) for g in SOME]
        assert {numbers.dtype for found in together for numbers in found} == {explained(estimator, SOME).dtype}
        for graph, found in zip(SOME[1:6], together[1:6], strict=True):
            (alone,) = ask([graph])
            np.testing.assert_allclose(alone.nodes, found.nodes, rtol=1e-3, atol=1e-5, err_msg=method)
            np.testing.assert_allclose(alone.edges, found.edges, rtol=1e-3, atol=1e-5, err_msg=method)


def require_complete(estimator: BaseEstimator, graphs: list[Graph] = SOME) -> None:
    change = explained(estimator, graphs) - [of_nothing(estimator, graph) for graph in graphs]
    sums = [found.nodes.sum() + found.edges.sum() for found in estimator.attributions(graphs, **options(estimator))]
    assert np.abs(change).max() > 0.05
    np.testing.assert_allclose(sums, change, rtol=0.01, atol=2e-4)


@each
def test_integrated_gradients_are_complete(name: str) -> None:
    require_complete(fitted(name))


def test_units_of_targets_do_not_matter() -> None:
    graphs, expected = SOME[:3], {}
    for mean, scale in [(0, 1), (1e6, 1e-3), (0, 1e-50), (0, 1e200)]:
        regressor = GCNRegressor(**SMALL).fit(GRAPHS.X, mean + scale * np.arange(len(GRAPHS.X)))
        for method in METHODS:
            found = np.concatenate([np.concatenate(of) for of in regressor.attributions(graphs, method=method)]) / scale
            np.testing.assert_allclose(found, expected.setdefault(method, found), rtol=1e-3, atol=1e-4)
    assert all(np.abs(found).max() > 0.01 for found in expected.values())


@pytest.mark.parametrize("conv", ["gat", "tag", "edge"])
def test_they_are_where_weights_are_shares_or_do_not_count(conv: str) -> None:
    require_complete(GCNClassifier(conv, **SMALL).fit(GRAPHS.X, LABELS))


@pytest.mark.parametrize("conv", ["gine", "gated"])
def test_edges_with_features_stay_apart(conv: str) -> None:
    random = np.random.default_rng(0)
    graphs = [Graph(*it, random.normal(size=(it[1].shape[1], 2))) for it in ((g.features, g.edge_index, g.edge_weight)
              for g in [*GRAPHS.X, Graph([[1.0, 2], [3, 4]], [[0, 0, 0, 1], [1, 1, 1, 0]], [1, 2, 0, 1])])]  # fmt: skip
    classifier = GCNClassifier(conv, **SMALL).fit(graphs[:-1], LABELS)
    require_complete(classifier, graphs[-3:])
    for method in METHODS:
        (found,) = classifier.attributions(graphs[-1:], method=method)
        assert len(found.edges) == 4 and found.edges.all() == (method == "occlusion")
        assert len(np.unique(found.edges)) == (1 if method == "occlusion" else 4)


def test_gradient_times_input_is_the_slope() -> None:
    """That of a network in double precision, which is what finite differences take."""
    classifier = GCNClassifier("gin", **SMALL, dtype="float64", standardize=False).fit(GRAPHS.X, LABELS)
    graph, step = GRAPHS.X[0], 1e-3
    (found,) = classifier.attributions([graph], method="gradient_times_input", target=1)

    def slope(node: int | None = None, edge: int | None = None) -> float:
        """Of a graph whose node or edge is a little more or less; messages of "gin" go by the weights."""
        changed = []
        for factor in (1 + step, 1 - step):
            x, weights = graph.features.copy(), graph.edge_weight.astype(float)
            if node is not None:
                x[node] *= factor
            if edge is not None:
                weights[edge] *= factor
            changed.append(Graph(x, graph.edge_index, weights))
        up, down = classifier.decision_function(changed)
        return (up - down) / (2 * step)

    np.testing.assert_allclose(found.nodes, [slope(node=i) for i in range(graph.n_nodes)], rtol=1e-2, atol=1e-4)
    np.testing.assert_allclose(found.edges, [slope(edge=i) for i in range(graph.n_edges)], rtol=1e-2, atol=1e-4)


@each
def test_occlusion_is_the_change_of_what_is_predicted(name: str) -> None:
    estimator = fitted(name)
    drawing = networkx.lollipop_graph(4, 3)
    x = np.random.default_rng(0).normal(size=(7, 2))
    listed = as_graph(drawing)
    graph = Graph(x, listed.edge_index)
    (found,) = estimator.attributions([graph], method="occlusion", **options(estimator))
    (before,) = explained(estimator, [graph])
    for node in drawing:
        others = [other for other in drawing if other != node]
        (after,) = explained(estimator, [(x[others], networkx.to_numpy_array(drawing.subgraph(others)))])
        assert abs(found.nodes[node] - (before - after)) < 1e-5
    for (source, target), number in zip(listed.edge_index.T.tolist(), found.edges, strict=True):
        parted = drawing.copy()
        parted.remove_edge(source, target)
        (after,) = explained(estimator, [(x, networkx.to_numpy_array(parted))])
        assert abs(number - (before - after)) < 1e-5


# Order, and what is found --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_numbers_come_in_the_order_of_the_graph(method: str) -> None:
    classifier, graph = fitted("gcn"), Graph(GRAPHS.X[3].features, *as_graph(networkx.path_graph(8)).edge_index[None])
    order = np.random.default_rng(1).permutation(graph.n_edges)
    turned = Graph(graph.features, graph.edge_index[:, order])
    one, other = classifier.attributions([graph, turned], method=method)
    np.testing.assert_allclose(other.nodes, one.nodes, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(other.edges, one.edges[order], rtol=1e-4, atol=1e-6)
    assert one.edges.std() > 0
    # Against the flow, every edge the other way round is the same graph.
    against = clone(classifier).set_params(flow="source_to_target").fit(GRAPHS.X, LABELS)
    against.weights_ = classifier.weights_
    (found,) = against.attributions([Graph(graph.features, graph.edge_index[::-1])], method=method)
    np.testing.assert_allclose(found.edges, one.edges, rtol=1e-4, atol=1e-6)


def trees_with(motif: str, n_graphs: int, seed: int) -> tuple[list[networkx.Graph], np.ndarray]:
    """Random trees of atoms; every other one has an "N" somewhere, or a ring of its first four nodes."""
    random, graphs, y = np.random.default_rng(seed), [], np.arange(n_graphs) % 2
    for has in y:
        graph = networkx.path_graph(4)
        for node in range(4, random.integers(9, 12)):
            graph.add_edge(node, int(random.integers(node)))
        atoms = {node: str(random.choice(["C", "O"])) for node in graph}
        if has and motif == "ring":
            graph.add_edge(0, 3)
        if has and motif == "atom":
            atoms[2] = "N"
        networkx.set_node_attributes(graph, atoms, "atom")
        graphs.append(graph)
    return graphs, y


@pytest.mark.parametrize("motif", ["atom", "ring"])
def test_what_makes_the_class_counts_most(motif: str) -> None:
    graphs, y = trees_with(motif, 120, seed=0)
    learner = GCNClassifier("gin", hidden_layer_sizes=(16,) * 4, readout_layer_sizes=(16,), node_attributes="atom")
    learner.set_params(epochs=40, learning_rate=5e-3, random_state=0).fit(graphs, y)
    new, y = trees_with(motif, 20, seed=1)
    having = [graph for graph, has in zip(new, y, strict=True) if has]
    assert learner.score(new, y) > 0.9
    for method in METHODS if motif == "atom" else ("occlusion",):
        for graph, found in zip(having, learner.attributions(having, method=method, target=1), strict=True):
            if motif == "atom":
                assert found.nodes.argmax() == 2
            else:
                in_ring = as_graph(graph, node_attributes="atom").edge_index.max(axis=0) < 4
                assert found.edges[in_ring].mean() > found.edges[~in_ring].mean() + 1


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"method": "saliency"}, "method must be 'integrated_gradients', 'gradient_times_input' or 'occlusion'"),
        ({"target": 2}, r"target 2 is none of the classes \[0, 1\]"),
        ({"n_steps": 0}, "n_steps must be 'auto' or an int from 1 to 512, got 0"),
        ({"X": [Graph(np.ones((2, 3)))]}, "graph 0 has 3 node features, but the graphs of the fit had 2"),
        ({"X": GRAPHS.X[0]}, "expected a list of graphs, got a Graph"),
    ],
)
def test_wrong_arguments_are_named(asked: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        fitted("gcn").attributions(**({"X": GRAPHS.X[:2]} | asked))


def test_it_must_be_fitted() -> None:
    with pytest.raises(NotFittedError):
        GCNClassifier().attributions(GRAPHS.X)
