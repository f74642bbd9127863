"""Arrays in files as X: parts that read nothing, copies that carry a place."""

import pickle

import h5py
import numpy as np
import pytest
import zarr

from skmlbio.tables import StoredArray
from skmlbio.tables._stored_array import is_array_in_file

X = np.random.default_rng(0).normal(size=(200, 3))


def memmap(folder):
    np.save(folder / "x.npy", X)
    return np.load(folder / "x.npy", mmap_mode="r")


def by_columns(folder):
    np.save(folder / "x.npy", np.asfortranarray(X))
    return np.load(folder / "x.npy", mmap_mode="r")


def hdf5(folder):
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_group("cells").create_dataset("x", data=X, chunks=(16, 2), compression="gzip")
    return h5py.File(folder / "x.h5", "r")["cells/x"]


def zarr_array(folder):
    array = zarr.create_array(folder / "x.zarr", shape=X.shape, chunks=(7, 3), dtype=X.dtype)
    array[:] = X
    return zarr.open_array(folder / "x.zarr", mode="r")


@pytest.fixture(params=[memmap, by_columns, hdf5, zarr_array], ids=lambda make: make.__name__)
def source(request, tmp_path):
    return request.param(tmp_path)


def test_a_copy_carries_the_place_of_the_file(source) -> None:
    part = StoredArray(source)[::-3]
    copied = pickle.dumps(part)
    assert len(copied) < X.nbytes
    assert np.array_equal(pickle.loads(copied), X[::-3])


@pytest.mark.parametrize(
    "part",
    [
        lambda folder: memmap(folder)[20:][:40],
        lambda folder: by_columns(folder)[20:60],
        lambda folder: np.memmap(memmap(folder).filename, X.dtype, "r", offset=128 + 24 * 10, shape=(190, 3))[10:50],
    ],
)
def test_a_part_of_a_map_is_found_in_its_file(part, tmp_path) -> None:
    assert np.array_equal(pickle.loads(pickle.dumps(StoredArray(part(tmp_path)))), X[20:60])


def test_rows_that_are_together_are_known(tmp_path) -> None:
    chunks = [StoredArray(make(tmp_path)).chunk_rows for make in (memmap, by_columns, hdf5, zarr_array)]
    assert chunks == [1, 512, 16, 7]


@pytest.mark.parametrize("other", [X, [[1.0]], None, "x.npy", h5py])
def test_what_is_in_no_file_is_refused(other) -> None:
    assert not is_array_in_file(other)
    with pytest.raises(TypeError, match=r"^source must be a memory-mapped array, an array of HDF5 or Zarr"):
        StoredArray(other)
