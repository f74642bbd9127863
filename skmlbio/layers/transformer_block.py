"""The transformer's block: attention among positions, then a small network at each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from skmlbio.layers.multi_head_attention import MultiHeadSelfAttention
from skmlbio.layers.noise import Dropout

Tensor = Any

NORMS = ("pre", "post")


def at_each_position(x: Tensor, *layers: Callable) -> Tensor:
    """Let layers that keep the width in the end see all positions of all strings as rows of one matrix.

    Tensors of three axes take Keras' dense layers ten times the operations to trace.
    """
    y = ops.reshape(x, (-1, x.shape[-1]))
    for layer in layers:
        y = layer(y)
    return ops.reshape(y, ops.shape(x))


@keras.saving.register_keras_serializable(package="skmlbio")
class TransformerBlock(keras.layers.Layer):
    """Attention and a feed-forward network, each added to its input, with layer normalisation.

    - ``norm="pre"``: X' = X + attention(norm(X)), Y = X' + feed_forward(norm(X')) (Xiong et al. 2020)
    - ``norm="post"``: X' = norm(X + attention(X)), Y = norm(X' + feed_forward(X')) (Vaswani et al. 2017)

    Called on x of shape (batch, length, n_features), and optionally `real` of shape (batch, length), true where a
    position is real.  With ``return_maps=True`` the call returns the pair of Y and the attention maps, of shape (batch,
    n_heads, length, length).

    Parameters
    ----------
    n_heads : int
        Divides n_features.
    feed_forward_dim : int
        Width of the feed-forward network's hidden layer.
    dropout : float, default=0.0
        Share of what attention and the feed-forward network give that is dropped in training.
    norm : {"pre", "post"}, default="pre"
        See above.
    activation : str, default="relu"
        Of the hidden layer.
    rotary, window, n_global
        Of the attention; see `MultiHeadSelfAttention`.
    **options
        `name`, `dtype` and the like of every Keras layer.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017.
    R. Xiong et al., "On layer normalization in the transformer architecture", ICML 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.transformer_block import TransformerBlock
    >>> TransformerBlock(n_heads=2, feed_forward_dim=8)(np.ones((1, 3, 4), "float32")).shape
    TensorShape([1, 3, 4])
    """

    def __init__(
        self,
        n_heads: int,
        feed_forward_dim: int,
        dropout: float = 0.0,
        norm: str = "pre",
        activation: str = "relu",
        rotary: bool = False,
        window: int | None = None,
        n_global: int = 0,
        **options,
    ):
        super().__init__(**options)
        if norm not in NORMS:
            raise ValueError(f"norm must be 'pre' or 'post', not {norm!r}")
        self.n_heads, self.feed_forward_dim, self.dropout = n_heads, feed_forward_dim, dropout
        self.norm, self.activation = norm, activation
        self.rotary, self.window, self.n_global = rotary, window, n_global

    def build(self, input_shape):
        width, policy = input_shape[-1], self.dtype_policy
        self.attention = self.make_attention()
        self.hidden = keras.layers.Dense(self.feed_forward_dim, self.activation, name="hidden", dtype=policy)
        self.output_layer = keras.layers.Dense(width, name="output", dtype=policy)
        self.attention_norm = keras.layers.LayerNormalization(epsilon=1e-5, name="attention_norm", dtype=policy)
        self.feed_forward_norm = keras.layers.LayerNormalization(epsilon=1e-5, name="feed_forward_norm", dtype=policy)
        for layer in (self.attention, self.hidden, self.attention_norm, self.feed_forward_norm):
            layer.build(input_shape)
        self.output_layer.build((*input_shape[:-1], self.feed_forward_dim))
        self.attention_dropout = Dropout(self.dropout, name="attention_dropout", dtype=policy)
        self.feed_forward_dropout = Dropout(self.dropout, name="feed_forward_dropout", dtype=policy)
        self.built = True

    def make_attention(self):
        """Return the layer by which positions collect from each other."""
        return MultiHeadSelfAttention(
            self.n_heads, self.rotary, self.window, self.n_global, name="attention", dtype=self.dtype_policy
        )

    def call(self, x, real=None, return_maps=False, training=False):
        attended = self.attention(
            self.attention_norm(x) if self.norm == "pre" else x, real=real, return_maps=return_maps
        )
        attended, maps = attended if return_maps else (attended, None)
        x = x + self.attention_dropout(attended, training=training)
        if self.norm == "pre":
            y = x + self.feed_forward(self.feed_forward_norm(x), training)
        else:
            x = self.attention_norm(x)
            y = self.feed_forward_norm(x + self.feed_forward(x, training))
        return (y, maps) if return_maps else y

    def compute_output_spec(self, x, real=None, return_maps=False, training=False):
        n_rows, length, _ = x.shape
        y = keras.KerasTensor(x.shape, self.compute_dtype)
        maps = keras.KerasTensor((n_rows, self.n_heads, length, length), self.compute_dtype)
        return (y, maps) if return_maps else y

    def feed_forward(self, x, training):
        """σ(X W_1 + b_1) W_2 + b_2, with dropout."""
        return self.feed_forward_dropout(at_each_position(x, self.hidden, self.output_layer), training=training)

    def get_config(self):
        return super().get_config() | {
            "n_heads": self.n_heads,
            "feed_forward_dim": self.feed_forward_dim,
            "dropout": self.dropout,
            "norm": self.norm,
            "activation": self.activation,
            "rotary": self.rotary,
            "window": self.window,
            "n_global": self.n_global,
        }
