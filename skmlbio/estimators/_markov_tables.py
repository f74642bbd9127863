"""Markov chains as arrays: counts of windows, their probabilities, and what strings have by them.

A window is a letter with the letters before it, at most as many as the order; its number is that of
`skmlbio.sequences._windows`, so that tables of all context lengths stand in one row, the shortest first.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skmlbio.sequences import Sequences
from skmlbio.sequences._windows import first_numbers, window_blocks

_TABLES_AT_ONCE = 5  # counts so far, new ones, probabilities, their logarithms, and what is in work


def require_table_memory(n_letters: int, order: int, n_chains: int, available: int | None) -> None:
    """Raise a MemoryError if the tables of chains do not fit into memory.

    Examples
    --------
    >>> require_table_memory(4, 14, 2, available=8 * 10**9)
    Traceback (most recent call last):
    MemoryError: order=14 makes 268,435,456 contexts of 4 letters, whose tables take 114.5 GB of memory, and 8.0 GB are
    available; take a lower order
    """
    if order * math.log10(n_letters) > 18:  # beyond what can be counted in no time
        raise MemoryError(
            f"order={order} makes more than 10¹⁸ contexts of {n_letters} letters, whose tables no memory holds; take a "
            "lower order"
        )
    needed = 8 * _TABLES_AT_ONCE * n_chains * first_numbers(n_letters, order)[-1]
    if available is not None and needed > available:
        raise MemoryError(
            f"order={order} makes {n_letters**order:,} contexts of {n_letters} letters, whose tables take "
            f"{needed / 1e9:,.1f} GB of memory, and {available / 1e9:.1f} GB are available; take a lower order"
        )


def count_windows(
    sequences: Sequences,
    order: int,
    *,
    weights: NDArray | None = None,
    chains: NDArray | None = None,
    n_chains: int = 1,
) -> NDArray[np.float64]:
    """Count the windows of strings, of all context lengths up to the order.

    What is no letter counts for nothing, and the letters after it have the context since.

    Parameters
    ----------
    sequences : Sequences
        The strings.
    order : int
        Letters of a context at most.
    weights : ndarray of shape (n_sequences,), float64, or None
        What a string counts; None stands for ones.
    chains : ndarray of shape (n_sequences,), int, or None
        Which chain a string counts for.
    n_chains : int
        How many chains there are.

    Returns
    -------
    ndarray of shape (n_chains, n_windows), float64
    """
    n_letters = sequences.alphabet.n_letters
    first = first_numbers(n_letters, order)
    counts = np.zeros((n_chains, first[-1] + 1))  # the last column is of what is no letter
    for block in window_blocks(sequences, order):
        numbers, lengths = block.numbers, np.diff(block.borders)
        if chains is not None:
            numbers = numbers + np.repeat(chains[block.row_slice].astype(np.int64) * counts.shape[1], lengths)
        _add(counts.reshape(-1), numbers, None if weights is None else np.repeat(weights[block.row_slice], lengths))
    counts = counts[:, :-1]
    for context in range(order, 0, -1):  # a letter with its longest context has all shorter ones, too
        longer = counts[:, first[context] : first[context + 1]].reshape(n_chains, n_letters, -1)
        counts[:, first[context - 1] : first[context]] += longer.sum(axis=1)
    return counts


def _add(counts: NDArray[np.float64], numbers: NDArray[np.int64], weights: NDArray | None) -> None:
    if counts.size <= numbers.size:
        counts += np.bincount(numbers, weights, minlength=counts.size)
    else:
        np.add.at(counts, numbers, 1.0 if weights is None else weights)


def log_probabilities(
    counts: NDArray[np.float64], n_letters: int, order: int, pseudocount: float, backs_off: bool
) -> NDArray[np.float64]:
    """Turn counts of windows into logarithms of the probability of a window's last letter after the others.

    p(a | c) = (N(c a) + α n q(a)) / (N(c) + α n) for n letters and a pseudocount α, where q is uniform, or if it backs
    off, the probability after the context without its first letter; of the empty context, q is uniform.  After a
    context that did not occur, this is q(a), also where a pseudocount of 0 would make it 0 / 0.

    Returns
    -------
    ndarray of shape (n_chains, n_windows + 1), float64
        The last column is zero: what is no window changes no sum.
    """
    n_chains, first = len(counts), first_numbers(n_letters, order)
    logs = np.zeros((n_chains, first[-1] + 1))
    log_q = uniform = np.full((n_chains, 1, 1, n_letters), -np.log(n_letters))
    with np.errstate(divide="ignore"):
        log_added = np.log(pseudocount) + np.log(n_letters)  # in logarithms, no pseudocount is too small or too large
    for context in range(order + 1):
        # Axes: chain, first letter of the context (if there is one), the rest of it, letter.
        shape = (n_chains, n_letters if context else 1, -1, n_letters)
        part = slice(first[context], first[context + 1])
        found, log_p = counts[:, part].reshape(shape), logs[:, part].reshape(shape)
        log_p[...] = log_q
        total = found.sum(axis=-1)
        seen = np.nonzero(total)  # of high orders, few contexts are
        with np.errstate(divide="ignore"):
            of_seen = np.logaddexp(np.log(found[seen]), log_added + log_p[seen])
            log_p[seen] = of_seen - np.logaddexp(np.log(total[seen]), log_added)[:, np.newaxis]
        log_q = log_p.reshape(n_chains, 1, -1, n_letters) if backs_off else uniform
    return logs


def clean_scores(sequences: Sequences, order: int, logs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray]:
    """Sum the logarithms over each string, but for codes and the letters whose context has one.

    Parameters
    ----------
    sequences : Sequences
        The strings.
    order : int
        Of the chains.
    logs : ndarray of shape (n_chains, n_windows + 1), float64
        As `log_probabilities` returns them.

    Returns
    -------
    scores : ndarray of shape (n_sequences, n_chains), float64
    unfinished : ndarray of bool, shape (n_sequences,)
        Which strings have codes.
    """
    scores, unfinished = np.zeros((len(sequences), len(logs))), np.zeros(len(sequences), bool)
    for block in window_blocks(sequences, order, after_codes=False):
        begins = block.borders[:-1]
        scores[block.row_slice] += np.add.reduceat(logs[:, block.numbers], begins, axis=1).T
        unfinished[block.row_slice] |= np.logical_or.reduceat(block.numbers == logs.shape[1] - 1, begins)
    return scores, unfinished


def tables_of(logs: NDArray[np.float64], n_letters: int, order: int) -> list[NDArray[np.float64]]:
    """Cut the row of one chain into a table for each length of context, of shape (n_letters**length, n_letters)."""
    first = first_numbers(n_letters, order)
    return [logs[first[c] : first[c + 1]].reshape(-1, n_letters) for c in range(order + 1)]
