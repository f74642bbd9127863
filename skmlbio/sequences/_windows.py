"""Every letter of a set of sequences together with the letters before it, as one number: what k-mers are counted by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._samples import Sequences

_BLOCK = 1 << 17  # letters numbered at a time: temporary arrays stay in the processor's cache


class WindowBlock(NamedTuple):
    """The windows that end at some letters in a row.

    Attributes
    ----------
    numbers : ndarray of shape (n_letters_in_block,), int64
        A number for each of those letters, see `window_blocks`.
    borders : ndarray of shape (n_rows + 1,), int64
        Where the sequences begin that the letters belong to, counted from the first of these letters.
    first_row : int
        Which of all sequences is the first of them.
    start : int
        Where the first of these letters stands among those of all sequences.
    """

    numbers: NDArray[np.int64]
    borders: NDArray[np.int64]
    first_row: int
    start: int

    @property
    def rows(self) -> NDArray[np.int64]:
        """The sequence of each letter, ndarray of shape (n_letters_in_block,), int64."""
        return self.first_row + np.repeat(np.arange(len(self.borders) - 1), np.diff(self.borders))

    @property
    def row_slice(self) -> slice:
        """The sequences that the letters belong to."""
        return slice(self.first_row, self.first_row + len(self.borders) - 1)


def first_numbers(n_letters: int, order: int) -> list[int]:
    """Where the numbers of windows begin, by the letters before the last one; the last entry is their count.

    Examples
    --------
    >>> first_numbers(4, 2)  # A is 0, AA is 4, AAA is 20, TTT is 83
    [0, 4, 20, 84]
    """
    first = [0]
    for context in range(order + 1):
        first.append(first[-1] + n_letters ** (context + 1))
    return first


def window_blocks(sequences: Sequences, order: int, *, after_codes: bool = True) -> Iterator[WindowBlock]:
    """Number each letter together with up to `order` letters before it, a block of letters at a time.

    The digits of a window's number are the positions of its letters in the alphabet, the last letter being the last
    digit; to it is added the first number of windows of that length, see `first_numbers`.  A letter near the beginning
    of its sequence has a window of the letters there are.  Codes that stand for one letter, U and O of proteins, are
    read as that letter, as in one-hot vectors.

    Parameters
    ----------
    sequences : Sequences
        Sequences of at least one letter each.
    order : int
        Letters of a window before the last one.
    after_codes : bool, default=True
        Whether a letter shortly after an ambiguity code or an unknown character has a window of the letters since.

    Yields
    ------
    WindowBlock
        Letters in their order.  The number of what is no letter is one past the last number of a window; so is that of
        letters shortly after it, if `after_codes` is False.

    Examples
    --------
    >>> from skmlbio.sequences import ensure_sequences
    >>> [block.numbers.tolist() for block in window_blocks(ensure_sequences(["AACNC", "T"], alphabet="dna"), 1)]
    [[0, 4, 5, 20, 1, 3]]
    """
    alphabet, tokens, begins = sequences.alphabet, sequences.tokens, sequences.offsets[:-1]
    stands_for = alphabet.one_hot_vectors > 0
    digit, is_letter = stands_for.argmax(axis=1), stands_for.sum(axis=1) == 1
    for start in range(0, len(tokens), _BLOCK):
        before = min(order, start)  # letters before the block that windows reach back to
        part = tokens[start - before : start + _BLOCK]
        digits = np.concatenate([np.zeros(order - before, np.int64), digit[part]])
        others = np.flatnonzero(~is_letter[part]) - before
        near = begins[np.searchsorted(begins, start - order) : np.searchsorted(begins, start + len(part) - before)]
        numbers = _numbers(digits, alphabet.n_letters, order, near - start, others, after_codes)
        yield _with_rows(numbers, sequences.offsets, start)


def _numbers(
    digits: NDArray, n_letters: int, order: int, begins: NDArray, others: NDArray, after_codes: bool
) -> NDArray[np.int64]:
    """Number windows from digits, which begin `order` letters earlier; `begins` and `others` are places to cut at."""
    first = first_numbers(n_letters, order)
    n_windows = len(digits) - order
    numbers = digits[:n_windows].copy()
    for shift in range(1, order + 1):
        numbers *= n_letters
        numbers += digits[shift : shift + n_windows]
    found = numbers + first[order]
    for context in reversed(range(order)):  # the last cut before a letter counts, so it is made last
        after = _inside(others + 1 + context, n_windows)
        found[after] = numbers[after] % n_letters ** (context + 1) + first[context] if after_codes else first[-1]
        after = _inside(begins + context, n_windows)
        found[after] = numbers[after] % n_letters ** (context + 1) + first[context]
    found[_inside(others, n_windows)] = first[-1]
    return found


def _inside(places: NDArray, size: int) -> NDArray:
    return places[(places >= 0) & (places < size)]


def _with_rows(numbers: NDArray[np.int64], offsets: NDArray[np.int64], start: int) -> WindowBlock:
    stop = start + len(numbers)
    first_row = int(np.searchsorted(offsets, start, side="right")) - 1
    end = int(np.searchsorted(offsets, stop))
    borders = np.clip(offsets[first_row : end + 1], start, stop) - start
    return WindowBlock(numbers, borders, first_row, start)
