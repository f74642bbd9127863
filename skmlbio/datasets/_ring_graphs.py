"""Random graphs with or without rings that are known."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import getdoc
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Bunch
from sklearn.utils._param_validation import StrOptions

from skmlbio.graphs import Graph

from ._draws import CONSTRAINTS, draw_classes, draw_lengths, ensure_range, flip_labels, generator_of
from ._maker import maker


class _Drawn(NamedTuple):
    graph: Graph
    ring: NDArray[np.int64]  # its nodes


@maker(
    "graphs",
    "list of n_samples Graph",
    of_class="whose ring there is",
    n_nodes=CONSTRAINTS["lengths"],
    rings=[list, tuple],
    shape=[StrOptions({"tree", "chain"})],
    node_types=["array-like", str, None],
)
def make_ring_graphs(
    n_samples: int = 100,
    *,
    n_nodes: int | tuple[int, int] = (10, 20),
    rings: Sequence[int | None] = (None, 6),
    shape: str = "tree",
    node_types: ArrayLike | None = None,
    noise: float = 0.0,
    weights: ArrayLike | None = None,
    flip_y: float = 0.0,
    random_state: Any = None,
    return_X_y: bool = True,
):
    """Make random graphs, each of which has a ring of the size that its class says, or none.

    A graph begins as a ring, or as one node, and grows node by node.  Graphs of all classes have the same sizes, so
    that only their structure tells the classes apart; and with rings of two sizes, such as ``rings=(5, 6)``, the same
    numbers of edges as well.  Nodes are in random order, edges are listed in both directions.

    Parameters
    ----------
    n_samples : int, default=100
        Number of graphs.
    n_nodes : int or (int, int), default=(10, 20)
        Nodes of each graph, or the smallest and the largest number, all between being equally probable.
    rings : sequence of n_classes ints or None, default=(None, 6)
        Nodes of the ring in the graphs of each class, 3 or more; None for no ring.
    shape : {"tree", "chain"}, default="tree"
        Whether a further node hangs on any that is there, or on the last one: without a ring, a graph is a random tree
        or a path.
    node_types : array-like of str or int, optional
        Types of nodes, drawn at random, which tell nothing; by default nodes have the one feature 1.
    noise : float, default=0.0
        Edges between any two nodes, which may close other rings, as a share of the number of nodes.
    {drawn}
        rings : list of n_samples ndarrays of int64
            The nodes of the ring, one beside the next; empty where there is none.
    {known}

    Raises
    ------
    TypeError, ValueError
        For arguments that are none of the above, and for rings larger than the smallest graph.

    See Also
    --------
    make_motif_sequences : Strings with motifs.

    Examples
    --------
    >>> from skmlbio.datasets import make_ring_graphs
    >>> data = make_ring_graphs(4, n_nodes=8, rings=(None, 5), random_state=0, return_X_y=False)
    >>> data.y
    array([0, 1, 0, 1])
    >>> data.X[0], data.X[1]
    (Graph(n_nodes=8, n_features=1, n_edges=14), Graph(n_nodes=8, n_features=1, n_edges=16))
    >>> [len(ring) for ring in data.rings]
    [0, 5, 0, 5]
    """
    parameters = dict(locals())
    smallest, largest = ensure_range(n_nodes, "n_nodes")
    sizes_of_rings = [_ensure_ring(ring, number, smallest) for number, ring in enumerate(rings)]
    if not sizes_of_rings:
        raise ValueError("rings must have one entry a class, 1 or more; got none")
    types = None if node_types is None else _ensure_types(node_types)
    rng = generator_of(random_state)
    sizes = draw_lengths((smallest, largest), n_samples, rng)
    classes = draw_classes(n_samples, len(sizes_of_rings), weights, rng)
    drawn = [
        _draw(size, sizes_of_rings[number], shape, round(noise * size), types, rng)
        for size, number in zip(sizes, classes, strict=True)
    ]
    X, y = [one.graph for one in drawn], flip_labels(classes, len(sizes_of_rings), flip_y, rng)
    if return_X_y:
        return X, y
    return Bunch(
        X=X,
        y=y,
        classes=classes,
        rings=[one.ring for one in drawn],
        parameters=parameters,
        DESCR=getdoc(make_ring_graphs),
    )


def _ensure_ring(ring: Any, number: int, smallest: int) -> int:
    """Return the number of nodes that a graph of a class begins with."""
    if ring is None:
        return 1
    if not isinstance(ring, int | np.integer) or isinstance(ring, bool) or not 3 <= ring <= smallest:
        raise ValueError(
            f"the ring of class {number} must have 3 nodes or more, and no more than the smallest graph, which has "
            f"{smallest}, or be None; got {ring!r}"
        )
    return int(ring)


def _ensure_types(node_types: ArrayLike) -> NDArray:
    types = np.array(list(node_types)) if isinstance(node_types, str) else np.asarray(node_types)
    if types.ndim != 1 or not len(types) or types.dtype.kind not in "iuU":
        raise ValueError(f"node_types must list one type or more, integers or strings; got {node_types!r:.60}")
    return types


def _draw(n_nodes: int, n_ring: int, shape: str, n_more: int, types: Any, rng: np.random.Generator) -> _Drawn:
    """Draw a graph whose first nodes are a ring, or one node, and give the nodes another order."""
    ring = np.arange(n_ring if n_ring > 1 else 0)
    new = np.arange(n_ring, n_nodes)
    parents = new - 1 if shape == "chain" else rng.integers(new)
    edges = np.stack([np.r_[ring, new], np.r_[np.roll(ring, -1), parents]])
    edges = np.concatenate([edges, _more_edges(edges, n_nodes, n_more, rng)], axis=1)
    place = rng.permutation(n_nodes)
    edges = place[edges]
    features = np.ones((n_nodes, 1)) if types is None else rng.choice(types, n_nodes)
    return _Drawn(Graph(features, np.concatenate([edges, edges[::-1]], axis=1)), place[ring])


def _more_edges(edges: NDArray, n_nodes: int, n_more: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw edges, of those between two nodes that have none, as far as there are any."""
    if not n_more:
        return np.zeros((2, 0), np.int64)
    free = np.triu(np.ones((n_nodes, n_nodes), bool), 1)
    free[edges.min(axis=0), edges.max(axis=0)] = False
    pairs = np.argwhere(free)
    return pairs[rng.permutation(len(pairs))[:n_more]].T
