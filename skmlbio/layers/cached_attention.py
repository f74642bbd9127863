"""Attention of what is written so far: to itself, and to what is read."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from skmlbio.layers.attention import attention, attention_map, scaled
from skmlbio.layers.multi_head_attention import MultiHeadSelfAttention, mix_heads, multi_head_projections
from skmlbio.layers.positions import rotary_positions, rotate

Tensor = Any


def not_later(length: int | Tensor) -> Tensor:
    """Which position may collect from which: from itself and those before it, so that what follows stays unseen.

    Parameters
    ----------
    length : int or scalar tensor
        Number of positions.

    Returns
    -------
    tensor of shape (length, length), bool

    Examples
    --------
    >>> from skmlbio.layers.cached_attention import not_later
    >>> not_later(3).numpy().astype(int).tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    place = ops.arange(length)
    return ops.expand_dims(place, 1) >= ops.expand_dims(place, 0)


@keras.saving.register_keras_serializable(package="skmlbio")
class CausalSelfAttention(MultiHeadSelfAttention):
    """`MultiHeadSelfAttention` in which no position collects from a later one.

    Padding comes after what is real, so nothing that is real ever sees it.  Called on x of shape (batch, length,
    n_features) it answers for all positions at once, and `step` for the next one of them, from the keys and values of
    those before.

    Parameters
    ----------
    n_heads : int
        Divides the width of X.
    rotary : bool, default=False
        Whether queries and keys are turned by their position; see `rotate`.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.cached_attention import CausalSelfAttention
    >>> layer, x = CausalSelfAttention(n_heads=2), np.random.default_rng(0).normal(size=(1, 3, 4)).astype("float32")
    >>> whole, cache = layer(x), layer.no_cache(1)
    >>> for place in range(3):
    ...     y, cache = layer.step(x[:, place : place + 1], cache)
    >>> bool(np.allclose(y[:, 0], whole[:, 2], atol=1e-6))
    True
    """

    def __init__(self, n_heads: int, rotary: bool = False, **options):
        super().__init__(n_heads, rotary, **options)

    def collect(self, queries, keys, values, real):
        return attention(scaled(queries), keys, values, allowed=not_later(ops.shape(queries)[2]))

    def no_cache(self, n_rows: int | Tensor) -> tuple[Tensor, Tensor]:
        """Return the keys and values of no positions, of shape (n_rows, n_heads, 0, head_dim)."""
        nothing = ops.zeros((n_rows, self.n_heads, 0, self.kernel.shape[0] // self.n_heads), self.compute_dtype)
        return nothing, nothing

    def step(self, x: Tensor, cache: tuple[Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Answer for the next position, x of shape (batch, 1, n_features), and add its key and value to the cache."""
        query, key, value = multi_head_projections(x, self.kernel, self.bias, self.n_heads)
        if self.rotary:
            angles = rotary_positions(1, query.shape[-1], start=ops.shape(cache[0])[2])
            query, key = rotate(query, angles), rotate(key, angles)
        keys, values = (ops.concatenate(pair, axis=2) for pair in zip(cache, (key, value), strict=True))
        collected = attention(scaled(query), keys, values)
        return mix_heads(collected, self.output_kernel, self.output_bias), (keys, values)

    def get_config(self):
        config = super().get_config()
        return {name: value for name, value in config.items() if name not in ("window", "n_global")}


@keras.saving.register_keras_serializable(package="skmlbio")
class CrossAttention(keras.layers.Layer):
    """Several scaled dot-product attentions of X to what has been read, M, mixed by a last projection.

    Y = [Y_1, ..., Y_h] W_o + b_o with Y_i = softmax(Q_i K_iᵀ / √d) V_i, where Q_i are projections of X, K_i and V_i
    projections of M (Vaswani et al. 2017, section 3.2.3).

    Called on x of shape (batch, n_queries, n_features), the pair `keys_values` of M, and optionally `real` of shape
    (batch, length), true where a position of M is real.  With ``return_maps=True`` the call returns the pair of Y and
    the maps, of shape (batch, n_heads, n_queries, length).

    Parameters
    ----------
    n_heads : int
        h; divides the width of X, which is that of M, too.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.cached_attention import CrossAttention
    >>> layer = CrossAttention(n_heads=2)
    >>> layer.build((None, None, 4))
    >>> x, memory = np.ones((1, 3, 4), "float32"), np.ones((1, 5, 4), "float32")
    >>> y, maps = layer(x, layer.keys_values(memory), return_maps=True)
    >>> y.shape, maps.shape
    (TensorShape([1, 3, 4]), TensorShape([1, 2, 3, 5]))
    """

    def __init__(self, n_heads: int, **options):
        super().__init__(**options)
        self.n_heads = n_heads
        self.kernel_initializer = keras.initializers.GlorotUniform()
        self.memory_kernel_initializer = keras.initializers.GlorotUniform()
        self.output_kernel_initializer = keras.initializers.GlorotUniform()

    def build(self, input_shape):
        width = input_shape[-1]

        def weights(name: str, n_parts: int) -> tuple[Any, Any]:
            kernel, bias = f"{name}kernel", f"{name}bias"
            initializer = getattr(self, f"{kernel}_initializer")
            return (
                self.add_weight(name=kernel, shape=(width, n_parts * width), initializer=initializer),
                self.add_weight(name=bias, shape=(n_parts * width,), initializer="zeros"),
            )

        self.kernel, self.bias = weights("", 1)
        self.memory_kernel, self.memory_bias = weights("memory_", 2)
        self.output_kernel, self.output_bias = weights("output_", 1)
        self.built = True

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Return the keys and values of M, of shape (batch, n_heads, length, head_dim)."""
        return multi_head_projections(memory, self.memory_kernel, self.memory_bias, self.n_heads, n_parts=2)

    def call(self, x, keys_values, real=None, return_maps=False):
        (queries,), (keys, values) = multi_head_projections(x, self.kernel, self.bias, self.n_heads, 1), keys_values
        real = None if real is None else ops.expand_dims(real, 1)
        collected = attention(scaled(queries), keys, values, real)
        y = mix_heads(collected, self.output_kernel, self.output_bias)
        return (y, attention_map(scaled(queries), keys, real)) if return_maps else y

    def get_config(self):
        return super().get_config() | {"n_heads": self.n_heads}
