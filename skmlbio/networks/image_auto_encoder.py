"""The auto-encoder of images."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from skmlbio.layers.gaps import FillGaps, Known
from skmlbio.layers.image_convolution import ImageConvolution
from skmlbio.layers.image_noise import Holes, PixelMasking, SaltAndPepper
from skmlbio.layers.image_pooling import GlobalPooling
from skmlbio.layers.noise import Dropout, GaussianNoise
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._image_decoder import MapsOfCode, MirroredStages, map_shape
from skmlbio.networks._image_layers import ImageEntrance, ImageStages, given, listed

_NOISES = {"gaussian": GaussianNoise, "masking": PixelMasking, "salt_and_pepper": SaltAndPepper, "holes": Holes}
_HIDING = ("masking", "holes")  # these leave nothing of a pixel


def image_auto_encoder(
    images: dict[str, Any],
    stages: dict[str, Any],
    latent_dim: int | None = None,
    size: tuple[int, int] | None = None,
    noise: str | None = None,
    noise_level: float = 0.0,
    bernoulli: bool = False,
    gaps: bool = False,
    dropout: float = 0.0,
    dtype: str | None = None,
) -> Architecture:
    """code = W stages(noise(x)) + b, reconstruction = mirrored stages(V code + c); or without W and V, for any size.

    Parameters
    ----------
    images : dict
        Arguments of `ImageEntrance`.
    stages : dict
        Arguments of `ImageStages`.
    latent_dim : int, optional
        Width of the code.  Without it, the code is what leaves the stages: maps.
    size : tuple of two int, optional
        Height and width of all images, where there is a `latent_dim`.
    noise : {"gaussian", "masking", "salt_and_pepper", "holes"}, optional
        What disturbs the encoder's input in training.
    noise_level : float
        Standard deviation of the Gaussian noise, or share of the pixels.
    bernoulli : bool
        Whether pixels are probabilities, and the decoder ends in a sigmoid.
    gaps : bool
        Whether pixels may be NaN.  There the encoder gets the mean of the channel, and beside its input, as further
        channels, the mask of what is known.  Masking noise and holes make further gaps.
    dropout : float
        Share of what enters the code that is dropped in training.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.

    Returns
    -------
    Architecture
        Training outputs, one row an image: ``"clean"`` and ``"reconstruction"`` (logits if `bernoulli`), in the
        network's own units; with gaps or padding also ``"known"``, 1 where there is a number to compare with.  Heads:
        ``"reconstruct"``, ``"transform"``, ``"errors"``, and with a `latent_dim` ``"inverse_transform"``; as of
        `image_cnn`, ``"features"``, the code or the means of its maps, and unless there are gaps ``"pixels"`` and
        ``"maps"``.  The form ``"padded"`` takes images that are padded to one size, and their sizes; see
        `ImageEntrance`.
    """
    wide = output_dtype(dtype)
    enter, convolve = ImageEntrance(**images, dtype=dtype), ImageStages(**stages, dtype=dtype)
    mirrored = MirroredStages(stages, size, dtype=dtype)
    to_pixels = ImageConvolution(
        enter.n_channels, stages["kernel_size"], kernel_initializer="glorot_uniform", name="output", dtype=wide
    )
    flat = latent_dim is not None
    if flat:
        flatten = keras.layers.Reshape((math.prod(map_shape(stages, size)),), name="flat", dtype=wide)
        to_code = keras.layers.Dense(latent_dim, name="code", dtype=wide)
        maps_of = MapsOfCode(map_shape(stages, size), stages["activation"], dtype=dtype)
    disturb = _NOISES[noise](noise_level, name="noise", dtype=wide) if noise else None
    drop = Dropout(dropout, name="code_dropout", dtype=dtype) if dropout else None
    fill = FillGaps(name="fill", dtype=wide) if gaps else None
    row = keras.layers.Reshape((-1,), name="row", dtype=wide)
    pool = GlobalPooling("mean", name="pool", dtype=wide)

    def rebuild(code: Any, like: Any = None, real: Any = None) -> Any:
        h = mirrored(maps_of(code) if flat else code, like, real)
        return to_pixels(h, **given(real))

    def to_data(z: Any) -> Any:
        z = keras.layers.Activation("sigmoid", name="probabilities", dtype=wide)(z) if bernoulli else z
        return z if enter.standardize is None else enter.standardize(z, inverse=True)

    def of_form(form: str = "") -> Architecture:
        inputs, x, real = enter.inputs(form)
        beside = {} if real is None or noise == "gaussian" else {"sizes": inputs[1]}
        known = Known(name="known", dtype=wide)(x)
        known = known if real is None else known * ops.cast(real[..., None], wide)
        if gaps:
            shown = disturb(known, **beside) if noise in _HIDING else known
            clean, seen = (enter(inputs, fill(x, mask)) for mask in (known, shown))
            seen = disturb(seen, **beside) if noise and noise not in _HIDING else seen
            seen = keras.layers.Concatenate(name="shown", dtype=wide)([seen, shown])
        else:
            clean = enter(inputs, x)
            seen = disturb(clean, **beside) if noise else clean
        maps, real_maps = convolve(seen, real)
        code = maps if drop is None else drop(maps)
        code = to_code(flatten(code)) if flat else code
        reconstruction = rebuild(code, x, real)
        outputs = {"clean": row(clean), "reconstruction": row(reconstruction)}
        outputs |= {"known": row(known)} if gaps or real is not None else {}
        heads = {
            "reconstruct": keras.Model(inputs, to_data(reconstruction), name="image_auto_encoder"),
            "transform": keras.Model(inputs, code, name="encode"),
            "errors": keras.Model(inputs, outputs, name="errors"),
            "features": keras.Model(inputs, code if flat else pool(code, **given(real_maps)), name="features"),
        }
        if not gaps:
            heads["pixels"] = keras.Model(inputs, [clean, *listed(real)], name="pixels")
            heads["maps"] = keras.Model(inputs, [maps, *listed(real_maps)], name="maps")
        if flat:
            z = keras.Input((latent_dim,), name="code", dtype="float32")
            heads["inverse_transform"] = keras.Model(z, to_data(rebuild(z)), name="decode")
        return Architecture(keras.Model(inputs, outputs, name="image_auto_encoder_training"), heads)

    return of_form()._replace(other_forms={} if flat else {"padded": lambda: of_form("padded")})
