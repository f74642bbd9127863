"""Initial weights that are taken from another fit, by their paths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network
from skmlbio.training._network import Network
from skmlbio.training._paces import is_under, require_part

_ADAPTER = "lora_"  # what names of weights begin with that stand beside those of another fit


def named_weights(blueprint: Blueprint, weights: list[np.ndarray], head: str | None = None) -> dict[str, np.ndarray]:
    """Return the weights of a fit by their paths: all, or those on which a head depends.

    Layers of an encoder may have the names of those of a decoder.
    """
    network = get_network(blueprint)
    of_head = {id(v) for v in (network.model if head is None else network.heads[head]).variables}
    return {v.path: w for v, w in zip(network.weights, weights, strict=True) if id(v) in of_head}


def weights_from(
    learned: Mapping[str, np.ndarray], parts: Mapping[str, str], network: Network
) -> dict[str, np.ndarray]:
    """Return what a network takes from a fit of another, as `Network.initial_weights` wants to know it.

    Parameters
    ----------
    learned : dict of str to ndarray
        The weights of the other fit by their paths, see `named_weights`.
    parts : dict of str to str
        Which part of the source each part of the network is taken from, such as ``{"encoder": "encoder"}``.  A part is
        a weight, a layer, or whatever else a path begins with; ``""`` is the whole network.
    network : Network
        Begins with the weights.

    Returns
    -------
    dict of str to ndarray
        By the path in the network, all weights of its parts, running moments too, but for adapters that the other fit
        does not have.

    Raises
    ------
    ValueError
        If a part has no weights, if the source lacks one of them, or if their shapes differ.
    """
    shapes = {v.path: tuple(v.shape) for v in network.weights}
    taken = {}
    for part, their_part in parts.items():
        require_part(part, list(shapes), "the network")
        require_part(their_part, list(learned), "the earlier fit")
        for path in (path for path in shapes if is_under(path, part)):
            their_path = _moved(path, part.strip("/"), their_part.strip("/"))
            if their_path not in learned:
                if path.rpartition("/")[2].startswith(_ADAPTER):
                    continue
                raise ValueError(
                    f"the network begins with {path!r} of an earlier fit, which has no {their_path!r}; its weights are "
                    f"{', '.join(learned)}."
                )
            if learned[their_path].shape != shapes[path]:
                raise ValueError(
                    f"the network's {path!r} has shape {shapes[path]}, but {their_path!r} of the earlier fit has shape "
                    f"{learned[their_path].shape}."
                )
            taken[path] = learned[their_path]
    return taken


def _moved(path: str, part: str, their_part: str) -> str:
    """Return the path that a weight of one part has in the other."""
    rest = path.removeprefix(part).strip("/")
    return "/".join(name for name in (their_part, rest) if name)
