"""Which alphabet strings are written in, from the characters that occur."""

from __future__ import annotations

from string import ascii_letters

import numpy as np

from ._alphabets import DNA, PROTEIN, RNA, Alphabet, alphabet_of

_BASES = (b"Aa", b"Cc", b"Gg", b"TtUu")
_SHARE_OF_BASES = 0.9  # a fifth of the residues of proteins are among these letters
_GAPS_AND_STOPS = "-.*"


def recognise_alphabet(text: bytes) -> Alphabet:
    """Return the alphabet of DNA, RNA or proteins; characters that it lacks may occur all the same.

    Strings are nucleotides if all four bases occur and are at least nine tenths of the letters other than N; all else
    is protein, for every ambiguity code of nucleotides is the letter of a residue too.  Nucleotides are RNA if U is
    more frequent than T.
    """
    n_letters = _count(text, ascii_letters.encode()) - _count(text, b"Nn")
    n_bases = [_count(text, base) for base in _BASES]
    if not all(n_bases) or sum(n_bases) < _SHARE_OF_BASES * n_letters:
        return PROTEIN
    return RNA if _count(text, b"Uu") > _count(text, b"Tt") else DNA


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


def place_of(text: str | bytes, at: int, offsets: np.ndarray) -> str:
    """Name the character that stands at index `at` of all sequences end to end."""
    index = int(np.searchsorted(offsets, at, side="right")) - 1
    character = text[at] if isinstance(text, str) else chr(text[at])
    return f"sequence {index} has {character!r} at position {at - int(offsets[index])}"


def _count(text: bytes, characters: bytes) -> int:
    return len(text) - len(text.translate(None, characters))
