"""Rows of arrays in files: memory-mapped, HDF5, Zarr, backed AnnData."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._addresses import address_of, is_looked_up, require_readable
from ._row_sequence import RowSequence

_STORES = {  # known by name, so that none of the libraries is needed
    ("numpy", "memmap"),
    ("h5py", "Dataset"),
    ("zarr", "Array"),
    ("anndata", "CSRDataset"),
    ("anndata", "CSCDataset"),
}
_PAGE = 4096


class StoredArray(RowSequence):
    """Rows of an array in a file, of which `X[rows]` reads nothing.

    Estimators of matrices take such arrays as they are; scikit-learn's splitters, though, would read every fold into
    memory, and copies for other processes would carry all numbers.  Those of this class carry the absolute path of the
    file, and look whether it still holds an array of the same shape and dtype.

    Parameters
    ----------
    source : memmap, h5py.Dataset, zarr.Array or matrix of a backed AnnData, of shape (n_rows, ...)
        What is in the file.  A sparse matrix, which has to be CSR, comes as dense rows.

    Raises
    ------
    TypeError
        If `source` is nothing of that, or a sparse matrix by columns.
    ValueError
        If `source` has no rows, as a scalar, or its HDF5 file is closed; in another process, or in a copy, if what is
        in the file has another shape or dtype, or a file of NumPy another header or less in it, than before.
    FileNotFoundError
        If the file, or the folder of Zarr, does not exist.

    See Also
    --------
    ParquetFiles : Rows of Parquet files.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from sklearn.model_selection import cross_val_score
    >>> from skmlbio import DenseRegressor
    >>> from skmlbio.tables import StoredArray
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "x.npy")
    >>> np.save(path, np.random.default_rng(0).normal(size=(200, 3)))
    >>> X = StoredArray(np.load(path, mmap_mode="r"))
    >>> X, X[:50]
    (<StoredArray: 200 x 3, float64>, <StoredArray: 50 x 3, float64>)
    >>> y = np.asarray(X)[:, 0]
    >>> cross_val_score(DenseRegressor(epochs=1, random_state=0), X, y, cv=2).shape
    (2,)
    >>> folder.cleanup()
    """

    def __init__(self, source: Any):
        if not is_array_in_file(source):
            raise TypeError(
                "source must be a memory-mapped array, an array of HDF5 or Zarr or the matrix of a backed AnnData, got "
                f"{type(source).__name__}."
            )
        if getattr(source, "format", "csr") != "csr":
            raise TypeError(
                f"X is a sparse matrix on disk in the format {source.format!r}, whose rows are not together: write it "
                "as CSR."
            )
        require_readable(source, "of X")
        super().__init__(source.shape, source.dtype, _chunk_rows(source))
        self._address = address_of(source)
        # Opened by its absolute path, for a process that goes elsewhere before it reads.
        self._source = self._opened() if is_looked_up(source) else source

    def read(self, start: int, stop: int) -> NDArray:
        require_readable(self._source, self._address)
        values = self._source[start:stop]
        return values.toarray() if hasattr(values, "toarray") else np.asarray(values)

    def _read_sorted(self, rows: NDArray[np.integer]) -> NDArray:
        is_span = len(rows) > 0 and rows[-1] - rows[0] + 1 == len(rows)
        if isinstance(self._source, np.ndarray) and not is_span:  # row by row without a copy in between
            return np.asarray(self._source)[rows]
        return super()._read_sorted(rows)

    def _opened(self) -> Any:
        return self._address.opened(self._whole, self.dtype)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        del state["_source"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._source = self._opened()


def is_array_in_file(X: Any) -> bool:
    """Whether X is in a file: a memory-mapped array, an array of HDF5 or Zarr, or the matrix of a backed AnnData.

    Examples
    --------
    >>> is_array_in_file(np.eye(2))
    False
    """
    return any((kind.__module__.partition(".")[0], kind.__name__) in _STORES for kind in type(X).__mro__)


def _chunk_rows(source: Any) -> int:
    """Return how many rows are together in a file: those of a chunk, or of a page that has one column."""
    if isinstance(source, np.ndarray):
        by_columns = source.flags.f_contiguous and not source.flags.c_contiguous
        return max(1, _PAGE // source.dtype.itemsize) if by_columns else 1
    return (getattr(source, "chunks", None) or (1,))[0]
