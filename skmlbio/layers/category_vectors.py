"""A learned vector of each category: of letters, of tokens, of the values of a column."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any

SMALL = 0.1  # so that what is learned, not what was drawn, decides which vectors are near each other


@keras.saving.register_keras_serializable(package="skmlbio")
class CategoryVectors(keras.layers.Layer):
    """A learned vector of each category, and of numbers that stand for none of them, or for several.

    Called on numbers of any shape, an integer dtype; returns vectors of shape (..., width).  With `members` a number
    has the mean of the vectors of its members.  Without them, the numbers below n_columns are the unknown categories of
    the columns, which have the mean of their column's vectors; n_columns and up are the categories, column by column.
    By ``plain=True``, numbers are those of categories, 0 and up.

    Parameters
    ----------
    sizes : sequence of int
        How many categories each column has; of letters and tokens there is one column.
    width : int
        Length of a vector.
    members : array-like of shape (n_numbers, n_categories), default=None
        How much each category counts for a number; see `skmlbio.sequences.Alphabet.one_hot_vectors`.
    deviation : float, default=0.1
        Standard deviation of what is drawn to begin with.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.category_vectors import CategoryVectors
    >>> vectors = CategoryVectors((2, 3), 4)
    >>> of_columns = vectors(np.array([[2, 4], [3, 1]])).numpy()
    >>> of_columns.shape, np.allclose(of_columns[1, 1], vectors.embeddings.numpy()[2:].mean(axis=0))
    ((2, 2, 4), True)
    """

    def __init__(self, sizes, width: int, members=None, *, deviation: float = SMALL, **options):
        super().__init__(**options)
        self.sizes, self.width, self.deviation = tuple(sizes), width, deviation
        self.members = None if members is None else np.asarray(members, np.float64)
        self.embeddings_initializer = keras.initializers.RandomNormal(stddev=deviation)

    def build(self, input_shape):
        shape = sum(self.sizes), self.width
        self.embeddings = self.add_weight(name="embeddings", shape=shape, initializer=self.embeddings_initializer)
        self.built = True

    def call(self, numbers, plain=False):
        vectors, numbers = ops.convert_to_tensor(self.embeddings), ops.cast(numbers, "int32")
        if plain:
            return ops.take(vectors, numbers, axis=0)
        if self.members is not None:
            return ops.take(ops.matmul(ops.cast(self.members, vectors.dtype), vectors), numbers, axis=0)
        n_columns = len(self.sizes)
        unknown = ops.take(self._means(vectors), ops.clip(numbers, 0, n_columns - 1), axis=0)
        known = ops.take(vectors, ops.maximum(numbers - n_columns, 0), axis=0)
        return ops.where(ops.expand_dims(numbers < n_columns, -1), unknown, known)

    def _means(self, vectors):
        """Return the mean vector of each column, by one product: sums of many gradients would differ in their bits."""
        if len(self.sizes) == 1:
            return ops.mean(vectors, axis=0, keepdims=True)
        columns = np.repeat(np.arange(len(self.sizes)), self.sizes)
        shares = (columns == np.arange(len(self.sizes))[:, np.newaxis]) / np.array(self.sizes)[:, np.newaxis]
        return ops.matmul(ops.cast(shares, vectors.dtype), vectors)

    def get_config(self):
        members = None if self.members is None else self.members.tolist()
        own = {"sizes": self.sizes, "width": self.width, "members": members, "deviation": self.deviation}
        return super().get_config() | own
