"""Rows in files, shuffled by reading them once in the order of the file."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from skmlbio.training._memory import host_memory
from skmlbio.training._stored_rows import StoredRows

_BYTES_AT_ONCE = 2**25
_READ_AHEAD = 2**17  # what Linux reads where one byte is wanted that it does not hold
_PASSES = 4  # over a file, which take about as long as to shuffle it in another one
_LARGE_FILES = "/var/tmp"  # where files that are larger than memory belong; /tmp may be memory


class RowsOfBlock:
    """The rows of a block, as they lie in the file of `rows_in_turn`.

    Parameters
    ----------
    rows : ndarray of shape (n,), int
        Places of rows, sorted.
    values : ndarray of shape (n, ...)
        These rows.
    dtype : dtype
        Of those that are taken.
    """

    def __init__(self, rows: np.ndarray, values: np.ndarray, dtype: np.dtype):
        self._rows, self._values, self._dtype = rows, values, dtype

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Return some of the rows, in the order in which they are asked for."""
        return np.ascontiguousarray(self._values[np.searchsorted(self._rows, rows)], self._dtype)


def worth_shuffling(stored: StoredRows, n_blocks: int) -> bool:
    """Whether blocks of rows from all over a file would read much of it many times, and there is room to shuffle them.

    They do where a chunk holds many rows, and where memory cannot keep what has been read along with a row.
    """
    source = stored.source
    n_together, n_bytes, available = source.chunk_rows, len(stored) * source.row_bytes, host_memory()
    if available is not None and n_bytes > available / 2:
        n_together = max(n_together, _READ_AHEAD // max(1, source.row_bytes))
    if min(n_together, n_blocks) <= _PASSES:
        return False
    folder = _folder()
    has_room = shutil.disk_usage(folder).free > 1.1 * n_bytes
    if not has_room:
        warnings.warn(
            f"{folder} has no room for the {n_bytes / 1e9:.3g} GB that it takes to shuffle the rows of X, which are "
            f"read about {min(n_together, n_blocks)} times an epoch instead; the environment variable TMPDIR names "
            "another folder.",
            RuntimeWarning,
            stacklevel=2,
        )
    return has_room


def rows_in_turn(stored: StoredRows, blocks: Sequence[np.ndarray]) -> Iterator[RowsOfBlock]:
    """Yield the rows of one block after the other, which have been read together, in the order of their file.

    Each goes where the rows of its block are together, in a temporary file without a name; so all is read once, written
    once, and read once more, a piece at a time.

    Parameters
    ----------
    stored : StoredRows
        The rows.
    blocks : sequence of ndarray of int
        The places of those in each block.
    """
    wanted = [np.unique(rows) for rows in blocks]
    starts = [stored.source.row_bytes * int(n) for n in np.cumsum([0, *map(len, wanted)])]
    with tempfile.TemporaryFile(dir=_folder()) as file:
        _scatter(StoredRows(stored.source), wanted, starts, file)
        for rows, start in zip(wanted, starts, strict=False):
            shape = len(rows), *stored.shape[1:]
            yield RowsOfBlock(rows, np.memmap(file, stored.source.dtype, "r", start, shape), stored.dtype)


def _scatter(stored: StoredRows, wanted: list[np.ndarray], starts: list[int], file: IO[bytes]) -> None:
    """Write the rows of every block, sorted, to where it starts."""
    for first, values in stored.blocks(_BYTES_AT_ONCE):
        for rows, start in zip(wanted, starts, strict=False):
            place, end = np.searchsorted(rows, [first, first + len(values)])
            file.seek(start + int(place) * stored.source.row_bytes)
            file.write(values[rows[place:end] - first])
    file.flush()


def _folder() -> str:
    """Return where temporary files go that may be larger than memory."""
    return os.environ.get("TMPDIR") or (_LARGE_FILES if os.access(_LARGE_FILES, os.W_OK) else tempfile.gettempdir())
