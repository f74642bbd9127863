"""Many graphs in a few flat arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class GraphSamples:
    """Graphs side by side in flat arrays, so that taking and padding them needs no Python loop.

    Made by `ensure_graphs`; edges are sorted by node and point into their own graph, and each stands once unless edges
    have features.

    Attributes
    ----------
    features : ndarray of shape (total_nodes, n_features), float64, or (total_nodes,), int32
        Node features of all graphs, one after the other (float32 where they are one-hot types), or ids of node types
        with 0 for an unknown type; a CSR array where `ensure_graphs` was told to leave sparse features sparse.
    edge_index : ndarray of shape (2, total_edges), int32
        Edges of all graphs; node numbers start at 0 in each graph, and the first node collects from the second.
    edge_weight : ndarray of shape (total_edges,), float32
        Weights of the edges.
    n_nodes : ndarray of shape (n_graphs,), int64
        Nodes of each graph.
    n_edges : ndarray of shape (n_graphs,), int64
        Edges of each graph.
    node_types : ndarray of shape (n_types,) or None
        The known node types, sorted, where the nodes carry types; column (or id - 1) by column.
    edge_features : ndarray of shape (total_edges, n_edge_features), float64 (float32 for types), or None
        Features of all edges, or their types as one-hot rows, zeros for an unknown type; None where edges have none.
    edge_types : ndarray of shape (n_types,) or None
        The known edge types, sorted, where the edges carry types; column by column.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, ensure_graphs
    >>> samples = ensure_graphs([Graph([[1.0]]), Graph([[2.0], [3.0]], [[0, 1], [1, 0]])])
    >>> len(samples), samples.n_nodes, samples.n_edges
    (2, array([1, 2]), array([0, 2]))
    >>> samples[[1]].features.ravel()
    array([2., 3.])
    """

    features: np.ndarray
    edge_index: np.ndarray
    edge_weight: np.ndarray
    n_nodes: np.ndarray
    n_edges: np.ndarray
    node_types: np.ndarray | None = None
    edge_features: np.ndarray | None = None
    edge_types: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.n_nodes)

    def __getitem__(self, indices: ArrayLike | slice) -> GraphSamples:
        """The graphs at `indices` (integers, a mask, or a slice), in that order."""
        chosen = np.arange(len(self))[indices].reshape(-1)
        nodes = ranges(starts(self.n_nodes)[chosen], self.n_nodes[chosen])
        edges = ranges(starts(self.n_edges)[chosen], self.n_edges[chosen])
        return GraphSamples(
            self.features[nodes],
            self.edge_index[:, edges],
            self.edge_weight[edges],
            self.n_nodes[chosen],
            self.n_edges[chosen],
            self.node_types,
            None if self.edge_features is None else self.edge_features[edges],
            self.edge_types,
        )

    def without_edge_features(self) -> GraphSamples:
        """The same graphs with nothing but weights at their edges, those of parallel edges summed."""
        if self.edge_features is None:
            return self
        owner = np.repeat(np.arange(len(self)), self.n_edges)
        first = starts(self.n_nodes)[owner] + self.edge_index[0]
        order, weights = summed(first * self.n_nodes.max() + self.edge_index[1], self.edge_weight)
        return replace(
            self,
            edge_index=self.edge_index[:, order],
            edge_weight=weights,
            n_edges=np.bincount(owner[order], minlength=len(self)),
            edge_features=None,
            edge_types=None,
        )


def summed(keys: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add the weights of edges of one key: which one stands for all, by the order of keys, and sums other than 0."""
    order = np.arange(len(keys))
    if (np.diff(keys) <= 0).any():
        keys, order, inverse = np.unique(keys, return_index=True, return_inverse=True)
        weights = np.bincount(inverse, weights, len(keys)).astype(np.float32)
    return (order, weights) if weights.all() else (order[weights != 0], weights[weights != 0])


def starts(lengths: np.ndarray) -> np.ndarray:
    """Where each piece begins when pieces of these lengths lie one after the other."""
    return np.cumsum(lengths) - lengths


def ranges(begins: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """``[begin, begin + 1, ..., begin + length - 1]`` of every piece, one after the other."""
    return np.repeat(begins - starts(lengths), lengths) + np.arange(lengths.sum())


def positions(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every element of pieces of these lengths: which piece, and which place in it."""
    piece = np.repeat(np.arange(len(lengths)), lengths)
    return piece, np.arange(len(piece)) - starts(lengths)[piece]
