"""Motifs: what stands how often at each place of the sites of something, and files of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._alphabets import DNA, PROTEIN, RNA

_LETTERS_OF_MEME = {alphabet.letters for alphabet in (DNA, RNA, PROTEIN)}


@dataclass(frozen=True, eq=False, repr=False)
class Motif:
    """How often each letter stands at each place of some sites.

    Parameters
    ----------
    name : str
        What the motif is called.
    letters : str
        The n_letters letters, in the order of the columns.
    counts : ndarray of shape (width, n_letters), float64
        Sites that have the letter at the place; an ambiguity code counts as a part for each of its letters.
    n_sites : int
        Number of sites; there may be none.
    background : ndarray of shape (n_letters,), float64
        How frequent the letters are elsewhere.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.sequences import Motif
    >>> motif = Motif("box", "ACGT", np.array([[0, 0, 0, 8], [8, 0, 0, 0], [4, 0, 0, 4]]), 8, np.full(4, 0.25))
    >>> motif
    <motif box: TAA, 5.00 bits, 8 sites>
    >>> motif.frequencies[2].tolist()
    [0.5, 0.0, 0.0, 0.5]
    >>> motif.bits.sum(axis=1).tolist()
    [2.0, 2.0, 1.0]
    """

    name: str
    letters: str
    counts: NDArray[np.float64]
    n_sites: int
    background: NDArray[np.float64]

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
        [1]_; few sites make it look larger than it is.

        References
        ----------
        .. [1] Stormo: DNA binding sites: representation and discovery. Bioinformatics 16 (2000).
        """
        frequencies = self.frequencies
        seen = frequencies > 0  # a letter that has no background is not seen either
        ratios = np.divide(frequencies, self.background, out=np.ones_like(frequencies), where=seen)
        return frequencies * (frequencies * np.log2(ratios)).sum(axis=1, keepdims=True)

    @property
    def information_content(self) -> float:
        """Information of all places together, in bits."""
        return float(self.bits.sum())

    @property
    def consensus(self) -> str:
        """The most frequent letter of each place; no letters without sites."""
        best = self.counts.argmax(axis=1) if self.n_sites else ()
        return "".join(self.letters[column] for column in best)

    def __repr__(self) -> str:
        what = f"{self.consensus}, {self.information_content:.2f} bits, " if self.n_sites else ""
        return f"<motif {self.name}: {what}{self.n_sites} sites>"


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
    ValueError
        If no motif has sites, their letters are not those of DNA, RNA or protein, they differ in letters or background,
        or two have one name.
    OSError
        If the file cannot be written, or is there and is no regular file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from skmlbio.sequences import Motif, write_meme
    >>> motif = Motif("box", "ACGT", np.array([[0, 0, 0, 8], [8, 0, 0, 0]]), 8, np.full(4, 0.25))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "motifs.meme")
    ...     write_meme([motif], path)
    ...     print(*path.read_text().splitlines()[-4:], sep="\\n")
    MOTIF box TA
    letter-probability matrix: alength= 4 w= 2 nsites= 8 E= 0
     0.000000 0.000000 0.000000 1.000000
     1.000000 0.000000 0.000000 0.000000
    """
    found = [motif for motif in motifs if motif.n_sites]
    _require_writable(found)
    first, path = found[0], os.path.realpath(file)
    background = " ".join(
        f"{letter} {share:.6f}" for letter, share in zip(first.letters, first.background, strict=True)
    )
    head = f"MEME version 4\n\nALPHABET= {first.letters}\n\nBackground letter frequencies\n{background}\n"
    if os.path.exists(path) and not os.path.isfile(path):
        raise FileExistsError(f"{os.fspath(file)} is there and is no regular file; name another.")
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "w", encoding="ascii") as text:
            text.write("\n".join([head, *map(_written, found)]))
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)


def _require_writable(motifs: Sequence[Motif]) -> None:
    if not motifs:
        raise ValueError("no motif has sites, so there is nothing to write.")
    first, names = motifs[0], set()
    if first.letters not in _LETTERS_OF_MEME:
        raise ValueError(f"MEME files are of DNA, RNA or protein; motif {first.name!r} has letters {first.letters}.")
    for motif in motifs:
        if motif.letters != first.letters or not np.allclose(motif.background, first.background):
            raise ValueError(
                f"the motifs of a file share letters and background; those of {motif.name!r} and {first.name!r} differ."
            )
        if motif.name in names or not motif.name or len(motif.name.split()) > 1:
            raise ValueError(f"each motif of a file needs a name of its own, without blanks; got {motif.name!r}.")
        names.add(motif.name)


def _written(motif: Motif) -> str:
    rows = (" ".join(["", *(f"{share:.6f}" for share in row)]) for row in motif.frequencies)
    title = f"MOTIF {motif.name} {motif.consensus}"
    matrix = f"letter-probability matrix: alength= {len(motif.letters)} w= {motif.width} nsites= {motif.n_sites} E= 0"
    return "\n".join([title, matrix, *rows, ""])
