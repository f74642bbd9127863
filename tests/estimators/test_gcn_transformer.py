"""GCNTransformer: what vectors tell, kinds of nodes, layouts, SavedModel.

What holds for every estimator of graphs is in `test_battery.py`.
"""

import pickle
from pathlib import Path

import networkx
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import GCNClassifier, GCNTransformer
from skmlbio.graphs import Graph, ensure_graphs, flat_batch

RANDOM = np.random.default_rng(0)
FEW = {"hidden_layer_sizes": (8,), "epochs": 2, "random_state": 0}
RINGS = [networkx.cycle_graph(n) for n in range(4, 24)]
STARS = [networkx.star_graph(n) for n in range(4, 24)]
KINDS = ["ring"] * 20 + ["star"] * 20


@pytest.fixture(scope="module")
def fitted() -> GCNTransformer:
    return GCNTransformer(4, hidden_layer_sizes=(16, 16), epochs=30, learning_rate=5e-3, random_state=0).fit(
        RINGS + STARS
    )


def test_vectors_tell_graphs_apart_that_no_label_has_told(fitted: GCNTransformer) -> None:
    codes = fitted.transform(RINGS + STARS)
    assert codes.shape == (40, 4) and codes.dtype == np.float32
    classifier = make_pipeline(StandardScaler(), LogisticRegression())
    assert cross_val_score(classifier, codes, KINDS, cv=StratifiedKFold(4, shuffle=True, random_state=0)).mean() > 0.9
    assert fitted.get_feature_names_out().tolist() == [f"gcntransformer{i}" for i in range(4)]


def test_the_errors_fall_and_are_low_for_graphs_like_those_of_the_fit(fitted: GCNTransformer) -> None:
    assert {"loss", "features", "edges"} == set(fitted.history_)
    assert fitted.history_["edges"][-1] < 0.8 * fitted.history_["edges"][0]
    assert fitted.history_["loss"] == pytest.approx(np.add(fitted.history_["features"], fitted.history_["edges"]))
    assert fitted.score(RINGS) == pytest.approx(fitted.score_samples(RINGS).mean())
    assert fitted.score(RINGS) > fitted.score([networkx.complete_graph(n) for n in range(10, 20)])


def test_in_a_pipeline_before_a_classifier() -> None:
    options = {"hidden_layer_sizes": (16,), "epochs": 20, "learning_rate": 1e-2, "random_state": 0}
    model = make_pipeline(GCNTransformer(4, **options), StandardScaler(), LogisticRegression())
    assert model.fit(RINGS + STARS, KINDS).predict([networkx.cycle_graph(30)]).tolist() == ["ring"]


def some_graph(n_nodes: int, typed: bool) -> Graph:
    nodes = RANDOM.choice(["C", "N", "O"], n_nodes) if typed else RANDOM.normal(size=(n_nodes, 2))
    edges = RANDOM.integers(0, n_nodes, (2, 2 * n_nodes))
    return Graph(nodes, edges, edge_features=RANDOM.normal(size=(2 * n_nodes, 3)))


@pytest.mark.parametrize("options", [{"typed": True, "node_embedding_dim": 3}, {"typed": False}])
def test_kinds_of_nodes_sizes_and_features_of_edges(options: dict, tmp_path: Path) -> None:
    typed = options["typed"]
    graphs = [some_graph(n, typed) for n in (5, 6, 200)]
    dim = options.get("node_embedding_dim")
    transformer = GCNTransformer(3, conv="gine", pooling="sum", node_embedding_dim=dim, **FEW).fit(graphs)
    together = transformer.transform(graphs)
    assert np.isfinite(together).all() and np.isfinite(transformer.score_samples(graphs)).all()
    np.testing.assert_allclose(transformer.transform(graphs[:1]), together[:1], rtol=1e-4, atol=1e-4)
    transformer.export_saved_model(tmp_path / "served")
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    assert set(signatures) == {"serving_default", "transform"}
    batch = flat_batch(ensure_graphs(graphs))._asdict()
    nodes = batch.pop("features")
    batch |= (
        {"node_types": np.concatenate([g.features for g in graphs]).astype(object)}
        if typed
        else {"node_features": nodes}
    )
    found = signatures["transform"](**{name: tf.constant(array) for name, array in batch.items()})["transform"]
    np.testing.assert_allclose(found, together, rtol=1e-4, atol=1e-4)


# What another estimator sees -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classifier() -> GCNClassifier:
    return GCNClassifier(hidden_layer_sizes=(8,), readout_layer_sizes=(5,), epochs=3, random_state=0)


def test_vectors_are_what_the_last_layer_of_a_frozen_classifier_sees(classifier: GCNClassifier, tmp_path: Path) -> None:
    fitted = clone(classifier).fit(RINGS + STARS, KINDS)
    transformer = GCNTransformer(estimator=FrozenEstimator(fitted)).fit(RINGS)
    vectors = transformer.transform(RINGS)
    assert vectors.shape == (20, 5) and len(transformer.get_feature_names_out()) == 5
    kernel, bias = (np.asarray(weight) for weight in fitted.model_.get_layer("output").weights)
    np.testing.assert_allclose((vectors @ kernel + bias)[:, 0], fitted.decision_function(RINGS), atol=1e-5)
    assert transformer.estimator_ is fitted
    transformer.export_saved_model(tmp_path / "served")
    batch = flat_batch(ensure_graphs(RINGS))._asdict()
    batch["node_features"] = batch.pop("features")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures["transform"]
    found = served(**{name: tf.constant(array) for name, array in batch.items()})["transform"]
    np.testing.assert_allclose(found, vectors, atol=1e-5)


def test_an_estimator_that_is_not_frozen_is_fitted_to_the_targets(classifier: GCNClassifier) -> None:
    pipeline = make_pipeline(GCNTransformer(estimator=classifier), LogisticRegression()).fit(RINGS + STARS, KINDS)
    expected = GCNTransformer(estimator=FrozenEstimator(clone(classifier).fit(RINGS + STARS, KINDS))).fit(RINGS)
    np.testing.assert_array_equal(pipeline[0].transform(RINGS), expected.transform(RINGS))
    assert not hasattr(classifier, "weights_") and set(pipeline.predict(RINGS)) <= {"ring", "star"}
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(again.predict_proba(STARS), pipeline.predict_proba(STARS))
    for verb in ("score", "score_samples", "partial_fit"):
        assert not hasattr(pipeline[0], verb)


def test_estimators_that_have_no_vectors_of_graphs_are_refused(classifier: GCNClassifier) -> None:
    with pytest.raises(TypeError, match=r"estimator must be a GCNClassifier or GCNRegressor, .*got LogisticRegression"):
        GCNTransformer(estimator=LogisticRegression()).fit(RINGS, KINDS[:20])
    with pytest.raises(NotFittedError):
        GCNTransformer(estimator=FrozenEstimator(classifier)).fit(RINGS)
    with pytest.raises(ValueError, match="requires y to be passed"):
        GCNTransformer(estimator=classifier).fit(RINGS)


def test_a_fit_without_an_estimator_forgets_the_one_before(classifier: GCNClassifier) -> None:
    transformer = GCNTransformer(3, estimator=classifier, **FEW).fit(RINGS + STARS, KINDS)
    transformer.set_params(estimator=None).fit(RINGS)
    assert not hasattr(transformer, "estimator_") and transformer.transform(RINGS).shape == (20, 3)
