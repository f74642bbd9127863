"""Arrays in files as X: parts that read nothing, copies that carry a place."""

import os
import pickle
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.sparse
import zarr

from skmlbio.tables import StoredArray
from skmlbio.tables._stored_array import is_array_in_file

X = np.random.default_rng(0).normal(size=(200, 3))


def memmap(folder):
    np.save(folder / "x.npy", X)
    return np.load(folder / "x.npy", mmap_mode="r")


def by_columns(folder):
    np.save(folder / "x.f.npy", np.asfortranarray(X))
    return np.load(folder / "x.f.npy", mmap_mode="r")


def hdf5(folder):
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_group("cells").create_dataset("x", data=X, chunks=(16, 2), compression="gzip")
    return h5py.File(folder / "x.h5", "r")["cells/x"]


def zarr_array(folder):
    array = zarr.create_array(folder / "x.zarr", shape=X.shape, chunks=(7, 3), dtype=X.dtype)
    array[:] = X
    return zarr.open_array(folder / "x.zarr", mode="r")


def zipped(folder):
    with zarr.storage.ZipStore(folder / "x.zip", mode="w") as store:
        zarr.create_array(store, name="cells/x", shape=X.shape, chunks=(7, 3), dtype=X.dtype)[:] = X
    return zarr.open_array(zarr.storage.ZipStore(folder / "x.zip"), path="cells/x", mode="r")


STORES = {"x.npy": memmap, "x.f.npy": by_columns, "x.h5": hdf5, "x.zarr": zarr_array, "x.zip": zipped}


@pytest.fixture(params=STORES)
def name(request, tmp_path, monkeypatch):
    """Of a file in the working directory."""
    monkeypatch.chdir(tmp_path)
    return request.param


def test_a_copy_carries_the_place_of_the_file(name, tmp_path, monkeypatch) -> None:
    stored = StoredArray(STORES[name](Path()))
    copied = pickle.dumps(stored[::-3])
    assert len(copied) < X.nbytes
    monkeypatch.chdir("/")
    assert np.array_equal(pickle.loads(copied), X[::-3]) and np.array_equal(stored, X)


def test_what_is_not_there_is_named(name, tmp_path) -> None:
    copied = pickle.dumps(StoredArray(STORES[name](Path())))
    os.rename(tmp_path / name, tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=rf"^{tmp_path / name}, where rows are to be read, does not exist\.$"):
        pickle.loads(copied)


def test_what_has_changed_is_named(name, tmp_path, monkeypatch) -> None:
    copied = pickle.dumps(StoredArray(STORES[name](Path())))
    for other in (X[:100], X.astype("float32")):
        shutil.rmtree(tmp_path / name) if name == "x.zarr" else (tmp_path / name).unlink()
        monkeypatch.setitem(globals(), "X", other)
        STORES[name](Path())
        with pytest.raises(ValueError, match=rf"^the array in .*{tmp_path / name} has changed: .*expected\.$"):
            pickle.loads(copied)


def test_another_order_of_a_map_is_noticed(tmp_path) -> None:
    copied = pickle.dumps(StoredArray(memmap(tmp_path)[20:]))
    np.save(tmp_path / "x.npy", np.asfortranarray(X))
    with pytest.raises(ValueError, match=r"x\.npy has changed: its header is .*'fortran_order': True.*expected\.$"):
        pickle.loads(copied)
    np.save(tmp_path / "x.npy", 2 * X)
    assert np.array_equal(pickle.loads(copied), 2 * X[20:])


def test_a_map_that_is_too_short_is_named(tmp_path) -> None:
    raw = np.memmap(tmp_path / "x.raw", "float32", "w+", shape=(20, 3))
    copied = pickle.dumps(StoredArray(raw))
    os.truncate(tmp_path / "x.raw", 239)
    with pytest.raises(
        ValueError, match=r"/x\.raw is too short: it has 239 bytes, where at least 240 were expected\.$"
    ):
        pickle.loads(copied)


def test_an_array_that_has_gone_from_its_file_is_named(tmp_path) -> None:
    source = hdf5(tmp_path)
    copied = pickle.dumps(StoredArray(source))
    source.file.close()
    with h5py.File(tmp_path / "x.h5", "a") as file:
        del file["cells/x"]
    with pytest.raises(ValueError, match=r"/x\.h5 has no array '/cells/x' any more\.$"):
        pickle.loads(copied)
    (tmp_path / "x.h5").write_text("no such thing")
    with pytest.raises(OSError, match=r"/x\.h5 cannot be opened as HDF5: "):
        pickle.loads(copied)


def test_a_folder_without_an_array_is_named(tmp_path) -> None:
    copied = pickle.dumps(StoredArray(zarr_array(tmp_path)))
    (tmp_path / "x.zarr/zarr.json").unlink()
    with pytest.raises(ValueError, match=r"/x\.zarr has no array of Zarr that can be read: "):
        pickle.loads(copied)


def test_zarr_in_a_folder_that_has_gone_reads_no_zeros(tmp_path) -> None:
    source = zarr_array(tmp_path)
    stored = StoredArray(source)
    os.rename(tmp_path / "x.zarr", tmp_path / "elsewhere")
    for read in (lambda: np.asarray(stored), lambda: StoredArray(source)):
        with pytest.raises(FileNotFoundError, match=r"/x\.zarr, where rows are to be read, does not exist\.$"):
            read()


def test_zarr_in_memory_is_copied() -> None:
    assert np.array_equal(pickle.loads(pickle.dumps(StoredArray(zarr.array(X)))), X)


@pytest.mark.filterwarnings("ignore")  # of anndata, about what is not in this file
def test_a_sparse_matrix_of_anndata_is_found_in_its_file(tmp_path) -> None:
    anndata = pytest.importorskip("anndata", reason="anndata does not take the pandas of the other tests")
    anndata.AnnData(scipy.sparse.csr_matrix(X)).write_h5ad(tmp_path / "x.h5ad")
    cells = anndata.read_h5ad(tmp_path / "x.h5ad", backed="r")
    stored = StoredArray(cells.X)
    copied = pickle.dumps(stored[::-3])
    assert len(copied) < X.nbytes and np.array_equal(pickle.loads(copied), X[::-3])
    cells.file.close()
    with pytest.raises(ValueError, match=r"^the HDF5 file .*/x\.h5ad is closed; open it again"):
        np.asarray(stored)
    (tmp_path / "x.h5ad").unlink()
    with pytest.raises(FileNotFoundError, match=r"/x\.h5ad, where rows are to be read, does not exist\.$"):
        pickle.loads(copied)


def test_a_closed_file_is_named(tmp_path) -> None:
    source = hdf5(tmp_path)
    stored = StoredArray(source)
    source.file.close()
    with pytest.raises(ValueError, match=r"^the HDF5 file .*/x\.h5 is closed; open it again, and leave it open"):
        np.asarray(stored)
    with pytest.raises(ValueError, match=r"^the HDF5 file of X is closed; open it again"):
        StoredArray(source)


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
