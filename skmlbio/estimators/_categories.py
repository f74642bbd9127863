"""Tables whose columns hold categories: which there are, and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skmlbio.base._gaps import is_missing
from skmlbio.estimators._embedding import Embedding, Embeddings


def is_table(X: Any) -> bool:
    """Whether X is a data frame or an array of two columns or more, or a frame of one that cannot be sequences.

    A column of categories, integers or booleans cannot; one of plain strings, or an array of one, is a list of strings.
    """
    if not has_columns(X):
        return False
    return X.shape[1] > 1 or any(map(_is_of_categories, getattr(X, "dtypes", ())))


def has_columns(X: Any) -> bool:
    """Whether X is a data frame, or an array of two axes."""
    return (hasattr(X, "columns") or isinstance(X, np.ndarray)) and len(getattr(X, "shape", ())) == 2


def _is_of_categories(dtype: Any) -> bool:
    """Whether a column of a pandas or polars frame has categories, integers or booleans."""
    name = str(dtype).lower()
    return name.startswith(("category", "categorical", "enum", "int", "uint", "bool"))


def as_table(X: Any) -> Any:
    """Return rows of categories, in whatever container they come, as a data frame or an array of objects."""
    if has_columns(X):
        return X if hasattr(X, "columns") else X.astype(object)
    if isinstance(X, str | bytes | dict | set) or hasattr(X, "toarray") or not hasattr(X, "__len__"):
        raise TypeError(f"X must be a table of categories, a row a sample, got a {type(X).__name__}")
    rows = list(X)
    if not rows:
        raise ValueError("X is empty; at least one row is needed")
    for place, row in enumerate(rows):
        if isinstance(row, str | bytes) or not hasattr(row, "__len__") or getattr(row, "ndim", 1) != 1:
            raise TypeError(f"X[{place}] is {row!r:.50}, which is no row of categories")
        if len(row) != len(rows[0]):
            raise ValueError(f"X[{place}] has {len(row)} categories, but X[0] has {len(rows[0])}")
    table = np.empty((len(rows), len(rows[0])), object)
    table[:] = [tuple(row) for row in rows]
    return table


def table_of(X: Any) -> NDArray[np.object_]:
    """Return the cells of a table as objects; errors name the column."""
    if not hasattr(X, "columns") and X.dtype.kind not in "OUT":
        raise TypeError(
            f"X has shape {X.shape} and holds numbers; categories come as a data frame, or as an array of strings or "
            "objects, and sequences as a list or as one column"
        )
    if len(X) == 0:
        raise ValueError("X is empty; at least one row is needed")
    if X.shape[1] == 0:
        raise ValueError("X has no columns; at least one of categories is needed")
    names, table = names_of(X), np.asarray(X, dtype=object)
    for place, name in enumerate(names):
        _require_categories(table[:, place], name)
    return table


def names_of(X: Any) -> tuple:
    """Return the names of the columns of a table, or their places; a ValueError if two have the same."""
    names = tuple(X.columns) if hasattr(X, "columns") else tuple(range(X.shape[1]))
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"X has more than one column {twice[0]!r}; give each a name of its own")
    return names


def _require_categories(column: NDArray[np.object_], name: Any) -> None:
    """Raise an error unless every cell is a string, or every cell an integer or a boolean."""
    kinds = {}
    for row, cell in enumerate(column.tolist()):
        if not isinstance(cell, str | Integral | np.bool_):
            if is_missing(cell):
                raise ValueError(f"column {name!r} of X is missing in row {row}; fill it, for example by 'missing'")
            raise TypeError(
                f"column {name!r} of X holds {cell!r:.50} in row {row}, of type {type(cell).__name__}; categories are "
                "strings, integers or booleans, and numbers become categories by sklearn.preprocessing.KBinsDiscretizer"
            )
        kinds.setdefault(isinstance(cell, str), cell)
    if len(kinds) == 2:
        raise TypeError(f"column {name!r} of X holds the string {kinds[True]!r:.50} beside {kinds[False]!r:.50}")


@dataclass(frozen=True)
class Categories:
    """The categories of the columns of a table, and their numbers.

    With c columns, the numbers 0 to c - 1 are the unknown categories of each; c and up are the known ones, column by
    column.

    Parameters
    ----------
    names : tuple
        Of the columns.
    values : tuple of tuple
        The sorted categories of each.
    """

    names: tuple
    values: tuple[tuple, ...]

    @classmethod
    def learn(cls, table: NDArray[np.object_], names: Sequence, min_count: int) -> Categories:
        """Return the categories that occur so often in their column."""
        counts = [Counter(column.tolist()) for column in table.T]
        values = tuple(tuple(sorted(v for v, count in of.items() if count >= min_count)) for of in counts)
        if () in values:
            name = names[values.index(())]
            raise ValueError(f"column {name!r} of X has no category that occurs {min_count} times, the min_count")
        return cls(tuple(names), values)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many categories each column has."""
        return tuple(map(len, self.values))

    def numbers(self, table: NDArray[np.object_], unknown: str, otherwise: str = "mask") -> NDArray[np.int32]:
        """Return the number of every cell; `unknown` says what to do about others: "error", or what is `otherwise`."""
        numbers = np.empty(table.shape, np.int32)
        first = len(self.names)
        for place, (name, values) in enumerate(zip(self.names, self.values, strict=True)):
            of = {value: number for number, value in enumerate(values, start=first)}
            cells = table[:, place].tolist()
            if isinstance(cells[0], str) != isinstance(values[0], str):
                raise TypeError(
                    f"column {name!r} of X holds {cells[0]!r:.50}, of type {type(cells[0]).__name__}, but in fit it "
                    f"held {values[0]!r:.50}, of type {type(values[0]).__name__}"
                )
            numbers[:, place] = [of.get(cell, place) for cell in cells]
            first += len(values)
            if unknown == "error" and (numbers[:, place] == place).any():
                row = int(np.argmax(numbers[:, place] == place))
                raise ValueError(
                    f"column {name!r} of X has {cells[row]!r:.50} in row {row}, which is none of the {len(values)} "
                    f"categories {', '.join(map(repr, values[:5]))}{', ...' if len(values) > 5 else ''} that fit "
                    f"has learned; unknown={otherwise!r} would accept it"
                )
        return numbers

    def named(self, vectors: Iterable[NDArray[np.floating]]) -> Embeddings:
        """Return the vectors of the categories of each column by their names."""
        of_columns = zip(self.names, self.values, vectors, strict=True)
        return Embeddings((name, Embedding(values, of_column)) for name, values, of_column in of_columns)
