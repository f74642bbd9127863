"""What is said about mistakes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

_MOST_NAMES = 60
_MOST_LETTERS = 2000  # of what TensorFlow says of its graphs
_PLACE = re.compile(
    r"\b(?P<name>X|y)(?:_val)?\[(?P<row>\d+)(?:, (?P<column>\d+))?\]"
    r"|\b(?:graph|molecule|row|sample|sequence) (?P<sample>\d+)\b"
)
_OF_VALIDATION = re.compile(r"\b[Xy]_val\b")


class UsageError(ValueError):
    """The command line itself is wrong, whatever the files hold."""


def unknown(what: str, name: str, allowed: Iterable[object]) -> str:
    """Say that a name is not known, which known one is near, and which there are."""
    names = [str(known) for known in allowed]
    near = difflib.get_close_matches(name, names, 2, 0.6)
    advice = f"did you mean {' or '.join(near)}? There" if near else "there"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{what} {name!r}; {advice} are {', '.join(names[:_MOST_NAMES]) or 'none'}{more}."


def in_one_line(error: BaseException) -> str:
    """Return all that an error says, its lines behind each other."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename!r}: {error.strerror}." if error.filename else f"{error.strerror}."
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    line = " ".join(line.strip() for line in text.splitlines() if line.strip())
    return line[:_MOST_LETTERS] + "..." * (len(line) > _MOST_LETTERS) or type(error).__name__


@contextmanager
def rows_told(path: str, X: Any, validation: str | None = None) -> Iterator[None]:
    """Say, where an estimator refuses a sample, in which row of which file that is, counted from 1.

    Parameters
    ----------
    path : str
        The file of the samples.
    X : object
        The samples.
    validation : str, optional
        The file of those to validate on.

    Raises
    ------
    ValueError
        In place of an error that numbers the samples from 0.
    """
    names = list(getattr(X, "columns", ()))

    def row(found: re.Match) -> str:
        column = names[int(found["column"])] if found["column"] and int(found["column"]) < len(names) else None
        of_target = "the target of " if found["name"] == "y" else ""
        of_column = f", column {column!r}" if column else ""
        return f"{of_target}row {int(found['row'] or found['sample']) + 1}{of_column}"

    try:
        yield
    except (TypeError, ValueError) as error:
        text = in_one_line(error)
        told = _PLACE.sub(row, text)
        if told == text:
            raise
        file = validation if validation is not None and _OF_VALIDATION.search(text) else path
        raise ValueError(f"{file!r}: {told.removeprefix('X_val: ')}") from error
