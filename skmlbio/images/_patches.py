"""Convolution as a product of matrices: every patch of an image is a row, every kernel a column."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from ._ensure_images import counted_channels

Padding = Literal["valid", "same"] | int | tuple[int, int]

_BLOCK = 1 << 19  # numbers of patches laid out at a time, so that they stay in the processor's cache


def image_patches(
    X: ArrayLike,
    size: int | tuple[int, int],
    *,
    stride: int | tuple[int, int] = 1,
    padding: Padding = "valid",
    value: float = 0,
    channels: bool = False,
) -> NDArray:
    """Return the patches of images, X̃: a view of `X`, where nothing is padded.

    As a matrix with a row for each patch it is ``image_patches(X, size).reshape(-1, height * width)``.

    Parameters
    ----------
    X : array-like of shape (..., height, width), or (..., height, width, n_channels) if `channels`
        One image, or any number of them along axes that come first; of any type.
    size : int or (int, int)
        Height and width of a patch; an int is both.
    stride : int or (int, int), default=1
        Steps from a patch to the one below and to the one beside it.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        What is added around an image: by "valid" nothing; by "same" so much that ``ceil(height / stride)`` patches
        stand one below the other, where an odd row goes to the end, as Keras has it; by a number so many rows and
        columns on either side.
    value : number, default=0
        What is added.
    channels : bool, default=False
        Whether the last axis of `X` is that of channels.

    Returns
    -------
    patches : ndarray of shape (..., n_rows, n_columns, height, width) or (..., n_rows, n_columns, height, width, \
n_channels)
        Of the type of `X`, and read-only.

    Raises
    ------
    ValueError
        If `X` has too few axes, or a patch does not fit into an image, or for arguments that are none of the above.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import image_patches
    >>> patches = image_patches(np.arange(12).reshape(3, 4), 2)
    >>> patches.shape, patches[1, 2].tolist()
    ((2, 3, 2, 2), [[6, 7], [10, 11]])
    """
    X = np.asarray(X)
    _require_value(value, X.dtype)
    axes = _axes(X, channels)
    sizes, strides = int_pair("size", size, 1), int_pair("stride", stride, 1)
    added = borders(padding, [X.shape[axis] for axis in axes], sizes, strides)
    if np.any(added):
        widths = [(0, 0)] * X.ndim
        for axis, (before, after) in zip(axes, added, strict=True):
            widths[axis] = (before, after)
        X = np.pad(X, widths, constant_values=value)
    height, width = (X.shape[axis] for axis in axes)
    if sizes[0] > height or sizes[1] > width:
        raise ValueError(
            f"a patch of {sizes[0]} × {sizes[1]} does not fit into an image of {height} × {width}; padding='same' adds "
            "borders."
        )
    patches = sliding_window_view(X, sizes, axis=axes)
    step = (..., slice(None, None, strides[0]), slice(None, None, strides[1]))
    if not channels:
        return patches[(*step, slice(None), slice(None))]
    return np.moveaxis(patches, -3, -1)[(*step, slice(None), slice(None), slice(None))]


def _require_value(value: Any, dtype: np.dtype) -> None:
    """Refuse what integers cannot be: NumPy would wrap it around."""
    if dtype.kind in "biu":
        with np.errstate(invalid="ignore"):
            same = np.asarray(value).astype(dtype) == value
        if not same:
            raise ValueError(f"value={value!r} is none of the numbers of X, which are of type {dtype}.")


def convolve(
    X: ArrayLike, kernels: ArrayLike, *, stride: int | tuple[int, int] = 1, padding: Padding = "valid"
) -> NDArray[np.floating]:
    """Return Y = X̃W, the scalar product x̃ᵀw of every patch with every kernel.

    Kernels are not turned round: it is what networks call convolution, and signal processing cross-correlation.

    Parameters
    ----------
    X : array-like of shape (..., height, width), or (..., height, width, n_channels) if kernels have channels
        One image, or any number of them along axes that come first, of numbers or bool.
    kernels : array-like of shape (height, width, n_kernels) or (height, width, n_channels, n_kernels)
        W.
    stride, padding
        As in `image_patches`; zeros are added.

    Returns
    -------
    Y : ndarray of shape (..., n_rows, n_columns, n_kernels), float32 or float64
        The smallest of the two types that holds images and kernels, float64 for integers of 32 bits or more.

    Raises
    ------
    TypeError
        If `X` or `kernels` are no numbers.
    ValueError
        If images and kernels do not have the same number of channels, and as in `image_patches`.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.images import convolve
    >>> edges = np.array([[-1, 1]])[..., np.newaxis]
    >>> convolve([[0, 0, 5, 5], [0, 5, 5, 5]], edges)[..., 0].tolist()
    [[0.0, 5.0, 0.0], [5.0, 0.0, 0.0]]
    """
    X, kernels = numbers("X", X), numbers("kernels", kernels)
    if kernels.ndim not in (3, 4) or 0 in kernels.shape:
        raise ValueError(
            f"kernels have shape {kernels.shape}, but must be of shape (height, width, n_kernels) or (height, width, "
            "n_channels, n_kernels), with none of them 0."
        )
    channels = kernels.ndim == 4
    first = _axes(X, channels)[0]
    if channels and X.shape[-1] != kernels.shape[2]:
        raise ValueError(f"X has {counted_channels(X.shape[-1])}, but the kernels have {kernels.shape[2]}.")
    dtype = min(np.result_type(X, kernels, np.float32), np.dtype(np.float64))
    images = X.reshape(math.prod(X.shape[:first]), *X.shape[first:]).astype(dtype, copy=False)
    patches = image_patches(images, kernels.shape[:2], stride=stride, padding=padding, channels=channels)
    Y = _products(patches, kernels.reshape(-1, kernels.shape[-1]).astype(dtype))
    return Y.reshape(*X.shape[:first], *Y.shape[1:])


def _products(patches: NDArray, W: NDArray) -> NDArray:
    """X̃W, a block of patches at a time: as a matrix, all take as many times more memory as a kernel has numbers."""
    n_images, n_rows, n_columns = patches.shape[:3]
    Y = np.empty((n_images, n_rows, n_columns, W.shape[1]), W.dtype)
    images_at_once = max(1, _BLOCK // (n_rows * n_columns * len(W)))
    rows_at_once = max(1, _BLOCK // (n_columns * len(W)))
    for first in range(0, n_images, images_at_once):
        for top in range(0, n_rows, rows_at_once):
            block = (slice(first, first + images_at_once), slice(top, top + rows_at_once))
            # Either whole images or rows of one: what stands side by side in Y, so that its reshaping copies nothing.
            np.matmul(patches[block].reshape(-1, len(W)), W, out=Y[block].reshape(-1, W.shape[1]))
    return Y


def borders(
    padding: Padding, shape: list[int], sizes: tuple[int, int], strides: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return how many rows are added above and below, and how many columns to the left and to the right."""
    if isinstance(padding, str) and padding == "same":
        missing = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(shape, sizes, strides, strict=True)]
        return [(number // 2, number - number // 2) for number in missing]
    if isinstance(padding, str) and padding != "valid":
        raise ValueError(f"padding must be 'valid', 'same', a number or a pair of them; got {padding!r:.50}.")
    return [(number, number) for number in ((0, 0) if padding == "valid" else int_pair("padding", padding, 0))]


def _axes(X: NDArray, channels: bool) -> tuple[int, int]:
    """The axes of height and width."""
    if X.ndim < 2 + channels:
        expected = "(..., height, width, n_channels)" if channels else "(..., height, width)"
        raise ValueError(f"X has shape {X.shape}, but must be of shape {expected}.")
    return (X.ndim - 3, X.ndim - 2) if channels else (X.ndim - 2, X.ndim - 1)


def numbers(name: str, given: ArrayLike) -> NDArray:
    array = np.asarray(given)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold numbers, not values of dtype {array.dtype}.")
    return array


def int_pair(name: str, value: Any, least: int) -> tuple[int, int]:
    listed = isinstance(value, (tuple, list)) or np.ndim(value) == 1
    pair = (value, value) if isinstance(value, Integral) else tuple(value) if listed else ()
    if len(pair) != 2 or not all(isinstance(n, Integral) and not isinstance(n, bool) and n >= least for n in pair):
        raise ValueError(f"{name} must be an int of {least} or more, or a pair of them; got {value!r:.50}.")
    return int(pair[0]), int(pair[1])
