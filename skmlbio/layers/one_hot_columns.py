"""Categories of several columns as ones and zeros."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="skmlbio")
class OneHotColumns(keras.layers.Layer):
    """Put the one-hot vectors of the categories of a row side by side.

    Called on numbers of shape (batch, n_columns), an integer dtype; returns (batch, sum(sizes)).

    Parameters
    ----------
    sizes : sequence of int
        How many categories each column has.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> OneHotColumns((2, 3))(tf.constant([[1, 0], [0, 2]])).numpy().tolist()
    [[0.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(self, sizes: Sequence[int], **options):
        super().__init__(**options)
        self.sizes = tuple(sizes)

    def get_config(self):
        return super().get_config() | {"sizes": self.sizes}

    def call(self, numbers):
        columns = zip(tf.unstack(numbers, num=len(self.sizes), axis=1), self.sizes, strict=True)
        vectors = [tf.one_hot(column, size, dtype=self.compute_dtype) for column, size in columns]
        return vectors[0] if len(vectors) == 1 else tf.concat(vectors, axis=1)
