"""What stands in the cells of a table: numbers, labels, or something else, which is told by its row and column."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from skmlbio.cli._formats import required

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_MISSING = ["NA", "N/A", "NaN", "nan", "null", "None", "<NA>", "#N/A"]
_LABELS = (str, Real, np.bool_, list, np.ndarray)  # the last two hold a label a residue


def as_numbers(table: DataFrame, path: str) -> DataFrame:
    """Return a table whose columns are numbers, NaN where there is none.

    Raises
    ------
    ValueError
        If a column holds times, or a cell something else than a finite number.
    """
    texts = [name for name, dtype in table.dtypes.items() if getattr(dtype, "kind", "O") not in "iuf"]
    table = table.assign(**{name: _as_numbers(table[name], path) for name in texts})
    _refuse(np.isinf(table.to_numpy(float, na_value=np.nan)), table, path, "is no finite number.")
    return table


def as_labels(table: DataFrame, path: str) -> DataFrame:
    """Return a table of labels.

    Raises
    ------
    ValueError
        If a cell holds neither text, nor a number, nor a truth value, nor one of them a residue.
    """
    wrong = ~table.isna() & ~table.map(lambda label: isinstance(label, _LABELS)).astype(bool)
    _refuse(wrong.to_numpy(), table, path, "is no label; labels are text, numbers or truth values.")
    return table


def require_known(table: DataFrame, path: str) -> None:
    """Raise a ValueError that tells the first cell that is missing, if there is one."""
    missing = table.isna().to_numpy()
    n_cells, n_rows = int(missing.sum()), int(missing.any(axis=1).sum())
    _refuse(missing, table, path, f"the value is missing ({n_cells} are, in {n_rows} of {len(table)} rows).", "")


def _as_numbers(column: Series, path: str) -> Series:
    if getattr(column.dtype, "kind", "O") in "mM":
        raise ValueError(
            f"{path!r}, column {column.name!r}: it holds times ({column.dtype}), but only numbers are allowed; give "
            "times as days or seconds, or leave the column out by --ignore."
        )
    numbers = required("pandas", "cli").to_numeric(column, errors="coerce").astype(float)
    wrong = numbers.isna() & ~column.isna() & ~column.isin(_MISSING)
    _refuse(wrong.to_numpy()[:, None], column.to_frame(), path, "is no number; --ignore leaves a column out.")
    return numbers


def _refuse(wrong: np.ndarray, table: DataFrame, path: str, reason: str, cell: str = "{!r:.50} ") -> None:
    """Raise a ValueError that tells the first cell that is wrong, if there is one."""
    if wrong.any():
        row, column = (int(place[0]) for place in wrong.nonzero())
        value: Any = table.iat[row, column]
        value = value.item() if isinstance(value, np.generic) else value
        raise ValueError(f"{path!r}, row {row + 1}, column {table.columns[column]!r}: {cell.format(value)}{reason}")
