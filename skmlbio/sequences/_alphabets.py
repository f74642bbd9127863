"""Which characters a sequence may hold, and the number and the vector that stand for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Alphabet:
    """The letters of a kind of sequence, in order, and the ambiguity codes that stand for several of them.

    Every character has a token, a small integer: 0 is padding, 1 is a character outside the alphabet, 2 and up are
    the letters in their order, and after them the ambiguity codes in theirs.

    Parameters
    ----------
    name : str
        What error messages call it.
    letters : str
        The letters in the order of the one-hot columns: distinct, printable ASCII, no blank.
    ambiguity : mapping or tuple of pairs (str, str), default=()
        Ambiguity code -> the letters it stands for, such as ``{"R": "AG"}``; kept as a tuple of pairs, so that an
        alphabet is hashable.
    case_sensitive : bool, default=False
        Whether ``"a"`` and ``"A"`` differ. If not, letters and codes are given in upper case, and lower-case
        characters in a sequence are read as upper case.

    Attributes
    ----------
    padding_token : int
        0, the token after a sequence's end.
    unknown_token : int
        1, the token of a character outside the alphabet.
    first_letter_token : int
        2, the token of the first letter.
    dtype : dtype
        uint8, which holds every token.

    Raises
    ------
    ValueError
        If the letters or codes repeat, are not printable ASCII, or stand for letters that do not exist.

    Examples
    --------
    >>> from skmlbio.sequences import Alphabet
    >>> gapped = Alphabet("gapped dna", "ACGT-", {"N": "ACGT"})
    >>> gapped.n_letters, gapped.n_tokens
    (5, 8)
    >>> gapped.lookup[list(b"acN-!")]
    array([2, 3, 7, 6, 1], dtype=uint8)
    """

    name: str
    letters: str
    ambiguity: tuple[tuple[str, str], ...] = ()
    case_sensitive: bool = False

    padding_token: ClassVar[int] = 0
    unknown_token: ClassVar[int] = 1
    first_letter_token: ClassVar[int] = 2
    unit: ClassVar[str] = "characters"
    dtype: ClassVar[np.dtype] = np.dtype(np.uint8)

    def __post_init__(self) -> None:
        pairs = self.ambiguity.items() if isinstance(self.ambiguity, Mapping) else self.ambiguity
        object.__setattr__(self, "ambiguity", tuple((code, members) for code, members in pairs))
        for code, members in self.ambiguity:
            if len(code) != 1 or not members or not set(members) <= set(self.letters):
                raise ValueError(
                    f"alphabet {self.name!r}: the ambiguity code {code!r} must be one character that stands for some "
                    f"of the letters {self.letters}; got {members!r}"
                )
        characters = self.letters + self.codes
        if not self.letters or len(set(characters)) < len(characters):
            raise ValueError(f"alphabet {self.name!r}: letters and codes must be distinct; got {characters!r}")
        if not all("!" <= character <= "~" for character in characters):
            raise ValueError(f"alphabet {self.name!r}: letters and codes must be printable ASCII; got {characters!r}")
        if not self.case_sensitive and characters != characters.upper():
            raise ValueError(
                f"alphabet {self.name!r}: lower-case characters need case_sensitive=True; got {characters!r}"
            )

    def __str__(self) -> str:
        codes = f" or its ambiguity codes {self.codes}" if self.codes else ""
        return f"the {self.name} alphabet {self.letters}{codes}"

    def __getstate__(self) -> dict[str, Any]:
        # The arrays are made again where they are needed: a pickle is small, and they are read-only there too.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def codes(self) -> str:
        """The ambiguity codes, in the order of their tokens."""
        return "".join(code for code, _ in self.ambiguity)

    @property
    def n_letters(self) -> int:
        """Number of letters: the width of a one-hot vector."""
        return len(self.letters)

    @property
    def n_tokens(self) -> int:
        """Number of tokens, padding and unknown included: the rows of an embedding."""
        return self.first_letter_token + len(self.letters) + len(self.codes)

    @property
    def unknown_character(self) -> str:
        """What an unknown character is written as: the code for any letter (``"N"``, ``"X"``), or else ``"?"``."""
        return next((code for code, members in self.ambiguity if set(members) == set(self.letters)), "?")

    @cached_property
    def lookup(self) -> NDArray[np.uint8]:
        """Byte -> token, ndarray of shape (256,), dtype uint8.

        The whole tokenisation is ``lookup[bytes_of_the_string]``; upper-casing is folded in, and every byte outside
        the alphabet has token 1.
        """
        table = np.full(256, self.unknown_token, dtype=np.uint8)
        for token, character in enumerate(self.letters + self.codes, start=self.first_letter_token):
            table[ord(character)] = token
            if not self.case_sensitive:
                table[ord(character.lower())] = token
        return _read_only(table)

    @cached_property
    def characters(self) -> NDArray[np.uint8]:
        """Token -> ASCII byte, ndarray of shape (n_tokens,), dtype uint8; padding has the byte 0."""
        text = "\0" + self.unknown_character + self.letters + self.codes
        return _read_only(np.frombuffer(text.encode("ascii"), dtype=np.uint8).copy())

    @cached_property
    def one_hot_vectors(self) -> NDArray[np.float64]:
        """Token -> vector, ndarray of shape (n_tokens, n_letters), dtype float64.

        A letter has a 1 in its own column. A code that stands for k letters has 1/k in each of their columns, and an
        unknown character, which may be any letter, 1/n_letters in all. So every character's vector sums to 1; that of
        padding is zero.
        """
        standing_for = ["", self.letters, *self.letters, *(members for _, members in self.ambiguity)]
        vectors = np.zeros((self.n_tokens, self.n_letters))
        for vector, members in zip(vectors, standing_for, strict=True):
            columns = [self.letters.index(letter) for letter in set(members)]
            vector[columns] = 1 / max(len(columns), 1)
        return _read_only(vectors)


def _read_only(array: NDArray) -> NDArray:
    array.flags.writeable = False
    return array


# Cornish-Bowden, "Nomenclature for incompletely specified bases in nucleic acid sequences: recommendations 1984",
# Nucleic Acids Research 13(9), 1985.
_NUCLEOTIDE_CODES = {
    "R": "AG",
    "Y": "CT",
    "S": "CG",
    "W": "AT",
    "K": "GT",
    "M": "AC",
    "B": "CGT",
    "D": "AGT",
    "H": "ACT",
    "V": "ACG",
    "N": "ACGT",
}
_AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"

DNA = Alphabet("dna", "ACGT", tuple(_NUCLEOTIDE_CODES.items()))
RNA = Alphabet("rna", "ACGU", tuple((code, members.replace("T", "U")) for code, members in _NUCLEOTIDE_CODES.items()))
# IUPAC-IUB, "Nomenclature and symbolism for amino acids and peptides: recommendations 1983", European Journal of
# Biochemistry 138, 1984. Selenocysteine (U) and pyrrolysine (O) came later and stand for the amino acids they are made
# from. J (leucine or isoleucine) is used in mass spectrometry but is no IUPAC code.
PROTEIN = Alphabet("protein", _AMINO_ACIDS, (("B", "DN"), ("Z", "EQ"), ("X", _AMINO_ACIDS), ("U", "C"), ("O", "K")))

_BY_NAME = {alphabet.name: alphabet for alphabet in (DNA, RNA, PROTEIN)}


def get_alphabet(alphabet: str | Alphabet, *, case_sensitive: bool | str = "auto") -> Alphabet:
    """Return the alphabet of that name, or one with those letters.

    Parameters
    ----------
    alphabet : str or Alphabet
        One of

        - ``"dna"``: A, C, G, T, and the IUPAC codes R, Y, S, W, K, M, B, D, H, V, N;
        - ``"rna"``: A, C, G, U, and the same codes;
        - ``"protein"``: the 20 amino acids in the order of their one-letter codes, the IUPAC codes B (aspartic acid
          or asparagine), Z (glutamic acid or glutamine), X (any), and U (selenocysteine, read as C in one-hot
          vectors) and O (pyrrolysine, read as K);
        - any other string of distinct characters: those letters in that order, without ambiguity codes;
        - an `Alphabet`, returned as it is.

        Gaps (``"-"``), stops (``"*"``) and the code J (leucine or isoleucine), which is not IUPAC's, belong to none
        of the three: name them in an `Alphabet` of your own where they carry information.
    case_sensitive : {"auto"} or bool, default="auto"
        Whether ``"a"`` and ``"A"`` differ. ``"auto"`` folds case for the three, and for a string of letters unless both
        cases occur in it (as in SMILES). ``True`` adds the lower-case letters and codes of the three as further ones.
        An `Alphabet` says it itself.

    Returns
    -------
    alphabet : Alphabet

    Raises
    ------
    TypeError
        If it is neither a string nor an `Alphabet`.
    ValueError
        If it is ``"auto"`` or ``"learned"`` (which need sequences), or no string of distinct printable characters, or
        if `case_sensitive` contradicts an `Alphabet`.

    Examples
    --------
    >>> from skmlbio.sequences import get_alphabet
    >>> get_alphabet("rna").letters
    'ACGU'
    >>> get_alphabet("HP").lookup[list(b"hpp")]
    array([2, 3, 3], dtype=uint8)
    >>> get_alphabet("dna", case_sensitive=True).letters
    'ACGTacgt'
    """
    case_sensitive = ensure_case_sensitive(case_sensitive)
    if isinstance(alphabet, Alphabet):
        if case_sensitive not in ("auto", alphabet.case_sensitive):
            raise ValueError(
                f"case_sensitive={case_sensitive} contradicts the alphabet {alphabet.name!r}, which says it itself"
            )
        return alphabet
    if not isinstance(alphabet, str):
        raise TypeError(f"alphabet must be a string or an Alphabet; got {type(alphabet).__name__}")
    name = alphabet.lower()
    if name in _BY_NAME:
        return _with_both_cases(_BY_NAME[name]) if case_sensitive is True else _BY_NAME[name]
    distinct = len(set(alphabet)) == len(alphabet) > 0
    printable = all("!" <= character <= "~" for character in alphabet)
    if name in ("auto", "learned") or not distinct or not printable:
        allowed = ", ".join(repr(name) for name in _BY_NAME)
        raise ValueError(
            f"alphabet must be {allowed}, an Alphabet, a string of distinct printable ASCII letters, or, where there "
            f"are sequences to recognise it by or learn it from, 'auto' or 'learned'; got {alphabet!r}"
        )
    return alphabet_of("custom", alphabet, case_sensitive)


def alphabet_of(name: str, characters: Iterable[str], case_sensitive: bool | str) -> Alphabet:
    """An alphabet of these characters in this order; by "auto", case matters if both cases occur, else it is folded."""
    text = "".join(characters)
    if case_sensitive == "auto":
        case_sensitive = text != text.upper() and text != text.lower()
    return Alphabet(name, text if case_sensitive else text.upper(), case_sensitive=case_sensitive)


def ensure_case_sensitive(case_sensitive: Any) -> bool | str:
    """Return "auto" or a `bool` of Python, whatever kind of truth value it was."""
    if isinstance(case_sensitive, (bool, np.bool_)):
        return bool(case_sensitive)
    if isinstance(case_sensitive, str) and case_sensitive == "auto":
        return case_sensitive
    raise ValueError(f"case_sensitive must be 'auto', True or False; got {case_sensitive!r}")


def _with_both_cases(alphabet: Alphabet) -> Alphabet:
    lower = tuple((code.lower(), members.lower()) for code, members in alphabet.ambiguity)
    letters = alphabet.letters + alphabet.letters.lower()
    return Alphabet(f"case-sensitive {alphabet.name}", letters, alphabet.ambiguity + lower, case_sensitive=True)
