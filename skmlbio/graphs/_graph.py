"""The `Graph` value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

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

    A graph never changes, so `copy.copy` and `copy.deepcopy` return the graph itself: a clone of an estimator that has
    it as a parameter does not copy it.

    Parameters
    ----------
    features : array-like of shape (n_nodes, n_features) or (n_nodes,)
        Numbers, kept as float64; those of a SciPy-sparse matrix stay sparse, as a CSR array. A one-dimensional array
        holds node types, all integers or all strings.
    edge_index : array-like of int of shape (2, n_edges), default=None
        Kept as int64. `None` means no edges.
    edge_weight : array-like of shape (n_edges,), default=None
        Kept as float32. `None` means 1 for every edge.
    edge_features : array-like of shape (n_edges, n_edge_features) or (n_edges,), default=None
        Numbers, kept as float64. A one-dimensional array holds edge types, all integers or all strings. `None` means
        that edges carry nothing but their weight.
    node_names : sequence of hashable of shape (n_nodes,), default=None
        What nodes are called where samples are nodes, each another name. `None` means that they go by their places.

    Raises
    ------
    ValueError
        If an array has the wrong shape.
    TypeError
        If an array holds the wrong kind of values.

    See Also
    --------
    as_graph : Turns one graph of another library into a `Graph`.
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

    features: np.ndarray | sparse.csr_array
    edge_index: np.ndarray = None
    edge_weight: np.ndarray = None
    edge_features: np.ndarray | None = None
    node_names: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        edge_index = _edge_index(self.edge_index)
        n_edges = edge_index.shape[1]
        for name, value in (
            ("features", _features(self.features, "node")),
            ("edge_index", edge_index),
            ("edge_weight", _edge_weight(self.edge_weight, n_edges)),
            ("edge_features", _edge_features(self.edge_features, n_edges)),
        ):
            if value is not None:
                object.__setattr__(self, name, _read_only(value))
        object.__setattr__(self, "node_names", _node_names(self.node_names, self.n_nodes))

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.features.shape[0]

    @property
    def n_edges(self) -> int:
        """Number of listed edges, each direction counted."""
        return self.edge_index.shape[1]

    @property
    def has_sparse_features(self) -> bool:
        """Whether the nodes' features are a CSR array."""
        return sparse.issparse(self.features)

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
        nodes += " (sparse)" if self.has_sparse_features else ""
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
            _equal(self.features, other.features)
            and np.array_equal(self.edge_index, other.edge_index)
            and np.array_equal(self.edge_weight, other.edge_weight)
            and (self.edge_features is None) == (other.edge_features is None)
            and (self.edge_features is None or np.array_equal(self.edge_features, other.edge_features))
            and self.node_names == other.node_names
        )

    def __hash__(self) -> int:
        return hash((self.features.shape, self.edge_index.tobytes()))

    def __copy__(self) -> Graph:
        return self

    def __deepcopy__(self, memo: dict) -> Graph:
        return self

    def __reduce__(self):
        # Through the constructor, so that a graph read back is read-only again.
        return Graph, (self.features, self.edge_index, self.edge_weight, self.edge_features, self.node_names)


def _read_only(array: np.ndarray | sparse.csr_array) -> np.ndarray | sparse.csr_array:
    """A view that cannot be written; what is given still can."""
    if sparse.issparse(array):
        parts = _read_only(array.data), _read_only(array.indices), _read_only(array.indptr)
        return sparse.csr_array(parts, shape=array.shape)
    view = array.view()
    view.flags.writeable = False
    return view


def _equal(features: Any, other: Any) -> bool:
    """Whether features are the same numbers, sparse or not, or the same types."""
    if not (sparse.issparse(features) or sparse.issparse(other)):
        return np.array_equal(features, other)
    if features.shape != other.shape:
        return False
    different = features != other
    return not (different.nnz if sparse.issparse(different) else different.any())


def _node_names(names: Sequence[Hashable] | None, n_nodes: int) -> tuple[Hashable, ...] | None:
    """Names as a tuple, NumPy's scalars as Python's; each stands once."""
    if names is None:
        return None
    names = tuple(names.tolist() if hasattr(names, "tolist") else names)
    if len(names) != n_nodes:
        raise ValueError(f"node_names has {len(names)} names, but there are {n_nodes} nodes")
    place: dict[Hashable, int] = {}
    for node, name in enumerate(names):
        if place.setdefault(name, node) != node:
            raise ValueError(f"node_names calls nodes {place[name]} and {node} both {name!r}")
    return names


def _sparse_features(features: Any) -> sparse.csr_array:
    """A CSR array of float64 that lists each entry once, in order."""
    if features.ndim != 2:
        raise ValueError(f"node features must have shape (n_nodes, n_features) or (n_nodes,), not {features.shape}")
    if features.dtype.kind not in "biuf":
        raise TypeError(f"node features must be numbers, not {features.dtype}")
    matrix = sparse.csr_array(features, dtype=np.float64)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    return matrix


def _features(features: ArrayLike, owner: str) -> np.ndarray:
    """Features as float64, one row a node (or edge), or types of shape (n_nodes,)."""
    if sparse.issparse(features):
        return _sparse_features(features) if owner == "node" else features.toarray()
    array = np.asarray(features)
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
