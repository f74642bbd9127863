"""Initial weights that are taken from another fit, by their paths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._network import Network
from skmlbio.training._paces import is_under, require_part


def weights_from(
    source: Blueprint, weights: list[np.ndarray], parts: Mapping[str, str], network: Network
) -> dict[str, np.ndarray]:
    """Return what a network takes from a fit of another, as `Network.initial_weights` wants to know it.

    Parameters
    ----------
    source : Blueprint
        The architecture of the other fit.
    weights : list of ndarray
        What that fit has learned.
    parts : dict of str to str
        Which part of the source each part of the network is taken from, such as ``{"encoder": "encoder"}``.  A part is
        a weight, a layer, or whatever else a path begins with; ``""`` is the whole network.
    network : Network
        Begins with the weights.

    Returns
    -------
    dict of str to ndarray
        By the path in the network, all weights of its parts, running moments too.

    Raises
    ------
    ValueError
        If a part has no weights, if the source lacks one of them, or if their shapes differ.
    """
    theirs = {v.path: value for v, value in zip(get_network(source).weights, weights, strict=True)}
    shapes = {v.path: tuple(v.shape) for v in network.weights}
    taken = {}
    for part, their_part in parts.items():
        require_part(part, list(shapes), "the network")
        require_part(their_part, list(theirs), "the earlier fit")
        for path in (path for path in shapes if is_under(path, part)):
            their_path = _moved(path, part.strip("/"), their_part.strip("/"))
            if their_path not in theirs:
                raise ValueError(
                    f"the network begins with {path!r} of an earlier fit, which has no {their_path!r}; its weights are "
                    f"{', '.join(theirs)}."
                )
            if theirs[their_path].shape != shapes[path]:
                raise ValueError(
                    f"the network's {path!r} has shape {shapes[path]}, but {their_path!r} of the earlier fit has shape "
                    f"{theirs[their_path].shape}."
                )
            taken[path] = theirs[their_path]
    return taken


def _moved(path: str, part: str, their_part: str) -> str:
    """Return the path that a weight of one part has in the other."""
    rest = path.removeprefix(part).strip("/")
    return "/".join(name for name in (their_part, rest) if name)
