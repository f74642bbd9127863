"""Images as a network takes them: pixels on one scale, small ones padded to the size of larger ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._image_sequence import ImageSequence

_UNITS = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}
OF_BITS = frozenset(_UNITS)  # types of pixels that become numbers from 0 to 1
_LEAST_GAIN = 0.25  # each further size is a batch of its own
_MOST_SIZES = 4


class Images:
    """Images of one number of channels, which stay as they are until they are taken.

    Parameters
    ----------
    pixels : ndarray of shape (n_images, height, width, n_channels), or sequence of such without the first axis
        As `ensure_images` returns them.  An `ImageSequence` is not asked for an image before it is taken.
    rows : ndarray of int, optional
        Which of them, in which order; by default all.

    Attributes
    ----------
    sizes : ndarray of shape (n_images, 2), int64
        Height and width of each image.
    n_channels : int
        Channels of all images.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import Images
    >>> images = Images([np.full((2, 2, 1), 255, np.uint8), np.ones((1, 3, 1))])
    >>> images.sizes.tolist(), images[[1]].take(np.array([0])).ravel().tolist()
    ([[2, 2], [1, 3]], [1.0, 1.0, 1.0])
    >>> images.take(np.array([0, 1]), size=(2, 3))[..., 0].tolist()
    [[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]], [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]]
    """

    def __init__(self, pixels: NDArray | Sequence[NDArray], rows: NDArray | None = None):
        self._pixels, self._rows = pixels, np.arange(len(pixels)) if rows is None else rows
        self._array = pixels if isinstance(pixels, np.ndarray) else None
        if self._array is not None:
            self.n_channels = self._array.shape[3]
            self.sizes = np.broadcast_to(np.array(self._array.shape[1:3]), (len(self._rows), 2))
        else:
            lazy = isinstance(pixels, ImageSequence)
            self.n_channels = pixels.n_channels if lazy else pixels[0].shape[2]
            sizes = pixels.sizes if lazy else np.array([image.shape[:2] for image in pixels])
            self.sizes = np.asarray(sizes, np.int64)[self._rows]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: NDArray | list[int]) -> Images:
        return Images(self._pixels, self._rows[rows])

    def image(self, place: int) -> NDArray:
        """Return an image as it is, of shape (height, width, n_channels)."""
        return self._pixels[self._rows[place]]

    def is_wide(self) -> bool:
        """Return whether single precision may round a pixel."""
        return not all(np.can_cast(kind, np.float32) for kind in self.types())

    def units(self) -> NDArray:
        """Return what 1 stands for in the pixels of each image: 255 or 65,535 where `take` divides by it, else 1."""
        return np.array([_UNITS.get(kind, 1) for kind in self._types()], np.float64)

    def require_shares(self, keyword: str) -> None:
        """Raise a ValueError unless all pixels, as `take` returns them, are from 0 to 1, as a keyword wants them."""
        if all(kind.kind == "b" or kind in OF_BITS for kind in self.types()):
            return
        for place in range(len(self)):
            pixels = as_numbers(self.image(place), np.float64)
            if (outside := (pixels < 0) | (pixels > 1)).any():
                raise ValueError(
                    f"{keyword} needs pixels between 0 and 1, but image {place} holds {pixels[outside][0]:.6g}."
                )

    def types(self) -> set[np.dtype]:
        """Return the types of all pixels."""
        return set(self._types())

    def _types(self) -> list[np.dtype]:
        if hasattr(self._pixels, "dtype"):
            return [self._pixels.dtype] * len(self)
        return [self._pixels[row].dtype for row in self._rows]

    def take(self, rows: NDArray | slice, dtype: Any = np.float32, size: tuple[int, int] | None = None) -> NDArray:
        """Return some images as an array of numbers, see `as_numbers`.

        Parameters
        ----------
        rows : ndarray of shape (n,), int, or slice
            Which images.
        dtype : dtype
            Of the array.
        size : (int, int), optional
            Height and width to which zeros are added, below and to the right; without it, all images have one size.

        Returns
        -------
        ndarray of shape (n, height, width, n_channels)
        """
        sizes, rows = self.sizes[rows], self._rows[rows]
        if self._array is not None and size is None:
            return as_numbers(self._array[rows], dtype)
        height, width = size or sizes[0]
        batch = np.zeros((len(rows), height, width, self.n_channels), dtype)
        for place, row in enumerate(rows):
            image = self._pixels[row]
            batch[place, : image.shape[0], : image.shape[1]] = as_numbers(image, dtype)
        return batch

    def by_size(self) -> list[NDArray]:
        """Divide images into at most four groups of similar sizes, and return the places of each.

        A group is divided where its images, all as high as the highest and as wide as the widest, get smaller by that,
        by a quarter of all pixels.
        """
        groups = [np.arange(len(self))]
        whole = _area(self.sizes)
        while len(groups) < _MOST_SIZES:
            cuts = [(*_best_cut(self.sizes[group]), number) for number, group in enumerate(groups)]
            gain, inside, number = max(cuts, key=lambda cut: cut[0])
            if gain < _LEAST_GAIN * whole:
                break
            group = groups.pop(number)
            groups += [group[inside], group[~inside]]
        return groups


def as_numbers(pixels: NDArray, dtype: Any = np.float32) -> NDArray:
    """Return pixels as numbers: those of 8 and of 16 bits without a sign from 0 to 1, all others as they are.

    Parameters
    ----------
    pixels : ndarray
        Of any numeric type, or bool.
    dtype : dtype, default=float32
        Of the numbers.

    Returns
    -------
    ndarray of the same shape

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import as_numbers
    >>> as_numbers(np.array([0, 51, 255], np.uint8)).tolist()
    [0.0, 0.20000000298023224, 1.0]
    >>> as_numbers(np.array([0.0, 0.2, 16.0])).tolist()
    [0.0, 0.20000000298023224, 16.0]
    """
    numbers = np.asarray(pixels).astype(dtype)
    unit = _UNITS.get(pixels.dtype)
    return numbers if unit is None else np.divide(numbers, dtype(unit), out=numbers)


def _area(sizes: NDArray) -> int:
    """Return the pixels of images that are padded to the size of the largest."""
    return len(sizes) * int(sizes[:, 0].max()) * int(sizes[:, 1].max()) if len(sizes) else 0


def _best_cut(sizes: NDArray) -> tuple[int, NDArray]:
    """Return how many pixels are saved at most by a cut in two, by height or by width, and which images are below."""
    best, below = 0, np.ones(len(sizes), bool)
    for axis in range(2):
        for limit in np.unique(np.quantile(sizes[:, axis], np.linspace(0, 1, 17), method="nearest"))[:-1]:
            inside = sizes[:, axis] <= limit
            gain = _area(sizes) - _area(sizes[inside]) - _area(sizes[~inside])
            if gain > best:
                best, below = gain, inside
    return best, below
