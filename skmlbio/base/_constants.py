"""Columns that never change: they come back as their constant, until they change."""

from __future__ import annotations

import numpy as np

from skmlbio.base._fit_data import column_statistics
from skmlbio.training._batches import Data
from skmlbio.training._blueprint import Blueprint


def let_constants_vary(
    blueprint: Blueprint, weights: list[np.ndarray], layer: str, data: Data, sample_weights: np.ndarray
) -> list[np.ndarray]:
    """Give a scale to columns that were constant in earlier calls, and so come back as a constant, but now vary.

    Parameters
    ----------
    blueprint, weights : Blueprint, list of ndarray
        The network, and its weights so far.
    layer : str
        Name of its `Standardize` layer; where it has none, the weights are returned as they are.
    data : Data
        The columns of the present call, unscaled.
    sample_weights : ndarray of shape (n_samples,)
        Weights of the samples.

    Returns
    -------
    list of ndarray
        The weights; the scale of columns that now vary is 1.
    """
    from skmlbio.training._cache import get_network

    paths = [variable.path for variable in get_network(blueprint).weights]
    if f"{layer}/scale" not in paths:
        return weights
    place = paths.index(f"{layer}/scale")
    mean, scale = weights[paths.index(f"{layer}/mean")], weights[place]
    if scale.all():
        return weights
    new_mean, new_scale = column_statistics(data, sample_weights)
    varies = (scale == 0) & ((new_scale != 0) | (new_mean != mean))
    return [*weights[:place], np.where(varies, 1.0, scale), *weights[place + 1 :]]
