"""Matrices in files: the bits of a fit from memory, and little memory."""

import tracemalloc
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.sparse
import zarr
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from skmlbio import (
    AutoEncoderOutlierDetector,
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    GANSampler,
    NetworkClassifier,
    VAESampler,
)
from skmlbio.tables import StoredArray
from skmlbio.training import _batches

RANDOM = np.random.default_rng(0)
X = np.where(RANDOM.random((300, 12)) < 0.5, 0.0, RANDOM.normal(size=(300, 12)))
Y = np.array(["low", "high"])[(X.sum(axis=1) > 0).astype(int)]
FEW = {"epochs": 3, "random_state": 0, "batch_size": 16, "hidden_layer_sizes": (8,)}


def memory_mapped(matrix: np.ndarray, folder: Path, order: str = "C"):
    mapped = np.lib.format.open_memmap(folder / "x.npy", "w+", matrix.dtype, matrix.shape, order == "F")
    mapped[:] = matrix
    return np.load(folder / "x.npy", mmap_mode="r")


def hdf5(matrix: np.ndarray, folder: Path, **options):
    return h5py.File(folder / "x.h5", "w").create_dataset("x", data=matrix, **options)


def zarr_array(matrix: np.ndarray, folder: Path):
    array = zarr.create_array(folder / "x.zarr", shape=matrix.shape, chunks=(13, 5), dtype=matrix.dtype)
    array[:] = matrix
    return array


def backed(matrix, folder: Path):
    """The matrix of an AnnData whose file is open."""
    anndata = pytest.importorskip("anndata", reason="anndata does not take the pandas of the other tests")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pandas, and about strings of which the files hold none
        with anndata.settings.override(allow_write_nullable_strings=True):
            anndata.AnnData(matrix).write_h5ad(folder / "x.h5ad")
        return anndata.read_h5ad(folder / "x.h5ad", backed="r").X


STORES = {
    "memmap": memory_mapped,
    "memmap by columns": lambda matrix, folder: memory_mapped(matrix, folder, "F"),
    "HDF5": hdf5,
    "HDF5 in chunks": lambda matrix, folder: hdf5(matrix, folder, chunks=(16, 4), compression="gzip"),
    "Zarr": zarr_array,
    "AnnData": backed,
    "sparse AnnData": lambda matrix, folder: backed(scipy.sparse.csr_matrix(matrix), folder),
}


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    return lambda matrix: STORES[request.param](matrix, tmp_path)


def assert_same_fit(first, second) -> None:
    assert all(np.array_equal(a, b) for a, b in zip(first.weights_, second.weights_, strict=True))
    assert first.history_ == second.history_ and first.n_features_in_ == second.n_features_in_


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_classifier_has_the_bits_of_one_in_memory(store, dtype) -> None:
    matrix = X.astype(dtype)
    stored = store(matrix)
    weights = np.ones(len(X))
    weights[::7] = 0  # absent
    estimator = DenseClassifier(validation_fraction=0.2, **FEW)
    inside = clone(estimator).fit(matrix, Y, weights)
    outside = clone(estimator).fit(stored, Y, weights)
    assert_same_fit(inside, outside)
    for answer in ("predict", "predict_proba", "decision_function"):
        assert np.array_equal(getattr(inside, answer)(matrix), getattr(outside, answer)(stored))


@pytest.mark.parametrize("in_blocks", [False, True])
def test_a_transformer_has_the_bits_of_one_in_memory(store, in_blocks, monkeypatch) -> None:
    if in_blocks:  # none of which holds all rows, each read in parts
        monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**12)
        monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**12)
        monkeypatch.setattr(_batches, "_BYTES_TAKEN_AT_ONCE", 2**10)
    stored = store(X)
    inside = AutoEncoderTransformer(2, **FEW).fit(X, X_val=X[:50])
    outside = AutoEncoderTransformer(2, **FEW).fit(stored, X_val=stored)
    assert inside.history_["loss"] == outside.history_["loss"]
    assert_same_fit(AutoEncoderTransformer(2, **FEW).fit(X, X_val=X), outside)
    for answer in ("transform", "reconstruct", "score_samples"):
        assert np.array_equal(getattr(inside, answer)(X), getattr(outside, answer)(stored))
    assert np.array_equal(inside.partial_fit(X).weights_[0], outside.partial_fit(stored).weights_[0])


def identity(input_shape, n_outputs):
    import keras

    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs)(keras.layers.Flatten()(x)))


@pytest.mark.parametrize(
    ("estimator", "shape", "dtype"),
    [
        (VAESampler(2, **FEW), (300, 12), "float16"),
        (VAESampler(2, likelihood="bernoulli", **FEW), (300, 12), "bool"),
        (DenseRegressor(standardize=False, **FEW), (300, 12), "int64"),
        (GANSampler(2, epochs=2, random_state=0), (300, 12), "float32"),
        (AutoEncoderOutlierDetector(2, **FEW), (300, 12), "float64"),
        (NetworkClassifier(identity, epochs=2, random_state=0), (300, 4, 3), ">f8"),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "fit") else str(value),
)
def test_other_estimators_dtypes_and_shapes(estimator, shape, dtype, tmp_path) -> None:
    matrix = (10 * X).reshape(shape).astype(dtype)
    stored = hdf5(matrix, tmp_path)
    y = ((X[:, 0] > 0).astype(int),) if hasattr(estimator, "predict") else ()
    inside, outside = clone(estimator).fit(matrix, *y), clone(estimator).fit(stored, *y)
    assert_same_fit(inside, outside)
    if hasattr(estimator, "score_samples"):
        assert np.array_equal(inside.score_samples(matrix), outside.score_samples(stored))


def test_cross_validation_of_rows_on_disk_has_the_scores_of_rows_in_memory(tmp_path) -> None:
    estimator, mapped = AutoEncoderTransformer(2, **FEW), memory_mapped(X, tmp_path)
    expected = cross_val_score(estimator, X, cv=2)
    assert np.array_equal(cross_val_score(estimator, mapped, cv=2), expected)
    assert np.array_equal(cross_val_score(estimator, StoredArray(mapped), cv=2), expected)


def test_the_number_that_is_wrong_is_named(store, monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.training._stored_rows._BYTES_AT_ONCE", 12 * 8 * 50)
    wrong = X.copy()
    wrong[171, 5] = np.nan
    wrong[280, 0] = 1e300
    stored = store(wrong)
    with pytest.raises(ValueError, match=r"^X\[171, 5\] is nan, but numbers must be finite\.$"):
        DenseClassifier(**FEW).fit(stored, Y)
    fitted = AutoEncoderTransformer(2, **FEW).fit(X)
    with pytest.raises(ValueError, match=r"^X\[171, 5\] is nan"):
        fitted.transform(stored)
    with pytest.raises(ValueError, match=r"^X_val\[171, 5\] is nan"):
        AutoEncoderTransformer(2, **FEW).fit(X, X_val=stored)


def test_numbers_beyond_single_precision_are_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.training._stored_rows._BYTES_AT_ONCE", 12 * 8 * 50)
    wrong = X.copy()
    wrong[280, 3] = -1e300
    with pytest.raises(ValueError, match=r"^X\[280, 3\] is -1e\+300, but numbers must lie between"):
        DenseClassifier(**FEW).fit(hdf5(wrong, tmp_path), Y)
    with pytest.raises(ValueError, match=r"needs features between 0 and 1, but X holds 1\.5159"):
        AutoEncoderTransformer(2, loss="binary_crossentropy", **FEW).fit(memory_mapped(X, tmp_path))


@pytest.mark.parametrize(
    ("matrix", "kind", "message"),
    [
        (np.full((4, 2), b"ACGT"), TypeError, r"X must hold numbers, but in the file are values of dtype \|S4"),
        (
            np.ones((4, 2), complex),
            ValueError,
            r"^X must hold real numbers, but in the file are complex ones, of dtype complex128\.$",
        ),
        (np.ones(4), ValueError, r"^X must be of shape \(n_samples, n_features\), but .* of shape \(4,\)\.$"),
        (np.ones((4, 2, 2)), ValueError, "Found array with dim 3"),
        (np.float64(1), ValueError, r"^shape must be \(n_rows, \.\.\.\), .* got \(\)\.$"),
        (np.ones((0, 2)), ValueError, r"Found array with 0 sample\(s\)"),
        (np.ones((4, 0)), ValueError, r"0 feature\(s\)"),
    ],
    ids=["text", "complex", "one axis", "three axes", "none", "no rows", "no columns"],
)
def test_what_is_no_matrix_is_refused(matrix, kind, message, tmp_path) -> None:
    with pytest.raises(kind, match=message):
        AutoEncoderTransformer(1, **FEW).fit(hdf5(matrix, tmp_path))


def test_other_columns_than_in_fit_are_refused(tmp_path) -> None:
    fitted = AutoEncoderTransformer(2, **FEW).fit(X)
    with pytest.raises(ValueError, match="X has 11 features, but AutoEncoderTransformer is expecting 12"):
        fitted.transform(hdf5(X[:, :11], tmp_path))


def test_columns_in_a_file_are_no_rows(tmp_path) -> None:
    with pytest.raises(TypeError, match=r"sparse matrix on disk in the format 'csc'.*write it as CSR"):
        AutoEncoderTransformer(2, **FEW).fit(backed(scipy.sparse.csc_matrix(X), tmp_path))


@pytest.mark.parametrize(
    "group", [lambda path: h5py.File(path / "g.h5", "w"), lambda path: zarr.create_group(path / "g")]
)
def test_a_file_is_told_from_what_is_in_it(group, tmp_path) -> None:
    with pytest.raises(TypeError, match=r"^X is a Group, which is more than a matrix: pass one of the arrays in it"):
        AutoEncoderTransformer(2, **FEW).fit(group(tmp_path))


def test_memory_does_not_grow_with_the_rows(tmp_path) -> None:
    """Of 200 megabytes, which would be 400 in the precision of the network, NumPy holds a block at a time."""
    shape = 50_000, 1_000
    mapped = np.memmap(tmp_path / "x", "float32", "w+", shape=shape)  # zeros take no room on the disk
    mapped[::5000] = RANDOM.normal(size=(10, 1_000))
    estimator = AutoEncoderTransformer(2, hidden_layer_sizes=(4,), epochs=1, batch_size=500, validation_fraction=0.1)
    tracemalloc.start()
    try:
        codes = estimator.fit(mapped).transform(mapped)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert codes.shape == (50_000, 2)
    assert peak < 110e6
