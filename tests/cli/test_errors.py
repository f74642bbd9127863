"""Errors of several lines, and of samples that are counted from 0."""

import pandas as pd
import pytest

from skmlbio.cli._errors import in_one_line, rows_told


def test_all_lines_are_told_behind_each_other() -> None:
    assert in_one_line(ValueError("Names are missing:\n- a\n\n  - b\n")) == "Names are missing: - a - b"
    assert in_one_line(KeyError("a\nb")) == "a b" and in_one_line(ValueError()) == "ValueError"
    assert in_one_line(ValueError("ab\n" * 1000)) == ("ab " * 667)[:2000] + "..."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("X[3, 1] is 1e+39 (feature 'b').", "'t.csv': row 4, column 'b' is 1e+39 (feature 'b')."),
        ("X[3, 7] is 5.", "'t.csv': row 4 is 5."),
        ("column 'a' of X holds 'z' in row 0.", "'t.csv': column 'a' of X holds 'z' in row 1."),
        ("sequence 9 has '-' at position 4", "'t.csv': row 10 has '-' at position 4"),
        ("molecule 1, 'C1CC', is no SMILES", "'t.csv': row 2, 'C1CC', is no SMILES"),
        ("y[2] has 1 labels, but sequence 2 has 4", "'t.csv': the target of row 3 has 1 labels, but row 3 has 4"),
        ("X_val: sequence 0 is empty", "'v.csv': row 1 is empty"),
        ("y_val[1] is 'z'", "'v.csv': the target of row 2 is 'z'"),
        ("alpha must be 1 or more", "alpha must be 1 or more"),
    ],
)
def test_rows_are_counted_from_1(said: str, told: str) -> None:
    with pytest.raises(ValueError) as caught, rows_told("t.csv", pd.DataFrame({"a": [], "b": []}), "v.csv"):
        raise ValueError(said)
    assert str(caught.value) == told


def test_errors_of_other_kinds_stay() -> None:
    with pytest.raises(OSError, match=r"^row 3$"), rows_told("t.csv", []):
        raise OSError("row 3")
