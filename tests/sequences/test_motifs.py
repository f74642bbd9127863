"""Motifs and MEME files."""

import os
from pathlib import Path

import numpy as np
import pytest

from skmlbio.sequences import Motif, write_meme

UNIFORM = np.full(4, 0.25)
OF_NOISE = 3 / (2 * np.log(2) * 4)  # bits that four sites of nothing have at a place of four letters


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
    whole = 2 - OF_NOISE
    partly = whole - (0.25 * np.log2(4) + 0.75 * np.log2(4 / 3))
    np.testing.assert_allclose(box.bits.sum(axis=1), [partly, whole, partly, whole])
    np.testing.assert_allclose(box.bits[0], [0, 0, 0.25 * partly, 0.75 * partly])
    assert box.information_content == pytest.approx(2 * (whole + partly))


def test_few_sites_of_noise_have_no_information_to_speak_of() -> None:
    random = np.random.default_rng(0)

    def bits(n_sites: int, share: float) -> float:
        """Mean information of motifs of ten places, at which so many sites have their first letter more often."""
        shares = [share, *[(1 - share) / 3] * 3]
        motifs = [Motif("noise", "ACGT", random.multinomial(n_sites, shares, 10), n_sites, UNIFORM) for _ in range(50)]
        return np.mean([motif.information_content for motif in motifs])

    assert bits(10, 0.25) < 1 and bits(1000, 0.25) < 0.05  # about 2.5 for ten sites if nothing were taken off
    assert bits(1000, 0.9) == pytest.approx(10 * (2 - 0.9 * np.log2(1 / 0.9) - 0.1 * np.log2(30)), rel=0.02)
    assert motif(strings=("ACGT",)).information_content == 0


def test_a_consensus_has_letters_only_where_one_stands_out() -> None:
    flat = [[25, 25, 25, 25], [30, 20, 20, 30], [50, 0, 0, 50]]
    assert Motif("box", "ACGT", [*flat, [0, 0, 51, 49], [0, 100, 0, 0]], 100, UNIFORM).consensus == "NNNGC"
    assert Motif("box", "ACGU", flat, 100, UNIFORM).consensus == "NNN"
    usual = np.array([0.7, 0.1, 0.1, 0.1])
    assert Motif("box", "ACGT", [[70, 10, 10, 10], [1, 97, 1, 1]], 100, usual).consensus == "NC"
    assert motif(strings=("HPHP", "HHHP", "PHHP") * 9, letters="HP").consensus == "HHHP"
    assert motif(strings=("HP", "PP") * 9, letters="HP").consensus == ".P"
    assert motif(strings=("MK", "ML") * 50, letters="ACDEFGHIKLMNPQRSTVWY").consensus == "MX"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"counts": np.ones((4, 3))}, r"counts of motif 'box' must have shape \(width, 4\) .*'ACGT', got \(4, 3\)"),
        ({"counts": [4, 0, 0, 0]}, r"must have shape \(width, 4\) for letters 'ACGT', got \(4,\)"),
        ({"counts": np.ones((0, 4))}, r"got \(0, 4\)"),
        ({"counts": [[1, 2], [3]]}, "counts of motif 'box' must be numbers, got"),
        ({"counts": "many"}, "counts of motif 'box' must be numbers, got 'many'"),
        ({"counts": [[5, -1, 0, 0]]}, "counts of motif 'box' must be 0 or more and finite, got -1"),
        ({"counts": [[4, np.nan, 0, 0]]}, "must be 0 or more and finite, got nan"),
        ({"counts": [[4, 0, 0, 0], [4, 1, 0, 0]]}, r"sum to its 4 sites at every place, but counts\[1\] sums to 5"),
        ({"n_sites": -1}, "n_sites of motif 'box' must be 0 or more, got -1"),
        ({"n_sites": 4.0}, "n_sites of motif 'box' must be an int, got 4.0"),
        ({"background": [0.5, 0.5]}, r"background of motif 'box' must have shape \(4,\) .*got \(2,\)"),
        ({"background": [0.3] * 4}, "background of motif 'box' must sum to 1, but sums to 1.2"),
        ({"background": [0, 0.5, 0.25, 0.25]}, "motif 'box' has sites with A, so its background cannot be 0"),
        ({"name": 3}, "name of a motif must be a str, got 3"),
        ({"letters": "ACGG"}, "letters of motif 'box' must be one or more, all different; got 'ACGG'"),
    ],
)
def test_numbers_that_make_no_motif_are_refused(changes: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        motif(**changes)


def test_lists_of_numbers_will_do() -> None:
    given = Motif("box", "ACGT", [[8, 0, 0, 0]], 8, [0.25] * 4)
    assert given.counts.dtype == np.float64 and given.background.dtype == np.float64 and given.width == 1


def test_information_is_what_differs_from_the_background() -> None:
    rare = motif(background=np.array([0.05, 0.45, 0.45, 0.05]))
    np.testing.assert_allclose(rare.bits[1], [np.log2(1 / 0.05) - OF_NOISE, 0, 0, 0])
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
    write_meme([motif("a", ("MKV", "MKL") * 50, letters=letters)], tmp_path / "motifs.meme")
    lines = (tmp_path / "motifs.meme").read_text().splitlines()
    assert f"ALPHABET= {letters}" in lines and "MOTIF a MKX" in lines
    shares = [float(share) for share in lines[lines.index("MOTIF a MKX") + 4].split()]
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
    with pytest.raises(FileNotFoundError, match=r"missing/motifs\.meme cannot be written, because its folder does not"):
        write_meme([motif()], tmp_path / "missing" / "motifs.meme")
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize(
    ("motifs", "message"),
    [
        ([], "no motif has sites, so there is nothing to write"),
        ([motif(letters="ATCG")], "MEME files are of DNA, RNA or protein; motif 'box' has letters ATCG"),
        ([motif("a"), motif("b", letters="ACGU", strings=("ACGU",))], "those of 'b' and 'a' differ"),
        ([motif("a"), motif("b", background=np.array([0.1, 0.4, 0.4, 0.1]))], "those of 'b' and 'a' differ"),
        (
            [motif("a"), motif("a")],
            "each motif of a file needs a name of its own, of ASCII characters without blanks; got 'a'",
        ),
        ([motif("a b")], "without blanks; got 'a b'"),
        ([motif("")], "without blanks; got ''"),
        ([motif("é")], "of ASCII characters without blanks; got 'é'"),
    ],
)
def test_what_cannot_be_one_file_is_refused(motifs: list, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        write_meme(motifs, tmp_path / "motifs.meme")
    assert os.listdir(tmp_path) == []


class Fitted:
    motifs_ = (motif(),)


@pytest.mark.parametrize(
    ("motifs", "message"),
    [
        (motif(), "write_meme takes a sequence of motifs, got a single one: put it into a list"),
        (Fitted(), "write_meme takes a sequence of motifs, got a Fitted: give its motifs_"),
        ("TATA", "write_meme takes a sequence of motifs, got a str"),
        (None, "write_meme takes a sequence of motifs, got a NoneType"),
        ([motif(), "TATA"], "write_meme takes a sequence of motifs, but motif 1 is a str"),
    ],
)
def test_what_is_no_sequence_of_motifs_is_refused(motifs: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=message):
        write_meme(motifs, tmp_path / "motifs.meme")
    assert os.listdir(tmp_path) == []
