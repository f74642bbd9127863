"""How alike patterns and the patches of images are: each a convolution, and what it has to be divided by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._patches import Padding, borders, convolve

_FLAT = 1e-12  # a variance below this share of the squares is rounding


def agreement(X: NDArray, patterns: NDArray, *, padding: Padding = "valid") -> NDArray[np.float32]:
    """Return the share of a patch's numbers that are those of a pattern, where all are 0 or 1.

    A kernel has 1 where a pattern has 1, and -1 where it has 0.  So x̃ᵀw is the number of ones that agree, less that of
    zeros that do not, and the number of all zeros less than what agrees in all.

    Parameters
    ----------
    X : ndarray of shape (..., height, width, n_channels)
        Images of zeros and ones.
    patterns : ndarray of shape (n_patterns, height, width, n_channels)
        Patterns of zeros and ones.
    padding
        As in `image_patches`.

    Returns
    -------
    scores : ndarray of shape (..., n_rows, n_columns, n_patterns), float32
        From 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> corner = np.array([[1, 1], [1, 0]])[np.newaxis, ..., np.newaxis]
    >>> X = np.array([[1, 1, 1], [1, 0, 1]])[..., np.newaxis]
    >>> agreement(X, corner)[..., 0].tolist()
    [[1.0, 0.5]]
    """
    patterns = patterns.astype(np.float32)
    scores = convolve(X.astype(np.float32), np.moveaxis(2 * patterns - 1, 0, -1), padding=padding)
    scores += (1 - patterns).sum(axis=(1, 2, 3))
    scores /= patterns[0].size
    return scores


def correlation(X: NDArray, patterns: NDArray, *, padding: Padding = "valid") -> NDArray[np.float32]:
    """Return Pearson's correlation of each patch with each pattern; 0 for a patch that is flat.

    Kernels have the mean 0 and the norm 1, so that r = x̃ᵀw / ‖x̃ - mean(x̃)‖.

    Parameters
    ----------
    X : ndarray of shape (height, width, n_channels) or (n_images, height, width, n_channels)
        Images.
    patterns : ndarray of shape (n_patterns, height, width, n_channels)
        Patterns, none of them flat.
    padding
        As in `image_patches`.

    Returns
    -------
    scores : ndarray of shape (n_rows, n_columns, n_patterns) or (n_images, n_rows, n_columns, n_patterns), float32
        From -1 to 1.
    """
    kernels = np.moveaxis(_scaled(patterns), 0, -1)
    within = (0, 1, 2)
    kernels = _scaled(kernels - kernels.mean(axis=within))
    kernels /= np.sqrt(np.square(kernels).sum(axis=within))
    images = X if X.ndim == 4 else X[np.newaxis]
    first = _correlation(images[0], kernels, padding)
    scores = np.empty((len(images), *first.shape), np.float32)
    scores[0] = first
    for index, image in enumerate(images[1:], 1):  # one by one: doubles of all would take twice the memory
        scores[index] = _correlation(image, kernels, padding)
    return scores.reshape(*X.shape[:-3], *first.shape)


def _correlation(image: NDArray, kernels: NDArray, padding: Padding) -> NDArray[np.float64]:
    ones = np.ones((*kernels.shape[:3], 1))
    added = borders(padding, image.shape[:2], kernels.shape[:2], (1, 1))
    # About its mean, so that squares do not drown the contrast of a bright image; what is added is 0 in its own units.
    image = _scaled(image)
    centred = _scaled(np.pad(image, (*added, (0, 0))) - image.mean())
    products = convolve(centred, np.concatenate([kernels, ones], axis=-1))
    squares = convolve(np.square(centred), ones)
    about_mean = squares - np.square(products[..., -1:]) / ones.size
    flat = about_mean <= _FLAT * squares
    scores = np.where(flat, 0, products[..., :-1]) / np.sqrt(np.where(flat, 1, about_mean))
    return np.clip(scores, -1, 1)


def _scaled(images: NDArray) -> NDArray[np.float64]:
    """Numbers of at most 1, whose squares do not overflow: to a correlation the unit means nothing."""
    images = images.astype(np.float64)
    return images / (np.abs(images).max() or 1.0)


def is_flat(pattern: NDArray) -> bool:
    """Whether all numbers of a pattern are the same, so that it correlates with nothing."""
    return bool((pattern == pattern.flat[0]).all())
