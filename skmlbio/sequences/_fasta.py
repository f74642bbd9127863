"""FASTA files, plain or compressed."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

_COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGES = (EOFError, OSError, zlib.error, lzma.LZMAError)  # bz2 and gzip raise OSErrors without a number
_BYTE_ORDER_MARK = "\ufeff"


class FastaRecords(NamedTuple):
    """What a FASTA file holds: three lists of equal length, so that ``sequences`` can be passed on as they are.

    Attributes
    ----------
    ids : list of str
        The first word of each header.
    descriptions : list of str
        Each whole header, without the ``>``.
    sequences : list of str
        The sequences, lines joined and blanks removed, in the case of the file.
    """

    ids: list[str]
    descriptions: list[str]
    sequences: list[str]


def read_fasta(file: str | os.PathLike | IO) -> FastaRecords:
    """Read a FASTA file with Biopython.

    Strings are returned rather than Biopython's records: every estimator and scikit-learn's splitters take a list of
    strings, and it is much faster to make. `ensure_sequences` takes Biopython's records just as well.

    Parameters
    ----------
    file : str, path-like or open file
        A path, or a file that is open for reading as bytes or as text, which is read to its end and stays open. gzip,
        bzip2 and xz are recognised by their content, whatever the name. A byte-order mark is left out, and headers that
        are not UTF-8 are read as Latin-1.

    Returns
    -------
    records : FastaRecords
        A named tuple of the lists ``ids``, ``descriptions`` and ``sequences``.

    Raises
    ------
    ImportError
        If Biopython is not installed.
    FileNotFoundError
        If there is no such file.
    TypeError
        If `file` is neither a path nor an open file.
    ValueError
        If the file is empty, is compressed and damaged or cut off, or holds something other than FASTA records of ASCII
        characters. Lines and records are counted from 1.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skmlbio.sequences import read_fasta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "two.fasta")
    ...     _ = path.write_text(">s1 kinase\\nMKV\\nLA\\n>s2\\nMTE\\n")
    ...     records = read_fasta(path)
    >>> records.ids, records.sequences
    (['s1', 's2'], ['MKVLA', 'MTE'])
    """
    try:
        from Bio.SeqIO.FastaIO import SimpleFastaParser
    except ImportError as error:
        raise ImportError('read_fasta needs Biopython: pip install "skmlbio[fasta]"') from error

    with contextlib.ExitStack() as stack:
        if isinstance(file, (str, bytes, os.PathLike)):
            name = repr(os.fspath(file))
            file = stack.enter_context(open(file, "rb"))
        elif hasattr(file, "read"):
            name = repr(getattr(file, "name", None) or type(file).__name__)
        else:
            raise TypeError(f"read_fasta takes a path or an open file; got {type(file).__name__}")
        try:
            lines = _checked(_text_lines(file, stack), name)
            records = [(title, sequence) for title, sequence in SimpleFastaParser(lines)]
        except UnicodeDecodeError as error:
            raise ValueError(f"{name} is open as text of another encoding; open it as bytes: {error}") from error
        except _DAMAGES as error:
            if getattr(error, "errno", None) is not None or isinstance(error, io.UnsupportedOperation):
                raise
            raise ValueError(f"{name} is cut off or damaged, its compressed data cannot be read: {error}") from error
    descriptions = [title for title, _ in records]
    ids = [title.split(maxsplit=1)[0] if title.strip() else "" for title in descriptions]
    return FastaRecords(ids, descriptions, [sequence for _, sequence in records])


def _text_lines(file: Any, stack: contextlib.ExitStack) -> Iterable[str]:
    """The lines of an open file, decompressed and decoded where it gives bytes; the stack leaves it open."""
    if isinstance(file.read(0), str):
        return file
    stream = io.BufferedReader(file)
    stack.callback(stream.detach)
    start = stream.peek(8)
    for magic, opener in _COMPRESSED.items():
        if start.startswith(magic):
            stream = stack.enter_context(opener(stream))
    # Bytes that are not UTF-8 become surrogates, which `_decoded` finds.
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape")
    stack.callback(text.detach)
    return text


def _checked(lines: Iterable[str], name: str) -> Iterator[str]:
    """The same lines, as long as they are those of FASTA."""
    decoded = (line if line.isascii() else _decoded(line) for line in lines)
    n_records = 0
    for number, line in enumerate(decoded, start=1):
        if line.startswith(">"):
            n_records += 1
        elif not n_records:
            if line.strip():
                raise ValueError(f"{name} must begin with '>' to be FASTA; line {number} begins with {line[:20]!r}")
        elif not line.isascii():
            culprit = next(character for character in line if not character.isascii())
            raise ValueError(
                f"{name} has {culprit!r} in line {number}, in the sequence of record {n_records}; sequences are ASCII"
            )
        yield line or "\n"  # Biopython looks at the first character
    if not n_records:
        raise ValueError(f"{name} is empty; a FASTA file holds at least one record")


def _decoded(line: str) -> str:
    """The line, read as Latin-1 where it is not UTF-8, without the marks that joined files have in the middle too."""
    line = line.removeprefix(_BYTE_ORDER_MARK)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("latin-1")
    return line
