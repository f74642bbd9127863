"""The `Graph` value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """A graph with features or a type at every node, and perhaps at every edge.

    Edge ``(i, j)`` leads from its source ``i`` to its target ``j`` and is the entry ``adjacency[i, j]``. In a
    convolution ``A X`` the source collects from the target: messages go against the edge, unless `ensure_graphs` and
    estimators are told ``flow="source_to_target"``, PyTorch Geometric's default. Each direction stands for itself: an
    undirected edge is listed as ``(i, j)`` and as ``(j, i)``. An edge listed twice counts with the sum of its weights,
    and a weight of 0 is no edge, as in a sparse matrix; where edges have features, parallel edges stay apart.

    Shapes and dtypes are checked here; what the arrays hold is checked by `ensure_graphs`, which can say which graph
    of a list is wrong.

    Parameters
    ----------
    features : array-like of shape (n_nodes, n_features) or (n_nodes,)
        Numbers, kept as float64; a SciPy-sparse matrix is made dense. A one-dimensional array holds node types, all
        integers or all strings.
    edge_index : array-like of int of shape (2, n_edges), default=None
        Kept as int64. `None` means no edges.
    edge_weight : array-like of shape (n_edges,), default=None
        Kept as float32. `None` means 1 for every edge.
    edge_features : array-like of shape (n_edges, n_edge_features) or (n_edges,), default=None
        Numbers, kept as float64. A one-dimensional array holds edge types, all integers or all strings. `None` means
        that edges carry nothing but their weight.

    Raises
    ------
    ValueError
        If an array has the wrong shape.
    TypeError
        If an array holds the wrong kind of values.

    See Also
    --------
    ensure_graphs : Turns lists of graphs of several libraries into samples.

    Examples
    --------
    >>> from skmlbio.graphs import Graph
    >>> path = Graph(features=["C", "C", "O"], edge_index=[[0, 1, 1, 2], [1, 0, 2, 1]])
    >>> path
    Graph(n_nodes=3, node_types=<U1, n_edges=4)
    >>> path == Graph(features=["C", "C", "O"], edge_index=[[0, 1, 1, 2], [1, 0, 2, 1]])
    True
    >>> Graph(["C", "O"], [[0, 1], [1, 0]], edge_features=["double", "double"])
    Graph(n_nodes=2, node_types=<U1, n_edges=2, edge_types=<U6)
    """

    features: np.ndarray
    edge_index: np.ndarray = None
    edge_weight: np.ndarray = None
    edge_features: np.ndarray | None = None

    def __post_init__(self) -> None:
        edge_index = _edge_index(self.edge_index)
        n_edges = edge_index.shape[1]
        for name, value in (
            ("features", _features(self.features, "node")),
            ("edge_index", edge_index),
            ("edge_weight", _edge_weight(self.edge_weight, n_edges)),
            ("edge_features", _edge_features(self.edge_features, n_edges)),
        ):
            if value is None:
                continue
            value = value.view()
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.features.shape[0]

    @property
    def n_edges(self) -> int:
        """Number of listed edges, each direction counted."""
        return self.edge_index.shape[1]

    @property
    def has_node_types(self) -> bool:
        """Whether the nodes carry a type instead of features."""
        return self.features.ndim == 1

    @property
    def has_edge_types(self) -> bool:
        """Whether the edges carry a type."""
        return self.edge_features is not None and self.edge_features.ndim == 1

    def __repr__(self) -> str:
        nodes = f"node_types={self.features.dtype}" if self.has_node_types else f"n_features={self.features.shape[1]}"
        edges = ""
        if self.edge_features is not None:
            typed = self.has_edge_types
            edges = (
                f", edge_types={self.edge_features.dtype}"
                if typed
                else f", n_edge_features={self.edge_features.shape[1]}"
            )
        return f"Graph(n_nodes={self.n_nodes}, {nodes}, n_edges={self.n_edges}{edges})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        return (
            np.array_equal(self.features, other.features)
            and np.array_equal(self.edge_index, other.edge_index)
            and np.array_equal(self.edge_weight, other.edge_weight)
            and (self.edge_features is None) == (other.edge_features is None)
            and (self.edge_features is None or np.array_equal(self.edge_features, other.edge_features))
        )

    def __hash__(self) -> int:
        return hash((self.features.shape, self.edge_index.tobytes()))

    def __reduce__(self):
        # Through the constructor, so that a graph read back is read-only again.
        edge_features = None if self.edge_features is None else np.array(self.edge_features)
        return Graph, (np.array(self.features), np.array(self.edge_index), np.array(self.edge_weight), edge_features)


def _features(features: ArrayLike, owner: str) -> np.ndarray:
    """Features as float64, one row a node (or edge), or types of shape (n_nodes,)."""
    array = features.toarray() if sparse.issparse(features) else np.asarray(features)
    if array.ndim == 1:
        return type_array(features, owner)
    if array.ndim != 2:
        raise ValueError(
            f"{owner} features must have shape (n_{owner}s, n_features) or (n_{owner}s,), not {array.shape}"
        )
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{owner} features must be numbers, not {array.dtype}; {owner} types are one-dimensional")
    try:
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{owner} features must be numbers: {error}") from error


def _edge_features(edge_features: ArrayLike | None, n_edges: int) -> np.ndarray | None:
    """Edge features as float64 of shape (n_edges, n_features), or edge types of shape (n_edges,)."""
    if edge_features is None:
        return None
    array = _features(edge_features, "edge")
    if len(array) != n_edges:
        raise ValueError(
            f"edge_features has {len(array)} rows, but there are {n_edges} edges; one row an edge is needed"
        )
    return array


def type_array(types: ArrayLike, owner: str = "node", name: Callable[[int], str] | None = None) -> np.ndarray:
    """Types of nodes or edges as int64 or strings; `name` says whose type it is by its place."""
    name = f"{owner} {{}}".format if name is None else name
    if isinstance(types, np.ndarray) and types.dtype.kind in "iU":
        return types.astype(np.int64, copy=False) if types.dtype.kind == "i" else types
    # One by one, and lists as they are: NumPy makes 'nan' of a missing type, and '6' of a number among strings.
    values = types if isinstance(types, list | tuple) else np.asarray(types).tolist()
    for place, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, str | Integral):
            raise TypeError(
                f"{name(place)} has the type {value!r}; {owner} types are integers or strings, and a single numeric "
                f"feature has shape (n_{owner}s, 1)"
            )
        if isinstance(value, str) != isinstance(values[0], str):
            raise TypeError(
                f"{name(place)} has the type {value!r} and {name(0)} has {values[0]!r}; "
                f"{owner} types are all integers or all strings"
            )
        if not isinstance(value, str) and not -(2**63) <= value < 2**63:
            raise TypeError(f"{name(place)} has the type {value!r}, which is too large for an integer of 64 bits")
    return np.array(values, str if values and isinstance(values[0], str) else np.int64)


def _edge_index(edge_index: ArrayLike | None) -> np.ndarray:
    """Edges as int64 of shape (2, n_edges)."""
    array = np.empty((2, 0), np.int64) if edge_index is None else np.asarray(edge_index)
    if array.size == 0:
        return np.empty((2, 0), np.int64)
    if array.ndim != 2 or array.shape[0] != 2:
        raise ValueError(f"edge_index must have shape (2, n_edges), not {array.shape}")
    if array.dtype.kind not in "iu":
        raise TypeError(f"edge_index must hold integers, not {array.dtype}")
    return array.astype(np.int64, copy=False)


def _edge_weight(edge_weight: ArrayLike | None, n_edges: int) -> np.ndarray:
    """Weights as float32 of shape (n_edges,)."""
    if edge_weight is None:
        return np.ones(n_edges, np.float32)
    array = np.asarray(edge_weight)
    if array.shape != (n_edges,):
        raise ValueError(f"edge_weight must have shape ({n_edges},), one number an edge, not {array.shape}")
    if array.dtype.kind not in "biuf" and array.size:
        raise TypeError(f"edge_weight must hold numbers, not {array.dtype}")
    with np.errstate(over="ignore"):
        return array.astype(np.float32, copy=False)
