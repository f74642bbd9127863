"""Strings drawn letter by letter."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skmlbio.layers.beam_search import growing
from skmlbio.layers.sampling import seeded, uniform
from skmlbio.layers.tokens import FIRST_LETTER

Tensor = Any
_NEVER = float("-inf")
_COLDEST = 1e-6


def likely(logits: Tensor, temperature: Tensor, top_k: Tensor, top_p: Tensor) -> Tensor:
    """Which classes may be drawn: the `top_k` most probable, and of these the fewest that have a share of `top_p`.

    Parameters
    ----------
    logits : tensor of shape (batch, n_classes)
        Of the classes.
    temperature, top_p : tensor of shape (batch,), of the dtype of `logits`
        Shares are those of softmax(logits / temperature); with a temperature of 0, the most probable has all.
    top_k : tensor of shape (batch,), int32
        How many at most.

    Returns
    -------
    tensor of shape (batch, n_classes), bool
        At least one of each row.

    References
    ----------
    A. Holtzman et al., "The curious case of neural text degeneration", ICLR 2020.

    Examples
    --------
    >>> logits = tf.math.log([[0.1, 0.4, 0.3, 0.2]])
    >>> likely(logits, tf.ones(1), tf.constant([3]), tf.constant([0.7])).numpy()
    array([[False,  True,  True, False]])
    """
    n_classes = logits.shape[-1]
    order = tf.argsort(logits, direction="DESCENDING", stable=True)
    ranks = tf.argsort(order, stable=True)
    descending = tf.gather(logits, order, batch_dims=1)
    among = tf.range(n_classes) < top_k[:, tf.newaxis]
    below_first = (descending - descending[:, :1]) / tf.maximum(temperature, _COLDEST)[:, tf.newaxis]
    shares = tf.nn.softmax(tf.where(among, below_first, _NEVER))
    among &= tf.cumsum(shares, axis=1, exclusive=True) < top_p[:, tf.newaxis]
    return tf.gather(among, ranks, batch_dims=1)


def drawn(logits: Tensor, keys: Tensor, temperature: Tensor, top_k: Tensor, top_p: Tensor) -> Tensor:
    """Draw a class for every row, by probabilities softmax(logits / temperature) of those that are `likely`.

    The largest of logits + temperature * g is that of such a draw, with g = -log(-log(u)) and u uniform (Gumbel 1954);
    with a temperature of 0 it is the most probable class.

    Parameters
    ----------
    logits, temperature, top_k, top_p
        As in `likely`.
    keys : tensor of shape (batch,), uint64
        What the draws follow from; see `skmlbio.layers.sampling`.

    Returns
    -------
    tensor of shape (batch,), int32
    """
    n_classes = logits.shape[-1]
    noise = -tf.math.log(-tf.math.log(uniform(keys, n_classes, logits.dtype)))
    some_are_not = tf.reduce_any((top_k < n_classes) | (top_p < 1))
    logits = tf.cond(
        some_are_not,
        lambda: tf.where(likely(logits, temperature, top_k, top_p), logits, _NEVER),
        lambda: logits,
    )
    return tf.argmax(logits + temperature[:, tf.newaxis] * noise, axis=-1, output_type=tf.int32)


@keras.saving.register_keras_serializable(package="skmlbio")
class Decoding(keras.layers.Layer):
    """Strings that a `NextToken` goes on with, letter by letter, from what it remembers: n letters are n steps.

    Called on prompts of shape (batch, length), int, tokens that strings begin with, 0 after them, and on seven vectors
    of shape (batch,): `number` and `seed`, int64, from which all draws of a row follow; `temperature`, `top_k` and
    `top_p`, see `likely`; and `max_length`, int32, which is the same for all rows.  Returns tokens of shape (batch,
    max_length + 1), int32: the prompt, what was drawn, and 0 from the end on.  Where the last one is not 0, the string
    had not ended.

    Parameters
    ----------
    decoder : NextToken
        The network.
    **options
        `name`, `dtype` and the like of every Keras layer.
    """

    def __init__(self, decoder: keras.layers.Layer, **options):
        super().__init__(**options)
        self.decoder = decoder

    def call(self, prompt, number, seed, temperature, top_k, top_p, max_length):
        n_rows, limit = tf.shape(prompt)[0], tf.maximum(tf.reduce_max(max_length), 0)
        prompt = tf.pad(tf.cast(prompt, tf.int32), [(0, 0), (0, limit + 1)])
        keys = seeded(tf.cast(number, tf.uint64), seed)
        cache = self.decoder.no_cache(n_rows)

        def unfinished(place, token, written, ended, cache):
            return (place <= limit) & tf.logical_not(tf.reduce_all(ended))

        def write(place, token, written, ended, cache):
            logits, cache = self.decoder.step(token, place, cache)
            options = tf.cast(temperature, logits.dtype), top_k, tf.cast(top_p, logits.dtype)
            found = drawn(logits, seeded(keys, place), *options)
            is_end = found == self.decoder.n_letters
            token = tf.where(prompt[:, place] > 0, prompt[:, place], tf.where(is_end, 0, found + FIRST_LETTER))
            token = tf.where(ended, 0, token)
            written = tf.concat([written, token[:, tf.newaxis]], axis=1)
            return place + 1, token, written, ended | (token == 0), cache

        nothing = tf.zeros((n_rows, 0), tf.int32)
        state = tf.constant(0), tf.zeros([n_rows], tf.int32), nothing, tf.zeros([n_rows], tf.bool), cache
        row, rows = tf.TensorShape([None]), tf.TensorShape([None, None])
        shapes = tf.TensorShape([]), row, rows, row, growing(cache)
        _, _, written, _, _ = tf.while_loop(unfinished, write, state, shape_invariants=shapes)
        return tf.pad(written, [(0, 0), (0, limit + 1 - tf.shape(written)[1])])

    def get_config(self):
        return super().get_config() | {"decoder": keras.saving.serialize_keras_object(self.decoder)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("decoder")), **config)
