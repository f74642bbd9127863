"""Sequences as the training engine takes them: tokens end to end, and where each sequence begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._alphabets import Alphabet
from ._vocabulary import Vocabulary


@dataclass(frozen=True, eq=False, repr=False)
class Sequences:
    """Many sequences of any lengths in two flat arrays; what `ensure_sequences` returns.

    ``len(sequences)`` is their number, ``sequences[rows]`` the sequences of an index array, a mask or a slice, and
    ``sequences[3]`` or iteration gives strings, or lists of tokens, back.

    Parameters
    ----------
    tokens : ndarray of shape (n_characters,), dtype uint8, or uint16 or int32 of larger vocabularies
        The tokens of all sequences, end to end.
    offsets : ndarray of shape (n_sequences + 1,), dtype int64
        Sequence ``i`` is ``tokens[offsets[i]:offsets[i + 1]]``.
    alphabet : Alphabet or Vocabulary
        What the tokens mean.

    Examples
    --------
    >>> from skmlbio.sequences import ensure_sequences
    >>> sequences = ensure_sequences(["ACG", "T", "GATTACA"], alphabet="dna")
    >>> sequences
    <3 sequences of 1 to 7 characters, alphabet 'dna'>
    >>> sequences[[1, 0]].pad()
    array([[5, 0, 0],
           [2, 3, 4]], dtype=uint8)
    """

    tokens: NDArray[np.integer]
    offsets: NDArray[np.int64]
    alphabet: Alphabet | Vocabulary

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Number of characters of each sequence, ndarray of shape (n_sequences,), dtype int64."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[str] | Iterator[list[str]]:
        return iter(self.to_strings())

    def __repr__(self) -> str:
        shortest, longest = (self.lengths.min(), self.lengths.max()) if len(self) else (0, 0)
        lengths = f"{shortest} to {longest} {self.alphabet.unit}"
        return f"<{len(self)} sequences of {lengths}, alphabet {self.alphabet.name!r}>"

    def __getitem__(self, index: int | slice | ArrayLike) -> Sequences | str | list[str]:
        rows = np.arange(len(self))[index]
        if rows.ndim == 0:
            return self[[rows]].to_strings()[0]
        if rows.ndim > 1:
            raise IndexError(f"an index array of sequences must have one dimension; got {rows.ndim}")
        offsets = offsets_of(self.lengths[rows])
        shift = np.repeat(self.offsets[rows] - offsets[:-1], self.lengths[rows])
        return Sequences(self.tokens[shift + np.arange(offsets[-1])], offsets, self.alphabet)

    def to_strings(self) -> list[str] | list[list[str]]:
        """Return the sequences as strings, upper-cased where the alphabet folds case, or as lists of tokens.

        Returns
        -------
        strings : list of str, or list of list of str where `alphabet` is a `Vocabulary`
            Unknown characters are written as ``alphabet.unknown_character``, unknown tokens as ``"<unknown>"``.
        """
        if isinstance(self.alphabet, Vocabulary):
            return self.alphabet.spelled(self.tokens, self.offsets)
        text = self.alphabet.characters[self.tokens].tobytes().decode("ascii")
        return [text[start:stop] for start, stop in pairwise(self.offsets.tolist())]

    def pad(
        self, length: int | None = None, *, truncate: bool = False, dtype: DTypeLike | None = None
    ) -> NDArray[np.integer]:
        """Return the tokens as a matrix, padded at the end with token 0.

        Parameters
        ----------
        length : int, default=None
            Number of columns; the longest sequence's length if None.
        truncate : bool, default=False
            Cut longer sequences at their end instead of raising.
        dtype : dtype, default=None
            Integer type of the matrix; that of `tokens` if None.

        Returns
        -------
        padded : ndarray of shape (n_sequences, length), of `dtype`

        Raises
        ------
        ValueError
            If a sequence is longer than `length` and `truncate` is False.
        """
        longest, dtype = int(self.lengths.max(initial=0)), self.tokens.dtype if dtype is None else dtype
        length = longest if length is None else length
        if longest > length and not truncate:
            culprit = int(np.argmax(self.lengths > length))
            raise ValueError(
                f"sequence {culprit} has {self.lengths[culprit]} {self.alphabet.unit}, at most {length} are allowed; "
                f"truncate=True cuts longer sequences at their end"
            )
        if np.all(self.lengths == length):
            return self.tokens.reshape(len(self), length).astype(dtype)
        padded = np.full((len(self), length), self.alphabet.padding_token, dtype=dtype)
        tokens = self.tokens
        if longest > length:
            position = np.arange(len(tokens)) - np.repeat(self.offsets[:-1], self.lengths)
            tokens = tokens[position < length]
        padded[np.arange(length) < self.lengths[:, np.newaxis]] = tokens
        return padded

    @classmethod
    def from_padded(cls, padded: NDArray[np.integer], alphabet: Alphabet | Vocabulary) -> Sequences:
        """Return the sequences of a padded matrix of tokens; the inverse of `pad`.

        Parameters
        ----------
        padded : ndarray of shape (n_sequences, length), integer dtype
            Tokens of `alphabet`, 0 only after a sequence's end. A row of zeros is the empty sequence.
        alphabet : Alphabet or Vocabulary
            What the tokens mean.

        Returns
        -------
        sequences : Sequences

        Raises
        ------
        ValueError
            If a token does not exist, or padding stands before a character.
        """
        foreign = (padded < 0) | (padded >= alphabet.n_tokens)
        if foreign.any():
            row, position = np.argwhere(foreign)[0]
            raise ValueError(
                f"row {row} has token {padded[row, position]} at position {position}; "
                f"the tokens of {_named(alphabet)} are 0 to {alphabet.n_tokens - 1}"
            )
        kept = padded != alphabet.padding_token
        early = kept[:, 1:] & ~kept[:, :-1]
        if early.any():
            row, position = np.argwhere(early)[0]
            raise ValueError(
                f"row {row} has padding at position {position}, before a character; only the end is padded"
            )
        return cls(padded[kept].astype(alphabet.dtype), offsets_of(kept.sum(axis=1)), alphabet)


def with_codes_that_occur(sequences: Sequences) -> Sequences:
    """Return sequences over the letters of their alphabet, and those of its ambiguity codes that occur in them.

    Parameters
    ----------
    sequences : Sequences
        Strings.

    Examples
    --------
    >>> from skmlbio.sequences import ensure_sequences
    >>> sequences = with_codes_that_occur(ensure_sequences(["ACN", "GT"], alphabet="dna"))
    >>> sequences.tokens, str(sequences.alphabet)
    (array([2, 3, 6, 4, 5], dtype=uint8), 'the dna alphabet ACGT or its ambiguity codes N')
    """
    alphabet = sequences.alphabet
    occurring = set(alphabet.characters[np.unique(sequences.tokens)].tobytes().decode("ascii"))
    kept = tuple((code, members) for code, members in alphabet.ambiguity if code in occurring)
    fewer = replace(alphabet, ambiguity=kept)
    numbers = fewer.lookup[alphabet.characters]
    numbers[: alphabet.first_letter_token] = range(alphabet.first_letter_token)  # padding and unknown characters
    return Sequences(numbers[sequences.tokens], sequences.offsets, fewer)


def _named(alphabet: Alphabet | Vocabulary) -> str:
    return str(alphabet) if isinstance(alphabet, Vocabulary) else f"the {alphabet.name} alphabet"


def offsets_of(lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Where each of the pieces begins and the last one ends: shape (n + 1,), from lengths of shape (n,)."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
