"""Matrices in files, of which some rows at a time are read: arrays that are memory-mapped, HDF5, Zarr; Parquet."""

from ._parquet_files import ParquetFiles
from ._row_sequence import RowSequence
from ._stored_array import StoredArray

__all__ = ["ParquetFiles", "RowSequence", "StoredArray"]
