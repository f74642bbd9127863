"""Columns of Parquet files as a matrix of which some rows at a time are read."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._row_sequence import RowSequence

_BYTES_AT_ONCE = 2**22
_BUFFER = 2**15  # of each column
_ALLOWED = "but only numbers are allowed: name others in columns=, or encode categories first"


class ParquetFiles(RowSequence):
    """The rows of Parquet files, one after the other, as a matrix that may be larger than memory.

    Only what stands at the ends of the files is read at first; estimators read some megabytes of rows at a time, and
    know the columns by name as they know those of a data frame.  Several columns of different types become one matrix
    of the type that holds them all.

    Parameters
    ----------
    paths : str, path-like or sequence of them
        A file, several, or a folder, of which the files that end in ``.parquet`` are taken, sorted by name; folders in
        it are not looked into.
    columns : sequence of str, default=None
        The columns to take, in this order; by default all of the first file.

    Attributes
    ----------
    paths : list of str
        The files.
    columns : list of str
        The columns.
    shape : (int, int)
        Rows that are taken, and columns.
    dtype : dtype
        Of the matrix.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder, or the folder has no Parquet file.
    IsADirectoryError
        If one of several paths, or what ends in ``.parquet`` in a folder, is a folder.
    ImportError
        If pyarrow is not installed.
    TypeError
        If `paths` is no path, or a column holds no numbers.
    ValueError
        If a file is no Parquet file, lacks a column or has one of another type, or a column is named twice; when it is
        read, if it is damaged, or has changed since then.

    See Also
    --------
    StoredArray : Rows of HDF5, of Zarr or of a memory-mapped array.

    Notes
    -----
    Single rows cost as much as all before them in their row group.  A fit that is not small reads the rows in turn, and
    shuffles them in a temporary file.  An entry that is missing is NaN, and the matrix is one of float64 then.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pyarrow
    >>> import pyarrow.parquet
    >>> from skmlbio.tables import ParquetFiles
    >>> folder = tempfile.TemporaryDirectory()
    >>> table = pyarrow.table({"cell": ["a", "b", "c"], "mass": [1.5, 2.5, 4.0], "age": [3, 1, 2]})
    >>> pyarrow.parquet.write_table(table, pathlib.Path(folder.name, "1.parquet"))
    >>> X = ParquetFiles(folder.name, columns=["age", "mass"])
    >>> X, X[1]
    (<ParquetFiles: 3 x 2, float64>, array([1. , 2.5]))
    >>> folder.cleanup()
    """

    def __init__(
        self, paths: str | os.PathLike | Sequence[str | os.PathLike], columns: Sequence[str] | None = None
    ) -> None:
        require_pyarrow()
        self.paths = _listed(paths)
        self._states = [_state_of(path) for path in self.paths]
        self._groups: list[tuple[int, int]] = []  # number of the file and of the group in it
        lengths, has_gaps = [], False
        for number, path in enumerate(self.paths):
            with _opened(path) as file:
                if not number:
                    self._take_columns(file.schema_arrow, columns)
                self._require_columns(file.schema_arrow, path)
                for group in range(file.num_row_groups):
                    found = file.metadata.row_group(group)
                    if found.num_rows:
                        self._groups.append((number, group))
                        lengths.append(found.num_rows)
                        has_gaps = has_gaps or _has_gaps(found, set(self.columns))
        self._ends = np.cumsum(lengths, dtype=np.int64)
        self._cursor, self._lock = _Cursor(), threading.Lock()
        dtypes = [kind.to_pandas_dtype() for kind in self._types] + [np.float64] * has_gaps
        super().__init__((sum(lengths), len(self.columns)), np.result_type(*dtypes), max(lengths, default=1))

    @property
    def header(self) -> Any:
        """A table without rows, of which scikit-learn takes the names of the columns."""
        import pyarrow

        return pyarrow.schema(list(zip(self.columns, self._types, strict=True))).empty_table()

    def read(self, start: int, stop: int) -> NDArray:
        values = np.empty((stop - start, len(self.columns)), self.dtype)
        with self._lock:  # the place in the file belongs to all parts
            done = start
            while done < stop:
                block = self._cursor.block_at(done, self._blocks)
                part = block.values[done - block.start : stop - block.start]
                values[done - start : done - start + len(part)] = part
                done += len(part)
        return values

    def _kept_together(self) -> int:
        return 1  # the cursor goes on from row to row by itself

    def _blocks(self, row: int) -> Iterator[_Block]:
        """Yield the rows from the beginning of the row group of a row on, to its end, some megabytes at a time."""
        number = int(np.searchsorted(self._ends, row, side="right"))
        path, group = self.paths[self._groups[number][0]], self._groups[number][1]
        if _state_of(path) != self._states[self._groups[number][0]]:
            raise ValueError(f"{path} has changed since it was first looked at; make new ParquetFiles of it.")
        start = int(self._ends[number - 1]) if number else 0
        rows_at_once = max(1, _BYTES_AT_ONCE // max(1, self.row_bytes))
        with _opened(path) as file, _named_if_damaged(path):
            for batch in file.iter_batches(rows_at_once, [group], self.columns, use_threads=False):
                yield _Block(start, self._matrix(batch))
                start += len(batch)

    def _matrix(self, batch: Any) -> NDArray:
        values = np.empty((len(batch), len(self.columns)), self.dtype)
        for place, name in enumerate(self.columns):
            column = batch.column(name)
            if column.null_count:
                column = column.cast("double", safe=False).fill_null(np.nan)
            values[:, place] = column.to_numpy(zero_copy_only=False)
        return values

    def _take_columns(self, schema: Any, columns: Any) -> None:
        if isinstance(columns, str):
            raise TypeError(f"columns must be a list of names, got the str {columns!r}.")
        self.columns = list(schema.names if columns is None else columns)
        if not self.columns:
            raise ValueError(f"columns is empty: name one at least, of {_named(schema.names)}.")
        self._types = _types_of(schema, self.columns, self.paths[0])
        for name, kind in zip(self.columns, self._types, strict=True):
            if not _is_number(kind):
                raise TypeError(f"column {name!r} of {self.paths[0]} holds {kind}, {_ALLOWED}.")
        if repeated := [name for name, number in Counter(self.columns).items() if number > 1]:
            raise ValueError(f"columns has {repeated[0]!r} more than once; name each column once.")

    def _require_columns(self, schema: Any, path: str) -> None:
        for name, kind, found in zip(self.columns, self._types, _types_of(schema, self.columns, path), strict=True):
            if found != kind:
                raise ValueError(f"column {name!r} of {path} is of type {found}, but of {kind} in {self.paths[0]}.")

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__() | {"_cursor": _Cursor()}
        del state["_lock"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state | {"_lock": threading.Lock()}


class _Block(NamedTuple):
    """Rows in a line, and the place of the first."""

    start: int
    values: NDArray


class _Cursor:
    """Where reading has come to: rows in turn are read once, and going back begins a row group anew."""

    def __init__(self):
        self._blocks: Iterator[_Block] = iter(())
        self._block = _Block(0, np.empty((0, 0)))

    def block_at(self, row: int, blocks_from: Callable[[int], Iterator[_Block]]) -> _Block:
        """Return the block with a row, from `blocks_from(row)` where the present ones do not come to it."""
        if row < self._block.start:
            self._blocks = iter(())
        while not self._holds(row):
            following = next(self._blocks, None)
            if following is None:
                self._blocks = blocks_from(row)
                following = next(self._blocks)
            self._block = following
        return self._block

    def _holds(self, row: int) -> bool:
        return self._block.start <= row < self._block.start + len(self._block.values)


def require_pyarrow() -> None:
    """Raise an ImportError that tells what to install, where pyarrow is missing."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise ImportError('ParquetFiles needs pyarrow: pip install "skmlbio[parquet]"') from error


def _listed(paths: Any) -> list[str]:
    """Return the files, by their absolute paths, for a process that goes elsewhere."""
    several = [paths] if isinstance(paths, str | os.PathLike) else list(paths) if np.iterable(paths) else [paths]
    for place, path in enumerate(several):
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"paths must be a path or several, but paths[{place}] is of type {type(path).__name__}.")
    found = [Path(path).absolute() for path in several]
    if len(found) == 1 and found[0].is_dir():
        found = sorted(found[0].glob("*.parquet"))
        if not found:
            folder = Path(several[0]).absolute()
            raise FileNotFoundError(f"{folder} has no file that ends in .parquet; folders in it are not looked into.")
    if not found:
        raise ValueError("paths is empty; give one file at least.")
    for path in found:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder: give its files one by one, or it alone.")
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}.")
    return [*map(str, found)]


def _opened(path: str) -> Any:
    from pyarrow import parquet

    with _named_if_damaged(path):
        return parquet.ParquetFile(path, buffer_size=_BUFFER, page_checksum_verification=True)


@contextmanager
def _named_if_damaged(path: str) -> Iterator[None]:
    """Tell which file it is that pyarrow cannot read, where it does not say so itself."""
    import pyarrow

    try:
        yield
    except (OSError, pyarrow.ArrowException) as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the disk, or of its permissions
            raise
        raise ValueError(f"{path} is no Parquet file, or damaged: {' '.join(str(error).split())}") from error


def _state_of(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns


def _types_of(schema: Any, columns: Sequence[str], path: str) -> list[Any]:
    numbers = Counter(schema.names)
    for name in columns:
        if numbers[name] != 1:
            number = "more than one" if numbers[name] else "no"
            raise ValueError(f"{path} has {number} column {name!r}; its columns are {_named(schema.names)}.")
    return [schema.field(name).type for name in columns]


def _named(names: Sequence[str], n_shown: int = 10) -> str:
    return ", ".join(map(repr, names[:n_shown])) + (", ..." if len(names) > n_shown else "")


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)


def _has_gaps(group: Any, columns: Set[str]) -> bool:
    """Whether a row group has entries that are missing in some columns, or does not tell."""
    found = (group.column(place) for place in range(group.num_columns))
    statistics = [column.statistics for column in found if column.path_in_schema in columns]
    return any(known is None or not known.has_null_count or known.null_count for known in statistics)
