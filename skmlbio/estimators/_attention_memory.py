"""Whether the attention maps of long strings fit into memory."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def attention_bytes(lengths: Iterable[int], n_heads: int, n_maps: int, dtype: str, n_keys: int | None = None) -> int:
    """Return how many bytes attention maps take.

    Parameters
    ----------
    lengths : iterable of int
        Residues of the strings whose maps are in memory together.
    n_heads : int
        Heads of a map.
    n_maps : int
        Maps of a string.
    dtype : str
        Keras' dtype policy.
    n_keys : int or None
        How many residues each one meets within a window; None: all.

    Examples
    --------
    >>> from skmlbio.estimators._attention_memory import attention_bytes
    >>> attention_bytes([30_000], n_heads=4, n_maps=2, dtype="float32")
    28800000000
    >>> attention_bytes([30_000], n_heads=4, n_maps=2, dtype="float32", n_keys=300)
    288000000
    """
    bytes_of_a_number = 8 if "float64" in dtype else 2 if "16" in dtype else 4
    lengths = [int(length) for length in lengths]
    n_numbers = sum(length * min(length, n_keys or length) for length in lengths)
    return bytes_of_a_number * int(n_maps) * int(n_heads) * n_numbers


def require_memory(needed: int, available: int | None, longest: int, lengths: np.ndarray, advice: str) -> None:
    """Refuse strings whose attention maps do not fit into memory.

    Parameters
    ----------
    needed : int
        Bytes that are surely needed.
    available : int or None
        Bytes that there are, if that is known.
    longest : int
        Residues of the longest string.
    lengths : ndarray of shape (n_sequences,), int
        Residues of the strings as they were given, where the longest one is looked for.
    advice : str
        What to do about it.

    Raises
    ------
    MemoryError
        If more is needed than there is.
    """
    if available is not None and needed > available:
        index = int(np.argmax(lengths == longest))
        raise MemoryError(
            f"sequence {index}, the longest, has {longest} residues: attention maps need at least "
            f"{needed / 1e9:.1f} GB of memory, and {available / 1e9:.1f} GB are available; {advice}"
        )
