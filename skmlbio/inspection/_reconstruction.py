"""Arrays of originals and reconstructions, as `ReconstructionDisplay` draws them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse


def dense(values: Any) -> NDArray:
    """Return an array, data frame or sparse matrix as an ndarray."""
    return values.toarray() if issparse(values) else np.asarray(values)


def location_and_scale(values: NDArray, standardize: bool) -> tuple[NDArray, NDArray, NDArray]:
    """Return each feature's centre and scale, and the indices of the features that have one."""
    n_features = values.shape[1]
    if not standardize:
        return np.zeros(n_features), np.ones(n_features), np.arange(n_features)
    # Exact, where the standard deviation of equal numbers may be rounded away from zero.
    varies = values.max(axis=0) > values.min(axis=0)
    if not varies.any():
        raise ValueError("every feature of original is constant; standardize=False shows the errors as they are")
    scale = np.where(varies, values.std(axis=0, dtype=np.float64), 1.0)
    return values.mean(axis=0, dtype=np.float64), scale, np.flatnonzero(varies)


def image_mosaic(original: NDArray, reconstruction: NDArray, shape: tuple[int, ...], gap: int) -> NDArray:
    """Return the originals in a row above the reconstructions, `gap` empty pixels between the images."""
    height, width, *colours = shape
    pair = np.stack([original, reconstruction]).astype(np.float64)
    if colours:  # matplotlib takes colours from 0 to 1; one scale for all keeps the pairs comparable
        low, high = pair.min(), pair.max()
        pair = (pair - low) / (high - low if high > low else 1.0)
    n_images = len(original)
    # An empty pixel is white in colours, and in grey not a number, which is not drawn.
    tiles = np.full((2, n_images, height + gap, width + gap, *colours), 1.0 if colours else np.nan)
    tiles[:, :, :height, :width] = pair.reshape(2, n_images, *shape)
    mosaic = np.swapaxes(tiles, 1, 2).reshape(2 * (height + gap), n_images * (width + gap), *colours)
    return mosaic[:-gap, :-gap]
