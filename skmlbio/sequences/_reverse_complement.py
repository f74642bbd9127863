"""The other strand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._alphabets import DNA, RNA, Alphabet, get_alphabet
from ._samples import Sequences, offsets_of
from ._validation import ensure_sequences

_PARTNERS = {DNA: str.maketrans("ACGT", "TGCA"), RNA: str.maketrans("ACGU", "UGCA")}


def reverse_complement(X: Any, *, alphabet: str | Alphabet = "dna") -> list[str]:
    """Return the opposite strands, read in their own direction.

    An ambiguity code becomes the code for the partners of its letters: R (A or G) becomes Y (T or C).

    Parameters
    ----------
    X : list, tuple, array, series or data frame of n_sequences strings
        The sequences, as `ensure_sequences` takes them.
    alphabet : {"dna", "rna"}, default="dna"
        Whether the partner of A is T or U.

    Returns
    -------
    strands : list of str
        n_sequences strings, in upper case.

    Raises
    ------
    ValueError
        If the alphabet is another, or a sequence has a character outside it.

    Examples
    --------
    >>> from skmlbio.sequences import reverse_complement
    >>> reverse_complement(["ACGTTA", "GATTRCA"])
    ['TAACGT', 'TGYAATC']
    """
    chosen = get_alphabet(alphabet)
    if not has_partners(chosen):
        raise ValueError(f"alphabet must be 'dna' or 'rna' for a reverse complement; got {alphabet!r}")
    return other_strands(ensure_sequences(X, alphabet=chosen)).to_strings()


def other_strands(sequences: Sequences) -> Sequences:
    """Return the opposite strands of DNA or RNA; what is unknown stays unknown."""
    # Reversing the whole run of tokens reverses every sequence, and their order: the last step undoes the latter.
    tokens = _complement_tokens(sequences.alphabet)[sequences.tokens[::-1]]
    return Sequences(tokens, offsets_of(sequences.lengths[::-1]), sequences.alphabet)[::-1]


def has_partners(alphabet: Alphabet) -> bool:
    """Whether each letter pairs with one of the other strand."""
    return alphabet in _PARTNERS


def _complement_tokens(alphabet: Alphabet) -> NDArray[np.uint8]:
    """Token -> token of the partner, shape (n_tokens,)."""
    members = dict(alphabet.ambiguity) | {letter: letter for letter in alphabet.letters}
    character_of = {frozenset(letters): character for character, letters in members.items()}
    table = np.arange(alphabet.n_tokens, dtype=np.uint8)  # padding and unknown characters stay what they are
    for character, letters in members.items():
        partner = character_of[frozenset(letters.translate(_PARTNERS[alphabet]))]
        table[alphabet.lookup[ord(character)]] = alphabet.lookup[ord(partner)]
    return table
