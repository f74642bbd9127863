"""Sequences as two flat arrays: indexing, padding, strings."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.sequences import Sequences, ensure_sequences, get_alphabet

STRINGS = ["ACG", "T", "GATTACA", "NNRY"]
dna_strings = st.lists(st.text("ACGTRYSWKMBDHVN", min_size=1, max_size=12), min_size=1, max_size=8)


@pytest.fixture
def sequences() -> Sequences:
    return ensure_sequences(STRINGS, alphabet="dna")


def test_layout(sequences: Sequences) -> None:
    assert len(sequences) == 4
    assert sequences.offsets.tolist() == [0, 3, 4, 11, 15]
    assert sequences.lengths.tolist() == [3, 1, 7, 4]
    assert sequences.tokens.dtype == np.uint8
    assert sequences.tokens.nbytes == 15
    assert repr(sequences) == "<4 sequences of 1 to 7 characters, alphabet 'dna'>"


@pytest.mark.parametrize(
    "index", [[2, 0, 2], np.array([3, -1]), slice(1, 3), slice(None, None, -1), [True, False, False, True], []]
)
def test_indexing_is_that_of_an_array(sequences: Sequences, index: object) -> None:
    taken = sequences[index]
    assert isinstance(taken, Sequences)
    assert taken.alphabet is sequences.alphabet
    assert taken.to_strings() == np.array(STRINGS)[index].tolist()


def test_one_index_and_iteration_give_strings(sequences: Sequences) -> None:
    assert sequences[2] == "GATTACA"
    assert sequences[np.int64(-4)] == "ACG"
    assert list(sequences) == STRINGS


def test_indices_out_of_range(sequences: Sequences) -> None:
    with pytest.raises(IndexError):
        sequences[4]
    with pytest.raises(IndexError):
        sequences[[0, 9]]
    with pytest.raises(IndexError, match="one dimension; got 2"):
        sequences[np.array([[0, 1]])]


def test_no_sequences_can_be_described_and_padded(sequences: Sequences) -> None:
    none = sequences[[]]
    assert repr(none) == "<0 sequences of 0 to 0 characters, alphabet 'dna'>"
    assert none.pad(5).shape == (0, 5)


def test_pad(sequences: Sequences) -> None:
    padded = sequences[:2].pad(4)
    assert padded.dtype == np.uint8
    assert padded.tolist() == [[2, 3, 4, 0], [5, 0, 0, 0]]
    assert sequences.pad().shape == (4, 7)
    assert sequences.pad(9, dtype=np.int32).dtype == np.int32


def test_pad_cuts_at_the_end_if_asked(sequences: Sequences) -> None:
    with pytest.raises(ValueError, match="sequence 2 has 7 characters, at most 4 are allowed; truncate=True cuts"):
        sequences.pad(4)
    cut = sequences.pad(4, truncate=True)
    assert Sequences.from_padded(cut, sequences.alphabet).to_strings() == ["ACG", "T", "GATT", "NNRY"]


def test_padding_equal_lengths_returns_an_array_of_its_own() -> None:
    sequences = ensure_sequences(["AC", "GT"], alphabet="dna")
    padded = sequences.pad()
    padded[:] = 0
    assert sequences.to_strings() == ["AC", "GT"]


@given(dna_strings, st.data())
def test_pad_and_index_equal_one_at_a_time(strings: list[str], data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 14))
    rows = data.draw(st.lists(st.integers(0, len(strings) - 1), max_size=10))
    sequences = ensure_sequences(strings, alphabet="dna")
    lookup = sequences.alphabet.lookup
    expected = np.zeros((len(rows), length), dtype=np.uint8)
    for line, row in zip(expected, rows, strict=True):
        tokens = lookup[list(strings[row].encode())][:length]
        line[: len(tokens)] = tokens
    assert np.array_equal(sequences[rows].pad(length, truncate=True), expected)


@given(dna_strings)
def test_round_trip_through_padding(strings: list[str]) -> None:
    sequences = ensure_sequences(strings, alphabet="dna")
    again = Sequences.from_padded(sequences.pad(13), sequences.alphabet)
    assert again.to_strings() == sequences.to_strings() == strings


def test_from_padded_reads_a_row_of_padding_as_the_empty_sequence() -> None:
    padded = np.array([[0, 0], [2, 1]])
    assert Sequences.from_padded(padded, get_alphabet("dna")).to_strings() == ["", "AN"]


@pytest.mark.parametrize(
    ("padded", "message"),
    [
        ([[2, 3], [2, 17]], "row 1 has token 17 at position 1; the tokens of the dna alphabet are 0 to 16"),
        ([[-1, 2]], "row 0 has token -1 at position 0"),
        ([[2, 2, 2], [2, 0, 3]], "row 1 has padding at position 1, before a character"),
    ],
)
def test_from_padded_rejects(padded: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sequences.from_padded(np.array(padded), get_alphabet("dna"))


def test_pickle(sequences: Sequences) -> None:
    copy = pickle.loads(pickle.dumps(sequences))
    assert copy.to_strings() == STRINGS
    assert copy.alphabet == sequences.alphabet
