"""Motifs: what stands how often at each place of the sites of something, and files of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skmlbio._files import replacing

from ._alphabets import DNA, PROTEIN, RNA

_ANY_LETTER = {alphabet.letters: alphabet.unknown_character for alphabet in (DNA, RNA, PROTEIN)}
_MAJORITY = 0.5  # of the sites, so that a letter stands in a consensus


@dataclass(frozen=True, eq=False, repr=False)
class Motif:
    """How often each letter stands at each place of some sites.

    Parameters
    ----------
    name : str
        What the motif is called.
    letters : str
        The n_letters letters, in the order of the columns.
    counts : array-like of shape (width, n_letters), float64
        Sites that have the letter at the place, all of them together at each place; an ambiguity code counts as a part
        for each of its letters.
    n_sites : int
        Number of sites; there may be none.
    background : array-like of shape (n_letters,), float64
        How frequent the letters are elsewhere; sums to 1.

    Raises
    ------
    TypeError
        If the name or the letters are no strings, or the number of sites is no int.
    ValueError
        If a letter occurs twice, or counts or background are of another shape or no such numbers, or do not fit
        together.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.sequences import Motif
    >>> motif = Motif("box", "ACGT", np.array([[0, 0, 0, 8], [8, 0, 0, 0], [4, 0, 0, 4]]), 8, np.full(4, 0.25))
    >>> motif
    <motif box: TAN, 4.19 bits, 8 sites>
    >>> motif.frequencies[2].tolist()
    [0.5, 0.0, 0.0, 0.5]
    >>> motif.bits.sum(axis=1).round(2).tolist()
    [1.73, 1.73, 0.73]
    """

    name: str
    letters: str
    counts: NDArray[np.float64]
    n_sites: int
    background: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("name", "letters"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} of a motif must be a str, got {getattr(self, name)!r}.")
        if not isinstance(self.n_sites, Integral) or isinstance(self.n_sites, bool):
            raise TypeError(f"n_sites of motif {self.name!r} must be an int, got {self.n_sites!r}.")
        if not self.letters or len(set(self.letters)) < len(self.letters):
            raise ValueError(
                f"letters of motif {self.name!r} must be one or more, all different; got {self.letters!r}."
            )
        for name in ("counts", "background"):
            object.__setattr__(self, name, _numbers(self, name))
        self._require_sums()

    def _require_sums(self) -> None:
        """Refuse numbers that do not fit together."""
        if self.n_sites < 0:
            raise ValueError(f"n_sites of motif {self.name!r} must be 0 or more, got {self.n_sites}.")
        if not np.isclose(self.background.sum(), 1, atol=1e-4):
            raise ValueError(
                f"background of motif {self.name!r} must sum to 1, but sums to {self.background.sum():.6g}."
            )
        sums = self.counts.sum(axis=1)
        wrong = np.flatnonzero(~np.isclose(sums, self.n_sites, rtol=1e-4))
        if len(wrong):
            raise ValueError(
                f"counts of motif {self.name!r} must sum to its {self.n_sites} sites at every place, but "
                f"counts[{wrong[0]}] sums to {sums[wrong[0]]:.6g}."
            )
        absent = self.counts.any(axis=0) & (self.background == 0)
        if absent.any():
            letter = self.letters[int(absent.argmax())]
            raise ValueError(f"motif {self.name!r} has sites with {letter}, so its background cannot be 0.")

    @property
    def width(self) -> int:
        """Number of places."""
        return len(self.counts)

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """Share of the sites that have a letter at a place, shape (width, n_letters); the background without sites."""
        if not self.n_sites:
            return np.tile(self.background, (self.width, 1))
        return self.counts / self.n_sites

    @property
    def bits(self) -> NDArray[np.float64]:
        """Height of each letter in a logo, shape (width, n_letters): its frequency times the information of its place.

        The information of a place is the relative entropy of its frequencies p and the background q, Σ p log2(p / q)
        [1]_, less what n sites of noise would have on average, (s - 1) / (2 n ln 2) for s letters [2]_, but no less
        than 0.

        References
        ----------
        .. [1] Stormo: DNA binding sites: representation and discovery. Bioinformatics 16 (2000).
        .. [2] Schneider, Stormo, Gold, Ehrenfeucht: Information content of binding sites on nucleotide sequences.
           Journal of Molecular Biology 188 (1986).
        """
        frequencies = self.frequencies
        seen = frequencies > 0  # a letter that has no background is not seen either
        ratios = np.divide(frequencies, self.background, out=np.ones_like(frequencies), where=seen)
        information = (frequencies * np.log2(ratios)).sum(axis=1, keepdims=True)
        of_noise = (np.count_nonzero(self.background) - 1) / (2 * np.log(2) * max(1, self.n_sites))
        return frequencies * np.maximum(information - of_noise, 0)

    @property
    def information_content(self) -> float:
        """Information of all places together, in bits."""
        return float(self.bits.sum())

    @property
    def consensus(self) -> str:
        """The letter that most sites have at each place; no letters without sites.

        Where no letter is in more than half of the sites, or the place has no information, there is the code for any
        letter, "N" for nucleotides and "X" for residues of proteins, or ".".
        """
        if not self.n_sites:
            return ""
        clear = (self.frequencies.max(axis=1) > _MAJORITY) & (self.bits.sum(axis=1) > 0)
        best = np.where(clear, self.counts.argmax(axis=1), len(self.letters))
        letters = self.letters + _ANY_LETTER.get(self.letters, ".")
        return "".join(letters[column] for column in best)

    def __repr__(self) -> str:
        what = f"{self.consensus}, {self.information_content:.2f} bits, " if self.n_sites else ""
        return f"<motif {self.name}: {what}{self.n_sites} sites>"


def _numbers(motif: Motif, name: str) -> NDArray[np.float64]:
    """Return counts or background as an array of float64."""
    given, n_letters = getattr(motif, name), len(motif.letters)
    try:
        array = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} of motif {motif.name!r} must be numbers, got {given!r}.") from None
    shape = f"(width, {n_letters})" if name == "counts" else f"({n_letters},)"
    if array.ndim != (2 if name == "counts" else 1) or array.shape[-1] != n_letters or not array.size:
        raise ValueError(
            f"{name} of motif {motif.name!r} must have shape {shape} for letters {motif.letters!r}, got {array.shape}."
        )
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        raise ValueError(f"{name} of motif {motif.name!r} must be 0 or more and finite, got {array[wrong][0]:g}.")
    return array


def require_motifs(motifs: Any, caller: str) -> list[Motif]:
    """Return motifs as a list; raise a TypeError for anything else."""
    if isinstance(motifs, Motif):
        raise TypeError(f"{caller} takes a sequence of motifs, got a single one: put it into a list.")
    if hasattr(motifs, "motifs_"):
        raise TypeError(f"{caller} takes a sequence of motifs, got a {type(motifs).__name__}: give its motifs_.")
    if isinstance(motifs, (str, bytes)) or not isinstance(motifs, Iterable):
        raise TypeError(f"{caller} takes a sequence of motifs, got a {type(motifs).__name__}.")
    motifs = list(motifs)
    for index, motif in enumerate(motifs):
        if not isinstance(motif, Motif):
            raise TypeError(f"{caller} takes a sequence of motifs, but motif {index} is a {type(motif).__name__}.")
    return motifs


def write_meme(motifs: Sequence[Motif], file: str | os.PathLike) -> None:
    """Write motifs in the minimal MEME format, for the programs of the MEME suite.

    Biopython reads it, too, for DNA and RNA.  A motif without sites has no frequencies and is left out.  The file is
    there as a whole or not at all.

    Parameters
    ----------
    motifs : sequence of Motif
        Motifs of one alphabet and one background, such as ``motifs_`` of an estimator.
    file : str or path-like
        Where to; a file of that name is replaced.

    Raises
    ------
    TypeError
        If the motifs are anything else.
    ValueError
        If no motif has sites, their letters are not those of DNA, RNA or protein, they differ in letters or background,
        or two have one name.
    FileNotFoundError
        If the folder of the file does not exist.
    OSError
        If the file cannot be written, or is there and is no regular file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from skmlbio.sequences import Motif, write_meme
    >>> motif = Motif("box", "ACGT", [[0, 0, 0, 8], [8, 0, 0, 0]], 8, np.full(4, 0.25))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "motifs.meme")
    ...     write_meme([motif], path)
    ...     print(*path.read_text().splitlines()[-4:], sep="\\n")
    MOTIF box TA
    letter-probability matrix: alength= 4 w= 2 nsites= 8 E= 0
     0.000000 0.000000 0.000000 1.000000
     1.000000 0.000000 0.000000 0.000000
    """
    found = [motif for motif in require_motifs(motifs, "write_meme") if motif.n_sites]
    _require_writable(found)
    first = found[0]
    background = " ".join(
        f"{letter} {share:.6f}" for letter, share in zip(first.letters, first.background, strict=True)
    )
    head = f"MEME version 4\n\nALPHABET= {first.letters}\n\nBackground letter frequencies\n{background}\n"
    with replacing(file) as part, open(part, "w", encoding="ascii") as text:
        text.write("\n".join([head, *map(_written, found)]))


def _require_writable(motifs: Sequence[Motif]) -> None:
    if not motifs:
        raise ValueError("no motif has sites, so there is nothing to write.")
    first, names = motifs[0], set()
    if first.letters not in _ANY_LETTER:
        raise ValueError(f"MEME files are of DNA, RNA or protein; motif {first.name!r} has letters {first.letters}.")
    for motif in motifs:
        if motif.letters != first.letters or not np.allclose(motif.background, first.background):
            raise ValueError(
                f"the motifs of a file share letters and background; those of {motif.name!r} and {first.name!r} differ."
            )
        if motif.name in names or not motif.name or len(motif.name.split()) > 1 or not motif.name.isascii():
            raise ValueError(
                f"each motif of a file needs a name of its own, of ASCII characters without blanks; got {motif.name!r}."
            )
        names.add(motif.name)


def _written(motif: Motif) -> str:
    rows = (" ".join(["", *(f"{share:.6f}" for share in row)]) for row in motif.frequencies)
    title = f"MOTIF {motif.name} {motif.consensus}"
    matrix = f"letter-probability matrix: alength= {len(motif.letters)} w= {motif.width} nsites= {motif.n_sites} E= 0"
    return "\n".join([title, matrix, *rows, ""])
