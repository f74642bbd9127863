"""From the features of residues to the features of whole strings."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from skmlbio.layers.attention import attention
from skmlbio.layers.graph_propagation import lowest

Tensor = Any

POOLINGS = ("mean", "max", "attention")


def pool_sequences(x: Tensor, real: Tensor, pooling: str = "mean", query: Tensor | None = None) -> Tensor:
    """Pool the real positions of each string.

    - ``"mean"``, ``"max"``: over positions
    - ``"attention"``: softmax(q Xᵀ) X, the mean weighted by how well positions match a query

    Parameters
    ----------
    x : tensor of shape (batch, length, n_features)
        X.
    real : tensor of shape (batch, length), bool
        Which positions are real: at least one of each string.
    pooling : {"mean", "max", "attention"}, default="mean"
        See above.
    query : tensor of shape (1, n_features), default=None
        q, for ``"attention"``.

    Returns
    -------
    tensor of shape (batch, n_features)

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.sequence_pooling import pool_sequences
    >>> x = np.array([[[1.0], [3.0], [9.0]]], "float32")
    >>> pool_sequences(x, np.array([[True, True, False]])).numpy().tolist()
    [[2.0]]
    """
    if pooling == "attention":
        return ops.squeeze(attention(query, x, x, real), axis=1)
    real = ops.expand_dims(real, -1)
    if pooling == "max":
        return ops.max(ops.where(real, x, ops.cast(lowest(x), x.dtype)), axis=1)
    return ops.sum(ops.where(real, x, ops.zeros_like(x)), axis=1) / ops.sum(ops.cast(real, x.dtype), axis=1)


@keras.saving.register_keras_serializable(package="skmlbio")
class SequencePooling(keras.layers.Layer):
    """One row of features for each string; see `pool_sequences`.

    Called on x of shape (batch, length, n_features) and `real` of shape (batch, length), bool.

    Parameters
    ----------
    pooling : {"mean", "max", "attention"}, default="mean"
        How to pool; under ``"attention"`` the query is learned.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.sequence_pooling import SequencePooling
    >>> SequencePooling("attention")(np.ones((2, 5, 4), "float32"), real=np.ones((2, 5), bool)).shape
    TensorShape([2, 4])
    """

    def __init__(self, pooling: str = "mean", **options):
        super().__init__(**options)
        if pooling not in POOLINGS:
            raise ValueError(f"pooling must be 'mean', 'max' or 'attention', not {pooling!r}")
        self.pooling, self.query = pooling, None
        self.query_initializer = keras.initializers.GlorotUniform()

    def build(self, input_shape):
        if self.pooling == "attention":
            shape = 1, input_shape[-1]
            self.query = self.add_weight(name="query", shape=shape, initializer=self.query_initializer)
        self.built = True

    def call(self, x, real):
        query = None if self.query is None else ops.convert_to_tensor(self.query)
        return pool_sequences(x, real, self.pooling, query)

    def get_config(self):
        return super().get_config() | {"pooling": self.pooling}
