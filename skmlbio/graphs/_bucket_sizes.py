"""The few sizes that graphs are padded to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike


def choose_bucket_sizes(
    n_nodes: ArrayLike,
    max_buckets: int = 4,
    max_nodes: int = 128,
    step: int = 8,
    min_gain: float = 0.1,
    work: Callable[[np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """Choose the few sizes that graphs are padded to for dense batches.

    Minimises the padded work ``sum(size ** 2 + 64 * size)`` over graphs, the cost of A X and of X W for some 64
    units, over all choices of `max_buckets` sizes; a further size must save the fraction `min_gain`. Sizes are
    multiples of `step`, so that similar sets of graphs, such as the folds of one set, often get the same sizes and
    share compiled programs.

    Parameters
    ----------
    n_nodes : array-like of shape (n_graphs,), int
        Nodes of each graph.
    max_buckets : int, default=4
        The most sizes to choose.
    max_nodes : int, default=128
        Larger graphs get no bucket: they belong into flat batches.
    step : int, default=8
        Sizes are multiples of it.
    min_gain : float, default=0.1
        The fraction of the work that one more size must save.
    work : callable, default=None
        From sizes, an int64 array, to the work of a graph that is padded to each; None takes the work above.

    Returns
    -------
    sizes : ndarray of shape (n_buckets,), int64
        Ascending; empty if every graph is larger than `max_nodes`.

    Examples
    --------
    >>> from skmlbio.graphs import choose_bucket_sizes
    >>> choose_bucket_sizes([10, 11, 12, 90, 100, 5000])
    array([ 16, 104])
    """
    n_nodes = np.maximum(n_nodes, 1)  # what is left of a graph without its only node needs a place, too
    rounded = -(-n_nodes[n_nodes <= max_nodes] // step) * step
    sizes, counts = np.unique(rounded, return_counts=True)
    if len(sizes) == 0:
        return sizes.astype(np.int64)
    each = work(sizes) if work is not None else sizes.astype(float) ** 2 + 64 * sizes
    below = np.cumsum(counts)
    # extra[i, j]: the work of the graphs above sizes[i], up to sizes[j], padded to sizes[j].
    extra = np.where(np.triu(np.ones((len(sizes), len(sizes)), bool), 1), (below - below[:, None]) * each, np.inf)
    # cost[j], choice[j]: the least work of the graphs up to sizes[j] with sizes[j] as the largest bucket.
    cost, choice = below * each, [[j] for j in range(len(sizes))]
    best_cost, best = cost[-1], choice[-1]
    for _ in range(min(max_buckets, len(sizes)) - 1):
        totals = cost[:, None] + extra
        parent = totals.argmin(axis=0)
        cost = totals.min(axis=0)
        choice = [choice[i] + [j] for j, i in enumerate(parent)]
        if cost[-1] > (1 - min_gain) * best_cost:
            break
        best_cost, best = cost[-1], choice[-1]
    return sizes[best].astype(np.int64)


def bucket_of(n_nodes: ArrayLike, sizes: ArrayLike) -> np.ndarray:
    """The smallest bucket that holds each graph.

    Parameters
    ----------
    n_nodes : array-like of shape (n_graphs,), int
        Nodes of each graph.
    sizes : array-like of shape (n_buckets,), int
        Ascending, from `choose_bucket_sizes`.

    Returns
    -------
    buckets : ndarray of shape (n_graphs,), int64
        Index into `sizes`; -1 for a graph larger than all of them.

    Examples
    --------
    >>> from skmlbio.graphs import bucket_of
    >>> bucket_of([3, 16, 17, 5000], [16, 104])
    array([ 0,  0,  1, -1])
    """
    buckets = np.searchsorted(sizes, n_nodes)
    return np.where(buckets == len(sizes), -1, buckets)
