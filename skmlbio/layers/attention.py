"""Attention: every row becomes a mean of values, weighted by how well its query matches their keys."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from skmlbio.layers.graph_propagation import lowest

Tensor = Any


def attention_map(queries: Tensor, keys: Tensor, real: Tensor | None = None, allowed: Tensor | None = None) -> Tensor:
    """softmax(Q Kᵀ), row by row: the share of each key in what each query collects.

    Parameters
    ----------
    queries : tensor of shape (..., n_queries, n_features)
        Q.
    keys : tensor of shape (..., n_keys, n_features)
        K.
    real : tensor of shape (..., n_keys), bool, default=None
        Which keys are real; the others have share 0.
    allowed : tensor of shape (..., n_queries, n_keys), bool, default=None
        Which query may collect from which key; the others have share 0, too.

    Returns
    -------
    tensor of shape (..., n_queries, n_keys)
        Rows sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.attention import attention_map
    >>> x = np.array([[0.0, 0.0], [1.0, 1.0]], "float32")
    >>> attention_map(x, x).numpy().round(2).tolist()
    [[0.5, 0.5], [0.11999999731779099, 0.8799999952316284]]
    """
    shares = _shares(queries, keys, real, allowed)
    return shares / ops.sum(shares, axis=-1, keepdims=True)


def attention(
    queries: Tensor, keys: Tensor, values: Tensor, real: Tensor | None = None, allowed: Tensor | None = None
) -> Tensor:
    """Y = softmax(Q Kᵀ) V.

    Parameters
    ----------
    queries : tensor of shape (..., n_queries, n_features)
        Q.
    keys : tensor of shape (..., n_keys, n_features)
        K.
    values : tensor of shape (..., n_keys, n_outputs)
        V.
    real : tensor of shape (..., n_keys), bool, default=None
        Which keys are real.
    allowed : tensor of shape (..., n_queries, n_keys), bool, default=None
        Which query may collect from which key.

    Returns
    -------
    tensor of shape (..., n_queries, n_outputs)

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.attention import attention
    >>> x = np.array([[0.0], [1.0]], "float32")
    >>> attention(x, x, np.array([[2.0], [4.0]], "float32")).numpy()[0].tolist()
    [3.0]
    """
    # Rows are divided by their sums after they have met the values: n_outputs numbers a row instead of n_keys, here and
    # in the gradient.
    shares = _shares(queries, keys, real, allowed)
    return ops.matmul(shares, values) / ops.sum(shares, axis=-1, keepdims=True)


def self_attention(x: Tensor, real: Tensor | None = None) -> Tensor:
    """Y = softmax(X Xᵀ) X, attention without parameters; see `attention` for the shapes."""
    return attention(x, x, x, real)


def scaled_dot_product_attention(queries: Tensor, keys: Tensor, values: Tensor, real: Tensor | None = None) -> Tensor:
    """Y = softmax(Q Kᵀ / √d) V with d features in a query; see `attention` for the shapes.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017, equation 1.
    """
    return attention(scaled(queries), keys, values, real)


def scaled(queries: Tensor) -> Tensor:
    """Q / √d, so that scores have the spread of 1 whatever the number d of features is."""
    return queries * (1 / math.sqrt(queries.shape[-1]))


def _shares(queries: Tensor, keys: Tensor, real: Tensor | None, allowed: Tensor | None) -> Tensor:
    """The exponentials of a softmax, before each row is divided by its sum."""
    scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2))
    if real is not None:
        real = ops.expand_dims(real, -2)
        allowed = real if allowed is None else ops.logical_and(real, allowed)
    if allowed is not None:
        # Added, not chosen: the gradient of a sum is free.
        scores = scores + ops.where(allowed, ops.cast(0, scores.dtype), ops.cast(lowest(scores), scores.dtype))
    # The highest score only keeps the exponentials in range; it cancels, and has no gradient.
    return ops.exp(scores - ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True)))


@keras.saving.register_keras_serializable(package="skmlbio")
class SelfAttention(keras.layers.Layer):
    """Y = softmax(X Xᵀ) X; has no weights.

    Called on x of shape (batch, length, n_features), and optionally `real` of shape (batch, length), true where a
    position is real.

    Parameters
    ----------
    return_map : bool, default=False
        Whether the result is the pair of Y and its map softmax(X Xᵀ), of shape (batch, length, length).
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.attention import SelfAttention
    >>> y, shares = SelfAttention(return_map=True)(np.zeros((1, 3, 2), "float32"))
    >>> y.shape, shares.shape
    (TensorShape([1, 3, 2]), TensorShape([1, 3, 3]))
    """

    def __init__(self, return_map: bool = False, **options):
        super().__init__(**options)
        self.return_map = return_map

    def call(self, x, real=None):
        y = self_attention(x, real)
        return (y, attention_map(x, x, real)) if self.return_map else y

    def get_config(self):
        return super().get_config() | {"return_map": self.return_map}


@keras.saving.register_keras_serializable(package="skmlbio")
class KeyValueAttention(keras.layers.Layer):
    """Y = softmax(X Kᵀ) V, with m keys and m values that are learned.

    Called on x of shape (..., n_features).

    Parameters
    ----------
    n_keys : int
        m.
    units : int, default=None
        Width of a value; that of X where None.
    return_map : bool, default=False
        Whether the result is the pair of Y and its map softmax(X Kᵀ), of shape (..., n_keys).
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.attention import KeyValueAttention
    >>> KeyValueAttention(n_keys=5, units=3)(np.zeros((2, 7, 4), "float32")).shape
    TensorShape([2, 7, 3])
    """

    def __init__(self, n_keys: int, units: int | None = None, return_map: bool = False, **options):
        super().__init__(**options)
        self.n_keys, self.units, self.return_map = n_keys, units, return_map
        self.keys_initializer = keras.initializers.GlorotUniform()
        self.values_initializer = keras.initializers.GlorotUniform()

    def build(self, input_shape):
        n_features = input_shape[-1]
        units = self.units or n_features
        self.keys = self.add_weight(name="keys", shape=(self.n_keys, n_features), initializer=self.keys_initializer)
        self.values = self.add_weight(name="values", shape=(self.n_keys, units), initializer=self.values_initializer)
        self.built = True

    def call(self, x):
        keys, values = ops.convert_to_tensor(self.keys), ops.convert_to_tensor(self.values)
        y = attention(x, keys, values)
        return (y, attention_map(x, keys)) if self.return_map else y

    def get_config(self):
        return super().get_config() | {"n_keys": self.n_keys, "units": self.units, "return_map": self.return_map}
