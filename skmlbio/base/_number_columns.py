"""What is no number, said by the name of its column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

_MISSING = ("NoneType", "NAType", "NaTType")
_ALLOWED = "but only numbers are allowed: encode categories first, and give times as days or seconds."


@contextmanager
def numbers_expected(X: Any, name: str = "X") -> Iterator[None]:
    """Say which column of a data frame, or which string of an array, is to blame where X cannot be made numbers.

    Times are refused at once: NumPy would turn some of them into numbers, in whatever unit they have.

    Parameters
    ----------
    X : object
        What is turned into numbers.
    name : str
        What errors call it.

    Raises
    ------
    TypeError
        For times, and where what is done with X raises one because of a column.
    ValueError
        Where what is done with X raises one because of a column.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"mass": [1.0, 2.0], "cell": ["B", "T"]})
    >>> with numbers_expected(X):
    ...     X.to_numpy(dtype=float)
    Traceback (most recent call last):
    ValueError: X holds 'B' in row 0 of column 'cell', but only numbers are allowed: encode categories first, ...
    """
    columns = _columns(X)
    for column, dtype in columns:
        if _is_of_times(dtype):
            raise TypeError(f"{name} holds times ({dtype}){column and f' in column {column}'}, {_ALLOWED}")
    try:
        yield
    except (TypeError, ValueError) as error:
        for place, (column, dtype) in enumerate(columns):
            found = _no_number(X, place, dtype) if column else None
            if found is not None:
                row, value = found
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"{name} holds {value!r:.50} in row {row} of column {column}, {_ALLOWED}") from error
        if (string := _no_number_of_array(X)) is not None:
            place, value = string
            raise ValueError(f"{name}[{', '.join(map(str, place))}] is {value!r:.50}, {_ALLOWED}") from error
        raise


def _columns(X: Any) -> list[tuple[str, Any]]:
    """Return names, as they are written, and types of the columns of a data frame; an array has one without a name."""
    if hasattr(X, "columns") and hasattr(X, "dtypes"):
        return [(repr(name), dtype) for name, dtype in zip(X.columns, X.dtypes, strict=True)]
    return [("", X.dtype)] if hasattr(X, "dtype") else []


def _is_of_times(dtype: Any) -> bool:
    kind, is_temporal = getattr(dtype, "kind", ""), getattr(dtype, "is_temporal", None)
    return kind in ("m", "M") or (callable(is_temporal) and is_temporal())


def _no_number_of_array(X: Any) -> tuple[tuple[int, ...], str] | None:
    """Return place and value of the first string of an array, a list or a series that is no number."""
    of_numbers = getattr(getattr(X, "dtype", None), "kind", None) in ("b", "i", "u", "f", "c")
    if of_numbers or hasattr(X, "toarray") or hasattr(X, "columns"):
        return None
    try:
        values = np.asarray(X, dtype=object)
    except (TypeError, ValueError):  # rows of different lengths
        return None
    for place, value in np.ndenumerate(values):
        if isinstance(value, str):
            try:
                float(value)
            except ValueError:
                return place, str(value)
    return None


def _no_number(frame: Any, place: int, dtype: Any) -> tuple[int, Any] | None:
    """Return row and value of the first entry of a column that is neither a number nor missing."""
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        return None
    column = frame.iloc[:, place] if hasattr(frame, "iloc") else frame[:, place]
    for row, value in enumerate(column.to_list()):
        try:
            float(value)
        except (TypeError, ValueError):
            if type(value).__name__ not in _MISSING:
                return row, value
    return None
