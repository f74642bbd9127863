"""A recurrent decoder: what is written, given what has been read, with attention or without."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skmlbio.layers.noise import Dropout
from skmlbio.layers.recurrence import gated_step
from skmlbio.layers.tokens import TokenEmbedding
from skmlbio.layers.translation import of_what_is_written

Tensor = Any
Weights = tuple[Tensor, ...]


def additive_attention(query: Tensor, keys: Tensor, vector: Tensor, real: Tensor) -> Tensor:
    """softmax_j(vᵀ tanh(q + k_j)): the share of each position in what a query collects (Bahdanau et al. 2015).

    Parameters
    ----------
    query : tensor of shape (batch, n_features)
        q.
    keys : tensor of shape (batch, length, n_features)
        k.
    vector : tensor of shape (n_features,)
        v.
    real : tensor of shape (batch, length), bool
        Which positions are real; the others have share 0.

    Returns
    -------
    tensor of shape (batch, length)
        Rows sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.recurrent_translation import additive_attention
    >>> keys, one = np.array([[[0.0], [0.0], [9.0]]], "float32"), np.ones(1, "float32")
    >>> additive_attention(np.ones((1, 1), "float32"), keys, one, np.array([[True, True, False]])).numpy().tolist()
    [[0.5, 0.5, 0.0]]
    """
    scores = tf.linalg.matvec(tf.tanh(query[:, tf.newaxis] + keys), vector)
    return tf.nn.softmax(tf.where(real, scores, scores.dtype.min))


@keras.saving.register_keras_serializable(package="skmlbio")
class RecurrentDecoder(keras.layers.Layer):
    """logits_i = W [s_i, c_i, e_i] + b with s_i = f(s_{i-1}, [e_i, c_i]), where e_i is the vector of the token before.

    Those of what is never written are -inf, see `of_what_is_written`.

    f is a gated recurrent unit, and s_0 = tanh(S m), where m is what is left of what has been read: the state after the
    last position, and, from the end, after the first.  With attention, c_i is a mean of all positions by the shares of
    `additive_attention` to s_{i-1} (Bahdanau et al. 2015); without, it is m at all places (Cho et al. 2014).

    `memory` holds states of the two directions side by side.  The layer is called and asked as `TranslationDecoder` is;
    the maps are those of one block and of one head.

    Parameters
    ----------
    n_tokens : int
        How many numbers of tokens there are.
    units : int
        Of a state, and of the vectors of tokens.
    attention : bool
        Whether each place reads anew.
    dropout : float, default=0.0
        Share of numbers that are dropped in training, of vectors and before the output.
    writes_unknown : bool, default=True
        Whether an unknown token is written.
    **options
        `name`, `dtype` and the like of every Keras layer.

    References
    ----------
    K. Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014.
    D. Bahdanau et al., "Neural machine translation by jointly learning to align and translate", ICLR 2015.
    """

    gains_from_xla = False

    def __init__(
        self,
        n_tokens: int,
        units: int,
        attention: bool,
        dropout: float = 0.0,
        writes_unknown: bool = True,
        **options,
    ):
        super().__init__(**options)
        self.n_tokens, self.units, self.attention, self.dropout = n_tokens, units, attention, dropout
        self.writes_unknown = writes_unknown
        for name in ("kernel", "start_kernel", "key_kernel", "query_kernel"):
            setattr(self, f"{name}_initializer", keras.initializers.GlorotUniform())
        self.recurrent_initializer = keras.initializers.Orthogonal()
        self.vector_initializer = keras.initializers.RandomNormal(stddev=0.3)

    def build(self, tokens_shape, memory_shape, real_shape=None):
        units, read = self.units, memory_shape[-1]
        self.letters = TokenEmbedding(self.n_tokens, units, name="letters", dtype=self.dtype_policy)
        self.letters.build((None, None))
        self.output_layer = keras.layers.Dense(self.n_tokens, name="output", dtype=self.dtype_policy)
        self.output_layer.build((None, 2 * units + read))
        self.embedding_dropout = Dropout(self.dropout, name="embedding_dropout", dtype=self.dtype_policy)
        self.output_dropout = Dropout(self.dropout, name="output_dropout", dtype=self.dtype_policy)

        def weight(name: str, *shape: int, initializer: Any = None) -> keras.Variable:
            initializer = initializer or getattr(self, f"{name}_initializer", "zeros")
            return self.add_weight(name=name, shape=shape, initializer=initializer)

        self.kernel, self.bias = weight("kernel", units + read, 3 * units), weight("bias", 3 * units)
        self.recurrent_kernel = weight("recurrent_kernel", units, 3 * units, initializer=self.recurrent_initializer)
        self.candidate_bias = weight("candidate_bias", units)
        self.start_kernel = weight("start_kernel", read, units)
        if self.attention:
            self.key_kernel, self.query_kernel = weight("key_kernel", read, units), weight("query_kernel", units, units)
            self.vector = weight("vector", units)
        self.built = True

    def call(self, tokens, memory, real, return_maps=False, training=False):
        read, (state,) = self.begin(memory, real)
        before = tf.pad(tf.cast(tokens, tf.int32), [(0, 0), (1, 0)])
        x = self.embedding_dropout(self.letters(before)[0], training=training)

        def step(last: tuple[Tensor, ...], x: Tensor) -> tuple[Tensor, ...]:
            return self._next(x, last[0], read)

        shares = tf.zeros(tf.shape(real), x.dtype)
        nothing = state, tf.zeros((tf.shape(memory)[0], memory.shape[-1]), x.dtype), shares
        states, collected, shares = tf.scan(step, tf.transpose(x, (1, 0, 2)), nothing)
        states, collected, shares = (tf.transpose(part, (1, 0, 2)) for part in (states, collected, shares))
        logits = self._logits(states, collected, x, tf.range(tf.shape(x)[1]), training)
        return (logits, {"block_0": shares[:, tf.newaxis]}) if return_maps else logits

    def begin(self, memory: Tensor, real: Tensor) -> tuple[Weights, list[Tensor]]:
        """Return what all steps have in common, and what is remembered before the first."""
        n_states = memory.shape[-1] // 2
        last = tf.math.count_nonzero(real, axis=1) - 1
        summary = tf.concat([tf.gather(memory, last, batch_dims=1)[:, :n_states], memory[:, 0, n_states:]], axis=1)
        keys = (memory @ tf.convert_to_tensor(self.key_kernel),) if self.attention else ()
        return (memory, real, summary, *keys), [tf.tanh(summary @ tf.convert_to_tensor(self.start_kernel))]

    def step(self, tokens: Tensor, place: Tensor, cache: list[Tensor], read: Weights) -> tuple[Tensor, list[Tensor]]:
        """Return the logits of the next token, of shape (batch, n_tokens), after the last ones, of shape (batch,)."""
        x = self.letters(tokens[:, tf.newaxis])[0][:, 0]
        state, collected, _ = self._next(x, cache[0], read)
        states, collected, x = (part[:, tf.newaxis] for part in (state, collected, x))
        return self._logits(states, collected, x, tf.reshape(place, (1,)), training=False)[:, 0], [state]

    def _next(self, x: Tensor, state: Tensor, read: Weights) -> tuple[Tensor, Tensor, Tensor]:
        """Return the next state, what was collected for it, and the shares of what was read."""
        memory, real, summary, *keys = read
        if self.attention:
            query = state @ tf.convert_to_tensor(self.query_kernel)
            shares = additive_attention(query, *keys, tf.convert_to_tensor(self.vector), real)
            collected = tf.linalg.matvec(memory, shares, transpose_a=True)
        else:
            shares, collected = tf.cast(real, x.dtype), summary
        z = tf.concat([x, collected], axis=1) @ tf.convert_to_tensor(self.kernel) + self.bias
        recurrent, bias = tf.convert_to_tensor(self.recurrent_kernel), tf.convert_to_tensor(self.candidate_bias)
        return *gated_step((state,), z, recurrent, bias), collected, shares

    def _logits(self, states: Tensor, collected: Tensor, x: Tensor, places: Tensor, training: bool) -> Tensor:
        hidden = self.output_dropout(tf.concat([states, collected, x], axis=-1), training=training)
        return of_what_is_written(self.output_layer(hidden), places, self.writes_unknown)

    def get_config(self):
        names = "n_tokens", "units", "attention", "dropout", "writes_unknown"
        return super().get_config() | {name: getattr(self, name) for name in names}
