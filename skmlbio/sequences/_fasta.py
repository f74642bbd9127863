"""FASTA files, plain or gzip-compressed."""

from __future__ import annotations

import gzip
import os
from typing import NamedTuple


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


def read_fasta(path: str | os.PathLike) -> FastaRecords:
    """Read a FASTA file with Biopython.

    Strings are returned rather than Biopython's records: every estimator and scikit-learn's splitters take a list of
    strings, and it is much faster to make. `ensure_sequences` takes Biopython's records just as well.

    Parameters
    ----------
    path : str or path-like
        The file; gzip is recognised by its content, whatever the name.

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
    ValueError
        If the file is empty, holds no text, or holds something other than FASTA records.

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

    with open(path, "rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    opener = gzip.open if compressed else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            first = next((line for line in file if line.strip()), "")
            if not first:
                raise ValueError(f"{os.fspath(path)!r} is empty; a FASTA file holds at least one record")
            if not first.startswith(">"):
                raise ValueError(f"{os.fspath(path)!r} must begin with '>' to be FASTA; it begins with {first[:20]!r}")
            file.seek(0)
            records = [(title, sequence) for title, sequence in SimpleFastaParser(file)]
    except UnicodeDecodeError as error:
        raise ValueError(f"{os.fspath(path)!r} is not a text file: {error}") from error
    descriptions = [title for title, _ in records]
    ids = [title.split(maxsplit=1)[0] if title.strip() else "" for title in descriptions]
    return FastaRecords(ids, descriptions, [sequence for _, sequence in records])
