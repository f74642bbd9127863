"""Attention of a string to itself, by several heads."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from skmlbio.layers.attention import attention_map, scaled, scaled_dot_product_attention
from skmlbio.layers.positions import rotary_positions, rotate
from skmlbio.layers.windowed_attention import windowed_attention, within_window

Tensor = Any


def multi_head_projections(
    x: Tensor, kernel: Tensor, bias: Tensor, n_heads: int, n_parts: int = 3
) -> tuple[Tensor, ...]:
    """Queries, keys and values of every head, or some of the three, by one matrix product X W + b.

    Parameters
    ----------
    x : tensor of shape (batch, length, n_features)
        X.
    kernel : tensor of shape (n_features, n_parts * n_units)
        W, the projections to queries, keys and values side by side, and in each the heads side by side.
    bias : tensor of shape (n_parts * n_units,)
        b.
    n_heads : int
        Divides n_units.
    n_parts : int, default=3
        How many projections stand side by side.

    Returns
    -------
    tuple of n_parts tensors of shape (batch, n_heads, length, n_units / n_heads)
    """
    # Computed as (X W)ᵀ = Wᵀ Xᵀ: positions last, heads are slices that need no copy, and the matrix products to come
    # read the transposes as they are.
    projected = ops.matmul(ops.transpose(kernel), ops.swapaxes(x, 1, 2)) + ops.expand_dims(bias, -1)
    head_dim = kernel.shape[-1] // (n_parts * n_heads)
    split = ops.reshape(projected, (-1, n_parts, n_heads, head_dim, ops.shape(x)[1]))
    return tuple(ops.swapaxes(part, -1, -2) for part in ops.unstack(split, n_parts, axis=1))


def mix_heads(collected: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """Y = [Y_1, ..., Y_h] W_o + b_o, what the heads have collected side by side, and mixed.

    Parameters
    ----------
    collected : tensor of shape (batch, n_heads, length, head_dim)
        Y_1 to Y_h.
    kernel : tensor of shape (n_heads * head_dim, n_features)
        W_o.
    bias : tensor of shape (n_features,)
        b_o.

    Returns
    -------
    tensor of shape (batch, length, n_features)
    """
    rows = ops.reshape(ops.transpose(collected, (0, 2, 1, 3)), (-1, kernel.shape[0]))
    return ops.reshape(ops.matmul(rows, kernel) + bias, (-1, ops.shape(collected)[2], kernel.shape[1]))


@keras.saving.register_keras_serializable(package="skmlbio")
class MultiHeadSelfAttention(keras.layers.Layer):
    """Several scaled dot-product attentions of X to itself, side by side, mixed by a last projection.

    Y = [Y_1, ..., Y_h] W_o + b_o with Y_i = softmax(Q_i K_iᵀ / √d) V_i, where Q_i, K_i and V_i are projections of X
    (Vaswani et al. 2017, section 3.2.2).  Y has the width of X, and d is the h-th part of it.

    Called on x of shape (batch, length, n_features), and optionally `real` of shape (batch, length), true where a
    position is real.  With ``return_maps=True`` the call returns the pair of Y and its maps, of shape (batch, n_heads,
    length, length).

    Parameters
    ----------
    n_heads : int
        h; divides the width of X.
    rotary : bool, default=False
        Whether queries and keys are turned by their position, so that scores depend on distances; see `rotate`.
    window : int, default=None
        How far a position sees on either side; None lets it see all.  See `windowed_attention`, whose work and memory
        grow with the length, not with its square.
    n_global : int, default=0
        So many positions at the beginning see all, and are seen by all, whatever the window is.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Raises
    ------
    ValueError
        If the width of X is no multiple of `n_heads`, or, with `rotary`, of twice `n_heads`.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.multi_head_attention import MultiHeadSelfAttention
    >>> y, maps = MultiHeadSelfAttention(n_heads=2)(np.ones((1, 3, 4), "float32"), return_maps=True)
    >>> y.shape, maps.shape
    (TensorShape([1, 3, 4]), TensorShape([1, 2, 3, 3]))
    """

    def __init__(self, n_heads: int, rotary: bool = False, window: int | None = None, n_global: int = 0, **options):
        super().__init__(**options)
        self.n_heads, self.rotary, self.window, self.n_global = n_heads, rotary, window, n_global
        self.kernel_initializer = keras.initializers.GlorotUniform()
        self.output_kernel_initializer = keras.initializers.GlorotUniform()
        self.lora_rank = None

    def build(self, input_shape):
        width = input_shape[-1]
        if width % self.n_heads:
            raise ValueError(
                f"the width of the input must be a multiple of n_heads, but {width} is none of {self.n_heads}"
            )
        if self.rotary and width // self.n_heads % 2:
            raise ValueError(
                "rotary positions turn pairs of features, so the width of a head must be even, but it is "
                f"{width // self.n_heads}"
            )
        self.kernel = self.add_weight(name="kernel", shape=(width, 3 * width), initializer=self.kernel_initializer)
        self.bias = self.add_weight(name="bias", shape=(3 * width,), initializer="zeros")
        self.output_kernel = self.add_weight(
            name="output_kernel", shape=(width, width), initializer=self.output_kernel_initializer
        )
        self.output_bias = self.add_weight(name="output_bias", shape=(width,), initializer="zeros")
        self.built = True

    def enable_lora(self, rank, a_initializer="he_uniform", b_initializer="zeros"):
        """Let W + A B stand for both kernels, of which A and B, of some rank, learn alone; as Keras' layers do."""
        self._tracker.unlock()
        for name, kernel in (("kernel", self.kernel), ("output_kernel", self.output_kernel)):
            for part, shape, initializer in (
                ("a", (kernel.shape[0], rank), keras.initializers.get(a_initializer)),
                ("b", (rank, kernel.shape[1]), keras.initializers.get(b_initializer)),
            ):
                adapter = f"lora_{name}_{part}"
                setattr(self, adapter, self.add_weight(name=adapter, shape=shape, initializer=initializer))
                setattr(self, f"{adapter}_initializer", initializer)
            kernel.trainable = False
        self._tracker.lock()
        self.lora_rank = rank

    def adapted(self, name):
        """Return a kernel, with what its adapter adds if there is one."""
        kernel = getattr(self, name)
        if self.lora_rank is None:
            return kernel
        return kernel + ops.matmul(getattr(self, f"lora_{name}_a"), getattr(self, f"lora_{name}_b"))

    def call(self, x, real=None, return_maps=False):
        queries, keys, values = multi_head_projections(x, self.adapted("kernel"), self.bias, self.n_heads)
        if self.rotary:
            angles = rotary_positions(ops.shape(x)[1], queries.shape[-1])
            queries, keys = rotate(queries, angles), rotate(keys, angles)
        collected = self.collect(queries, keys, values, real)
        y = mix_heads(collected, self.adapted("output_kernel"), self.output_bias)
        return (y, self.maps(queries, keys, real)) if return_maps else y

    def collect(self, queries, keys, values, real):
        """What each head collects, of shape (batch, n_heads, length, head_dim)."""
        if self.window is not None:
            return windowed_attention(scaled(queries), keys, values, self.window, real, self.n_global)
        real = None if real is None else ops.expand_dims(real, 1)
        return scaled_dot_product_attention(queries, keys, values, real)

    def maps(self, queries, keys, real):
        """The shares of all positions in what each one collects, zeros outside the window."""
        allowed = None
        if self.window is not None:
            allowed = within_window(ops.shape(queries)[2], self.window, self.n_global)
        real = None if real is None else ops.expand_dims(real, 1)
        return attention_map(scaled(queries), keys, real, allowed)

    def get_config(self):
        return super().get_config() | {
            "n_heads": self.n_heads,
            "rotary": self.rotary,
            "window": self.window,
            "n_global": self.n_global,
        }
