"""Convolutional networks over lists of graphs, as a regressor."""

from __future__ import annotations

from skmlbio.base import RegressorBase, parameter, with_parameters
from skmlbio.estimators._graph_network import GraphNetwork


@with_parameters
class GCNRegressor(GraphNetwork, RegressorBase):
    """Predict numbers from graphs with a graph convolutional network.

    Nodes collect from their neighbours, layer by layer, h_i = σ(normalize(conv(h_(i-1), A))); the nodes of each layer
    are pooled, h_i to one vector a graph, and dense layers read the numbers from these vectors [1]_ [2]_.  Pooling by
    ``"sum"`` suits numbers that grow with the graph, by ``"mean"`` those that do not; by default all are at hand.

    X is a list of graphs, as `GCNClassifier` takes them.

    See Also
    --------
    GCNClassifier : The same for classes.
    skmlbio.graphs.ensure_graphs : What counts as a list of graphs.

    References
    ----------
    .. [1] Gilmer et al.: Neural message passing for quantum chemistry. ICML (2017).
    .. [2] Xu et al.: How powerful are graph neural networks? ICLR (2019).

    Examples
    --------
    >>> import networkx
    >>> from skmlbio import GCNRegressor
    >>> graphs = [networkx.gnp_random_graph(n, 0.2, seed=n) for n in range(5, 45)]
    >>> y = [graph.number_of_edges() / graph.number_of_nodes() for graph in graphs]
    >>> regressor = GCNRegressor(epochs=60, random_state=0).fit(graphs, y)
    >>> regressor.score(graphs, y) > 0.8
    True
    """

    readout_dropout: float = parameter(default=0.0)
