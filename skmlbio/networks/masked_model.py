"""Strings of which some letters are hidden, and guessed by those around them."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.layers.letter_masking import LetterMasking, with_mask
from skmlbio.layers.letter_masking import any_letter as any_letter
from skmlbio.layers.noise import Dropout
from skmlbio.layers.sequence_pooling import SequencePooling
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._residue_features import residue_features
from skmlbio.networks._tokens import enter_tokens, n_letters_of


def masked_model(
    tokens: dict[str, Any],
    body: str = "attention",
    masking_fraction: float = 0.15,
    pooling: str = "mean",
    embedding_dim: int = 64,
    dropout: float = 0.1,
    activation: str = "relu",
    dtype: str | None = None,
    **of_body: Any,
) -> Architecture:
    """p(letters) = softmax(W body(embed(mask(tokens))) + b), residue by residue; a string's vector is pool(body(...)).

    Parameters
    ----------
    tokens : dict
        Arguments of `enter_tokens`.  Tokens that may be any letter, such as unknown ones, are read as masked letters,
        which have a learned vector of their own.
    body, embedding_dim, activation, **of_body
        See `residue_features`.
    masking_fraction : float
        Share of the letters that are to be guessed in training; see `LetterMasking`.
    pooling : {"mean", "max"}
        How the features of residues become those of a string.
    dropout : float
        Share of features that are dropped in training, between layers and before the output.
    dtype : str, optional
        Keras' dtype policy of all but the output.

    Returns
    -------
    Architecture
        Training output: see `skmlbio.training._losses.masking`.  Heads, none of which masks a letter: ``"transform"``,
        of shape (batch, width); ``"features"``, what enters the output layer, of shape (batch, length, width);
        ``"scores"`` and ``"predict_proba"``, logits and probabilities of shape (batch, length, n_letters).
    """
    vectors, token_dtype = tokens["vectors"], tokens.get("token_dtype", "uint8")
    n_letters = n_letters_of(**tokens)
    if vectors is not None:
        tokens = tokens | {"vectors": with_mask(vectors)}
    numbers, x, real = enter_tokens(**tokens, width=embedding_dim, dtype=dtype)
    options = {"dropout": dropout, "activation": activation, "dtype": dtype}
    features = residue_features(x, real, vectors is not None, body, embedding_dim, **options, **of_body)
    x = Dropout(dropout, name="output_dropout", dtype=dtype)(features) if dropout else features
    scores = keras.layers.Dense(n_letters, name="output", dtype=dtype)(x)
    wide = output_dtype(dtype)
    scores = keras.layers.Activation("linear", name="scores", dtype=wide)(scores)
    probabilities = keras.layers.Softmax(name="probabilities", dtype=wide)(scores)
    pooled = SequencePooling(pooling, name="pool", dtype=wide)(features, real=real)
    heads = {
        "transform": keras.Model(numbers, pooled, name="encoder"),
        "features": keras.Model(numbers, features, name="residue_encoder"),
        "predict_proba": keras.Model(numbers, probabilities, name="masked_model"),
        "scores": keras.Model(numbers, scores, name="logits"),
    }
    whole = keras.Input((None,), name="tokens", dtype=token_dtype)
    read, wanted = LetterMasking(masking_fraction, n_letters, name="masking")(whole)
    trained = {"scores": heads["scores"](read), "wanted": wanted}
    return Architecture(keras.Model(whole, trained, name="masked_model_training"), heads)
