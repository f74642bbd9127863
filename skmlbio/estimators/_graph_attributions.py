"""How much each node and each edge of a graph counts for what a network answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skmlbio.base._docstrings import completed_by
from skmlbio.base._range import require_answers
from skmlbio.estimators._explained_output import (
    chosen_outputs,
    explained,
    explained_head,
    finite_numbers,
    require_choice,
    units_of,
)
from skmlbio.estimators._path_integral import MOST_POINTS, number_of_points, path_integral, slope_at_the_end
from skmlbio.graphs import GraphAttributions, GraphSamples, flat_batch
from skmlbio.graphs._ensure_graphs import listed_graphs
from skmlbio.graphs._graph_samples import positions
from skmlbio.graphs._occlusion import edges_as_listed, joined_pairs, pairs_as_listed

_METHODS = ("integrated_gradients", "gradient_times_input", "occlusion")
_NUMBERS_AT_ONCE = 2**18  # nodes and edges of graphs that pass together
_WIDTH_OF_A_NODE = 64  # of features
_ENTRIES_KEPT = 2**26  # of the gradients of some graphs at all points


class Explanations:
    """What explanations of whole graphs and of their nodes share."""

    def _occluded(self, data: Any, head: str, answers: NDArray, chosen: NDArray) -> list[tuple[NDArray, ...]]:
        """Return what is lost without each node, and each pair of joined nodes, and the ends of these, by graph."""
        samples = data.samples
        pairs = joined_pairs(samples)
        owners, places = positions(samples.n_nodes + pairs.n_pairs)
        is_node = places < samples.n_nodes[owners]
        nodes, parted = np.where(is_node, places, -1), np.full((2, len(owners)), -1)
        parted[:, ~is_node] = pairs.ends
        losses = np.zeros(len(owners), answers.dtype)
        for n in _chunks(_sizes(samples)[owners], _NUMBERS_AT_ONCE):
            left = require_answers(self._ask_encoded(head, data.without(owners[n], nodes[n], parted[:, n])))
            losses[n] = np.sum((answers[owners[n]] - left) * chosen[owners[n]], axis=1)
        of_pairs = (losses[~is_node], pairs.ends)
        return list(
            zip(
                _by_graph(losses[is_node], samples.n_nodes),
                *(_by_graph(each, pairs.n_pairs) for each in of_pairs),
                strict=True,
            )
        )

    def _along_paths(self, samples, head, chosen, integrate) -> list[tuple[NDArray, NDArray]]:
        """Return what comes of slopes on the way to each graph by a function `integrate(evaluate, n_graphs)`."""
        found: list[Any] = [None] * len(samples)
        sizes, units = samples.n_nodes + samples.n_edges, units_of(self, chosen)
        order = np.argsort(sizes, kind="stable")
        for n in _chunks(sizes[order] * MOST_POINTS, _ENTRIES_KEPT):
            rows = order[n]
            evaluate = functools.partial(self._slopes_at, head, chosen[rows], samples[rows])
            first = samples.n_nodes[rows].max()
            for row, of_graph in zip(rows, integrate(evaluate, len(rows)), strict=True):
                of_graph = units[row] * of_graph
                found[row] = of_graph[: samples.n_nodes[row]], of_graph[first : first + samples.n_edges[row]]
        return found

    def _slopes_at(self, head, chosen, samples, numbers, shares) -> tuple[NDArray, NDArray]:
        """Return values and slopes for some of the graphs, by number, at some shares of the way to them.

        Slopes are those of nodes, and behind the place of the last node of any graph those of edges.
        """
        from skmlbio.training._graph_gradients import graph_gradients

        n_nodes, n_edges = samples.n_nodes, samples.n_edges
        parts = _chunks(_sizes(samples)[numbers], _NUMBERS_AT_ONCE)
        inputs = ((*flat_batch(samples[numbers[n]]), shares[n], chosen[numbers[n]]) for n in parts)
        values, slopes = [], []
        asked = graph_gradients(self.blueprint_, head, self.weights_, inputs)
        for n, (value, of_nodes, of_edges) in zip(parts, asked, strict=True):
            padded = np.zeros((len(n), n_nodes.max() + n_edges.max()), of_nodes.dtype)
            padded[positions(n_nodes[numbers[n]])] = of_nodes
            graph, edge = positions(n_edges[numbers[n]])
            padded[graph, n_nodes.max() + edge] = of_edges
            values.append(value)
            slopes.append(padded)
        return np.concatenate(values), np.concatenate(slopes)


class AttributedGraphs(Explanations):
    """What tells of a fitted network of graphs which nodes and edges count."""

    @completed_by(explained)
    def attributions(
        self,
        X: Any,
        *,
        method: str = "integrated_gradients",
        target: Any = None,
        n_steps: int | Literal["auto"] = "auto",
    ) -> list[GraphAttributions]:
        """Return how much each node and each edge of a graph counts for what the network answers.

        What is explained is f, a number: of a classifier the logit of a class, of a regressor its answer.  h are the
        vectors with which nodes enter the first convolution: standardised features, one-hot or learned vectors of
        types.  g are gates at the edges, by which the messages along them are multiplied, in all layers; without
        gates, all are 1.

        - ``"occlusion"``: f(graph) - f(graph without it) [1]_.  A node is taken out with its edges; all edges between
          two nodes, both ways, are taken out together, and each has the number of all.
        - ``"gradient_times_input"``: of a node h · ∂f/∂h, of an edge ∂f/∂g, one pass [2]_.
        - ``"integrated_gradients"``: of a node h · ∫ ∂f/∂h(αh, αg) dα, of an edge ∫ ∂f/∂g(αh, αg) dα for α from 0 to 1
          [3]_.  All numbers of a graph sum to f(graph) - f(graph with vectors of zeros, without messages).

        Parameters
        ----------
        X : list of n_graphs graphs
            As in `fit`.
        method : {"integrated_gradients", "gradient_times_input", "occlusion"}, default="integrated_gradients"
            What is computed.

        Returns
        -------
        list of n_graphs GraphAttributions
            ``nodes`` of shape (n_nodes,) and ``edges`` of shape (n_edges,), float32 for a classifier, float64 for a
            regressor, in the units of f and in the order of the graph; `skmlbio.graphs.as_graph` tells how other
            kinds of graphs are listed.  Edges that are listed twice share the number of their sum by their weights,
            unless they have features.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If an argument is none of these, or an attribution no finite number.

        See Also
        --------
        skmlbio.GraphDisplay : Draws what this returns for a graph.

        References
        ----------
        .. [1] Zeiler and Fergus: Visualizing and understanding convolutional networks. ECCV (2014).
        .. [2] Shrikumar et al.: Not just a black box: learning important features through propagating activation
           differences. arXiv:1605.01713 (2016).
        .. [3] Sundararajan et al.: Axiomatic attribution for deep networks. ICML (2017).
        """
        check_is_fitted(self, "weights_")
        integrate = chosen_method(method, n_steps)
        graphs = listed_graphs(X, self.node_attributes, self.edge_attribute, self.edge_attributes)
        data, head = self._samples(graphs), explained_head(self)
        answers = require_answers(self._ask_encoded(head, data))
        chosen = chosen_outputs(self, target, answers)
        if integrate is None:
            found = [
                (of_nodes, pairs_as_listed(of_pairs, ends, graph))
                for (of_nodes, of_pairs, ends), graph in zip(
                    self._occluded(data, head, answers, chosen), graphs, strict=True
                )
            ]
        else:
            found = [
                (of_nodes, edges_as_listed(of_edges, data.samples[[row]], graphs[row], self.flow))
                for row, (of_nodes, of_edges) in enumerate(self._along_paths(data.samples, head, chosen, integrate))
            ]
        return [finite(*of_graph, f"graph {row}", answers.dtype) for row, of_graph in enumerate(found)]


def _chunks(sizes: NDArray[np.integer], most: int) -> list[NDArray[np.integer]]:
    """Cut 0 to n - 1, things of some sizes, into what has about the size `most`, or one thing."""
    filled = np.cumsum(sizes) // most
    return np.split(np.arange(len(sizes)), np.flatnonzero(np.diff(filled)) + 1)


def _by_graph(values: NDArray, lengths: NDArray[np.integer]) -> list[NDArray]:
    """Cut values that follow each other along the last axis into those of each graph."""
    return np.split(values, np.cumsum(lengths)[:-1], axis=-1)


def _sizes(samples: GraphSamples) -> NDArray[np.integer]:
    """How much each graph is: its nodes and edges, where wide features count as several nodes."""
    width = samples.features.shape[1] if samples.features.ndim == 2 else 1
    return samples.n_nodes * (1 + width // _WIDTH_OF_A_NODE) + samples.n_edges


def chosen_method(method: Any, n_steps: Any) -> Callable | None:
    """Return how slopes on the way to a graph become numbers; None for occlusion, which takes none."""
    require_choice("method", method, _METHODS)
    n_points = number_of_points(n_steps)
    of_gradients = {
        "integrated_gradients": functools.partial(path_integral, n_steps=n_points),
        "gradient_times_input": slope_at_the_end,
    }
    return of_gradients.get(method)


def finite(nodes: NDArray, edges: NDArray, whose: str, dtype: np.dtype) -> GraphAttributions:
    """Return finite numbers as attributions; raise a ValueError for others."""
    return GraphAttributions(*(finite_numbers(each, whose).astype(dtype, copy=False) for each in (nodes, edges)))
