"""What stands beside what, counted: all that vectors without a target are learned from."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MANY_ROWS = 2**14


class Pairs(NamedTuple):
    """Categories, and contexts of theirs: what stands beside them.

    Attributes
    ----------
    categories, contexts : ndarray of shape (n_pairs,), int32
        Their numbers.
    weights : ndarray of shape (n_pairs,), float64
        How often.
    """

    categories: NDArray[np.int32]
    contexts: NDArray[np.int32]
    weights: NDArray[np.float64]


def pairs_of_sequences(
    categories: NDArray[np.integer],
    lengths: NDArray[np.integer],
    weights: NDArray,
    window: int,
    n_categories: int,
    ordered: bool,
) -> tuple[Pairs, int]:
    """Count the pairs of sequences that stand no more than a window apart.

    Parameters
    ----------
    categories : ndarray of shape (n_tokens,), int
        The category of each token, all sequences end to end; -1 for a token of none.
    lengths : ndarray of shape (n_sequences,), int
        Tokens of each sequence.
    weights : ndarray of shape (n_sequences,), float64
        What each sequence counts.
    window : int
        The largest distance.
    n_categories : int
        How many there are.
    ordered : bool
        Whether a category is another context at each of the 2 * window places, the leftmost first.  Else, at the
        distance d, a pair counts (window + 1 - d) / window: the chance to be inside a window of random width, as
        word2vec has them.

    Returns
    -------
    pairs : Pairs
        Different ones.
    n_counted : int
        How many there were, equal ones too.

    Examples
    --------
    >>> import numpy as np
    >>> pairs_of_sequences(np.array([0, 1, -1, 0]), np.array([3, 1]), np.ones(2), 1, 2, False)
    (Pairs(categories=array([0, 1], dtype=int32), contexts=array([1, 0], dtype=int32), weights=array([1., 1.])), 2)
    """
    rows = np.repeat(np.arange(len(lengths)), lengths)
    n_contexts = n_categories * (2 * window if ordered else 1)
    found, n_counted = [], 0
    for distance in range(1, min(window, len(categories) - 1) + 1):
        left, right = categories[:-distance], categories[distance:]
        kept = (rows[:-distance] == rows[distance:]) & (left >= 0) & (right >= 0)
        counts = weights[rows[distance:][kept]] * (1.0 if ordered else (window + 1 - distance) / window)
        before, after = (window - distance, window + distance - 1) if ordered else (0, 0)
        left, right = left[kept].astype(np.int64), right[kept].astype(np.int64)
        found.append(_summed(left * n_contexts + after * n_categories + right, counts))
        found.append(_summed(right * n_contexts + before * n_categories + left, counts))
        n_counted += 2 * len(counts)
    return _joined(found, n_contexts), n_counted


def pairs_of_rows(categories: NDArray[np.integer], weights: NDArray, n_categories: int) -> tuple[Pairs, int]:
    """Count the pairs of cells of a row.

    Parameters
    ----------
    categories : ndarray of shape (n_rows, n_columns), int
        Numbers of categories, different ones in each column; -1 for a cell of none.
    weights : ndarray of shape (n_rows,), float64
        What each row counts.
    n_categories : int
        How many there are, in all columns; each is a context, too.

    Returns
    -------
    pairs : Pairs
    n_counted : int
        As those of `pairs_of_sequences`.
    """
    found, n_counted = [], 0
    for left, right in itertools.permutations(categories.T.astype(np.int64), 2):
        kept = (left >= 0) & (right >= 0)
        found.append(_summed(left[kept] * n_categories + right[kept], weights[kept]))
        n_counted += int(kept.sum())
    return _joined(found, n_categories), n_counted


def _summed(codes: NDArray[np.int64], weights: NDArray) -> tuple[NDArray[np.int64], NDArray]:
    different, places = np.unique(codes, return_inverse=True)
    return different, np.bincount(places, weights=weights, minlength=len(different))


def _joined(found: list[tuple], n_contexts: int) -> Pairs:
    if not found:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    codes, weights = _summed(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))
    categories, contexts = np.divmod(codes, n_contexts)
    return Pairs(categories.astype(np.int32), contexts.astype(np.int32), weights)


def thinned(pairs: Pairs, threshold: float, columns: NDArray, columns_of_contexts: NDArray) -> Pairs:
    """Let pairs of what is frequent count less: by the chance that word2vec keeps both, min(1, sqrt(t / f)) each.

    Parameters
    ----------
    pairs : Pairs
        All there are.
    threshold : float
        t; f is the share of a category, or a context, in its column.
    columns, columns_of_contexts : ndarray of shape (n_categories,) and (n_contexts,), int
        The column of each.
    """
    weights = pairs.weights
    for numbers, of in ((pairs.categories, columns), (pairs.contexts, columns_of_contexts)):
        shares = frequencies(numbers, pairs.weights, of)
        weights = weights * np.minimum(1.0, np.sqrt(threshold / np.maximum(shares, np.finfo(float).tiny)))[numbers]
    return pairs._replace(weights=weights)


def frequencies(numbers: NDArray[np.integer], weights: NDArray, columns: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return what share of its column each number has; 0 where a column has none."""
    counts = np.bincount(numbers, weights=weights, minlength=len(columns))
    totals = np.bincount(columns, weights=counts)[columns]
    return np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)


def shared_out(pairs: Pairs, n_counted: int) -> Pairs:
    """Repeat pairs that weigh much, so that steps of training see them about as often as they occur.

    Rows are as many as there are pairs that differ, and up to 16,384 or as many again, but not more than were counted.
    """
    n_rows = min(n_counted, max(len(pairs.weights), _MANY_ROWS))
    times = np.maximum(1, np.ceil(pairs.weights * (n_rows / pairs.weights.sum()))).astype(np.int64)
    return Pairs(*(np.repeat(array, times) for array in (*pairs[:2], pairs.weights / times)))


def noise_tables(
    frequency: NDArray[np.float64], columns: NDArray[np.integer], exponent: float, draws: bool
) -> dict[str, NDArray]:
    """Return the weights of `skmlbio.layers.skip_gram.SkipGram` that follow from frequencies.

    Parameters
    ----------
    frequency : ndarray of shape (n_contexts,), float64
        p, which sums to 1 in each column that has any.
    columns : ndarray of shape (n_contexts,), int
        The column of each context, ascending.
    exponent : float
        Noise is drawn with probabilities that go as p to this power.
    draws : bool
        Whether the layer draws noise.
    """
    powers = frequency**exponent
    totals = np.bincount(columns, weights=powers)[columns]
    noise = np.divide(powers, totals, out=np.zeros_like(powers), where=totals > 0)
    offsets = np.zeros_like(noise)
    np.log(np.divide(frequency, noise, out=np.ones_like(noise), where=noise > 0), out=offsets)
    if not draws:
        return {"offsets": offsets, "chances": noise}
    sizes = np.bincount(columns)
    ends = np.cumsum(sizes)
    tables = [_alias(noise[end - size : end], end - size) for size, end in zip(sizes, ends, strict=True)]
    chances, others = (np.concatenate(parts) for parts in zip(*tables, strict=True))
    return {"offsets": offsets, "chances": chances, "others": others}


def _alias(probabilities: NDArray[np.float64], first: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Share the places of n contexts out so that each holds one or two (Walker 1977, Vose 1991)."""
    n = len(probabilities)
    fill, others = (probabilities * n).tolist(), list(range(n))
    few = [i for i in range(n) if fill[i] < 1]
    many = [i for i in range(n) if fill[i] >= 1]
    while few and many:
        poor, rich = few.pop(), many[-1]
        others[poor] = rich
        fill[rich] -= 1 - fill[poor]
        if fill[rich] < 1:
            few.append(many.pop())
    for i in few + many:  # what rounding has left over, or a column of which nothing is known
        fill[i] = 1.0
    return np.array(fill), np.array(others, np.int32) + np.int32(first)
