"""What reads strings and gives each of their residues its features."""

from __future__ import annotations

from typing import Any

from skmlbio.networks.attention import attended
from skmlbio.networks.recurrent import recurrences
from skmlbio.networks.sequence_cnn import convolved


def residue_features(
    x: Any, real: Any, of_letters: bool, body: str, embedding_dim: int, dropout: float, activation: str,
    dtype: str | None, **of_body: Any,
) -> Any:  # fmt: skip
    """Return the features of residues, of shape (batch, length, width).

    Parameters
    ----------
    x, real
        As `skmlbio.networks._tokens.enter_tokens` returns them.
    of_letters : bool
        Whether the vectors are those of letters, not learned ones.
    body : {"convolution", "rnn", "attention"}
        Where features come from: `convolved` with what is added in every layer, `recurrences` in both directions, or
        `attended` with rotary positions.
    embedding_dim : int
        Width of a residue's vector before recurrence and attention.
    dropout : float
        Share of features that are dropped in training, between layers.
    activation : str
        Of convolutions and in the blocks of attention.
    dtype : str, optional
        Keras' dtype policy.
    **of_body
        The arguments of the body's own.
    """
    shared = {"of_letters": of_letters, "dropout": dropout, "activation": activation, "dtype": dtype}
    if body == "convolution":
        widths = (of_body.pop("kernel_width"),)
        fixed = {"positions": "none", "max_length": 1, "residual": True, "local_pooling": None, "pool_size": 1}
        return convolved(x, real, kernel_width=widths, **of_body, **fixed, **shared)[0]
    if body == "rnn":
        return recurrences(x, real, bidirectional=True, embedding_dim=embedding_dim, **of_body, **shared)
    fixed = {"positions": "rotary", "max_length": 0, "norm": "pre"}
    n_blocks = of_body.pop("n_layers")
    return attended(x, real, n_blocks=n_blocks, embedding_dim=embedding_dim, **of_body, **fixed, **shared)[0]
