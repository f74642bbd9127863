"""The one way in for images: whatever a user holds them in, out come arrays or one clear sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._image_reader import in_plain_mode
from ._image_sequence import ImageSequence


def ensure_images(
    X: Any, *, n_channels: int | None = None, allow_nan: bool = False
) -> NDArray | list[NDArray] | ImageSequence:
    """Check images, and give them a last axis for channels.

    Parameters
    ----------
    X : array-like of shape (n_images, height, width) or (n_images, height, width, n_channels), or list of images
        Of any numeric type, or bool.  Images of a list are arrays of shape (height, width) or (height, width,
        n_channels), of any sizes; so are those in an object array, a series or a data frame of one column.  What NumPy
        reads as such an array counts as an image; of Pillow's images, palettes and inks become colours first, as
        `read_images` has it.  An `ImageSequence`, such as `read_images`
        makes, is returned unread.
    n_channels : int, default=None
        The channels that images have to have, as in training; None accepts any number, the same for all.
    allow_nan : bool, default=False
        Whether pixels may be NaN, where nothing is known of them.

    Returns
    -------
    images : ndarray of shape (n_images, height, width, n_channels), or list of such ndarrays without the first axis
        A list where sizes or types differ.  Types stay what they are; nothing is copied that is an array already.

    Raises
    ------
    TypeError
        If `X` is neither an array nor a list, or an image is no array of numbers.
    ValueError
        If there are no images, or one has the wrong rank, no pixels, other channels than the rest, or a pixel that is
        masked, infinite or NaN.  Images and pixels are counted from 0.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import ensure_images
    >>> ensure_images(np.zeros((10, 8, 8), np.uint8)).shape
    (10, 8, 8, 1)
    >>> [image.shape for image in ensure_images([np.zeros((8, 8)), np.zeros((5, 12, 1))])]
    [(8, 8, 1), (5, 12, 1)]
    >>> ensure_images([np.zeros((8, 8)), np.zeros((8, 8, 3))])
    Traceback (most recent call last):
    ValueError: image 1 has 3 channels, but image 0 has 1; all images need the same number.
    """
    return named_images(X, n_channels=n_channels, allow_nan=allow_nan)


def named_images(
    X: Any, *, name: str = "X", item: str = "image", n_channels: int | None = None, allow_nan: bool = False
) -> NDArray | list[NDArray] | ImageSequence:
    """`ensure_images` for what has another name, such as the patterns that are looked for."""
    listed = X if isinstance(X, ImageSequence) else _listed(X, name, item)
    if len(listed) == 0:
        raise ValueError(f"{name} is empty; at least one {item} is needed.")
    if isinstance(listed, ImageSequence):
        _require_channels(listed.n_channels, n_channels, item, 0)
        return listed
    if isinstance(listed, list):
        images = [_with_channels(image, f"{item} {index}") for index, image in enumerate(listed)]
    else:
        images = listed if listed.ndim == 4 else listed[..., np.newaxis]
    for index, image in enumerate(images):
        _require_pixels(image, f"{item} {index}", allow_nan)
        _require_channels(image.shape[2], n_channels, item, index, images[0].shape[2])
    if isinstance(images, list) and len({(image.shape, image.dtype) for image in images}) == 1:
        return np.stack(images)
    return images


def ranks_of(X: Any) -> list[int]:
    """Return how many axes each image has as it comes: 2, or 3 with one for channels.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images._ensure_images import ranks_of
    >>> ranks_of(np.zeros((2, 8, 8))), ranks_of([np.zeros((8, 8)), np.zeros((5, 12, 1))])
    ([2, 2], [2, 3])
    """
    if isinstance(X, ImageSequence):
        return [3] * len(X)
    listed = _listed(X, "X", "image")
    return [listed.ndim - 1] * len(listed) if isinstance(listed, np.ndarray) else [np.ndim(image) for image in listed]


def _listed(X: Any, name: str, item: str) -> NDArray | list:
    """The images as an array of numbers of rank 3 or 4, or as a list of whatever they are."""
    if isinstance(X, (list, tuple)):
        return list(X)
    if hasattr(X, "to_numpy"):
        X = X.to_numpy()
    if not (hasattr(X, "__array__") and hasattr(X, "shape")):
        hint = f"; a list of one is [{item}]" if hasattr(X, "getbands") else ""  # as Pillow's have it
        raise TypeError(f"{name} must be an array or a list of {item}s, got a {type(X).__name__}{hint}.")
    array = np.asanyarray(X)
    if array.dtype == object and array.shape[1:] in ((), (1,)) and array.ndim:
        return list(array.ravel())
    if array.ndim not in (3, 4):
        raise ValueError(
            f"{name} has shape {array.shape}, but {item}s come as an array of shape (n_{item}s, height, width) or "
            f"(n_{item}s, height, width, n_channels), or as a list; a list of one is [{item}]."
        )
    _require_numbers(array, name, X)
    return array


def _with_channels(given: Any, name: str) -> NDArray:
    if hasattr(given, "getbands"):  # Pillow's, whose pixels may be places in a palette, or ink
        given = _in_plain_mode(given, name)
    try:
        image = np.asanyarray(given)
    except ValueError:  # of rows that differ in their lengths
        raise ValueError(f"{name} is no array: its rows have different lengths.") from None
    _require_numbers(image, name, given)
    if image.ndim not in (2, 3):
        raise ValueError(
            f"{name} has shape {image.shape}, but must be of shape (height, width) or (height, width, n_channels)."
        )
    return image if image.ndim == 3 else image[..., np.newaxis]


def _in_plain_mode(image: Any, name: str) -> Any:
    try:
        return in_plain_mode(image)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _require_numbers(array: NDArray, name: str, given: Any) -> None:
    if array.dtype.kind not in "biuf":
        got = f"one of dtype {array.dtype}" if array.ndim else f"a {type(given).__name__}"
        raise TypeError(f"{name} must be an array of numbers, got {got}.")


def counted_channels(number: int) -> str:
    """Return a number of channels in words."""
    return f"{number} channel{'s' * (number != 1)}"


def _require_channels(given: int, of_fit: int | None, item: str, index: int, first: int | None = None) -> None:
    """Refuse channels other than those of the fit, or of the first image where nobody tells of a fit."""
    expected = first if of_fit is None else of_fit
    if expected is not None and given != expected:
        of_whom = f"{item} 0 has" if of_fit is None else "those of the fit had"
        raise ValueError(
            f"{item} {index} has {counted_channels(given)}, but {of_whom} {expected}; all {item}s need the same number."
        )


def _require_pixels(image: NDArray, name: str, allow_nan: bool) -> None:
    """Refuse an image without pixels, or with one that is no number."""
    if image.size == 0:
        raise ValueError(f"{name} has shape {image.shape}: it has no pixels.")
    if np.ma.is_masked(image):
        way_out = "give image.filled(numpy.nan), of floats" if allow_nan else "fill it, or leave the image out"
        raise ValueError(f"{name} is masked at {_place(np.ma.getmaskarray(image))}; {way_out}.")
    if image.dtype.kind == "f":
        wrong = np.isinf(image) if allow_nan else ~np.isfinite(image)
        if wrong.any():
            raise ValueError(
                f"{name} has {np.asarray(image)[wrong][0]} at {_place(wrong)}; all pixels must be finite numbers"
                f"{' or NaN' if allow_nan else ''}."
            )


def _place(wrong: NDArray) -> str:
    row, column, channel = np.argwhere(wrong)[0]
    return f"row {row}, column {column}, channel {channel}"
