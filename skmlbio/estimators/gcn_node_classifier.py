"""Convolutional networks over one large graph, as a classifier of its nodes."""

from __future__ import annotations

from skmlbio.base import with_parameters
from skmlbio.estimators._node_attributions import AttributedNodes
from skmlbio.estimators._node_classifier import NodeClassifier


@with_parameters
class GCNNodeClassifier(AttributedNodes, NodeClassifier):
    """Classify the nodes of one graph with a graph convolutional network.

    The samples are nodes, so that scikit-learn splits, searches and scores over nodes as over any samples: X has their
    names, where the graph has names, or else their positions, and y their labels.  The graph itself is a parameter.
    Nodes that are not in X take part without a label: all of the graph is seen in training (transductive) [1]_.  Of
    another graph, with features of the same kind, ``predict(X, graph=other)`` classifies the nodes (inductive).

    Nodes collect from their neighbours, layer by layer, h_i = dropout(σ(conv(h_(i-1), A))), and a last convolution
    gives the classes.  Features and edges stay sparse: time and memory grow with the number of nodes and edges.  What
    is predicted for a node does not depend on which others are asked for.

    See Also
    --------
    GCNNodeRegressor : The same for numbers.
    GCNLinkPredictor : Which nodes are joined.
    skmlbio.graphs.as_graph : Turns a graph of another library into a `Graph`.

    References
    ----------
    .. [1] Kipf, Welling: Semi-supervised classification with graph convolutional networks. ICLR (2017).

    Examples
    --------
    >>> import networkx
    >>> from sklearn.model_selection import cross_val_score
    >>> from skmlbio import GCNNodeClassifier
    >>> blocks = networkx.stochastic_block_model([30, 30], [[0.3, 0.02], [0.02, 0.3]], seed=0)
    >>> for node in blocks:
    ...     blocks.nodes[node]["name"] = node
    >>> classifier = GCNNodeClassifier(blocks, node_attributes="name", random_state=0)
    >>> classifier.fit([0, 1, 30, 31], ["left", "left", "right", "right"]).predict([2, 3, 58, 59])
    array(['left', 'left', 'right', 'right'], dtype='<U5')
    """
