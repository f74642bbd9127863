"""Trees and neighbors answer in TensorFlow as they do in scikit-learn."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from export_parity import CLASSES, GAPS, PAIR, TARGET, X, assert_parity, matrices, served
from hypothesis import given, settings
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeRegressor
from threadpoolctl import threadpool_limits

FEW = {"n_estimators": 4, "random_state": 0}
BOOSTED = {"max_iter": 3, "min_samples_leaf": 4, "random_state": 0}
SEVERAL = np.column_stack([CLASSES, PAIR.astype(str), np.where(TARGET > 1, "much", "3")])
TREES = {
    "tree": (DecisionTreeClassifier(max_depth=5), GAPS, CLASSES),
    "stump of one class": (DecisionTreeClassifier(), X, np.full(60, 5)),
    "forest": (RandomForestClassifier(**FEW), GAPS, CLASSES),
    "extra trees": (ExtraTreesClassifier(**FEW), X, PAIR),
    "tree of three outputs": (DecisionTreeClassifier(max_depth=4), GAPS, SEVERAL),
    "forest of three outputs": (RandomForestClassifier(**FEW), X, SEVERAL),
    "forest of labels": (ExtraTreesClassifier(**FEW), X, SEVERAL != "3"),
    "tree of numbers": (DecisionTreeRegressor(), GAPS, TARGET),
    "extra tree": (ExtraTreeRegressor(random_state=0), X, TARGET),
    "forest of numbers": (RandomForestRegressor(**FEW), GAPS, TARGET),
    "forest of two targets": (ExtraTreesRegressor(**FEW), X, np.column_stack([TARGET, -TARGET])),
    "boosted, three classes": (HistGradientBoostingClassifier(**BOOSTED), GAPS, CLASSES),
    "boosted, two classes": (HistGradientBoostingClassifier(**BOOSTED), X, PAIR),
    "boosted numbers": (HistGradientBoostingRegressor(**BOOSTED), GAPS, TARGET),
    "boosted counts": (HistGradientBoostingRegressor("poisson", **BOOSTED), X, np.exp(TARGET / 5)),
}
NEIGHBORS = {
    "near": (KNeighborsClassifier(3), CLASSES),
    "near, weighed": (KNeighborsClassifier(4, weights="distance"), PAIR),
    "near in steps": (KNeighborsClassifier(3, p=1), CLASSES),
    "near, three outputs": (KNeighborsClassifier(3), SEVERAL),
    "near, three outputs, weighed": (KNeighborsClassifier(3, weights="distance"), SEVERAL),
    "near numbers": (KNeighborsRegressor(3, weights="distance", metric="chebyshev"), TARGET),
    "near, cubes": (KNeighborsRegressor(3, p=3), np.column_stack([TARGET, -TARGET])),
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of scikit-learn that wait for each other take longer than the little that there is to do."""
    with threadpool_limits(1):
        yield


@pytest.mark.parametrize("name", TREES)
def test_trees_answer_the_same(name: str) -> None:
    model, samples, y = TREES[name]
    model.fit(samples, y)
    functions = served(model)
    for some in (samples, X[:7].astype(np.float32), X.round().astype(int), 1e30 * X):
        assert_parity(model, functions, some)

    @settings(max_examples=5, deadline=None, derandomize=True, database=None)
    @given(matrices(gaps=True) | matrices(infinite=True))
    def check(some: np.ndarray) -> None:
        assert_parity(model, functions, some)

    check()


def test_a_number_beyond_single_precision_does_not_reach_a_tree() -> None:
    tree = DecisionTreeRegressor().fit(X, TARGET)
    with pytest.raises(Exception, match="got a number beyond single precision"):
        served(tree)["predict"](1e300 * X)


def test_boosted_categories_go_their_ways() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"dose": GAPS[:, 0], "tissue": rng.choice(["lung", "skin", "Ähre", "liver"], 60), "n": X[:, 1]}
    )
    target = (frame["tissue"].isin(["lung", "Ähre"]) * 2 + frame["n"] > 1).to_numpy()
    frame["tissue"] = frame["tissue"].astype("category")
    model = HistGradientBoostingClassifier(categorical_features=["tissue"], **BOOSTED).fit(frame, target)
    functions = served(model)
    sent = frame.assign(tissue=frame["tissue"].astype(object))
    for verb in ("predict", "predict_proba", "decision_function"):
        np.testing.assert_allclose(functions[verb](sent), getattr(model, verb)(frame), rtol=1e-9)
    unknown = frame.assign(tissue=pd.Categorical(["kidney"] * 60))
    found = functions["decision_function"](sent.assign(tissue="kidney"))
    np.testing.assert_allclose(found, model.decision_function(unknown), rtol=1e-9)


@pytest.mark.parametrize("name", NEIGHBORS)
def test_neighbors_answer_the_same(name: str) -> None:
    model, y = NEIGHBORS[name]
    model.fit(X + 1e4, y)
    functions = served(model)
    near = np.random.default_rng(1).normal(size=X.shape) + X
    for samples in (X + 1e4, near + 1e4, np.where(X > 2, np.nan, X)):
        assert_parity(model, functions, samples)


@pytest.mark.parametrize(
    ("model", "y", "message"),
    [
        (KNeighborsClassifier(metric="cosine"), CLASSES, "cannot be exported with the metric 'cosine'"),
        (KNeighborsClassifier(metric_params={"w": [1, 2, 1, 1]}), CLASSES, "the metric 'minkowski' and metric_params"),
        (KNeighborsClassifier(weights=np.exp), CLASSES, "cannot be exported with weights that are a function"),
    ],
)
def test_what_has_no_twin_is_refused(model: Any, y: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        served(model.fit(X, y))
