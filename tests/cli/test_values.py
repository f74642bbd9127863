"""Cells that are no numbers and no labels, by their row and column."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skmlbio.cli._values import as_labels, as_numbers, require_known

NUMBERS = {
    "text": (["1", "NA", None], [1, np.nan, np.nan]),
    "truth": ([True, False, True], [1, 0, 1]),
    "nullable": (pd.array([1, None, 3], "Int64"), [1, np.nan, 3]),
    "truth or nothing": (pd.array([True, None, False], "boolean"), [1, np.nan, 0]),
    "categories": (pd.Categorical([3, 1, 3]), [3, 1, 3]),
    "decimals": ([Decimal("1.5"), Decimal(2), None], [1.5, 2, np.nan]),
    "arrow": (pd.array([1.5, None, 2], "double[pyarrow]"), [1.5, np.nan, 2]),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_what_is_taken_for_numbers(kind: str) -> None:
    cells, expected = NUMBERS[kind]
    found = as_numbers(pd.DataFrame({"a": [1, 2, 3], "b": cells}), "t.parquet")
    np.testing.assert_array_equal(found.to_numpy(float, na_value=np.nan), np.column_stack([[1, 2, 3], expected]))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (pd.to_datetime(["NaT", "2020-01-01"]), r"column 'b': it holds times \(datetime64.*give times as days"),
        (pd.to_datetime(["NaT", "2020-01-01"], utc=True), r"column 'b': it holds times \(datetime64.*UTC"),
        (pd.to_timedelta([1, 2], "s"), r"column 'b': it holds times \(timedelta64"),
        ([None, datetime.date(2020, 1, 1)], r"row 2, column 'b': datetime.date\(2020, 1, 1\) is no number; --ignore"),
        ([[1.0, 2.0], [3.0]], r"row 1, column 'b': \[1.0, 2.0\] is no number"),
        (["1", "-inf"], r"row 2, column 'b': -inf is no finite number\.$"),
        (pd.array([None, np.inf], "Float64"), r"row 2, column 'b': inf is no finite number\.$"),
        (["1", "1_0"], r"row 2, column 'b': '1_0' is no number"),
    ],
)
def test_what_is_no_number(cells: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^'t.csv', {message}"):
        as_numbers(pd.DataFrame({"a": [1.0, np.nan], "b": cells}), "t.csv")


def test_labels_of_any_kind_but_times() -> None:
    for cells in (["a", None], [1, 2.5], [True, False], [["H", "E"], np.array(["C"])], pd.Categorical([1, 2])):
        table = pd.DataFrame({"y": cells})
        assert as_labels(table, "t.csv") is table
    for cells in (pd.to_datetime(["NaT", "2020-01-01"]), [None, b"b"], ["a", Decimal(1)], ["a", {"b": 1}]):
        with pytest.raises(
            ValueError, match=r"^'t.csv', row 2, column 'y': .* is no label; labels are text, numbers or"
        ):
            as_labels(pd.DataFrame({"y": cells}), "t.csv")


def test_the_first_cell_that_is_missing() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, None], "b": ["x", None, None]})
    with pytest.raises(ValueError, match=r"row 2, column 'b': the value is missing \(3 are, in 2 of 3 rows\)\.$"):
        require_known(table, "t.csv")
    require_known(table[:1], "t.csv")
