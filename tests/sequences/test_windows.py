"""Windows of letters as numbers, against one at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.sequences import _windows, ensure_sequences
from skmlbio.sequences._windows import first_numbers, window_blocks

strings = st.lists(st.text("ACGTNR", min_size=1, max_size=9), min_size=1, max_size=6)


def numbers_of(string: str, order: int, after_codes: bool) -> list[int]:
    """The number of the window that ends at each letter."""
    first, found = first_numbers(4, order), []
    for end in range(len(string)):
        window = string[max(0, end - order) : end + 1]
        since = max(window.rfind("N"), window.rfind("R")) + 1
        if since == len(window) or (since and not after_codes):
            found.append(first[-1])
            continue
        number = 0
        for letter in window[since:]:
            number = 4 * number + "ACGT".index(letter)
        found.append(first[len(window) - since - 1] + number)
    return found


@given(strings, st.integers(0, 4), st.booleans())
def test_each_letter_has_the_number_of_its_window(strings: list[str], order: int, after_codes: bool) -> None:
    blocks = window_blocks(ensure_sequences(strings, alphabet="dna"), order, after_codes=after_codes)
    found = np.concatenate([block.numbers for block in blocks]).tolist()
    assert found == [number for string in strings for number in numbers_of(string, order, after_codes)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("after_codes", [False, True])
def test_blocks_of_any_size_know_their_rows(size: int, after_codes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_windows, "_BLOCK", size)
    strings = ["ACGTN", "A", "NN", "GATTACA", "RCCGT"]
    blocks = list(window_blocks(ensure_sequences(strings, alphabet="dna"), 2, after_codes=after_codes))
    assert [len(block.numbers) for block in blocks[:-1]] == [size] * (len(blocks) - 1)
    assert [block.start for block in blocks] == list(range(0, 20, size))
    found = np.concatenate([block.numbers for block in blocks]).tolist()
    assert found == [number for string in strings for number in numbers_of(string, 2, after_codes)]
    rows = np.concatenate([block.rows for block in blocks])
    assert rows.tolist() == np.repeat(np.arange(5), list(map(len, strings))).tolist()
    assert all(np.array_equal(np.arange(5)[block.row_slice], np.unique(block.rows)) for block in blocks)


def test_codes_of_one_letter_are_that_letter() -> None:
    (block,) = window_blocks(ensure_sequences(["UCOKB"], alphabet="protein"), 0)
    assert block.numbers.tolist() == [1, 1, 8, 8, 20]
