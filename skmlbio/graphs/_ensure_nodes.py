"""Nodes of one graph as samples: by their names or their positions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Integral

import numpy as np

from ._graph import Graph


def ensure_nodes(X: Iterable, graph: Graph) -> np.ndarray:
    """Check nodes of a graph and number them.

    Parameters
    ----------
    X : list, tuple, array of shape (n_samples,) or (n_samples, 1), Series, or data frame of one column
        Names where the graph has `Graph.node_names`, else positions, ints from 0.  A node may come several times.  Of
        numbers, 1.0 means the same as 1.
    graph : Graph
        The graph.

    Returns
    -------
    nodes : ndarray of shape (n_samples,), int32
        Positions.

    Raises
    ------
    ValueError
        If `X` is empty, or something in it is no node of the graph; the message names the place.
    TypeError
        If `X` is no list, or a position no integer.

    Examples
    --------
    >>> from skmlbio.graphs import Graph
    >>> from skmlbio.graphs._ensure_nodes import ensure_nodes
    >>> ensure_nodes(["b", "a", "b"], Graph([[1.0], [2.0]], node_names=["a", "b"]))
    array([1, 0, 1], dtype=int32)
    """
    if getattr(X, "shape", ())[1:] == (1,):  # a column, as scikit-learn's ensembles hand it on
        X = np.asarray(X)[:, 0]
    _require_list(X, 1, "nodes", "(n_samples,)")
    return _positions(_plain(X), graph, "X[{}]".format)


def ensure_pairs(X: Iterable, graph: Graph) -> np.ndarray:
    """Check pairs of nodes of a graph and number them.

    Parameters
    ----------
    X : list or tuple of pairs, array of shape (n_samples, 2), or data frame of two columns
        As in `ensure_nodes`.
    graph : Graph
        The graph.

    Returns
    -------
    pairs : ndarray of shape (n_samples, 2), int32
        Positions.

    Raises
    ------
    ValueError, TypeError
        As in `ensure_nodes`.

    Examples
    --------
    >>> from skmlbio.graphs import Graph
    >>> from skmlbio.graphs._ensure_nodes import ensure_pairs
    >>> ensure_pairs([("b", "a")], Graph([[1.0], [2.0]], node_names=["a", "b"]))
    array([[1, 0]], dtype=int32)
    """
    if getattr(X, "shape", ())[1:] == (1,):  # a column of pairs
        X = np.asarray(X)[:, 0]
    _require_list(X, 2, "pairs of nodes", "(n_samples, 2)")
    pairs = _plain(X.to_numpy() if hasattr(X, "to_numpy") else X)
    for place, pair in enumerate(pairs):
        if not isinstance(pair, list | tuple | np.ndarray) or len(pair) != 2:
            raise ValueError(f"X[{place}] is {pair!r:.50}, which is no pair of nodes")
    ends = [node for pair in pairs for node in _plain(pair)]
    return _positions(ends, graph, lambda place: f"X[{place // 2}, {place % 2}]").reshape(-1, 2)


def _require_list(X: Iterable, n_axes: int, what: str, shape: str) -> None:
    """Refuse what is no list, or an array of other axes, before it is looked into."""
    given = getattr(X, "shape", None)
    if given is None and not isinstance(X, list | tuple):
        raise TypeError(f"X must be an array of {what}, got a {type(X).__name__}")
    if given is not None and len(given) != n_axes and not (n_axes == 2 and len(given) == 1):
        raise ValueError(f"X has shape {given}, but {what} come as an array of shape {shape}")
    if not len(X):
        raise ValueError(f"X is empty; at least one of the {what} is needed")


def _plain(values: Iterable) -> list:
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _positions(values: list, graph: Graph, place: Callable[[int], str]) -> np.ndarray:
    if graph.node_names is None:
        for index, value in enumerate(values):
            if not _is_whole(value):
                raise TypeError(f"{place(index)} is {value!r:.50}, but nodes go by their positions, ints from 0")
            if not 0 <= value < graph.n_nodes:
                raise ValueError(f"{place(index)} is {value}, but the graph has {graph.n_nodes} nodes, numbered from 0")
        return np.array(values, np.int32)
    known = {name: position for position, name in enumerate(graph.node_names)}
    found = np.empty(len(values), np.int32)
    for index, value in enumerate(values):
        position = _position(known, value)
        # 1 and True are one key of a dict.
        if position is None or _is_bool(value) != _is_bool(graph.node_names[position]):
            raise ValueError(f"{place(index)} is {value!r:.50}, which is no node of the graph")
        found[index] = position
    return found


def _is_whole(value: object) -> bool:
    """Whether it is an integer, or a float without a fraction, as arrays with gaps elsewhere make of integers."""
    if isinstance(value, float | np.floating):
        return float(value).is_integer()
    return isinstance(value, Integral) and not _is_bool(value)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def _position(known: dict, name: object) -> int | None:
    try:
        return known.get(name)
    except TypeError:  # a list, which cannot be the name of a node
        return None
