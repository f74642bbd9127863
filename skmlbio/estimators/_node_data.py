"""Nodes of one graph as the training engine takes them."""

from __future__ import annotations

import numpy as np

from skmlbio.training._batches import Arrays, Bucket


class NodeData:
    """Nodes, or pairs of nodes, of a graph that all of them share.

    Parameters
    ----------
    graph : tuple of ndarray
        The network's inputs that describe the graph.
    places : ndarray of shape (n_samples,) or (n_samples, 2), int32
        Positions of nodes in the graph.
    """

    def __init__(self, graph: Arrays, places: np.ndarray):
        self.graph, self.places = graph, places

    def __len__(self) -> int:
        return len(self.places)

    def subset(self, rows: np.ndarray) -> NodeData:
        return NodeData(self.graph, self.places[rows])

    def take(self, rows: np.ndarray | slice) -> Arrays:
        return (self.places[rows],)

    def buckets(self) -> list[Bucket]:
        return [Bucket(np.arange(len(self)), self.take, shared=self.graph)]
