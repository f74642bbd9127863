"""What is written is what the library of the format reads, and the other way round."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from safetensors.numpy import load, save

from skmlbio.export._safetensors import _TYPES, header_of, knows, read_arrays, read_header, write_arrays

ARRAYS = st.dictionaries(
    st.text(max_size=4).filter(lambda name: name != "__metadata__"),
    st.sampled_from(list(_TYPES.values())).flatmap(
        lambda dtype: arrays_of.arrays(dtype, arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
    ),
    max_size=3,
)


def written(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    file.write(header_of(arrays, {"by": "us"}))
    write_arrays(file, arrays, 0)
    return file.getvalue()


def read(content: bytes) -> dict[str, np.ndarray]:
    file = io.BytesIO(content)
    return read_arrays(file, read_header(file, len(content)), len(content), 0)[0]


def same(arrays: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> bool:
    return arrays.keys() == others.keys() and all(
        (a.dtype, a.shape, a.tobytes()) == (others[n].dtype, others[n].shape, others[n].tobytes())
        for n, a in arrays.items()
    )


@given(ARRAYS)
@settings(max_examples=50, deadline=None)
def test_the_library_and_we_read_each_other(arrays: dict[str, np.ndarray]) -> None:
    assert same(load(written(arrays)), arrays) and same(read(written(arrays)), arrays)
    assert same(read(save(arrays, {"by": "them"})), arrays)


def test_types_that_the_format_does_not_know() -> None:
    assert knows(np.dtype("f4")) and not any(map(knows, map(np.dtype, [">f4", "U3", "O", "M8[D]", "c16"])))


def header(of_array: Any) -> bytes:
    text = json.dumps({"__metadata__": {}, "a": of_array}).encode()
    return len(text).to_bytes(8, "little") + text


@pytest.mark.parametrize(
    "of_array",
    [
        {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]},
        {"dtype": "U8", "shape": [7], "data_offsets": [0, 7]},
        {"dtype": "U8", "shape": [7], "data_offsets": [1, 8]},
        {"dtype": "U8", "shape": [4], "data_offsets": [0, 8]},
        {"dtype": "U8", "shape": [-2, -4], "data_offsets": [0, 8]},
        {"dtype": "U8", "shape": [8.0], "data_offsets": [0, 8]},
        {"dtype": "U8", "shape": [True, 8], "data_offsets": [0, 8]},
        {"dtype": "U8", "shape": [10**18, 10**18], "data_offsets": [0, 10**36]},
    ],
)
def test_headers_that_do_not_say_what_there_is(of_array: Any) -> None:
    assert (
        read(header({"dtype": "U8", "shape": [8], "data_offsets": [0, 8]}) + b"12345678")["a"].tobytes() == b"12345678"
    )
    with pytest.raises(ValueError, match=r"is not of its size|end before the file does, or after it"):
        read(header(of_array) + b"12345678")


def test_a_header_longer_than_its_file_or_than_the_format_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_header(io.BytesIO(b"\xff" * 8), 8) == b"" == read_header(io.BytesIO(b"abc"), 3)
    monkeypatch.setattr("skmlbio.export._safetensors._LARGEST_HEADER", 10)
    with pytest.raises(ValueError, match="bytes beside the arrays, and 10 at most fit"):
        header_of({"a": np.zeros(3)}, {})
