"""Which alphabet strings are written in, from the characters that occur."""

from __future__ import annotations

import warnings
from string import ascii_letters

import numpy as np

from ._alphabets import DNA, PROTEIN, RNA, Alphabet, alphabet_of

_BASES = (b"Aa", b"Cc", b"Gg", b"TtUu")
_NUCLEOTIDES = b"".join(_BASES) + b"RrYySsWwKkMmBbDdHhVv"  # N, which may be any base, says nothing
_SHARE_OF_BASES = 0.9  # a fifth of the residues of proteins are among these letters
# Two thirds of the residues have a letter that is one of nucleotides too, but few peptides have nothing else.
_ENOUGH_LETTERS = {"bases": 20, "codes": 100}
_GAPS_AND_STOPS = "-.*"


def recognise_alphabet(text: bytes) -> Alphabet:
    """Return the alphabet of DNA, RNA or proteins; characters that it lacks may occur all the same.

    Strings are nucleotides if all four bases occur and are at least nine tenths of the letters other than N.  They may
    be if every letter is a base or an ambiguity code, and at least half are bases: where U is more frequent than T, or
    three bases occur among 20 letters, or among 100 where there are more codes than a tenth, they are.  Of the others,
    so few letters are taken for residues and more for bases, with a warning.  All else is protein.  Nucleotides are RNA
    if U is more frequent than T.
    """
    n_letters = _count(text, ascii_letters.encode()) - _count(text, b"Nn")
    counts = [_count(text, base) for base in _BASES]
    n_bases, n_kinds = sum(counts), sum(map(bool, counts))
    nucleotides = RNA if _count(text, b"Uu") > _count(text, b"Tt") else DNA
    spelled = "bases" if n_bases >= _SHARE_OF_BASES * n_letters else "codes"
    if n_kinds == 4 and spelled == "bases":
        return nucleotides
    if not n_bases or n_bases < n_letters / 2 or _count(text, _NUCLEOTIDES) < n_letters:
        return PROTEIN
    assumed = nucleotides if n_letters >= _ENOUGH_LETTERS[spelled] else PROTEIN
    if nucleotides is RNA or (assumed is DNA and n_kinds >= 3):
        return nucleotides
    other = PROTEIN if assumed is DNA else DNA
    warnings.warn(
        f"the strings are taken for {assumed.name} but may be {other.name}: their {n_letters} letters, with {n_kinds} "
        f"of the four bases, occur in both; alphabet='{assumed.name}' or alphabet='{other.name}' settles it.",
        UserWarning,
        stacklevel=3,
    )
    return assumed


def learn_alphabet(text: bytes, offsets: np.ndarray, case_sensitive: bool | str) -> Alphabet:
    """The distinct characters, sorted; blanks and control characters are slips of reading a file, never letters."""
    seen = set(text[:100_000])
    seen |= set(text.translate(None, bytes(seen)))  # what the beginning lacks: a few characters at most
    characters = sorted(map(chr, seen))
    for character in characters:
        if not "!" <= character <= "~":
            place = place_of(text, text.find(ord(character)), offsets)
            raise ValueError(f"{place}; blanks and control characters are in no alphabet, strip them first")
    if case_sensitive == "auto" and _spell_residues(text, characters):
        case_sensitive = False
    if case_sensitive is False:
        characters = sorted({character.upper() for character in characters})
    return alphabet_of("learned", characters, case_sensitive)


def _spell_residues(text: bytes, characters: list[str]) -> bool:
    """Whether the characters are letters, gaps and stops only, and no SMILES.

    SMILES without digits and other signs have no rings, so no aromatic atoms, and the only lower-case letters left are
    those of Cl and Br.
    """
    if not all(character.isalpha() or character in _GAPS_AND_STOPS for character in characters):
        return False
    rest = text.replace(b"Cl", b"").replace(b"Br", b"")
    return rest != rest.upper()


def place_of(text: str | bytes | list[str], at: int, offsets: np.ndarray) -> str:
    """Name the character or token that stands at index `at` of all sequences end to end."""
    index = int(np.searchsorted(offsets, at, side="right")) - 1
    character = chr(text[at]) if isinstance(text, bytes) else text[at]
    return f"sequence {index} has {character!r} at position {at - int(offsets[index])}"


def _count(text: bytes, characters: bytes) -> int:
    return len(text) - len(text.translate(None, characters))
