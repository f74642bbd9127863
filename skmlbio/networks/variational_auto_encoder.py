"""The variational auto-encoder."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from skmlbio.layers.likelihood import (
    ImportanceWeightedBound,
    LikelihoodDraw,
    LogLikelihood,
    NormalDivergence,
    SameForAllRows,
    Scale,
)
from skmlbio.layers.sampling import PosteriorDraw, PriorDraw
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks.dense import dense_stack

# Standard deviations cannot shrink below these, in the units of the network, so that no density grows without bound.
_POSTERIOR_FLOOR = 1e-4
_LIKELIHOOD_FLOOR = 1e-2


def variational_auto_encoder(
    n_features: int,
    latent_dim: int,
    hidden_layer_sizes: Sequence[int],
    activation: str,
    dropout: float,
    likelihood: str,
    variance: float | str | None,
    standardize: bool,
    dtype: str | None = None,
) -> Architecture:
    """z ~ q(z | x) = N(mean(x), scale(x)^2), and p(x | z) = likelihood(x; decoder(z)); the decoder mirrors the encoder.

    Parameters
    ----------
    n_features, latent_dim : int
        Widths of the data and of z.
    hidden_layer_sizes : sequence of int
        Widths of the encoder's hidden layers.
    activation, dropout
        Of the hidden layers.
    likelihood : {"gaussian", "bernoulli"}
        Of x given z.
    variance : float, "feature", "decoder" or None
        Of the Gaussian likelihood: fixed, one learned for each feature, or given by the decoder for each row and
        feature.  None for the Bernoulli one.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1: x and samples are then float64, else float32.
        Densities are those of x all the same.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.

    Returns
    -------
    Architecture
        Training outputs: ``"reconstruction"``, log p(x | z) of every row, and ``"divergence"`` of q from the prior, for
        every row and component; in nats.  Heads: ``"reconstruct"``, ``"transform"`` (means of q),
        ``"inverse_transform"`` (means of p), ``"sample"`` (from the numbers of rows and their seeds),
        ``"score_samples"`` (from x, seeds and numbers of draws).
    """
    wide = output_dtype(dtype)
    to_units = Standardize(name="standardize", dtype=wide) if standardize else None
    encoder = _encoder(n_features, latent_dim, hidden_layer_sizes, activation, dropout, dtype)
    decoder = _decoder(n_features, latent_dim, hidden_layer_sizes, activation, dropout, likelihood, variance, dtype)
    smallest = _LIKELIHOOD_FLOOR if isinstance(variance, str | None) else variance**0.5
    log_likelihood = LogLikelihood(likelihood, to_units, smallest, name="log_likelihood", dtype=wide)
    bound = ImportanceWeightedBound(decoder, log_likelihood, name="bound", dtype=wide)

    def parameters(z):
        return keras.tree.flatten(decoder(z))

    def to_data(features, mean=False):
        if mean and likelihood == "bernoulli":
            return keras.layers.Activation("sigmoid", name="probabilities", dtype=wide)(features)
        return to_units(features, inverse=True) if standardize else features

    x = keras.Input((n_features,), name="x", dtype="float64" if standardize else "float32")
    features = to_units(x) if standardize else x
    mean, scale = encoder(features)
    z = PosteriorDraw(name="posterior_draw", dtype=wide)(x, mean, scale)
    outputs = {
        "reconstruction": log_likelihood(features, *parameters(z)),
        "divergence": NormalDivergence(name="divergence", dtype=wide)(mean, scale),
    }
    code = keras.Input((latent_dim,), name="code", dtype="float32")
    seed, number, n_draws = (keras.Input((), name=name, dtype="int64") for name in ("seed", "number", "n_draws"))
    z = PriorDraw(latent_dim, name="prior_draw", dtype=wide)(number, seed)
    evidence = bound(x, features, mean, scale, seed, n_draws)
    drawn = LikelihoodDraw(likelihood, name="likelihood_draw", dtype=wide)(number, seed, *parameters(z))
    return Architecture(
        keras.Model(x, outputs, name="variational_auto_encoder_training"),
        {
            "reconstruct": keras.Model(x, to_data(parameters(mean)[0], mean=True), name="variational_auto_encoder"),
            "transform": keras.Model(x, mean, name="encode"),
            "inverse_transform": keras.Model(code, to_data(parameters(code)[0], mean=True), name="decode"),
            "sample": keras.Model([number, seed], to_data(drawn), name="sample"),
            "score_samples": keras.Model([x, seed, n_draws], evidence, name="bound"),
        },
    )


def _encoder(n_features, latent_dim, sizes, activation, dropout, dtype) -> keras.Model:
    """Return a model from features to the mean and the scale of q."""
    wide = output_dtype(dtype)
    x = keras.Input((n_features,), name="features", dtype=wide)
    h = dense_stack(x, sizes, activation, dropout, dtype=dtype)
    mean = keras.layers.Dense(latent_dim, name="posterior_mean", dtype=wide)(h)
    raw = keras.layers.Dense(latent_dim, kernel_initializer="zeros", name="posterior_scale", dtype=wide)(h)
    return keras.Model(x, [mean, Scale(_POSTERIOR_FLOOR, name="scale", dtype=wide)(raw)], name="encoder")


def _decoder(n_features, latent_dim, sizes, activation, dropout, likelihood, variance, dtype) -> keras.Model:
    """Return a model from z to the parameters of the likelihood: logits, or mean and scale in the network's units."""
    wide = output_dtype(dtype)
    z = keras.Input((latent_dim,), name="code", dtype=wide)
    h = dense_stack(z, tuple(sizes)[::-1], activation, dropout, dtype=dtype)
    output = keras.layers.Dense(n_features, name="output", dtype=wide)(h)
    if likelihood == "bernoulli":
        return keras.Model(z, output, name="decoder")
    if variance == "decoder":
        scale = keras.layers.Dense(n_features, kernel_initializer="zeros", name="output_scale", dtype=wide)(h)
        scale = Scale(_LIKELIHOOD_FLOOR, name="scale", dtype=wide)(scale)
    elif variance == "feature":
        scale = SameForAllRows(name="output_scale", dtype=wide)(output)
        scale = Scale(_LIKELIHOOD_FLOOR, name="scale", dtype=wide)(scale)
    else:
        scale = keras.ops.full_like(output, variance**0.5)
    return keras.Model(z, [output, scale], name="decoder")
