"""Parts of what scikit-learn has in compiled code: trees, losses, and trees of neighbours.

Compiled code follows the numbers of a tree without looking, so they are looked at here.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

_MODULES = {
    "sklearn.tree._tree": ["Tree"],
    "sklearn.neighbors._kd_tree": ["KDTree"],
    "sklearn.neighbors._ball_tree": ["BallTree"],
    "sklearn.ensemble._hist_gradient_boosting.predictor": ["TreePredictor"],
    "sklearn.linear_model._sgd_fast": [
        "EpsilonInsensitive", "Hinge", "ModifiedHuber", "SquaredEpsilonInsensitive", "SquaredHinge",
    ],
    "sklearn._loss._loss": [
        "CyAbsoluteError", "CyExponentialLoss", "CyHalfBinomialLoss", "CyHalfGammaLoss", "CyHalfMultinomialLoss",
        "CyHalfPoissonLoss", "CyHalfSquaredError", "CyHuberLoss", "CyPinballLoss",
    ],
}  # fmt: skip
COMPILED = {name: module for module, names in _MODULES.items() for name in names}

_METRICS = {
    f"{name.title()}Distance64": name for name in ("euclidean", "manhattan", "chebyshev", "minkowski", "hamming")
}


def apart(value: Any) -> list:
    """Return the parts of a value whose class stands in `COMPILED`."""
    name = type(value).__name__
    if name in ("KDTree", "BallTree"):
        return _neighbours_apart(value)
    if name == "TreePredictor":
        return [value.nodes, value.binned_left_cat_bitsets, value.raw_left_cat_bitsets]
    if name == "CyHalfMultinomialLoss":  # the one loss that is reduced to what makes it without its constructor
        return []
    return [*value.__reduce__()[1], *([value.__getstate__()] if name == "Tree" else [])]


def together(name: str, *parts: Any) -> Any:
    """Make such a value of its parts."""
    kind = getattr(import_module(COMPILED[name]), name)
    if name in ("KDTree", "BallTree"):
        data, leaf_size, metric, options = parts
        return kind(data, leaf_size, metric, **options)
    if name == "TreePredictor":
        nodes, *bit_sets = parts
        _require_tree(nodes["left"], nodes["right"], nodes["is_leaf"] != 0)
        _require_below(nodes["bitset_idx"][nodes["is_categorical"] != 0], min(map(len, bit_sets)))
        return kind(*parts)
    return _tree(kind, *parts) if name == "Tree" else kind(*parts)


def _tree(kind: type, n_features: int, n_classes: np.ndarray, n_outputs: int, state: dict) -> Any:
    nodes = state["nodes"]
    left, right, features = (np.asarray(nodes[name]) for name in ("left_child", "right_child", "feature"))
    if n_classes.shape != (n_outputs,) or n_outputs < 1 or n_classes.min() < 1 or state["node_count"] != len(nodes):
        raise ValueError("a tree has other numbers of nodes or classes than it says")
    _require_tree(left, right, left == -1)
    _require_below(features[left != -1], n_features)
    tree = kind(n_features, n_classes, n_outputs)
    tree.__setstate__(state)
    return tree


def _require_tree(left: np.ndarray, right: np.ndarray, is_leaf: np.ndarray) -> None:
    """Raise a ValueError unless each child comes after its node, so that whoever goes down comes to an end."""
    places = np.arange(len(left))[~is_leaf]
    for children in (left[~is_leaf].astype(np.int64), right[~is_leaf].astype(np.int64)):
        if not len(left) or (children <= places).any():
            raise ValueError("a tree has a node that leads back")
        _require_below(children, len(left))


def _require_below(numbers: np.ndarray, end: int) -> None:
    if (numbers < 0).any() or (numbers >= end).any():
        raise ValueError("a tree leads to what is not there")


def _neighbours_apart(tree: Any) -> list:
    """Return data, size of a leaf, metric and its options, of which the same tree is made again."""
    data, _, _, _, leaf_size, *_, metric, weights = tree.__getstate__()
    name = _METRICS.get(type(metric).__name__)
    if name is None or weights is not None:
        raise ValueError(f"an archive holds no tree of neighbours by {type(metric).__name__}; use algorithm='brute'.")
    return [np.asarray(data), leaf_size, name, {"p": metric.__getstate__()[0]} if name == "minkowski" else {}]
