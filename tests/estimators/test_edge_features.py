"""Graphs with features of edges in GCNClassifier and GCNRegressor: learning, kinds, what is left out, SavedModel."""

from pathlib import Path

import networkx
import numpy as np
import pytest
import tensorflow as tf

from skmlbio import GCNClassifier, GCNNodeClassifier, GCNTransformer
from skmlbio.graphs import Graph, dense_batch, ensure_graphs, flat_batch

RANDOM = np.random.default_rng(0)
FEW_CODES = {"hidden_layer_sizes": (8,), "epochs": 2, "random_state": 0}
FEW = FEW_CODES | {"readout_layer_sizes": ()}


def rings(n_graphs: int) -> tuple[list[Graph], np.ndarray]:
    """Rings of single and double bonds in turn; in one class single ones join nodes alike, in the other double ones."""
    graphs, y = [], np.arange(n_graphs) % 2
    for of_double in y:
        half = RANDOM.integers(3, 6)
        begins, ends = np.arange(2 * half), (np.arange(2 * half) + 1) % (2 * half)
        bonds = np.tile(["single", "double"], half)
        nodes = np.roll(np.repeat(RANDOM.permutation(half) % 2, 2), of_double)
        graphs.append(Graph(nodes[:, None], [[*begins, *ends], [*ends, *begins]], edge_features=[*bonds, *bonds]))
    return graphs, y


def as_numbers(graph: Graph) -> Graph:
    """The same with numbers at edges that single precision would not tell apart, and one that is constant."""
    is_single = graph.edge_features == "single"
    numbers = np.stack([1e9 + 2 * is_single, np.full(graph.n_edges, 3.0)], axis=1)
    return Graph(graph.features, graph.edge_index, edge_features=numbers)


TYPED, Y = rings(40)
NUMBERS = [as_numbers(graph) for graph in TYPED]


@pytest.fixture(scope="module", params=["gine", "ecc", "gated"])
def of_types(request: pytest.FixtureRequest) -> GCNClassifier:
    options = {"hidden_layer_sizes": (16, 16), "epochs": 60, "learning_rate": 1e-2, "random_state": 0}
    return GCNClassifier(request.param, **options).fit(TYPED, Y)


def test_learns_what_only_edges_tell(of_types: GCNClassifier) -> None:
    graphs, y = rings(30)
    assert of_types.score(graphs, y) > 0.9
    assert of_types.edge_types_.tolist() == ["double", "single"] and of_types.n_edge_features_ == 2
    assert of_types.n_features_in_ == 1 and of_types.node_types_ is None


def test_unknown_types_and_other_kinds() -> None:
    strange, classifier = Graph(np.ones((2, 1)), [[0], [1]], edge_features=["triple"]), GCNClassifier("gine", **FEW)
    classifier.fit(TYPED, Y)
    with pytest.raises(
        ValueError, match=r"graph 1: edge \(0, 1\) has the unknown type 'triple'; known are 'double', 's"
    ):
        classifier.predict([TYPED[0], strange])
    with pytest.raises(ValueError, match="graph 0 has 2 edge features, but the graphs of the fit had edge types"):
        classifier.predict(NUMBERS)
    with pytest.raises(ValueError, match="graph 0 has no edge features, but the graphs of the fit had edge types"):
        classifier.predict([Graph(np.ones((2, 1)), [[0], [1]])])
    classifier.set_params(unknown="mask")
    assert np.isfinite(classifier.predict_proba([TYPED[0], strange, Graph([[1.0]])])).all()
    told = GCNClassifier("gine", edge_types=["single", "double", "triple"], **FEW).fit(TYPED, Y)
    assert told.predict([strange]).shape == (1,) and told.n_edge_features_ == 3


def test_numbers_are_standardised_in_double_precision() -> None:
    classifier = GCNClassifier("gine", **FEW).fit(NUMBERS, Y)
    assert classifier.n_edge_features_ == 2 and classifier.edge_types_ is None
    layer = classifier.model_.get_layer("standardize_edges")
    np.testing.assert_allclose(layer.mean, [1e9 + 1, 0.0])
    np.testing.assert_allclose(layer.scale, [1.0, 3.0])  # a constant keeps its sign, as one of nodes
    found = classifier.predict_proba(NUMBERS)
    near = [Graph(g.features, g.edge_index, edge_features=g.edge_features - [1e9, 0]) for g in NUMBERS]
    np.testing.assert_allclose(GCNClassifier("gine", **FEW).fit(near, Y).predict_proba(near), found, atol=1e-5)


def test_graphs_of_all_sizes_and_the_keras_model_answer_alike() -> None:
    edges = [RANDOM.permuted(np.tile(np.arange(n), (2, 1)), axis=1) for n in (2, 5, 70, 300)]
    graphs = [
        Graph(RANDOM.normal(size=(e.max() + 1, 2)), e, edge_features=RANDOM.normal(size=(e.shape[1], 2))) for e in edges
    ]
    graphs.append(Graph(RANDOM.normal(size=(3, 2))))
    classifier = GCNClassifier("gated", **FEW).fit(graphs, [0, 1, 0, 1, 1])
    together = classifier.predict_proba(graphs)
    np.testing.assert_allclose(np.concatenate([classifier.predict_proba([g]) for g in graphs]), together, atol=1e-5)
    dense = classifier.model_.predict(list(dense_batch(ensure_graphs(graphs[:2]))), verbose=0)
    np.testing.assert_allclose(dense[:, 0], together[:2, 1], atol=1e-5)


def test_a_convolution_that_ignores_edge_features_says_so_once_a_fit() -> None:
    classifier = GCNClassifier("gin", **FEW)
    with pytest.warns(UserWarning, match="leaves the features of edges out, because conv='gin' does not use") as caught:
        classifier.fit(TYPED, Y, X_val=TYPED, y_val=Y)
    assert len(caught) == 1
    plain = [Graph(g.features, g.edge_index) for g in TYPED]
    np.testing.assert_array_equal(classifier.predict_proba(TYPED), classifier.predict_proba(plain))
    assert classifier.n_edge_features_ == 0


def test_the_default_follows_the_edges_of_the_fit(recwarn: pytest.WarningsRecorder) -> None:
    plain = [Graph(g.features, g.edge_index) for g in TYPED]
    for graphs, conv in ((TYPED, "gine"), (plain, "gin")):
        by_default = GCNClassifier(**FEW, conv_params={"hidden_units": 4}).fit(graphs, Y)
        by_name = GCNClassifier(conv, **FEW, conv_params={"hidden_units": 4}).fit(graphs, Y)
        assert by_default.conv_ == by_name.conv_ == conv
        np.testing.assert_array_equal(by_default.predict_proba(graphs), by_name.predict_proba(graphs))
    with pytest.raises(ValueError, match="graph 0 has string edge types, but the graphs of the fit had no edge feat"):
        by_default.predict(TYPED)
    of_nodes = GCNNodeClassifier(TYPED[0], conv="auto", hidden_layer_sizes=(4,), epochs=1).fit([0, 1], [0, 1])
    assert of_nodes.conv_ == "gine" and GCNTransformer(2, **FEW_CODES).fit(TYPED).conv_ == "gine"
    assert not recwarn.list


def test_the_network_of_a_fit_stays_what_it_is() -> None:
    classifier = GCNClassifier(**FEW).fit(TYPED, Y)
    expected = classifier.predict_proba(TYPED)
    np.testing.assert_array_equal(classifier.set_params(conv="gcn").predict_proba(TYPED), expected)
    with pytest.raises(ValueError, match="was made with conv='gine', but is now to have conv='gcn'"):
        classifier.partial_fit(TYPED, Y)
    classifier.set_params(conv="auto").partial_fit(TYPED, Y)


def test_without_edge_features_the_weight_is_the_feature() -> None:
    """Two classes that differ in what weights stand at which edges."""
    weights = [np.where(g.edge_features == "single", 1.0, 2.0) for g in TYPED]
    graphs = [Graph(g.features, g.edge_index, w) for g, w in zip(TYPED, weights, strict=True)]
    classifier = GCNClassifier("gine", hidden_layer_sizes=(16, 16), epochs=40, learning_rate=1e-2, random_state=0)
    assert classifier.fit(graphs, Y).score(graphs, Y) > 0.9


def test_attributes_of_networkx_edges_are_types_or_numbers() -> None:
    graphs = []
    for graph in TYPED:
        bonds = zip(*graph.edge_index, graph.edge_features, strict=True)
        edges = [(a, b, {"order": bond, "length": float(len(bond))}) for a, b, bond in bonds if a < b]
        graphs.append(networkx.Graph(edges))
    of_types = GCNClassifier("gine", edge_attributes="order", **FEW).fit(graphs, Y)
    assert of_types.edge_types_.tolist() == ["double", "single"]
    of_numbers = GCNClassifier("gine", edge_attributes=["length"], **FEW).fit(graphs, Y)
    assert of_numbers.n_edge_features_ == 1


@pytest.mark.parametrize("graphs", [TYPED, NUMBERS], ids=["types", "numbers"])
def test_a_saved_model_takes_what_stands_at_edges(graphs: list[Graph], tmp_path: Path) -> None:
    classifier = GCNClassifier("gine", flow="source_to_target", **FEW).fit(graphs, Y)
    classifier.export_saved_model(tmp_path / "served")
    predict = tf.saved_model.load(str(tmp_path / "served")).signatures["predict_proba"]
    batch = flat_batch(ensure_graphs(graphs))._asdict()
    batch["node_features"] = batch.pop("features")
    if graphs is TYPED:
        one_hot = batch.pop("edge_features")
        batch["edge_types"] = np.array(["double", "single"], object)[one_hot.argmax(axis=1)]
    inputs = {name: tf.constant(array) for name, array in batch.items()}
    np.testing.assert_allclose(predict(**inputs)["predict_proba"], classifier.predict_proba(graphs), atol=1e-5)
    wrong = np.array(["triple"], object) if graphs is TYPED else np.full((1, 2), np.nan)
    name = "edge_types" if graphs is TYPED else "edge_features"
    inputs[name] = tf.concat([inputs[name][1:], tf.constant(wrong)], axis=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"{name} holds"):
        predict(**inputs)
