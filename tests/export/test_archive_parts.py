"""Values of every kind that an estimator may keep, in an archive and out of it."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from scipy import sparse
from scipy.special import expit
from sklearn.utils import Bunch

from skmlbio.export._archive_values import Reader, Writer


def round_trip(value: Any) -> Any:
    writer = Writer()
    written = writer.written(value)
    return Reader({name: array.copy() for name, array in writer.arrays.items()}).read(written)


def alike(value: Any, other: Any) -> bool:
    """Whether values are of the same types and bits."""
    if type(value) is not type(other):
        return False
    if isinstance(value, np.ndarray):
        same = value.dtype == other.dtype and value.shape == other.shape
        if value.dtype == object:
            return same and all(map(alike, value.ravel(), other.ravel()))
        return same and value.tobytes() == other.tobytes()
    if isinstance(value, np.generic):
        return value.dtype == other.dtype and value.tobytes() == other.tobytes()
    if isinstance(value, list | tuple):
        return len(value) == len(other) and all(map(alike, value, other))
    if isinstance(value, dict):
        return all(map(alike, value, other)) and all(map(alike, value.values(), other.values()))
    return value == other if isinstance(value, set | frozenset) else repr(value) == repr(other)


NUMBERS = arrays_of.scalar_dtypes() | arrays_of.unicode_string_dtypes() | arrays_of.byte_string_dtypes()
ARRAYS = arrays_of.arrays(NUMBERS, arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary() | ARRAYS
    | st.slices(9) | ARRAYS.filter(lambda a: a.size).map(lambda a: a.ravel()[0]) | NUMBERS
)  # fmt: skip
HASHABLE = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(HASHABLE, inner, max_size=3) | st.sets(HASHABLE, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
@settings(max_examples=50, deadline=None)
def test_values_go_round(value: Any) -> None:
    assert alike(round_trip(value), value)


@pytest.mark.parametrize(
    "value",
    [
        10**400, -0.0, range(2, 9, 3), frozenset({1, "a"}), Path("a/b"), np.exp, expit, np.float32, float, object,
        np.str_(""), np.array("text"), np.array([None, "a", (1, np.float32(2))], object), np.zeros((0, 3)),
        np.dtype([("a", "<i4"), ("b", "<f8", (2,))]), np.zeros(2, [("a", "<i4"), ("b", ">f8")]), np.longdouble(0.1),
        np.datetime64("2020-01-01"), Bunch(a=1),  "\ud800",
    ],
    ids=lambda value: type(value).__name__,  # the same in every process
)  # fmt: skip
def test_rare_values_go_round(value: Any) -> None:
    assert alike(round_trip(value), value)


def test_the_order_of_an_array_is_kept_and_its_copy_is_its_own() -> None:
    for array in (np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(12.0).reshape(3, 4)[:, ::2]):
        loaded = round_trip(array)
        assert loaded.flags.f_contiguous == array.flags.f_contiguous and np.array_equal(loaded, array)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array, sparse.csc_matrix])
def test_sparse_matrices_go_round_and_lead_nowhere_else(kind: type) -> None:
    matrix = kind(np.eye(3)[:, :2])
    loaded = round_trip(matrix)
    assert type(loaded) is kind and loaded.shape == (3, 2) and (loaded != matrix).nnz == 0
    matrix.indices[0] = 7
    with pytest.raises(ValueError, match="indices must be"):
        round_trip(matrix)


def test_arrays_of_arrays_stay_arrays_of_arrays() -> None:
    rows = np.empty(2, object)
    rows[:] = [np.arange(3), np.arange(3)]
    rows[1] = rows[0]
    loaded = round_trip(rows)
    assert loaded.shape == (2,) and loaded[0] is loaded[1] and alike(loaded, rows)


def test_generators_go_on_where_they_were() -> None:
    for generator in (np.random.RandomState(3), np.random.default_rng(3), np.random.Generator(np.random.MT19937(3))):
        generator.normal(size=3)
        assert np.array_equal(round_trip(generator).normal(size=5), generator.normal(size=5))


def test_what_has_no_other_equality() -> None:
    masked = round_trip(np.ma.MaskedArray([1, "a", None], [False, True, False], object, fill_value="?"))
    assert masked.tolist() == [1, None, None] and masked.fill_value == "?" and masked.data[1] == "a"
    assert round_trip(partial(np.exp, 0.0, dtype=np.float32))() == 1
    counts = round_trip(defaultdict(int, a=2))
    assert counts["b"] == 0 and counts["a"] == 2


@pytest.mark.parametrize(
    "dtype",
    [
        *(pd.CategoricalDtype(values, is_ordered) for values, is_ordered in ((["b", "a"], True), ([3, 1], False))),
        *(pd.CategoricalDtype(), pd.CategoricalDtype(pd.array([2, 1], "Int8")), pd.Int64Dtype(), pd.BooleanDtype()),
        *(pd.StringDtype(), pd.StringDtype("python"), pd.StringDtype("pyarrow"), pd.StringDtype("python", np.nan)),
        *(pd.DatetimeTZDtype("ns", "UTC"), pd.SparseDtype(bool), pd.ArrowDtype(pyarrow.float64())),
    ],
    ids=repr,
)
def test_types_of_columns_go_round(dtype: Any) -> None:
    loaded = round_trip([dtype, dtype])
    assert loaded[0] is loaded[1] and loaded[0] == dtype and repr(loaded[0]) == repr(dtype)
    if isinstance(dtype, pd.CategoricalDtype) and dtype.categories is not None:
        assert loaded[0].categories.dtype == dtype.categories.dtype


def test_types_of_columns_without_a_name_are_refused() -> None:
    with pytest.raises(ValueError, match="is a type of columns that has no name to write in an archive"):
        round_trip(pd.ArrowDtype(pyarrow.list_(pyarrow.int64())))
    for name in ("int64", "O", "nothing"):
        with pytest.raises((TypeError, ValueError), match=f"'{name}'"):
            Reader({}).read({"pandas_dtype": [name]})


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_graphs_of_networkx_go_round(kind: type) -> None:
    graph = kind([("c", ("a", 1)), ("b", "c"), (("a", 1), "b"), ("b", ("a", 1))], name="triangle")
    graph.add_node("alone", features=np.array([1.0, 2.0]))
    graph.add_edge("b", "alone", weight=0.5)
    loaded = round_trip([graph, graph])
    assert loaded[0] is loaded[1] and type(loaded[0]) is kind and loaded[0].graph == {"name": "triangle"}
    assert list(loaded[0]) == list(graph) and list(loaded[0].edges(data=True)) == list(graph.edges(data=True))
    assert loaded[0].nodes["alone"]["features"].tolist() == [1.0, 2.0]
    assert kind is not nx.MultiGraph or list(loaded[0].edges(keys=True)) == list(graph.edges(keys=True))


def test_models_of_keras_go_round(keras_model: Any) -> None:
    loaded, x = round_trip([keras_model, keras_model]), np.ones((2, 3), np.float32)
    assert loaded[0] is loaded[1]
    assert np.array_equal(loaded[0].predict_on_batch(x), keras_model.predict_on_batch(x))


@pytest.fixture(scope="module")
def keras_model() -> Any:
    import keras

    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
