"""GCNNodeRegressor: numbers in their own units, several and with gaps."""

import numpy as np
import pytest

from skmlbio import GCNNodeRegressor
from skmlbio.graphs import Graph

N_NODES = 80
RANDOM = np.random.default_rng(0)
PLACE = np.arange(N_NODES)
NEXT = np.stack([PLACE, (PLACE + 1) % N_NODES])
RING = Graph(RANDOM.normal(size=(N_NODES, 2)), np.concatenate([NEXT, NEXT[::-1]], axis=1))
NEIGHBOURS = 1000 + 50 * (RING.features[NEXT[1]] + RING.features[PLACE - 1])


@pytest.fixture(scope="module")
def fitted() -> GCNNodeRegressor:
    y = NEIGHBOURS[:60].copy()
    y[::4, 0] = np.nan
    return GCNNodeRegressor(RING, conv="sage", dropout=0.0, random_state=0).fit(PLACE[:60], y)


def test_several_targets_with_gaps_are_predicted_in_their_units(fitted: GCNNodeRegressor) -> None:
    answers = fitted.predict(PLACE[60:])
    assert answers.dtype == np.float64 and answers.shape == (20, 2)
    assert fitted.score(PLACE[60:], NEIGHBOURS[60:]) > 0.9


def test_another_graph(fitted: GCNNodeRegressor) -> None:
    nodes = PLACE[60:70]
    assert np.array_equal(fitted.predict(nodes, graph=RING), fitted.predict(nodes))
    other = Graph(RING.features, NEXT)
    assert fitted.score(nodes, NEIGHBOURS[nodes], graph=other) < fitted.score(nodes, NEIGHBOURS[nodes])
