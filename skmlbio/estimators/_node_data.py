"""Nodes of one graph as the training engine takes them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skmlbio.training._batches import Arrays, Bucket, aligned


class OneGraph(NamedTuple):
    """The network's inputs that describe a graph; see `skmlbio.networks.node_network.node_codes`.

    Attributes
    ----------
    nodes : tuple of ndarray
        Types, features, or places and values of the entries of sparse features.
    edges : ndarray of shape (n_edges, 2), int64
        Ordered; the first node collects from the second.
    weights : ndarray of shape (n_edges,), float32
        Weights of the edges.
    edge_features : tuple of ndarray of shape (n_edges, n_edge_features), float32
        One array, or none.
    n_nodes : ndarray of shape (), int64
        Number of nodes.
    """

    nodes: Arrays
    edges: np.ndarray
    weights: np.ndarray
    edge_features: Arrays
    n_nodes: np.ndarray

    def inputs(self) -> Arrays:
        """Return all of them in the order of the network."""
        return *self.nodes, self.edges, self.weights, *self.edge_features, self.n_nodes

    def with_edges(self, kept: np.ndarray) -> OneGraph:
        """Return the graph with some of its edges only."""
        features = tuple(aligned(array[kept]) for array in self.edge_features)
        return self._replace(
            edges=aligned(self.edges[kept]), weights=aligned(self.weights[kept]), edge_features=features
        )


class NodeData:
    """Nodes, or pairs of nodes, of a graph that all of them share.

    Parameters
    ----------
    graph : OneGraph
        The graph.
    places : ndarray of shape (n_samples,) or (n_samples, 2), int32
        Positions of nodes in the graph.
    """

    def __init__(self, graph: OneGraph, places: np.ndarray):
        self.graph, self.places = graph, places

    def __len__(self) -> int:
        return len(self.places)

    def subset(self, rows: np.ndarray) -> NodeData:
        return NodeData(self.graph, self.places[rows])

    def take(self, rows: np.ndarray | slice) -> Arrays:
        return (self.places[rows],)

    def buckets(self) -> list[Bucket]:
        return [Bucket(np.arange(len(self)), self.take, shared=self.graph.inputs())]
