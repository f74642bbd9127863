"""How an answer of a network of graphs changes with its nodes, and with what is told along its edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from skmlbio._tensorflow import keras, tf
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._network import Network
from skmlbio.training._program import Program
from skmlbio.training._target_units import before_units


def graph_gradients(
    blueprint: Blueprint, head: str, weights: list[np.ndarray], batches: Iterable[tuple[np.ndarray, ...]]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield F = c · f and its slope on the way to each graph, by node and by edge, for answers f of the head.

    Of a regressor, f are standardised answers; `target_scales` brings them to the units of the targets.

    The way begins where all nodes have vectors of zeros and nothing is told along edges: α times the vectors, and gates
    α at the edges.  Vectors are what enters the first convolution.

    Parameters
    ----------
    blueprint, head, weights
        As `skmlbio.training._predict.predict` takes them.
    batches : iterable of tuples of ndarray
        The arrays of a flat batch of graphs; α of shape (n_graphs,), float64; and c of shape (n_graphs, n_outputs),
        float64.

    Yields
    ------
    tuple of three ndarray of shape (n_graphs,), float64, (n_nodes,) and (n_edges,), float32
        The slopes are float64 where the network computes in double; those of a graph sum to dF/dα.
    """
    network = get_network(blueprint)
    program = network.program(("graph_gradients", head), lambda: _trace(network, head))
    for inputs in batches:
        yield tuple(tensor.numpy() for tensor in program.call_flat([*weights, *inputs]))


def _trace(network: Network, head: str) -> Program:
    model, raw = before_units(network.forms["gated"].heads[head]), network.forms["flat"].heads[head].inputs
    embed = [layer for layer in network.model.layers if layer.name in ("node_embedding", "standardize")]
    wide = tf.float64 if model.inputs[0].dtype == "float64" else tf.float32

    def gradients(weights, nodes, edge_index, edge_weight, *others):
        *edge_features, graph_index, share, chosen = others
        share = tf.cast(share, wide)
        with keras.StatelessScope(state_mapping=list(zip(network.weights, weights, strict=True))):
            for layer in embed:
                nodes = layer(nodes)
            vectors = tf.cast(nodes, wide)
            points = vectors * tf.gather(share, graph_index)[:, tf.newaxis]
            gates = tf.gather(share, tf.gather(graph_index, edge_index[0]))
            with tf.GradientTape() as tape:
                tape.watch([points, gates])
                told = tf.stack([edge_weight, tf.cast(gates, edge_weight.dtype)], axis=1)
                answers = model([points, edge_index, told, *edge_features, graph_index], training=False)
                values = tf.reduce_sum(tf.cast(answers, tf.float64) * chosen, axis=1)
            zero = tf.UnconnectedGradients.ZERO
            of_points, of_gates = tape.gradient(values, [points, gates], unconnected_gradients=zero)
        return values, tf.reduce_sum(vectors * of_points, axis=1), of_gates

    numbers = [tf.TensorSpec(shape, tf.float64) for shape in ((None,), (None, model.output.shape[-1]))]
    specs = [tf.TensorSpec(v.shape, v.dtype) for v in network.weights]
    return Program(gradients, [specs, *(tf.TensorSpec(t.shape, t.dtype) for t in raw), *numbers])
