"""Docstrings that bases complete: what is shared is written once, where it is declared."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable)


def composed(cls: type, defaults: dict[str, Any]) -> str | None:
    """Return the docstring of a class with complete sections on parameters and attributes.

    Parameters
    ----------
    cls : type
        Its bases document what they share in numpydoc sections of their own; the nearest one counts.
    defaults : dict of str to object
        The parameters in the order of the signature; ``inspect.Parameter.empty`` stands for no default.

    Returns
    -------
    str or None
        None where Python has left out all docstrings.
    """
    if cls.__doc__ is None:
        return None
    documented = [sections(base.__doc__) for base in cls.__mro__ if base.__doc__ and base is not object]
    parameters = _nearest(documented, "Parameters")
    attributes = _nearest(documented, "Attributes")
    written = [_with_default(parameters[name], default) for name, default in defaults.items() if name in parameters]
    summary, own = documented[0].pop(""), documented[0]
    complete = {"Parameters": written, "Attributes": attributes.values()}
    parts = [summary.rstrip()]
    for title in [*complete, *(title for title in own if title not in complete)]:
        text = "\n".join(complete[title]) if title in complete else own[title].strip("\n")
        if text:
            parts.append(f"{title}\n{'-' * len(title)}\n{text}")
    return "\n\n".join(parts) + "\n"


def sections(docstring: str) -> dict[str, str]:
    """Cut a numpydoc docstring at its underlined headings; the summary is the section ""."""
    parts = re.split(r"^(\S.*)\n-{3,}\n", inspect.cleandoc(docstring) + "\n", flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


def _nearest(documented: Iterable[dict[str, str]], title: str) -> dict[str, str]:
    """Return the entries of a section by name, those of the first class before those of the next."""
    found: dict[str, str] = {}
    for own in documented:
        for entry in re.split(r"^(?=\S)", own.get(title, ""), flags=re.MULTILINE)[1:]:
            found.setdefault(entry.partition(" : ")[0], entry.rstrip())
    return found


def _with_default(entry: str, default: Any) -> str:
    head, *text = entry.split("\n")
    head = head.partition(", default=")[0]  # a base may have another
    if default is not inspect.Parameter.empty:
        head += f", default={_literal(default)}"
    return "\n".join([head, *text])


def _names(entry: str) -> list[str]:
    """The arguments that an entry is about, such as ``a, b`` or ``**options``."""
    return [name.lstrip("*") for name in entry.partition("\n")[0].split(", ")]


def _literal(value: Any) -> str:
    return repr(value).replace("'", '"')


def completed_by(*others: Callable) -> Callable[[_Function], _Function]:
    """Complete the docstring of a function by those of others.

    The section on parameters gets an entry for every argument that has none, in the order of the signature; other
    sections that are missing are taken as they are.  What the function says itself counts.

    Parameters
    ----------
    *others : callable
        Functions with numpydoc docstrings, the first that knows first.

    Returns
    -------
    callable
        A decorator.

    Examples
    --------
    >>> def of_samples(X):
    ...     '''Do something.
    ...
    ...     Parameters
    ...     ----------
    ...     X : list
    ...         Samples.
    ...     '''
    >>> @completed_by(of_samples)
    ... def count(X):
    ...     '''Count samples.
    ...
    ...     Returns
    ...     -------
    ...     int
    ...     '''
    >>> print(count.__doc__, end="")
    Count samples.
    <BLANKLINE>
    Parameters
    ----------
    X : list
        Samples.
    <BLANKLINE>
    Returns
    -------
    int
    """

    def complete(function: _Function) -> _Function:
        if function.__doc__ is None:
            return function
        documented = [sections(each.__doc__) for each in (function, *others)]
        entries = [_nearest([own], "Parameters") for own in documented]
        taken: list[str] = []
        for name in inspect.signature(function).parameters:
            known = (entry for own in entries for names, entry in own.items() if name in _names(names))
            if (entry := next(known, None)) is not None and entry not in taken:
                taken.append(entry)
        found = {"Parameters": "\n".join(taken)}
        for own in documented:
            found |= {title: text.strip("\n") for title, text in own.items() if title not in found}
        summary = found.pop("").rstrip()
        parts = [
            f"{title}\n{'-' * len(title)}\n{text}" for title, text in sorted(found.items(), key=_by_custom) if text
        ]
        function.__doc__ = "\n\n".join([summary, *parts]) + "\n"
        return function

    return complete


def _by_custom(section: tuple[str, str]) -> int:
    """Numpydoc's order of sections."""
    order = ("Parameters", "Returns", "Raises", "See Also", "References", "Examples")
    return order.index(section[0])
