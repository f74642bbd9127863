"""Names of columns as names of a graph's inputs."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def input_names(names: Iterable[str]) -> list[str]:
    """Turn names of columns into the input names of an exported model, each another one.

    ``dict(zip(estimator.feature_names_in_, input_names(estimator.feature_names_in_)))`` says how a model calls what was
    a column in `fit`.

    TensorFlow takes ASCII letters, digits and underscores, a letter first, and does not tell upper from lower case.
    A name that complies stays as it is.  In others, each run of other characters becomes one underscore, those at the
    ends are dropped, and "feature" goes before what begins with a digit or is a word of Python.  Names that would
    coincide get the numbers 2, 3, ... in their order.

    Parameters
    ----------
    names : iterable of str
        Names of columns.

    Returns
    -------
    list of str
        One input name a column.

    Examples
    --------
    >>> from skmlbio.export import input_names
    >>> input_names(["mean radius", "mean_radius", "5' end", "TP53", "tp53", "class", "α"])
    ['mean_radius_2', 'mean_radius', 'feature_5_end', 'TP53', 'tp53_2', 'feature_class', 'feature']
    """
    names = list(names)
    plain = [_plain(name) for name in names]
    keeps: dict[str, int] = {}
    for i, name in enumerate(names):
        if name == plain[i]:
            keeps.setdefault(name.lower(), i)
    taken = set(keeps)
    for i, name in enumerate(plain):
        if keeps.get(name.lower()) != i:
            plain[i] = _unused(name, taken)
            taken.add(plain[i].lower())
    return plain


def _plain(name: str) -> str:
    if not _PLAIN.fullmatch(name):
        name = re.sub("[^A-Za-z0-9]+", "_", name).strip("_")
    if _PLAIN.fullmatch(name) and not keyword.iskeyword(name) and name != "self":
        return name
    return f"feature_{name}".rstrip("_")


def _unused(name: str, taken: set[str]) -> str:
    unused, number = name, 1
    while unused.lower() in taken:
        number += 1
        unused = f"{name}_{number}"
    return unused
