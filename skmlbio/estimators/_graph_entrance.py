"""Graphs on their way into an exported network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from skmlbio.export._signatures import Entrance


def graph_entrance(
    n_features: int,
    node_types: np.ndarray | None,
    node_embedding_dim: int | None,
    unknown: str,
    flow: str,
    dtype: type,
) -> Entrance:
    """Let many graphs in that are joined into one, checked as `ensure_graphs` checks them.

    Parameters
    ----------
    n_features : int
        Features of a node, where nodes carry no types.
    node_types : ndarray of shape (n_types,) or None
        The known types, strings or integers, where they do.
    node_embedding_dim : int or None
        Types become ids where there is a width, else one-hot rows.
    unknown : {"error", "mask"}
        What to do about other types.
    flow : {"target_to_source", "source_to_target"}
        Which way messages go along the edges that come in.
    dtype : type
        Of node features: float64 where the network standardises them, else float32.
    """
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance, require_finite

    def encode(edge_index, edge_weight, graph_index, **nodes):
        ((name, values),) = nodes.items()
        n_nodes = tf.shape(values)[0]
        inside = tf.reduce_all((edge_index >= 0) & (edge_index < n_nodes))
        require(inside, f"edge_index points past the nodes of {name}.")
        require(tf.reduce_all(graph_index >= 0), "graph_index holds a negative number.")
        ends = tf.gather(graph_index, tf.clip_by_value(edge_index, 0, tf.maximum(n_nodes - 1, 0)))
        require(tf.reduce_all(ends[0] == ends[1]), "edge_index joins nodes of two graphs.")
        collecting = edge_index[::-1] if flow == "source_to_target" else edge_index
        return encode_nodes(values), collecting, require_finite(edge_weight, "edge_weight"), graph_index

    def encode_nodes(values):
        if node_types is None:
            return require_finite(values, "node_features")
        matches = values[:, tf.newaxis] == tf.constant(node_types.astype(object if strings else np.int64), kind)
        if unknown == "error":
            require(tf.reduce_all(tf.reduce_any(matches, axis=1)), "node_types holds an unknown type.")
        if node_embedding_dim is None:
            return tf.cast(matches, tf.float32)
        return tf.reduce_max(tf.cast(matches, tf.int32) * tf.range(1, len(node_types) + 1), axis=1)

    def require(condition, message):
        tf.debugging.Assert(condition, [message])

    strings = node_types is not None and node_types.dtype.kind == "U"
    kind = tf.string if strings else tf.int64
    nodes: dict[str, Any] = {"node_features": tf.TensorSpec((None, n_features), dtype)}
    if node_types is not None:
        nodes = {"node_types": tf.TensorSpec((None,), kind)}
    edges = {
        "edge_index": tf.TensorSpec((2, None), tf.int32),
        "edge_weight": tf.TensorSpec((None,), tf.float32),
        "graph_index": tf.TensorSpec((None,), tf.int32),
    }
    return Entrance(nodes | edges, encode, "flat")
