"""Parquet files as X."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow
import pytest
from pyarrow import parquet

from skmlbio import AutoEncoderTransformer, DenseRegressor
from skmlbio.tables import ParquetFiles
from skmlbio.training import _batches

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "mass": RANDOM.normal(size=200),
        "count": RANDOM.integers(0, 9, size=200).astype("int16"),
        "wild": RANDOM.random(200) < 0.5,
        "charge": RANDOM.normal(size=200).astype("float32"),
    }
)
X = FRAME.to_numpy(float)
FEW = {"epochs": 2, "random_state": 0, "batch_size": 16, "hidden_layer_sizes": (4,)}


@pytest.fixture
def folder(tmp_path):
    """Three files, the middle one without rows, of row groups of different lengths."""
    for name, part in (("b", FRAME[130:]), ("a2", FRAME[:0]), ("a1", FRAME[:130])):
        parquet.write_table(pyarrow.Table.from_pandas(part, preserve_index=False), tmp_path / f"{name}.parquet", 50)
    (tmp_path / "notes.txt").write_text("of no interest")
    return tmp_path


def write(path, **columns) -> str:
    parquet.write_table(pyarrow.table(columns), path)
    return str(path)


@pytest.mark.parametrize("rows", [slice(None), slice(45, 55), slice(None, None, -3), [199, 0, 130, 129, 0]], ids=str)
@pytest.mark.parametrize("n_bytes", [1, 32 * 7, 2**22])
def test_rows_are_those_of_the_table(folder, rows, n_bytes, monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.tables._parquet_files._BYTES_AT_ONCE", n_bytes)
    files = ParquetFiles(folder)
    assert files.columns == [*FRAME] and files.shape == (200, 4) and files.dtype == "float64"
    assert np.array_equal(files[rows], X[rows])


def test_columns_are_taken_in_the_order_in_which_they_are_named(folder) -> None:
    files = ParquetFiles([folder / "a1.parquet"], ["wild", "count"])
    assert files.dtype == "int16" and np.array_equal(files, X[:130, [2, 1]])
    assert ParquetFiles(str(folder / "b.parquet"), ["charge"]).dtype == "float32"


def test_a_row_group_is_read_once_in_turn(folder, monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.tables._parquet_files._BYTES_AT_ONCE", 32 * 7)
    files, begun = ParquetFiles(folder), []
    blocks = files._blocks
    monkeypatch.setattr(files, "_blocks", lambda row: begun.append(row) or blocks(row))
    for start in range(0, 200, 9):
        assert np.array_equal(files[start : start + 9], X[start : start + 9])
    assert begun == [0, 50, 100, 130, 180]


@pytest.mark.parametrize("in_blocks", [False, True])
def test_a_fit_has_the_bits_of_one_in_memory(folder, in_blocks, monkeypatch) -> None:
    if in_blocks:  # none of which holds all rows, so that they are shuffled in a file
        monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**10)
        monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**10)
    files = ParquetFiles(folder)
    inside = AutoEncoderTransformer(2, validation_fraction=0.2, **FEW).fit(FRAME)
    outside = AutoEncoderTransformer(2, validation_fraction=0.2, **FEW).fit(files)
    assert all(np.array_equal(a, b) for a, b in zip(inside.weights_, outside.weights_, strict=True))
    assert inside.history_ == outside.history_
    assert np.array_equal(inside.reconstruct(FRAME), outside.reconstruct(files))


def test_columns_are_known_by_name(folder) -> None:
    regressor = DenseRegressor(**FEW).fit(ParquetFiles(folder), X[:, 0])
    assert regressor.feature_names_in_.tolist() == [*FRAME]
    assert np.array_equal(regressor.predict(FRAME), regressor.predict(ParquetFiles(folder)))
    with pytest.raises(ValueError, match="Feature names must be in the same order as they were in fit"):
        regressor.predict(ParquetFiles(folder, [*FRAME][::-1]))


def test_what_is_missing_is_nan(tmp_path) -> None:
    path = write(tmp_path / "x.parquet", count=[1, None, 2**40 + 1], mass=pyarrow.array([1.5, 2.5, None], "float32"))
    expected = np.array([[1, 1.5], [np.nan, 2.5], [2**40 + 1, np.nan]])
    assert np.array_equal(ParquetFiles(path), expected, equal_nan=True)
    with pytest.raises(ValueError, match=r"^X\[1, 0\] is nan \(feature 'count'\), but numbers must be finite\.$"):
        AutoEncoderTransformer(1, **FEW).fit(ParquetFiles(path))
    masked = AutoEncoderTransformer(1, missing="mask", **FEW).fit(ParquetFiles(path))
    assert np.isfinite(masked.impute(ParquetFiles(path))).all()


def test_a_copy_carries_the_places_of_the_files(folder) -> None:
    files = ParquetFiles(folder)[::2]
    np.asarray(files)
    assert np.array_equal(pickle.loads(pickle.dumps(files)), X[::2])


def test_a_process_that_goes_elsewhere_finds_them(folder, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    files = ParquetFiles("b.parquet")
    monkeypatch.chdir("/")
    assert np.array_equal(files, X[130:])


def test_files_that_change_are_refused(tmp_path) -> None:
    files = ParquetFiles(write(tmp_path / "x.parquet", mass=[1.0, 2.0]))
    write(tmp_path / "x.parquet", mass=[1.0, 2.0, 3.0])
    os.utime(tmp_path / "x.parquet", (0, 0))
    with pytest.raises(ValueError, match=r"x\.parquet has changed since it was first looked at"):
        np.asarray(files)


@pytest.mark.parametrize(
    ("paths", "columns", "kind", "message"),
    [
        ("none", None, FileNotFoundError, r"^there is no file .*/none\.$"),
        ("empty", None, FileNotFoundError, r"/empty has no file that ends in \.parquet; folders in it are not"),
        (
            "outer",
            None,
            IsADirectoryError,
            r"^.*/outer/sub\.parquet is a folder: give its files one by one, or it alone\.$",
        ),
        (["x", "empty"], ["mass"], IsADirectoryError, r"^.*/empty is a folder: give its files"),
        ([], None, ValueError, r"^paths is empty"),
        (3, None, TypeError, r"^paths must be a path or several, but paths\[0\] is of type int\.$"),
        (["x", None], None, TypeError, r"but paths\[1\] is of type NoneType\.$"),
        ("text", None, ValueError, r"/text is no Parquet file, or damaged: "),
        ("x", None, TypeError, r"^column 'cell' of .*/x holds string, but only numbers are allowed: name others in"),
        ("x", ["when"], TypeError, r"^column 'when' of .*/x holds timestamp\[us\], but only numbers"),
        ("x", "mass", TypeError, r"^columns must be a list of names, got the str 'mass'\.$"),
        ("x", [], ValueError, r"^columns is empty: name one at least, of 'cell', 'mass', 'when'\.$"),
        ("x", ["mass", "mass"], ValueError, r"^columns has 'mass' more than once; name each column once\.$"),
        ("x", ["age"], ValueError, r"/x has no column 'age'; its columns are 'cell', 'mass', 'when'\.$"),
        (["x", "other"], ["mass"], ValueError, r"^column 'mass' of .*/other is of type int64, but of double in .*/x"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_named(paths, columns, kind, message, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    when = pyarrow.array([0, 1], pyarrow.timestamp("us"))
    write("x", cell=["a", "b"], mass=[1.0, 2.0], when=when)
    write("other", mass=[1, 2])
    (tmp_path / "empty").mkdir()
    (tmp_path / "outer/sub.parquet").mkdir(parents=True)
    (tmp_path / "text").write_text("no such thing")
    with pytest.raises(kind, match=message):
        ParquetFiles(paths, columns)


@pytest.mark.parametrize(("place", "is_seen_at_once"), [(60, False), (-300, True)], ids=["page", "footer"])
def test_what_is_damaged_is_named(place, is_seen_at_once, tmp_path) -> None:
    path = tmp_path / "x.parquet"
    parquet.write_table(pyarrow.table({"mass": X[:, 0]}), path, write_page_checksum=True)
    content = bytearray(path.read_bytes())
    content[place : place + 12] = b"\xff" * 12
    path.write_bytes(content)
    message = r"^.*/x\.parquet is no Parquet file, or damaged: [^\n]+$"
    if is_seen_at_once:
        with pytest.raises(ValueError, match=message):
            ParquetFiles(path)
        return
    files = ParquetFiles(path)
    for _ in range(2):  # the place in the file is not lost
        with pytest.raises(ValueError, match=message):
            np.asarray(files)


def test_files_without_rows_are_refused_as_arrays_are(tmp_path) -> None:
    files = ParquetFiles(write(tmp_path / "x.parquet", mass=pyarrow.array([], "double")))
    assert files.shape == (0, 1)
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        AutoEncoderTransformer(1, **FEW).fit(files)


def test_without_pyarrow_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['pyarrow'] = None; from skmlbio.tables import ParquetFiles; ParquetFiles('x')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == 'ImportError: ParquetFiles needs pyarrow: pip install "skmlbio[parquet]"'
