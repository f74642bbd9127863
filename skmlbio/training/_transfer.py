"""Initial weights that are taken from another fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._network import Network, is_seed
from skmlbio.training._paces import is_under

_ADAPTER = "lora_"  # what names of weights begin with that stand beside those of another fit


def weights_of_head(blueprint: Blueprint, weights: list[np.ndarray], head: str) -> list[np.ndarray]:
    """Return the weights on which a head of a fitted network depends, in the order of its layers."""
    network = get_network(blueprint)
    by_id = {id(v): value for v, value in zip(network.weights, weights, strict=True)}
    return [by_id[id(v)] for v in network.heads[head].variables if not is_seed(v)]


def weights_at(network: Network, part: str, learned: Sequence[np.ndarray]) -> dict[int, np.ndarray]:
    """Return what a part of a network takes from another fit, as `Network.initial_weights` wants to know it.

    Layers of both come in one order; their names do not count, because Keras numbers those that the user has not named.

    Parameters
    ----------
    network : Network
        Begins with the weights.
    part : str
        What the paths of its weights begin with that are taken.
    learned : sequence of ndarray
        The weights of the other fit, running moments too.

    Returns
    -------
    dict of int to ndarray
        By the place among `Network.weights`; adapters that the other fit does not have are left out.

    Raises
    ------
    ValueError
        If the part has other weights than the fit, or one has another shape.
    """
    found = [place for place, v in enumerate(network.weights) if is_under(v.path, part)]
    if len(found) > len(learned):
        found = [n for n in found if not network.weights[n].path.rpartition("/")[2].startswith(_ADAPTER)]
    if len(found) != len(learned):
        raise ValueError(
            f"{part} of the network has {len(found)} weights, but those of the earlier fit are {len(learned)}."
        )
    for place, value in zip(found, learned, strict=True):
        variable = network.weights[place]
        if tuple(variable.shape) != value.shape:
            raise ValueError(
                f"the network's {variable.path!r} has shape {tuple(variable.shape)}, but the weight of the earlier fit "
                f"has shape {value.shape}."
            )
    return dict(zip(found, learned, strict=True))
