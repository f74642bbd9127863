"""How an answer of a network of strings changes with the vectors that its layer "letters" makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from skmlbio._tensorflow import keras, tf
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._network import Network
from skmlbio.training._program import Program
from skmlbio.training._target_units import before_units


def path_gradients(
    blueprint: Blueprint, head: str, weights: list[np.ndarray], batches: Iterable[tuple[np.ndarray, ...]]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield F = c · f and (x - b) ⊙ ∂F/∂x, both at b + α (x - b), for vectors x of a batch and answers f of the head.

    Of a regressor, f are standardised answers; `target_scales` brings them to the units of the targets.

    Parameters
    ----------
    blueprint, head, weights
        As `skmlbio.training._predict.predict` takes them.
    batches : iterable of tuples of four ndarray
        Tokens of shape (batch, length); α of shape (batch,), float64, how far from the baseline to the string; the
        baseline b of shape (n_letters,), float64, the same everywhere; and c of shape (batch, n_outputs), float64.

    Yields
    ------
    tuple of two ndarray of shape (batch,), float64, and (batch, length, n_letters), float32
        The second is float64 where the network computes in double, and zero where there is padding.  Where vectors have
        one more number, for a hidden letter, it counts for all letters alike.
    """
    network = get_network(blueprint)
    program = network.program(("path_gradients", head), lambda: _trace(network, head))
    for inputs in batches:
        values, gradients = program.call_flat([*weights, *inputs])
        yield values.numpy(), gradients.numpy()


def mean_vector(blueprint: Blueprint, weights: list[np.ndarray]) -> np.ndarray:
    """Return the mean of the vectors that have been learned for the tokens of a vocabulary, shape (width,), float64."""
    network = get_network(blueprint)
    table = network.model.get_layer("letters").embeddings
    learned = next(value for v, value in zip(network.weights, weights, strict=True) if v is table)
    return learned[2:].mean(axis=0, dtype=np.float64)  # without padding and the unknown token


def _trace(network: Network, head: str) -> Program:
    model = before_units(network.heads[head])
    if not any(layer.name == "letters" for layer in model.layers):
        raise ValueError(
            "gradients need a network that begins with vectors of letters, which its encoder does not show; take "
            "method='mutagenesis'."
        )
    vectors, real = model.get_layer("letters").output
    enter = keras.Model(model.input, [vectors, real], name="enter")
    explained = keras.Model([vectors, real], model.output, name="explained")
    wide = tf.float64 if keras.backend.standardize_dtype(vectors.dtype) == "float64" else tf.float32

    def gradients(weights, tokens, share, baseline, chosen):
        share, baseline = tf.cast(share, wide), tf.cast(baseline, wide)
        n_letters = tf.shape(baseline)[0]
        baseline = tf.pad(baseline, [[0, vectors.shape[-1] - n_letters]])
        with keras.StatelessScope(state_mapping=list(zip(network.weights, weights, strict=True))):
            x, real = enter(tokens, training=False)
            start = tf.where(real[:, :, tf.newaxis], baseline, tf.zeros_like(baseline))
            way = tf.cast(x, wide) - start
            point = tf.cast(start + share[:, tf.newaxis, tf.newaxis] * way, x.dtype)
            with tf.GradientTape() as tape:
                tape.watch(point)
                answers = tf.cast(explained([point, real], training=False), tf.float64)
                values = tf.reduce_sum(answers * chosen, axis=1)
            slope = tape.gradient(values, point, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        found = way * tf.cast(slope, wide)
        hidden = tf.reduce_sum(found[..., n_letters:], axis=-1, keepdims=True)
        return values, found[..., :n_letters] + hidden / tf.cast(n_letters, wide)

    n_outputs = model.output.shape[-1]
    shapes = (None,), (None,), (None, n_outputs)
    numbers = [tf.TensorSpec(shape, tf.float64) for shape in shapes]
    specs = [tf.TensorSpec(v.shape, v.dtype) for v in network.weights]
    return Program(gradients, [specs, tf.TensorSpec((None, None), model.input.dtype), *numbers])
