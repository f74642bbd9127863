"""A label for every residue of strings of any lengths."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio._tensorflow import tf
from skmlbio.layers.label_chain import Chain, LabelChain, log_likelihood
from skmlbio.layers.noise import Dropout
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._residue_features import residue_features
from skmlbio.networks._tokens import enter_tokens
from skmlbio.networks.pretrained import features_of_residues


def sequence_tagger(
    tokens: dict[str, Any] | None,
    n_classes: int,
    body: str = "convolution",
    crf: bool = False,
    embedding_dim: int = 32,
    dropout: float = 0.2,
    activation: str = "relu",
    dtype: str | None = None,
    encoder: dict[str, Any] | None = None,
    **of_body: Any,
) -> Architecture:
    """p(labels) = softmax(W body(embed(tokens)) + b), residue by residue, or a `LabelChain` on those numbers.

    Parameters
    ----------
    tokens : dict or None
        Arguments of `enter_tokens`; None with an encoder.
    n_classes : int
        How many labels there are.
    body : {"convolution", "rnn", "attention"}
        Where the features of residues come from; see `residue_features`.
    crf : bool
        Whether labels depend on their neighbours.
    embedding_dim : int
        Width of a token's vector, where it is learned, and of a residue's before recurrence and attention.
    dropout : float
        Share of features that are dropped in training, between layers and before the output.
    activation : str
        Of convolutions and in the blocks of attention.
    dtype : str, optional
        Keras' dtype policy of all but the output.
    encoder : dict, optional
        Arguments of `EncoderFeatures`, which then stand for tokens and body.
    **of_body
        The arguments of the body's own.

    Returns
    -------
    Architecture
        Training output: the scores of labels, of shape (batch, length, n_classes); with a chain, see `chain_loss`.
        Heads: ``"predict_proba"``, of the same shape; ``"predict"``, numbers of labels, of shape (batch, length); and
        ``"features"``, what enters the output layer, of shape (batch, length, width).
    """
    if encoder is not None:
        numbers, x, real = features_of_residues(encoder)
    else:
        numbers, x, real = enter_tokens(**tokens, width=embedding_dim, dtype=dtype)
        options = {"dropout": dropout, "activation": activation, "dtype": dtype}
        x = residue_features(x, real, tokens["vectors"] is not None, body, embedding_dim, **options, **of_body)
    features = x
    x = Dropout(dropout, name="output_dropout", dtype=dtype)(x) if dropout else x
    scores = keras.layers.Dense(n_classes, name="output", dtype=dtype)(x)
    wide = output_dtype(dtype)
    scores = keras.layers.Activation("linear", name="scores", dtype=wide)(scores)
    if crf:
        chain = LabelChain(name="chain", dtype=wide)
        # First, because Keras takes a layer's first call for the one with the most outputs.
        trained = {"scores": scores, **chain(scores, real=real, answer="chain")._asdict()}
        probabilities, labels = (chain(scores, real=real, answer=answer) for answer in ("marginals", "labels"))
    else:
        probabilities = keras.layers.Softmax(name="probabilities", dtype=wide)(scores)
        # Not argmax: Keras compares bits there, which other programs than TensorFlow have no operation for.
        labels, trained = keras.ops.top_k(scores, 1)[1][..., 0], scores
    heads = {
        "predict_proba": keras.Model(numbers, probabilities, name="tagger"),
        "predict": keras.Model(numbers, labels, name="labels"),
        "features": keras.Model(numbers, features, name="features"),
    }
    return Architecture(keras.Model(numbers, trained, name="tagger_training"), heads)


def chain_loss(outputs, inputs, targets, scalars) -> Any:
    """Minus the log-likelihood of the labels that are known, a residue that has one; 0 where none has.

    Outputs have ``"scores"``, and what is in a `Chain`; the targets are numbers of labels, -1 where there is none.
    """
    labels = tf.cast(targets[0], tf.int32)
    chain = Chain(*(outputs[name] for name in Chain._fields))
    found = log_likelihood(outputs["scores"], labels, tf.not_equal(inputs, 0), chain)
    n_known = tf.math.count_nonzero(labels >= 0, axis=1, dtype=found.dtype)
    return -found / tf.maximum(n_known, 1)
