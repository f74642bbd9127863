"""Where a command may write, found out before it reads and computes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from skmlbio._files import require_writable
from skmlbio.cli._errors import UsageError
from skmlbio.export._archive import is_archive
from skmlbio.export._saved_model import ensure_place


def require_output(option: str, path: str, inputs: Iterable[str | None]) -> None:
    """Make sure that a file can be written, and is none of those that are read.

    Parameters
    ----------
    option : str
        What names it.
    path : str
        The file.
    inputs : iterable of str or None
        Files that are read, whether they are there or not.

    Raises
    ------
    UsageError
        If the path names no file, or one that is read.
    OSError
        If no file can be made there.
    """
    if not os.path.basename(path):
        raise UsageError(f"{option} takes the name of a file; got {path!r}.")
    for given in inputs:
        if given is not None and os.path.exists(given) and os.path.exists(path) and os.path.samefile(given, path):
            raise UsageError(f"{option} {path} would replace {given}, which is read; name another file.")
    require_writable(path)


def require_model_output(option: str, path: str, inputs: Iterable[str | None]) -> None:
    """Make sure, as `require_output`, that a model can be written, and replaces nothing but an earlier one.

    Raises
    ------
    UsageError
        If the path names no file, or one that is read.
    OSError
        If no file can be made there, or there is one with something else in it.
    """
    require_output(option, path, inputs)
    if os.path.exists(path) and os.path.getsize(path) and not is_archive(path):
        raise FileExistsError(f"{path!r} is there and holds no model of skmlbio; {option} takes another name.")


@contextmanager
def exported_to(path: str, *, overwrite: bool, version: int | None) -> Iterator[None]:
    """Make sure that a SavedModel can be written, and say in the words of the command line if it cannot.

    Raises
    ------
    UsageError
        If the path names no folder.
    OSError
        If no folder can be made there; a file always stays.
    """
    if not path:
        raise UsageError("--output takes the name of a folder; got ''.")
    place = path if version is None else os.path.join(path, str(version))
    if os.path.isfile(place):
        raise FileExistsError(f"{place!r} is a file; --overwrite replaces nothing but SavedModels.")
    try:
        ensure_place(path, overwrite=overwrite, version=version)
        yield
    except FileExistsError as error:
        words = str(error).replace("overwrite=True", "--overwrite").replace("version=", "--model-version ")
        raise FileExistsError(words) from error
