"""Reading FASTA files."""

import bz2
import gzip
import io
import itertools
import lzma
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skmlbio.sequences import FastaRecords, ensure_sequences, iter_fasta, read_fasta

pytest.importorskip("Bio")

COMPRESS = {"plain": bytes, "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
TEXT = ">s1 first|kinase\nMKV\nla\n\n>s2\n M T E\n"


@pytest.mark.parametrize("compress", COMPRESS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_plain_and_compressed(compress: str, newline: str, tmp_path: Path) -> None:
    path = tmp_path / "file.anything"
    path.write_bytes(COMPRESS[compress](TEXT.replace("\n", newline).encode()))
    records = read_fasta(path)
    assert records == FastaRecords(["s1", "s2"], ["s1 first|kinase", "s2"], ["MKVla", "MTE"])
    assert read_fasta(str(path)) == records
    assert len(ensure_sequences(records.sequences, alphabet="protein")) == 2


def test_a_header_may_be_empty_and_lines_may_come_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_text("\n\n>\nACGT")
    assert read_fasta(path) == FastaRecords([""], [""], ["ACGT"])


def test_records_without_letters_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_text(">s1\n>s2\n\nAC\n\n>s3")
    assert read_fasta(path) == FastaRecords(["s1", "s2", "s3"], ["s1", "s2", "s3"], ["", "AC", ""])


@pytest.mark.parametrize("compress", COMPRESS)
def test_byte_order_marks_and_headers_of_another_encoding(compress: str, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    mark, utf_8, latin_1 = b"\xef\xbb\xbf", ">s Müller\nAC\n".encode(), ">s Müller\nAC\n".encode("latin-1")
    path.write_bytes(COMPRESS[compress](mark + latin_1 + utf_8 + mark + utf_8))  # as joined files are
    assert read_fasta(path) == FastaRecords(["s"] * 3, ["s Müller"] * 3, ["AC"] * 3)


@pytest.mark.parametrize("compress", COMPRESS)
def test_open_files_are_read_to_their_end_and_stay_open(compress: str, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_bytes(COMPRESS[compress](TEXT.encode()))
    expected = read_fasta(path)
    for file in path.open("rb"), path.open("rb", buffering=0), io.BytesIO(path.read_bytes()):
        with file:
            assert read_fasta(file) == expected
            assert not file.closed and file.read() == b""


@pytest.mark.parametrize(
    ("opener", "options"),
    [
        (open, {"encoding": "utf-8"}),
        (open, {"newline": "", "encoding": "utf-8-sig"}),
        (gzip.open, {"mode": "rb"}),
        (gzip.open, {"mode": "rt", "encoding": "utf-8"}),
        (lambda path: io.StringIO(TEXT), {}),
    ],
)
def test_files_that_others_have_opened(opener: Callable, options: dict, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    data = TEXT.replace("\n", "\r\n").encode("utf-8-sig")
    path.write_bytes(gzip.compress(data) if opener is gzip.open else data)
    with opener(path, **options) as file:
        assert read_fasta(file) == FastaRecords(["s1", "s2"], ["s1 first|kinase", "s2"], ["MKVla", "MTE"])
        assert not file.closed


def test_what_is_no_open_file_for_reading(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="read_fasta takes a path or an open file; got list"):
        read_fasta([">s1", "ACGT"])
    with open(tmp_path / "new", "wb") as file, pytest.raises(io.UnsupportedOperation):
        read_fasta(file)
    path = tmp_path / "latin.fasta"
    path.write_bytes(b">s1 M\xfcller\nAC\n")
    with (
        path.open(encoding="utf-8") as file,
        pytest.raises(ValueError, match=r"latin\.fasta' is open as text of another"),
    ):
        read_fasta(file)


@pytest.mark.parametrize("compress", ["gzip", "bz2", "xz"])
@pytest.mark.parametrize("as_file", [False, True])
def test_compressed_files_that_are_cut_off_or_damaged(compress: str, as_file: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    whole = COMPRESS[compress](b"".join(b">s%d\nACGT\n" % i for i in range(5_000)))
    for data in whole[: len(whole) // 2], whole[:12], whole[:9] + bytes(8) + whole[17:]:
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"a\.fasta' is cut off or damaged"), path.open("rb") as file:
            read_fasta(file if as_file else path)


@pytest.mark.parametrize("compress", ["gzip", "bz2", "xz"])
def test_a_file_that_is_cut_off_is_read_up_to_there(compress: str, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    letters = np.random.default_rng(0).choice(np.frombuffer(b"ACGT", np.uint8), (10_000, 100))
    whole = COMPRESS[compress](b"".join(b">s%d\n%s\n" % (i, row.tobytes()) for i, row in enumerate(letters)))
    path.write_bytes(whole[: 9 * len(whole) // 10])
    batches, n_records = iter_fasta(path, batch_size=100), 0
    with pytest.raises(ValueError, match=r"a\.fasta' is cut off or damaged after line \d+, in record \d+ or") as caught:
        for records in batches:
            assert records.ids == [f"s{i}" for i in range(n_records, n_records + 100)]
            n_records += 100
    line, record = (int(number) for number in re.findall(r"(?:line|record) (\d+)", str(caught.value)))
    assert record == (line + 1) // 2 and n_records < record <= n_records + 100
    assert n_records > 1_000
    assert next(batches, None) is None


def test_text_that_cannot_be_decoded_is_found_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_bytes(b">s\nACGT\n" * 10_000 + b">M\xfcller\nAC\n")
    with path.open(encoding="utf-8") as file, pytest.raises(ValueError, match=r"after line \d{5}, in record \d{4} or"):
        read_fasta(file)


def test_a_gzip_file_that_another_has_opened_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_bytes(gzip.compress(TEXT.encode())[:20])
    with pytest.raises(ValueError, match=r"a\.fasta' is cut off"), gzip.open(path) as file:
        read_fasta(file)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.fasta"):
        read_fasta(tmp_path / "none.fasta")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.fasta' is empty"),
        (b"\n \n", "a.fasta' is empty"),
        (gzip.compress(b"", mtime=0), "a.fasta' is empty"),
        (b"ACGT\n>s1\nACGT\n", r"a.fasta' must begin with '>' to be FASTA; line 1 begins with 'ACGT\\n'"),
        (b"\n\x80\x81>", r"a.fasta' must begin with '>' to be FASTA; line 2 begins with '\\x80\\x81>'"),
        (">s1\nAC\n".encode("utf-16"), "a.fasta' must begin with '>' to be FASTA; line 1 begins with 'ÿþ"),
        (b">s1\nAC\n>s2\nAC\nA\xc4C\n", "a.fasta' has 'Ä' in line 5, in the sequence of record 2; sequences are ASCII"),
        (b">s1\nAC\n>s2\nAC\nA\0C\n", "a.fasta' has a NUL byte in line 5, in the sequence of record 2; it is damaged"),
        (b">s1\nAC\n>s\0\0", "a.fasta' has a NUL byte in line 3, in the header of record 2"),
        (">s1\nAC\n".encode("utf-16-le"), "a.fasta' has a NUL byte in line 1, in the header of record 1"),
        (">s1\nAÄ\n".encode(), "a.fasta' has 'Ä' in line 2, in the sequence of record 1"),
    ],
)
def test_no_fasta(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        read_fasta(path)


@pytest.mark.parametrize("read", [read_fasta, iter_fasta])
def test_without_biopython(read: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Bio.SeqIO.FastaIO", None)
    with pytest.raises(ImportError, match=rf'{read.__name__} needs Biopython: pip install "skmlbio\[fasta\]"'):
        read(tmp_path / "a.fasta")


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, np.int64(1000)])
@pytest.mark.parametrize("compress", COMPRESS)
def test_batches_are_the_file(batch_size: int, compress: str, tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_bytes(COMPRESS[compress](b"".join(b">s%d of seven\nACG\nT%s\n" % (i, b"A" * i) for i in range(7))))
    batches = list(iter_fasta(path, batch_size=batch_size))
    assert [len(batch.ids) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    joined = FastaRecords(*(list(itertools.chain(*parts)) for parts in zip(*batches, strict=True)))
    assert joined == read_fasta(path)
    assert len(joined.ids) == 7


class EndlessFasta(io.RawIOBase):
    """A file without end, which counts the bytes that it has given."""

    RECORD = b">endless\n" + (b"ACGTACGTAC" * 6 + b"\n") * 10

    def __init__(self) -> None:
        self.n_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        record = self.RECORD[self.n_bytes % len(self.RECORD) :][: len(buffer)]
        buffer[: len(record)] = record
        self.n_bytes += len(record)
        return len(record)


def test_a_file_is_read_no_further_than_the_batch() -> None:
    file = EndlessFasta()
    for n_batches, records in enumerate(itertools.islice(iter_fasta(file, batch_size=50), 20), start=1):
        assert records.sequences == ["ACGTACGTAC" * 60] * 50
        assert file.n_bytes <= 50 * n_batches * len(file.RECORD) + 2**15
    assert not file.closed


def test_memory_does_not_grow_with_the_file() -> None:
    tracemalloc.start()
    try:
        n_records = sum(len(batch.ids) for batch in itertools.islice(iter_fasta(EndlessFasta(), batch_size=50), 300))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert n_records == 15_000  # 9 MB
    assert most < 2**19


@pytest.mark.parametrize("compress", COMPRESS)
@pytest.mark.parametrize("leave", [lambda batches: batches.close(), lambda batches: None], ids=["close", "forget"])
def test_a_file_is_closed_when_nobody_reads_on(
    compress: str, leave: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fasta"
    path.write_bytes(COMPRESS[compress](b">s\nACGT\n" * 100))
    with path.open("rb") as file:
        monkeypatch.setattr("builtins.open", lambda name, mode: file)
        batches = iter_fasta(path, batch_size=10)
        next(batches)
        assert not file.closed
        leave(batches)
        del batches
        assert file.closed


@pytest.mark.parametrize("batch_size", [0, -1, 1.0, True, None, "10"])
def test_a_batch_has_records(batch_size: object, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"batch_size must be an int of 1 or more; got {batch_size!r}"):
        iter_fasta(tmp_path / "a.fasta", batch_size=batch_size)


def test_what_is_no_file_is_said_before_the_first_batch(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="iter_fasta takes a path or an open file; got list"):
        iter_fasta([">s1", "ACGT"])
    with pytest.raises(FileNotFoundError, match=r"none\.fasta"):
        next(iter_fasta(tmp_path / "none.fasta"))
    (tmp_path / "empty.fasta").touch()
    with pytest.raises(ValueError, match=r"empty\.fasta' is empty"):
        next(iter_fasta(tmp_path / "empty.fasta"))


def test_a_file_of_peptides(data_file: Callable) -> None:
    ids, descriptions, sequences = read_fasta(data_file("amp_amplify/AMPlify_AMP_test_common.fa"))
    assert len(ids) == len(descriptions) == len(sequences) == 835
    assert ensure_sequences(sequences, alphabet="protein").to_strings() == sequences
