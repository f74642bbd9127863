"""Where arrays in files are, for another process, or for this one when it has gone elsewhere."""

from __future__ import annotations

import math
import mmap
import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

_LOCAL_STORES = {"LocalStore": "root", "ZipStore": "path"}  # of Zarr, and which attribute holds their path


class Address(NamedTuple):
    """A function that opens an array, and its arguments, which can be pickled; the first tells which file it is."""

    function: Callable[..., Any]
    arguments: tuple

    def opened(self, shape: tuple[int, ...], dtype: np.dtype) -> Any:
        """Return the array that is there; raise a ValueError if it is not of a shape and dtype."""
        found = self.function(*self.arguments)
        if (found.shape, found.dtype) != (shape, dtype):
            raise ValueError(
                f"the array in {self} has changed: it is of shape {found.shape} and dtype {found.dtype}, where {shape} "
                f"and {dtype} were expected."
            )
        return found

    def __str__(self) -> str:
        return str(self.arguments[0])


def address_of(source: Any) -> Address:
    """Return where an array is; of one whose place is not known, it holds the array itself.

    Parameters
    ----------
    source : memmap, h5py.Dataset, zarr.Array or CSRDataset of anndata
        The array.
    """
    in_one_piece = isinstance(source, np.memmap) and (source.flags.c_contiguous or source.flags.f_contiguous)
    if in_one_piece and source.filename is not None:
        path, order = os.path.abspath(source.filename), "C" if source.flags.c_contiguous else "F"
        header = _npy_header(path) if os.path.exists(path) else ""
        return Address(_map, (path, header, source.dtype, _offset(source), source.shape, order))
    if _is_of(handle := _handle(source), "h5py"):
        opened = _dataset if handle is source else _sparse_rows
        return Address(opened, (os.path.abspath(handle.file.filename), handle.name))
    if _is_of(source, "zarr"):
        path = _path_of(source.store)
        place = (source.store, None) if path is None else (path, type(source.store))
        return Address(_zarr_array, (*place, source.path))
    return Address(_itself, (source,))


def require_readable(source: Any, which: Any) -> None:
    """Raise an error where an array can be read no more: of a closed HDF5 file, or of Zarr, which would read zeros."""
    if _is_of(handle := _handle(source), "h5py") and not handle:
        raise ValueError(f"the HDF5 file {which} is closed; open it again, and leave it open while rows are read.")
    if is_looked_up(source):
        _require_path(_path_of(source.store))


def is_looked_up(source: Any) -> bool:
    """Whether an array, of Zarr, looks for each chunk by its path, and takes one that it does not find for zeros."""
    return _is_of(source, "zarr") and type(source.store).__name__ == "LocalStore"


def _is_of(source: Any, library: str) -> bool:
    return type(source).__module__.partition(".")[0] == library


def _handle(source: Any) -> Any:
    """Return what h5py has of a source: itself, or the group that holds the parts of a sparse matrix of anndata."""
    return getattr(source, "group", source)


def _path_of(store: Any) -> str | None:
    """Return where a store of Zarr is, or None where it is in no local file."""
    attribute = _LOCAL_STORES.get(type(store).__name__)
    return None if attribute is None else os.path.abspath(getattr(store, attribute))


def _require_path(path: str) -> None:
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path}, where rows are to be read, does not exist.")


def _npy_header(path: str) -> str:
    """Return what the header of an npy file says of its array; nothing of a file without one."""
    prefix = np.lib.format.MAGIC_PREFIX
    with open(path, "rb") as file:
        if file.read(len(prefix)) != prefix:
            return ""
        major_version, _ = file.read(2)
        length = int.from_bytes(file.read(2 if major_version == 1 else 4), "little")
        return file.read(length).decode("utf-8" if major_version >= 3 else "latin-1").strip()


def _offset(source: np.memmap) -> int:
    """Return where an array begins in its file; the attribute `offset` of a part is that of the array that it is of."""
    first_page = source.offset - source.offset % mmap.ALLOCATIONGRANULARITY
    return first_page + source.ctypes.data - np.frombuffer(source._mmap, np.uint8).ctypes.data


def _map(path: str, header: str, dtype: DTypeLike, offset: int, shape: tuple[int, ...], order: Any) -> np.memmap:
    _require_path(path)
    if (found := _npy_header(path)) != header:
        raise ValueError(f"the array in {path} has changed: its header is {found!r}, where {header!r} was expected.")
    n_bytes, least = os.path.getsize(path), offset + math.prod(shape) * np.dtype(dtype).itemsize
    if n_bytes < least:
        raise ValueError(f"{path} is too short: it has {n_bytes} bytes, where at least {least} were expected.")
    return np.memmap(path, dtype, "r", offset, shape, order)


def _dataset(path: str, name: str) -> Any:
    import h5py

    return _found_in_hdf5(path, name, h5py.Dataset)


def _sparse_rows(path: str, name: str) -> Any:
    import anndata
    import h5py

    return anndata.io.sparse_dataset(_found_in_hdf5(path, name, h5py.Group))


def _found_in_hdf5(path: str, name: str, kind: type) -> Any:
    import h5py

    _require_path(path)
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise OSError(f"{path} cannot be opened as HDF5: {error}") from error
    found = file.get(name)
    if not isinstance(found, kind):
        file.close()
        raise ValueError(f"{path} has no array {name!r} any more.")
    return found


def _zarr_array(place: Any, kind: type | None, name: str) -> Any:
    """Open an array in a store, or in one of a kind at a path."""
    import zarr

    if kind is not None:
        _require_path(place)
    try:
        return zarr.open_array(place if kind is None else kind(place, read_only=True), path=name, mode="r")
    except (OSError, ValueError) as error:
        raise ValueError(f"{place} has no array of Zarr that can be read: {error}") from error


def _itself(source: Any) -> Any:
    return source
