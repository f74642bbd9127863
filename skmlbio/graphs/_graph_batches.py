"""Padded batches of graphs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

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

    Examples
    --------
    >>> from skmlbio.graphs import Graph, dense_batch, ensure_graphs
    >>> batch = dense_batch(ensure_graphs([Graph([[1.0], [2.0]], [[0], [1]])]))
    >>> type(batch).__name__, batch.adjacency.shape
    ('DenseGraphs', (1, 2, 2))
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

    Examples
    --------
    >>> from skmlbio.graphs import Graph, edge_batch, ensure_graphs
    >>> batch = edge_batch(ensure_graphs([Graph([[1.0], [2.0]], [[0], [1]])]))
    >>> type(batch).__name__, batch.edge_index.shape
    ('EdgeGraphs', (1, 2, 1))
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

    Examples
    --------
    >>> from skmlbio.graphs import Graph, flat_batch, ensure_graphs
    >>> batch = flat_batch(ensure_graphs([Graph([[1.0], [2.0]], [[0], [1]])]))
    >>> type(batch).__name__, batch.graph_index.shape
    ('FlatGraphs', (2,))
    """

    features: np.ndarray
    edge_index: np.ndarray
    edge_weight: np.ndarray
    graph_index: np.ndarray


class DenseGraphsWithEdgeFeatures(NamedTuple):
    """`DenseGraphs` with features of edges.

    Attributes
    ----------
    features, adjacency, mask
        As those of `DenseGraphs`.
    edge_features : ndarray of shape (n_graphs, n_nodes, n_nodes, n_edge_features)
        Zero where padded.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, dense_batch, ensure_graphs
    >>> batch = dense_batch(ensure_graphs([Graph([[1.0], [2.0]], [[0], [1]], edge_features=[[5.0]])]))
    >>> type(batch).__name__, batch.edge_features.shape
    ('DenseGraphsWithEdgeFeatures', (1, 2, 2, 1))
    """

    features: np.ndarray
    adjacency: np.ndarray
    edge_features: np.ndarray
    mask: np.ndarray


class EdgeGraphsWithEdgeFeatures(NamedTuple):
    """`EdgeGraphs` with features of edges.

    Attributes
    ----------
    features, edge_index, edge_weight, mask
        As those of `EdgeGraphs`.
    edge_features : ndarray of shape (n_graphs, n_edges, n_edge_features)
        Zero where padded.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, edge_batch, ensure_graphs
    >>> batch = edge_batch(ensure_graphs([Graph([[1.0], [2.0]], [[0], [1]], edge_features=[[5.0]])]))
    >>> type(batch).__name__, batch.edge_features.shape
    ('EdgeGraphsWithEdgeFeatures', (1, 1, 1))
    """

    features: np.ndarray
    edge_index: np.ndarray
    edge_weight: np.ndarray
    edge_features: np.ndarray
    mask: np.ndarray


class FlatGraphsWithEdgeFeatures(NamedTuple):
    """`FlatGraphs` with features of edges.

    Attributes
    ----------
    features, edge_index, edge_weight, graph_index
        As those of `FlatGraphs`.
    edge_features : ndarray of shape (n_edges, n_edge_features)
        Zero where padded.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, flat_batch, ensure_graphs
    >>> batch = flat_batch(ensure_graphs([Graph([[1.0], [2.0]], [[0], [1]], edge_features=[[5.0]])]))
    >>> type(batch).__name__, batch.edge_features.shape
    ('FlatGraphsWithEdgeFeatures', (1, 1))
    """

    features: np.ndarray
    edge_index: np.ndarray
    edge_weight: np.ndarray
    edge_features: np.ndarray
    graph_index: np.ndarray


def dense_batch(
    samples: GraphSamples, n_nodes: int | None = None, n_graphs: int | None = None
) -> DenseGraphs | DenseGraphsWithEdgeFeatures:
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
    batch : DenseGraphs, or DenseGraphsWithEdgeFeatures where edges have features
        Features, adjacency, mask.

    Raises
    ------
    ValueError
        If the batch has no room for the graphs, or for parallel edges, which have no place in a matrix.

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
    entries = owner, samples.edge_index[0], samples.edge_index[1]
    adjacency[entries] = samples.edge_weight
    if samples.edge_features is None:
        return DenseGraphs(features, adjacency, mask)
    _require_no_parallel_edges(*entries)
    edge_features = np.zeros((*adjacency.shape, samples.edge_features.shape[1]), samples.edge_features.dtype)
    edge_features[entries] = samples.edge_features
    return DenseGraphsWithEdgeFeatures(features, adjacency, edge_features, mask)


def _require_no_parallel_edges(graph: np.ndarray, first: np.ndarray, second: np.ndarray) -> None:
    again = (np.diff(graph) == 0) & (np.diff(first) == 0) & (np.diff(second) == 0)
    if again.any():
        place = again.argmax()
        raise ValueError(
            f"graph {graph[place]} has several edges ({first[place]}, {second[place]}), and a matrix has room for one; "
            "edge_batch and flat_batch keep parallel edges"
        )


class DenseBatches:
    """Many dense batches of the same graphs, whose edges have no features.

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


def edge_batch(
    samples: GraphSamples, n_nodes: int | None = None, n_edges: int | None = None
) -> EdgeGraphs | EdgeGraphsWithEdgeFeatures:
    """Pad graphs to one size, with lists of edges.

    Parameters
    ----------
    samples : GraphSamples
        Graphs of at most `n_nodes` nodes and `n_edges` edges.
    n_nodes, n_edges : int, default=None
        Nodes and edges of each padded graph. `None` takes the most that one of `samples` has.

    Returns
    -------
    batch : EdgeGraphs, or EdgeGraphsWithEdgeFeatures where edges have features
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
    if samples.edge_features is None:
        return EdgeGraphs(features, edge_index, edge_weight, mask)
    edge_features = np.zeros((*edge_weight.shape, samples.edge_features.shape[1]), samples.edge_features.dtype)
    edge_features[graph, edge] = samples.edge_features
    return EdgeGraphsWithEdgeFeatures(features, edge_index, edge_weight, edge_features, mask)


def flat_batch(
    samples: GraphSamples, n_nodes: int | None = None, n_edges: int | None = None
) -> FlatGraphs | FlatGraphsWithEdgeFeatures:
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
    batch : FlatGraphs, or FlatGraphsWithEdgeFeatures where edges have features
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
    if samples.edge_features is None:
        return FlatGraphs(features, edge_index, edge_weight, graph_index)
    edge_features = np.zeros((n_edges, samples.edge_features.shape[1]), samples.edge_features.dtype)
    edge_features[:total_edges] = samples.edge_features
    return FlatGraphsWithEdgeFeatures(features, edge_index, edge_weight, edge_features, graph_index)


def _room(given: int | None, needed: int, what: str) -> int:
    if given is None:
        return int(needed)
    if given < needed:
        raise ValueError(f"a batch of {given} {what} has no room for {needed}")
    return int(given)
