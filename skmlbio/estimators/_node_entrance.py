"""Nodes of a graph on their way into an exported network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skmlbio.estimators._graph_entrance import edge_entrance, graph_entrance, node_entrance
from skmlbio.estimators._node_data import OneGraph

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance


def own_graph_entrance(
    network: ServedNetwork, graph: OneGraph, name: str = "nodes", n_ends: int | None = None
) -> Entrance:
    """Let nodes, or pairs of nodes, in of a graph that travels with the network.

    Parameters
    ----------
    network : ServedNetwork
        Gets the graph as variables, which may be large, where constants may not.
    graph : OneGraph
        The graph.
    name : str
        What comes in.
    n_ends : int or None
        Of how many nodes a sample is, where it is not one.
    """
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance

    network.keeps_gradients = False  # those of sparse products need a matrix that is no plain tensor
    network.module.graph = [tf.Variable(array, trainable=False) for array in graph.inputs()]

    def encode(**given):
        nodes = _require_inside(given[name], tf.cast(network.module.graph[-1], tf.int32), name)
        return nodes, *(variable.read_value() for variable in network.module.graph)

    return Entrance({name: _places(n_ends)}, encode)


def other_graph_entrance(estimator: Any, name: str = "nodes", n_ends: int | None = None) -> Entrance:
    """Let a graph in with its nodes, or pairs of them, checked and standardised as a `NodeInput` does."""
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance

    of_nodes = node_entrance(
        estimator.n_features_in_,
        estimator.node_types_,
        estimator.node_embedding_dim,
        estimator.unknown,
        estimator._input_dtype,
    )
    of_edges = edge_entrance(
        estimator.n_edge_features_, estimator.edge_types_, estimator.unknown, estimator._edge_dtype
    )
    inner = graph_entrance(of_nodes, of_edges, estimator.flow)
    (node_name,) = of_nodes.inputs

    def encode(**described):
        n_nodes = tf.shape(described[node_name])[0]
        nodes = _require_inside(described.pop(name), n_nodes, name)
        features, collecting, weights, *edge_features, _ = inner.encode(
            graph_index=tf.zeros(n_nodes, tf.int32), **described
        )
        size, edges = tf.cast(n_nodes, tf.int64), tf.cast(tf.transpose(collecting), tf.int64)
        order = tf.argsort(edges[:, 0] * size + edges[:, 1], stable=True)
        of_edges = (edges, weights, *(scaled(values, "edges") for values in edge_features))
        return nodes, *encoded(features), *(tf.gather(array, order) for array in of_edges), size

    def scaled(values, kind):
        mean, scale = estimator._feature_statistics.get(kind, (0.0, 1.0))
        return tf.cast((values - mean) / scale, tf.float32)

    def encoded(features):
        if estimator.node_types_ is not None:
            return (features,)
        if not estimator._features_are_sparse:
            return (scaled(features, "nodes"),)
        if estimator.standardize:
            features = tf.math.divide_no_nan(features, tf.reduce_sum(tf.abs(features), axis=1, keepdims=True))
        places = tf.where(features != 0)
        return places, tf.cast(tf.gather_nd(features, places), tf.float32)

    inputs = {name: spec for name, spec in inner.inputs.items() if name != "graph_index"}
    return Entrance({name: _places(n_ends)} | inputs, encode)


def _places(n_ends: int | None) -> Any:
    import tensorflow as tf

    return tf.TensorSpec((None,) if n_ends is None else (None, n_ends), tf.int32)


def _require_inside(nodes: Any, n_nodes: Any, name: str) -> Any:
    """Stop the server at a node that is not there, which TensorFlow tells on some devices only, and in its own words.

    Returns the nodes, those that are not there as others, so that the sentence of this check is the one that is said.
    """
    import tensorflow as tf

    inside = tf.reduce_all((nodes >= 0) & (nodes < n_nodes))
    tf.debugging.Assert(inside, [f"{name} holds a position that is not in the graph."])
    return tf.clip_by_value(nodes, 0, tf.maximum(n_nodes - 1, 0))
