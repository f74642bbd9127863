"""What comes next in a string, given what was read so far: probabilities, their sums over strings, and draws."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from skmlbio.layers._precision import wide_dtype
from skmlbio.layers.causal_block import CausalBlock
from skmlbio.layers.class_token import ClassToken
from skmlbio.layers.noise import Dropout
from skmlbio.layers.recurrence import Recurrence
from skmlbio.layers.tokens import FIRST_LETTER, TokenEmbedding, TokenVectors
from skmlbio.layers.translation import with_end

Tensor = Any
_NEVER = -1e9  # added to the logit of what cannot be


@keras.saving.register_keras_serializable(package="skmlbio")
class NextToken(keras.layers.Layer):
    """logits_t = W h_t + b of each letter and of the end, with h = body([s, e(x_1), e(x_2), ...]).

    e(x) is a learned vector of the letter, s one of the beginning, and h_t knows nothing that comes after x_{t-1}.  The
    end, the last class, does not come first: a string has a letter.

    Called on tokens of shape (batch, length), 0 after the end of a string, it returns logits of shape (batch, length +
    1, n_letters + 1), those of each place given the ones before.  `step` answers for one place after the other, and
    keeps what it needs of those before.  The logits of half precision are single.  With ``states=True`` it returns h of
    each letter that has been read, of shape (batch, length, n_features).

    Parameters
    ----------
    n_letters : int
        How many letters, or tokens, there are; their numbers begin at 2.
    width : int
        Length of a letter's vector.
    n_layers : int
        How many readers the body has, one after the other.
    recurrence : dict or None
        Arguments of `Recurrence`, where the readers are recurrent.
    block : dict or None
        Arguments of `CausalBlock`, where they attend.
    vectors : array-like of shape (n_tokens, n_letters) or None
        See `TokenVectors`; None learns a vector of each number.
    dropout : float
        Share of numbers that are dropped in training: of letters' vectors, between recurrences, and before W.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.next_token import NextToken
    >>> layer = NextToken(4, width=8, n_layers=1, recurrence={"units": 16})
    >>> layer(np.array([[2, 5, 3], [4, 0, 0]], "uint8")).shape
    TensorShape([2, 4, 5])
    """

    def __init__(
        self,
        n_letters: int,
        width: int,
        n_layers: int,
        recurrence: dict[str, Any] | None = None,
        block: dict[str, Any] | None = None,
        vectors: Any = None,
        dropout: float = 0.0,
        **options,
    ):
        super().__init__(**options)
        if (recurrence is None) == (block is None):
            raise ValueError("the readers of NextToken are recurrent or attend: give recurrence or block, not both")
        self.n_letters, self.width, self.n_layers, self.dropout = n_letters, width, n_layers, dropout
        self.recurrence, self.block = recurrence and dict(recurrence), block and dict(block)
        self.vectors = None if vectors is None else np.asarray(vectors, np.float64)

    def build(self, input_shape):
        policy, width = self.dtype_policy, self.width
        if self.vectors is None:
            self.letters = TokenEmbedding(self.n_letters + FIRST_LETTER, width, name="letters", dtype=policy)
            self.letters.build(input_shape)
            self.embedding = keras.layers.Identity(name="embedding", dtype=policy)
        else:
            self.letters = TokenVectors(self.vectors, name="letters", dtype=policy)
            normal = keras.initializers.RandomNormal(stddev=1.0)
            options = {"use_bias": False, "kernel_initializer": normal, "name": "embedding", "dtype": policy}
            self.embedding = keras.layers.Dense(width, **options)
        self.embedding.build((None, None, width if self.vectors is None else self.n_letters))
        self.start = ClassToken(name="start", dtype=policy)
        self.start.build((None, None, width))
        self.readers = [self._reader(i) for i in range(self.n_layers)]
        for reader in self.readers:
            reader.build((None, None, width))
            width = self.recurrence["units"] if self.recurrence else width
        norm = {"epsilon": 1e-5, "name": "norm", "dtype": policy}
        # Blocks that normalise what they read leave a sum behind that nobody has normalised.
        self.norm = keras.layers.LayerNormalization(**norm) if self.block else keras.layers.Identity(dtype=policy)
        self.output_layer = keras.layers.Dense(self.n_letters + 1, name="output", dtype=policy)
        for layer in (self.norm, self.output_layer):
            layer.build((None, None, width))
        # Blocks have dropouts of their own.
        n_dropouts = 1 + (self.n_layers if self.recurrence else 1)
        self.dropouts = [Dropout(self.dropout, name=f"dropout_{i}", dtype=policy) for i in range(n_dropouts)]
        self.built = True

    def _reader(self, place: int) -> Recurrence | CausalBlock:
        policy = self.dtype_policy
        if self.recurrence:
            return Recurrence(**self.recurrence, name=f"recurrence_{place}", dtype=policy)
        return CausalBlock(**self.block, name=f"block_{place}", dtype=policy)

    def call(self, tokens, states=False, training=False):
        vectors, real = self.letters(tokens)
        x, _ = self.start(self.embedding(vectors), real=real)
        x = self.dropouts[0](x, training=training)
        for place, reader in enumerate(self.readers):
            if self.recurrence and place:
                x = self.dropouts[place](x, training=training)
            x = reader(x, training=training) if self.block else reader(x)
        x = self.dropouts[-1](self.norm(x), training=training)
        return x[:, 1:] if states else self._logits(x, ops.arange(ops.shape(x)[1]))

    def compute_output_spec(self, tokens, states=False, training=False):
        n_rows, length = tokens.shape
        if states:
            width = self.recurrence["units"] if self.recurrence else self.width
            return keras.KerasTensor((n_rows, length, width), self.compute_dtype)
        n_places = None if length is None else length + 1
        return keras.KerasTensor((n_rows, n_places, self.n_letters + 1), wide_dtype(self.compute_dtype))

    def no_cache(self, n_rows: int | Tensor) -> list:
        """Return what is remembered before the first place."""
        return [reader.no_cache(n_rows) for reader in self.readers]

    def step(self, tokens: Tensor, place: Tensor, cache: list) -> tuple[Tensor, list]:
        """Return the logits of a place, of shape (batch, n_letters + 1), and what is remembered then.

        Parameters
        ----------
        tokens : tensor of shape (batch,), int
            Those of the place before; whatever they are, where there is none.
        place : scalar tensor, int
            Counted from 0.
        cache : list
            What was remembered after the place before.
        """
        vectors, _ = self.letters(ops.expand_dims(tokens, 1))
        x = self.embedding(vectors)
        x = ops.where(ops.equal(place, 0), ops.cast(self.start.vector, x.dtype), x)
        after = []
        for reader, before in zip(self.readers, cache, strict=True):
            x, remembered = reader.step(x, before)
            after.append(remembered)
        return self._logits(self.norm(x), ops.reshape(place, (1,)))[:, 0], after

    def _logits(self, x: Tensor, places: Tensor) -> Tensor:
        """Return the logits at some places; the end is not the first of a string."""
        logits = ops.cast(self.output_layer(x), wide_dtype(self.compute_dtype))
        is_end = ops.equal(ops.arange(self.n_letters + 1), self.n_letters)
        forbidden = ops.logical_and(ops.equal(ops.expand_dims(places, -1), 0), is_end)
        return logits + ops.where(forbidden, ops.cast(_NEVER, logits.dtype), ops.cast(0, logits.dtype))

    def get_config(self):
        names = "n_letters", "width", "n_layers", "recurrence", "block", "dropout"
        vectors = None if self.vectors is None else self.vectors.tolist()
        return super().get_config() | {name: getattr(self, name) for name in names} | {"vectors": vectors}


@keras.saving.register_keras_serializable(package="skmlbio")
class StringLogProbability(keras.layers.Layer):
    """log p of strings with their end, and of their letters given that there is one more at each place.

    Called on logits of shape (batch, length + 1, n_letters + 1), see `NextToken`, and tokens of shape (batch, length),
    0 after the end of a string.  Returns a dict of two tensors of shape (batch,), float64: ``"string"`` and
    ``"letters"``.  What stands for several letters has the sum of their probabilities.

    Parameters
    ----------
    members : array-like of shape (n_tokens, n_letters) or None
        Which letters each token stands for: those that are not 0.  None: token 2 and up for one each, token 1 for any.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.next_token import StringLogProbability
    >>> logits = np.log([[[0.8, 0.2, 1e-9], [0.3, 0.3, 0.4], [0.5, 0.4, 0.1]]])
    >>> found = StringLogProbability(dtype="float64")(logits, np.array([[2, 1]], "uint8"))
    >>> {name: round(float(np.exp(value[0])), 3) for name, value in found.items()}
    {'string': 0.048, 'letters': 0.8}
    """

    def __init__(self, members: Any = None, **options):
        super().__init__(**options)
        self.members = None if members is None else np.asarray(members) != 0

    def call(self, logits, tokens):
        wanted, present = with_end(tokens)
        of_wanted = tf.reduce_logsumexp(tf.where(self._stands_for(wanted, logits.shape[-1]), logits, _NEVER), axis=-1)
        of_letters, of_all = (tf.reduce_logsumexp(part, axis=-1) for part in (logits[..., :-1], logits))
        return {
            "string": _sum_where(present, of_wanted - of_all),
            "letters": _sum_where(wanted > 0, of_wanted - of_letters),
        }

    def _stands_for(self, wanted: Tensor, n_classes: int) -> Tensor:
        """Which classes each token stands for, of shape (batch, length + 1, n_classes); padding stands for the end."""
        if self.members is not None:
            is_end = np.arange(len(self.members)) == 0
            return tf.gather(np.concatenate([self.members, is_end[:, np.newaxis]], axis=1), wanted)
        classes, end = tf.range(n_classes), n_classes - 1
        own = tf.where(wanted == 0, end, wanted - FIRST_LETTER)[..., tf.newaxis]
        return tf.equal(own, classes) | ((wanted == 1)[..., tf.newaxis] & (classes < end))

    def get_config(self):
        return super().get_config() | {"members": None if self.members is None else self.members.tolist()}


def _sum_where(present: Tensor, log_p: Tensor) -> Tensor:
    """Add up what is present of every row, in double precision: a string may have thousands of letters."""
    return tf.reduce_sum(tf.cast(tf.where(present, log_p, tf.zeros_like(log_p)), tf.float64), axis=1)


@keras.saving.register_keras_serializable(package="skmlbio")
class AfterLast(keras.layers.Layer):
    """softmax(logits) of the place after the last token of each string.

    Called on logits of shape (batch, length + 1, n_classes) and tokens of shape (batch, length), 0 after the end of a
    string.  Returns probabilities of shape (batch, n_classes).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.next_token import AfterLast
    >>> logits = np.log([[[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]], dtype="float32")
    >>> AfterLast()(logits, np.array([[4, 0]])).numpy().round(2)
    array([[0.2, 0.8]], dtype=float32)
    """

    def call(self, logits, tokens):
        lengths = tf.math.count_nonzero(tf.cast(tokens, tf.bool), axis=1, dtype=tf.int32)
        return tf.nn.softmax(tf.gather(logits, lengths, batch_dims=1))
