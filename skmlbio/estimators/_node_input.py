"""Nodes of one graph as what an estimator takes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from skmlbio.base import parameter, with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.base._export import ExportMixin
from skmlbio.base._fit_data import said_of
from skmlbio.estimators._graph_input import GraphInput, feature_statistics
from skmlbio.estimators._node_data import NodeData, OneGraph
from skmlbio.graphs import Graph, as_graph, ensure_graphs
from skmlbio.graphs._ensure_nodes import ensure_nodes
from skmlbio.training._batches import Arrays, aligned


class NodesOf(NamedTuple):
    """Nodes, and the graph that they are of; None stands for that of the estimator."""

    X: Any
    graph: Any


def nodes_of(X: Any, graph: Any) -> NodesOf:
    """Return nodes with their graph; those that have one keep it, where one method asks another."""
    return X if isinstance(X, NodesOf) else NodesOf(X, graph)


@with_parameters
class NodeInput(GraphInput):
    """X is an array of nodes of a graph that is a parameter.

    Parameters
    ----------
    graph : Graph, networkx graph, spektral.data.Graph, or pair (features, adjacency)
        The graph that all samples are nodes of; see `skmlbio.graphs.as_graph`, which converts it once and for all.  A
        `Graph` is not copied by clones.  Sparse features stay sparse.
    unknown : {"error", "mask"}
        What to do about a node or edge of another type in another graph: refuse the graph, or treat it as one of no
        type.
    standardize : bool
        Whether numeric features of nodes and of edges are brought to mean 0 and variance 1, over all of the graph;
        those that are 0 or 1 stay as they are.  Those that are sparse, such as bags of words, would not stay so: each
        node's are divided by the sum of their absolute values.

    Attributes
    ----------
    graph_ : Graph
        The graph of the fit, which is asked about until the next one, whatever becomes of `graph`.
    """

    graph: Any = parameter(default=None, allowed="no_validation", kw_only=False)

    def _encoded(self, *given, reset):
        self.graph_ = self._as_graph(self.graph)
        return super()._encoded(*given, reset=reset)

    def _encode(self, X, *, reset):
        X, graph = X if isinstance(X, NodesOf) else (X, None)
        graph = self.graph_ if graph is None else self._as_graph(graph)
        return NodeData(self._laid_out(graph, reset=reset), self._places(X, graph))

    def _laid_out(self, graph: Graph, *, reset: bool) -> OneGraph:
        """Return the network's inputs that describe a graph; those of the graph of the fit are kept, not in pickles."""
        settings = self.flow, self.node_embedding_dim is None, bool(self.standardize)
        kept = vars(self).get("_kept_graph")
        if not reset and kept is not None and kept[0] is graph and kept[1] == settings:
            return kept[2]
        one = self._encoded_graph(graph, reset=reset)
        if graph is self.graph_:
            self._kept_graph = graph, settings, one
        return one

    def __getstate__(self):
        state = super().__getstate__()
        return state | {"_kept_graph": None} if "_kept_graph" in state else state

    def _places(self, X: Any, graph: Graph) -> np.ndarray:
        """Return the positions of samples in the graph."""
        return ensure_nodes(X, graph)

    def _as_graph(self, graph: Any) -> Graph:
        if graph is None:
            raise ValueError(f"graph is None; {type(self).__name__} needs the graph whose nodes are the samples.")
        return as_graph(
            graph,
            node_attributes=self.node_attributes,
            edge_attribute=self.edge_attribute,
            edge_attributes=self.edge_attributes,
        )

    def _encoded_graph(self, graph: Graph, *, reset: bool) -> OneGraph:
        """Check a graph and return the network's inputs that describe it."""
        with said_of({"graph 0": "graph"}):
            samples = ensure_graphs(
                [graph],
                flow=self.flow,
                node_types=self.node_types if reset else self.node_types_,
                node_encoding="one_hot" if self.node_embedding_dim is None else "ids",
                unknown="error" if reset else self.unknown,
                n_features=None if reset or self.node_types_ is not None else self.n_features_in_,
                accept_sparse=True,
                **self._known_of_edges(reset),
            )
        if reset:
            self._learn_kinds(samples)
        if not self._uses_edge_features():
            samples = samples.without_edge_features()
        edge_features = (
            () if samples.edge_features is None else (self._scaled_features(samples.edge_features, "edges"),)
        )
        return OneGraph(
            tuple(aligned(array) for array in self._encoded_features(samples.features)),
            aligned(samples.edge_index.T.astype(np.int64)),
            aligned(samples.edge_weight),
            tuple(aligned(array) for array in edge_features),
            aligned(np.array(graph.n_nodes, np.int64)),
        )

    def _learn_kinds(self, samples):
        super()._learn_kinds(samples)
        self._features_are_sparse = sparse.issparse(samples.features)
        self._feature_statistics = {}  # of dense features: what they are centred and scaled by
        if self._standardizes() and not self._features_are_sparse:
            self._feature_statistics["nodes"] = feature_statistics(samples.features, np.ones(len(samples.features)))
        if self._standardizes_edges():
            self._feature_statistics["edges"] = feature_statistics(
                samples.edge_features, np.ones(len(samples.edge_features))
            )

    def _scaled_features(self, features: np.ndarray, kind: str) -> np.ndarray:
        mean, scale = self._feature_statistics.get(kind, (0.0, 1.0))
        return ((features - mean) / scale).astype(np.float32)

    def _encoded_features(self, features: Any) -> Arrays:
        if self.node_types_ is not None:
            return (features,)
        if not self._features_are_sparse:
            return (self._scaled_features(features.toarray() if sparse.issparse(features) else features, "nodes"),)
        entries = sparse.coo_array(features)
        values = entries.data
        if self.standardize:
            totals = np.bincount(entries.row, np.abs(values), features.shape[0])
            values = values / np.where(totals == 0, 1, totals)[entries.row]
        return np.stack([entries.row, entries.col], axis=1).astype(np.int64), values.astype(np.float32)

    def _adapted(self, training):
        # The network gets what is standardised already: not all of it at each step.
        return super(GraphInput, self)._adapted(training)

    def _node_arguments(self):
        of_graphs = super()._node_arguments()
        kept = ("n_features", "n_types", "node_embedding_dim", "n_edge_features")
        return {name: of_graphs[name] for name in kept} | {"sparse": self._features_are_sparse}

    def _entrances(self, network):
        from skmlbio.estimators._node_entrance import other_graph_entrance, own_graph_entrance

        graph = self._laid_out(self.graph_, reset=False)
        return {"": own_graph_entrance(network, graph), "_graph": other_graph_entrance(self)}

    @completed_by(ExportMixin.export_saved_model)
    def export_saved_model(self, path, *, overwrite=False, version=None):
        """Write the network as a SavedModel, which TensorFlow alone can serve, without skmlbio and without Keras.

        It holds the graph.  The signatures ``predict`` and, of a classifier, ``predict_proba`` and
        ``decision_function`` take ``nodes`` of shape (n_samples,), int32, positions in that graph, whatever its nodes
        are called.  ``serving_default`` is ``predict``.

        The signatures ``predict_graph`` and so on answer for nodes of another graph, which comes with them:
        ``node_features`` of shape (n_nodes, n_features), float64 (float32 unless `standardize`), dense, or
        ``node_types`` of shape (n_nodes,), strings or int64; ``edge_index`` of shape (2, n_edges), int32, where each
        edge stands once, an undirected one once in each direction; ``edge_weight`` of shape (n_edges,), float32; and
        ``edge_features`` or ``edge_types``, where the network uses them.

        The output has the name of the method; labels are what they were in `fit`, strings as ``tf.string``.  Nodes that
        are not in the graph, features that are not finite, edges that point past the nodes, and, unless
        ``unknown="mask"``, unknown node types stop a call with an error.
        """
        super().export_saved_model(path, overwrite=overwrite, version=version)
