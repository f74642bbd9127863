"""Names of columns become input names of TensorFlow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.export import input_names


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [
        (["a", "B2", "x_1", "x__"], ["a", "B2", "x_1", "x__"]),
        (["mean radius", "area (worst)", "β-actin"], ["mean_radius", "area_worst", "actin"]),
        (["mean radius", "mean-radius", "mean_radius"], ["mean_radius_2", "mean_radius_3", "mean_radius"]),
        (["TP53", "Tp53", "tp53_2"], ["TP53", "Tp53_3", "tp53_2"]),
        (["1st", "_x", "", "α", "β"], ["feature_1st", "x", "feature", "feature_2", "feature_3"]),
        (["class", "self", "None", "name"], ["feature_class", "feature_self", "feature_None", "name"]),
    ],
)
def test_names(given_names: list[str], expected: list[str]) -> None:
    assert input_names(given_names) == expected


@given(st.lists(st.text(max_size=6) | st.sampled_from(["a", "A", "a_2", "a 2", "a_2_2", "if", "self"]), max_size=12))
def test_names_are_identifiers_that_differ_by_more_than_case(names: list[str]) -> None:
    found = input_names(names)
    assert len({name.lower() for name in found}) == len(names)
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) for name in found)
