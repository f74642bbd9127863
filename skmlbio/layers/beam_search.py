"""The most probable sequence that a decoder can write, token by token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

Tensor = Any

END = 0  # the class that ends a sequence: the number of padding, which no sequence holds
NEVER = float("-inf")  # log p of what is not written


def beam_search(step: Callable, cache: Any, limits: Tensor, width: Tensor, length_penalty: Tensor) -> Tensor:
    """Return, for each row, the best sequence among those that a beam holds on to.

    Of all ways to go on with the sequences of a beam, the `width` most probable are kept.  One that has ended keeps
    its place, so that a beam of one is greedy decoding (Sutskever et al. 2014).  Of those that ended, the best is the
    one of the largest log p / ((5 + n) / 6)^a, with n tokens, the end among them, and the length penalty a
    (Wu et al. 2016); with a = 0 it is the most probable one.  A sequence which has grown to its limit can only end.

    Parameters
    ----------
    step : callable
        From the last tokens, of shape (batch * width,), 0 for none, their position and the cache to logits of shape
        (batch * width, n_tokens) and the cache; token 0 ends a sequence.
    cache : structure of tensors of leading length batch * width
        What `step` remembers.  Its third axis may grow.
    limits : tensor of shape (batch,), int32
        How many tokens the sequence of a row has at most, beside its end.
    width : scalar tensor, int32
        Sequences of a beam.
    length_penalty : scalar tensor, float32
        a.

    Returns
    -------
    tensor of shape (batch, length), int32
        Tokens, and 0 after the end; the length is that of the longest.

    References
    ----------
    I. Sutskever et al., "Sequence to sequence learning with neural networks", NeurIPS 2014.
    Y. Wu et al., "Google's neural machine translation system", arXiv:1609.08144 (2016).

    Examples
    --------
    >>> import tensorflow as tf
    >>> from skmlbio.layers.beam_search import beam_search
    >>> logits = tf.math.log([[0.1, 0.2, 0.3, 0.4], [0.6, 0.2, 0.1, 0.1]])  # of the first token, of all others
    >>> def step(tokens, place, cache):
    ...     return tf.repeat(logits[tf.minimum(place, 1)][tf.newaxis], tf.shape(tokens)[0], axis=0), cache
    >>> beam_search(step, (), tf.constant([5]), tf.constant(1), tf.constant(0.0)).numpy().tolist()
    [[3]]
    """
    n_rows = tf.shape(limits)[0]
    first = tf.range(n_rows)[:, tf.newaxis] * width  # of the sequences of each row, side by side
    slots = tf.range(width)[tf.newaxis]

    def penalised(scores: Tensor, length: Tensor) -> Tensor:
        return scores / ((5 + tf.cast(length, scores.dtype)) / 6) ** tf.cast(length_penalty, scores.dtype)

    def body(place, written, scores, n_ended, best, best_score, cache):
        logits, cache = step(written[:, -1], place, cache)
        n_tokens = logits.shape[-1]
        log_p = tf.reshape(tf.nn.log_softmax(logits), (n_rows, width, n_tokens))
        full = (place >= limits)[:, tf.newaxis, tf.newaxis] & (tf.range(n_tokens) != END)
        log_p = tf.where(full, tf.constant(NEVER, log_p.dtype), log_p)
        ways = tf.reshape(scores[..., tf.newaxis] + log_p, (n_rows, width * n_tokens))
        scores, chosen = tf.math.top_k(ways, k=width)
        scores = tf.where(slots < width - n_ended[:, tf.newaxis], scores, NEVER)
        parents, tokens = tf.reshape(first + chosen // n_tokens, [-1]), chosen % n_tokens

        written = tf.gather(written, parents)
        ended = (tokens == END) & (scores > NEVER)
        final = penalised(tf.where(ended, scores, NEVER), place + 1)
        found = tf.gather(written, first[:, 0] + tf.argmax(final, axis=1, output_type=tf.int32))[:, 1:]
        better = tf.reduce_max(final, axis=1) > best_score
        best = tf.pad(tf.where(better[:, tf.newaxis], found, best), [(0, 0), (0, 1)])
        best_score = tf.maximum(best_score, tf.reduce_max(final, axis=1))

        # What cannot become better than the best is given up: log p only falls.
        hopeless = penalised(scores, limits[:, tf.newaxis] + 1) <= best_score[:, tf.newaxis]
        scores = tf.where(ended | hopeless, NEVER, scores)
        n_ended = n_ended + tf.reduce_sum(tf.cast(ended, tf.int32), axis=1)
        written = tf.concat([written, tf.reshape(tokens, (-1, 1))], axis=1)
        cache = tf.cond(width > 1, lambda: tf.nest.map_structure(lambda t: tf.gather(t, parents), cache), lambda: cache)
        return place + 1, written, scores, n_ended, best, best_score, cache

    scores = tf.where(tf.broadcast_to(slots, (n_rows, width)) == 0, 0.0, NEVER)
    nothing, none_yet = tf.zeros((n_rows, 0), tf.int32), tf.fill([n_rows], NEVER)
    start = tf.zeros((n_rows * width, 1), tf.int32)
    state = tf.constant(0), start, scores, tf.zeros(n_rows, tf.int32), nothing, none_yet, cache
    row, rows = tf.TensorShape([None]), tf.TensorShape([None, None])
    shapes = tf.TensorShape([]), rows, rows, row, rows, row, growing(cache)
    best = tf.while_loop(lambda *state: tf.reduce_any(state[2] > NEVER), body, state, shape_invariants=shapes)[4]
    return best[:, : tf.reduce_max(tf.math.count_nonzero(best, axis=1, dtype=tf.int32))]


def growing(cache: Any) -> Any:
    """Return the shapes of what is remembered from step to step: any number of rows, and of keys and values.

    Parameters
    ----------
    cache : structure of tensors
        Keys and values of shape (batch, n_heads, length, head_dim), or states of shape (batch, units).

    Returns
    -------
    structure of tf.TensorShape

    Examples
    --------
    >>> import tensorflow as tf
    >>> from skmlbio.layers.beam_search import growing
    >>> growing([tf.zeros((2, 4, 0, 8)), tf.zeros((2, 16))])
    [TensorShape([None, 4, None, 8]), TensorShape([None, 16])]
    """

    def shape(tensor: Tensor) -> tf.TensorShape:
        return tf.TensorShape([None if axis in (0, 2) else size for axis, size in enumerate(tensor.shape)])

    return tf.nest.map_structure(shape, cache)


@keras.saving.register_keras_serializable(package="skmlbio")
class BeamSearch(keras.layers.Layer):
    """`beam_search` with a decoder such as `TranslationDecoder`.

    Called on `memory` of shape (batch, n_read, n_features), on `real` of shape (batch, n_read), true where a position
    of `memory` is real, and on three vectors of shape (batch,): `limits`, `width` and `length_penalty`, of which the
    last two hold one number throughout.  Returns tokens of shape (batch, length), int32.

    Parameters
    ----------
    decoder : keras.layers.Layer
        Has ``begin`` and ``step``.
    **options
        `name`, `dtype` and the like of every Keras layer.
    """

    def __init__(self, decoder: keras.layers.Layer, **options):
        super().__init__(**options)
        self.decoder = decoder

    def call(self, memory, real, limits, width, length_penalty):
        width = tf.maximum(tf.reduce_max(width), 1)  # of no rows, it is the least number that there is
        penalty = tf.reduce_max(tf.pad(length_penalty, [(0, 1)]))
        # The sequences of a beam read the same.
        memory, real = (tf.repeat(tensor, width, axis=0) for tensor in (memory, real))
        read, cache = self.decoder.begin(memory, real)

        def step(tokens, place, cache):
            logits, cache = self.decoder.step(tokens, place, cache, read)
            return tf.cast(logits, tf.float32), cache

        return beam_search(step, cache, limits, width, penalty)

    def get_config(self):
        return super().get_config() | {"decoder": keras.saving.serialize_keras_object(self.decoder)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("decoder")), **config)
