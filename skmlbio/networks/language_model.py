"""Densities of strings, letter by letter."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.layers.decoding import Decoding
from skmlbio.layers.next_token import AfterLast, NextToken, StringLogProbability
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._tokens import n_letters_of

_OPTIONS = {
    "number": "int64", "seed": "int64", "temperature": "float32", "top_k": "int32", "top_p": "float32",
    "max_length": "int32",
}  # fmt: skip


def language_model(
    tokens: dict[str, Any],
    body: str = "rnn",
    n_layers: int = 1,
    embedding_dim: int = 64,
    dropout: float = 0.1,
    dtype: str | None = None,
    **of_body: Any,
) -> Architecture:
    """log p(x) = Σ_t log softmax(W body([s, e(x_1), ..., e(x_{t-1})])_t + b)[x_t], the end of x among the x_t.

    Parameters
    ----------
    tokens : dict
        Arguments of `skmlbio.networks._tokens.enter_tokens`.
    body : {"rnn", "attention"}
        What reads strings: `Recurrence` or `CausalBlock`.
    n_layers : int
        How many of them one after the other.
    embedding_dim : int
        Length of the learned vector of a letter.
    dropout : float
        See `NextToken`; blocks have it, too.
    dtype : str, optional
        Keras' dtype policy of all but the logits.
    **of_body
        ``n_units`` and ``cell`` of recurrences; ``n_heads``, ``feed_forward_dim`` and ``activation`` of blocks.

    Returns
    -------
    Architecture
        The training output is that of the head ``"score_samples"``: see `StringLogProbability`.  The others are
        ``"predict_next"``, see `AfterLast`; ``"sample"``, whose inputs are those of `Decoding`; and ``"features"``,
        what is known of a string when a letter has been read, of shape (batch, length, n_features).
    """
    vectors, token_dtype = tokens["vectors"], tokens.get("token_dtype", "uint8")
    n_letters = n_letters_of(**tokens)
    numbers = keras.Input((None,), name="tokens", dtype=token_dtype)
    if body == "rnn":
        readers = {"recurrence": {"units": of_body["n_units"], "cell": of_body["cell"]}}
    else:
        readers = {"block": of_body | {"dropout": dropout, "rotary": True}}
    options = {"vectors": vectors, "dropout": dropout, "name": "decoder", "dtype": dtype}
    decoder = NextToken(n_letters, embedding_dim, n_layers, **readers, **options)
    wide = output_dtype(dtype)
    logits = decoder(numbers)
    scores = StringLogProbability(vectors, name="log_probabilities", dtype=wide)(logits, tokens=numbers)
    following = AfterLast(name="probabilities", dtype=wide)(logits, tokens=numbers)
    prompt = keras.Input((None,), name="prompt", dtype=token_dtype)
    options = {name: keras.Input((), name=name, dtype=kind) for name, kind in _OPTIONS.items()}
    written = Decoding(decoder, name="decoding", dtype=dtype)(prompt, **options)
    training = keras.Model(numbers, scores, name="language_model_training")
    heads = {
        "predict_next": keras.Model(numbers, following, name="language_model"),
        "score_samples": training,
        "features": keras.Model(numbers, decoder(numbers, states=True), name="features"),
        "sample": keras.Model([prompt, *options.values()], written, name="decoding"),
    }
    return Architecture(training, heads)
