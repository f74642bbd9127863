"""Data frames whose columns are numbers, counts and categories, some of them missing: as a matrix, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from skmlbio.base._range import LARGEST
from skmlbio.estimators._categories import names_of

_ORDER = ("gaussian", "bernoulli", "poisson", "negative_binomial", "zero_inflated_negative_binomial", "categorical")
_OF_COUNTS = _ORDER[2:5]


@dataclass(frozen=True)
class Column:
    """One column of a frame.

    Parameters
    ----------
    name : object
        As in the frame.
    kind : str
        Its likelihood.
    dtype : dtype
        As in the frame.
    values : tuple
        Its categories, or nothing.
    """

    name: Any
    kind: str
    dtype: Any
    values: tuple = ()

    @property
    def width(self) -> int:
        """How many features it takes: one for each category, else one."""
        return len(self.values) or 1


@dataclass(frozen=True)
class Table:
    """The columns of a frame in the order of their features: numbers first, every category of a column a feature.

    Parameters
    ----------
    names : tuple
        The columns, as they stand in the frame.
    columns : tuple of Column
        The columns, in the order of features.
    """

    names: tuple
    columns: tuple[Column, ...]

    @classmethod
    def learn(cls, frame: Any, likelihoods: Mapping[Any, str]) -> Table:
        """Find out what the columns are: by the likelihoods that are given, else by their types.

        Raises
        ------
        TypeError
            If a column holds neither numbers nor categories.
        ValueError
            If a likelihood is given for a column that is not there, or a column is missing in every row.
        """
        names = names_of(frame)
        if len(frame) == 0:
            raise ValueError("X is empty; at least one row is needed.")
        if strangers := [name for name in likelihoods if name not in names]:
            raise ValueError(f"likelihood names the column {strangers[0]!r}, but X has {', '.join(map(repr, names))}.")
        for name, kind in likelihoods.items():
            if kind not in _ORDER:
                raise ValueError(f"likelihood of column {name!r} must be one of {', '.join(_ORDER)}, got {kind!r}.")
        columns = [_learned(name, frame[name], likelihoods.get(name)) for name in names]
        return cls(names, tuple(sorted(columns, key=lambda column: _ORDER.index(column.kind))))

    @property
    def n_features(self) -> int:
        """How many features the columns take."""
        return sum(column.width for column in self.columns)

    @property
    def n_numbers(self) -> int:
        """How many columns, the first ones, are Gaussian."""
        return sum(column.kind == "gaussian" for column in self.columns)

    def parts(self) -> list[tuple[str, int]]:
        """Return the likelihoods side by side: the kind of each, and how many features it has."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            if found and column.kind == found[-1][0] != "categorical":
                found[-1] = column.kind, found[-1][1] + 1
            else:
                found.append((column.kind, column.width))
        return found

    def encode(self, frame: Any) -> np.ndarray:
        """Return a frame as float64 of shape (n_samples, n_features), NaN where a cell is missing."""
        return np.column_stack([_encoded(column, frame[column.name]) for column in self.columns])

    def decode(self, rows: np.ndarray, index: Any = None) -> Any:
        """Return features as a frame: the most probable category, whole numbers where the column had such.

        The rows are called by `index`, or by their numbers.
        """
        import pandas as pd

        found, first = {}, 0
        for column in self.columns:
            found[column.name] = _decoded(column, rows[:, first : first + column.width])
            first += column.width
        frame = pd.DataFrame({name: found[name] for name in self.names})
        return frame if index is None else frame.set_axis(index)

    def first_weights(self, rows: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
        """Return means and scales of what the encoder sees, and the offsets of likelihoods, by their paths."""
        seen = np.where(self.logarithmic(), np.log1p(np.where(self.logarithmic(), rows, 0.0)), rows)
        mean, scale = _statistics(seen, weights)
        n = self.n_numbers
        known = {"numbers/mean": mean[:n], "numbers/scale": scale[:n]}
        known |= {"others/mean": mean[n:], "others/scale": scale[n:]}
        means, first, parts = _statistics(rows, weights)[0], 0, self.parts()
        for place, (kind, width) in enumerate(parts):
            if kind in (*_OF_COUNTS, "categorical"):
                path = f"{kind}_{place}_offset/value" if len(parts) > 1 else "offset/value"
                known[path] = np.log(means[first : first + width] + 0.5 / len(rows))
            first += width
        return known

    def logarithmic(self) -> np.ndarray:
        """Return which features an encoder sees as logarithms: bool of shape (n_features,)."""
        return np.repeat([column.kind in _OF_COUNTS for column in self.columns], [c.width for c in self.columns])


def _statistics(rows: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted mean and standard deviation of what is known in every column; 0 for one that is constant."""
    known = ~np.isnan(rows)
    total = np.maximum(weights @ known, np.finfo(float).tiny)
    filled = np.where(known, rows, 0.0)
    mean = weights @ filled / total
    deviation = np.sqrt(weights @ np.where(known, rows - mean, 0.0) ** 2 / total)
    return mean, np.where(deviation <= 1e-12 * np.abs(mean), 0.0, deviation)


def _learned(name: Any, series: Any, kind: str | None) -> Column:
    from pandas.api import types

    dtype = series.dtype
    if kind is None:
        if types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
            raise TypeError(f"column {name!r} of X holds times ({dtype}); give them as days or seconds.")
        kind = "gaussian" if types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype) else "categorical"
    if types.is_complex_dtype(dtype):
        raise TypeError(f"column {name!r} of X holds complex numbers, but numbers of a table are real.")
    present = series[series.notna()]
    if len(present) == 0:
        raise ValueError(f"column {name!r} of X is missing in every row; leave it out, or give an entry of it.")
    if kind != "categorical":
        return Column(name, kind, dtype)
    cells = present.tolist()
    for value in cells:
        if not isinstance(value, str | int | float | np.bool_):
            raise TypeError(f"column {name!r} of X holds {value!r:.50}, which is neither a number nor a category.")
    kinds = {isinstance(value, str): value for value in cells}
    if len(kinds) == 2:
        raise TypeError(
            f"column {name!r} of X holds the string {kinds[True]!r:.50} beside {kinds[False]!r:.50}; give "
            "categories of one type."
        )
    found = set(cells)
    given = dtype.categories if isinstance(dtype, types.CategoricalDtype) else None
    values = sorted(found, key=lambda v: (isinstance(v, str), v)) if given is None else [v for v in given if v in found]
    return Column(name, kind, dtype, tuple(values))


def _encoded(column: Column, series: Any) -> np.ndarray:
    missing = series.isna().to_numpy()
    if column.kind == "categorical":
        return _one_hot(column, series.tolist(), missing)
    try:
        values = np.where(missing, np.nan, series.to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {column.name!r} of X must hold numbers: {error}") from error
    allowed, what = np.abs(values) <= LARGEST, "finite numbers of single precision"
    if column.kind == "bernoulli":
        allowed, what = (values >= 0) & (values <= 1), "numbers between 0 and 1"
    elif column.kind in _OF_COUNTS:
        allowed, what = (values >= 0) & (values <= 1e9) & (values == np.floor(values)), "counts, from 0 to 1e+09"
    if not (allowed | missing).all():
        row = int(np.argmin(allowed | missing))
        raise ValueError(f"column {column.name!r} of X holds {values[row]:g} in row {row}, but must hold {what}.")
    return values[:, np.newaxis]


def _one_hot(column: Column, cells: list, missing: np.ndarray) -> np.ndarray:
    numbers = {value: number for number, value in enumerate(column.values)}
    features = np.zeros((len(cells), len(numbers)))
    for row, (cell, gone) in enumerate(zip(cells, missing.tolist(), strict=True)):
        if gone:
            features[row] = np.nan
        elif cell in numbers:
            features[row, numbers[cell]] = 1
        else:
            raise ValueError(
                f"column {column.name!r} of X has {cell!r:.50} in row {row}, which is none of the {len(numbers)} "
                f"categories in fit: {', '.join(map(repr, column.values[:10]))}{', ...' if len(numbers) > 10 else ''}."
            )
    return features


def _decoded(column: Column, features: np.ndarray) -> Any:
    import pandas as pd
    from pandas.api import types

    if column.kind == "categorical":
        values = np.empty(len(column.values), object)
        values[:] = column.values
        return pd.Series(values[features.argmax(axis=1)], dtype=object).astype(column.dtype)
    values = features[:, 0].astype(np.float64)
    if types.is_integer_dtype(column.dtype):
        limits = np.iinfo(getattr(column.dtype, "numpy_dtype", column.dtype))
        values = np.clip(np.rint(values), limits.min, limits.max)
        return pd.Series(values.astype(np.int64)).astype(column.dtype)
    return pd.Series(values).astype(column.dtype)
