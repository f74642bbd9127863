"""Convolution over images of any sizes, then one vector an image."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.layers.image_pooling import GlobalPooling
from skmlbio.layers.noise import Dropout
from skmlbio.networks._architecture import Architecture
from skmlbio.networks._image_layers import ImageEntrance, ImageStages, listed
from skmlbio.networks.supervised import target_layers


def image_cnn(
    images: dict[str, Any],
    stages: dict[str, Any],
    targets: dict[str, Any],
    pooling: str = "mean",
    map_shape: tuple[int, int, int] | None = None,
    dropout: float = 0.3,
    dtype: str | None = None,
) -> Architecture:
    """h = stages(images), outputs = W pool(h) + b.

    Parameters
    ----------
    images : dict
        Arguments of `ImageEntrance`.
    stages : dict
        Arguments of `ImageStages`.
    targets : dict
        Arguments of `with_targets`.
    pooling : {"mean", "max", "flatten"}
        How the places of an image become one vector: over all of them, or one after the other.
    map_shape : tuple of three int, optional
        Height, width and filters of h, for ``"flatten"``.
    dropout : float
        Share of features that are dropped in training, before the output.
    dtype : str, optional
        Keras' dtype policy of all but the output.

    Returns
    -------
    Architecture
        The form ``"padded"`` takes images that are padded to one size, and their sizes; see `ImageEntrance`.  Heads:
        those of `with_targets`; ``"features"``, what is pooled, of shape (batch, n_features); ``"pixels"``, what the
        first stage sees of the images; and ``"maps"``, h.  The last two are lists, which end with what of them is real,
        where images are padded.
    """
    enter, convolve = ImageEntrance(**images, dtype=dtype), ImageStages(**stages, dtype=dtype)
    flatten = keras.layers.Reshape(_flat(map_shape), name="flat", dtype=dtype) if pooling == "flatten" else None
    pool = None if flatten else GlobalPooling(pooling, name="pool", dtype=dtype)
    drop = Dropout(dropout, name="pool_dropout", dtype=dtype) if dropout else None
    finish = target_layers(**targets, dtype=dtype)

    def of_form(form: str = "") -> Architecture:
        inputs, x, real = enter.inputs(form)
        pixels = enter(inputs, x)
        seen = {"pixels": [pixels, *listed(real)]}
        h, real = convolve(pixels, real)
        seen["maps"] = [h, *listed(real)]
        h = seen["features"] = flatten(h) if flatten else pool(h, **({} if real is None else {"real": real}))
        found = finish(inputs, h if drop is None else drop(h))
        return found._replace(
            heads=found.heads | {name: keras.Model(inputs, of, name=name) for name, of in seen.items()}
        )

    return of_form()._replace(other_forms={} if flatten else {"padded": lambda: of_form("padded")})


def _flat(map_shape: tuple[int, int, int]) -> tuple[int]:
    return (map_shape[0] * map_shape[1] * map_shape[2],)
