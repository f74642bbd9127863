"""A FASTA file as a list of strings of which each is read when it is needed."""

from __future__ import annotations

import copy
import os
from array import array
from collections.abc import Iterator
from numbers import Integral
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._fasta import BYTE_ORDER_MARK, COMPRESSED, decoded, require_fasta
from ._recognition import TextBlock
from ._samples import offsets_of

_BLANKS = b" \t\r\n\v\f"
_BYTES_AT_ONCE = 2**22


class FastaFile:
    """The sequences of a FASTA file that may be larger than memory.

    The file is read once to find its records, of which 24 bytes each are kept.  ``X[3]`` reads a sequence, and
    ``X[rows]``, for a slice, an array of ints or a mask, is a `FastaFile` again, of which nothing is read: so
    scikit-learn's splitters and searches take one as `X`.  Networks of strings read some megabytes at a time, in each
    epoch anew where the sequences do not fit into a few blocks of 64 megabytes, and learn the same bits as from a list.
    All else reads it whole.

    Parameters
    ----------
    path : str or path-like
        A file of FASTA records of ASCII characters, not compressed.

    Attributes
    ----------
    path : str
        The file's absolute path.
    lengths : ndarray of shape (n_sequences,), int64
        Number of characters of each sequence.
    shape : tuple of one int
        The number of sequences.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or none any more when it is read.
    TypeError
        If `path` is no path.
    ValueError
        If the file is empty, compressed, or holds something other than FASTA records of ASCII characters; when it is
        read, if it has changed since then.

    See Also
    --------
    read_fasta : Reads all records, with their names.
    iter_fasta : Reads a batch of records after the other, also from compressed files.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skmlbio.sequences import FastaFile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "three.fasta")
    >>> _ = path.write_text(">s1 kinase\\nMKV\\nLA\\n>s2\\nMTE\\n>s3\\nMALWY\\n")
    >>> X = FastaFile(path)
    >>> X, X[0], X[1:].tolist(), X.lengths
    (<FastaFile: 3 sequences of 3 to 5 characters>, 'MKVLA', ['MTE', 'MALWY'], array([5, 3, 5]))
    >>> folder.cleanup()
    """

    def __init__(self, path: str | os.PathLike):
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"path must be a str or a path, got {type(path).__name__}.")
        self.path = os.path.abspath(os.fspath(path))  # for a process that goes elsewhere
        with open(self.path, "rb") as file:
            self._state = _state_of(file)
            self._starts, self._ends, self.lengths = _records(file, self.path)

    @property
    def shape(self) -> tuple[int]:
        return (len(self.lengths),)

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, key: Any) -> str | FastaFile:
        if isinstance(key, tuple) and key[1:] == (Ellipsis,):  # as scikit-learn asks
            key = key[0]
        if isinstance(key, Integral) and not isinstance(key, bool):
            return self.read([range(len(self))[key]])[0].decode("ascii")
        # A few of many rows are taken for every block, so all of them are not counted each time.
        is_array = isinstance(key, np.ndarray) and key.dtype.kind in "iu"
        rows = key if is_array else np.arange(len(self))[key]
        if rows.ndim != 1:
            raise IndexError("sequences have one axis; take an int, a slice, an array of ints or a mask.")
        part = copy.copy(self)
        part._starts, part._ends, part.lengths = self._starts[rows], self._ends[rows], self.lengths[rows]
        return part

    def __iter__(self) -> Iterator[str]:
        for rows in self._blocks():
            yield from (text.decode("ascii") for text in self.read(rows))

    def __repr__(self) -> str:
        shortest, longest = (self.lengths.min(), self.lengths.max()) if len(self) else (0, 0)
        return f"<FastaFile: {len(self)} sequences of {shortest} to {longest} characters>"

    def tolist(self) -> list[str]:
        """Read all sequences."""
        return list(self)

    def read(self, rows: ArrayLike) -> list[bytes]:
        """Read some sequences, in the order of the file, and return them in the order in which they are asked for."""
        rows = np.asarray(rows)
        found: list[bytes] = [b""] * len(rows)
        with open(self.path, "rb", buffering=0) as file:
            self._require_unchanged(_state_of(file) == self._state)
            for place in np.argsort(self._starts[rows], kind="stable"):
                start, end = int(self._starts[rows[place]]), int(self._ends[rows[place]])
                text = os.pread(file.fileno(), end - start, start).translate(None, _BLANKS)
                self._require_unchanged(len(text) == self.lengths[rows[place]])
                found[place] = text
        return found

    @property
    def text_blocks(self) -> TextBlocks:
        """All sequences, some megabytes at a time, those of a block end to end; read anew each time."""
        return TextBlocks(self)

    def _blocks(self) -> Iterator[NDArray[np.int64]]:
        """Cut the rows so that the sequences of a part have some megabytes together."""
        block = np.cumsum(self.lengths) // _BYTES_AT_ONCE
        cuts = np.flatnonzero(np.diff(block)) + 1
        yield from (part for part in np.split(np.arange(len(self)), cuts) if len(part))

    def _require_unchanged(self, is_same: bool) -> None:
        if not is_same:
            raise ValueError(f"{self.path} has changed since its records were counted; make a new FastaFile of it.")


class TextBlocks:
    """See `FastaFile.text_blocks`."""

    def __init__(self, file: FastaFile):
        self._file = file

    def __iter__(self) -> Iterator[TextBlock]:
        for rows in self._file._blocks():
            yield TextBlock(b"".join(self._file.read(rows)), offsets_of(self._file.lengths[rows]), int(rows[0]))


def _state_of(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _records(file: BinaryIO, path: str) -> tuple[NDArray[np.int64], ...]:
    """Return where the sequence of each record begins and ends in a file, and its length."""
    if file.peek(8).startswith(tuple(COMPRESSED)):  # a compressed file is read from its beginning only
        raise ValueError(f"{path} is compressed, so single records cannot be read: decompress it, or use iter_fasta.")
    starts, ends, lengths, place = array("q"), array("q"), array("q"), 0
    for number, line in enumerate(file, start=1):
        place += len(line)
        is_title = line.removeprefix(BYTE_ORDER_MARK).startswith(b">")
        if is_title:
            starts.append(place)
            ends.append(place)
            lengths.append(0)
            _require_line_feeds(line, number, path)
        elif starts:
            ends[-1] = place
            lengths[-1] += len(line.translate(None, _BLANKS))
        if not starts or not line.isascii() or b"\0" in line:
            require_fasta(decoded(line.decode("utf-8", "surrogateescape")), number, len(starts), repr(path))
    if not starts:
        raise ValueError(f"{path!r} is empty; a FASTA file holds at least one record")
    return tuple(np.frombuffer(numbers, np.int64) for numbers in (starts, ends, lengths))


def _require_line_feeds(title: bytes, number: int, path: str) -> None:
    if b"\r" in title.rstrip(b"\r\n"):
        raise ValueError(f"{path} has a carriage return within line {number}; its lines must end in line feeds.")
