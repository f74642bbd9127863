"""Tables of categories: what is one, and what is wrong with others."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skmlbio.estimators._categories import Categories, is_table, names_of, table_of

FRAME = pd.DataFrame({"diet": ["oats", "hay", "oats"], "stable": [3, 1, 3]})


def test_what_is_a_table() -> None:
    assert is_table(FRAME) and is_table(FRAME.to_numpy()) and is_table(np.ones((3, 2)))
    assert not any(
        map(is_table, (FRAME[["diet"]], FRAME["diet"], ["oats", "hay"], [["a", "b"]], np.array(["a"]), None))
    )


def test_numbers_go_column_by_column() -> None:
    categories = Categories.learn(table_of(FRAME), names_of(FRAME), 1)
    assert categories == Categories(("diet", "stable"), (("hay", "oats"), (1, 3))) and categories.sizes == (2, 2)
    assert categories.numbers(table_of(FRAME), "error").tolist() == [[3, 5], [2, 4], [3, 5]]
    other = table_of(pd.DataFrame({"diet": ["straw"], "stable": [1]}))
    assert categories.numbers(other, "mask").tolist() == [[0, 4]]
    with pytest.raises(ValueError, match="column 'diet' of X has 'straw' in row 0, which is none of the 2 categories"):
        categories.numbers(other, "error")
    rare = Categories.learn(table_of(FRAME), names_of(FRAME), 2)
    assert rare.values == (("oats",), (3,))
    with pytest.raises(ValueError, match="column 'diet' of X has no category that occurs 3 times"):
        Categories.learn(table_of(FRAME), names_of(FRAME), 3)


def test_kinds_of_columns() -> None:
    frame = pd.DataFrame({"a": pd.Categorical(["x", "y"]), "b": [True, False], "c": pd.array([1, 2], "Int64")})
    assert Categories.learn(table_of(frame), names_of(frame), 1).values == (("x", "y"), (False, True), (1, 2))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (pd.DataFrame({"a": ["x", None], "b": ["y", "z"]}), "column 'a' of X is missing in row 1; fill it"),
        (pd.DataFrame({"a": ["x", "y"], "b": [1.0, np.nan]}), "column 'b' of X holds 1.0 in row 0, of type float"),
        (pd.DataFrame({"a": ["x", 1], "b": ["y", "z"]}), "column 'a' of X holds the string 'x' beside 1"),
        (np.array([["x", "y"], ["x", ["z"]]], object), "column 1 of X holds .* in row 1, of type list"),
        (np.ones((3, 2)), r"X has shape \(3, 2\) and holds numbers"),
        (FRAME[:0], "X is empty"),
        (pd.concat([FRAME, FRAME["diet"]], axis=1), "X has more than one column 'diet'"),
    ],
)
def test_what_is_wrong_is_named(X, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        table_of(X)


def test_a_frame_of_one_column_that_cannot_be_sequences_is_a_table() -> None:
    for column in (pd.Categorical(["a", "b"]), [1, 2], [True, False], pd.array([1, 2], "Int64")):
        assert is_table(pd.DataFrame({"x": column}))
    for column in (pl.Series(["a"], dtype=pl.Categorical), pl.Series(["a"], dtype=pl.Enum(["a"])), [1], [True]):
        assert is_table(pl.DataFrame({"x": column}))
    assert not is_table(pl.DataFrame({"x": ["ACG"]})) and not is_table(pd.DataFrame({"x": ["ACG"]}, dtype=object))


def test_another_type_is_not_masked() -> None:
    categories = Categories.learn(table_of(FRAME), names_of(FRAME), 1)
    with pytest.raises(
        TypeError, match="column 'stable' of X holds '3', of type str, but in fit it held 1, of type int"
    ):
        categories.numbers(table_of(FRAME.astype(str)), "mask")
