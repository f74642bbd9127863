"""Columns that hold no numbers are named."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor, ImageCNNClassifier

N = 8
X, Y = np.arange(2.0 * N).reshape(N, 2), [0, 1] * 4
DAYS = [datetime.datetime(2020, 1, day + 1) for day in range(N)]
ONLY_NUMBERS = "but only numbers are allowed: encode categories first, and give times as days or seconds"
TIMES = {
    "pandas": pd.DataFrame({"a": X[:, 0], "b": DAYS}),
    "with a zone": pd.DataFrame({"a": X[:, 0], "b": pd.date_range("2020", periods=N, tz="UTC")}),
    "nothing but times": pd.DataFrame({"b": DAYS}),
    "durations": pd.DataFrame({"a": X[:, 0], "b": pd.to_timedelta(range(N), unit="s")}),
    "polars": pl.DataFrame({"a": X[:, 0], "b": DAYS}),
    "polars durations": pl.DataFrame({"b": [datetime.timedelta(days=1)] * N}),
}
OTHERS = {
    "strings": (["x", *"1234567"], "'x' in row 0"),
    "some strings": ([1.5, "x"] * 4, "'x' in row 1"),
    "categories": (pd.Categorical(["x", "y"] * 4), "'x' in row 0"),
    "periods": (pd.period_range("2020", periods=N, freq="D"), r"Period\('2020-01-01', 'D'\) in row 0"),
    "lists": ([None, *[[1]] * 7], r"\[1\] in row 1"),
    "complex numbers": (1j * X[:, 0], "0j in row 0"),
}


@pytest.mark.parametrize("frame", TIMES.values(), ids=TIMES)
def test_times_are_refused_by_column(frame) -> None:
    with pytest.raises(TypeError, match=rf"^X holds times \(.*\) in column 'b', {ONLY_NUMBERS}"):
        DenseClassifier().fit(frame, Y)


@pytest.mark.parametrize(("column", "named"), OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("name", ["b", 1])
def test_what_is_no_number_is_refused_by_column(column, named: str, name) -> None:
    frame = pd.DataFrame({0 if name == 1 else "a": X[:, 0], name: column})
    with pytest.raises((TypeError, ValueError), match=f"^X holds {named} of column {name!r}, {ONLY_NUMBERS}"):
        AutoEncoderTransformer().fit(frame)


@pytest.mark.parametrize("column", [["x"] * N, pl.Series(["x", "y"] * 4, dtype=pl.Categorical)])
def test_columns_of_polars_too(column) -> None:
    with pytest.raises(ValueError, match=r"^X holds 'x' in row 0 of column 'b', "):
        DenseClassifier().fit(pl.DataFrame({"a": X[:, 0], "b": column}), Y)


def test_the_argument_is_named() -> None:
    frame = pd.DataFrame(X, columns=["a", "b"])
    strings = frame.assign(b="x")
    for options, name in (({"X_val": strings, "y_val": X}, "X_val"), ({"X_val": frame, "y_val": strings}, "y_val")):
        with pytest.raises(ValueError, match=f"^{name} holds 'x' in row 0 of column 'b', "):
            DenseRegressor().fit(frame, X, **options)
    with pytest.raises(TypeError, match=r"^y holds times \(datetime64\[us\]\), but only numbers"):
        DenseRegressor().fit(X, np.array(DAYS, "datetime64[us]"))
    with pytest.raises(ValueError, match=r"^X holds 'x' in row 0 of column 'b', "):
        AutoEncoderTransformer(2, epochs=1).fit(X).inverse_transform(strings)


def test_numbers_of_any_kind_pass_and_missing_ones_are_told_as_such() -> None:
    frame = pd.DataFrame({"a": ["1.5"] * N, "b": pd.Categorical([1, 2] * 4), "c": pd.array([1] * N, dtype="Int64")})
    assert DenseClassifier((4,), epochs=1).fit(frame, Y).n_features_in_ == 3
    for missing in (None, np.nan, pd.NA):
        with pytest.raises((TypeError, ValueError), match=r"NaN|NAType"):
            DenseClassifier().fit(pd.DataFrame({"a": X[:, 0], "b": np.array([missing, *[1.0] * 7], object)}), Y)


@pytest.mark.parametrize("y", [["1", *"b" * 7], np.array(["1", *"b" * 7]), pd.Series(["1", *"b" * 7])])
def test_strings_that_are_no_numbers_are_named(y) -> None:
    with pytest.raises(ValueError, match=rf"^y\[1\] is 'b', {ONLY_NUMBERS}"):
        DenseRegressor().fit(X, y)
    with pytest.raises(ValueError, match=rf"^X\[0, 1\] is 'b', {ONLY_NUMBERS}"):
        DenseRegressor().fit([[1, "b"], [1, 2]], [1, 2])


def test_arrays_in_files_of_too_many_axes_are_told_as_such(tmp_path) -> None:
    h5py = pytest.importorskip("h5py")
    classifier = ImageCNNClassifier(2, image_shape=(2, 1))
    with h5py.File(tmp_path / "images.h5", "w") as file:
        for stored in (file.create_dataset("X", data=X.reshape(N, 2, 1)), X.reshape(N, 2, 1)):
            with pytest.raises(ValueError, match=r"^Found array with dim 3, while dim <= 2 is required"):
                classifier.fit(stored, Y)
