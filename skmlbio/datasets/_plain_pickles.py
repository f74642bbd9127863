"""Arrays from pickles of others, without running what else a pickle may name."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from scipy import sparse


class _Dtype:
    """Stands in for a dtype of numbers."""

    def __init__(self, code: str, *_: Any):
        if code[0] not in "biuf":
            raise ValueError(f"an array holds no numbers, but {code!r}")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Stands in for an array, whose content comes later."""

    values: np.ndarray

    def __init__(self, *_: Any):
        pass

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, columns_first, content = state
        values = np.frombuffer(content.encode("latin1"), dtype.dtype)
        self.values = values.reshape(shape, order="F" if columns_first else "C")


class _Matrix:
    """Stands in for a sparse matrix, whose arrays come later."""

    def __init__(self, *_: Any):
        pass

    @property
    def values(self) -> sparse.csr_array:
        parts = (self.data.values, self.indices.values, self.indptr.values)
        matrix = sparse.csr_array(parts, self._shape)
        matrix.check_format()
        return matrix


_KNOWN = {
    "__builtin__.list": list,
    "__builtin__.object": object,
    "collections.defaultdict": lambda *_: {},
    "copy_reg._reconstructor": lambda cls, *_: cls(),
    "numpy.core.multiarray._reconstruct": _Array,
    "numpy.ndarray": _Array,
    "numpy.dtype": _Dtype,
    "scipy.sparse.csr.csr_matrix": _Matrix,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (full := f"{module}.{name}") not in _KNOWN:
            raise pickle.UnpicklingError(f"it names {full}, which no array of numbers and no dict of lists needs")
        return _KNOWN[full]


_Kind = TypeVar("_Kind")


def read_plain_pickle(path: Path, kind: type[_Kind]) -> _Kind:
    """Read a pickle of Python 2 that holds an array, a CSR matrix, or a dict.

    Whatever a pickle names is looked for in a short list of stand-ins, so that nothing of NumPy, SciPy or another
    library is called, and nothing runs that the file may have been made to run.

    Parameters
    ----------
    path : Path
        The file.
    kind : {numpy.ndarray, scipy.sparse.csr_array, dict}
        What it must hold.

    Raises
    ------
    ValueError
        If the file is damaged or holds anything else.
    """
    with path.open("rb") as file:
        try:
            found = _Unpickler(file, encoding="latin1").load()
            found = found.values if isinstance(found, _Array | _Matrix) else found
        except Exception as error:  # of any kind: what fails depends on the bytes
            raise ValueError(f"'{path}' is damaged, or not what it should be: {error}") from error
    if not isinstance(found, kind):
        raise ValueError(f"'{path}' must hold a {kind.__name__}; it holds a {type(found).__name__}")
    return found
