"""The transformer's block for strings that are read from their beginning."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.layers.cached_attention import CausalSelfAttention
from skmlbio.layers.transformer_block import TransformerBlock

Tensor = Any


@keras.saving.register_keras_serializable(package="skmlbio")
class CausalBlock(TransformerBlock):
    """`TransformerBlock` with ``norm="pre"``, in which no position collects from a later one.

    Called on x of shape (batch, length, n_features) it answers for all positions at once, and `step` for the next one
    of them, from the keys and values of those before.

    Parameters
    ----------
    n_heads, feed_forward_dim, dropout, activation, rotary
        As in `TransformerBlock`.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.causal_block import CausalBlock
    >>> x = np.ones((1, 3, 4), "float32")
    >>> block = CausalBlock(n_heads=2, feed_forward_dim=8)
    >>> bool(np.allclose(block(x)[:, :2], block(x[:, :2]), atol=1e-6))
    True
    """

    def __init__(
        self,
        n_heads: int,
        feed_forward_dim: int,
        dropout: float = 0.0,
        activation: str = "relu",
        rotary: bool = False,
        **options,
    ):
        super().__init__(n_heads, feed_forward_dim, dropout, "pre", activation, rotary, **options)

    def make_attention(self):
        return CausalSelfAttention(self.n_heads, self.rotary, name="attention", dtype=self.dtype_policy)

    def no_cache(self, n_rows: int | Tensor) -> tuple[Tensor, Tensor]:
        """Return the keys and values of no positions."""
        return self.attention.no_cache(n_rows)

    def step(self, x: Tensor, cache: tuple[Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Answer for the next position, x of shape (batch, 1, n_features), and add its key and value to the cache."""
        attended, cache = self.attention.step(self.attention_norm(x), cache)
        x = x + attended
        return x + self.feed_forward(self.feed_forward_norm(x), training=False), cache

    def get_config(self):
        config = super().get_config()
        return {name: value for name, value in config.items() if name not in ("norm", "window", "n_global")}
