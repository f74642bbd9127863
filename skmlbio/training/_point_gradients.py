"""How an answer of a network of images changes with what it sees of them at some place inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from skmlbio._tensorflow import keras, tf
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._network import Network
from skmlbio.training._program import Program
from skmlbio.training._target_units import before_units


def point_gradients(
    blueprint: Blueprint,
    head: str,
    place: str,
    weights: list[np.ndarray],
    batches: Iterable[tuple[np.ndarray, ...]],
    form: str = "",
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield F = c · f(αz), z and ∂F/∂(αz), for what the network sees of images, z, and answers f of the head.

    Of a regressor, f are standardised answers; `target_scales` brings them to the units of the targets.

    Parameters
    ----------
    blueprint, head, weights
        As `skmlbio.training._predict.predict` takes them.
    place : str
        The head whose first output is z; with the others, if there are any, f follows from it.
    batches : iterable of tuples of ndarray
        The network's inputs; α of shape (batch,), float64; and c of shape (batch, n_outputs), float64.
    form : str
        That of the inputs.

    Yields
    ------
    tuple of three ndarray of shape (batch,), float64, and twice that of z, float32
        The last two are float64 where the network computes in double.
    """
    network = get_network(blueprint)
    program = network.program((f"gradients at {place}, {form}", head), lambda: _trace(network, head, place, form))
    for inputs in batches:
        yield tuple(tensor.numpy() for tensor in program.call_flat([*weights, *inputs]))


def _trace(network: Network, head: str, place: str, form: str) -> Program:
    heads = network.forms[form].heads
    model, seen = before_units(heads[head]), heads[place]
    explained = keras.Model(seen.outputs, model.output, name="explained")
    inner = seen.outputs[0]
    wide = tf.float64 if keras.backend.standardize_dtype(inner.dtype) == "float64" else tf.float32

    def gradients(weights, *given):
        *inputs, share, chosen = given
        with keras.StatelessScope(state_mapping=list(zip(network.weights, weights, strict=True))):
            z, *others = keras.tree.flatten(seen(keras.tree.pack_sequence_as(seen.input, inputs), training=False))
            share = tf.reshape(tf.cast(share, z.dtype), [-1, *[1] * (len(inner.shape) - 1)])
            point = share * z
            with tf.GradientTape() as tape:
                tape.watch(point)
                answers = tf.cast(explained([point, *others], training=False), tf.float64)
                values = tf.reduce_sum(answers * chosen, axis=1)
            slope = tape.gradient(values, point, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return values, tf.cast(z, wide), tf.cast(slope, wide)

    inputs = [tf.TensorSpec(t.shape, t.dtype) for t in seen.inputs]
    numbers = [tf.TensorSpec(shape, tf.float64) for shape in ((None,), (None, model.output.shape[-1]))]
    specs = [tf.TensorSpec(v.shape, v.dtype) for v in network.weights]
    return Program(gradients, [specs, *inputs, *numbers])
