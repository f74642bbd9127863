"""Weisfeiler-Lehman labels of nodes: what a node sees around it, as a number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

_STRIDE = np.uint64(0x9E3779B97F4A7C15)  # 2**64 by the golden ratio, and odd
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def subtree_labels(
    labels: NDArray[np.uint64],
    edge_index: NDArray[np.integer],
    edge_labels: NDArray[np.uint64] | None,
    n_iterations: int,
) -> Iterator[NDArray[np.uint64]]:
    """Yield the labels of nodes after 0, 1, ... rounds of Weisfeiler-Lehman relabelling.

    In a round, the label of a node becomes one for itself and the labels of its neighbours, as often as each occurs,
    together with those of the edges that lead there.  Equal subtrees have equal labels, in any graph, call and process.

    Labels are hashes of 64 bits: that any two different subtrees among a million share one has a probability of 3 in
    10⁸.

    Parameters
    ----------
    labels : ndarray of shape (n_nodes,), uint64
        Labels at the beginning, see `type_labels`.
    edge_index : ndarray of shape (2, n_edges), int
        Edges, sorted by their first node, which collects from the second.
    edge_labels : ndarray of shape (n_edges,), uint64, or None
        Labels of the edges; None where they are all alike.
    n_iterations : int
        Number of rounds.

    Yields
    ------
    ndarray of shape (n_nodes,), uint64

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.graphs._subtree_labels import subtree_labels
    >>> path = np.array([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]])
    >>> for labels in subtree_labels(np.zeros(4, np.uint64), path, None, 1):
    ...     print(np.unique(labels, return_inverse=True)[1])
    [0 0 0 0]
    [1 0 0 1]
    """
    first, second = edge_index
    begins = np.searchsorted(first, np.arange(len(labels) + 1))
    yield labels
    for _ in range(n_iterations):
        seen = labels[second] if edge_labels is None else _mixed(labels[second]) + edge_labels
        up_to = np.concatenate([np.zeros(1, np.uint64), np.cumsum(_mixed(seen))])  # modulo 2**64, as all here
        labels = _mixed(_STRIDE * labels + up_to[begins[1:]] - up_to[begins[:-1]])
        yield labels


def type_labels(types: Iterable) -> NDArray[np.uint64]:
    """Return a label for each of some types, which are strings or integers.

    Examples
    --------
    >>> from skmlbio.graphs._subtree_labels import type_labels
    >>> carbon, nitrogen, another_carbon = type_labels(["C", "N", "C"])
    >>> bool(carbon == another_carbon), bool(carbon == nitrogen)
    (True, False)
    """
    texts = (str(value).encode("utf-8", "surrogatepass") for value in types)
    digests = b"".join(hashlib.blake2b(text, digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit of a number over all bits, one to one: splitmix64 of Steele, Lea, Flood (OOPSLA 2014)."""
    numbers = numbers + _STRIDE
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _FACTORS[0]
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _FACTORS[1]
    return numbers ^ (numbers >> np.uint64(31))
