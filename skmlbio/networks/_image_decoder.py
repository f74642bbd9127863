"""The way back from what convolutions have made of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from skmlbio.layers.image_convolution import ImageConvolution
from skmlbio.layers.image_enlarging import ImageEnlarging
from skmlbio.networks._architecture import output_dtype
from skmlbio.networks._image_layers import ImageStages, given
from skmlbio.networks.dense import kernel_initializer


class MirroredStages:
    """The blocks of `ImageStages` from the last stage to the first, each on images that have been enlarged before.

    Parameters
    ----------
    stages : dict
        Arguments of the `ImageStages` that are mirrored.
    n_channels : int
        Of the images that come out.
    size : tuple of two int, optional
        Their height and width; without it, they are those of images that are given.
    name : str
        What names of layers begin with.
    dtype : str, optional
        Keras' dtype policy of all but the last convolution.
    """

    def __init__(
        self,
        stages: dict[str, Any],
        n_channels: int,
        size: tuple[int, int] | None = None,
        name: str = "mirrored",
        dtype: str | None = None,
    ):
        n_filters, self._factor = stages["n_filters"][::-1], stages["pool_size"]
        options = stages | {"n_filters": n_filters, "local_pooling": None}
        self._stages = ImageStages(**options, name=name, dtype=dtype)
        self._enlarge: list[tuple[int, Any]] = []  # by how often pixels have been pooled where a block stands
        for stage, times in enumerate(range(len(n_filters))[::-1] if stages["local_pooling"] else []):
            there = size and pooled_size(size, self._factor, times)
            self._enlarge.append((times, ImageEnlarging(self._factor, there, name=f"{name}_{stage}", dtype=dtype)))
        self._n_stages, self._size = len(n_filters), size
        self._output = ImageConvolution(
            n_channels, stages["kernel_size"], name=f"{name}_output", dtype=output_dtype(dtype),
            kernel_initializer="glorot_uniform",
        )  # fmt: skip

    def __call__(self, h: Any, like: Any = None, real: Any = None) -> Any:
        """Return images of `size`, or of the height and width of `like`, of which some pixels are `real`."""
        here = real
        for stage in range(self._n_stages):
            if self._enlarge:
                times, enlarge = self._enlarge[stage]
                step = self._factor**times
                h = enlarge(h) if self._size else enlarge(h, like[:, ::step, ::step])
                here = None if real is None else real[:, ::step, ::step]
            h = self._stages.blocks(stage, h, here)
        return self._output(h, **given(real))


class FlatCode:
    """Dense layers from maps of one size to a few numbers, and back.

    Parameters
    ----------
    map_shape : sequence of int
        Height, width and filters of the maps.
    latent_dim : int
        How many numbers.
    activation : str
        Of the way back.
    dtype : str, optional
        Keras' dtype policy of the way back.
    """

    def __init__(self, map_shape: Sequence[int], latent_dim: int, activation: str, dtype: str | None = None):
        n_places = math.prod(map_shape)
        self._flatten = keras.layers.Reshape((n_places,), name="flat", dtype=output_dtype(dtype))
        self._code = keras.layers.Dense(latent_dim, name="code", dtype=output_dtype(dtype))
        options = {"kernel_initializer": kernel_initializer(activation), "name": "from_code", "dtype": dtype}
        self._back = keras.layers.Dense(n_places, activation, **options)
        self._maps = keras.layers.Reshape(tuple(map_shape), name="maps", dtype=dtype)

    def encode(self, maps: Any) -> Any:
        """Return the numbers of some maps."""
        return self._code(self._flatten(maps))

    def decode(self, code: Any) -> Any:
        """Return the maps that numbers stand for."""
        return self._maps(self._back(code))


def pooled_size(size: Sequence[int], factor: int, times: int) -> tuple[int, int]:
    """Return height and width of images that have been pooled some times.

    Examples
    --------
    >>> pooled_size((7, 28), 2, 2)
    (2, 7)
    """
    height, width = (-(-n // factor**times) for n in size)
    return height, width
