"""Convolutional networks over one large graph, as a regressor of its nodes."""

from __future__ import annotations

from skmlbio.base import RegressorBase, with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.estimators._node_attributions import AttributedNodes
from skmlbio.estimators._node_input import nodes_of
from skmlbio.estimators._node_network import NodeNetwork


@with_parameters
class GCNNodeRegressor(AttributedNodes, NodeNetwork, RegressorBase):
    """Predict numbers for the nodes of one graph with a graph convolutional network.

    As in `GCNNodeClassifier`, the samples are nodes of the graph that is a parameter, by name or position; those that
    are not in X take part without a number, and ``predict(X, graph=other)`` answers for another graph.

    See Also
    --------
    GCNNodeClassifier : The same for classes.
    skmlbio.graphs.as_graph : Turns a graph of another library into a `Graph`.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio import GCNNodeRegressor
    >>> from skmlbio.graphs import Graph
    >>> place = np.arange(60)
    >>> ring = Graph(np.cos(place / 60 * 2 * np.pi)[:, None], [place, (place + 1) % 60])
    >>> y = ring.features[(place + 1) % 60, 0]  # what the next node has
    >>> GCNNodeRegressor(ring, random_state=0).fit(place[::2], y[::2]).score(place[1::2], y[1::2]) > 0.9
    True
    """

    @completed_by(RegressorBase.predict)
    def predict(self, X, graph=None):
        """Return the target of every node.

        Parameters
        ----------
        X : array-like of shape (n_samples,)
            Nodes.
        graph : like `graph`, optional
            Another graph that they are of.
        """
        return super().predict(nodes_of(X, graph))

    @completed_by(RegressorBase.score, predict)
    def score(self, X, y, sample_weight=None, graph=None):
        """Return the coefficient of determination, averaged over targets."""
        return super().score(nodes_of(X, graph), y, sample_weight)
