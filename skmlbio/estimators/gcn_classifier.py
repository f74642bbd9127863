"""Convolutional networks over lists of graphs, as a classifier."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.estimators._graph_network import GraphNetwork


@with_parameters
class GCNClassifier(GraphNetwork, ClassifierBase):
    """Classify graphs with a graph convolutional network.

    Nodes collect from their neighbours, layer by layer, h_i = σ(normalize(conv(h_(i-1), A))); the nodes of each layer
    are pooled, h_i to one vector a graph, and dense layers read the classes from these vectors [1]_ [2]_.  Small graphs
    are trained in padded batches, large ones as lists of edges; what is predicted for a graph does not depend on the
    graphs beside it.

    X is a list of graphs: `skmlbio.graphs.Graph`, networkx graphs, ``spektral.data.Graph``, or pairs (node features,
    adjacency); see `skmlbio.graphs.ensure_graphs`.  Nodes carry numeric features or types, all integers or all strings;
    so may edges, which are used by default, and by the convolutions "gine", "ecc" and "gated" [3]_ [4]_ [5]_.  Along a
    directed edge (source, target), the source collects from the target, which is opposite to PyTorch Geometric's
    default; `flow` turns it round.

    See Also
    --------
    GCNRegressor : The same for numbers.
    skmlbio.graphs.ensure_graphs : What counts as a list of graphs.

    References
    ----------
    .. [1] Kipf, Welling: Semi-supervised classification with graph convolutional networks. ICLR (2017).
    .. [2] Xu et al.: How powerful are graph neural networks? ICLR (2019).
    .. [3] Hu et al.: Strategies for pre-training graph neural networks. ICLR (2020).
    .. [4] Simonovsky, Komodakis: Dynamic edge-conditioned filters in convolutional neural networks on graphs. CVPR
       (2017).
    .. [5] Dwivedi et al.: Benchmarking graph neural networks. arXiv:2003.00982 (2020).

    Examples
    --------
    >>> import networkx
    >>> from skmlbio import GCNClassifier
    >>> rings = [networkx.cycle_graph(n) for n in range(4, 24, 2)]
    >>> chains = [networkx.path_graph(n) for n in range(4, 24, 2)]
    >>> y = ["ring"] * 10 + ["chain"] * 10
    >>> classifier = GCNClassifier(epochs=100, random_state=0).fit(rings + chains, y)
    >>> classifier.predict([networkx.cycle_graph(15), networkx.path_graph(15)])
    array(['ring', 'chain'], dtype='<U5')
    """
