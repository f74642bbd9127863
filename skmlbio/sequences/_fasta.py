"""FASTA files, plain or compressed."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from numbers import Integral
from typing import IO, Any, NamedTuple

COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGES = (EOFError, OSError, zlib.error, lzma.LZMAError)  # bz2 and gzip raise OSErrors without a number
BYTE_ORDER_MARK = "\ufeff".encode()
_PATHS = (str, bytes, os.PathLike)


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

    Examples
    --------
    >>> import io
    >>> from skmlbio.sequences import read_fasta
    >>> read_fasta(io.StringIO(">a1 active\\nACGT\\nGG"))
    FastaRecords(ids=['a1'], descriptions=['a1 active'], sequences=['ACGTGG'])
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
        characters, such as NUL bytes. Lines and records are counted from 1. A plain file that is cut off cannot be told
        from a shorter one.

    See Also
    --------
    iter_fasta : Reads a file that is larger than memory, a batch of records at a time.
    FastaFile : A file that networks read by themselves while they are fitted.

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
    return _gathered(_titles_and_sequences(file, "read_fasta"))


def iter_fasta(file: str | os.PathLike | IO, *, batch_size: int = 1000) -> Iterator[FastaRecords]:
    """Read a FASTA file a batch of records at a time, so that it may be larger than memory.

    Each batch is what `read_fasta` would return for a file of these records alone, and goes to a ``partial_fit``, a
    ``transform`` or a ``predict`` as it is. No more than a batch is held, beside the record that is being read.

    Parameters
    ----------
    file : str, path-like or open file
        As in `read_fasta`. A path is opened when the first batch is asked for, and closed after the last one or when
        the iterator is closed or forgotten. An open file stays open, and has been read beyond the last batch.
    batch_size : int, default=1000
        Records of a batch; the last one may have fewer.

    Yields
    ------
    records : FastaRecords
        A named tuple of the lists ``ids``, ``descriptions`` and ``sequences``.

    Raises
    ------
    ImportError, FileNotFoundError, TypeError, ValueError
        As in `read_fasta`, for a `batch_size` below 1, and where a file is damaged only once its sound records have
        been yielded, up to those of an unfinished batch.

    See Also
    --------
    read_fasta : Reads all records at once.

    Examples
    --------
    >>> import io
    >>> from skmlbio import MarkovChain
    >>> from skmlbio.sequences import iter_fasta
    >>> chain = MarkovChain(1, alphabet="dna")
    >>> for records in iter_fasta(io.StringIO(">a\\nACAC\\n>b\\nCACA\\n>c\\nACCA\\n"), batch_size=2):
    ...     print(records.ids)
    ...     chain = chain.partial_fit(records.sequences)
    ['a', 'b']
    ['c']
    """
    if not isinstance(batch_size, Integral) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(f"batch_size must be an int of 1 or more; got {batch_size!r}")
    return _batches(_titles_and_sequences(file, "iter_fasta"), int(batch_size))


def _batches(pairs: Generator[tuple[str, str]], size: int) -> Iterator[FastaRecords]:
    with contextlib.closing(pairs):
        while (batch := _gathered(islice(pairs, size))).ids:
            yield batch


def _gathered(pairs: Iterable[tuple[str, str]]) -> FastaRecords:
    records = FastaRecords([], [], [])
    for title, sequence in pairs:
        records.ids.append(title.split(maxsplit=1)[0] if title.strip() else "")
        records.descriptions.append(title)
        records.sequences.append(sequence)
    return records


def _titles_and_sequences(file: Any, caller: str) -> Generator[tuple[str, str]]:
    """Return a generator of the records of a file; what is no file, or no Biopython, is an error at once."""
    try:
        from Bio.SeqIO.FastaIO import SimpleFastaParser
    except ImportError as error:
        raise ImportError(f'{caller} needs Biopython: pip install "skmlbio[fasta]"') from error
    if not isinstance(file, _PATHS) and not hasattr(file, "read"):
        raise TypeError(f"{caller} takes a path or an open file; got {type(file).__name__}")
    return _parsed(file, SimpleFastaParser)


def _parsed(file: Any, parse: Callable) -> Generator[tuple[str, str]]:
    with contextlib.ExitStack() as stack:
        if isinstance(file, _PATHS):
            name = os.fspath(file)
            file = stack.enter_context(open(file, "rb"))
        else:
            name = getattr(file, "name", None) or type(file).__name__
        yield from parse(_checked(file, repr(name), stack))


def _text_lines(file: Any, stack: contextlib.ExitStack) -> Iterable[str]:
    """The lines of an open file, decompressed and decoded where it gives bytes; the stack leaves it open."""
    if isinstance(file.read(0), str):
        return file
    stream = io.BufferedReader(file)
    stack.callback(stream.detach)
    start = stream.peek(8)
    for magic, opener in COMPRESSED.items():
        if start.startswith(magic):
            stream = stack.enter_context(opener(stream))
    # Bytes that are not UTF-8 become surrogates, which `decoded` finds.
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape")
    stack.callback(text.detach)
    return text


def _checked(file: Any, name: str, stack: contextlib.ExitStack) -> Iterator[str]:
    """The lines of an open file, as long as they are those of FASTA."""
    number = n_records = 0
    try:
        for number, encoded in enumerate(_text_lines(file, stack), start=1):
            line = encoded if encoded.isascii() else decoded(encoded)
            n_records += line.startswith(">")
            if not n_records or not line.isascii() or "\0" in line:
                require_fasta(line, number, n_records, name)
            yield line or "\n"  # Biopython looks at the first character
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{name} is open as text of another encoding; open it as bytes: {error}, {_place(number, n_records)}"
        ) from error
    except _DAMAGES as error:
        if getattr(error, "errno", None) is not None or isinstance(error, io.UnsupportedOperation):
            raise
        raise ValueError(
            f"{name} is cut off or damaged {_place(number, n_records)}; its compressed data cannot be read: {error}"
        ) from error
    if not n_records:
        raise ValueError(f"{name} is empty; a FASTA file holds at least one record")


def _place(number: int, n_records: int) -> str:
    """Where reading stopped.  Some thousand characters are read ahead, so that the fault may lie a little behind."""
    return f"after line {number}, in record {n_records} or later" if n_records else "at its beginning"


def require_fasta(line: str, number: int, n_records: int, name: str) -> None:
    """Refuse a line that does not follow a header, has NULs, or is a sequence with other characters than ASCII."""
    if not n_records and line.strip():
        raise ValueError(f"{name} must begin with '>' to be FASTA; line {number} begins with {line[:20]!r}")
    if "\0" in line:  # as a file has them that was not written to its end, or one in UTF-16
        part = "header" if line.startswith(">") else "sequence"
        raise ValueError(
            f"{name} has a NUL byte in line {number}, in the {part} of record {n_records}; it is damaged or no text"
        )
    if not line.isascii() and not line.startswith(">"):
        culprit = next(character for character in line if not character.isascii())
        raise ValueError(
            f"{name} has {culprit!r} in line {number}, in the sequence of record {n_records}; sequences are ASCII"
        )


def decoded(line: str) -> str:
    """The line, read as Latin-1 where it is not UTF-8, without the marks that joined files have in the middle too."""
    line = line.removeprefix(BYTE_ORDER_MARK.decode())
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("latin-1")
    return line
