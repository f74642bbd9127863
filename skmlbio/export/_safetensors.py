"""Arrays in a file of the safetensors format: a header in JSON, and their bytes one after another.

Written and read here array by array, because the library of this name copies all of them once more on either way.

https://huggingface.co/docs/safetensors
"""

from __future__ import annotations

import json
import math
import zlib
from typing import IO, Any

import numpy as np

_CODES = {
    "BOOL": "?", "U8": "u1", "U16": "u2", "U32": "u4", "U64": "u8", "I8": "i1", "I16": "i2", "I32": "i4", "I64": "i8",
    "F16": "f2", "F32": "f4", "F64": "f8", "C64": "c8",
}  # fmt: skip
_TYPES = {name: np.dtype(code) for name, code in _CODES.items()}
_NAMES = {dtype: name for name, dtype in _TYPES.items()}
_LARGEST_HEADER = 100_000_000
_METADATA = "__metadata__"


def knows(dtype: np.dtype) -> bool:
    """Whether the format has a type."""
    return dtype in _NAMES


def header_of(arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> bytes:
    """Return what stands before the bytes of arrays, which come in the order of the dict.

    Raises
    ------
    ValueError
        If that is more than the format allows.
    """
    header: dict[str, Any] = {_METADATA: metadata}
    end = 0
    for name, array in arrays.items():
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": _NAMES[array.dtype], "shape": array.shape, "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > _LARGEST_HEADER:
        raise ValueError(f"there are {len(text)} bytes beside the arrays, and {_LARGEST_HEADER} at most fit in a file.")
    return len(text).to_bytes(8, "little") + text


def read_header(file: IO[bytes], n_bytes: int) -> bytes:
    """Return what stands before the bytes of arrays, or no bytes if a file of this size has no such beginning."""
    start = file.read(8)
    length = int.from_bytes(start, "little")
    return start + file.read(length) if len(start) == 8 and length <= min(n_bytes - 8, _LARGEST_HEADER) else b""


def write_arrays(file: IO[bytes], arrays: dict[str, np.ndarray], checksum: int) -> int:
    """Write the bytes of arrays in C order, and return the CRC-32 that goes on from the one that is given."""
    for array in arrays.values():
        checksum = zlib.crc32(_memory(array), checksum)
        file.write(_memory(array))
    return checksum


def read_arrays(file: IO[bytes], header: bytes, n_bytes: int, checksum: int) -> tuple[dict[str, np.ndarray], int]:
    """Read the arrays after a header; return them, in the order of their bytes, and the CRC-32 that goes on.

    Raises
    ------
    ValueError
        If the header does not say, without gap or overlap, what the bytes up to the end of the file are.
    """
    described = json.loads(header[8:])
    described.pop(_METADATA)
    arrays, place = {}, len(header)
    for name, of_array in sorted(described.items(), key=lambda item: item[1]["data_offsets"]):
        dtype, shape, offsets = _TYPES[of_array["dtype"]], of_array["shape"], of_array["data_offsets"]
        size = dtype.itemsize * math.prod(shape)
        if not all(type(n) is int and n >= 0 for n in shape) or [n + len(header) for n in offsets] != [
            place,
            place + size,
        ]:
            raise ValueError(f"array {name!r:.50} is not of its size")
        place += size
        if place > n_bytes:
            break
        arrays[name] = np.empty(shape, dtype)
        file.readinto(_memory(arrays[name]))
        checksum = zlib.crc32(_memory(arrays[name]), checksum)
    if place != n_bytes:
        raise ValueError("its arrays end before the file does, or after it")
    return arrays, checksum


def _memory(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1).view(np.uint8)
