"""How much the nodes and edges of one graph count for what a network answers about one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from skmlbio.base._docstrings import completed_by
from skmlbio.base._range import require_answers
from skmlbio.estimators._explained_output import chosen_outputs, explained, explained_head
from skmlbio.estimators._graph_attributions import Explanations, chosen_method, finite
from skmlbio.estimators._node_data import OneGraph
from skmlbio.estimators._node_input import nodes_of
from skmlbio.graphs import GraphAttributions, GraphSamples, flat_batch
from skmlbio.graphs._graph_samples import starts
from skmlbio.graphs._occlusion import edges_as_listed, left_without, pairs_as_listed
from skmlbio.training._batches import Bucket


class AttributedNodes(Explanations):
    """What tells of a fitted network of one graph which of its nodes and edges count for an answer."""

    @completed_by(explained)
    def attributions(
        self,
        X: Any,
        graph: Any = None,
        *,
        method: str = "integrated_gradients",
        target: Any = None,
        n_steps: int | Literal["auto"] = "auto",
    ) -> list[GraphAttributions]:
        """Return how much each node and each edge of the graph counts for what the network answers about a node.

        The methods are those of `GCNClassifier.attributions`.  Only the neighbourhood that convolutions reach counts,
        and only it is computed; all else has the number 0.  By occlusion, the node that is asked about cannot be taken
        out: it loses its features.

        Parameters
        ----------
        X : array-like of shape (n_samples,)
            Nodes.
        graph : like `graph`, optional
            Another graph that they are of.
        method : {"integrated_gradients", "gradient_times_input", "occlusion"}, default="integrated_gradients"
            What is computed.

        Returns
        -------
        list of n_samples GraphAttributions
            For each of X, ``nodes`` of shape (n_nodes,) and ``edges`` of shape (n_edges,), float32 for a classifier,
            float64 for a regressor, in the units of f and in the order of the graph.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If an argument is none of these, or an attribution no finite number.

        See Also
        --------
        skmlbio.GraphDisplay : Draws what this returns for a node.
        """
        check_is_fitted(self, "weights_")
        integrate = chosen_method(method, n_steps)
        listed = self.graph_ if graph is None else self._as_graph(graph)
        data, head = self._samples(nodes_of(X, listed)), explained_head(self)
        answers = require_answers(self._ask_encoded(head, data))
        chosen = chosen_outputs(self, target, answers)
        whole = _as_samples(data.graph, self.n_features_in_)
        found = []
        for row, (near, nodes, edges) in enumerate(_neighbourhoods(data.graph, whole, data.places, self._reach() + 1)):
            of_all = np.zeros(listed.n_nodes)
            if integrate is None:
                asked = _FirstNodes(near), head, answers[[row]], chosen[[row]]
                ((of_all[nodes], of_pairs, ends),) = self._occluded(*asked)
                ends = np.sort(nodes[ends], axis=0)
                order = np.lexsort(ends[::-1])
                of_edges = pairs_as_listed(of_pairs[order], ends[:, order], listed)
            else:
                of_whole = np.zeros(len(whole.edge_weight))
                ((of_all[nodes], of_whole[edges]),) = self._along_paths(near, head, chosen[[row]], integrate)
                of_edges = edges_as_listed(of_whole, whole, listed, self.flow)
            found.append(finite(of_all, of_edges, f"node {row}", answers.dtype))
        return found

    def _reach(self) -> int:
        """Return over how many edges all convolutions together may collect."""
        return self._n_hops() * (len(self.hidden_layer_sizes) + 1)


class _FirstNodes:
    """The engine's view of graphs whose first nodes are asked about."""

    def __init__(self, samples: GraphSamples):
        self.samples = samples

    def buckets(self) -> list[Bucket]:
        return [Bucket(np.arange(len(self.samples)), lambda rows: flat_batch(self.samples[rows]), "flat")]

    def without(self, rows: np.ndarray, nodes: np.ndarray, pairs: np.ndarray) -> _FirstNodes:
        """Return graphs without some of their nodes and edges; the first node stays, without its features."""
        left = left_without(self.samples[rows], np.where(nodes == 0, -1, nodes), pairs)
        features = left.features.copy()
        features[starts(left.n_nodes)[nodes == 0]] = 0
        return _FirstNodes(replace(left, features=features))


def _as_samples(graph: OneGraph, n_features: int) -> GraphSamples:
    """The graph as samples of one, whose sparse features stay sparse."""
    features = graph.nodes[0]
    n_nodes = int(graph.n_nodes)
    if len(graph.nodes) == 2:
        places, values = graph.nodes
        features = sparse.csr_array((values, (places[:, 0], places[:, 1])), (n_nodes, n_features))
    edge_features = graph.edge_features[0] if graph.edge_features else None
    counts = np.array([n_nodes]), np.array([len(graph.weights)])
    return GraphSamples(features, graph.edges.T, graph.weights, *counts, None, edge_features)


def _neighbourhoods(
    graph: OneGraph, whole: GraphSamples, places: NDArray[np.integer], n_hops: int
) -> Iterator[tuple[GraphSamples, NDArray[np.integer], NDArray[np.bool_]]]:
    """Yield, for each place, the graph of what is at most so many edges away, its nodes, and which edges it has."""
    n_nodes = int(graph.n_nodes)
    (first, second), ones = whole.edge_index, np.ones(len(graph.weights), bool)
    joined = sparse.csr_array((ones, (first, second)), (n_nodes, n_nodes))
    joined = sparse.csr_array(joined + joined.T)
    for place in places:
        inside = np.zeros(n_nodes, bool)
        inside[place] = True
        for _ in range(n_hops):
            inside[joined[np.flatnonzero(inside)].indices] = True
        nodes = np.flatnonzero(inside)
        nodes = np.concatenate([[place], nodes[nodes != place]])
        number = np.zeros(n_nodes, np.int32)
        number[nodes] = np.arange(len(nodes))
        edges = inside[first] & inside[second]
        features = whole.features[nodes]
        near = GraphSamples(
            features.toarray() if sparse.issparse(features) else features,
            number[whole.edge_index[:, edges]],
            graph.weights[edges],
            np.array([len(nodes)]),
            np.array([edges.sum()]),
            None,
            None if whole.edge_features is None else whole.edge_features[edges],
        )
        yield near, nodes, edges
