"""Files that hold a table: how each kind is known, read and written."""

from __future__ import annotations

import gzip
import re
import sys
import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from skmlbio._files import replacing
from skmlbio.cli._errors import UsageError, in_one_line

if TYPE_CHECKING:
    from pandas import DataFrame

_COMPRESSED = ".gz"
_KEY_AND_VALUE = re.compile(r"(?:^|\s)([\w.-]+)=(.*?)(?=\s[\w.-]+=|$)")


class Format(NamedTuple):
    """A kind of file.

    Attributes
    ----------
    endings : tuple of str
        How names of such files end.
    read : callable
        From an open file, its path and the columns that are text, or None if all are, to a data frame or an `AnnData`.
    write : callable or None
        From a data frame and a file that is open for bytes.
    is_text : bool
        Whether such files may be compressed.
    column : str or None
        What the column of samples is called in all such files.
    """

    endings: tuple[str, ...]
    read: Callable[[IO[bytes], str, list[str] | None], Any]
    write: Callable[[DataFrame, IO[bytes]], None] | None = None
    is_text: bool = True
    column: str | None = None


def required(library: str, extra: str) -> Any:
    """Import a library that an extra brings."""
    try:
        return import_module(library)
    except ImportError as error:
        raise ImportError(f'the command line needs {library} here: pip install "skmlbio[{extra}]"') from error


def _read_separated(file: IO[bytes], path: str, text: list[str] | None, *, separator: str) -> DataFrame:
    pandas = required("pandas", "cli")
    dtype = str if text is None else dict.fromkeys(text, str)
    header = pandas.read_csv(file, sep=separator, header=None, nrows=1, dtype=str, keep_default_na=False)
    _require_different(pandas.Index(header.iloc[0]))  # or pandas would give others their names
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)  # of rows that are longer than the header
        return pandas.read_csv(
            file, sep=separator, dtype=dtype, index_col=False, keep_default_na=False, na_values=[""], low_memory=False
        )


def _write_separated(frame: DataFrame, file: IO[bytes], *, separator: str) -> None:
    frame.to_csv(file, sep=separator, index=False, mode="wb")


def _separated(separator: str, *endings: str) -> Format:
    return Format(
        endings, partial(_read_separated, separator=separator), partial(_write_separated, separator=separator)
    )


def _read_parquet(file: IO[bytes], path: str, text: list[str] | None) -> DataFrame:
    required("pyarrow", "cli")
    table = required("pandas", "cli").read_parquet(file, engine="pyarrow")
    if table.columns.nlevels > 1:
        raise ValueError("its columns have names of several levels; give each one name")
    named = [name for name in table.index.names if name is not None]
    table = table.reset_index(named, allow_duplicates=True).reset_index(drop=True)
    return table.set_axis(table.columns.map(str), axis=1)


def _write_parquet(frame: DataFrame, file: IO[bytes]) -> None:
    required("pyarrow", "cli")
    frame.to_parquet(file, engine="pyarrow", index=False)


def _read_fasta(file: IO[bytes], path: str, text: list[str] | None) -> DataFrame:
    from skmlbio.sequences import read_fasta

    records = read_fasta(file)
    said = [_said(*record) for record in zip(records.ids, records.descriptions, strict=True)]
    own = {"id": records.ids, "description": records.descriptions, "sequence": records.sequences}
    keys = dict.fromkeys(key for of_record in said for key in of_record if key not in own)
    columns = own | {key: [of_record.get(key) for of_record in said] for key in keys}
    return required("pandas", "cli").DataFrame(columns)


def _said(name: str, description: str) -> dict[str, str | None]:
    """Return what a header says as key=value; a key with nothing behind is missing."""
    pairs = _KEY_AND_VALUE.findall(description)
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        key = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the header of {name!r} has {key}= more than once")
    return {key: value.strip() or None for key, value in pairs}


def _write_fasta(frame: DataFrame, file: IO[bytes]) -> None:
    records = zip(*(frame.iloc[:, place] for place in (0, 1)), strict=True)
    file.write("".join(f">{name}\n{sequence}\n" for name, sequence in records).encode())


def _read_smiles(file: IO[bytes], path: str, text: list[str] | None) -> DataFrame:
    lines = [line.split(maxsplit=1) for line in file.read().decode("utf-8-sig").splitlines() if line.strip()]
    columns = {"smiles": [line[0] for line in lines]}
    if any(len(line) > 1 for line in lines):
        columns["id"] = [line[1].strip() if len(line) > 1 else "" for line in lines]
    return required("pandas", "cli").DataFrame(columns)


def _read_cells(file: IO[bytes], path: str, text: list[str] | None) -> Any:
    return required("anndata", "singlecell").read_h5ad(path)


FORMATS = {
    "csv": _separated(",", ".csv"),
    "tsv": _separated("\t", ".tsv", ".tab"),
    "parquet": Format((".parquet", ".pq"), _read_parquet, _write_parquet, is_text=False),
    "fasta": Format((".fasta", ".fa", ".fna", ".faa"), _read_fasta, _write_fasta, column="sequence"),
    "smiles": Format((".smi", ".smiles"), _read_smiles, column="smiles"),
    "h5ad": Format((".h5ad",), _read_cells, is_text=False),
}


def format_of(path: str, name: str | None = None, *, to_write: bool = False) -> Format:
    """Return the format of a file: the one that is named, or that its ending tells.

    Raises
    ------
    UsageError
        If nothing tells it, or such files are not written here.
    """
    if name is not None:
        return FORMATS[name]
    plain = path.lower().removesuffix(_COMPRESSED)
    for known in FORMATS.values():
        is_its_own = plain.endswith(known.endings) and (known.is_text or plain == path.lower())
        if is_its_own and (known.write is not None or not to_write):
            return known
    endings = [ending for known in FORMATS.values() if known.write or not to_write for ending in known.endings]
    other = "" if to_write else ", or --format says what it is"
    raise UsageError(f"the name of {path!r} does not tell its format; it ends in one of {' '.join(endings)}{other}.")


def _require_different(names: Any) -> None:
    twice = names[names.duplicated() & (names != "")]
    if len(twice):
        raise ValueError(f"it has the column {twice[0]!r} more than once")


def read(path: str, name: str | None, text: list[str] | None) -> Any:
    """Read a data frame, or an `AnnData`, with one row or more.

    Parameters
    ----------
    path : str
        The file.
    name : str or None
        Its format; None takes what its ending tells.
    text : list of str or None
        Columns that are text, whatever stands in them; None makes all columns text, where the file itself does not
        tell.

    Raises
    ------
    UsageError
        If the format is not told.
    ImportError
        If a library is missing, with the extra that brings it.
    OSError
        If there is no such file.
    ValueError
        If it is empty, or no such file as its format says.
    """
    known = format_of(path, name)
    is_compressed = known.is_text and path.lower().endswith(_COMPRESSED)
    try:
        with gzip.open(path) if is_compressed else open(path, "rb") as file:
            table = known.read(file, path, text)
            _require_different(table.var_names if hasattr(table, "var_names") else table.columns)
    except ImportError:
        raise
    except Exception as error:  # each library has its own
        if getattr(error, "errno", None) is not None:
            raise
        kind = next(kind for kind, value in FORMATS.items() if value is known)
        raise ValueError(f"{path!r} cannot be read as {kind}: {in_one_line(error)}") from error
    if not len(table):
        raise ValueError(f"{path!r} holds no row.")
    return table


def write(frame: DataFrame, path: str | None) -> None:
    """Write a data frame to a file, in the format that its name tells, or as CSV to standard output."""
    if path is None:
        frame.to_csv(sys.stdout, index=False)
        return
    known = format_of(path, to_write=True)
    with replacing(path) as part, open(part, "xb") as file:
        if path.lower().endswith(_COMPRESSED):
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as compressed:
                known.write(frame, compressed)
        else:
            known.write(frame, file)
