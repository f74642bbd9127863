"""Numbers of trees that would lead compiled code astray are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.neighbors import BallTree, KDTree
from sklearn.tree import DecisionTreeClassifier

from skmlbio.export._archive_compiled import apart, together

X = np.random.default_rng(0).normal(size=(60, 3))
Y = (X[:, 0] > 0) ^ (X[:, 1] > 0)


def tree_parts() -> list:
    return apart(DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, Y).tree_)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda nodes: nodes["left_child"].__setitem__(1, 0), "leads back"),
        (lambda nodes: nodes["right_child"].__setitem__(0, 0), "leads back"),
        (lambda nodes: nodes["right_child"].__setitem__(0, 1000), "what is not there"),
        (lambda nodes: nodes["left_child"].__setitem__(0, -2), "leads back"),
        (lambda nodes: nodes["feature"].__setitem__(0, 3), "what is not there"),
        (lambda nodes: nodes["feature"].__setitem__(0, -2), "what is not there"),
    ],
)
def test_a_tree_that_leads_astray(change: Callable[[np.ndarray], None], reason: str) -> None:
    parts = tree_parts()
    assert np.array_equal(together("Tree", *parts).predict(X.astype(np.float32)).argmax(1), Y)
    change(parts[-1]["nodes"])
    with pytest.raises(ValueError, match=reason):
        together("Tree", *parts)


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[-1].__setitem__("node_count", 1000),
        lambda parts: parts.__setitem__(1, np.array([], np.intp)),
        lambda parts: parts.__setitem__(1, np.array([0], np.intp)),
        lambda parts: parts.__setitem__(2, 5),
        lambda parts: parts[-1].__setitem__("values", np.zeros((1, 1, 2))),
        lambda parts: parts[-1].__setitem__("nodes", parts[-1]["nodes"][:0]),
    ],
)
def test_a_tree_whose_numbers_do_not_agree(change: Callable[[list], None]) -> None:
    parts = tree_parts()
    change(parts)
    with pytest.raises(ValueError, match=r"other numbers of nodes|value array|leads back"):
        together("Tree", *parts)


@pytest.mark.parametrize(
    ("column", "value"), [("left", 0), ("right", 10_000), ("bitset_idx", 3)], ids=["back", "too far", "no categories"]
)
def test_a_boosted_tree_that_leads_astray(column: str, value: int) -> None:
    boosting = HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=5).fit(X, X[:, 0])
    parts = apart(boosting._predictors[0][0])
    assert type(together("TreePredictor", *parts)).__name__ == "TreePredictor"
    parts[0]["is_categorical"][0] = column == "bitset_idx"
    parts[0][column][0] = value
    with pytest.raises(ValueError, match=r"leads back|what is not there"):
        together("TreePredictor", *parts)


def test_trees_of_neighbours_are_made_again() -> None:
    for options in ({}, {"metric": "minkowski", "p": 3}, {"metric": "manhattan", "leaf_size": 5}):
        tree = KDTree(X, **options)
        again: Any = together("KDTree", *apart(tree))
        assert all(map(np.array_equal, again.query(X, 4), tree.query(X, 4)))
    with pytest.raises(ValueError, match="holds no tree of neighbours by BrayCurtisDistance"):
        apart(BallTree(X, metric="braycurtis"))
