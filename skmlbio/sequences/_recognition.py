"""Which alphabet strings are written in, from the characters that occur."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from string import ascii_letters
from typing import NamedTuple

import numpy as np

from ._alphabets import DNA, PROTEIN, RNA, Alphabet, alphabet_of

_BASES = (b"Aa", b"Cc", b"Gg", b"TtUu")
_NUCLEOTIDES = b"".join(_BASES) + b"RrYySsWwKkMmBbDdHhVv"  # N, which may be any base, says nothing
_SHARE_OF_BASES = 0.9  # a fifth of the residues of proteins are among these letters
# Two thirds of the residues have a letter that is one of nucleotides too, but few peptides have nothing else.
_ENOUGH_LETTERS = {"bases": 20, "codes": 100}
_GAPS_AND_STOPS = "-.*"
_BYTES_AT_ONCE = 2**20


class TextBlock(NamedTuple):
    """Some sequences end to end.

    Attributes
    ----------
    text : bytes
        Their characters.
    offsets : ndarray of shape (n + 1,), int64
        Where each begins, and the last one ends.
    first : int
        The number of the first one among all sequences.
    """

    text: bytes
    offsets: np.ndarray
    first: int = 0


def recognise_alphabet(blocks: Iterable[TextBlock]) -> Alphabet:
    """Return the alphabet of DNA, RNA or proteins; characters that it lacks may occur all the same.

    Strings are nucleotides if all four bases occur and are at least nine tenths of the letters other than N.  They may
    be if every letter is a base or an ambiguity code, and at least half are bases: where U is more frequent than T, or
    three bases occur among 20 letters, or among 100 where there are more codes than a tenth, they are.  Of the others,
    so few letters are taken for residues and more for bases, with a warning.  All else is protein.  Nucleotides are RNA
    if U is more frequent than T.
    """
    counts = _counts_of_bytes(blocks)
    n_letters = _count(counts, ascii_letters.encode()) - _count(counts, b"Nn")
    of_bases = [_count(counts, base) for base in _BASES]
    n_bases, n_kinds = sum(of_bases), sum(map(bool, of_bases))
    nucleotides = RNA if _count(counts, b"Uu") > _count(counts, b"Tt") else DNA
    spelled = "bases" if n_bases >= _SHARE_OF_BASES * n_letters else "codes"
    if n_kinds == 4 and spelled == "bases":
        return nucleotides
    if not n_bases or n_bases < n_letters / 2 or _count(counts, _NUCLEOTIDES) < n_letters:
        return PROTEIN
    assumed = nucleotides if n_letters >= _ENOUGH_LETTERS[spelled] else PROTEIN
    if nucleotides is RNA or (assumed is DNA and n_kinds >= 3):
        return nucleotides
    other = PROTEIN if assumed is DNA else DNA
    warnings.warn(
        f"the strings are taken for {assumed.name} but may be {other.name}: their {n_letters} letters, with {n_kinds} "
        f"of the four bases, occur in both; alphabet='{assumed.name}' or alphabet='{other.name}' settles it.",
        UserWarning,
        stacklevel=4,
    )
    return assumed


def learn_alphabet(blocks: Iterable[TextBlock], case_sensitive: bool | str) -> Alphabet:
    """The distinct characters, sorted; blanks and control characters are slips of reading a file, never letters."""
    characters = sorted(map(chr, np.flatnonzero(_counts_of_bytes(blocks))))
    for character in characters:
        if not "!" <= character <= "~":
            place = place_in(blocks, bytes([ord(character)]))
            raise ValueError(f"{place}; blanks and control characters are in no alphabet, strip them first")
    if case_sensitive == "auto" and _spell_residues(blocks, characters):
        case_sensitive = False
    if case_sensitive is False:
        characters = sorted({character.upper() for character in characters})
    return alphabet_of("learned", characters, case_sensitive)


def _spell_residues(blocks: Iterable[TextBlock], characters: list[str]) -> bool:
    """Whether the characters are letters, gaps and stops only, and no SMILES.

    SMILES without digits and other signs have no rings, so no aromatic atoms, and the only lower-case letters left are
    those of Cl and Br.
    """
    if not all(character.isalpha() or character in _GAPS_AND_STOPS for character in characters):
        return False
    rests = (block.text.replace(b"Cl", b"").replace(b"Br", b"") for block in blocks)
    return any(rest != rest.upper() for rest in rests)


def place_in(blocks: Iterable[TextBlock], characters: bytes) -> str | None:
    """Name the first of some characters that occurs; None if there is none."""
    for text, offsets, first in blocks:
        if len(text.translate(None, characters)) < len(text):
            at = min(at for character in characters if (at := text.find(character)) >= 0)
            return place_of(text, at, offsets, first)
    return None


def place_of(text: str | bytes | list[str], at: int, offsets: np.ndarray, first: int = 0) -> str:
    """Name what stands at index `at` of sequences end to end, which are numbered from `first`."""
    index = int(np.searchsorted(offsets, at, side="right")) - 1
    character = chr(text[at]) if isinstance(text, bytes) else text[at]
    return f"sequence {first + index} has {character!r} at position {at - int(offsets[index])}"


def _counts_of_bytes(blocks: Iterable[TextBlock]) -> np.ndarray:
    """How often each byte occurs: ndarray of shape (256,)."""
    counts = np.zeros(256, np.int64)
    for block in blocks:
        for start in range(0, len(block.text), _BYTES_AT_ONCE):
            part = np.frombuffer(block.text, np.uint8)[start : start + _BYTES_AT_ONCE]
            counts += np.bincount(part, minlength=256)
    return counts


def _count(counts: np.ndarray, characters: bytes) -> int:
    return int(counts[list(characters)].sum())
