"""What is said about mistakes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST_NAMES = 60


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
    """Return what an error says, without what follows in further lines."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename!r}: {error.strerror}." if error.filename else f"{error.strerror}."
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return text.strip().partition("\n")[0] or type(error).__name__
