"""GCNTransformer: what vectors tell, kinds of nodes, layouts, SavedModel.

What holds for every estimator of graphs is in `test_battery.py`.
"""

from pathlib import Path

import networkx
import numpy as np
import pytest
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import GCNTransformer
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


@pytest.mark.parametrize("options", [{"typed": True}, {"typed": True, "node_embedding_dim": 3}, {"typed": False}])
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
