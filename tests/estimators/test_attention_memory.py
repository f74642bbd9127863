"""The memory that attention maps need, against what there is."""

import numpy as np
import pytest

from skmlbio.estimators._attention_memory import attention_bytes, require_memory


@pytest.mark.parametrize(
    ("dtype", "size"), [("float32", 4), ("float64", 8), ("mixed_bfloat16", 2), ("mixed_float16", 2), ("bfloat16", 2)]
)
def test_bytes_by_hand(dtype: str, size: int) -> None:
    assert attention_bytes([10, 20], n_heads=3, n_maps=2, dtype=dtype) == size * 3 * 2 * (100 + 400)


def test_within_a_window_strings_need_memory_by_their_length() -> None:
    assert attention_bytes([5, 20, 1000], n_heads=3, n_maps=2, dtype="float32", n_keys=20) == 24 * (25 + 400 + 20_000)


def test_numbers_of_numpy_do_not_overflow() -> None:
    lengths = np.array([2**31 - 1] * 2, np.int32)
    assert attention_bytes(lengths, np.int64(4), np.int8(2), "float32") == 4 * 8 * 2 * (2**31 - 1) ** 2


def test_only_what_is_sure_not_to_fit_is_refused() -> None:
    lengths = np.array([5, 9, 7, 9])
    for available in 100, 101, None:
        require_memory(100, available, 9, lengths, "cut it")
    message = (
        r"sequence 1, the longest, has 9 residues: .* at least 2\.5 GB of memory, and 2\.4 GB are available; cut it"
    )
    with pytest.raises(MemoryError, match=message):
        require_memory(2_500_000_000, 2_400_000_000, 9, lengths, "cut it")
