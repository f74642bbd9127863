"""Nodes of a graph on their way into an exported network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from skmlbio.estimators._graph_entrance import graph_entrance
from skmlbio.training._batches import Arrays

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance


def own_graph_entrance(
    network: ServedNetwork, graph: Arrays, name: str = "nodes", n_ends: int | None = None
) -> Entrance:
    """Let nodes, or pairs of nodes, in of a graph that travels with the network.

    Parameters
    ----------
    network : ServedNetwork
        Gets the graph as variables, which may be large, where constants may not.
    graph : tuple of ndarray
        The network's inputs that describe the graph; the last is the number of nodes.
    name : str
        What comes in.
    n_ends : int or None
        Of how many nodes a sample is, where it is not one.
    """
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance

    network.keeps_gradients = False  # those of sparse products need a matrix that is no plain tensor
    network.module.graph = [tf.Variable(array, trainable=False) for array in graph]

    def encode(**given):
        _require_inside(given[name], tf.cast(network.module.graph[-1], tf.int32), name)
        return given[name], *(variable.read_value() for variable in network.module.graph)

    shape = (None,) if n_ends is None else (None, n_ends)
    return Entrance({name: tf.TensorSpec(shape, tf.int32)}, encode)


def other_graph_entrance(estimator: Any) -> Entrance:
    """Let a graph in with its nodes, checked and standardised as a `NodeInput` does."""
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance

    typed, sparse = estimator.node_types_ is not None, estimator._features_are_sparse
    dtype = np.float64 if estimator.standardize and not typed else np.float32
    types = estimator.node_types_, estimator.node_embedding_dim, estimator.unknown
    inner = graph_entrance(estimator.n_features_in_, *types, estimator.flow, dtype)

    def encode(nodes, edge_index, edge_weight, **described):
        ((_, values),) = described.items()
        n_nodes = tf.shape(values)[0]
        _require_inside(nodes, n_nodes, "nodes")
        edges = {"edge_index": edge_index, "edge_weight": edge_weight, "graph_index": tf.zeros(n_nodes, tf.int32)}
        features, collecting, weights, _ = inner.encode(**edges, **described)
        size = tf.cast(n_nodes, tf.int64)
        matrix = tf.SparseTensor(tf.cast(tf.transpose(collecting), tf.int64), weights, tf.stack([size, size]))
        matrix = tf.sparse.reorder(matrix)
        return nodes, *encode_features(features), matrix.indices, matrix.values, size

    def encode_features(features):
        if typed:
            return (features,)
        if not sparse:
            mean, scale = estimator._feature_statistics or (0.0, 1.0)
            return (tf.cast((features - mean) / scale, tf.float32),)
        if estimator.standardize:
            features = tf.math.divide_no_nan(features, tf.reduce_sum(tf.abs(features), axis=1, keepdims=True))
        places = tf.where(features != 0)
        return places, tf.cast(tf.gather_nd(features, places), tf.float32)

    inputs = {name: spec for name, spec in inner.inputs.items() if name != "graph_index"}
    return Entrance({"nodes": tf.TensorSpec((None,), tf.int32)} | inputs, encode)


def _require_inside(nodes: Any, n_nodes: Any, name: str) -> None:
    """Stop the server at a node that is not there: TensorFlow does not check indices."""
    import tensorflow as tf

    inside = tf.reduce_all((nodes >= 0) & (nodes < n_nodes))
    tf.debugging.Assert(inside, [f"{name} holds a position that is not in the graph."])
