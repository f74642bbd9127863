"""Pooling: one number for each window of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._patches import Padding, image_patches, int_pair, numbers


def max_pool(
    X: ArrayLike,
    size: int | tuple[int, int],
    *,
    stride: int | tuple[int, int] | None = None,
    padding: Padding = "valid",
    channels: bool = False,
) -> NDArray:
    """Return the largest number of each window.

    Parameters
    ----------
    X : array-like of shape (..., height, width), or (..., height, width, n_channels) if `channels`
        One image, or any number of them along axes that come first, of numbers or bool.
    size : int or (int, int)
        Height and width of a window; an int is both.
    stride : int or (int, int), default=None
        Steps from a window to the next; by default its size, so that windows lie side by side.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        As in `image_patches`, and numbers must be below the size; what is added counts for nothing.
    channels : bool, default=False
        Whether the last axis of `X` is that of channels, each of which is pooled by itself.

    Returns
    -------
    pooled : ndarray of shape (..., n_rows, n_columns) or (..., n_rows, n_columns, n_channels)
        Of the type of `X`.

    Raises
    ------
    TypeError
        If `X` are no numbers.
    ValueError
        As in `image_patches`.

    Examples
    --------
    >>> from skmlbio.images import average_pool, max_pool
    >>> X = [[1, 3, 0, 1], [2, 6, 1, 2]]
    >>> max_pool(X, 2).tolist(), average_pool(X, 2).tolist()
    ([[6, 2]], [[3.0, 1.0]])
    """
    X = numbers("X", X)
    least = {"b": False, "f": -np.inf}.get(X.dtype.kind)
    least = np.iinfo(X.dtype).min if least is None else least
    return _windows(X, size, stride, padding, channels, least).max(axis=_within(channels))


def average_pool(
    X: ArrayLike,
    size: int | tuple[int, int],
    *,
    stride: int | tuple[int, int] | None = None,
    padding: Padding = "valid",
    channels: bool = False,
) -> NDArray[np.floating]:
    """Return the mean of each window; see `max_pool`.

    Parameters
    ----------
    X, size, stride, padding, channels
        As in `max_pool`; the mean is that of what lies within the image.

    Returns
    -------
    pooled : ndarray of shape (..., n_rows, n_columns) or (..., n_rows, n_columns, n_channels)
        Of the type of `X`, or float64 if that is none of floating-point numbers.

    Raises
    ------
    TypeError
        If `X` are no numbers.
    ValueError
        As in `max_pool`.

    Examples
    --------
    >>> from skmlbio.images import average_pool
    >>> average_pool([[1, 2, 3, 4], [5, 6, 7, 8]], 2)
    array([[3.5, 5.5]])
    """
    X = numbers("X", X)
    X = X if X.dtype.kind == "f" else X.astype(np.float64)
    wide = np.promote_types(X.dtype, np.float64)  # in which sums of narrower numbers do not overflow
    sums = _windows(X, size, stride, padding, channels, 0).sum(axis=_within(channels), dtype=wide)
    shape = X.shape[-3:-1] if channels else X.shape[-2:]
    counts = _windows(np.ones(shape, bool), size, stride, padding, False, 0).sum(axis=_within(False))
    return (sums / (counts[..., np.newaxis] if channels else counts)).astype(X.dtype, copy=False)


def _within(channels: bool) -> tuple[int, int]:
    """The axes of a window among those of all."""
    return (-3, -2) if channels else (-2, -1)


def _windows(X: NDArray, size, stride, padding: Padding, channels: bool, value: float) -> NDArray:
    sizes = int_pair("size", size, 1)
    if not isinstance(padding, str) and np.any(np.greater_equal(int_pair("padding", padding, 0), sizes)):
        raise ValueError(f"padding must be smaller than the size, {size}, for no window to be empty; got {padding}.")
    stride = sizes if stride is None else stride
    return image_patches(X, sizes, stride=stride, padding=padding, value=value, channels=channels)
