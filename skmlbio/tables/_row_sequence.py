"""Rows of numbers that stay where they are until they are needed."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_LARGEST_CHUNK = 2**25  # in bytes, that is kept for the next rows of it


class RowSequence(ABC):
    """Rows of a matrix that are read when they are needed: a base for those in files, see `StoredArray`.

    ``X[3]`` reads a row.  ``X[rows]``, for a slice, an array of ints or a mask, is a sequence again, of which nothing
    is read, so that scikit-learn's splitters and searches take one as `X`; the estimators of matrices read some
    megabytes at a time.  ``numpy.asarray(X)`` reads all, and so does whatever else takes arrays.  A subclass has
    `read`.

    Parameters
    ----------
    shape : tuple of int
        Of all rows together, (n_rows, n_features) for a matrix.
    dtype : dtype
        Of the numbers.
    chunk_rows : int, default=1
        How many rows are together in their file, so that one of them costs as much to read as all.

    Attributes
    ----------
    shape : tuple of int
        Of the rows that are taken, together.
    dtype : dtype
        Of the numbers.
    chunk_rows : int
        See above.
    is_whole : bool
        Whether these are all rows there are, in their order.
    places : ndarray of shape (n_rows,), int
        Where each of the rows is among all there are.

    Raises
    ------
    ValueError
        If `shape` or `chunk_rows` are none; when rows are read, if `read` returns another shape or dtype.
    TypeError
        If `read` returns no array.

    See Also
    --------
    StoredArray : Rows of a memory-mapped array, of HDF5 or of Zarr.
    ParquetFiles : Rows of Parquet files.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.tables import RowSequence
    >>> class Squares(RowSequence):
    ...     def read(self, start, stop):
    ...         return np.arange(start, stop)[:, np.newaxis] ** np.array([1, 2])
    >>> X = Squares((1000, 2), int)
    >>> X[7], X[::100].shape, np.asarray(X[[3, 2]]).tolist()
    (array([ 7, 49]), (10, 2), [[3, 9], [2, 4]])
    """

    def __init__(self, shape: Sequence[int], dtype: DTypeLike, chunk_rows: int = 1):
        sizes = tuple(shape) if np.iterable(shape) else ()
        if not sizes or not all(isinstance(size, Integral) and size >= 0 for size in sizes):
            raise ValueError(f"shape must be (n_rows, ...), of ints that are not negative, got {shape!r}.")
        if not isinstance(chunk_rows, Integral) or chunk_rows < 1:
            raise ValueError(f"chunk_rows must be an int of at least 1, got {chunk_rows!r}.")
        self._whole, self.dtype, self.chunk_rows = tuple(map(int, sizes)), np.dtype(dtype), int(chunk_rows)
        self._rows: NDArray[np.integer] | None = None
        self._last = _LastChunk()

    @abstractmethod
    def read(self, start: int, stop: int) -> NDArray:
        """Return the rows from `start` to before `stop` of all there are, of shape (stop - start, ...)."""

    @property
    def header(self) -> Any:
        """A data frame without rows, for the names of its columns; None where they have none."""
        return None

    @property
    def shape(self) -> tuple[int, ...]:
        return self._whole if self._rows is None else (len(self._rows), *self._whole[1:])

    @property
    def row_bytes(self) -> int:
        """Size of one row."""
        return math.prod(self._whole[1:]) * self.dtype.itemsize

    @property
    def is_whole(self) -> bool:
        return self._rows is None

    @property
    def places(self) -> NDArray[np.integer]:
        return np.arange(len(self)) if self._rows is None else self._rows

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple) and key[1:] == (Ellipsis,):  # as scikit-learn asks
            key = key[0]
        if isinstance(key, Integral) and not isinstance(key, bool):
            return self.take(np.array([range(len(self))[key]]))[0]
        # A few of many rows are taken for every block, so all of them are not counted each time.
        is_places = isinstance(key, np.ndarray) and key.dtype.kind in "iu" and key.ndim == 1 and self._rows is not None
        rows = key if is_places else np.arange(len(self))[key]
        if rows.ndim != 1:
            raise IndexError("rows have one axis; take an int, a slice, an array of ints or a mask.")
        part = object.__new__(type(self))  # not a copy, which is as for another process
        part.__dict__ |= self.__dict__
        part._rows = rows if self._rows is None else self._rows[rows]
        return part

    def __array__(self, dtype: DTypeLike = None, copy: bool | None = None) -> NDArray:
        if copy is False:
            raise ValueError("rows in files cannot be an array without being read: copy must not be False.")
        return np.asarray(self.take(np.arange(len(self))), dtype)

    def take(self, rows: NDArray[np.integer]) -> NDArray:
        """Read some rows, in the order of the file, and return them in the order in which they are asked for."""
        wanted, places = np.unique(rows if self._rows is None else self._rows[rows], return_inverse=True)
        values = self._read_sorted(wanted)
        if len(wanted) != len(places) or (np.diff(places) < 0).any():
            values = values[places]
        return values

    def _read_sorted(self, rows: NDArray[np.integer]) -> NDArray:
        """Read rows that are sorted, each once; what is together, or in one chunk, is read together."""
        if len(rows) == 0:
            return np.empty((0, *self._whole[1:]), self.dtype)
        chunks = rows // self._kept_together()
        cuts = np.flatnonzero((np.diff(rows) > 1) & (np.diff(chunks) > 0)) + 1
        parts = [self._read_run(run) for run in np.split(rows, cuts)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _read_run(self, rows: NDArray[np.integer]) -> NDArray:
        values = self._read_span(rows[0], rows[-1] + 1)
        return values if len(values) == len(rows) else values[rows - rows[0]]

    def _kept_together(self) -> int:
        """Return how many rows are read where one is wanted, and kept for the next."""
        return self.chunk_rows if self.chunk_rows * self.row_bytes <= _LARGEST_CHUNK else 1

    def _read_span(self, start: int, stop: int) -> NDArray:
        """Read rows in a line; where they are fewer than a chunk has, whole chunks, of which the last is kept."""
        n_together = self._kept_together()
        if stop - start >= n_together:
            return self._checked(int(start), int(stop))
        chunks = range(start // n_together, (stop - 1) // n_together + 1)
        values = [self._chunk(chunk, n_together) for chunk in chunks]
        first = chunks[0] * n_together
        return (values[0] if len(values) == 1 else np.concatenate(values))[start - first : stop - first]

    def _chunk(self, chunk: int, n_rows: int) -> NDArray:
        place, values = self._last.found
        if place != chunk:
            values = self._checked(int(chunk) * n_rows, min((int(chunk) + 1) * n_rows, self._whole[0]))
            self._last.found = chunk, values
        return values

    def _checked(self, start: int, stop: int) -> NDArray:
        values, expected = self.read(start, stop), (stop - start, *self._whole[1:])
        if not isinstance(values, np.ndarray):
            raise TypeError(f"read({start}, {stop}) must return an array of NumPy, got {type(values).__name__}.")
        if values.shape != expected or values.dtype != self.dtype:
            raise ValueError(
                f"read({start}, {stop}) returned an array of shape {values.shape} and dtype {values.dtype}, where "
                f"{expected} and {self.dtype} were announced."
            )
        return values

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_last": _LastChunk()}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {' x '.join(map(str, self.shape))}, {self.dtype}>"


class _LastChunk:
    """What was read last: number and rows of a chunk, shared by all parts of a sequence."""

    def __init__(self):
        self.found: tuple[int, NDArray] = -1, np.empty(0)
