"""The attention classifier: strings of any lengths to classes."""

from __future__ import annotations

from typing import Any

import keras
from numpy.typing import NDArray

from skmlbio.layers.noise import Dropout
from skmlbio.layers.positions import LearnedPositions, SinusoidalPositions
from skmlbio.layers.sequence_convolution import LetterConvolution, SequenceConvolution
from skmlbio.layers.sequence_pooling import SequencePooling
from skmlbio.layers.tokens import TokenEmbedding, TokenVectors
from skmlbio.layers.transformer_block import TransformerBlock
from skmlbio.networks._architecture import Architecture
from skmlbio.networks.supervised import with_probabilities


def attention_classifier(
    vectors: NDArray | None,
    n_outputs: int,
    max_length: int,
    kind: str,
    sizes: tuple[int, ...],
    embedding_dim: int = 64,
    n_heads: int = 4,
    n_blocks: int = 1,
    feed_forward_dim: int = 128,
    kernel_width: int | None = 9,
    positions: str = "learned",
    pooling: str = "max",
    norm: str = "pre",
    dropout: float = 0.2,
    activation: str = "relu",
    dtype: str | None = None,
    n_tokens: int | None = None,
    token_dtype: str = "uint8",
) -> Architecture:
    """logits = W pool(blocks(embed(tokens) + positions)) + b.

    Parameters
    ----------
    vectors : ndarray of shape (n_tokens, n_letters) or None
        What stands for each token; see `TokenVectors`.  None learns a vector of each; see `TokenEmbedding`.
    n_outputs : int
        Number of logits.
    max_length : int
        Rows of learned positions; unused by the others.
    kind, sizes
        Of the labels; see `skmlbio.base`.
    embedding_dim : int
        Width of a residue's vector; a multiple of `n_heads`.
    n_heads, n_blocks, feed_forward_dim, norm, activation
        Of the transformer blocks; see `TransformerBlock`.
    kernel_width : int or None
        How many neighbouring residues make a residue's vector, by a convolution; None takes the residue alone.
    positions : {"sinusoidal", "learned", "none"}
        What tells a residue its place.
    pooling : {"mean", "max", "attention"}
        How the residues of a string become one vector; see `pool_sequences`.
    dropout : float
        Share of numbers that are dropped in training, after the embedding, in the blocks and before the output.
    dtype : str, optional
        Keras' dtype policy of all but the output.
    n_tokens : int, optional
        How many numbers of tokens there are, where `vectors` is None.
    token_dtype : str
        In which they come.

    Returns
    -------
    Architecture
        Input: tokens of shape (batch, length), `token_dtype`, any length, 0 after the end of a string.  Heads:
        ``"predict_proba"``, ``"decision_function"``, and ``"attention_maps"``, a dict from ``"block_0"`` and so on
        to a tensor of shape (batch, n_heads, length, length) for each block.
    """
    tokens = keras.Input((None,), name="tokens", dtype=token_dtype)
    if vectors is None:
        x, real = TokenEmbedding(n_tokens, embedding_dim, name="tokens_embedding", dtype=dtype)(tokens)
        if kernel_width is not None:
            x = SequenceConvolution(embedding_dim, kernel_width, activation, name="convolution", dtype=dtype)(x)
    else:
        letters, real = TokenVectors(vectors, name="letters", dtype=dtype)(tokens)
        x = _embed(letters, embedding_dim, kernel_width, activation, dtype)
    x = _add_positions(x, positions, max_length, dtype)
    x = Dropout(dropout, name="embedding_dropout", dtype=dtype)(x) if dropout else x
    blocks = [
        TransformerBlock(n_heads, feed_forward_dim, dropout, norm, activation, name=f"block_{i}", dtype=dtype)
        for i in range(n_blocks)
    ]
    # Before the training pass: Keras takes a layer's first call for the one with the most outputs.
    maps = _attention_maps(blocks, x, real)
    for block in blocks:
        x = block(x, real=real)
    # Blocks that normalise what they read leave a sum behind that nobody has normalised.
    x = keras.layers.LayerNormalization(epsilon=1e-5, name="norm", dtype=dtype)(x) if norm == "pre" else x
    x = SequencePooling(pooling, name="pool", dtype=dtype)(x, real=real)
    x = Dropout(dropout, name="pool_dropout", dtype=dtype)(x) if dropout else x
    trained = with_probabilities(tokens, keras.layers.Dense(n_outputs, name="output", dtype=dtype)(x), kind, sizes)
    heads = trained.heads | {"attention_maps": keras.Model(tokens, maps, name="attention_maps")}
    return Architecture(trained.training, heads)


def _embed(letters: Any, width: int, kernel_width: int | None, activation: str, dtype: str | None) -> Any:
    """E, or σ(Ẽ W + b) over neighbouring residues, where a letter's row of E is learned."""
    if kernel_width is not None:
        return LetterConvolution(width, kernel_width, activation, name="convolution", dtype=dtype)(letters)
    initializer = keras.initializers.RandomNormal(stddev=1.0)
    return keras.layers.Dense(width, use_bias=False, kernel_initializer=initializer, name="embedding", dtype=dtype)(
        letters
    )


def _add_positions(x: Any, positions: str, max_length: int, dtype: str | None) -> Any:
    if positions == "sinusoidal":
        return SinusoidalPositions(name="positions", dtype=dtype)(x)
    if positions == "learned":
        return LearnedPositions(max_length, name="positions", dtype=dtype)(x)
    if positions == "none":
        return x
    raise ValueError(f"positions must be 'sinusoidal', 'learned' or 'none', not {positions!r}")


def _attention_maps(blocks: list[TransformerBlock], x: Any, real: Any) -> dict[str, Any]:
    maps = {}
    for block in blocks:
        x, maps[block.name] = block(x, real=real, return_maps=True)
    return maps
