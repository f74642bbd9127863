"""Lists of graphs as what an estimator takes."""

from __future__ import annotations

from collections.abc import Sequence
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
from skmlbio.graphs import ensure_graphs
from skmlbio.training._batches import ArrayData


@with_parameters
class GraphInput:
    """X is a list of graphs, see `skmlbio.graphs.ensure_graphs`.

    Parameters
    ----------
    node_embedding_dim : int or None
        Where nodes carry types: the length of the vector that is learned for each type; None makes them one-hot.
    node_types : array-like of shape (n_types,) or None
        All node types that will ever come; None takes those of the training graphs.
    unknown : {"error", "mask"}
        What to do in prediction about a node of another type: refuse the graph, or treat the node as one of no type.
    node_attributes : str, sequence of str or None
        For networkx graphs: the attribute with the type of a node, or a sequence of attributes with numeric features.
    edge_attribute : str or None
        For networkx graphs: the attribute with the weight of an edge, which must be there at every edge of every graph.
        Where no edge has a "weight", each weighs 1; None gives every edge the weight 1.
    flow : {"target_to_source", "source_to_target"}
        Which way messages go along an edge (source, target), the entry A[source, target]: "target_to_source" is A X,
        where the source collects from the target; "source_to_target" is Aᵀ X, PyTorch Geometric's default, where the
        target collects from the source.  Without directed edges both are the same.
    standardize : bool
        Whether numeric node features are brought to mean 0 and variance 1 before the network.

    Attributes
    ----------
    n_features_in_ : int
        Number of features of a node; 1 where nodes carry a type.
    node_types_ : ndarray of shape (n_types,) or None
        The sorted node types, where nodes carry types.
    """

    node_embedding_dim: int | None = parameter(default=None, allowed=[*COUNT, None])
    node_types: ArrayLike | None = parameter(default=None, allowed=["array-like", None])
    unknown: Literal["error", "mask"] = parameter(default="error", allowed=[StrOptions({"error", "mask"})])
    node_attributes: str | Sequence[str] | None = parameter(default=None, allowed=[str, list, tuple, None])
    edge_attribute: str | None = parameter(default="weight", allowed=[str, None])
    flow: Literal["target_to_source", "source_to_target"] = parameter(
        default="target_to_source", allowed=[StrOptions({"target_to_source", "source_to_target"})]
    )
    standardize: bool = parameter(default=True, allowed=["boolean"])

    def _encode(self, X, *, reset):
        samples = ensure_graphs(
            X,
            node_attributes=self.node_attributes,
            edge_attribute=self.edge_attribute,
            flow=self.flow,
            node_types=self.node_types if reset else self.node_types_,
            node_encoding="one_hot" if self.node_embedding_dim is None else "ids",
            unknown="error" if reset else self.unknown,
            n_features=None if reset or self.node_types_ is not None else self.n_features_in_,
        ).without_edge_features()
        if reset:
            self.node_types_ = samples.node_types
            self.n_features_in_ = samples.features.shape[1] if samples.node_types is None else 1
            self._input_dtype = np.float64 if self._standardizes() else np.float32
        if self.node_types_ is None:
            samples = replace(samples, features=samples.features.astype(self._input_dtype, copy=False))
        return GraphData(samples)

    def _adapted(self, training):
        if not self._standardizes():
            return super()._adapted(training)
        mean, scale = _node_statistics(training)
        return super()._adapted(training) | {"standardize/mean": mean, "standardize/scale": scale}

    def _standardizes(self) -> bool:
        return bool(self.standardize) and self.node_types_ is None

    def _node_arguments(self) -> dict[str, Any]:
        """Return what tells a network about nodes."""
        n_types = None if self.node_types_ is None else len(self.node_types_)
        return {
            "n_features": n_types or self.n_features_in_,
            "n_types": n_types,
            "node_embedding_dim": self.node_embedding_dim if n_types else None,
            "standardize": self._standardizes(),
        }

    def _entrances(self, network):
        from skmlbio.estimators._graph_entrance import graph_entrance

        types = self.node_types_, self.node_embedding_dim, self.unknown
        return {"": graph_entrance(self.n_features_in_, *types, self.flow, self._input_dtype)}

    @completed_by(ExportMixin.export_saved_model)
    def export_saved_model(self, path, *, overwrite=False):
        """Write the network as a SavedModel, which TensorFlow alone can serve, without skmlbio and without Keras.

        It has one signature for each method that answers, ``predict`` and, of a classifier, ``predict_proba`` and
        ``decision_function``, and ``serving_default``, which is ``predict``.  They take any number of graphs joined
        into one: ``node_features`` of shape (n_nodes, n_features), float64 (float32 unless `standardize`), or
        ``node_types`` of shape (n_nodes,), strings or int64; ``edge_index`` of shape (2, n_edges), int32, which counts
        the nodes of all graphs from 0; ``edge_weight`` of shape (n_edges,), float32; and ``graph_index`` of shape
        (n_nodes,), int32, the graph of each node from 0.  An edge (source, target) stands once, an undirected one once
        in each direction, and messages go along it as `flow` says.  The output has the name of the method, and one row
        a graph; labels are what they were in `fit`, strings as ``tf.string``.

        Features that are not finite, edges that point past the nodes or from one graph to another, and, unless
        ``unknown="mask"``, unknown node types stop a call with an error.
        """
        super().export_saved_model(path, overwrite=overwrite)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


def _node_statistics(training: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each feature over all nodes, a node weighing what its graph weighs.

    A constant feature is not moved to 0, where no convolution would see the structure any more, but scaled to 1.
    """
    samples = training.data.samples
    weights = np.repeat(training.weights, samples.n_nodes)
    mean, deviation = column_statistics(ArrayData(samples.features), weights)
    constant = deviation == 0
    return np.where(constant, 0.0, mean), np.where(constant, np.where(mean == 0, 1.0, np.abs(mean)), deviation)
