"""How strings and lists of tokens enter a network."""

from __future__ import annotations

from typing import Any

import keras
from numpy.typing import NDArray

from skmlbio.layers.tokens import FIRST_LETTER, TokenEmbedding, TokenVectors


def enter_tokens(
    vectors: NDArray | None,
    n_tokens: int | None = None,
    token_dtype: str = "uint8",
    *,
    width: int,
    dtype: str | None = None,
) -> tuple[Any, Any, Any]:
    """Turn the numbers of tokens into vectors: those of the letters that they stand for, or learned ones.

    Parameters
    ----------
    vectors : ndarray of shape (n_tokens, n_letters) or None
        What stands for each token; see `TokenVectors`.  None learns a vector of each; see `TokenEmbedding`.
    n_tokens : int
        How many numbers of tokens there are, where `vectors` is None.
    token_dtype : str
        In which they come.
    width : int
        Of a learned vector.
    dtype : str, optional
        Keras' dtype policy.

    Returns
    -------
    tuple of three tensors
        The input, tokens of shape (batch, length), any length, 0 after the end of a string; vectors of shape (batch,
        length, n_letters or width), zero there, made by the layer ``"letters"``; and which positions are real, of shape
        (batch, length), bool.
    """
    tokens = keras.Input((None,), name="tokens", dtype=token_dtype)
    if vectors is None:
        x, real = TokenEmbedding(n_tokens, width, name="letters", dtype=dtype)(tokens)
    else:
        x, real = TokenVectors(vectors, name="letters", dtype=dtype)(tokens)
    return tokens, x, real


def n_letters_of(vectors: NDArray | None, n_tokens: int | None = None, token_dtype: str = "uint8") -> int:
    """Return how many letters, or known tokens, the arguments of `enter_tokens` speak of."""
    return n_tokens - FIRST_LETTER if vectors is None else vectors.shape[1]
