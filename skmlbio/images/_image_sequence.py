"""Images that stay where they are until they are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


class ImageSequence(ABC):
    """Images that are read one by one, each when it is needed: a base for those in files, see `ImageFiles`.

    ``X[3]`` reads an image.  ``X[rows]``, for a slice, an array of ints or a mask, is a sequence again, of which
    nothing is read, so that scikit-learn's splitters and searches take one as `X`; the estimators of images read a few
    megabytes at a time.  A subclass has `read` and `subset`; what is read is checked.

    Parameters
    ----------
    sizes : array-like of shape (n_images, 2), int
        Height and width of each image.
    n_channels : int
        Channels of all images.
    dtype : dtype
        Of all images.

    Attributes
    ----------
    sizes : ndarray of shape (n_images, 2), int64
        Height and width of each image.
    n_channels : int
        Channels.
    dtype : dtype
        Type of the pixels.
    shape : tuple of one int
        The number of images.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import ImageSequence
    >>> class Tiles(ImageSequence):
    ...     def __init__(self, image, corners):
    ...         super().__init__(np.full((len(corners), 2), 4), 1, image.dtype)
    ...         self.image, self.corners = image, corners
    ...
    ...     def read(self, index):
    ...         row, column = self.corners[index]
    ...         return self.image[row : row + 4, column : column + 4, np.newaxis]
    ...
    ...     def subset(self, rows):
    ...         return Tiles(self.image, self.corners[rows])
    >>> tiles = Tiles(np.arange(64).reshape(8, 8), np.argwhere(np.ones((5, 5))))
    >>> len(tiles), len(tiles[::2]), tiles[24].shape, int(tiles[::2][12][0, 0, 0])
    (25, 13, (4, 4, 1), 36)
    """

    def __init__(self, sizes: ArrayLike, n_channels: int, dtype: DTypeLike):
        self.sizes, self.n_channels, self.dtype = np.asarray(sizes, np.int64), n_channels, np.dtype(dtype)

    @abstractmethod
    def read(self, index: int) -> NDArray:
        """Return one image, of shape (height, width, n_channels)."""

    @abstractmethod
    def subset(self, rows: NDArray[np.integer]) -> ImageSequence:
        """Return some of the images, without reading any."""

    @property
    def shape(self) -> tuple[int]:
        return (len(self.sizes),)

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple) and key[1:] == (Ellipsis,):  # as scikit-learn asks
            key = key[0]
        if isinstance(key, Integral) and not isinstance(key, bool):
            return self._checked(range(len(self))[key])
        rows = np.arange(len(self))[key]
        if rows.ndim != 1:
            raise IndexError("images have one axis; take an int, a slice, an array of ints or a mask.")
        return self.subset(rows)

    def _checked(self, index: int) -> NDArray:
        image = self.read(index)
        expected = (*self.sizes[index].tolist(), self.n_channels)
        if image.shape != expected or image.dtype != self.dtype:
            raise ValueError(
                f"image {index} is of shape {image.shape} and dtype {image.dtype}, where {expected} and {self.dtype} "
                "were announced."
            )
        if self.dtype.kind == "f" and not np.isfinite(image).all():
            raise ValueError(f"image {index} has pixels that are no finite numbers.")
        return image
