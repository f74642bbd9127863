"""Pairs of nodes with what is to be learned of them: whether they are joined."""

from __future__ import annotations

import numpy as np

from ._converters import as_graph


def link_pairs(
    graph: object, *, n_negative: int | None = None, random_state: int | np.random.RandomState | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """List the pairs of nodes that a graph joins, and draw some that it does not.

    Parameters
    ----------
    graph : Graph, or what `as_graph` takes
        Of an undirected graph, which lists every edge in both directions, each pair stands once.  Edges of nodes to
        themselves and of weight 0 are left out.
    n_negative : int, default=None
        How many pairs to draw that are not joined, each another one; `None` draws as many as are joined.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws and of the order.

    Returns
    -------
    pairs : ndarray of shape (n_pairs, 2)
        Positions of the nodes, or their names where the graph has names; of a directed edge its source first.
    y : ndarray of shape (n_pairs,), int64
        1 for pairs that are joined, else 0.  They come in random order: in the order of nodes, folds of
        cross-validation would differ in the nodes that they know.

    Raises
    ------
    ValueError, TypeError
        If there are fewer pairs that are not joined, or as in `as_graph`.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, link_pairs
    >>> path = Graph([[1.0]] * 4, [[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]])
    >>> pairs, y = link_pairs(path, n_negative=1, random_state=0)
    >>> sorted(pairs[y == 1].tolist())
    [[0, 1], [1, 2], [2, 3]]
    """
    graph = as_graph(graph)
    n_nodes = graph.n_nodes
    sources, targets = graph.edge_index[:, (graph.edge_weight != 0) & (graph.edge_index[0] != graph.edge_index[1])]
    undirected = is_symmetric(sources, targets, n_nodes)
    joined = np.unique(sources * n_nodes + targets)
    if undirected:
        joined = joined[joined // n_nodes < joined % n_nodes]
    n_possible = n_nodes * (n_nodes - 1) // (2 if undirected else 1) - len(joined)
    n_negative = len(joined) if n_negative is None else n_negative
    if n_negative > n_possible:
        raise ValueError(f"n_negative is {n_negative}, but only {n_possible} pairs of nodes are not joined")
    from sklearn.utils import check_random_state  # which loads pandas

    random = check_random_state(random_state)
    keys = np.concatenate([joined, _others(joined, n_nodes, n_negative, undirected, random)])
    order = random.permutation(len(keys))
    pairs, y = np.stack([keys // n_nodes, keys % n_nodes], axis=1)[order], (order < len(joined)).astype(np.int64)
    if graph.node_names is not None:
        pairs = _as_array(graph.node_names)[pairs]
    return pairs, y


def is_symmetric(sources: np.ndarray, targets: np.ndarray, n_nodes: int) -> bool:
    """Whether every edge is there in both directions."""
    return np.array_equal(np.unique(sources * n_nodes + targets), np.unique(targets * n_nodes + sources))


def _others(
    joined: np.ndarray, n_nodes: int, n_pairs: int, undirected: bool, random: np.random.RandomState
) -> np.ndarray:
    """Draw pairs, as keys, that are not among some; a node is no pair with itself."""
    found = np.empty(0, np.int64)
    while len(found) < n_pairs:
        if n_nodes**2 <= 2**20:  # all of them are looked at
            drawn = np.arange(n_nodes**2)
        else:
            drawn = random.randint(n_nodes**2, size=4 * n_pairs, dtype=np.int64)
        first, second = drawn // n_nodes, drawn % n_nodes
        drawn = drawn[first < second if undirected else first != second]
        found = np.setdiff1d(np.union1d(found, drawn), joined)
    return random.permutation(found)[:n_pairs]


def _as_array(names: tuple) -> np.ndarray:
    """Names as an array: of strings, of integers, or else of objects."""
    kinds = {type(name) for name in names}
    if kinds in ({str}, {int}):
        return np.array(names)
    array = np.empty(len(names), object)
    array[:] = names
    return array
