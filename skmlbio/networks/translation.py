"""Sequences to sequences: an encoder that reads, and a decoder that writes."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.layers.beam_search import BeamSearch
from skmlbio.layers.noise import Dropout
from skmlbio.layers.recurrence import Recurrence
from skmlbio.layers.recurrent_translation import RecurrentDecoder
from skmlbio.layers.translation import TargetLogProbability, TranslationDecoder
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._tokens import enter_tokens
from skmlbio.networks.attention import attended, embed


def transformer_translation(
    tokens: dict[str, Any],
    n_targets: int,
    target_dtype: str,
    max_length: int,
    max_target_length: int,
    writes_unknown: bool = True,
    embedding_dim: int = 64,
    n_heads: int = 4,
    n_blocks: int = 2,
    feed_forward_dim: int = 128,
    kernel_width: int | None = None,
    positions: str = "sinusoidal",
    norm: str = "pre",
    dropout: float = 0.1,
    activation: str = "relu",
    dtype: str | None = None,
) -> Architecture:
    """logits = decoder(y, encoder(x)) with encoder(x) = blocks(embed(x) + positions); see `TranslationDecoder`.

    Parameters
    ----------
    tokens : dict
        Arguments of `enter_tokens`, of the sequences that are read.
    n_targets : int
        How many numbers of tokens there are to write.
    target_dtype : str
        In which they come.
    max_length, max_target_length : int
        Rows of learned positions, of what is read and of what is written; unused by sinusoidal ones.
    writes_unknown : bool
        Whether an unknown token is written like the others; see `of_what_is_written`.
    embedding_dim : int
        Width of the vectors; a multiple of `n_heads`.
    n_heads, n_blocks, feed_forward_dim, norm, activation
        Of the blocks of encoder and decoder each; see `TransformerBlock` and `DecoderBlock`.
    kernel_width : int or None
        How many neighbouring residues make the vector of one that is read, by a convolution; None takes it alone.
    positions : {"sinusoidal", "learned"}
        What tells a residue its place.
    dropout : float
        Share of numbers that are dropped in training, after the embeddings and in the blocks.
    dtype : str, optional
        Keras' dtype policy.

    Returns
    -------
    Architecture
        Of x and y.  Heads: ``"predict"`` of x, limits, widths and penalties (see `BeamSearch`),
        ``"log_probabilities"`` of x and y (see `TargetLogProbability`), and ``"attention_maps"`` of x and y, a dict
        from ``"block_0"`` and so on to a tensor of shape (batch, n_heads, length of y + 1, length of x) for each block.
    """
    source, x, real = enter_tokens(**tokens, width=embedding_dim, dtype=dtype)
    x, real, _ = attended(
        x, real, tokens["vectors"] is not None, max_length, embedding_dim, n_heads, n_blocks, feed_forward_dim,
        kernel_width, positions, norm, None, dropout, activation, dtype,
    )  # fmt: skip
    block = {
        "n_heads": n_heads,
        "feed_forward_dim": feed_forward_dim,
        "dropout": dropout,
        "norm": norm,
        "activation": activation,
    }
    rows = max_target_length if positions == "learned" else None
    sizes = n_targets, embedding_dim, rows, n_blocks
    decoder = TranslationDecoder(*sizes, block, writes_unknown, name="decoder", dtype=dtype)
    return with_decoder(source, x, real, decoder, target_dtype, dtype)


def recurrent_translation(
    tokens: dict[str, Any],
    n_targets: int,
    target_dtype: str,
    attention: bool,
    writes_unknown: bool = True,
    embedding_dim: int = 64,
    n_blocks: int = 2,
    kernel_width: int | None = None,
    dropout: float = 0.1,
    activation: str = "relu",
    dtype: str | None = None,
) -> Architecture:
    """logits = decoder(y, recurrences(embed(x))), in both directions; see `RecurrentDecoder`.

    Parameters
    ----------
    tokens, n_targets, target_dtype, writes_unknown, kernel_width, activation, dtype
        As in `transformer_translation`.
    attention : bool
        Whether the decoder reads anew for each token.
    embedding_dim : int
        Width of the vectors of tokens, and of a state.
    n_blocks : int
        Recurrences of the encoder, each over the states of the one before.
    dropout : float
        Share of numbers that are dropped in training, before each recurrence, and before the output.

    Returns
    -------
    Architecture
        As `transformer_translation` returns it; the maps are those of one block and of one head.
    """
    source, x, real = enter_tokens(**tokens, width=embedding_dim, dtype=dtype)
    x = embed(x, tokens["vectors"] is not None, embedding_dim, kernel_width, activation, dtype)
    for i in range(n_blocks):
        x = Dropout(dropout, name=f"dropout_{i}", dtype=dtype)(x) if dropout else x
        forwards = Recurrence(embedding_dim, "gru", name=f"forwards_{i}", dtype=dtype)(x, real=real)
        backwards = Recurrence(embedding_dim, "gru", backwards=True, name=f"backwards_{i}", dtype=dtype)(x, real=real)
        x = keras.layers.Concatenate(name=f"both_{i}", dtype=dtype)([forwards, backwards])
    sizes = n_targets, embedding_dim
    decoder = RecurrentDecoder(*sizes, attention, dropout, writes_unknown, name="decoder", dtype=dtype)
    return with_decoder(source, x, real, decoder, target_dtype, dtype)


def with_decoder(
    source: Any, memory: Any, real: Any, decoder: keras.layers.Layer, target_dtype: str, dtype: str | None
) -> Architecture:
    """Put a decoder and the heads of a translator on what an encoder has read."""
    target = keras.Input((None,), name="target", dtype=target_dtype)
    # Before the training pass: Keras takes a layer's first call for the one with the most outputs.
    _, maps = decoder(target, memory=memory, real=real, return_maps=True)
    logits = decoder(target, memory=memory, real=real)
    logits = keras.layers.Activation("linear", name="logits", dtype=output_dtype(dtype))(logits)
    log_p = TargetLogProbability(name="log_probabilities", dtype=logits.dtype)(logits, tokens=target)
    limits, widths = (keras.Input((), name=name, dtype="int32") for name in ("limits", "widths"))
    penalties = keras.Input((), name="penalties", dtype="float32")
    search = BeamSearch(decoder, name="search", dtype=dtype)
    written = search(memory, real=real, limits=limits, width=widths, length_penalty=penalties)
    heads = {
        "predict": keras.Model([source, limits, widths, penalties], written, name="translator"),
        "log_probabilities": keras.Model([source, target], log_p, name="log_probabilities"),
        "attention_maps": keras.Model([source, target], maps, name="attention_maps"),
    }
    return Architecture(keras.Model([source, target], logits, name="translator_training"), heads)
