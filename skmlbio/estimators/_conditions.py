"""Labels beside samples: which there are in each column, and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from skmlbio.base._gaps import is_missing

Columns = dict[str, list]  # labels of samples, by what errors call the column


@dataclass(frozen=True)
class Conditions:
    """The labels that the columns beside X had in a fit, each column sorted.

    Parameters
    ----------
    values : dict of str to tuple
        By what errors call the column.
    """

    values: dict[str, tuple]

    @classmethod
    def learn(cls, columns: Columns) -> Conditions:
        """Find the labels of every column."""
        return cls({name: tuple(sorted(set(labels))) for name, labels in columns.items()})

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many labels each column has."""
        return tuple(map(len, self.values.values()))

    def codes(self, columns: Columns) -> np.ndarray:
        """Return the numbers of labels, int32 of shape (n_samples, n_columns); a ValueError for unknown ones."""
        others = [*columns] != [*self.values] and _have_names(columns) and _have_names(self.values)
        if others or len(columns) != len(self.values):
            raise ValueError(f"fit was given {_listed(self.values)}, but here is {_listed(columns)}.")
        codes = []
        for (name, values), labels in zip(self.values.items(), columns.values(), strict=True):
            numbers = {value: number for number, value in enumerate(values)}
            for row, label in enumerate(labels):
                if label not in numbers:
                    known = f"{', '.join(map(repr, values[:10]))}{', ...' if len(values) > 10 else ''}"
                    raise ValueError(f"{name}[{row}] is {label!r}, which is none of the {len(values)} in fit: {known}.")
            codes.append([numbers[label] for label in labels])
        return np.array(codes, np.int32).T.reshape(-1, len(codes))


def _listed(columns: dict) -> str:
    return " and ".join(columns) or "no label"


def _have_names(columns: dict) -> bool:
    """Return whether these are the columns of a data frame that has strings for names."""
    return all(title.startswith(("column '", 'column "')) for title in columns)


def columns_of(labels: Any, name: str, n_samples: int | None = None, n_columns: int = 1) -> Columns:
    """Return the columns of labels that come in any form, one row a sample.

    Parameters
    ----------
    labels : str, int, bool or array-like of shape (n_samples,) or (n_samples, n_columns), or data frame
        Labels.
    name : str
        What errors call them.
    n_samples : int, optional
        Where it is given, one label, or one row of labels, may stand for all samples.
    n_columns : int
        How long such a row is.

    Returns
    -------
    dict of str to list

    Examples
    --------
    >>> columns_of("b", "covariates", n_samples=2)
    {'covariates': ['b', 'b']}
    >>> columns_of([["b", 1], ["a", 2]], "covariates")
    {'column 0 of covariates': ['b', 'a'], 'column 1 of covariates': [1, 2]}
    """
    names = list(labels.columns) if hasattr(labels, "columns") else None
    if twice := [title for title, count in Counter(names or ()).items() if count > 1]:
        raise ValueError(f"{name} has more than one column {twice[0]!r}; give each a name of its own.")
    if hasattr(labels, "toarray"):
        raise TypeError(f"{name} is a sparse matrix; give labels as an array or a data frame.")
    table = _table(labels, name)
    if n_samples is not None:
        if table.ndim == 0 or (table.ndim == 1 and n_columns > 1):
            if table.size != n_columns:
                raise ValueError(
                    f"{name} is one row of {table.size} labels, but fit was given {n_columns} columns of them; give "
                    "one label for each, or a row a sample."
                )
            table = np.broadcast_to(table, (n_samples, n_columns))
        elif len(table) != n_samples:
            raise ValueError(f"{name} has {len(table)} labels for {n_samples} samples; give one, or one a sample.")
    if table.ndim not in (1, 2):
        raise ValueError(f"{name} must be of shape (n_samples,) or (n_samples, n_columns), got shape {table.shape}.")
    if table.ndim == 1 or (table.shape[1] == 1 and names is None):
        columns = {name: table.ravel().tolist()}
    else:
        titles = map(repr, names) if names else range(table.shape[1])
        columns = {f"column {t} of {name}": column.tolist() for t, column in zip(titles, table.T, strict=True)}
    for title, column in columns.items():
        _require_labels(column, title)
    return columns


def _table(labels: Any, name: str) -> np.ndarray:
    try:
        return np.asarray(labels.to_numpy() if hasattr(labels, "to_numpy") else labels, dtype=object)
    except ValueError as error:
        raise ValueError(f"{name} must have rows of equal length.") from error


def _require_labels(labels: list, name: str) -> None:
    """Raise an error unless all are strings, or all are whole numbers or booleans."""
    kinds: dict[bool, tuple[int, Hashable]] = {}
    for row, label in enumerate(labels):
        if is_missing(label):
            raise ValueError(f"{name}[{row}] is {label}: the label is missing; give each sample one.")
        whole = isinstance(label, Integral | np.bool_) or (isinstance(label, Real) and float(label).is_integer())
        if not (isinstance(label, str) or whole):
            raise TypeError(f"{name}[{row}] is {label!r:.50}, but labels are strings, whole numbers or booleans.")
        kinds.setdefault(isinstance(label, str), (row, label))
    if len(kinds) == 2:
        (row, label), (other_row, other) = kinds.values()
        raise ValueError(f"{name}[{row}] is {label!r}, but {name}[{other_row}] is {other!r}; give labels of one type.")
