"""What stands beside what, counted: all that vectors without a target are learned from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MANY_ROWS = 2**14


class Pairs(NamedTuple):
    """Categories, and others that stand beside them.

    Attributes
    ----------
    categories, beside : ndarray of shape (n_pairs,), int32
        Their numbers; a pair is there both ways.
    weights : ndarray of shape (n_pairs,), float64
        How often.
    """

    categories: NDArray[np.int32]
    beside: NDArray[np.int32]
    weights: NDArray[np.float64]


def pairs_of_sequences(
    categories: NDArray[np.integer], lengths: NDArray[np.integer], weights: NDArray, window: int, n_categories: int
) -> tuple[Pairs, int]:
    """Count the pairs of sequences that stand no more than a window apart.

    At the distance d, a pair counts (window + 1 - d) / window: the chance to be inside a window of random width, as
    word2vec has them.

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

    Returns
    -------
    pairs : Pairs
        Different ones.
    n_counted : int
        How many there were, equal ones too.

    Examples
    --------
    >>> import numpy as np
    >>> pairs_of_sequences(np.array([0, 1, -1, 0]), np.array([3, 1]), np.ones(2), 1, 2)
    (Pairs(categories=array([0, 1], dtype=int32), beside=array([1, 0], dtype=int32), weights=array([1., 1.])), 2)
    """
    rows = np.repeat(np.arange(len(lengths)), lengths)
    found, n_counted = [], 0
    for distance in range(1, min(window, len(categories) - 1) + 1):
        left, right = categories[:-distance], categories[distance:]
        kept = (rows[:-distance] == rows[distance:]) & (left >= 0) & (right >= 0)
        shares = weights[rows[distance:][kept]] * ((window + 1 - distance) / window)
        found.append(_summed(left[kept].astype(np.int64) * n_categories + right[kept], shares))
        n_counted += 2 * int(kept.sum())
    return _both_ways(found, n_categories), n_counted


def pairs_of_rows(categories: NDArray[np.integer], weights: NDArray, n_categories: int) -> tuple[Pairs, int]:
    """Count the pairs of cells of a row.

    Parameters
    ----------
    categories : ndarray of shape (n_rows, n_columns), int
        Numbers of categories, different ones in each column; -1 for a cell of none.
    weights : ndarray of shape (n_rows,), float64
        What each row counts.
    n_categories : int
        How many there are, in all columns.

    Returns
    -------
    pairs : Pairs
    n_counted : int
        As those of `pairs_of_sequences`.
    """
    found, n_counted = [], 0
    for place, left in enumerate(categories.T):
        for right in categories.T[place + 1 :]:
            kept = (left >= 0) & (right >= 0)
            found.append(_summed(left[kept].astype(np.int64) * n_categories + right[kept], weights[kept]))
            n_counted += 2 * int(kept.sum())
    return _both_ways(found, n_categories), n_counted


def _summed(codes: NDArray[np.int64], weights: NDArray) -> tuple[NDArray[np.int64], NDArray]:
    different, places = np.unique(codes, return_inverse=True)
    return different, np.bincount(places, weights=weights, minlength=len(different))


def _both_ways(found: list[tuple], n_categories: int) -> Pairs:
    if not found:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    codes, weights = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    left, right = np.divmod(codes, n_categories)
    codes, weights = _summed(np.concatenate([codes, right * n_categories + left]), np.tile(weights, 2))
    left, right = (part.astype(np.int32) for part in np.divmod(codes, n_categories))
    return Pairs(left, right, weights)


def thinned(pairs: Pairs, threshold: float, columns: NDArray[np.integer]) -> Pairs:
    """Let pairs of frequent categories count less: by the chance that word2vec keeps both, min(1, sqrt(t / f)) each.

    Parameters
    ----------
    pairs : Pairs
        Of all categories.
    threshold : float
        t; f is a category's share of the pairs of its column.
    columns : ndarray of shape (n_categories,), int
        The column of each category.
    """
    shares = frequencies(pairs, columns)
    kept = np.minimum(1.0, np.sqrt(threshold / np.maximum(shares, np.finfo(float).tiny)))
    return pairs._replace(weights=pairs.weights * kept[pairs.categories] * kept[pairs.beside])


def frequencies(pairs: Pairs, columns: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return what share of its column's pairs each category has; 0 where a column has none."""
    counts = np.bincount(pairs.beside, weights=pairs.weights, minlength=len(columns))
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
    frequency : ndarray of shape (n_categories,), float64
        p, which sums to 1 in each column that has any.
    columns : ndarray of shape (n_categories,), int
        The column of each category, ascending.
    exponent : float
        Noise is drawn with probabilities that go as p to this power.
    draws : bool
        Whether the layer draws noise.
    """
    powers = np.where(frequency > 0, frequency, 0.0) ** exponent * (frequency > 0)
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
    """Share the places of n categories out so that each holds one or two (Walker 1977, Vose 1991)."""
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
