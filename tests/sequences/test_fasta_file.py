"""FASTA files whose sequences are read when they are needed."""

import gzip
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from skmlbio.sequences import FastaFile, Sequences, _fasta_file, ensure_sequences, read_fasta
from skmlbio.sequences._validation import ensure_stored_sequences

TEXT = ">s1 first|kinase\nMKV\nla\n\n>s2\n M T E\n>\nMALWY"
STRINGS = ["MKVla", "MTE", "MALWY"]


def written(folder: Path, text: str | bytes = TEXT) -> Path:
    path = folder / "some.fasta"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def file(tmp_path: Path) -> FastaFile:
    return FastaFile(written(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        "\n\n" + TEXT,
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode().replace(b">s2", b"\xef\xbb\xbf>s M\xc3\xbcller") + b"\n",
        TEXT.encode().replace(b">s2", b">s M\xfcller"),
        TEXT.replace("MTE", "MTE \t"),
    ],
    ids=["plain", "CRLF", "lines before", "mark", "mark within", "Latin-1", "blanks"],
)
def test_it_holds_what_read_fasta_reads(text: str | bytes, tmp_path: Path) -> None:
    pytest.importorskip("Bio")
    path = written(tmp_path, text)
    found = FastaFile(path)
    assert found.tolist() == list(found) == read_fasta(path).sequences == STRINGS
    assert found.lengths.tolist() == [5, 3, 5] and found.shape == (3,) and len(found) == 3


def test_rows_are_taken_without_reading_and_come_in_any_order(file: FastaFile) -> None:
    assert (file[0], file[-1], file[np.int64(1)]) == ("MKVla", "MALWY", "MTE")
    for key in ([2, 0, 2], np.array([2, 0, 2]), slice(None, None, -1), np.array([True, False, True]), (slice(1), ...)):
        part = file[key]
        key = key[0] if isinstance(key, tuple) else key
        assert isinstance(part, FastaFile) and part.tolist() == np.array(STRINGS)[key].tolist()
    assert file[1:][[1]].tolist() == ["MALWY"]
    assert repr(file[:2]) == "<FastaFile: 2 sequences of 3 to 5 characters>"
    with pytest.raises(IndexError, match="sequences have one axis"):
        file[np.zeros((2, 2), int)]
    with pytest.raises(IndexError):
        file[3]


def test_scikit_learn_splits_it_and_a_pickle_reads_on(file: FastaFile) -> None:
    train, test, y_train, _ = train_test_split(file, [0, 1, 2], test_size=1, random_state=0)
    assert train.tolist() == [STRINGS[i] for i in y_train] and len(test) == 1
    assert pickle.loads(pickle.dumps(train)).tolist() == train.tolist()


def test_blocks_are_numbered_as_the_sequences_are(file: FastaFile, monkeypatch) -> None:
    monkeypatch.setattr(_fasta_file, "_BYTES_AT_ONCE", 6)
    for _ in range(2):
        found = [(text, offsets.tolist(), first) for text, offsets, first in file.text_blocks]
        assert found == [(b"MKVla", [0, 5], 0), (b"MTE", [0, 3], 1), (b"MALWY", [0, 5], 2)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; a FASTA file holds at least one record"),
        ("\n", "is empty"),
        ("MKV\n>s1\nMKV", "must begin with '>' to be FASTA; line 1 begins with 'MKV"),
        (">s1\nMÜ\n", "has 'Ü' in line 2, in the sequence of record 1; sequences are ASCII"),
        (">s1\nM\0\n", "has a NUL byte in line 2"),
        (">s1\rMKV\r>s2\rM", "has a carriage return within line 1; its lines must end in line feeds"),
        (
            gzip.compress(TEXT.encode(), mtime=0),  # a time would be another name for each worker
            "is compressed, so single records cannot be read: decompress it, or use iter_f",
        ),
    ],
)
def test_what_is_no_such_file(text: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"some.fasta.*{message}"):
        FastaFile(written(tmp_path, text))


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="path must be a str or a path, got list"):
        FastaFile([STRINGS])
    with pytest.raises(FileNotFoundError):
        FastaFile(tmp_path / "none.fasta")


def test_a_file_that_has_changed_is_told(file: FastaFile) -> None:
    text = Path(file.path).read_text().replace("MTE", "MTEE")
    Path(file.path).write_text(text)
    with pytest.raises(ValueError, match=r"some\.fasta has changed since its records were counted"):
        file[0]
    os.remove(file.path)
    with pytest.raises(FileNotFoundError):
        file.tolist()


# Alphabets ------------------------------------------------------------------------------------------------------------


def fasta_of(strings: list[str], folder: Path) -> FastaFile:
    return FastaFile(written(folder, "".join(f">s\n{string}\n" for string in strings)))


@pytest.mark.parametrize(
    ("strings", "options"),
    [
        (STRINGS, {}),
        (["ACGT", "GATTACA", "acgNNT"], {}),
        (["ACGU", "GAUUACA"], {}),
        (STRINGS, {"alphabet": "learned"}),
        (["CClBr", "CCO"], {"alphabet": "learned"}),
        (["ACGT", "A-Ca"], {"alphabet": "learned"}),
        (["AC?T"], {"alphabet": "dna", "unknown": "mask"}),
        (["acGT"], {"alphabet": "dna", "case_sensitive": True}),
    ],
)
@pytest.mark.parametrize("bytes_at_once", [4, 2**22])
def test_tokens_are_those_of_the_list(strings, options, bytes_at_once, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(_fasta_file, "_BYTES_AT_ONCE", bytes_at_once)
    file = fasta_of(strings, tmp_path)
    expected, found = ensure_sequences(strings, **options), ensure_stored_sequences(file, **options)
    whole = ensure_sequences(file, **options)
    assert isinstance(whole, Sequences) and whole.alphabet == found.alphabet == expected.alphabet
    for made in (found, whole):
        np.testing.assert_array_equal(made.pad(9), expected.pad(9))
        np.testing.assert_array_equal(made[[0, -1]].tokens, expected[[0, -1]].tokens)
        np.testing.assert_array_equal(made.offsets, expected.offsets)
        assert made.to_strings() == expected.to_strings()


@pytest.mark.parametrize(
    ("strings", "options"),
    [
        (["ACGTACGT", "AC-T"], {"alphabet": "dna"}),
        (["ACGTACGT", "ACGJ", "A!"], {}),
        (["MKV", ""], {}),
        (["MKV"], {"min_count": 2}),
        (["MKV"], {"alphabet": "MM"}),
        (["MKV"], {"alphabet": "MKVm", "case_sensitive": 3}),
    ],
)
def test_errors_are_those_of_the_list(strings, options, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(_fasta_file, "_BYTES_AT_ONCE", 4)
    with pytest.raises(ValueError) as expected:
        ensure_sequences(strings, **options)
    with pytest.raises(ValueError) as found:
        ensure_stored_sequences(fasta_of(strings, tmp_path), **options)
    assert str(found.value) == str(expected.value)


def test_no_sequences_are_told(file: FastaFile) -> None:
    with pytest.raises(ValueError, match="X is empty; at least one sequence is needed"):
        ensure_stored_sequences(file[:0])
