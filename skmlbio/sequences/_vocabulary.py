"""Tokens that have names, such as words, k-mers and codons, and lists of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

_UNKNOWN = "<unknown>"


@dataclass(frozen=True, repr=False)
class Vocabulary:
    """The tokens that lists of tokens may hold: what an `Alphabet` is to strings.

    Every token has a number: 0 is padding, 1 is a token outside the vocabulary, 2 and up are the tokens in their order.

    Parameters
    ----------
    tokens : sequence of str
        The tokens, distinct and not empty; kept as a tuple.

    Raises
    ------
    ValueError
        If there are no tokens, or one is empty or occurs twice.
    TypeError
        If one is no string.

    Examples
    --------
    >>> from skmlbio.sequences import Vocabulary
    >>> codons = Vocabulary.learn([["ATG", "GCC"], ["ATG", "TAA", "GCC"]], min_count=2)
    >>> codons
    <vocabulary of 2 tokens: ATG, GCC>
    >>> codons.numbers["GCC"], codons.n_tokens, codons.dtype
    (3, 4, dtype('uint8'))
    >>> len(codons), "ATG" in codons, list(codons)
    (2, True, ['ATG', 'GCC'])
    """

    tokens: tuple[str, ...]

    padding_token: ClassVar[int] = 0
    unknown_token: ClassVar[int] = 1
    first_token: ClassVar[int] = 2
    unit: ClassVar[str] = "tokens"

    def __post_init__(self) -> None:
        if isinstance(self.tokens, str):
            raise TypeError(f"tokens must be a sequence of strings, not the one string {self.tokens!r:.50}")
        object.__setattr__(self, "tokens", tuple(self.tokens))
        if wrong := [token for token in self.tokens if not isinstance(token, str)]:
            raise TypeError(f"tokens must be strings; got {wrong[0]!r:.50} of type {type(wrong[0]).__name__}")
        if not self.tokens or not all(self.tokens):
            raise ValueError("a vocabulary needs tokens, none of which is empty")
        if len(self.numbers) < len(self.tokens):
            token = next(token for token, count in Counter(self.tokens).items() if count > 1)
            raise ValueError(f"tokens of a vocabulary must be distinct; {token!r:.50} occurs twice")

    @classmethod
    def learn(cls, X: Iterable[Sequence[str]], *, min_count: int = 1) -> Vocabulary:
        """Return the tokens that occur in sequences, sorted.

        Parameters
        ----------
        X : iterable of sequences of str
            Lists of tokens.
        min_count : int, default=1
            How often a token must occur in all sequences together.

        Returns
        -------
        vocabulary : Vocabulary

        Raises
        ------
        TypeError
            If a sequence is no list of tokens, or a token no string.
        ValueError
            If no token occurs so often.
        """
        counts: Counter = Counter()
        for index, item in enumerate(X):
            tokens = _tokens_of(item, index)
            if not all(isinstance(token, str) and token for token in tokens):
                _require_tokens(tokens, index)
            counts.update(tokens)
        return cls.of_counts(counts, min_count)

    @classmethod
    def of_counts(cls, counts: dict[str, int], min_count: int) -> Vocabulary:
        """Return those tokens, sorted, that have been counted so often."""
        tokens = sorted(token for token, count in counts.items() if count >= min_count)
        if not tokens:
            raise ValueError(f"no token occurs {min_count} times, which is the min_count")
        return cls(tuple(tokens))

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self.numbers

    def __str__(self) -> str:
        return f"the vocabulary of {len(self.tokens)} tokens"

    def __repr__(self) -> str:
        more = ", ..." if len(self.tokens) > 5 else ""
        return f"<vocabulary of {len(self.tokens)} tokens: {', '.join(self.tokens[:5])}{more}>"

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # what else there is, is made again

    @property
    def name(self) -> str:
        """What `Sequences` show of it."""
        return f"{len(self.tokens)} tokens"

    @property
    def n_tokens(self) -> int:
        """Number of numbers, padding and unknown included: the rows of an embedding."""
        return self.first_token + len(self.tokens)

    @property
    def dtype(self) -> np.dtype:
        """The smallest of uint8, uint16 and int32 that holds every number."""
        return np.dtype(next((t for t in (np.uint8, np.uint16) if self.n_tokens <= np.iinfo(t).max + 1), np.int32))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Token -> number."""
        return {token: number for number, token in enumerate(self.tokens, start=self.first_token)}

    def spelled(self, numbers: NDArray[np.integer], offsets: NDArray[np.integer]) -> list[list[str]]:
        """Return the tokens of sequences that stand end to end; one outside the vocabulary is ``"<unknown>"``."""
        names = ("", _UNKNOWN, *self.tokens)
        tokens = [names[number] for number in numbers.tolist()]
        return [tokens[start:stop] for start, stop in pairwise(offsets.tolist())]


def flat_tokens(items: Sequence) -> tuple[list[str], NDArray[np.int64]]:
    """Return the tokens of all sequences end to end, and how many each has; errors name the culprit."""
    lists = [_tokens_of(item, index) for index, item in enumerate(items)]
    lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    flat = list(chain.from_iterable(lists))
    if not lengths.all():
        raise ValueError(
            f"sequence {int(np.argmin(lengths))} is empty; every sequence needs at least one token, and "
            "a string of fewer than k letters has no k-mer"
        )
    if set(map(type, flat)) != {str} or not all(flat):
        for index, tokens in enumerate(lists):
            _require_tokens(tokens, index)
    return flat, lengths


def _tokens_of(item: Any, index: int) -> list | tuple:
    if isinstance(item, np.ndarray) and item.ndim == 1:
        return item.tolist()
    if isinstance(item, list | tuple):
        return item
    if isinstance(item, str):
        raise TypeError(f"sequence {index} is a string, not a list of tokens; cut it, as in sequence.split()")
    raise TypeError(f"sequence {index} must be a list of tokens; got {item!r:.50} of type {type(item).__name__}")


def _require_tokens(tokens: Sequence, index: int) -> None:
    for position, token in enumerate(tokens):
        place = f"sequence {index} has {token!r:.50} at position {position}"
        if not isinstance(token, str):
            raise TypeError(
                f"{place}, of type {type(token).__name__}; tokens are strings, as in list(map(str, sequence))"
            )
        if not token:
            raise ValueError(f"{place}; a token is not empty")


def numbers_of(tokens: list[str], vocabulary: Vocabulary) -> NDArray[np.integer]:
    """Return the number of each token, in the vocabulary's dtype."""
    numbers, unknown = vocabulary.numbers, vocabulary.unknown_token
    return np.fromiter((numbers.get(token, unknown) for token in tokens), vocabulary.dtype, len(tokens))
