"""Recurrent networks over strings of any lengths, then one vector a string."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.layers.noise import Dropout
from skmlbio.layers.recurrence import Recurrence
from skmlbio.layers.sequence_convolution import LetterConvolution, SequenceConvolution
from skmlbio.layers.sequence_pooling import SequencePooling
from skmlbio.networks._architecture import Architecture
from skmlbio.networks._tokens import enter_tokens
from skmlbio.networks.supervised import with_targets


def recurrent_network(
    tokens: dict[str, Any],
    targets: dict[str, Any],
    n_units: int = 32,
    cell: str = "lstm",
    n_layers: int = 1,
    bidirectional: bool = True,
    embedding_dim: int = 32,
    kernel_width: int | None = 9,
    pooling: str = "max",
    dropout: float = 0.2,
    activation: str = "relu",
    dtype: str | None = None,
) -> Architecture:
    """outputs = W pool(recurrences(embed(tokens))) + b.

    Parameters
    ----------
    tokens : dict
        Arguments of `enter_tokens`.
    targets : dict
        Arguments of `with_targets`.
    n_units : int
        Length of a state, in each direction.
    cell : {"lstm", "gru", "simple"}
        How a state follows from the one before; see `Recurrence`.
    n_layers : int
        Recurrences, each over the states of the one before.
    bidirectional : bool
        Whether a second recurrence beside each reads strings from their end.
    embedding_dim : int
        Width of the convolution, and of learned vectors of tokens.
    kernel_width : int or None
        How many neighbouring residues make a residue's vector, by a convolution; None takes the residue alone.
    pooling : {"last", "mean", "max", "attention"}
        How the states of a string become one vector: by ``"last"``, those after all of the string has been read, in
        each direction; for the others see `pool_sequences`.
    dropout : float
        Share of numbers that are dropped in training, before each recurrence but one of letters, and before the output.
    activation : str
        Of the convolution.
    dtype : str, optional
        Keras' dtype policy of all but the output.

    Returns
    -------
    Architecture
        Heads: those of `with_targets`, and ``"features"``, states of shape (batch, length, n_states), or, of
        ``pooling="last"``, (batch, n_states).
    """
    numbers, x, real = enter_tokens(**tokens, width=embedding_dim, dtype=dtype)
    of_letters, last_only = tokens["vectors"] is not None, pooling == "last"
    x = recurrences(
        x, real, of_letters, n_units, cell, n_layers, bidirectional, embedding_dim, kernel_width, dropout, activation,
        dtype, last_only,
    )  # fmt: skip
    features = keras.Model(numbers, x, name="features")
    x = x if pooling == "last" else SequencePooling(pooling, name="pool", dtype=dtype)(x, real=real)
    x = Dropout(dropout, name="pool_dropout", dtype=dtype)(x) if dropout else x
    trained = with_targets(numbers, x, **targets, dtype=dtype)
    return trained._replace(heads=trained.heads | {"features": features})


def recurrences(
    x: Any,
    real: Any,
    of_letters: bool,
    n_units: int,
    cell: str,
    n_layers: int,
    bidirectional: bool,
    embedding_dim: int,
    kernel_width: int | None,
    dropout: float,
    activation: str,
    dtype: str | None,
    last_only: bool = False,
) -> Any:
    """Return the states of the last recurrence, or only the last of them; see `recurrent_network`."""

    def dropped(x: Any, name: str) -> Any:
        return Dropout(dropout, name=f"{name}_dropout", dtype=dtype)(x) if dropout else x

    if kernel_width is not None:
        convolution = LetterConvolution if of_letters else SequenceConvolution
        x = convolution(embedding_dim, kernel_width, activation, name="convolution", dtype=dtype)(x)
    if not of_letters or kernel_width is not None:
        x = dropped(x, "embedding")
    for i in range(n_layers):
        x = dropped(x, f"states_{i - 1}") if i else x
        options = {"last_only": last_only and i == n_layers - 1, "dtype": dtype}
        states = [Recurrence(n_units, cell, name=f"forwards_{i}", **options)(x, real=real)]
        if bidirectional:
            states += [Recurrence(n_units, cell, backwards=True, name=f"backwards_{i}", **options)(x, real=real)]
        x = keras.layers.Concatenate(name=f"both_{i}", dtype=dtype)(states) if bidirectional else states[0]
    return x
