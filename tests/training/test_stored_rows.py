"""Rows in files: which of them are read, and in which order they come."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import zarr

from skmlbio.training._batches import ArrayData
from skmlbio.training._stored_rows import StoredRows, is_stored

X = np.random.default_rng(0).normal(size=(200, 3, 2))


def stores(folder: Path) -> dict:
    mapped = np.lib.format.open_memmap(folder / "x.npy", "w+", X.dtype, X.shape)
    mapped[:] = X
    file = h5py.File(folder / "x.h5", "w")
    file.create_dataset("whole", data=X)
    file.create_dataset("chunked", data=X, chunks=(16, 3, 1), compression="gzip")
    array = zarr.create_array(folder / "x.zarr", shape=X.shape, chunks=(7, 3, 2), dtype=X.dtype)
    array[:] = X
    return {"memmap": mapped, "HDF5": file["whole"], "chunked HDF5": file["chunked"], "Zarr": array}


KINDS = ["memmap", "HDF5", "chunked HDF5", "Zarr"]


@pytest.fixture(params=KINDS)
def source(request, tmp_path):
    return stores(tmp_path)[request.param]


ROWS = [
    slice(3, 50),
    slice(190, 300),
    np.array([5]),
    np.arange(200)[::-1],
    np.random.default_rng(1).integers(200, size=500),
    np.array([0, 2, 3, 17, 199, 40]),
    np.array([], int),
]


@pytest.mark.parametrize("rows", ROWS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_come_as_from_memory(source, rows, dtype) -> None:
    found = StoredRows(source, dtype).take(rows)
    assert type(found) is np.ndarray and found.dtype == dtype and found.flags.c_contiguous
    assert np.array_equal(found, X.astype(dtype)[rows])


def test_parts_of_parts_read_nothing_until_they_are_asked(source) -> None:
    first, second = np.random.default_rng(2).permutation(200)[:90], np.arange(0, 90, 4)
    data = ArrayData(StoredRows(source, "float64"), np.arange(200.0))
    part = data.subset(first).subset(second)
    assert len(part) == 23 and isinstance(part.columns[0], StoredRows) and part.columns[0].shape == (23, 3, 2)
    for found, expected in zip(part.take(np.array([7, 0, 7])), (X, np.arange(200.0)), strict=True):
        assert np.array_equal(found, expected[first][second][[7, 0, 7]])


def test_blocks_are_all_rows_in_turn(source, monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.training._stored_rows._BYTES_AT_ONCE", 48 * 30)
    blocks = list(StoredRows(source, "float64").blocks())
    assert [first for first, _ in blocks] == list(range(0, 200, 30))
    assert np.array_equal(np.concatenate([block for _, block in blocks]), X)


def test_stores_are_known_by_name(tmp_path) -> None:
    assert all(is_stored(source) for source in stores(tmp_path).values())
    for other in (X, [[1.0]], None, "text", h5py, np.float64(1)):
        assert not is_stored(other)
