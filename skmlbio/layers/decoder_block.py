"""The block of a transformer that writes: attention to what is written, to what is read, then a small network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from skmlbio.layers.cached_attention import CausalSelfAttention, CrossAttention
from skmlbio.layers.noise import Dropout
from skmlbio.layers.transformer_block import NORMS, at_each_position

Tensor = Any
Cache = tuple[Tensor, Tensor]


@keras.saving.register_keras_serializable(package="skmlbio")
class DecoderBlock(keras.layers.Layer):
    """Causal self-attention, cross-attention and a feed-forward network, each added to its input, with normalisation.

    With f one of the three, ``norm="pre"`` is X + f(norm(X)) (Xiong et al. 2020), and ``norm="post"`` is norm(X + f(X))
    (Vaswani et al. 2017).

    Called on x of shape (batch, n_written, n_features), on `memory` of shape (batch, n_read, n_features), and
    optionally `real` of shape (batch, n_read), true where a position of `memory` is real.  With ``return_maps=True``
    the call returns the pair of Y and the maps of the cross-attention, of shape (batch, n_heads, n_written, n_read).

    Parameters
    ----------
    n_heads : int
        Divides n_features.
    feed_forward_dim : int
        Width of the feed-forward network's hidden layer.
    dropout : float, default=0.0
        Share of what each of the three gives that is dropped in training.
    norm : {"pre", "post"}, default="pre"
        See above.
    activation : str, default="relu"
        Of the hidden layer.
    **options
        `name`, `dtype` and the like of every Keras layer.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017.
    R. Xiong et al., "On layer normalization in the transformer architecture", ICML 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.decoder_block import DecoderBlock
    >>> written, read = np.ones((1, 3, 4), "float32"), np.ones((1, 5, 4), "float32")
    >>> DecoderBlock(n_heads=2, feed_forward_dim=8)(written, memory=read).shape
    TensorShape([1, 3, 4])
    """

    def __init__(
        self,
        n_heads: int,
        feed_forward_dim: int,
        dropout: float = 0.0,
        norm: str = "pre",
        activation: str = "relu",
        **options,
    ):
        super().__init__(**options)
        if norm not in NORMS:
            raise ValueError(f"norm must be 'pre' or 'post', not {norm!r}")
        self.n_heads, self.feed_forward_dim, self.dropout = n_heads, feed_forward_dim, dropout
        self.norm, self.activation = norm, activation

    def build(self, input_shape):
        width, policy = input_shape[-1], self.dtype_policy
        self.attention = CausalSelfAttention(self.n_heads, name="attention", dtype=policy)
        self.cross = CrossAttention(self.n_heads, name="cross", dtype=policy)
        self.hidden = keras.layers.Dense(self.feed_forward_dim, self.activation, name="hidden", dtype=policy)
        self.output_layer = keras.layers.Dense(width, name="output", dtype=policy)
        parts = "attention", "cross", "feed_forward"
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-5, name=f"{p}_norm", dtype=policy) for p in parts]
        self.dropouts = [Dropout(self.dropout, name=f"{part}_dropout", dtype=policy) for part in parts]
        for layer in (self.attention, self.cross, self.hidden, *self.norms):
            layer.build(input_shape)
        self.output_layer.build((*input_shape[:-1], self.feed_forward_dim))
        self.built = True

    def call(self, x, memory, real=None, return_maps=False, training=False):
        maps = None

        def read(x):
            nonlocal maps
            answer = self.cross(x, self.cross.keys_values(memory), real=real, return_maps=return_maps)
            answer, maps = answer if return_maps else (answer, None)
            return answer

        y = self._added(x, self.attention, read, training)
        return (y, maps) if return_maps else y

    def step(self, x: Tensor, cache: Cache, keys_values: Cache, real: Tensor) -> tuple[Tensor, Cache]:
        """Answer for the next position alone, x of shape (batch, 1, n_features), and add it to the cache.

        Parameters
        ----------
        x : tensor of shape (batch, 1, n_features)
            What is known of the position.
        cache : pair of tensors
            Of the positions before; see `CausalSelfAttention.step`.
        keys_values : pair of tensors
            Those of `memory`, as ``cross.keys_values`` returns them.
        real : tensor of shape (batch, n_read), bool
            Which positions of `memory` are real.
        """

        def attend(x):
            nonlocal cache
            y, cache = self.attention.step(x, cache)
            return y

        return self._added(x, attend, lambda x: self.cross(x, keys_values, real=real), training=False), cache

    def _added(self, x: Tensor, attend: Callable, read: Callable, training: bool) -> Tensor:
        for part, norm, dropout in zip((attend, read, self._feed_forward), self.norms, self.dropouts, strict=True):
            if self.norm == "pre":
                x = x + dropout(part(norm(x)), training=training)
            else:
                x = norm(x + dropout(part(x), training=training))
        return x

    def _feed_forward(self, x: Tensor) -> Tensor:
        return at_each_position(x, self.hidden, self.output_layer)

    def get_config(self):
        names = "n_heads", "feed_forward_dim", "dropout", "norm", "activation"
        return super().get_config() | {name: getattr(self, name) for name in names}
