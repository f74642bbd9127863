"""GCNClassifier: learning, kinds of nodes, sizes, buckets, rejections, scikit-learn around it, SavedModel."""

from pathlib import Path

import networkx
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.utils._param_validation import InvalidParameterError

from skmlbio import GCNClassifier
from skmlbio.graphs import Graph, ensure_graphs, flat_batch
from skmlbio.training import clear_programs, program_info

FEW = {"hidden_layer_sizes": (8, 8), "readout_layer_sizes": (8,), "epochs": 3, "random_state": 0}
RANDOM = np.random.default_rng(0)


def rings_and_chains(n_graphs: int, largest: int = 14, seed: int = 0) -> tuple[list[Graph], np.ndarray]:
    """Half of the graphs have one edge more, that closes the ring; the features say nothing."""
    random = np.random.default_rng(seed)
    graphs, y = [], np.array(["chain", "ring"])[random.permutation(n_graphs) % 2]
    for label in y:
        n_nodes = random.integers(3, largest)
        ends = np.arange(n_nodes if label == "ring" else n_nodes - 1)
        edges = np.stack([ends, (ends + 1) % n_nodes])
        edges = np.concatenate([edges, edges[::-1]], axis=1)
        graphs.append(Graph(random.normal(size=(n_nodes, 2)), edges))
    return graphs, y


GRAPHS, Y = rings_and_chains(60)
TYPED = [Graph(RANDOM.choice(["C", "N", "O"], g.n_nodes), g.edge_index) for g in GRAPHS]


def without_features(graphs: list[Graph]) -> list[Graph]:
    return [Graph(np.ones((graph.n_nodes, 1)), graph.edge_index) for graph in graphs]


@pytest.fixture(scope="module")
def fitted() -> GCNClassifier:
    return GCNClassifier(**FEW).fit(GRAPHS, Y)


@pytest.mark.parametrize(
    "conv", ["gin", "gcn", "gat", "sage", "tag", "arma", "cheb", "appnp", "diffusion", "general", "edge"]
)
def test_learns_what_only_the_structure_tells(conv: str) -> None:
    # Averages tell nothing where all nodes are alike, so some convolutions need the number of neighbours.
    graphs = [Graph(np.bincount(graph.edge_index[0])[:, None], graph.edge_index) for graph in GRAPHS]
    classifier = GCNClassifier(conv, hidden_layer_sizes=(16, 16), epochs=60, learning_rate=5e-3, random_state=0)
    assert classifier.fit(graphs, Y).score(graphs, Y) > 0.85


def test_defaults_learn_and_predict_graphs_they_have_not_seen() -> None:
    classifier = GCNClassifier(epochs=60, random_state=1).fit(without_features(GRAPHS), Y)
    graphs, y = rings_and_chains(40, seed=1)
    assert classifier.score(without_features(graphs), y) > 0.9
    assert classifier.score(without_features(GRAPHS), Y) > 0.95  # as in training, so with the moments of these weights
    assert classifier.classes_.tolist() == ["chain", "ring"]
    assert classifier.n_iter_ == len(classifier.history_["loss"]) == 60
    assert classifier.history_["loss"][-1] < 0.5 * classifier.history_["loss"][0]


def test_averaging_changes_the_weights_and_not_the_fit() -> None:
    nodes, y = [Graph([[float(i % 2)]]) for i in range(60)], np.arange(60) % 2
    options = {"hidden_layer_sizes": (8,), "readout_layer_sizes": (4,), "batch_size": 4, "random_state": 0}
    plain, averaged = (GCNClassifier(**options, weight_averaging=share).fit(nodes, y) for share in (1e-3, 0.5))
    assert averaged.history_ == plain.history_ and 20 <= plain.n_iter_ <= 300
    assert any(not np.allclose(a, b, atol=1e-6) for a, b in zip(averaged.weights_, plain.weights_, strict=True))
    assert averaged.score(nodes, y) == 1


def test_all_kinds_of_graphs_give_the_same(fitted: GCNClassifier) -> None:
    expected = fitted.predict_proba(GRAPHS)
    pairs = []
    for graph in GRAPHS:
        adjacency = np.zeros((graph.n_nodes, graph.n_nodes))
        adjacency[tuple(graph.edge_index)] = 1
        pairs.append((graph.features, adjacency))
    np.testing.assert_array_equal(fitted.predict_proba(pairs), expected)
    of_networkx = []
    for x, adjacency in pairs:
        graph = networkx.from_numpy_array(adjacency)
        networkx.set_node_attributes(graph, dict(enumerate(x.tolist())), "position")
        of_networkx.append(graph)
    reader = clone(fitted).set_params(node_attributes=["position"]).fit(of_networkx, Y)
    np.testing.assert_array_equal(reader.predict_proba(of_networkx), expected)


@pytest.mark.parametrize("conv", ["gin", "gat", "edge"])
def test_sizes_of_all_kinds_and_what_stands_beside_a_graph_do_not_matter(conv: str) -> None:
    sizes = [1, 2, 5, 40, 120, 128, 129, 300, 5000]
    graphs = [Graph(RANDOM.normal(size=(n, 2)), RANDOM.integers(0, n, (2, 3 * n))) for n in sizes] + [Graph([[1, 2]])]
    classifier = GCNClassifier(conv, **FEW).fit(graphs, np.arange(len(graphs)) % 3)
    together = classifier.predict_proba(graphs)
    alone = np.concatenate([classifier.predict_proba([graph]) for graph in graphs])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    order = RANDOM.permutation(len(graphs))
    np.testing.assert_allclose(classifier.predict_proba([graphs[i] for i in order]), together[order], atol=1e-5)


def test_a_graph_learned_from_as_a_matrix_or_as_edges_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = [Graph(RANDOM.normal(size=(20, 2)), RANDOM.integers(0, 20, (2, 70))) for _ in Y]
    options = FEW | {"readout_dropout": 0.0}
    by_matrix = GCNClassifier(**options).fit(graphs, Y)
    monkeypatch.setattr("skmlbio.estimators._graph_data._LARGEST_DENSE", 0)
    by_edges = GCNClassifier(**options).fit(graphs, Y)
    np.testing.assert_allclose(by_edges.predict_proba(graphs), by_matrix.predict_proba(graphs), atol=1e-3)


@pytest.mark.parametrize("dim", [None, 3])
def test_types_of_nodes(dim: int | None) -> None:
    classifier = GCNClassifier(node_embedding_dim=dim, **FEW).fit(TYPED, Y)
    assert classifier.node_types_.tolist() == ["C", "N", "O"]
    assert classifier.n_features_in_ == 1
    assert classifier.predict_proba(TYPED).shape == (60, 2)
    strange = [TYPED[0], Graph(["C", "Xe"], [[0, 1], [1, 0]])]
    with pytest.raises(ValueError, match=r"graph 1: node 1 has the unknown type 'Xe'; known are 'C', 'N', 'O'"):
        classifier.predict(strange)
    assert np.isfinite(classifier.set_params(unknown="mask").predict_proba(strange)).all()
    with pytest.raises(ValueError, match="are for graphs of types"):
        classifier.predict(GRAPHS)


def test_types_can_be_told_beforehand() -> None:
    classifier = GCNClassifier(node_types=["O", "C", "N", "S"], **FEW).fit(TYPED, Y)
    assert classifier.node_types_.tolist() == ["C", "N", "O", "S"]
    classifier.predict([Graph(["S"])])
    with pytest.raises(ValueError, match="unknown type 'N'"):
        GCNClassifier(node_types=["O", "C"], **FEW).fit(TYPED, Y)


def test_integers_are_types_too() -> None:
    graphs = [Graph(np.unique(g.features, return_inverse=True)[1] + 5, g.edge_index) for g in TYPED]
    assert GCNClassifier(**FEW).fit(graphs, Y).node_types_.dtype == np.int64


def test_features_of_any_scale() -> None:
    scaled = [Graph(1e4 * g.features + 1e5, g.edge_index) for g in GRAPHS]
    found = GCNClassifier(**FEW).fit(scaled, Y).predict_proba(scaled)
    np.testing.assert_allclose(found, GCNClassifier(**FEW).fit(GRAPHS, Y).predict_proba(GRAPHS), atol=0.02)


def test_the_scale_is_that_of_the_weighted_nodes() -> None:
    weights = RANDOM.integers(0, 3, len(GRAPHS))
    classifier = GCNClassifier(**FEW).fit(GRAPHS, Y, sample_weight=weights)
    nodes = np.concatenate([np.tile(g.features, (w, 1)) for g, w in zip(GRAPHS, weights, strict=True)])
    layer = classifier.model_.get_layer("standardize")
    np.testing.assert_allclose(layer.mean, nodes.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(layer.scale, nodes.std(axis=0), rtol=1e-4)


def test_features_that_are_0_or_1_stay_as_they_are() -> None:
    """Divided by its deviation, a rare 1 would outweigh all else."""
    graphs = [Graph(np.c_[g.features, np.arange(g.n_nodes) == i], g.edge_index) for i, g in enumerate(GRAPHS)]
    layer = GCNClassifier(**FEW | {"epochs": 1}).fit(graphs, Y).model_.get_layer("standardize")
    nodes = np.concatenate([graph.features for graph in graphs])
    assert 0 < nodes[:, -1].mean() < 0.1
    np.testing.assert_allclose(layer.mean, [*nodes.mean(axis=0)[:-1], 0], atol=1e-5)
    np.testing.assert_allclose(layer.scale, [*nodes.std(axis=0)[:-1], 1], rtol=1e-4)


def test_model_is_a_keras_model_of_padded_batches(fitted: GCNClassifier) -> None:
    from skmlbio.graphs import dense_batch

    found = fitted.model_.predict(list(dense_batch(ensure_graphs(GRAPHS))), verbose=0)
    np.testing.assert_allclose(found[:, 0], fitted.predict_proba(GRAPHS)[:, 1], atol=1e-6)


def test_folds_share_their_programs() -> None:
    clear_programs()
    graphs = [Graph(RANDOM.normal(size=(n, 2))) for n in RANDOM.integers(9, 17, 60)]
    cross_val_score(GCNClassifier(**FEW), graphs, Y, cv=5)
    assert program_info().n_networks == program_info().n_traces == 1


@pytest.mark.parametrize("beside", [3, 200], ids=["as matrices", "as lists of edges"])
@pytest.mark.parametrize(("flow", "collected"), [("target_to_source", [2, 12, 0]), ("source_to_target", [0, 1, 6])])
def test_messages_go_the_way_that_flow_says(flow: str, collected: list, beside: int, tmp_path: Path) -> None:
    # 0 -> 1 of weight 1 and 1 -> 2 of weight 3, nodes of 1, 2 and 4: the decision is the largest number that is
    # collected, beside nodes without edges that are there to make the graph large.
    nodes = [[1.0], [2.0], [4.0]] + [[0.0]] * (beside - 3)
    graph = Graph(nodes, [[0, 1], [1, 2]], [1.0, 3.0])
    plain = {"batch_normalization": False, "activation": "linear", "standardize": False, "pooled_layers": "last"}
    layers = {"hidden_layer_sizes": (1,), "readout_layer_sizes": (), "pooling": "max", "weight_averaging": 0.0}
    convolution = {"self_connections": False, "normalization": None}
    classifier = GCNClassifier("gcn", conv_params=convolution, flow=flow, epochs=1, **plain, **layers)
    classifier.fit([graph, graph], ["a", "b"])
    classifier.weights_ = [np.full_like(w, w.ndim == 2) for w in classifier.weights_]  # kernels 1, biases 0
    np.testing.assert_allclose(classifier.decision_function([graph]), [max(collected)])
    adjacency = np.zeros((beside, beside))
    adjacency[[0, 1], [1, 2]] = 1, 3
    by_networkx = networkx.from_numpy_array(adjacency, create_using=networkx.DiGraph)
    networkx.set_node_attributes(by_networkx, {i: x for i, (x,) in enumerate(nodes)}, "x")
    classifier.set_params(node_attributes=["x"])
    np.testing.assert_allclose(classifier.decision_function([(nodes, adjacency), by_networkx]), [max(collected)] * 2)
    inputs = flat_inputs([graph])
    inputs["node_features"] = tf.cast(inputs["node_features"], tf.float32)  # what is not standardised
    found = served(classifier, tmp_path)["decision_function"](**inputs)["decision_function"]
    np.testing.assert_allclose(found, [max(collected)])


def test_several_labels_and_several_outputs() -> None:
    labels = RANDOM.integers(0, 2, (60, 3))
    assert GCNClassifier(**FEW).fit(GRAPHS, labels).predict_proba(GRAPHS).shape == (60, 3)
    outputs = RANDOM.integers(0, 3, (60, 2))
    first, second = GCNClassifier(**FEW).fit(GRAPHS, outputs).predict_proba(GRAPHS)
    assert first.shape == second.shape == (60, 3)


def test_labels_with_gaps_are_learned_from_the_graphs_that_have_them() -> None:
    """Two assays that tell rings from chains, each of which nobody has run on a third of the graphs."""
    graphs, is_ring = [Graph(np.bincount(g.edge_index[0])[:, None], g.edge_index) for g in GRAPHS], Y == "ring"
    assays = np.stack([is_ring, ~is_ring], axis=1).astype(float)
    gaps = np.arange(60)[:, None] % 3 == [0, 1]
    classifier = GCNClassifier(hidden_layer_sizes=(16, 16), epochs=40, learning_rate=5e-3, random_state=0)
    classifier.fit(graphs, np.where(gaps, np.nan, assays))
    found = classifier.predict_proba(graphs)
    assert ((found > 0.5) == assays)[gaps].mean() > 0.85
    flipped = np.where(gaps, 1 - assays, np.nan)
    assert classifier.score(graphs, np.where(gaps, np.nan, assays)) > 0.85 > 0.15 > classifier.score(graphs, flipped)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"conv": "chebyshev"}, "conv"),
        ({"conv": "appnp", "conv_params": {"teleport": 1.5}}, "'teleport' parameter of conv_params"),
        ({"conv": "edge", "conv_params": {"aggregation": "median"}}, "'aggregation' parameter of conv_params"),
        ({"hidden_layer_sizes": ()}, "hidden_layer_sizes is empty"),
        ({"hidden_layer_sizes": (8, 0)}, r"hidden_layer_sizes\[1\] must be an int of 1 or more, got 0"),
        ({"pooling": ()}, r"pooling must name some of mean, sum, max, attention, got \(\)"),
        ({"pooling": ("mean", "median")}, "pooling must name"),
        (
            {"conv_params": {"n_heads": 2}},
            "conv_params has 'n_heads', but conv='auto' takes hidden_units, learn_epsilon",
        ),
        ({"conv": "gat", "conv_params": {"n_heads": 0}}, "'n_heads' parameter of conv_params"),
        ({"conv": "gat", "hidden_layer_sizes": (8, 6)}, r"hidden_layer_sizes\[1\] must be a multiple of the 4 heads"),
        ({"conv": "gcn", "conv_params": {"normalization": "both"}}, "'normalization' parameter of conv_params"),
        ({"activation": "rely"}, "activation 'rely' is unknown"),
        ({"readout_dropout": 1.0}, "readout_dropout"),
        ({"unknown": "ignore"}, "unknown"),
        ({"flow": "both"}, "'flow' parameter of GCNClassifier"),
    ],
)
def test_wrong_parameters(change: dict, message: str) -> None:
    with pytest.raises((ValueError, InvalidParameterError), match=message):
        GCNClassifier(**(FEW | change)).fit(GRAPHS, Y)


@pytest.mark.parametrize(
    ("graphs", "message"),
    [
        ([], "the list of graphs is empty"),
        (None, "expected a list of graphs, got a NoneType"),
        (GRAPHS[0], "expected a list of graphs, got a Graph"),
        (np.ones((4, 3)), "expected a list of graphs, got a ndarray"),
        ([GRAPHS[0], "CCO"], "graph 1: a str is no graph"),
        ([Graph(np.ones((22, 2)), [[3], [40]])], r"graph 0: edge \(3, 40\) points past its 22 nodes"),
        ([Graph([[1.0, np.nan]])], "graph 0: node 0 has nan as feature 1"),
        ([Graph(np.ones((2, 3)))], "graph 0 has 3 node features, but the graphs of the fit had 2"),
        ([Graph(["C"])], "graph 0 has node types, but the graphs of the fit had 2 node features"),
    ],
)
def test_wrong_graphs(fitted: GCNClassifier, graphs: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        fitted.predict(graphs)


def served(classifier: GCNClassifier, folder: Path) -> dict:
    classifier.export_saved_model(folder / "served")
    return tf.saved_model.load(str(folder / "served")).signatures


def flat_inputs(graphs: list[Graph]) -> dict[str, tf.Tensor]:
    batch = flat_batch(ensure_graphs(graphs, node_encoding="ids"))
    nodes = {"node_features": batch.features}
    if graphs[0].has_node_types:
        types = np.concatenate([graph.features for graph in graphs])
        nodes = {"node_types": types.astype(object) if types.dtype.kind == "U" else types}
    return {name: tf.constant(array) for name, array in (nodes | batch._asdict()).items() if name != "features"}


@pytest.mark.parametrize(
    ("graphs", "options"),
    [(GRAPHS, {"conv": "gat"}), (GRAPHS, {"conv": "gcn"}), (TYPED, {}), (TYPED, {"node_embedding_dim": 3})],
)
def test_saved_model_of_joined_graphs(graphs: list[Graph], options: dict, tmp_path: Path) -> None:
    classifier = GCNClassifier(**(FEW | options)).fit(graphs, Y)
    signatures, inputs = served(classifier, tmp_path), flat_inputs(graphs)
    found = signatures["predict_proba"](**inputs)["predict_proba"]
    np.testing.assert_allclose(found, classifier.predict_proba(graphs), atol=1e-5)
    labels = signatures["serving_default"](**inputs)["predict"].numpy().astype(str)
    np.testing.assert_array_equal(labels, classifier.predict(graphs))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edge_index": [[0, 9], [1, 0]]}, "points past the nodes"),
        ({"edge_index": [[0, -1], [1, 0]]}, "points past the nodes"),
        ({"edge_index": [[0, 1], [2, 0]]}, "joins nodes of two graphs"),
        ({"graph_index": [0, -1, 1]}, "negative"),
        ({"edge_weight": [1.0, np.inf]}, "edge_weight holds NaN or infinity"),
        ({"node_features": [[1.0, 2.0], [3.0, np.nan], [0.0, 0.0]]}, "node_features holds NaN or infinity"),
    ],
)
def test_saved_model_refuses_what_python_refuses(
    fitted: GCNClassifier, change: dict, message: str, tmp_path: Path
) -> None:
    right = {
        "node_features": np.ones((3, 2)),
        "edge_index": np.array([[0, 1], [1, 0]], np.int32),
        "edge_weight": np.ones(2, np.float32),
        "graph_index": np.array([0, 0, 1], np.int32),
    }
    wrong = {name: np.asarray(change.get(name, array), array.dtype) for name, array in right.items()}
    predict = served(fitted, tmp_path)["predict"]
    assert predict(**{name: tf.constant(array) for name, array in right.items()})["predict"].shape == (2,)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        predict(**{name: tf.constant(array) for name, array in wrong.items()})


def test_saved_model_and_unknown_types(tmp_path: Path) -> None:
    classifier, strange = GCNClassifier(**FEW).fit(TYPED, Y), [TYPED[0], Graph(["C", "Xe"], [[0, 1], [1, 0]])]
    with pytest.raises(tf.errors.InvalidArgumentError, match="unknown type"):
        served(classifier, tmp_path)["predict"](**flat_inputs(strange))
    (tmp_path / "mask").mkdir()
    found = served(classifier.set_params(unknown="mask"), tmp_path / "mask")["predict_proba"](**flat_inputs(strange))
    np.testing.assert_allclose(found["predict_proba"], classifier.predict_proba(strange), atol=1e-5)
