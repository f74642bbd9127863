"""Rows that stay where they are, in a file, and are read a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

_BYTES_AT_ONCE = 2**22
_STORES = {  # known by name, so that none of the libraries is needed
    ("numpy", "memmap"),
    ("h5py", "Dataset"),
    ("zarr", "Array"),
    ("anndata", "CSRDataset"),
    ("anndata", "CSCDataset"),
}


def is_stored(X: Any) -> bool:
    """Whether X is in a file: a memory-mapped array, an array of HDF5 or Zarr, or the matrix of a backed AnnData.

    Examples
    --------
    >>> is_stored(np.eye(2))
    False
    """
    return any((kind.__module__.partition(".")[0], kind.__name__) in _STORES for kind in type(X).__mro__)


class StoredRows:
    """Some or all rows of an array in a file, dense and in one dtype as soon as they are taken.

    Parameters
    ----------
    source : memmap, h5py.Dataset, zarr.Array or anndata.abc.CSRDataset of shape (n_rows, ...)
        What is in the file.
    dtype : dtype
        Of the rows that are taken.
    rows : ndarray of shape (n,), int, optional
        The rows that count, instead of all.

    Attributes
    ----------
    shape : tuple of int
        Of all rows together.
    """

    def __init__(self, source: Any, dtype: Any, rows: np.ndarray | None = None):
        self._source, self.dtype, self._rows = source, np.dtype(dtype), rows
        self.shape = (source.shape[0] if rows is None else len(rows), *source.shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def subset(self, rows: np.ndarray) -> StoredRows:
        """Return some of the rows, without reading them."""
        return StoredRows(self._source, self.dtype, rows if self._rows is None else self._rows[rows])

    def take(self, rows: np.ndarray | slice) -> np.ndarray:
        """Read rows, in the order of the file, and return them in the order in which they are asked for."""
        rows = np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows
        wanted, places = np.unique(rows if self._rows is None else self._rows[rows], return_inverse=True)
        values = self._read(wanted)
        if len(wanted) != len(places) or (np.diff(places) < 0).any():
            values = values[places]
        return np.ascontiguousarray(values, self.dtype)

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield all rows, some megabytes at a time, each block with the place of its first row."""
        row_bytes = int(np.prod(self.shape[1:])) * self.dtype.itemsize
        n_rows = max(1, _BYTES_AT_ONCE // max(1, row_bytes))
        for start in range(0, len(self), n_rows):
            yield start, self.take(slice(start, start + n_rows))

    def _read(self, rows: np.ndarray) -> np.ndarray:
        """Read rows that are sorted, each once."""
        if len(rows) == 0 or rows[-1] - rows[0] + 1 == len(rows):
            return self._slice(rows[0], rows[-1] + 1) if len(rows) else self._slice(0, 0)
        if isinstance(self._source, np.ndarray):
            return self._source[rows]
        if hasattr(self._source, "oindex"):  # Zarr goes through its chunks by itself
            return self._source.oindex[rows]
        # Picking rows one by one is slow in HDF5: what is together, or in one chunk, is read together.
        chunks = rows // (getattr(self._source, "chunks", None) or (1,))[0]
        cuts = np.flatnonzero((np.diff(rows) > 1) & (np.diff(chunks) > 0)) + 1
        runs = np.split(rows, cuts)
        return np.concatenate([self._slice(run[0], run[-1] + 1)[run - run[0]] for run in runs])

    def _slice(self, start: int, stop: int) -> np.ndarray:
        values = self._source[int(start) : int(stop)]
        return values.toarray() if hasattr(values, "toarray") else values
