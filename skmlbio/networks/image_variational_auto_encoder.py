"""The variational auto-encoder of images of one size."""

from __future__ import annotations

import math
from typing import Any

import keras

from skmlbio.layers.evidence import (
    ImportanceWeightedBound,
    LikelihoodDraw,
    LikelihoodMean,
    LogLikelihood,
    NormalDivergence,
    likelihood_of,
)
from skmlbio.layers.image_convolution import ImageConvolution
from skmlbio.layers.likelihood import SameForAllRows, Scale
from skmlbio.layers.noise import Dropout
from skmlbio.layers.sampling import PosteriorDraw, PriorDraw
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._image_decoder import MapsOfCode, MirroredStages, map_shape
from skmlbio.networks._image_layers import ImageEntrance, ImageStages
from skmlbio.networks.variational_auto_encoder import POSTERIOR_FLOOR


def image_variational_auto_encoder(
    images: dict[str, Any],
    stages: dict[str, Any],
    latent_dim: int,
    size: tuple[int, int],
    likelihood: str,
    variance: float | str | None = None,
    dropout: float = 0.0,
    dtype: str | None = None,
) -> Architecture:
    """z ~ q(z | x) = N(mean, scale^2) of stages(x), and p(x | z) = likelihood(x; mirrored stages(z)), pixel by pixel.

    Parameters
    ----------
    images : dict
        Arguments of `ImageEntrance`.  Where channels are standardised, samples are float64, else float32; densities
        are those of x all the same.
    stages : dict
        Arguments of `ImageStages`.
    latent_dim : int
        Width of z.
    size : tuple of two int
        Height and width of all images.
    likelihood, variance
        Of a pixel given z; see `skmlbio.layers.evidence.likelihood_of`.
    dropout : float
        Share of what enters mean and scale of q that is dropped in training.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.

    Returns
    -------
    Architecture
        As `variational_auto_encoder` returns it, for images of shape (batch, height, width, n_channels).
    """
    wide = output_dtype(dtype)
    enter = ImageEntrance(**images, dtype=dtype)
    shape = *size, enter.n_channels
    part = {"kind": likelihood, "n_features": math.prod(shape), "variance": variance}
    inputs, x, _ = enter.inputs()
    row = keras.layers.Reshape(
        (math.prod(shape),), name="row", dtype="float64" if enter.pixel_dtype == "float64" else wide
    )
    encoder = _encoder(shape, latent_dim, stages, dropout, dtype)
    decoder = _decoder(shape, latent_dim, stages, likelihood_of(**part).outputs(), dtype)
    log_likelihood = LogLikelihood([part], enter.standardize, name="log_likelihood", dtype=wide)

    def decode(z: Any) -> list:
        return keras.tree.flatten(decoder(z))

    def to_data(rows: Any) -> Any:
        pixels = keras.layers.Reshape(shape, name="pixels", dtype=wide)(rows)
        return pixels if enter.standardize is None else enter.standardize(pixels, inverse=True)

    def means(z: Any) -> Any:
        return to_data(LikelihoodMean([part], name="means", dtype=wide)(*decode(z)))

    given, seen = row(x), enter(inputs, x)
    features = keras.layers.Reshape((math.prod(shape),), name="features", dtype=wide)(seen)
    mean, scale = encoder(seen)
    z = PosteriorDraw(name="posterior_draw", dtype=wide)(given, mean, scale)
    outputs = {
        "reconstruction": log_likelihood(features, *decode(z)),
        "divergence": NormalDivergence(name="divergence", dtype=wide)(mean, scale),
    }
    code = keras.Input((latent_dim,), name="code", dtype="float32")
    seed, number, n_draws = (keras.Input((), name=name, dtype="int64") for name in ("seed", "number", "n_draws"))
    bound = ImportanceWeightedBound(decode, log_likelihood, name="bound", dtype=wide)
    z = PriorDraw(latent_dim, name="prior_draw", dtype=wide)(number, seed)
    drawn = LikelihoodDraw([part], name="likelihood_draw", dtype=wide)(number, seed, *decode(z))
    evidence = bound(given, features, mean, scale, seed, n_draws)
    return Architecture(
        keras.Model(inputs, outputs, name="image_variational_auto_encoder_training"),
        {
            "reconstruct": keras.Model(inputs, means(mean), name="image_variational_auto_encoder"),
            "transform": keras.Model(inputs, mean, name="encode"),
            "inverse_transform": keras.Model(code, means(code), name="decode"),
            "pixels": keras.Model(inputs, [seen], name="seen"),
            "sample": keras.Model([number, seed], to_data(drawn), name="sample"),
            "score_samples": keras.Model([inputs, seed, n_draws], evidence, name="bound"),
        },
    )


def _encoder(shape, latent_dim, stages, dropout, dtype) -> keras.Model:
    """Return a model from images to the mean and the scale of q."""
    wide = output_dtype(dtype)
    x = keras.Input((None, None, shape[2]), name="images", dtype=wide)
    h, _ = ImageStages(**stages, dtype=dtype)(x, None)
    h = keras.layers.Reshape((math.prod(map_shape(stages, shape[:2])),), name="flat", dtype=wide)(h)
    h = Dropout(dropout, name="code_dropout", dtype=wide)(h) if dropout else h
    mean = keras.layers.Dense(latent_dim, name="posterior_mean", dtype=wide)(h)
    raw = keras.layers.Dense(latent_dim, kernel_initializer="zeros", name="posterior_scale", dtype=wide)(h)
    return keras.Model(x, [mean, Scale(POSTERIOR_FLOOR, name="scale", dtype=wide)(raw)], name="encoder")


def _decoder(shape, latent_dim, stages, learned, dtype) -> keras.Model:
    """Return a model from z to the parameters of the likelihood, each as rows of pixels, in the network's units."""
    wide = output_dtype(dtype)
    z = keras.Input((latent_dim,), name="code", dtype=wide)
    h = MapsOfCode(map_shape(stages, shape[:2]), stages["activation"], dtype=dtype)(z)
    h = MirroredStages(stages, shape[:2], dtype=dtype)(h)
    outputs: list = []
    for name, source in learned.items():
        if source == "feature":
            outputs.append(SameForAllRows(name=name, dtype=wide)(outputs[-1]))
            continue
        kernel = "glorot_uniform" if name == "output" else "zeros"
        convolve = ImageConvolution(shape[2], stages["kernel_size"], kernel_initializer=kernel, name=name, dtype=wide)
        row = keras.layers.Reshape((math.prod(shape),), name=f"{name}_row", dtype=wide)
        outputs.append(row(convolve(h)))
    return keras.Model(z, outputs, name="decoder")
