"""Padded batches of graphs, and the few sizes they are padded to."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._graph_samples import GraphSamples, positions, ranges, starts

_ENTRIES_KEPT = 2**25


class DenseGraphs(NamedTuple):
    """Graphs padded to one number of nodes.

    Attributes
    ----------
    features : ndarray of shape (n_graphs, n_nodes, n_features), or (n_graphs, n_nodes), int32
        Node features, of the dtype of the samples, or ids of node types; zero where padded.
    adjacency : ndarray of shape (n_graphs, n_nodes, n_nodes), float32
        Weights of the edges; zero where padded.
    mask : ndarray of shape (n_graphs, n_nodes), bool
        Which nodes are real.
    """

    features: np.ndarray
    adjacency: np.ndarray
    mask: np.ndarray


class EdgeGraphs(NamedTuple):
    """Graphs padded to one number of nodes and one number of edges, with nothing of size n_nodes x n_nodes.

    Attributes
    ----------
    features : ndarray of shape (n_graphs, n_nodes, n_features), or (n_graphs, n_nodes), int32
        Node features, of the dtype of the samples, or ids of node types; zero where padded.
    edge_index : ndarray of shape (n_graphs, 2, n_edges), int32
        Edges, each graph's nodes counted from 0; padded edges join the last node to itself.
    edge_weight : ndarray of shape (n_graphs, n_edges), float32
        Weights of the edges; zero where padded.
    mask : ndarray of shape (n_graphs, n_nodes), bool
        Which nodes are real.
    """

    features: np.ndarray
    edge_index: np.ndarray
    edge_weight: np.ndarray
    mask: np.ndarray


class FlatGraphs(NamedTuple):
    """Graphs joined into one, with nothing of size n_nodes x n_nodes.

    Attributes
    ----------
    features : ndarray of shape (n_nodes, n_features), or (n_nodes,), int32
        Node features, of the dtype of the samples, or ids of node types, of all graphs one after the other; zero where
        padded.
    edge_index : ndarray of shape (2, n_edges), int32
        Edges in the numbering of the joined graph; padded edges join the last node to itself.
    edge_weight : ndarray of shape (n_edges,), float32
        Weights of the edges; zero where padded.
    graph_index : ndarray of shape (n_nodes,), int32
        The graph of each node; -1 where padded.
    """

    features: np.ndarray
    edge_index: np.ndarray
    edge_weight: np.ndarray
    graph_index: np.ndarray


def dense_batch(samples: GraphSamples, n_nodes: int | None = None, n_graphs: int | None = None) -> DenseGraphs:
    """Pad graphs to one size, with dense adjacency matrices.

    Parameters
    ----------
    samples : GraphSamples
        Graphs of at most `n_nodes` nodes.
    n_nodes : int, default=None
        Nodes of each padded graph. `None` takes the largest of `samples`.
    n_graphs : int, default=None
        Graphs in the batch, those past ``len(samples)`` without any node. `None` takes ``len(samples)``.

    Returns
    -------
    batch : DenseGraphs
        Features, adjacency, mask.

    Raises
    ------
    ValueError
        If the batch has no room for the graphs.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, dense_batch, ensure_graphs
    >>> samples = ensure_graphs([Graph([[1.0]]), Graph([[2.0], [3.0]], [[0, 1], [1, 0]])])
    >>> batch = dense_batch(samples, n_nodes=3)
    >>> batch.features[..., 0]
    array([[1., 0., 0.],
           [2., 3., 0.]])
    >>> batch.mask
    array([[ True, False, False],
           [ True,  True, False]])
    """
    n_nodes = _room(n_nodes, samples.n_nodes.max(initial=0), "nodes")
    n_graphs = _room(n_graphs, len(samples), "graphs")
    features, mask = _padded_nodes(samples, n_nodes, n_graphs)
    adjacency = np.zeros((n_graphs, n_nodes, n_nodes), np.float32)
    owner = np.repeat(np.arange(len(samples)), samples.n_edges)
    adjacency[owner, samples.edge_index[0], samples.edge_index[1]] = samples.edge_weight
    return DenseGraphs(features, adjacency, mask)


class DenseBatches:
    """Many dense batches of the same graphs.

    ``DenseBatches(samples, n_nodes)[rows]`` is ``dense_batch(samples[rows], n_nodes)``, several times faster, because
    graphs are padded once.  Adjacency matrices are far larger than the edges in them: where all of them would take more
    than 128 MB, they are made for the rows that are taken.

    Parameters
    ----------
    samples : GraphSamples
        Graphs of at most `n_nodes` nodes.
    n_nodes : int
        Nodes of each padded graph.

    Examples
    --------
    >>> from skmlbio.graphs import DenseBatches, Graph, ensure_graphs
    >>> samples = ensure_graphs([Graph([[1.0]]), Graph([[2.0], [3.0]], [[0, 1], [1, 0]])])
    >>> DenseBatches(samples, 2)[[1]].adjacency
    array([[[0., 1.],
            [1., 0.]]], dtype=float32)
    """

    def __init__(self, samples: GraphSamples, n_nodes: int):
        self._n_nodes = _room(n_nodes, samples.n_nodes.max(initial=0), "nodes")
        self._features, self._mask = _padded_nodes(samples, n_nodes, len(samples))
        self._n_edges, self._first = samples.n_edges, starts(samples.n_edges)
        self._entry = samples.edge_index[0].astype(np.int64) * n_nodes + samples.edge_index[1]
        self._weight = samples.edge_weight
        few = len(samples) * n_nodes**2 <= _ENTRIES_KEPT
        self._kept = self._adjacency(np.arange(len(samples))) if few else None

    def __getitem__(self, rows: np.ndarray) -> DenseGraphs:
        adjacency = self._adjacency(rows) if self._kept is None else self._kept.take(rows, axis=0)
        return DenseGraphs(self._features.take(rows, axis=0), adjacency, self._mask.take(rows, axis=0))

    def _adjacency(self, rows: np.ndarray) -> np.ndarray:
        n_edges, size = self._n_edges[rows], self._n_nodes
        edges = ranges(self._first[rows], n_edges)
        adjacency = np.zeros((len(n_edges), size, size), np.float32)
        before = np.repeat(np.arange(len(n_edges)) * size**2, n_edges)
        adjacency.reshape(-1)[before + self._entry[edges]] = self._weight[edges]
        return adjacency


def _padded_nodes(samples: GraphSamples, n_nodes: int, n_graphs: int) -> tuple[np.ndarray, np.ndarray]:
    """Features with one row of nodes for each graph, and which of them are real."""
    graph, node = positions(samples.n_nodes)
    features = np.zeros((n_graphs, n_nodes, *samples.features.shape[1:]), samples.features.dtype)
    features[graph, node] = samples.features
    mask = np.arange(n_nodes) < np.pad(samples.n_nodes, (0, n_graphs - len(samples)))[:, None]
    return features, mask


def edge_batch(samples: GraphSamples, n_nodes: int | None = None, n_edges: int | None = None) -> EdgeGraphs:
    """Pad graphs to one size, with lists of edges.

    Parameters
    ----------
    samples : GraphSamples
        Graphs of at most `n_nodes` nodes and `n_edges` edges.
    n_nodes, n_edges : int, default=None
        Nodes and edges of each padded graph. `None` takes the most that one of `samples` has.

    Returns
    -------
    batch : EdgeGraphs
        Features, edge_index, edge_weight, mask.

    Raises
    ------
    ValueError
        If the batch has no room for the graphs.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, edge_batch, ensure_graphs
    >>> samples = ensure_graphs([Graph([[1.0]]), Graph([[2.0], [3.0]], [[0, 1], [1, 0]])])
    >>> edge_batch(samples, n_nodes=3).edge_index
    array([[[2, 2],
            [2, 2]],
    <BLANKLINE>
           [[0, 1],
            [1, 0]]], dtype=int32)
    """
    n_nodes = _room(n_nodes, samples.n_nodes.max(initial=0), "nodes")
    n_edges = _room(n_edges, samples.n_edges.max(initial=0), "edges")
    features, mask = _padded_nodes(samples, n_nodes, len(samples))
    graph, edge = positions(samples.n_edges)
    edge_index = np.full((len(samples), 2, n_edges), n_nodes - 1, np.int32)
    edge_index[graph, :, edge] = samples.edge_index.T
    edge_weight = np.zeros((len(samples), n_edges), np.float32)
    edge_weight[graph, edge] = samples.edge_weight
    return EdgeGraphs(features, edge_index, edge_weight, mask)


def flat_batch(samples: GraphSamples, n_nodes: int | None = None, n_edges: int | None = None) -> FlatGraphs:
    """Join graphs into one graph without edges between them.

    Parameters
    ----------
    samples : GraphSamples
        The graphs.
    n_nodes : int, default=None
        Nodes of the padded batch. `None` takes the sum over `samples`.
    n_edges : int, default=None
        Edges of the padded batch. `None` takes the sum over `samples`.

    Returns
    -------
    batch : FlatGraphs
        Features, edge_index, edge_weight, graph_index.

    Raises
    ------
    ValueError
        If the batch has no room for the graphs.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, ensure_graphs, flat_batch
    >>> samples = ensure_graphs([Graph([[1.0]]), Graph([[2.0], [3.0]], [[0, 1], [1, 0]])])
    >>> batch = flat_batch(samples, n_nodes=4)
    >>> batch.edge_index
    array([[1, 2],
           [2, 1]], dtype=int32)
    >>> batch.graph_index
    array([ 0,  1,  1, -1], dtype=int32)
    """
    total_nodes, total_edges = len(samples.features), len(samples.edge_weight)
    n_nodes = _room(n_nodes, total_nodes, "nodes")
    n_edges = _room(n_edges, total_edges, "edges")
    features = np.zeros((n_nodes, *samples.features.shape[1:]), samples.features.dtype)
    features[:total_nodes] = samples.features
    edge_index = np.full((2, n_edges), n_nodes - 1, np.int32)
    edge_index[:, :total_edges] = samples.edge_index + np.repeat(starts(samples.n_nodes), samples.n_edges)
    edge_weight = np.zeros(n_edges, np.float32)
    edge_weight[:total_edges] = samples.edge_weight
    graph_index = np.full(n_nodes, -1, np.int32)
    graph_index[:total_nodes] = np.repeat(np.arange(len(samples)), samples.n_nodes)
    return FlatGraphs(features, edge_index, edge_weight, graph_index)


def choose_bucket_sizes(
    n_nodes: ArrayLike,
    max_buckets: int = 4,
    max_nodes: int = 128,
    step: int = 8,
    min_gain: float = 0.1,
    work: Callable[[np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """Choose the few sizes that graphs are padded to for dense batches.

    Minimises the padded work ``sum(size ** 2 + 64 * size)`` over graphs, the cost of A X and of X W for some 64
    units, over all choices of `max_buckets` sizes; a further size must save the fraction `min_gain`. Sizes are
    multiples of `step`, so that similar sets of graphs, such as the folds of one set, often get the same sizes and
    share compiled programs.

    Parameters
    ----------
    n_nodes : array-like of shape (n_graphs,), int
        Nodes of each graph.
    max_buckets : int, default=4
        The most sizes to choose.
    max_nodes : int, default=128
        Larger graphs get no bucket: they belong into flat batches.
    step : int, default=8
        Sizes are multiples of it.
    min_gain : float, default=0.1
        The fraction of the work that one more size must save.
    work : callable, default=None
        From sizes, an int64 array, to the work of a graph that is padded to each; None takes the work above.

    Returns
    -------
    sizes : ndarray of shape (n_buckets,), int64
        Ascending; empty if every graph is larger than `max_nodes`.

    Examples
    --------
    >>> from skmlbio.graphs import choose_bucket_sizes
    >>> choose_bucket_sizes([10, 11, 12, 90, 100, 5000])
    array([ 16, 104])
    """
    n_nodes = np.asarray(n_nodes)
    rounded = -(-n_nodes[n_nodes <= max_nodes] // step) * step
    sizes, counts = np.unique(rounded, return_counts=True)
    if len(sizes) == 0:
        return sizes.astype(np.int64)
    each = work(sizes) if work is not None else sizes.astype(float) ** 2 + 64 * sizes
    below = np.cumsum(counts)
    # extra[i, j]: the work of the graphs above sizes[i], up to sizes[j], padded to sizes[j].
    extra = np.where(np.triu(np.ones((len(sizes), len(sizes)), bool), 1), (below - below[:, None]) * each, np.inf)
    # cost[j], choice[j]: the least work of the graphs up to sizes[j] with sizes[j] as the largest bucket.
    cost, choice = below * each, [[j] for j in range(len(sizes))]
    best_cost, best = cost[-1], choice[-1]
    for _ in range(min(max_buckets, len(sizes)) - 1):
        totals = cost[:, None] + extra
        parent = totals.argmin(axis=0)
        cost = totals.min(axis=0)
        choice = [choice[i] + [j] for j, i in enumerate(parent)]
        if cost[-1] > (1 - min_gain) * best_cost:
            break
        best_cost, best = cost[-1], choice[-1]
    return sizes[best].astype(np.int64)


def bucket_of(n_nodes: ArrayLike, sizes: ArrayLike) -> np.ndarray:
    """The smallest bucket that holds each graph.

    Parameters
    ----------
    n_nodes : array-like of shape (n_graphs,), int
        Nodes of each graph.
    sizes : array-like of shape (n_buckets,), int
        Ascending, from `choose_bucket_sizes`.

    Returns
    -------
    buckets : ndarray of shape (n_graphs,), int64
        Index into `sizes`; -1 for a graph larger than all of them.

    Examples
    --------
    >>> from skmlbio.graphs import bucket_of
    >>> bucket_of([3, 16, 17, 5000], [16, 104])
    array([ 0,  0,  1, -1])
    """
    buckets = np.searchsorted(sizes, n_nodes)
    return np.where(buckets == len(sizes), -1, buckets)


def _room(given: int | None, needed: int, what: str) -> int:
    if given is None:
        return int(needed)
    if given < needed:
        raise ValueError(f"a batch of {given} {what} has no room for {needed}")
    return int(given)
