"""Nodes of one graph as what an estimator takes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from skmlbio.base import parameter, with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.base._export import ExportMixin
from skmlbio.base._fit_data import column_statistics, said_of
from skmlbio.estimators._graph_input import GraphInput
from skmlbio.estimators._node_data import NodeData
from skmlbio.graphs import Graph, as_graph, ensure_graphs
from skmlbio.graphs._ensure_nodes import ensure_nodes
from skmlbio.training._batches import ArrayData, Arrays, aligned


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
        What to do about a node of another type in another graph: refuse the graph, or treat the node as one of no type.
    standardize : bool
        Whether numeric node features are brought to mean 0 and variance 1, over all nodes of the graph.  Those that are
        sparse, such as bags of words, would not stay so: each node's are divided by the sum of their absolute values.
    """

    graph: Any = parameter(default=None, allowed="no_validation", kw_only=False)

    def _encode(self, X, *, reset):
        X, graph = X if isinstance(X, NodesOf) else (X, None)
        graph = self._as_graph(self.graph if graph is None else graph)
        return NodeData(self._encoded_graph(graph, reset=reset), self._places(X, graph))

    def _places(self, X: Any, graph: Graph) -> np.ndarray:
        """Return the positions of samples in the graph."""
        return ensure_nodes(X, graph)

    def _as_graph(self, graph: Any) -> Graph:
        if graph is None:
            raise ValueError(f"graph is None; {type(self).__name__} needs the graph whose nodes are the samples.")
        return as_graph(graph, node_attributes=self.node_attributes, edge_attribute=self.edge_attribute)

    def _encoded_graph(self, graph: Graph, *, reset: bool) -> Arrays:
        """Check a graph and return the network's inputs that describe it."""
        with said_of("graph 0", "graph"):
            samples = ensure_graphs(
                [graph],
                flow=self.flow,
                node_types=self.node_types if reset else self.node_types_,
                node_encoding="one_hot" if self.node_embedding_dim is None else "ids",
                unknown="error" if reset else self.unknown,
                n_features=None if reset or self.node_types_ is not None else self.n_features_in_,
                accept_sparse=True,
            )
        if reset:
            self.node_types_ = samples.node_types
            self.n_features_in_ = samples.features.shape[1] if samples.node_types is None else 1
            self._features_are_sparse = sparse.issparse(samples.features)
            self._feature_statistics = self._statistics(samples.features)
        edges = samples.edge_index.T.astype(np.int64), samples.edge_weight
        arrays = *self._encoded_features(samples.features), *edges, np.array(graph.n_nodes, np.int64)
        return tuple(aligned(array) for array in arrays)

    def _statistics(self, features: Any) -> tuple[np.ndarray, np.ndarray] | None:
        """Return what dense numbers are centred and scaled by; a constant is scaled to 1, as in `GraphInput`."""
        if not self.standardize or self.node_types_ is not None or self._features_are_sparse:
            return None
        mean, deviation = column_statistics(ArrayData(features), np.ones(len(features)))
        constant = deviation == 0
        return np.where(constant, 0.0, mean), np.where(constant, np.where(mean == 0, 1.0, np.abs(mean)), deviation)

    def _encoded_features(self, features: Any) -> Arrays:
        if self.node_types_ is not None:
            return (features,)
        if not self._features_are_sparse:
            dense = features.toarray() if sparse.issparse(features) else features
            mean, scale = self._feature_statistics or (0.0, 1.0)
            return (((dense - mean) / scale).astype(np.float32),)
        entries = sparse.coo_array(features)
        values = entries.data
        if self.standardize:
            totals = np.bincount(entries.row, np.abs(values), features.shape[0])
            values = values / np.where(totals == 0, 1, totals)[entries.row]
        return np.stack([entries.row, entries.col], axis=1).astype(np.int64), values.astype(np.float32)

    def _standardizes(self):
        return False  # the network gets what is standardised already

    def _entrances(self, network):
        from skmlbio.estimators._node_entrance import other_graph_entrance, own_graph_entrance

        arrays = self._encoded_graph(self._as_graph(self.graph), reset=False)
        return {"": own_graph_entrance(network, arrays), "_graph": other_graph_entrance(self)}

    @completed_by(ExportMixin.export_saved_model)
    def export_saved_model(self, path, *, overwrite=False):
        """Write the network as a SavedModel, which TensorFlow alone can serve, without skmlbio and without Keras.

        It holds the graph.  The signatures ``predict`` and, of a classifier, ``predict_proba`` and
        ``decision_function`` take ``nodes`` of shape (n_samples,), int32, positions in that graph, whatever its nodes
        are called.  ``serving_default`` is ``predict``.

        The signatures ``predict_graph`` and so on answer for nodes of another graph, which comes with them:
        ``node_features`` of shape (n_nodes, n_features), float64 (float32 unless `standardize`), dense, or
        ``node_types`` of shape (n_nodes,), strings or int64; ``edge_index`` of shape (2, n_edges), int32, where each
        edge stands once, an undirected one once in each direction; and ``edge_weight`` of shape (n_edges,), float32.

        The output has the name of the method; labels are what they were in `fit`, strings as ``tf.string``.  Nodes that
        are not in the graph, features that are not finite, edges that point past the nodes, and, unless
        ``unknown="mask"``, unknown node types stop a call with an error.
        """
        super().export_saved_model(path, overwrite=overwrite)

    def _node_arguments(self):
        n_types = None if self.node_types_ is None else len(self.node_types_)
        return {
            "n_features": n_types or self.n_features_in_,
            "n_types": n_types,
            "node_embedding_dim": self.node_embedding_dim if n_types else None,
            "sparse": self._features_are_sparse,
        }
