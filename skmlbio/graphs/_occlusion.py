"""What is left of graphs without some of their nodes and edges, and the way back to how edges are listed."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ._graph import Graph
from ._graph_samples import GraphSamples, positions


class GraphAttributions(NamedTuple):
    """How much the nodes and the edges of a graph count for what a network answers.

    Attributes
    ----------
    nodes : ndarray of shape (n_nodes,)
        In the order of the graph's nodes.
    edges : ndarray of shape (n_edges,)
        In the order in which the graph lists its edges, as `Graph.edge_index` has them.

    Examples
    --------
    >>> from skmlbio import GCNClassifier
    >>> from skmlbio.graphs import Graph
    >>> graphs = [Graph(["C", "O"], [[0, 1], [1, 0]]), Graph(["C", "C"], [[0, 1], [1, 0]])] * 4
    >>> classifier = GCNClassifier(epochs=1, random_state=0).fit(graphs, [1, 0] * 4)
    >>> (found,) = classifier.attributions(graphs[:1])
    >>> found.nodes.shape, found.edges.shape
    ((2,), (2,))
    """

    nodes: np.ndarray
    edges: np.ndarray


class Pairs(NamedTuple):
    """Pairs of nodes that are joined by an edge, whichever way, or a node that is joined to itself.

    Attributes
    ----------
    ends : ndarray of shape (2, n_pairs), int64
        The smaller and the larger node of each pair; sorted within a graph.
    n_pairs : ndarray of shape (n_graphs,), int64
        Pairs of each graph.
    """

    ends: np.ndarray
    n_pairs: np.ndarray


def joined_pairs(samples: GraphSamples) -> Pairs:
    """The pairs of nodes of all graphs that have edges between them.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, ensure_graphs
    >>> joined_pairs(ensure_graphs([Graph([[1.0]] * 3, [[0, 2, 2], [2, 0, 1]])])).ends
    array([[0, 1],
           [2, 2]])
    """
    graph, _ = positions(samples.n_edges)
    rows = np.stack([graph, *np.sort(samples.edge_index, axis=0).astype(np.int64)])
    rows = np.unique(rows, axis=1)
    return Pairs(rows[1:], np.bincount(rows[0].astype(np.intp), minlength=len(samples)))


def left_without(samples: GraphSamples, nodes: np.ndarray, pairs: np.ndarray) -> GraphSamples:
    """Each graph without one of its nodes and that node's edges, or without the edges between one pair of its nodes.

    Parameters
    ----------
    samples : GraphSamples
        The graphs.
    nodes : ndarray of shape (n_graphs,), int
        The node to leave out; -1 for none.
    pairs : ndarray of shape (2, n_graphs), int
        The smaller and the larger node of the pair to part; -1 for none.

    Returns
    -------
    GraphSamples
        A graph without its only node has none.

    Examples
    --------
    >>> from skmlbio.graphs import Graph, ensure_graphs
    >>> path = ensure_graphs([Graph([[5.0], [6.0], [7.0]], [[0, 1, 1, 2], [1, 0, 2, 1]])])
    >>> left_without(path[[0, 0]], np.array([0, -1]), np.array([[-1, 1], [-1, 2]])).edge_index
    array([[0, 1, 0, 1],
           [1, 0, 1, 0]], dtype=int32)
    """
    of_node, node = positions(samples.n_nodes)
    of_edge, _ = positions(samples.n_edges)
    gone = nodes[of_edge]
    apart = (np.sort(samples.edge_index, axis=0) == pairs[:, of_edge]).all(axis=0)
    stays, kept = node != nodes[of_node], (samples.edge_index != gone).all(axis=0) & ~apart
    shifted = samples.edge_index - ((samples.edge_index > gone) & (gone >= 0))
    return replace(
        samples,
        features=samples.features[stays],
        edge_index=shifted[:, kept].astype(np.int32),
        edge_weight=samples.edge_weight[kept],
        n_nodes=samples.n_nodes - (nodes >= 0),
        n_edges=np.bincount(of_edge[kept], minlength=len(samples)),
        edge_features=None if samples.edge_features is None else samples.edge_features[kept],
    )


def pairs_as_listed(values: np.ndarray, ends: np.ndarray, graph: Graph) -> np.ndarray:
    """The value of its pair for each edge that a graph lists; 0 where the weights of its edges cancel.

    `values` has one number a pair, `ends` are those of `Pairs`, for this graph.
    """
    key = np.array([graph.n_nodes, 1])
    return _looked_up(values, key @ ends, key @ np.sort(graph.edge_index, axis=0))


def edges_as_listed(values: np.ndarray, sample: GraphSamples, graph: Graph, flow: str) -> np.ndarray:
    """The values of a sample's edges, one for each edge that the graph lists.

    Parallel edges, where the sample has their sum, share its value by their weights; what is no edge, because its
    weight is 0 or is cancelled by another, has the value 0.
    """
    collecting = graph.edge_index[::-1] if flow == "source_to_target" else graph.edge_index
    key = np.array([graph.n_nodes, 1])
    listed, known = key @ collecting, key @ sample.edge_index.astype(np.int64)
    if sample.edge_features is None:
        share = graph.edge_weight / _looked_up(sample.edge_weight, known, listed, otherwise=1)
        return _looked_up(values, known, listed) * share
    order = np.argsort(listed, kind="stable")  # as edges were sorted on the way in
    found = np.zeros(graph.n_edges, values.dtype)
    found[order[graph.edge_weight[order] != 0]] = values
    return found


def _looked_up(values: np.ndarray, known: np.ndarray, wanted: np.ndarray, otherwise: float = 0) -> np.ndarray:
    """The value of each wanted key, where it is among the sorted known ones."""
    if not len(known):
        return np.full(len(wanted), otherwise, values.dtype)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, values[place], np.asarray(otherwise, values.dtype))
