"""A transformer's decoder: what is written, given what has been read."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from skmlbio.layers.beam_search import END, NEVER
from skmlbio.layers.decoder_block import Cache, DecoderBlock
from skmlbio.layers.noise import Dropout
from skmlbio.layers.positions import LearnedPositions, SinusoidalPositions
from skmlbio.layers.tokens import UNKNOWN, TokenEmbedding

Tensor = Any


def with_end(tokens: Tensor) -> tuple[Tensor, Tensor]:
    """What is to be written at each place, and at which places something is: the tokens, and then their end.

    Parameters
    ----------
    tokens : tensor of shape (batch, length), int
        0 after the end of a sequence.

    Returns
    -------
    pair of tensors of shape (batch, length + 1), int32 and bool

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.translation import with_end
    >>> tokens, present = with_end(np.array([[3, 5], [4, 0]]))
    >>> tokens.numpy().tolist(), present.numpy().tolist()
    ([[3, 5, 0], [4, 0, 0]], [[True, True, True], [True, True, False]])
    """
    tokens = tf.cast(tokens, tf.int32)
    before = tf.pad(tokens, [(0, 0), (1, 0)], constant_values=-1)
    return tf.pad(tokens, [(0, 0), (0, 1)], constant_values=END), tf.not_equal(before, END)


def of_what_is_written(logits: Tensor, places: Tensor, writes_unknown: bool) -> Tensor:
    """Return logits that are -inf for what is never written: an end before there is a token, and an unknown token.

    Parameters
    ----------
    logits : tensor of shape (..., n_places, n_tokens)
        Of the end (class 0), of an unknown token (class 1), and of all others.
    places : tensor of shape (n_places,), int
        Counted from 0.
    writes_unknown : bool
        Whether an unknown token is written like the others.

    Returns
    -------
    tensor of the shape and dtype of `logits`

    Examples
    --------
    >>> import tensorflow as tf
    >>> from skmlbio.layers.translation import of_what_is_written
    >>> of_what_is_written(tf.zeros((2, 4)), tf.range(2), writes_unknown=False).numpy().tolist()
    [[-inf, -inf, 0.0, 0.0], [0.0, -inf, 0.0, 0.0]]
    """
    classes = tf.range(logits.shape[-1])
    never = tf.equal(places, 0)[:, tf.newaxis] & tf.equal(classes, END)
    if not writes_unknown:
        never |= tf.equal(classes, UNKNOWN)
    return tf.where(never, tf.constant(NEVER, logits.dtype), logits)


@keras.saving.register_keras_serializable(package="skmlbio")
class TargetLogProbability(keras.layers.Layer):
    """log p of each token of a sequence and of its end, given those before; 0 for padding.

    Called on logits of shape (batch, length + 1, n_tokens) and tokens of shape (batch, length), 0 after the end of a
    sequence.  Returns a tensor of shape (batch, length + 1), -inf for a token that is never written.
    """

    def call(self, logits, tokens):
        wanted, present = with_end(tokens)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=wanted, logits=logits)
        return tf.where(present, -losses, tf.zeros_like(losses))


@keras.saving.register_keras_serializable(package="skmlbio")
class TranslationDecoder(keras.layers.Layer):
    """logits = W blocks(embed([0, y_1, y_2, ...]) + positions) + b: of each token, and of the end (class 0).

    Those of what is never written are -inf, see `of_what_is_written`.

    Called on tokens y of shape (batch, length), 0 after the end of a sequence, on `memory` of shape (batch, n_read,
    n_features) and on `real` of shape (batch, n_read), true where a position of it is real.  Returns logits of shape
    (batch, length + 1, n_tokens): in place i, those of token i given the ones before.  With ``return_maps=True`` the
    call returns the pair of them and a dict of the maps of the cross-attention, of shape (batch, n_heads, length + 1,
    n_read), by the names of the blocks.

    `begin` and `step` answer for one place after the other, and keep keys and values of those before.

    Parameters
    ----------
    n_tokens : int
        How many numbers of tokens there are.
    width : int
        Of the vectors, those of `memory` among them.
    max_length : int or None
        Rows of learned positions; None takes sinusoidal ones.
    n_blocks : int
        How many blocks there are.
    block : dict
        Arguments of `DecoderBlock`.
    writes_unknown : bool
        Whether an unknown token is written.
    **options
        `name`, `dtype` and the like of every Keras layer.
    """

    def __init__(
        self,
        n_tokens: int,
        width: int,
        max_length: int | None,
        n_blocks: int,
        block: dict,
        writes_unknown: bool = True,
        **options,
    ):
        super().__init__(**options)
        self.n_tokens, self.width, self.max_length = n_tokens, width, max_length
        self.n_blocks, self.block, self.writes_unknown = n_blocks, dict(block), writes_unknown

    def build(self, input_shape):
        policy, x = self.dtype_policy, (None, None, self.width)
        self.letters = TokenEmbedding(self.n_tokens, self.width, name="letters", dtype=policy)
        places = {"name": "positions", "dtype": policy}
        self.positions = (
            LearnedPositions(self.max_length, **places) if self.max_length else SinusoidalPositions(**places)
        )
        self.dropout = Dropout(self.block.get("dropout", 0.0), name="embedding_dropout", dtype=policy)
        self.blocks = [DecoderBlock(**self.block, name=f"block_{i}", dtype=policy) for i in range(self.n_blocks)]
        # Blocks that normalise what they read leave a sum behind that nobody has normalised.
        norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm", dtype=policy)
        self.norm = norm if self.block.get("norm", "pre") == "pre" else keras.layers.Identity(dtype=policy)
        self.output_layer = keras.layers.Dense(self.n_tokens, name="output", dtype=policy)
        self.letters.build((None, None))
        for layer in (self.positions, *self.blocks, self.norm, self.output_layer):
            layer.build(x)
        self.built = True

    def call(self, tokens, memory, real, return_maps=False, training=False):
        before = ops.pad(ops.cast(tokens, "int32"), ((0, 0), (1, 0)))
        x = self.dropout(self.positions(self.letters(before)[0]), training=training)
        maps = {}
        for block in self.blocks:
            x = block(x, memory, real=real, return_maps=return_maps, training=training)
            x, maps[block.name] = x if return_maps else (x, None)
        logits = self._logits(x, tf.range(tf.shape(x)[1]))
        return (logits, maps) if return_maps else logits

    def compute_output_spec(self, tokens, memory, real, return_maps=False, training=False):
        n_rows, length = tokens.shape
        n_written = None if length is None else length + 1
        logits = keras.KerasTensor((n_rows, n_written, self.n_tokens), self.compute_dtype)
        maps = {
            block.name: keras.KerasTensor((n_rows, block.n_heads, n_written, memory.shape[1]), self.compute_dtype)
            for block in self.blocks
        }
        return (logits, maps) if return_maps else logits

    def begin(self, memory: Tensor, real: Tensor) -> tuple[Any, list[Cache]]:
        """Return what all steps have in common, and what is remembered before the first."""
        n_rows = ops.shape(memory)[0]
        read = [block.cross.keys_values(memory) for block in self.blocks], real
        return read, [block.attention.no_cache(n_rows) for block in self.blocks]

    def step(self, tokens: Tensor, place: Tensor, cache: list[Cache], read: Any) -> tuple[Tensor, list[Cache]]:
        """Return the logits of the next token, of shape (batch, n_tokens), after the last ones, of shape (batch,)."""
        keys_values, real = read
        x = self.positions(self.letters(ops.expand_dims(tokens, 1))[0], start=place)
        added = []
        for block, before, memory in zip(self.blocks, cache, keys_values, strict=True):
            x, after = block.step(x, before, memory, real)
            added.append(after)
        return self._logits(x, tf.reshape(place, (1,)))[:, 0], added

    def _logits(self, x: Tensor, places: Tensor) -> Tensor:
        return of_what_is_written(self.output_layer(self.norm(x)), places, self.writes_unknown)

    def get_config(self):
        names = "n_tokens", "width", "max_length", "n_blocks", "block", "writes_unknown"
        return super().get_config() | {name: getattr(self, name) for name in names}
