"""From tokens to vectors."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any


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
