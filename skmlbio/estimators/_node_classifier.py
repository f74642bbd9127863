"""Classifiers of nodes, and of pairs of nodes: each answers for another graph, too."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.base._availability import available_if
from skmlbio.base._classifier import SEVERAL_DECISIONS, _has_one_decision
from skmlbio.base._docstrings import completed_by
from skmlbio.estimators._node_input import nodes_of
from skmlbio.estimators._node_network import NodeNetwork


@with_parameters
class NodeClassifier(NodeNetwork, ClassifierBase):
    """A network of the nodes of one graph that tells classes."""

    @completed_by(ClassifierBase.predict)
    def predict(self, X, graph=None):
        """Return the most probable class of every sample.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or (n_samples, 2)
            Nodes, or pairs of them.
        graph : like `graph`, optional
            Another graph that they are of.
        """
        return super().predict(nodes_of(X, graph))

    @completed_by(ClassifierBase.predict_proba, predict)
    def predict_proba(self, X, graph=None):
        """Return the probability of every class."""
        return super().predict_proba(nodes_of(X, graph))

    @available_if(_has_one_decision, SEVERAL_DECISIONS)
    @completed_by(ClassifierBase.decision_function, predict)
    def decision_function(self, X, graph=None):
        """Return what the network answers before it is turned into probabilities."""
        return super().decision_function(nodes_of(X, graph))

    @completed_by(ClassifierBase.score, predict)
    def score(self, X, y, sample_weight=None, graph=None):
        """Return the share of samples that are right, in all of their labels where they have several."""
        return super().score(nodes_of(X, graph), y, sample_weight)
