"""The auto-encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras

from skmlbio.layers.gaps import FillGaps, Known
from skmlbio.layers.noise import Dropout, GaussianNoise, MaskingNoise
from skmlbio.layers.standardize import Standardize
from skmlbio.layers.tied_dense import TiedDense
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks.dense import dense_layer, dense_stack, kernel_initializer

_NOISES = {"gaussian": GaussianNoise, "masking": MaskingNoise}


def auto_encoder(
    n_features: int,
    latent_dim: int,
    hidden_layer_sizes: Sequence[int],
    activation: str,
    dropout: float,
    noise: str | None,
    noise_level: float,
    tied: bool,
    standardize: bool,
    bernoulli: bool,
    dtype: str | None = None,
    gaps: bool = False,
) -> Architecture:
    """code = encoder(noise(x)), reconstruction = decoder(code); the decoder mirrors the encoder.

    Parameters
    ----------
    n_features, latent_dim : int
        Widths of the data and of the code.
    hidden_layer_sizes : sequence of int
        Widths of the encoder's hidden layers.
    activation, dropout
        Of the hidden layers.
    noise : {"gaussian", "masking"} or None
        What disturbs the encoder's input in training.
    noise_level : float
        Standard deviation of the Gaussian noise, or share of masked features.
    tied : bool
        Whether the decoder's kernels are the encoder's, transposed.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1; data are then float64, else float32.
    bernoulli : bool
        Whether features are probabilities, and the decoder ends in a sigmoid.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.
    gaps : bool
        Whether x may hold NaN.  There the encoder gets the mean of the feature, and beside its input the mask of what
        is known.  Masking noise makes further gaps.

    Returns
    -------
    Architecture
        Training outputs: ``"clean"`` and ``"reconstruction"`` (logits if `bernoulli`), in the network's own units, and
        ``"code"``; with gaps also ``"known"``, 1 where there is a number to compare with.  Heads: ``"reconstruct"``,
        ``"transform"``, ``"inverse_transform"``, ``"errors"``.
    """
    wide = output_dtype(dtype)
    to_units = Standardize(name="standardize", dtype=wide) if standardize else None
    if tied:
        encoder, decoder = _tied(latent_dim, hidden_layer_sizes, activation, dropout, dtype)
    else:
        encoder = _encoder(n_features, latent_dim, hidden_layer_sizes, activation, dropout, dtype, gaps)
        decoder = _decoder(n_features, latent_dim, hidden_layer_sizes, activation, dropout, dtype)

    def to_data(z):
        z = keras.layers.Activation("sigmoid", name="probabilities", dtype=wide)(z) if bernoulli else z
        return to_units(z, inverse=True) if standardize else z

    x = keras.Input((n_features,), name="x", dtype="float64" if standardize else "float32")
    into_units = to_units or keras.layers.Identity(name="clean", dtype=wide)
    disturb = _NOISES[noise](noise_level, name="noise", dtype=wide) if noise else None
    if gaps:
        known = Known(name="known", dtype=wide)(x)
        shown = disturb(known) if noise == "masking" else known
        fill = FillGaps(name="fill", dtype=wide)
        clean, seen = (into_units(fill(x, mask)) for mask in (known, shown))
        code = encoder([disturb(seen) if noise == "gaussian" else seen, shown])
    else:
        clean = into_units(x)
        code = encoder(disturb(clean) if noise else clean)
    reconstruction = decoder(code)
    z = keras.Input((latent_dim,), name="code", dtype="float32")
    outputs = {"clean": clean, "reconstruction": reconstruction, "code": code} | ({"known": known} if gaps else {})
    return Architecture(
        keras.Model(x, outputs, name="auto_encoder_training"),
        {
            "reconstruct": keras.Model(x, to_data(reconstruction), name="auto_encoder"),
            "transform": keras.Model(x, code, name="encode"),
            "inverse_transform": keras.Model(z, to_data(decoder(z)), name="decode"),
            "errors": keras.Model(x, outputs, name="errors"),
        },
    )


def _encoder(n_features, latent_dim, sizes, activation, dropout, dtype, gaps) -> keras.Model:
    x = keras.Input((n_features,), name="features", dtype=output_dtype(dtype))
    x = [x, keras.Input((n_features,), name="shown", dtype=output_dtype(dtype))] if gaps else x
    h = dense_stack(x, sizes, activation, dropout, dtype=dtype)
    return keras.Model(x, dense_layer(h, latent_dim, name="code", dtype=output_dtype(dtype)), name="encoder")


def _decoder(n_features, latent_dim, sizes, activation, dropout, dtype) -> keras.Model:
    z = keras.Input((latent_dim,), name="code", dtype=output_dtype(dtype))
    h = dense_stack(z, tuple(sizes)[::-1], activation, dropout, dtype=dtype)
    return keras.Model(z, keras.layers.Dense(n_features, name="output", dtype=output_dtype(dtype))(h), name="decoder")


def _tied(latent_dim, sizes, activation, dropout, dtype) -> tuple[Callable, Callable]:
    """Encoder and decoder through the same layers.

    They are functions, not models: Keras saves a layer that two inner models share as two layers.
    """
    wide = output_dtype(dtype)
    widths, n_hidden = (*sizes, latent_dim), len(sizes)
    layers = [
        TiedDense(
            width,
            activation if i < n_hidden else None,
            activation if i else None,
            kernel_initializer(activation) if i < n_hidden else "glorot_uniform",
            name=f"hidden_{i}" if i < n_hidden else "latent",
            dtype=wide if i in (0, n_hidden) else dtype,  # these two also end in the data and in the code
        )
        for i, width in enumerate(widths)
    ]
    drops = [Dropout(dropout, name=f"hidden_{i}_dropout", dtype=dtype) for i in range(n_hidden)] if dropout else []

    def encoder(x):
        for i, layer in enumerate(layers):
            x = layer(x)
            x = drops[i](x) if i < len(drops) else x
        return x

    def decoder(z):
        for layer in reversed(layers):
            z = layer(z, inverse=True)
        return z

    return encoder, decoder
