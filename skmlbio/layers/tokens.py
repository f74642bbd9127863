"""From tokens to vectors."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any

UNKNOWN, FIRST_LETTER = 1, 2  # tokens: 0 is padding, and letters follow what is unknown


@keras.saving.register_keras_serializable(package="skmlbio")
class NormalTokens(keras.initializers.RandomNormal):
    """Normal numbers for the rows of tokens, zeros for those of padding and of unknown tokens: their mean."""

    def __call__(self, shape, dtype=None):
        drawn = super().__call__(shape, dtype=dtype)
        return ops.where(ops.arange(shape[0])[:, np.newaxis] < FIRST_LETTER, ops.zeros_like(drawn), drawn)


@keras.saving.register_keras_serializable(package="skmlbio")
class TokenEmbedding(keras.layers.Layer):
    """A learned vector of each token, looked up by its number, and which positions are real.

    Called on tokens of shape (batch, length), an integer dtype; token 0 is padding.  Returns the pair of vectors of
    shape (batch, length, width), zero where there is padding, and a mask of shape (batch, length), bool.  Token 1, the
    unknown one, begins as the mean of the others and learns where it occurs in training.

    Parameters
    ----------
    n_tokens : int
        How many numbers there are, such as `skmlbio.sequences.Vocabulary.n_tokens`.
    width : int
        Length of a vector.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.tokens import TokenEmbedding
    >>> vectors, real = TokenEmbedding(1000, 8)(np.array([[3, 999, 0, 0]], "uint16"))
    >>> vectors.shape, real.numpy().tolist()
    (TensorShape([1, 4, 8]), [[True, True, False, False]])
    """

    def __init__(self, n_tokens: int, width: int, **options):
        super().__init__(**options)
        self.n_tokens, self.width = n_tokens, width
        self.embeddings_initializer = NormalTokens(stddev=1.0)

    def build(self, input_shape):
        shape = self.n_tokens, self.width
        self.embeddings = self.add_weight(name="embeddings", shape=shape, initializer=self.embeddings_initializer)
        self.built = True

    def call(self, tokens):
        tokens = ops.cast(tokens, "int32")
        real = ops.not_equal(tokens, 0)
        vectors = ops.take(ops.convert_to_tensor(self.embeddings), tokens, axis=0)
        return ops.where(ops.expand_dims(real, -1), vectors, ops.zeros_like(vectors)), real

    def get_config(self):
        return super().get_config() | {"n_tokens": self.n_tokens, "width": self.width}


@keras.saving.register_keras_serializable(package="skmlbio")
class TokenVectors(keras.layers.Layer):
    """The given vector of each token, and which positions are real.

    Called on tokens of shape (batch, length), an integer dtype; token 0 is padding.  Returns the pair of vectors of
    shape (batch, length, n_letters) and a mask of shape (batch, length), bool.

    A kernel applied to one-hot vectors is an embedding of the letters.  A code that stands for several letters then has
    the mean of their embeddings, also where no training string has the code.

    Parameters
    ----------
    vectors : array-like of shape (n_tokens, n_letters)
        A row for each token, such as `skmlbio.sequences.Alphabet.one_hot_vectors`; that of padding is zero.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.tokens import TokenVectors
    >>> vectors, real = TokenVectors([[0, 0], [0.5, 0.5], [1, 0], [0, 1]])(np.array([[3, 2, 1, 0]], "uint8"))
    >>> vectors.numpy().tolist()
    [[[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [0.0, 0.0]]]
    >>> real.numpy().tolist()
    [[True, True, True, False]]
    """

    def __init__(self, vectors, **options):
        super().__init__(**options)
        self.vectors = np.asarray(vectors, np.float64)

    def call(self, tokens):
        vectors = ops.convert_to_tensor(self.vectors, dtype=self.compute_dtype)
        return ops.take(vectors, ops.cast(tokens, "int32"), axis=0), ops.not_equal(tokens, 0)

    def get_config(self):
        return super().get_config() | {"vectors": self.vectors.tolist()}
