"""The generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from skmlbio.layers.adversarial_losses import LossesOfPlayers
from skmlbio.layers.energy_terms import EnergyDistance
from skmlbio.layers.gradient_reversal import Adversary
from skmlbio.layers.noise import Dropout
from skmlbio.layers.sampling import Between, PriorDraw, RowDraw
from skmlbio.layers.spectral_dense import SpectralDense
from skmlbio.layers.standardize import Standardize
from skmlbio.layers.steepness import Steepness, SteepnessPenalty
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks.dense import dense_stack, kernel_initializer


def generative_adversarial(
    n_features: int,
    latent_dim: int,
    hidden_layer_sizes: Sequence[int],
    activation: str,
    dropout: float,
    loss: str,
    spectral_normalization: bool,
    penalized: bool,
    standardize: bool,
    dtype: str | None = None,
) -> Architecture:
    """generator(z) against critic(x): z is standard normal, the critic mirrors the generator.

    Parameters
    ----------
    n_features, latent_dim : int
        Widths of the data and of z.
    hidden_layer_sizes : sequence of int
        Widths of the generator's hidden layers.
    activation, dropout
        Of the hidden layers.
    loss : {"non_saturating", "hinge", "wasserstein"}
        Of the players.
    spectral_normalization : bool
        Whether the critic's kernels are divided by their spectral norms.
    penalized : bool
        Whether the steepness of the critic costs: where real rows are, or for "wasserstein" between real and made ones.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1: x and samples are then float64, else float32.
    dtype : str, optional
        Keras' dtype policy of the generator's hidden layers; the critic's gradients of gradients need a wider one.

    Returns
    -------
    Architecture
        Training outputs, of every row: ``"critic"`` and ``"generator"``, what the players lose, ``"distance"`` of made
        rows from real ones, in the network's own units, and ``"penalty"`` if `penalized`.  Heads: ``"generate"`` (rows
        of x from z), ``"sample"`` (from the numbers of rows and their seeds), ``"features"`` (x in the network's own
        units).
    """
    wide = output_dtype(dtype)
    to_units = Standardize(name="standardize", dtype=wide) if standardize else None
    generator = _generator(n_features, latent_dim, hidden_layer_sizes, activation, dropout, dtype)
    critic = _critic(n_features, hidden_layer_sizes, activation, dropout, spectral_normalization, wide)

    def to_data(features):
        return to_units(features, inverse=True) if standardize else features

    x = keras.Input((n_features,), name="x", dtype="float64" if standardize else "float32")
    features = to_units(x) if standardize else keras.layers.Identity(name="features", dtype=wide)(x)
    made = generator(RowDraw(latent_dim, name="row_draw", dtype=wide)(x))
    outputs = {"distance": EnergyDistance(name="distance", dtype=wide)(features, made)}
    if penalized:
        between = loss == "wasserstein"
        steepness = Steepness(critic, name="steepness", dtype=wide)
        point = Between(name="between", dtype=wide)(x, features, made) if between else features
        real, squares = steepness(point)
        real = critic(features) if between else real
        penalty = SteepnessPenalty("one" if between else "zero", name="penalty", dtype=wide)
        outputs["penalty"] = penalty(squares)
    else:
        real = critic(features)
    answers = Adversary(critic, loss, name="adversary", dtype=wide)(made)
    outputs["critic"], outputs["generator"] = LossesOfPlayers(loss, name="losses", dtype=wide)(real, answers)
    z = keras.Input((latent_dim,), name="z", dtype="float32")
    number, seed = (keras.Input((), name=name, dtype="int64") for name in ("number", "seed"))
    drawn = generator(PriorDraw(latent_dim, name="prior_draw", dtype=wide)(number, seed))
    return Architecture(
        keras.Model(x, outputs, name="generative_adversarial_training"),
        {
            "generate": keras.Model(z, to_data(generator(z)), name="generate"),
            "sample": keras.Model([number, seed], to_data(drawn), name="sample"),
            "features": keras.Model(x, features, name="to_features"),
        },
    )


def _generator(n_features, latent_dim, sizes, activation, dropout, dtype) -> keras.Model:
    """Return a model from z to rows in the network's units."""
    wide = output_dtype(dtype)
    z = keras.Input((latent_dim,), name="code", dtype=wide)
    with keras.name_scope("generator"):
        h = dense_stack(z, sizes, activation, dropout, dtype=dtype)
        rows = keras.layers.Dense(n_features, name="output", dtype=wide)(h)
    return keras.Model(z, rows, name="generator")


def _critic(n_features, sizes, activation, dropout, spectral_normalization, wide) -> keras.Model:
    """Return a model from rows in the network's units to one answer each."""
    dense = SpectralDense if spectral_normalization else keras.layers.Dense
    initializer = kernel_initializer(activation)
    h = x = keras.Input((n_features,), name="rows", dtype=wide)
    with keras.name_scope("critic"):
        for i, size in enumerate(tuple(sizes)[::-1]):
            h = dense(size, activation, kernel_initializer=initializer, name=f"critic_{i}", dtype=wide)(h)
            h = Dropout(dropout, name=f"critic_{i}_dropout", dtype=wide)(h) if dropout else h
        answer = dense(1, name="answer", dtype=wide)(h)
    return keras.Model(x, answer, name="critic")
