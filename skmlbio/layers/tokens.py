"""From tokens to vectors."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable(package="skmlbio")
class OneHotTokens(keras.layers.Layer):
    """A vector with a single 1 for each token, zeros for padding, and which positions are real.

    Called on tokens of shape (batch, length), an integer dtype; token 0 is padding.  Returns the pair of vectors of
    shape (batch, length, n_tokens - 1) and a mask of shape (batch, length), bool.

    A kernel applied to it is an embedding: a matrix product, whose gradient is one too.

    Parameters
    ----------
    n_tokens : int
        Number of tokens, padding included.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.tokens import OneHotTokens
    >>> vectors, real = OneHotTokens(3)(np.array([[2, 1, 0]], "uint8"))
    >>> vectors.numpy().tolist(), real.numpy().tolist()
    ([[[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]], [[True, True, False]])
    """

    def __init__(self, n_tokens: int, **options):
        super().__init__(**options)
        self.n_tokens = n_tokens

    def call(self, tokens):
        # A class of -1 has no column.
        vectors = ops.one_hot(ops.cast(tokens, "int32") - 1, self.n_tokens - 1, dtype=self.compute_dtype)
        return vectors, ops.not_equal(tokens, 0)

    def get_config(self):
        return super().get_config() | {"n_tokens": self.n_tokens}
