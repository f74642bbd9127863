"""Images as what an estimator takes."""

from __future__ import annotations

import math
import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import validate_data

from skmlbio.base import parameter, with_parameters
from skmlbio.base._fit_data import column_statistics
from skmlbio.base._number_columns import numbers_expected
from skmlbio.base._range import LARGEST
from skmlbio.estimators._image_data import ImageData
from skmlbio.images import Images, ImageSequence, ensure_images
from skmlbio.images._images import OF_BITS

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance

_BEYOND_ONE = 2.0  # what no filter makes of numbers from 0 to 1


@with_parameters
class ImageInput:
    """X are images, of one size or of many, or rows of pixels.

    A subclass says what an image costs by `_image_width`.

    Parameters
    ----------
    image_shape : tuple of int or None
        Height and width, or height, width and channels, of images that come as rows of a matrix or data frame, pixel
        by pixel; one of them may be -1, which is what the number of columns makes it.  With None, X is an array of
        shape (n_images, height, width) or (n_images, height, width, n_channels), a list of images of any sizes, or
        what `skmlbio.images.read_images` makes of a folder; see `skmlbio.images.ensure_images`.
    standardize : bool
        Whether each channel is brought to mean 0 and variance 1 before the network, by the training images, which
        count alike whatever their size.  Pixels of 8 and of 16 bits without a sign are divided by 255 and by 65,535
        before, so that they and numbers from 0 to 1 mean the same; all others are taken as they are.

    Attributes
    ----------
    image_shape_ : tuple of three, int or None
        Height, width and channels of the training images, of the first call where training goes on (`warm_start`,
        ``partial_fit``): a network of one size keeps it.  None stands for a height or width in which they differ.
    n_features_in_ : int
        Pixels of a row, times channels; only with `image_shape`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has names that are all strings.
    """

    image_shape: tuple[int, ...] | None = parameter(default=None, allowed=[tuple, list, np.ndarray, None])
    standardize: bool = parameter(default=True, allowed=["boolean"])

    def _image_width(self) -> int:
        """Return the numbers of the network's largest tensor for each pixel of an image."""
        raise NotImplementedError

    def _needs_one_size(self) -> tuple[str, str]:
        """Return which keyword lets all images have the size of those of the fit, if any does, and the way out."""
        return "", ""

    def _standardizes(self) -> bool:
        """Return whether the network brings pixels to mean 0 and variance 1."""
        return bool(self.standardize)

    def _takes_gaps(self) -> bool:
        """Return whether pixels may be missing."""
        return False

    def _encode(self, X: Any, *, reset: bool) -> ImageData:
        n_channels = None if reset else self.image_shape_[2]
        if reset:
            self._has_gaps = self._takes_gaps()
        if self.image_shape is not None:
            pixels = self._pixels_of_rows(X, reset=reset)
        else:
            pixels = ensure_images(X, n_channels=n_channels, allow_nan=self._has_gaps)
        images = Images(pixels)
        if images.is_wide():
            _require_single(pixels)
        if reset:
            self._largest_pixel = _largest(pixels)
        _warn_of_other_units(pixels, images.types(), self._largest_pixel)
        if reset:
            self._pixel_dtype = np.float64 if self.standardize and images.is_wide() else np.float32
            self._served_dtype = _served(images.types())
            one = (images.sizes == images.sizes[0]).all(axis=0)
            sides = (int(n) if same else None for n, same in zip(images.sizes[0], one, strict=True))
            self.image_shape_ = (*sides, images.n_channels)
        self._require_one_size(images)
        return ImageData(images, self._pixel_dtype, self._image_width())

    def _ask_encoded(self, head, data):
        return super()._ask_encoded(head, data.to_predict() if isinstance(data, ImageData) else data)

    def _pixels_of_rows(self, X: Any, *, reset: bool) -> NDArray:
        with numbers_expected(X):
            finite = "allow-nan" if self._has_gaps else True
            X = validate_data(self, X, reset=reset, dtype="numeric", order="C", ensure_all_finite=finite)
        shape = tuple(int(n) for n in self.image_shape)
        n_sides = math.prod(n for n in shape if n != -1)
        whole = n_sides == X.shape[1] if -1 not in shape else X.shape[1] % n_sides == 0
        if not whole:
            raise ValueError(f"image_shape={shape} does not fit the {X.shape[1]} columns of X.")
        pixels = X.reshape(len(X), *shape)
        return pixels if len(shape) == 3 else pixels[..., np.newaxis]

    def _check_parameters(self) -> None:
        super()._check_parameters()
        shape = self.image_shape
        if shape is None:
            return
        shape = shape.tolist() if isinstance(shape, np.ndarray) else shape
        listed = shape if isinstance(shape, (tuple, list)) else ()
        sides = [isinstance(n, Integral) and not isinstance(n, bool) and (n > 0 or n == -1) for n in listed]
        if len(sides) not in (2, 3) or not all(sides) or list(shape).count(-1) > 1:
            raise ValueError(
                "image_shape must be (height, width) or (height, width, n_channels), each 1 or more, of which one may "
                f"be -1; got {shape!r}."
            )

    def _require_one_size(self, images: Images) -> None:
        keyword, way_out = self._needs_one_size()
        expected = self.image_shape_[:2]
        if not keyword:
            return
        if None in expected:
            raise ValueError(f"{keyword} needs images of one size, but those of X differ; {way_out}.")
        other = np.flatnonzero((images.sizes != expected).any(axis=1))
        if len(other):
            height, width = images.sizes[other[0]]
            raise ValueError(
                f"image {other[0]} is of {height} x {width} pixels, but with {keyword} all images must be of "
                f"{expected[0]} x {expected[1]}, as those of the fit were."
            )

    def _column_statistics(self, training):
        of_one_size = None not in self.image_shape_
        return column_statistics(training.data, training.weights, rows_at_once=None if of_one_size else 1)

    def _adapted(self, training):
        known = super()._adapted(training)
        if not self._standardizes():
            return known
        mean, scale = self._column_statistics(training)
        return known | {"standardize/mean": mean, "standardize/scale": scale}

    def _entrance_arguments(self) -> dict[str, Any]:
        """Return what tells a network about the images."""
        return {
            "n_channels": self.image_shape_[2],
            "pixel_dtype": np.dtype(self._pixel_dtype).name,
            "standardize": self._standardizes(),
        }

    def _entrances(self, network: ServedNetwork) -> dict[str, Entrance]:
        from skmlbio.estimators._image_entrance import image_entrance, row_entrances

        if self.image_shape is not None:
            names = getattr(self, "feature_names_in_", None)
            return row_entrances(self.image_shape_, self._served_dtype, self._pixel_dtype, names, self._has_gaps)
        padded, n_channels = None in self.image_shape_, self.image_shape_[2]
        return {"": image_entrance(n_channels, self._served_dtype, self._pixel_dtype, padded, self._has_gaps)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        flat = self.image_shape is not None
        tags.input_tags.allow_nan = self._takes_gaps()
        tags.input_tags.two_d_array, tags.input_tags.three_d_array = flat, not flat
        return tags


def _served(kinds: set[np.dtype]) -> str:
    """Return the type in which an exported network takes pixels: that of the training images, where it has one."""
    if len(kinds) == 1 and kinds <= OF_BITS:
        return next(iter(kinds)).name
    return ""


def _largest(pixels: Any) -> float:
    """Return the greatest pixel of images; 1 stands for that of 8 or 16 bits without a sign, and of images in files."""
    if isinstance(pixels, ImageSequence):
        return 1.0
    if hasattr(pixels, "dtype"):
        return _greatest(pixels) if pixels.dtype not in OF_BITS else 1.0
    return max(1.0 if image.dtype in OF_BITS else _greatest(image) for image in pixels)


def _greatest(pixels: NDArray) -> float:
    return float(np.fmax.reduce(pixels, axis=None))


def _warn_of_other_units(pixels: Any, kinds: set[np.dtype], largest_of_fit: float) -> None:
    """Warn where pixels that are divided by what bits can be meet others that are not."""
    of_bits = kinds & OF_BITS
    divided = "which are divided so that they are from 0 to 1"
    if of_bits and largest_of_fit > _BEYOND_ONE:
        warnings.warn(
            f"X has pixels of type {next(iter(of_bits))}, {divided}, but those of the fit are numbers up to "
            f"{largest_of_fit:.6g}: give all in one type.",
            UserWarning,
            stacklevel=2,
        )
    elif largest_of_fit <= 1 and kinds - OF_BITS and (largest := _largest(pixels)) > _BEYOND_ONE:
        warnings.warn(
            f"X has numbers up to {largest:.6g}, but pixels of the fit were from 0 to 1, or of 8 or 16 bits without a "
            f"sign, {divided}: divide X as well, or give it in that type.",
            UserWarning,
            stacklevel=2,
        )


def _require_single(pixels: Any) -> None:
    """Raise a ValueError that names the first image with a pixel that single precision cannot hold."""
    for index, image in enumerate(pixels):
        if image.dtype.kind == "f" and np.fmax.reduce(np.abs(image), None) > LARGEST:
            row, column, channel = (int(n) for n in np.unravel_index(np.nanargmax(np.abs(image)), image.shape))
            raise ValueError(
                f"image {index} has {image[row, column, channel]:.6g} at row {row}, column {column}, channel "
                f"{channel}, but numbers must lie between -3.4e+38 and 3.4e+38."
            )
