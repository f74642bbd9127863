"""Attention over strings of any lengths: transformer blocks, then one vector a string."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.layers.class_token import ClassToken
from skmlbio.layers.noise import Dropout
from skmlbio.layers.positions import LearnedPositions, SinusoidalPositions
from skmlbio.layers.sequence_convolution import LetterConvolution, SequenceConvolution
from skmlbio.layers.sequence_pooling import SequencePooling
from skmlbio.layers.transformer_block import TransformerBlock
from skmlbio.layers.windowed_attention import keys_of_a_query as keys_of_a_query
from skmlbio.networks._architecture import Architecture
from skmlbio.networks._tokens import enter_tokens
from skmlbio.networks.supervised import with_targets


def attention_network(
    tokens: dict[str, Any],
    targets: dict[str, Any],
    max_length: int,
    embedding_dim: int = 64,
    n_heads: int = 4,
    n_blocks: int = 1,
    feed_forward_dim: int = 128,
    kernel_width: int | None = 9,
    positions: str = "learned",
    pooling: str = "max",
    norm: str = "pre",
    attention_window: int | None = None,
    dropout: float = 0.2,
    activation: str = "relu",
    dtype: str | None = None,
) -> Architecture:
    """outputs = W pool(blocks(embed(tokens) + positions)) + b.

    Parameters
    ----------
    tokens : dict
        Arguments of `enter_tokens`.
    targets : dict
        Arguments of `with_targets`.
    max_length : int
        Rows of learned positions; unused by the others.
    embedding_dim : int
        Width of a residue's vector; a multiple of `n_heads`.
    n_heads, n_blocks, feed_forward_dim, norm, activation
        Of the transformer blocks; see `TransformerBlock`.
    kernel_width : int or None
        How many neighbouring residues make a residue's vector, by a convolution; None takes the residue alone.
    positions : {"sinusoidal", "learned", "rotary", "none"}
        What tells a residue its place; rotary ones enter in the blocks, see `rotate`.
    pooling : {"mean", "max", "attention", "class_token"}
        How the residues of a string become one vector; see `pool_sequences`, and `ClassToken`, whose vector stands
        before the residues in all blocks.
    attention_window : int or None
        How many residues to either side a residue sees in a block; None: all.  A class token sees all and is seen by
        all.
    dropout : float
        Share of numbers that are dropped in training, after the embedding, in the blocks and before the output.
    dtype : str, optional
        Keras' dtype policy of all but the output.

    Returns
    -------
    Architecture
        Heads: those of `with_targets`; ``"features"``, the vectors of residues, of shape (batch, length,
        embedding_dim); and ``"attention_maps"``, a dict from ``"block_0"`` and so on to a tensor of shape (batch,
        n_heads, length, length) for each block; a class token is the first row and column.
    """
    numbers, x, real = enter_tokens(**tokens, width=embedding_dim, dtype=dtype)
    has_token = pooling == "class_token"
    x, real, maps = attended(
        x, real, tokens["vectors"] is not None, max_length, embedding_dim, n_heads, n_blocks, feed_forward_dim,
        kernel_width, positions, norm, attention_window, dropout, activation, dtype, has_token,
    )  # fmt: skip
    features = x[:, 1:] if has_token else x
    x = x[:, 0] if has_token else SequencePooling(pooling, name="pool", dtype=dtype)(x, real=real)
    x = Dropout(dropout, name="pool_dropout", dtype=dtype)(x) if dropout else x
    trained = with_targets(numbers, x, **targets, dtype=dtype)
    inside = {"features": features, "attention_maps": maps}
    return trained._replace(
        heads=trained.heads | {name: keras.Model(numbers, of, name=name) for name, of in inside.items()}
    )


def attended(
    x: Any,
    real: Any,
    of_letters: bool,
    max_length: int,
    embedding_dim: int,
    n_heads: int,
    n_blocks: int,
    feed_forward_dim: int,
    kernel_width: int | None,
    positions: str,
    norm: str,
    attention_window: int | None,
    dropout: float,
    activation: str,
    dtype: str | None,
    has_token: bool = False,
) -> tuple[Any, Any, dict[str, Any]]:
    """Return what leaves the last block, which of its positions are real, and the maps; see `attention_network`."""
    x = embed(x, of_letters, embedding_dim, kernel_width, activation, dtype)
    x = _add_positions(x, positions, max_length, dtype)
    x = Dropout(dropout, name="embedding_dropout", dtype=dtype)(x) if dropout else x
    if has_token:
        x, real = ClassToken(name="class_token", dtype=dtype)(x, real=real)
    attention = {"rotary": positions == "rotary", "window": attention_window, "n_global": int(has_token)}
    blocks = [
        TransformerBlock(
            n_heads, feed_forward_dim, dropout, norm, activation, **attention, name=f"block_{i}", dtype=dtype
        )
        for i in range(n_blocks)
    ]
    # Before the training pass: Keras takes a layer's first call for the one with the most outputs.
    maps = _attention_maps(blocks, x, real)
    for block in blocks:
        x = block(x, real=real)
    # Blocks that normalise what they read leave a sum behind that nobody has normalised.
    x = keras.layers.LayerNormalization(epsilon=1e-5, name="norm", dtype=dtype)(x) if norm == "pre" else x
    return x, real, maps


def embed(x: Any, of_letters: bool, width: int, kernel_width: int | None, activation: str, dtype: str | None) -> Any:
    """E, or σ(Ẽ W + b) over neighbouring residues, where the rows of E, one a letter or token, are learned."""
    if kernel_width is not None:
        convolution = LetterConvolution if of_letters else SequenceConvolution
        return convolution(width, kernel_width, activation, name="convolution", dtype=dtype)(x)
    if not of_letters:
        return x
    initializer = keras.initializers.RandomNormal(stddev=1.0)
    return keras.layers.Dense(width, use_bias=False, kernel_initializer=initializer, name="embedding", dtype=dtype)(x)


def _add_positions(x: Any, positions: str, max_length: int, dtype: str | None) -> Any:
    if positions == "sinusoidal":
        return SinusoidalPositions(name="positions", dtype=dtype)(x)
    if positions == "learned":
        return LearnedPositions(max_length, name="positions", dtype=dtype)(x)
    if positions in ("rotary", "none"):
        return x
    raise ValueError(f"positions must be 'sinusoidal', 'learned', 'rotary' or 'none', not {positions!r}")


def _attention_maps(blocks: list[TransformerBlock], x: Any, real: Any) -> dict[str, Any]:
    maps = {}
    for block in blocks:
        x, maps[block.name] = block(x, real=real, return_maps=True)
    return maps
