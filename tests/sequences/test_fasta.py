"""Reading FASTA files."""

import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skmlbio.sequences import FastaRecords, ensure_sequences, read_fasta

pytest.importorskip("Bio")

TEXT = ">s1 first|kinase\nMKV\nla\n\n>s2\n M T E\n"


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_plain_and_gzip(compress: bool, newline: str, tmp_path: Path) -> None:
    path = tmp_path / "file.anything"
    data = TEXT.replace("\n", newline).encode()
    path.write_bytes(gzip.compress(data) if compress else data)
    records = read_fasta(path)
    assert records == FastaRecords(["s1", "s2"], ["s1 first|kinase", "s2"], ["MKVla", "MTE"])
    assert read_fasta(str(path)) == records
    assert len(ensure_sequences(records.sequences, alphabet="protein")) == 2


def test_a_header_may_be_empty_and_lines_may_come_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_text("\n\n>\nACGT")
    assert read_fasta(path) == FastaRecords([""], [""], ["ACGT"])


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.fasta"):
        read_fasta(tmp_path / "none.fasta")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.fasta' is empty"),
        (b"\n \n", "a.fasta' is empty"),
        (gzip.compress(b""), "a.fasta' is empty"),
        (b"ACGT\n>s1\nACGT\n", r"a.fasta' must begin with '>' to be FASTA; it begins with 'ACGT\\n'"),
        (b"\x80\x81\xff", "a.fasta' is not a text file"),
    ],
)
def test_no_fasta(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        read_fasta(path)


def test_without_biopython(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Bio.SeqIO.FastaIO", None)
    with pytest.raises(ImportError, match=r'pip install "skmlbio\[fasta\]"'):
        read_fasta(tmp_path / "a.fasta")


def test_a_file_of_peptides(data_file: Callable) -> None:
    ids, descriptions, sequences = read_fasta(data_file("amp_amplify/AMPlify_AMP_test_common.fa"))
    assert len(ids) == len(descriptions) == len(sequences) == 835
    assert ensure_sequences(sequences, alphabet="protein").to_strings() == sequences
