"""Columns that never change: they come back as their constant, until they change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skmlbio.training._blueprint import Blueprint


def let_constants_vary(
    blueprint: Blueprint,
    weights: list[np.ndarray],
    layer: str,
    statistics: Callable[[], tuple[np.ndarray, np.ndarray]],
) -> list[np.ndarray]:
    """Give a scale to columns that were constant in earlier calls, and so come back as a constant, but now vary.

    Parameters
    ----------
    blueprint, weights : Blueprint, list of ndarray
        The network, and its weights so far.
    layer : str
        Name of its `Standardize` layer; where it has none, the weights are returned as they are.
    statistics : callable
        Returns mean and standard deviation of the columns of the present call, unscaled; NaN for a column that misses.

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
    new_mean, new_scale = statistics()
    varies = (scale == 0) & ((new_scale != 0) | (new_mean != mean)) & ~np.isnan(new_mean)
    return [*weights[:place], np.where(varies, 1.0, scale), *weights[place + 1 :]]
