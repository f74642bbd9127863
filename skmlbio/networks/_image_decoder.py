"""The way back from what convolutions have made of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from skmlbio.layers.image_enlarging import ImageEnlarging
from skmlbio.networks._image_layers import ImageStages
from skmlbio.networks.dense import kernel_initializer


class MirroredStages:
    """The blocks of `ImageStages` from the last stage to the first, each on images that have been enlarged before.

    Parameters
    ----------
    stages : dict
        Arguments of the `ImageStages` that are mirrored.
    size : tuple of two int, optional
        Height and width of what comes out; without it, they are those of images that are given.
    name : str
        What names of layers begin with.
    dtype : str, optional
        Keras' dtype policy.
    """

    def __init__(
        self,
        stages: dict[str, Any],
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

    def __call__(self, h: Any, like: Any = None, real: Any = None) -> Any:
        """Return features of pixels, of `size`, or of the height and width of `like`, of which some are `real`."""
        here = real
        for stage in range(self._n_stages):
            if self._enlarge:
                times, enlarge = self._enlarge[stage]
                step = self._factor**times
                h = enlarge(h) if self._size else enlarge(h, like[:, ::step, ::step])
                here = None if real is None else real[:, ::step, ::step]
            h = self._stages.blocks(stage, h, here)
        return h


class MapsOfCode:
    """A dense layer from a few numbers to maps of one size.

    Parameters
    ----------
    map_shape : sequence of int
        Height, width and filters of the maps.
    activation : str
        Of the maps.
    dtype : str, optional
        Keras' dtype policy.
    """

    def __init__(self, map_shape: Sequence[int], activation: str, dtype: str | None = None):
        options = {"kernel_initializer": kernel_initializer(activation), "name": "from_code", "dtype": dtype}
        self._dense = keras.layers.Dense(math.prod(map_shape), activation, **options)
        self._maps = keras.layers.Reshape(tuple(map_shape), name="maps", dtype=dtype)

    def __call__(self, code: Any) -> Any:
        """Return the maps that numbers stand for."""
        return self._maps(self._dense(code))


def map_shape(stages: dict[str, Any], size: Sequence[int]) -> tuple[int, int, int]:
    """Return height, width and filters of what leaves `ImageStages`, by its arguments and the size of the images."""
    times = len(stages["n_filters"]) if stages["local_pooling"] else 0
    return *pooled_size(size, stages["pool_size"], times), stages["n_filters"][-1]


def pooled_size(size: Sequence[int], factor: int, times: int) -> tuple[int, int]:
    """Return height and width of images that have been pooled some times.

    Examples
    --------
    >>> pooled_size((7, 28), 2, 2)
    (2, 7)
    """
    height, width = (-(-n // factor**times) for n in size)
    return height, width
