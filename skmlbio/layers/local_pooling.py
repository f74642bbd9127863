"""Neighbouring residues made one."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skmlbio.layers.graph_propagation import lowest

Tensor = Any

LOCAL_POOLINGS = ("max", "mean")


def pool_locally(x: Tensor, real: Tensor, size: int, pooling: str = "max") -> tuple[Tensor, Tensor]:
    """Pool each run of positions, counted from the first one of a string.

    A run at the end of a string may be shorter; what is behind the end does not count.

    Parameters
    ----------
    x : tensor of shape (batch, length, n_features)
        X.
    real : tensor of shape (batch, length), bool
        Which positions are real.
    size : int
        Positions of a run.
    pooling : {"max", "mean"}, default="max"
        What is taken of its real positions.

    Returns
    -------
    pooled : tensor of shape (batch, ceil(length / size), n_features)
        A row for each run; zero where none of its positions is real.
    real : tensor of shape (batch, ceil(length / size)), bool
        Which runs have a real position.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.local_pooling import pool_locally
    >>> x, real = np.array([[[-1.0], [-3.0], [-5.0], [9.0], [9.0]]], "float32"), np.arange(5)[None] < 3
    >>> pooled, still_real = pool_locally(x, real, size=2)
    >>> pooled.numpy().ravel().tolist(), still_real.numpy().tolist()
    ([-1.0, -5.0, 0.0], [[True, True, False]])
    """
    n_strings, length = tf.unstack(tf.shape(x)[:2])
    missing = -length % size
    x = tf.pad(x, [[0, 0], [0, missing], [0, 0]])
    real = tf.reshape(tf.pad(real, [[0, 0], [0, missing]]), [n_strings, -(-length // size), size, 1])
    x = tf.reshape(x, [n_strings, -(-length // size), size, x.shape[-1]])
    any_real = tf.reduce_any(real, axis=2)
    if pooling == "max":
        pooled = tf.reduce_max(tf.where(real, x, tf.cast(lowest(x), x.dtype)), axis=2)
        pooled = tf.where(any_real, pooled, tf.zeros_like(pooled))
    else:
        n_real = tf.maximum(tf.reduce_sum(tf.cast(real, x.dtype), axis=2), 1)
        pooled = tf.reduce_sum(tf.where(real, x, tf.zeros_like(x)), axis=2) / n_real
    return pooled, tf.squeeze(any_real, -1)


@keras.saving.register_keras_serializable(package="skmlbio")
class LocalPooling(keras.layers.Layer):
    """Fewer positions of each string; see `pool_locally`.

    Called on x of shape (batch, length, n_features) and `real` of shape (batch, length), bool; returns the pair of both
    for the runs of positions.

    Parameters
    ----------
    size : int, default=2
        Positions that become one.
    pooling : {"max", "mean"}, default="max"
        What is taken of them.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import LocalPooling
    >>> x, real = LocalPooling(4)(np.ones((2, 10, 3), "float32"), real=np.ones((2, 10), bool))
    >>> x.shape, real.shape
    (TensorShape([2, 3, 3]), TensorShape([2, 3]))
    """

    def __init__(self, size: int = 2, pooling: str = "max", **options):
        super().__init__(**options)
        if pooling not in LOCAL_POOLINGS:
            raise ValueError(f"pooling must be 'max' or 'mean', not {pooling!r}")
        self.size, self.pooling = size, pooling

    def call(self, x, real):
        return pool_locally(x, real, self.size, self.pooling)

    def get_config(self):
        return super().get_config() | {"size": self.size, "pooling": self.pooling}
