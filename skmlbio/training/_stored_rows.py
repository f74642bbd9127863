"""Rows that stay where they are, in a file, and are read a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from skmlbio.tables import RowSequence, StoredArray
from skmlbio.tables._stored_array import is_array_in_file

_BYTES_AT_ONCE = 2**22


def is_stored(X: Any) -> bool:
    """Whether X is in a file: a `RowSequence`, or an array that can be made one.

    Examples
    --------
    >>> is_stored(np.eye(2))
    False
    """
    return isinstance(X, RowSequence) or is_array_in_file(X)


class StoredRows:
    """Some or all rows of an array in a file, dense and in one dtype as soon as they are taken.

    Parameters
    ----------
    source : RowSequence, memmap, h5py.Dataset, zarr.Array or anndata.abc.CSRDataset of shape (n_rows, ...)
        What is in the file.
    dtype : dtype, optional
        Of the rows that are taken, instead of that in the file.

    Attributes
    ----------
    source : RowSequence
        What is in the file.
    dtype : dtype
        Of the rows that are taken.
    """

    def __init__(self, source: Any, dtype: Any = None):
        self.source = source if isinstance(source, RowSequence) else StoredArray(source)
        self.dtype = self.source.dtype if dtype is None else np.dtype(dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of all rows together."""
        return self.source.shape

    def __len__(self) -> int:
        return len(self.source)

    def subset(self, rows: np.ndarray) -> StoredRows:
        """Return some of the rows, without reading them."""
        return StoredRows(self.source[rows], self.dtype)

    def take(self, rows: np.ndarray | slice) -> np.ndarray:
        """Read rows, in the order of the file, and return them in the order in which they are asked for."""
        rows = np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows
        return np.ascontiguousarray(self.source.take(rows), self.dtype)

    def blocks(self, n_bytes: int | None = None) -> Iterator[tuple[int, np.ndarray]]:
        """Yield all rows, some megabytes at a time, each block with the place of its first row."""
        row_bytes = max(1, int(np.prod(self.shape[1:])) * self.dtype.itemsize)
        n_rows = max(1, (n_bytes or _BYTES_AT_ONCE) // row_bytes)
        for start in range(0, len(self), n_rows):
            yield start, self.take(slice(start, start + n_rows))
