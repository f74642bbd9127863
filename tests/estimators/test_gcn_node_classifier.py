"""GCNNodeClassifier: nodes as samples, the graph as a parameter, sparse all the way, other graphs, SavedModel."""

import pickle
from dataclasses import replace
from pathlib import Path

import networkx
import numpy as np
import pytest
import tensorflow as tf
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split

import skmlbio
from skmlbio import GCNNodeClassifier
from skmlbio.graphs import Graph, as_graph, ensure_graphs

RANDOM = np.random.default_rng(0)
N_NODES = 90
BLOCK = np.arange(N_NODES) % 3


def block_graph(seed: int = 0, n_nodes: int = N_NODES) -> np.ndarray:
    """Undirected edges, most of them within blocks of nodes that are alike by their position modulo 3."""
    random, block = np.random.default_rng(seed), np.arange(n_nodes) % 3
    share = np.where(block[:, None] == block, 0.2, 0.01)
    edges = np.stack(np.nonzero(np.triu(random.random((n_nodes, n_nodes)) < share, 1)))
    return np.concatenate([edges, edges[::-1]], axis=1)


EDGES = block_graph()
GRAPH = Graph(sparse.eye_array(N_NODES, format="csr"), EDGES)
NOISY = Graph(RANDOM.normal(size=(N_NODES, 5)) * 100 + 1e6, EDGES)
SPARSE = Graph(sparse.random_array((N_NODES, 12), density=0.3, rng=RANDOM, format="csr"), EDGES)
TYPED = Graph(np.array(list("abc"))[RANDOM.integers(0, 3, N_NODES)], EDGES)
LABELLED = np.arange(12)
REST = np.arange(12, N_NODES)
SMALL = {"hidden_layer_sizes": (4,), "epochs": 2, "random_state": 0}


@pytest.fixture(scope="module")
def fitted() -> GCNNodeClassifier:
    return GCNNodeClassifier(GRAPH, epochs=60, random_state=0).fit(LABELLED, BLOCK[LABELLED])


def test_labels_spread_along_edges(fitted: GCNNodeClassifier) -> None:
    assert fitted.score(REST, BLOCK[REST]) > 0.9
    without_edges = GCNNodeClassifier(Graph(GRAPH.features), epochs=60, random_state=0)
    assert without_edges.fit(LABELLED, BLOCK[LABELLED]).score(REST, BLOCK[REST]) < 0.6


def test_an_answer_does_not_depend_on_what_else_is_asked(fitted: GCNNodeClassifier) -> None:
    together = fitted.predict_proba(np.arange(N_NODES))
    for nodes in ([5], [7, 7, 7], [88, 3], list(range(40, 80))):
        assert np.array_equal(fitted.predict_proba(nodes), together[nodes])


def test_a_clone_has_the_same_graph_and_a_pickle_has_it_once(fitted: GCNNodeClassifier) -> None:
    assert clone(fitted).graph is fitted.graph is GRAPH
    large = Graph(RANDOM.normal(size=(N_NODES, 500)), EDGES)
    estimator = GCNNodeClassifier(large, hidden_layer_sizes=(1,), epochs=1, random_state=0)
    estimator.fit(LABELLED, BLOCK[LABELLED])
    assert len(pickle.dumps(estimator)) < 1.2 * len(pickle.dumps(large))
    again = pickle.loads(pickle.dumps(estimator))
    assert again.graph == large and np.array_equal(again.predict_proba(REST), estimator.predict_proba(REST))


def test_the_graph_of_the_fit_is_asked_about_until_the_next_fit() -> None:
    other = Graph(GRAPH.features, EDGES[:, ::3])
    estimator = GCNNodeClassifier(GRAPH, **SMALL).fit(LABELLED, BLOCK[LABELLED])
    before = estimator.predict_proba(REST)
    estimator.set_params(graph=other)
    assert estimator.graph_ is GRAPH and np.array_equal(estimator.predict_proba(REST), before)
    with pytest.raises(ValueError, match=r"nan as feature 0"):
        estimator.set_params(graph=Graph(np.full((N_NODES, 5), np.nan), EDGES)).fit(LABELLED, BLOCK[LABELLED])
    assert estimator.graph_ is GRAPH
    estimator.set_params(graph=other).fit(LABELLED, BLOCK[LABELLED])
    assert estimator.graph_ is other and not np.array_equal(estimator.predict_proba(REST), before)


def test_splits_and_searches_go_over_nodes() -> None:
    estimator = GCNNodeClassifier(GRAPH, epochs=30, random_state=0)
    nodes = np.arange(N_NODES)
    assert cross_val_score(estimator, nodes, BLOCK, cv=3).mean() > 0.9
    train, test, y_train, y_test = train_test_split(nodes, BLOCK, stratify=BLOCK, random_state=0)
    search = GridSearchCV(estimator, {"dropout": [0.0, 0.5]}, cv=2).fit(train, y_train)
    assert search.score(test, y_test) > 0.9 and search.best_estimator_.graph is GRAPH


def test_names_of_a_networkx_graph(tmp_path: Path) -> None:
    graph = networkx.Graph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "x"), ("x", "y"), ("y", "z"), ("z", "x")])
    options = {"node_attributes": (), "epochs": 5, "random_state": 0}
    X, y = ["a", "b", "y", "z"], [0, 0, 1, 1]
    by_name = GCNNodeClassifier(graph, **options).fit(X, y)
    converted = GCNNodeClassifier(as_graph(graph), **options).fit(np.array(X), y)
    nameless = GCNNodeClassifier(replace(as_graph(graph), node_names=None), **options).fit([0, 1, 4, 5], y)
    expected = nameless.predict_proba([2, 3])
    for estimator in (by_name, converted):
        assert np.array_equal(estimator.predict_proba(["c", "x"]), expected)
    with pytest.raises(ValueError, match=r"X\[1\] is 'q', which is no node of the graph"):
        by_name.predict(["a", "q"])
    skmlbio.save(by_name, tmp_path / "classifier")
    again = skmlbio.load(tmp_path / "classifier")
    assert networkx.utils.graphs_equal(again.graph, graph) and clone(again).fit(X, y).score(X, y) == by_name.score(X, y)
    assert np.array_equal(again.predict_proba(["c", "x"]), expected)


def test_attention_has_one_head_where_it_gives_the_classes() -> None:
    estimator = GCNNodeClassifier(SPARSE, conv="gat", conv_params={"n_heads": 2}, **SMALL)
    estimator.fit(LABELLED, BLOCK[LABELLED])
    assert estimator.model_.get_layer("layer_0_gat").n_heads == 2
    assert estimator.model_.get_layer("output_gat").n_heads == 1


def test_sparse_features_are_what_dense_ones_are() -> None:
    options = SMALL | {"standardize": False, "dropout": 0.0}
    of_sparse, of_dense = (
        GCNNodeClassifier(graph, **options).fit(LABELLED, BLOCK[LABELLED]).predict_proba(REST)
        for graph in (SPARSE, replace(SPARSE, features=SPARSE.features.toarray()))
    )
    np.testing.assert_allclose(of_sparse, of_dense, atol=1e-6)


def test_dense_features_are_standardised_and_sparse_ones_divided_by_their_sum() -> None:
    moved = Graph(NOISY.features * 7 - 1e5, EDGES)
    scaled = Graph(SPARSE.features.multiply(RANDOM.uniform(1, 9, (N_NODES, 1))).tocsr(), EDGES)
    for graph, other in ((NOISY, moved), (SPARSE, scaled)):
        of_one, of_other = (
            GCNNodeClassifier(it, **SMALL).fit(LABELLED, BLOCK[LABELLED]).predict_proba(REST) for it in (graph, other)
        )
        np.testing.assert_allclose(of_one, of_other, atol=1e-5)


@pytest.mark.parametrize(
    ("graph", "options"),
    [(NOISY, {}), (SPARSE, {}), (SPARSE, {"standardize": False}), (TYPED, {}), (TYPED, {"node_embedding_dim": 3})],
)
def test_another_graph_and_a_saved_model(graph: Graph, options: dict, tmp_path: Path) -> None:
    estimator = GCNNodeClassifier(graph, **SMALL, **options).fit(LABELLED, BLOCK[LABELLED])
    other = Graph(graph.features[:30], block_graph(1, 30), np.linspace(0.5, 2, block_graph(1, 30).shape[1]))
    nodes, verbs = np.arange(30), ("predict", "predict_proba", "decision_function")
    assert np.array_equal(estimator.predict_proba(nodes, graph=graph), estimator.predict_proba(nodes))
    assert not np.array_equal(estimator.predict_proba(nodes, graph=other), estimator.predict_proba(nodes))
    assert estimator.score(nodes, BLOCK[:30], graph=other) == np.mean(estimator.predict(nodes, other) == BLOCK[:30])
    estimator.export_saved_model(tmp_path / "served")
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    samples = ensure_graphs([other])
    described = other.features.toarray() if other.has_sparse_features else other.features
    name = "node_types" if other.has_node_types else "node_features"
    spec = signatures["predict_graph"].structured_input_signature[1][name]
    described = described.astype(object) if other.has_node_types else described.astype(spec.dtype.as_numpy_dtype)
    given = {"nodes": nodes.astype(np.int32), name: described}
    given |= {"edge_index": samples.edge_index, "edge_weight": samples.edge_weight}
    given = {key: tf.constant(value) for key, value in given.items()}
    for verb in verbs:
        found = signatures[verb](nodes=given["nodes"])[verb]
        np.testing.assert_allclose(found, getattr(estimator, verb)(nodes), atol=1e-5)
        found = signatures[f"{verb}_graph"](**given)[verb]
        np.testing.assert_allclose(found, getattr(estimator, verb)(nodes, graph=other), atol=1e-5)
    for verb, of in (("predict", {}), ("predict_graph", given)):
        with pytest.raises(tf.errors.InvalidArgumentError, match="nodes holds a position that is not in the graph"):
            signatures[verb](**of | {"nodes": tf.constant([0, N_NODES])})


@pytest.mark.parametrize("edge_features", [RANDOM.normal(size=(EDGES.shape[1], 2)) * 9 + 1e5, EDGES.sum(axis=0) % 2])
def test_features_and_types_of_edges(edge_features: np.ndarray, tmp_path: Path) -> None:
    graph = Graph(SPARSE.features, EDGES, edge_features=edge_features)
    estimator = GCNNodeClassifier(graph, conv="gine", **SMALL).fit(LABELLED, BLOCK[LABELLED])
    other = Graph(SPARSE.features, EDGES, edge_features=edge_features[::-1].copy())
    assert np.abs(estimator.predict_proba(REST) - estimator.predict_proba(REST, graph=other)).max() > 1e-3
    estimator.export_saved_model(tmp_path / "served")
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    name = "edge_types" if other.has_edge_types else "edge_features"
    given = {"edge_index": EDGES.astype(np.int32), "edge_weight": other.edge_weight, name: other.edge_features}
    given |= {"nodes": REST.astype(np.int32), "node_features": other.features.toarray()}
    found = signatures["predict_proba_graph"](**{key: tf.constant(value) for key, value in given.items()})
    np.testing.assert_allclose(found["predict_proba"], estimator.predict_proba(REST, graph=other), atol=1e-5)
    with pytest.warns(UserWarning, match="GCNNodeClassifier leaves the features of edges out, because conv='gcn'"):
        GCNNodeClassifier(graph, **SMALL).fit(LABELLED, BLOCK[LABELLED])


def test_a_graph_is_laid_out_once_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out, lay_out = [], GCNNodeClassifier._encoded_graph
    monkeypatch.setattr(
        GCNNodeClassifier, "_encoded_graph", lambda self, *a, **b: laid_out.append(a) or lay_out(self, *a, **b)
    )
    estimator = GCNNodeClassifier(NOISY, **SMALL)
    estimator.fit(LABELLED, BLOCK[LABELLED], X_val=REST, y_val=BLOCK[REST])
    expected = estimator.predict_proba(REST)
    estimator.partial_fit(LABELLED, BLOCK[LABELLED]).attributions([3], method="gradient_times_input")
    assert len(laid_out) == 1
    estimator.fit(LABELLED, BLOCK[LABELLED])
    assert len(laid_out) == 2 and np.array_equal(estimator.predict_proba(REST), expected)
    written = pickle.dumps(estimator)
    assert len(written) < len(pickle.dumps(NOISY)) + len(pickle.dumps(estimator.weights_)) + 10_000
    assert np.array_equal(pickle.loads(written).predict_proba(REST), expected) and len(laid_out) == 3
    estimator.predict(REST, graph=replace(NOISY, edge_index=EDGES[:, :100], edge_weight=None))
    assert np.array_equal(estimator.predict_proba(REST), expected) and len(laid_out) == 4
    estimator.set_params(graph=GRAPH).fit(LABELLED, BLOCK[LABELLED])
    assert len(laid_out) == 5 and clone(estimator).fit(LABELLED, BLOCK[LABELLED]) and len(laid_out) == 6


def test_flow_turns_directed_edges_round() -> None:
    # Each node tells the next one: 0 -> 1 -> 2 ...
    place, features = np.arange(60), RANDOM.choice([-1.0, 1.0], 60)
    path = Graph(features[:, None], [place[:-1], place[1:]])
    options = {"conv": "sage", "dropout": 0.0, "epochs": 100, "learning_rate": 0.05, "random_state": 0}
    told = (np.roll(features, 1) > 0).astype(int)  # what the node before has
    right, wrong = (
        GCNNodeClassifier(path, flow=flow, hidden_layer_sizes=(8,), **options)
        .fit(place[1:40], told[1:40])
        .score(place[40:], told[40:])
        for flow in ("source_to_target", "target_to_source")
    )
    assert right == 1 and wrong < 0.8


def test_validation_is_of_nodes(fitted: GCNNodeClassifier) -> None:
    estimator = GCNNodeClassifier(GRAPH, epochs=300, patience=5, learning_rate=0.05, random_state=0)
    estimator.fit(LABELLED, BLOCK[LABELLED], X_val=REST[:30], y_val=BLOCK[REST[:30]])
    assert estimator.n_iter_ == estimator.best_epoch_ + 5 < 300
    with pytest.raises(ValueError, match=r"X_val\[0\] is 90, but the graph has 90 nodes"):
        estimator.fit(LABELLED, BLOCK[LABELLED], X_val=[N_NODES], y_val=[0])


def test_a_checkpoint_belongs_to_one_graph(tmp_path: Path) -> None:
    found = []
    for graph in (SPARSE, replace(SPARSE, edge_weight=np.full(EDGES.shape[1], 2.0)), SPARSE):
        estimator = GCNNodeClassifier(graph, checkpoint=tmp_path, **SMALL)
        found.append(estimator.fit(LABELLED, BLOCK[LABELLED]).predict_proba(REST))
    assert len(list(tmp_path.iterdir())) == 2
    assert np.array_equal(found[0], found[2]) and not np.array_equal(found[0], found[1])


def test_several_labels_a_node_may_miss_in_part() -> None:
    y = np.stack([BLOCK == 0, BLOCK == 1], axis=1).astype(float)[LABELLED]
    y[::3, 0] = np.nan
    estimator = GCNNodeClassifier(GRAPH, epochs=60, random_state=0).fit(LABELLED, y)
    assert (estimator.predict(REST)[:, 1] == (BLOCK[REST] == 1)).mean() > 0.8


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (None, "graph is None; GCNNodeClassifier needs the graph whose nodes are the samples"),
        ("CCO", "a str is no graph"),
        (Graph([[1.0], [np.nan]]), "graph: node 1 has nan as feature 0"),
        (Graph(sparse.csr_array([[0.0, np.inf]])), "graph: node 0 has inf as feature 1"),
        (Graph([[1.0], [2.0]], [[0], [2]]), r"graph: edge \(0, 2\) points past its 2 nodes"),
        (Graph(np.ones((2, 0))), "graph has 0 node features; at least one is needed"),
        (networkx.Graph(), "graph has no nodes"),
    ],
)
def test_wrong_graphs_are_named(graph: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        GCNNodeClassifier(graph).fit([0, 1], [0, 1])


def test_another_graph_has_features_of_the_same_kind(fitted: GCNNodeClassifier) -> None:
    for other, message in (
        (Graph(np.ones((2, 3))), "graph has 3 node features, but the graphs of the fit had 90"),
        (Graph(["a", "b"]), "graph has node types, but the graphs of the fit had 90 node features"),
    ):
        with pytest.raises(ValueError, match=message):
            fitted.predict([0], graph=other)
    dense = Graph(np.eye(N_NODES), EDGES)
    np.testing.assert_allclose(fitted.predict_proba(REST, graph=dense), fitted.predict_proba(REST), atol=1e-6)


def test_a_graph_of_one_node_and_no_edges() -> None:
    lone = Graph(np.ones((2, 3)))
    estimator = GCNNodeClassifier(lone, epochs=1, random_state=0).fit([0, 1], ["a", "b"])
    assert estimator.predict_proba([0]).shape == (1, 2)
    assert estimator.predict([0], graph=Graph(np.ones((1, 3)))).shape == (1,)
