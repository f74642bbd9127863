"""Motifs and MEME files."""

import os
from pathlib import Path

import numpy as np
import pytest

from skmlbio.sequences import Motif, write_meme

UNIFORM = np.full(4, 0.25)


def motif(name: str = "box", strings: tuple[str, ...] = ("TATA", "TATA", "TACA", "GATA"), **changes) -> Motif:
    letters = changes.get("letters", "ACGT")
    counts = sum(np.array([[letter == other for other in letters] for letter in string]) for string in strings)
    values = {"name": name, "letters": letters, "counts": counts.astype(float), "n_sites": len(strings)}
    return Motif(**values | {"background": np.full(len(letters), 1 / len(letters))} | changes)


def empty(name: str = "none") -> Motif:
    return motif(name, counts=np.zeros((4, 4)), n_sites=0)


def test_frequencies_bits_and_consensus() -> None:
    box = motif()
    assert (box.width, box.consensus) == (4, "TATA")
    np.testing.assert_array_equal(box.frequencies, [[0, 0, 0.25, 0.75], [1, 0, 0, 0], [0, 0.25, 0, 0.75], [1, 0, 0, 0]])
    partly = 2 - (0.25 * np.log2(4) + 0.75 * np.log2(4 / 3))
    np.testing.assert_allclose(box.bits.sum(axis=1), [partly, 2, partly, 2])
    np.testing.assert_allclose(box.bits[0], [0, 0, 0.25 * partly, 0.75 * partly])
    assert box.information_content == pytest.approx(4 + 2 * partly)


def test_information_is_what_differs_from_the_background() -> None:
    rare = motif(background=np.array([0.05, 0.45, 0.45, 0.05]))
    np.testing.assert_allclose(rare.bits[1], [np.log2(1 / 0.05), 0, 0, 0])
    alike = motif(strings=("A", "C", "G", "T"), background=UNIFORM)
    np.testing.assert_allclose(alike.bits, 0, atol=1e-12)
    absent = motif(strings=("A", "C"), background=np.array([0.5, 0.5, 0, 0]))
    np.testing.assert_allclose(absent.bits, 0, atol=1e-12)


def test_a_motif_without_sites_is_the_background() -> None:
    none = empty("filter_3")
    assert (none.consensus, none.information_content, repr(none)) == ("", 0.0, "<motif filter_3: 0 sites>")
    np.testing.assert_array_equal(none.frequencies, np.full((4, 4), 0.25))


@pytest.mark.parametrize("letters", ["ACGT", "ACGU"])
def test_biopython_reads_what_is_written(letters: str, tmp_path: Path) -> None:
    motifs_of = pytest.importorskip("Bio.motifs")
    background = np.arange(1, len(letters) + 1) / sum(range(1, len(letters) + 1))
    strings = (letters[:4], letters[:4], letters[1:4] + letters[0])
    given = [motif(name, strings, letters=letters, background=background) for name in ("filter_0", "filter_12")]
    write_meme([given[0], empty(), given[1]], tmp_path / "motifs.meme")
    with open(tmp_path / "motifs.meme") as file:
        found = motifs_of.parse(file, "minimal")
    assert [m.name for m in found] == ["filter_0", "filter_12"]
    assert [m.num_occurrences for m in found] == [3, 3]
    for letter, expected, share in zip(letters, given[0].frequencies.T, background, strict=True):
        np.testing.assert_allclose(found[0].pwm[letter], expected, atol=1e-5)
        assert found.background[letter] == pytest.approx(share, abs=1e-6)
    assert os.listdir(tmp_path) == ["motifs.meme"]


def test_motifs_of_proteins_are_written(tmp_path: Path) -> None:
    letters = "ACDEFGHIKLMNPQRSTVWY"
    write_meme([motif("a", ("MKV", "MKL"), letters=letters)], tmp_path / "motifs.meme")
    lines = (tmp_path / "motifs.meme").read_text().splitlines()
    assert f"ALPHABET= {letters}" in lines and "MOTIF a MKL" in lines
    shares = [float(share) for share in lines[lines.index("MOTIF a MKL") + 4].split()]
    assert {letter: share for letter, share in zip(letters, shares, strict=True) if share} == {"L": 0.5, "V": 0.5}


def test_a_file_is_replaced_as_a_whole_and_links_are_followed(tmp_path: Path) -> None:
    path = tmp_path / "motifs.meme"
    path.write_text("before")
    (tmp_path / "link.meme").symlink_to(path)
    with pytest.raises(ValueError, match="no motif has sites"):
        write_meme([empty()], path)
    assert path.read_text() == "before"
    write_meme([motif()], tmp_path / "link.meme")
    assert (tmp_path / "link.meme").is_symlink() and path.read_text().startswith("MEME version 4\n")
    assert sorted(os.listdir(tmp_path)) == ["link.meme", "motifs.meme"]


def test_what_is_no_regular_file_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(FileExistsError, match="is there and is no regular file; name another"):
            write_meme([motif()], wrong)
    with pytest.raises(FileNotFoundError):
        write_meme([motif()], tmp_path / "missing" / "motifs.meme")
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize(
    ("motifs", "message"),
    [
        ([], "no motif has sites, so there is nothing to write"),
        ([motif(letters="ATCG")], "MEME files are of DNA, RNA or protein; motif 'box' has letters ATCG"),
        ([motif("a"), motif("b", letters="ACGU", strings=("ACGU",))], "those of 'b' and 'a' differ"),
        ([motif("a"), motif("b", background=np.array([0.1, 0.4, 0.4, 0.1]))], "those of 'b' and 'a' differ"),
        ([motif("a"), motif("a")], "each motif of a file needs a name of its own, without blanks; got 'a'"),
        ([motif("a b")], "without blanks; got 'a b'"),
        ([motif("")], "without blanks; got ''"),
    ],
)
def test_what_cannot_be_one_file_is_refused(motifs: list, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        write_meme(motifs, tmp_path / "motifs.meme")
    assert os.listdir(tmp_path) == []
