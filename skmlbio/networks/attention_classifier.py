"""The attention classifier: strings of tokens to classes."""

from __future__ import annotations

import keras
from keras import ops

from skmlbio.layers.graph_pooling import GraphPooling
from skmlbio.layers.noise import Dropout
from skmlbio.layers.positions import LearnedPositions, SinusoidalPositions
from skmlbio.layers.sequence_convolution import SequenceConvolution
from skmlbio.layers.transformer_block import TransformerBlock
from skmlbio.networks._architecture import Architecture


def attention_classifier(
    n_tokens: int,
    n_outputs: int,
    max_length: int,
    embedding_dim: int = 32,
    n_heads: int = 4,
    n_blocks: int = 1,
    feed_forward_dim: int = 64,
    kernel_width: int | None = 9,
    positions: str = "sinusoidal",
    pooling: str = "mean",
    norm: str = "pre",
    dropout: float = 0.1,
    activation: str = "relu",
    dtype: str | None = None,
) -> Architecture:
    tokens = keras.Input((None,), name="tokens", dtype="uint8")
    mask = keras.layers.Lambda(lambda t: ops.not_equal(t, 0))(tokens)
    one_hot = keras.layers.Lambda(lambda t: ops.one_hot(ops.cast(t, "int32") - 1, n_tokens - 1))(tokens)
    if kernel_width:
        h = SequenceConvolution(embedding_dim, kernel_width, activation,
            kernel_initializer=keras.initializers.RandomNormal(stddev=kernel_width**-0.5), name="convolution")(one_hot)
    else:
        h = SequenceConvolution(embedding_dim, 1,
            kernel_initializer=keras.initializers.RandomNormal(stddev=1.0), name="embedding")(one_hot)
    if positions == "sinusoidal":
        h = SinusoidalPositions()(h)
    elif positions == "learned":
        h = LearnedPositions(max_length)(h)
    if dropout:
        h = Dropout(dropout)(h)
    for i in range(n_blocks):
        h = TransformerBlock(n_heads, feed_forward_dim, dropout, norm, activation, name=f"block_{i}")(h, real=mask)
    if norm == "pre":
        h = keras.layers.LayerNormalization(epsilon=1e-5)(h)
    h = GraphPooling(pooling)([h, mask])
    if dropout:
        h = Dropout(dropout)(h)
    logits = keras.layers.Dense(n_outputs)(h)
    m = keras.Model(tokens, logits)
    return Architecture(m, {"decision_function": m})
