"""Sequences that were wanted beside those that were written, as scores compare them."""

from __future__ import annotations

from typing import Any

import numpy as np


def paired(y_true: Any, y_pred: Any) -> list[tuple]:
    """Return each of `y_true` with the one of `y_pred` at its place.

    Raises
    ------
    TypeError
        If one is no list, or has an item that is neither a string nor a list of tokens.
    ValueError
        If there is nothing to compare, or the two have not as many sequences.
    """
    y_true, y_pred = _sequences(y_true, "y_true"), _sequences(y_pred, "y_pred")
    if len(y_true) != len(y_pred):
        raise ValueError(f"y_true has {len(y_true)} sequences, but y_pred has {len(y_pred)}.")
    if not y_true:
        raise ValueError("y_true is empty; at least one sequence is needed.")
    return list(zip(y_true, y_pred, strict=True))


def _sequences(y: Any, name: str) -> list:
    if isinstance(y, str | bytes):
        kind = "string" if isinstance(y, str) else "bytes"
        raise TypeError(f"{name} is a single {kind}, not a list of sequences; a list of one is [{name}].")
    if not hasattr(y, "__len__") or not hasattr(y, "__iter__"):
        raise TypeError(f"{name} must be a list of sequences, got {y!r:.50} of type {type(y).__name__}.")
    for index, sequence in enumerate(y):
        if not isinstance(sequence, str | list | tuple | np.ndarray):
            raise TypeError(
                f"{name}[{index}] must be a string or a list of tokens, got {sequence!r:.50} of type "
                f"{type(sequence).__name__}."
            )
    return list(y)
