"""NumPy's numbers as Python's own."""

from __future__ import annotations

from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return a value in which every NumPy scalar, also inside lists, tuples and dicts, is one of Python's.

    Python's number does in every place what it means; NumPy's has a width of its own, and no `bit_length`.  An array
    of no axes is a number too; other arrays, and all else, stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"units": np.int64(8), "rates": (np.float64(0.5), np.array(True))})
    {'units': 8, 'rates': (0.5, True)}
    """
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    if type(value) in (list, tuple):
        return type(value)(plain(item) for item in value)
    if type(value) is dict:
        return {plain(key): plain(item) for key, item in value.items()}
    return value
