"""GCNRegressor: numbers in their own units, several and with gaps, graphs of all sizes, SavedModel."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import r2_score

from skmlbio import GCNRegressor
from skmlbio.graphs import Graph, ensure_graphs, flat_batch

RANDOM = np.random.default_rng(0)
FEW = {"hidden_layer_sizes": (8,), "readout_layer_sizes": (8,), "random_state": 0}


def some_graph(n_nodes: int) -> Graph:
    return Graph(RANDOM.normal(size=(n_nodes, 2)), RANDOM.integers(0, n_nodes, (2, 2 * n_nodes)))


GRAPHS = [some_graph(n) for n in RANDOM.integers(4, 9, 80)]
# What only neighbours tell, and what only a node itself tells, in units far apart.
COLLECTED = np.array([g.features[g.edge_index[1], 0].sum() / g.n_nodes for g in GRAPHS])
Y = np.stack([1e4 + 300 * COLLECTED, 1e-3 * np.array([g.features[:, 1].max() for g in GRAPHS])], axis=1)


@pytest.fixture(scope="module")
def fitted() -> GCNRegressor:
    gaps = np.arange(80)[:, None] % 4 == [0, 1]
    regressor = GCNRegressor(hidden_layer_sizes=(16, 16), epochs=100, learning_rate=5e-3, random_state=0)
    return regressor.fit(GRAPHS, np.where(gaps, np.nan, Y))


def test_several_targets_with_gaps_are_predicted_in_their_units(fitted: GCNRegressor) -> None:
    found = fitted.predict(GRAPHS)
    assert found.dtype == np.float64
    for column, missing in enumerate([0, 1]):
        known = np.arange(80) % 4 != missing
        assert r2_score(Y[known, column], found[known, column]) > 0.8
        assert np.corrcoef(Y[~known, column], found[~known, column])[0, 1] > 0.5  # not only the mean


def test_the_score_leaves_gaps_out(fitted: GCNRegressor) -> None:
    gaps = np.arange(80)[:, None] % 4 == [0, 1]
    found = fitted.predict(GRAPHS)
    columns = [r2_score(Y[~gap, i], found[~gap, i]) for i, gap in enumerate(gaps.T)]
    assert fitted.score(GRAPHS, np.where(gaps, np.nan, Y)) == pytest.approx(np.mean(columns))


def test_what_stands_beside_a_graph_does_not_matter_whatever_its_size() -> None:
    graphs = [some_graph(n) for n in (1, 3, 9, 130, 300)]
    y = 1e6 + np.arange(5.0)
    regressor = GCNRegressor(**FEW, epochs=2).fit(graphs, y)
    together = regressor.predict(graphs)
    assert together.shape == (5,) and 1e6 - 5 < together.min() < together.max() < 1e6 + 10
    np.testing.assert_allclose([regressor.predict([graph])[0] for graph in graphs], together, atol=1e-4)


def test_a_saved_model_answers_in_the_units_of_the_targets(fitted: GCNRegressor, tmp_path: Path) -> None:
    fitted.export_saved_model(tmp_path / "served")
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    assert set(signatures) == {"serving_default", "predict"}
    batch = flat_batch(ensure_graphs(GRAPHS))._asdict()
    batch["node_features"] = batch.pop("features")
    found = signatures["predict"](**{name: tf.constant(array) for name, array in batch.items()})["predict"]
    np.testing.assert_allclose(found, fitted.predict(GRAPHS), rtol=1e-6)
