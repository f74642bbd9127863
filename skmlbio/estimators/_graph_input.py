"""Lists of graphs as what an estimator takes."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.base._export import ExportMixin
from skmlbio.base._fit_data import column_statistics
from skmlbio.base._layer_parameters import COUNT
from skmlbio.estimators._graph_data import GraphData
from skmlbio.estimators._graph_keywords import GraphKeywords
from skmlbio.graphs import GraphSamples, ensure_graphs
from skmlbio.training._batches import ArrayData


@with_parameters
class GraphInput(GraphKeywords):
    """X is a list of graphs, see `skmlbio.graphs.ensure_graphs`.

    Parameters
    ----------
    node_embedding_dim : int or None
        Where nodes carry types: the length of the vector that is learned for each type; None makes them one-hot.
    node_types : array-like of shape (n_types,) or None
        All node types that will ever come; None takes those of the training graphs.
    unknown : {"error", "mask"}
        What to do in prediction about a node or edge of another type: refuse the graph, or treat it as one of no type.
    edge_types : array-like of shape (n_types,) or None
        All edge types that will ever come; None takes those of the training graphs.
    standardize : bool
        Whether numeric features of nodes and of edges are brought to mean 0 and variance 1 before the network; those
        that are 0 or 1 stay as they are.

    Attributes
    ----------
    n_features_in_ : int
        Number of features of a node; 1 where nodes carry a type.
    node_types_ : ndarray of shape (n_types,) or None
        The sorted node types, where nodes carry types.
    n_edge_features_ : int
        Number of features of an edge, or of edge types; 0 where edges have none, or the network does not use them.
    edge_types_ : ndarray of shape (n_types,) or None
        The sorted edge types, where edges carry types.
    """

    node_embedding_dim: int | None = parameter(default=None, allowed=[*COUNT, None])
    node_types: ArrayLike | None = parameter(default=None, allowed=["array-like", None])
    unknown: Literal["error", "mask"] = parameter(default="error", allowed=[StrOptions({"error", "mask"})])
    edge_types: ArrayLike | None = parameter(default=None, allowed=["array-like", None])
    standardize: bool = parameter(default=True, allowed=["boolean"])

    def _asks_for_edge_features(self) -> bool:
        """Whether a network is wanted that uses features of edges, if there are any."""
        return False

    def _uses_edge_features(self) -> bool:
        """Whether the network of the fit does anything with features of edges."""
        return False

    def _has_vectors_of_edges(self) -> bool:
        """Whether the network computes a vector for each edge, for which matrices of all pairs would be too wide."""
        return self._uses_edge_features()

    def _encode(self, X, *, reset):
        samples = ensure_graphs(
            X,
            node_attributes=self.node_attributes,
            edge_attribute=self.edge_attribute,
            edge_attributes=self.edge_attributes,
            flow=self.flow,
            node_types=self.node_types if reset else self.node_types_,
            node_encoding="one_hot" if self.node_embedding_dim is None else "ids",
            unknown="error" if reset else self.unknown,
            n_features=None if reset or self.node_types_ is not None else self.n_features_in_,
            **self._known_of_edges(reset),
        )
        if reset:
            self._learn_kinds(samples)
        if not self._uses_edge_features():
            samples = samples.without_edge_features()
        if self.node_types_ is None:
            samples = replace(samples, features=samples.features.astype(self._input_dtype, copy=False))
        if self.n_edge_features_:
            samples = replace(samples, edge_features=samples.edge_features.astype(self._edge_dtype, copy=False))
        return GraphData(samples, self._has_vectors_of_edges())

    def _known_of_edges(self, reset: bool) -> dict[str, Any]:
        """Return what `ensure_graphs` is told about edge features; nothing where they are left out."""
        if reset:
            return {"edge_types": self.edge_types} if self._asks_for_edge_features() else {}
        if not (self._asks_for_edge_features() or self._uses_edge_features()):
            return {}
        return {"edge_types": self.edge_types_, "n_edge_features": self.n_edge_features_}

    def _say_that_edge_features_are_left_out(self) -> None:
        warnings.warn(
            f"{type(self).__name__} leaves the features of edges out, because conv={self.conv!r} does not use them: "
            "conv='auto', 'gine', 'ecc' and 'gated' do.",
            UserWarning,
            stacklevel=2,
        )

    def _learn_kinds(self, samples: GraphSamples) -> None:
        """Keep what nodes and edges carry."""
        if samples.edge_features is not None and not self._uses_edge_features():
            self._say_that_edge_features_are_left_out()
            samples = samples.without_edge_features()
        self.node_types_, self.edge_types_ = samples.node_types, samples.edge_types
        self.n_features_in_ = samples.features.shape[1] if samples.node_types is None else 1
        self.n_edge_features_ = 0 if samples.edge_features is None else samples.edge_features.shape[1]
        self._input_dtype = np.float64 if self._standardizes() else np.float32
        self._edge_dtype = np.float64 if self._standardizes_edges() else np.float32

    def _adapted(self, training):
        known, samples = super()._adapted(training), training.data.samples
        if self._standardizes():
            mean, scale = feature_statistics(samples.features, np.repeat(training.weights, samples.n_nodes))
            known |= {"standardize/mean": mean, "standardize/scale": scale}
        if self._standardizes_edges():
            mean, scale = feature_statistics(samples.edge_features, np.repeat(training.weights, samples.n_edges))
            known |= {"standardize_edges/mean": mean, "standardize_edges/scale": scale}
        return known

    def _standardizes(self) -> bool:
        return bool(self.standardize) and self.node_types_ is None

    def _standardizes_edges(self) -> bool:
        return bool(self.standardize) and self.n_edge_features_ > 0 and self.edge_types_ is None

    def _node_arguments(self) -> dict[str, Any]:
        """Return what tells a network about nodes and edges."""
        n_types = None if self.node_types_ is None else len(self.node_types_)
        return {
            "n_features": n_types or self.n_features_in_,
            "n_types": n_types,
            "node_embedding_dim": self.node_embedding_dim if n_types else None,
            "standardize": self._standardizes(),
            "n_edge_features": self.n_edge_features_,
            "standardize_edges": self._standardizes_edges(),
        }

    def _entrances(self, network):
        from skmlbio.estimators._graph_entrance import edge_entrance, graph_entrance, node_entrance

        nodes = node_entrance(
            self.n_features_in_, self.node_types_, self.node_embedding_dim, self.unknown, self._input_dtype
        )
        edges = edge_entrance(self.n_edge_features_, self.edge_types_, self.unknown, self._edge_dtype)
        return {"": graph_entrance(nodes, edges, self.flow)}

    @completed_by(ExportMixin.export_saved_model)
    def export_saved_model(self, path, *, overwrite=False, version=None):
        """Write the network as a SavedModel, which TensorFlow alone can serve, without skmlbio and without Keras.

        It has one signature for each method that answers, ``predict`` and, of a classifier, ``predict_proba`` and
        ``decision_function``, and ``serving_default``, which is ``predict``.  They take any number of graphs joined
        into one: ``node_features`` of shape (n_nodes, n_features), float64 (float32 unless `standardize`), or
        ``node_types`` of shape (n_nodes,), strings or int64; ``edge_index`` of shape (2, n_edges), int32, which counts
        the nodes of all graphs from 0; ``edge_weight`` of shape (n_edges,), float32; and ``graph_index`` of shape
        (n_nodes,), int32, the graph of each node from 0.  A network that uses them takes ``edge_features`` of shape
        (n_edges, n_edge_features), of the dtype that node features would have, or ``edge_types`` of shape (n_edges,),
        strings or int64.  An edge (source, target) stands once, an undirected one once in each direction, and messages
        go along it as `flow` says.  The output has the name of the method, and one row a graph; labels are what they
        were in `fit`, strings as ``tf.string``.

        Features that are not finite, edges that point past the nodes or from one graph to another, and, unless
        ``unknown="mask"``, unknown types stop a call with an error.
        """
        super().export_saved_model(path, overwrite=overwrite, version=version)


def feature_statistics(features: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each feature, a node or an edge weighing what its graph weighs.

    A constant feature is not moved to 0, where no convolution would see the structure any more, but scaled to 1.  One
    that is 0 or 1 stays as it is: divided by its deviation, a rare 1 would outweigh all else.
    """
    if not len(features):
        return np.zeros(features.shape[1]), np.ones(features.shape[1])
    mean, deviation = column_statistics(ArrayData(features), weights)
    indicator = np.isin(features, (0, 1)).all(axis=0)
    mean, deviation = np.where(indicator, 0.0, mean), np.where(indicator, 1.0, deviation)
    constant = deviation == 0
    return np.where(constant, 0.0, mean), np.where(constant, np.where(mean == 0, 1.0, np.abs(mean)), deviation)
