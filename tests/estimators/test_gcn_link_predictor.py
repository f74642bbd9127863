"""GCNLinkPredictor: pairs of nodes as samples, messages along training edges only."""

from dataclasses import replace
from pathlib import Path

import networkx
import numpy as np
import pytest
import tensorflow as tf
from scipy import sparse
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_score, train_test_split

from skmlbio import GCNLinkPredictor
from skmlbio.graphs import Graph, as_graph, link_pairs

N_NODES = 60
IDENTITY = sparse.eye_array(N_NODES, format="csr")
BLOCKS = networkx.Graph(networkx.stochastic_block_model([30, 30], [[0.5, 0.02], [0.02, 0.5]], seed=0).edges)
GRAPH = replace(as_graph(BLOCKS, node_attributes=()), features=IDENTITY, node_names=None)
PAIRS, JOINED = link_pairs(GRAPH, random_state=0)
TRAIN, TEST, Y_TRAIN, Y_TEST = train_test_split(PAIRS, JOINED, stratify=JOINED, random_state=0)
SMALL = {"hidden_layer_sizes": (4,), "n_components": 2, "epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def fitted() -> GCNLinkPredictor:
    return GCNLinkPredictor(GRAPH, epochs=60, random_state=0).fit(TRAIN, Y_TRAIN)


def without(graph: Graph, pairs: np.ndarray) -> Graph:
    """The graph without the edges of some pairs, in either direction."""
    left_out = {frozenset(pair) for pair in pairs.tolist()}
    kept = [frozenset(edge) not in left_out for edge in graph.edge_index.T.tolist()]
    return replace(graph, edge_index=graph.edge_index[:, kept], edge_weight=graph.edge_weight[kept])


def test_it_finds_blocks(fitted: GCNLinkPredictor) -> None:
    assert roc_auc_score(Y_TEST, fitted.predict_proba(TEST)[:, 1]) > 0.7
    np.testing.assert_allclose(fitted.predict_proba(TEST), fitted.predict_proba(TEST[:, ::-1]), atol=1e-6)


def test_no_edge_tells_of_a_pair_that_is_not_trained_on() -> None:
    """Neither those of the test part, nor those of the validation part."""
    given = {"X_val": TEST[:20], "y_val": Y_TEST[:20]}
    whole = GCNLinkPredictor(GRAPH, **SMALL).fit(TRAIN, Y_TRAIN, **given)
    honest = GCNLinkPredictor(without(GRAPH, TEST), **SMALL).fit(TRAIN, Y_TRAIN, **given)
    assert whole.history_ == honest.history_
    assert np.array_equal(whole.predict_proba(TEST), honest.predict_proba(TEST))
    assert whole.message_edges_.shape == (2, 2 * Y_TRAIN.sum())
    split = GCNLinkPredictor(GRAPH, validation_fraction=0.25, **SMALL).fit(TRAIN, Y_TRAIN)
    assert split.message_edges_.shape[1] < whole.message_edges_.shape[1]


def test_cross_validation_finds_nothing_where_nothing_is_to_be_found() -> None:
    random = as_graph(networkx.gnp_random_graph(N_NODES, 0.15, seed=0))
    pairs, y = link_pairs(replace(random, features=IDENTITY), random_state=0)
    predictor = GCNLinkPredictor(replace(random, features=IDENTITY), epochs=30, random_state=0)
    assert abs(cross_val_score(predictor, pairs, y, cv=3, scoring="roc_auc").mean() - 0.5) < 0.1


@pytest.mark.parametrize("flow", ["target_to_source", "source_to_target"])
def test_directed_edges_are_messages_in_their_direction_only(flow: str) -> None:
    edges = np.array([[0, 1, 2, 2], [1, 2, 0, 1]])  # 1 and 2 are joined both ways
    graph = Graph(sparse.eye_array(4, format="csr"), edges)
    predictor = GCNLinkPredictor(graph, flow=flow, **SMALL).fit([(0, 1), (2, 1), (0, 2), (1, 3)], [1, 1, 0, 0])
    assert sorted(predictor.message_edges_.T.tolist()) == [[0, 1], [2, 1]]
    honest = replace(graph, edge_index=edges[:, [0, 3]], edge_weight=None)
    again = GCNLinkPredictor(honest, flow=flow, **SMALL).fit([(0, 1), (2, 1), (0, 2), (1, 3)], [1, 1, 0, 0])
    assert np.array_equal(predictor.predict_proba([(2, 0), (1, 2)]), again.predict_proba([(2, 0), (1, 2)]))


def test_partial_fit_keeps_the_edges_of_earlier_samples() -> None:
    predictor = GCNLinkPredictor(GRAPH, **SMALL).partial_fit(TRAIN[:40], Y_TRAIN[:40])
    before = predictor.message_edges_.shape[1]
    predictor.partial_fit(TRAIN[20:60], Y_TRAIN[20:60])
    assert before == 2 * Y_TRAIN[:40].sum() and predictor.message_edges_.shape[1] == 2 * Y_TRAIN[:60].sum()


def test_a_dense_decoder_and_a_saved_model(tmp_path: Path) -> None:
    predictor = GCNLinkPredictor(GRAPH, decoder="dense", **SMALL).fit(TRAIN, np.where(Y_TRAIN, "yes", "no"))
    predictor.export_saved_model(tmp_path / "served")
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    for verb in ("predict", "predict_proba", "decision_function"):
        found, expected = (
            signatures[verb](pairs=tf.constant(TEST, tf.int32))[verb].numpy(),
            getattr(predictor, verb)(TEST),
        )
        if verb == "predict":
            assert np.array_equal(found.astype(str), expected)
        else:
            np.testing.assert_allclose(found, expected, atol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match="pairs holds a position that is not in the graph"):
        signatures["predict"](pairs=tf.constant([[0, N_NODES]]))


def test_only_two_classes_are_taken() -> None:
    with pytest.raises(ValueError, match="y has 3 classes or labels; GCNLinkPredictor tells two classes apart"):
        GCNLinkPredictor(GRAPH, **SMALL).fit(TRAIN[:3], ["a", "b", "c"])


def test_a_yes_that_sorts_first_is_warned_of(recwarn: pytest.WarningsRecorder) -> None:
    GCNLinkPredictor(GRAPH, **SMALL).fit(TRAIN, Y_TRAIN)
    assert not [warning for warning in recwarn if "classes_" in str(warning.message)]
    words = np.where(Y_TRAIN, "bound", "free")
    with pytest.warns(UserWarning, match="of 'free' are not, but 'free' means .* joined: set pos_label='bound'"):
        GCNLinkPredictor(GRAPH, **SMALL).fit(TRAIN, words)
    one_way = replace(GRAPH, edge_index=GRAPH.edge_index[:, : GRAPH.n_edges // 2], edge_weight=None)
    with pytest.warns(UserWarning, match="Most pairs of class 'bound' are edges"):
        GCNLinkPredictor(one_way, **SMALL).fit(TRAIN[:, ::-1], words)


def test_pos_label_says_which_class_is_a_yes(fitted: GCNLinkPredictor) -> None:
    words = np.where(Y_TRAIN, "bound", "free")
    predictor = GCNLinkPredictor(GRAPH, epochs=60, pos_label="bound", random_state=0).fit(TRAIN, words)
    np.testing.assert_array_equal(predictor.message_edges_, fitted.message_edges_)
    np.testing.assert_allclose(predictor.predict_proba(TEST)[:, 0], fitted.predict_proba(TEST)[:, 1], atol=0.02)
    again = GCNLinkPredictor(GRAPH, pos_label=1, **SMALL).fit(TRAIN, Y_TRAIN)
    by_default = GCNLinkPredictor(GRAPH, **SMALL).fit(TRAIN, Y_TRAIN)
    np.testing.assert_array_equal(again.predict_proba(TEST), by_default.predict_proba(TEST))
    with pytest.raises(ValueError, match=r"pos_label='yes' is none of the classes \[0, 1\] of y"):
        again.set_params(pos_label="yes").fit(TRAIN, Y_TRAIN)


def test_another_graph_tells_by_all_of_its_edges(fitted: GCNLinkPredictor, tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(N_NODES)
    known = replace(GRAPH, edge_index=fitted.message_edges_, edge_weight=None)
    turned = Graph(GRAPH.features[np.argsort(order)], order[known.edge_index])
    expected = fitted.predict_proba(TEST)
    np.testing.assert_allclose(fitted.predict_proba(order[TEST], graph=turned), expected, atol=1e-5)
    assert np.abs(fitted.predict_proba(TEST, graph=GRAPH) - expected).max() > 1e-3  # with the edges that are asked for
    assert fitted.score(order[TEST], Y_TEST, graph=turned) == fitted.score(TEST, Y_TEST)
    fitted.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures["predict_proba_graph"]
    given = {"pairs": order[TEST].astype(np.int32), "node_features": turned.features.toarray()}
    given |= {"edge_index": turned.edge_index.astype(np.int32), "edge_weight": turned.edge_weight}
    found = served(**{name: tf.constant(value) for name, value in given.items()})["predict_proba"]
    np.testing.assert_allclose(found, expected, atol=1e-5)
