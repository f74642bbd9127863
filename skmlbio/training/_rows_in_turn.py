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
_FEW_BYTES = 2**22  # which are taken at once, or nearly so, in whatever order
_FEW_ROWS = 4  # of a chunk, which are read so many times in about the time that it takes to shuffle them in a file
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


def worth_shuffling(stored: StoredRows) -> bool:
    """Whether blocks of rows from all over a file would read much of it many times, a little of a block at a time.

    They do where a chunk holds many rows, and where memory cannot keep what has been read along with a row.
    """
    source, available = stored.source, host_memory()
    n_together = source.chunk_rows
    if available is not None and _size(stored) > available / 2:
        n_together = max(n_together, _READ_AHEAD // max(1, source.row_bytes))
    return n_together > _FEW_ROWS


def rows_in_turn(stored: StoredRows, blocks: Sequence[np.ndarray]) -> Iterator[RowsOfBlock]:
    """Yield the rows of one block after the other, which have been read together, in the order of their file.

    Each goes where the rows of its block are together, in a temporary file without a name; so all is read once, written
    once, and read once more, a piece at a time.  Where there is no room for that file, a warning says so, and all is
    read once a block.

    Parameters
    ----------
    stored : StoredRows
        The rows.
    blocks : sequence of ndarray of int
        The places of those in each block.
    """
    wanted = [np.unique(rows) for rows in blocks]
    if not _has_room(_size(stored), f"{len(blocks)} times an epoch"):
        for rows in wanted:
            yield RowsOfBlock(rows, stored.source.take(rows), stored.dtype)
        return
    starts = [stored.source.row_bytes * int(n) for n in np.cumsum([0, *map(len, wanted)])]
    with tempfile.TemporaryFile(dir=_folder()) as file:
        _scatter(StoredRows(stored.source), wanted, starts, file)
        for rows, start in zip(wanted, starts, strict=False):
            shape = len(rows), *stored.shape[1:]
            yield RowsOfBlock(rows, np.memmap(file, stored.source.dtype, "r", start, shape), stored.dtype)


def in_order(stored: StoredRows) -> StoredRows:
    """Return rows that can be read one after the other, from a temporary file where that would jump between chunks.

    Rows that `train_test_split` has shuffled are of that kind: a little of them is of all chunks.
    """
    if stored.source.is_whole or _size(stored) <= _FEW_BYTES or not worth_shuffling(stored):
        return stored
    chunks = stored.source.places // stored.source.chunk_rows
    if (np.diff(chunks) >= 0).all() or not _has_room(2 * _size(stored), "many times"):
        return stored
    order = np.argsort(stored.source.places, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    n_at_once = max(1, _BYTES_AT_ONCE // max(1, stored.source.row_bytes))
    blocks = np.split(rank, range(n_at_once, len(rank), n_at_once))
    with tempfile.TemporaryFile(dir=_folder()) as file:
        for rows, block in zip(rows_in_turn(StoredRows(stored.source[order]), blocks), blocks, strict=True):
            file.write(rows.take(block))
        file.flush()
        return StoredRows(np.memmap(file, stored.source.dtype, "r", shape=stored.shape), stored.dtype)


def _size(stored: StoredRows) -> int:
    return len(stored) * stored.source.row_bytes


def _has_room(n_bytes: int, times: str) -> bool:
    """Whether there is room to shuffle rows in a file, or else warn how many times they are read."""
    folder = _folder()
    has_room = shutil.disk_usage(folder).free > 1.1 * n_bytes
    if not has_room:
        warnings.warn(
            f"{folder} has no room for the {n_bytes / 1e9:.3g} GB that it takes to shuffle the rows of X, which are "
            f"read {times} instead; the environment variable TMPDIR names another folder.",
            RuntimeWarning,
            stacklevel=2,
        )
    return has_room


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
