"""Many graphs in a few flat arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class GraphSamples:
    """Graphs side by side in flat arrays, so that taking and padding them needs no Python loop.

    Made by `ensure_graphs`; every edge stands once, sorted by node, and points into its own graph.

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
        )


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
