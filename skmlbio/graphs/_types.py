"""Types of nodes and of edges as columns or ids."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ._graph import type_array


def known_types(values: np.ndarray, given: ArrayLike | None, owner: str) -> np.ndarray:
    """The sorted types that are given, or else those that occur; `owner` is "node" or "edge"."""
    if given is None:
        return np.unique(values)
    if np.ndim(given) != 1 or len(given) == 0:
        raise ValueError(f"{owner}_types must be a list of one type or more, not of shape {np.shape(given)}")
    known = np.unique(type_array(given, name=f"place {{}} of {owner}_types".format))
    if (known.dtype.kind == "U") != (values.dtype.kind == "U"):
        (are, known_are) = ("integer", "strings") if known.dtype.kind == "U" else ("string", "integers")
        raise ValueError(f"graph 0 has {are} {owner} types, but the known {owner} types are {known_are}")
    return known


def type_ids(values: np.ndarray, known: np.ndarray, unknown: str, whose: Callable[[int], str]) -> np.ndarray:
    """1 and on for the known types, in their order; 0 for others, where `unknown` allows them.

    `whose` says where a value stands, by its place.
    """
    place = np.minimum(np.searchsorted(known, values), len(known) - 1)
    ids = np.where(known[place] == values, place + 1, 0).astype(np.int32)
    if unknown == "error" and not ids.all():
        wrong = ids.argmin()
        allowed = ", ".join(map(repr, known.tolist()[:30])) + (", ..." if len(known) > 30 else "")
        raise ValueError(f"{whose(wrong)} has the unknown type {values[wrong].item()!r}; known are {allowed}")
    return ids


def one_hot(ids: np.ndarray, n_types: int) -> np.ndarray:
    """Rows of float32 with a one in the column of the type; zeros for the id 0."""
    rows = np.zeros((len(ids), n_types), np.float32)
    seen = np.flatnonzero(ids)
    rows[seen, ids[seen] - 1] = 1
    return rows
