"""Ambiguity codes in strings that a Markov chain is to score: the sum over all strings that they stand for.

Where a string has codes, the context of a letter is not known.  What is known is the probability of each context that
it may be, together with what has been read: the forward algorithm, Rabiner, "A tutorial on hidden Markov models and
selected applications in speech recognition", Proceedings of the IEEE 77(2), 1989.

The contexts are all combinations of the letters that each place may have.  Were they more than `_MOST_CONTEXTS`, their
first letters are left away, so that a long run of codes costs the same whatever the order: what follows then depends on
the fewer letters, as at the beginning of a string.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skmlbio.sequences import Alphabet

_ALIKE = 4 * np.finfo(np.float64).eps
_MOST_CONTEXTS = 8192  # six nucleotides, three residues


class State(NamedTuple):
    """What is known about the last letters read.

    Attributes
    ----------
    sizes : tuple of int
        How many letters each of them may be.
    contexts : ndarray of shape (n_contexts,), int64
        Which letters they may be together, as numbers that ascend: all combinations.
    weights : ndarray of shape (n_contexts,), float64
        The probability of each.
    """

    sizes: tuple[int, ...]
    contexts: NDArray[np.int64]
    weights: NDArray[np.float64]

    @property
    def length(self) -> int:
        """How many letters they are."""
        return len(self.sizes)

    def without_first(self, n_letters: int) -> State:
        """Forget the first letter: contexts that differ in it become one."""
        n_rest = len(self.contexts) // self.sizes[0]
        contexts = self.contexts[:n_rest] % n_letters ** (self.length - 1)
        return State(self.sizes[1:], contexts, self.weights.reshape(-1, n_rest).sum(axis=0))


def letters_of_tokens(alphabet: Alphabet) -> list[NDArray[np.int64]]:
    """Return the positions of the letters that each token stands for; an unknown character may be any."""
    return [np.flatnonzero(vector) for vector in alphabet.one_hot_vectors]


def score_codes(tables: list[NDArray], tokens: NDArray[np.uint8], letters: list[NDArray]) -> float:
    """Return the logarithm of the probability of all codes of a string, and of letters whose context has one.

    Parameters
    ----------
    tables : list of ndarray of shape (n_letters**c, n_letters), float64
        Logarithms of the probabilities of letters after contexts of c = 0, 1, ... letters.
    tokens : ndarray of shape (n_characters,), uint8
        The string.
    letters : list of ndarray of int64
        As `letters_of_tokens` returns them.
    """
    order = len(tables) - 1
    return sum(
        _read(tables, _state_before(tokens, start, order, letters), tokens[start:stop], letters)[0]
        for start, stop in _stretches(tokens, order, letters)
    )


def state_after(tables: list[NDArray], tokens: NDArray[np.uint8], letters: list[NDArray]) -> State:
    """Return what is known about the last letters of a string."""
    order = len(tables) - 1
    for start, stop in _stretches(tokens, order, letters, last_only=True):
        if stop == len(tokens):
            return _read(tables, _state_before(tokens, start, order, letters), tokens[start:], letters)[1]
    return _state_before(tokens, len(tokens), order, letters)


def _stretches(tokens: NDArray, order: int, letters: list, last_only: bool = False) -> Iterator[tuple[int, int]]:
    """Yield the parts of a string in which contexts are not known: from a code to `order` letters after the last."""
    places = np.flatnonzero(np.array([len(of_token) > 1 for of_token in letters])[tokens])
    if len(places):
        cuts = np.flatnonzero(np.diff(places) > max(order, 1))
        starts, ends = places[np.append(0, cuts + 1)], places[np.append(cuts, -1)] + order + 1
        chosen = slice(-1, None) if last_only else slice(None)
        yield from zip(starts[chosen].tolist(), np.minimum(ends, len(tokens))[chosen].tolist(), strict=True)


def _state_before(tokens: NDArray, start: int, order: int, letters: list) -> State:
    """Return the one context that a letter has after plain letters."""
    length, context, n_letters = min(order, start), 0, len(letters[1])
    for token in tokens[start - length : start]:
        context = context * n_letters + int(letters[token][0])
    return State((1,) * length, np.array([context]), np.ones(1))


def _read(tables: list, state: State, tokens: NDArray, letters: list) -> tuple[float, State]:
    """Read a part of a string from a state on; return the logarithm of its probability, and the state after it."""
    total, ends = 0.0, np.append(np.flatnonzero(np.diff(tokens)) + 1, len(tokens))
    for start, end in zip(np.append(0, ends[:-1]).tolist(), ends.tolist(), strict=True):  # runs of one character
        for place in range(start, end):
            before = state
            mass, state = _step(tables, state, letters[tokens[place]])
            total += mass
            if place + 1 < end and _alike(before, state):  # and so for the rest of the run, which may be millions
                total += (end - place - 1) * mass
                break
    return total, state


def _step(tables: list, state: State, letters: NDArray) -> tuple[float, State]:
    order, n_letters = len(tables) - 1, tables[0].shape[1]
    with np.errstate(divide="ignore"):
        joint = np.log(state.weights)[:, np.newaxis] + tables[state.length][state.contexts][:, letters]
    highest = float(joint.max())
    p = np.ones_like(joint) if highest == -np.inf else np.exp(joint - highest)  # if none can be, all may go on
    total = p.sum()
    contexts = (state.contexts[:, np.newaxis] * n_letters + letters).ravel()
    state = State((*state.sizes, len(letters)), contexts, (p / total).ravel())
    while state.length > order or len(state.contexts) > _MOST_CONTEXTS:
        state = state.without_first(n_letters)
    return highest + float(np.log(total)), state


def _alike(one: State, other: State) -> bool:
    return (
        one.sizes == other.sizes
        and np.array_equal(one.contexts, other.contexts)
        and np.abs(one.weights - other.weights).max() <= _ALIKE * one.weights.max()
    )
