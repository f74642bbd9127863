"""Graphs on their way into an exported network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from skmlbio.export._signatures import Entrance


class Part(NamedTuple):
    """What comes in with every node, or with every edge.

    Attributes
    ----------
    inputs : dict of str to tf.TensorSpec
        One input by its name, or none.
    encode : callable
        From its values to what the network takes.
    """

    inputs: dict[str, Any]
    encode: Callable[[Any], Any]


def node_entrance(
    n_features: int, node_types: np.ndarray | None, node_embedding_dim: int | None, unknown: str, dtype: type
) -> Part:
    """Let features of nodes in, or types: as ids where there is a width of an embedding, else as one-hot rows."""
    if node_types is None:
        return _features("node_features", n_features, dtype)
    return _types("node_types", node_types, unknown, as_ids=node_embedding_dim is not None)


def edge_entrance(n_features: int, edge_types: np.ndarray | None, unknown: str, dtype: type) -> Part | None:
    """Let features of edges in, or types as one-hot rows; None where the network has none."""
    if edge_types is not None:
        return _types("edge_types", edge_types, unknown, as_ids=False)
    return _features("edge_features", n_features, dtype) if n_features else None


def graph_entrance(nodes: Part, edges: Part | None, flow: str) -> Entrance:
    """Let many graphs in that are joined into one, checked as `ensure_graphs` checks them.

    Parameters
    ----------
    nodes, edges : Part
        From `node_entrance` and `edge_entrance`.
    flow : {"target_to_source", "source_to_target"}
        Which way messages go along the edges that come in.
    """
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance, require_finite

    (node_name,) = nodes.inputs
    edge_inputs = {} if edges is None else edges.inputs

    def encode(edge_index, edge_weight, graph_index, **values):
        n_nodes = tf.shape(values[node_name])[0]
        inside = tf.reduce_all((edge_index >= 0) & (edge_index < n_nodes))
        _require(inside, f"edge_index points past the nodes of {node_name}.")
        _require(tf.reduce_all(graph_index >= 0), "graph_index holds a negative number.")
        ends = tf.gather(graph_index, tf.clip_by_value(edge_index, 0, tf.maximum(n_nodes - 1, 0)))
        _require(tf.reduce_all(ends[0] == ends[1]), "edge_index joins nodes of two graphs.")
        collecting = edge_index[::-1] if flow == "source_to_target" else edge_index
        adjacency = collecting, require_finite(edge_weight, "edge_weight")
        features = (edges.encode(values[name]) for name in edge_inputs)
        return nodes.encode(values[node_name]), *adjacency, *features, graph_index

    listed = {
        "edge_index": tf.TensorSpec((2, None), tf.int32),
        "edge_weight": tf.TensorSpec((None,), tf.float32),
        "graph_index": tf.TensorSpec((None,), tf.int32),
    }
    return Entrance(nodes.inputs | listed | edge_inputs, encode, "flat")


def _features(name: str, n_features: int, dtype: type) -> Part:
    import tensorflow as tf

    from skmlbio.export._signatures import require_finite

    return Part({name: tf.TensorSpec((None, n_features), dtype)}, lambda values: require_finite(values, name))


def _types(name: str, types: np.ndarray, unknown: str, as_ids: bool) -> Part:
    import tensorflow as tf

    strings = types.dtype.kind == "U"
    kind = tf.string if strings else tf.int64

    def encode(values):
        matches = values[:, tf.newaxis] == tf.constant(types.astype(object if strings else np.int64), kind)
        if unknown == "error":
            _require(tf.reduce_all(tf.reduce_any(matches, axis=1)), f"{name} holds an unknown type.")
        if not as_ids:
            return tf.cast(matches, tf.float32)
        return tf.reduce_max(tf.cast(matches, tf.int32) * tf.range(1, len(types) + 1), axis=1)

    return Part({name: tf.TensorSpec((None,), kind)}, encode)


def _require(condition: Any, message: str) -> None:
    import tensorflow as tf

    tf.debugging.Assert(condition, [message])
