"""The way in: lists of graphs are checked and laid flat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from ._converters import occurring_edge_attribute, require_features_of_all_or_none, to_graph
from ._graph import Graph, type_array
from ._graph_samples import GraphSamples, positions, starts

_LARGEST = np.finfo(np.float32).max


def ensure_graphs(
    X: Iterable,
    *,
    node_attributes: str | Sequence[str] | None = None,
    edge_attribute: str | None = "weight",
    flow: str = "target_to_source",
    node_types: ArrayLike | None = None,
    node_encoding: str = "one_hot",
    unknown: str = "error",
    n_features: int | None = None,
    accept_sparse: bool = False,
) -> GraphSamples:
    """Check a list of graphs and lay it out flat.

    Parameters
    ----------
    X : list, tuple, object array of shape (n_graphs,) or (n_graphs, 1), Series, or data frame of one column
        Each item a `Graph`, a networkx graph, a ``spektral.data.Graph``, or a pair (features, adjacency) with a dense
        or SciPy-sparse adjacency. An adjacency is taken as it stands; the edges of undirected networkx graphs count
        in both directions. Edges given twice are summed and edges of weight 0 left out, so that an edge list means
        the same as its matrix.
    node_attributes : str or sequence of str, default=None
        For networkx graphs. One name: the node's type, all integers or all strings. A sequence of names: numeric
        features, in that order (a vector gives several). An empty sequence, or `None` where nodes have no attributes:
        each node gets the feature 1.
    edge_attribute : str or None, default="weight"
        For networkx graphs: the attribute with the weight of an edge, which must be there at every edge of every
        graph. Where no edge has a ``"weight"``, each weighs 1, as in networkx. `None` gives every edge the weight 1.
    flow : {"target_to_source", "source_to_target"}, default="target_to_source"
        Which way messages go along an edge ``(source, target)``, the entry ``adjacency[source, target]``: by default
        the source collects from the target, as ``A X`` has it. ``"source_to_target"``, PyTorch Geometric's default,
        turns every edge round. Without directed edges both are the same.
    node_types : array-like of shape (n_types,), default=None
        The types known from training; columns and ids follow their sorted order. `None` learns them from `X`.
    node_encoding : {"one_hot", "ids"}, default="one_hot"
        Whether node types become float32 one-hot rows or int32 ids from 1 for an embedding. Numeric features stay as
        they are.
    unknown : {"error", "mask"}, default="error"
        A type that is not in `node_types` is an error, or a row of zeros (the id 0).
    n_features : int, default=None
        The number of node features known from training, where nodes have features; `None` accepts any, the same in
        all graphs.
    accept_sparse : bool, default=False
        Whether the sparse features of a single graph stay sparse. Those of several are made dense.

    Returns
    -------
    samples : GraphSamples
        With ``len``, ``samples[indices]``, and the known types in ``samples.node_types``. Of an edge of the samples,
        the first node collects from the second, whatever `flow` is.

    Raises
    ------
    ValueError
        If `X` is empty, or a graph has no nodes, an edge that points past its nodes, a number that is not finite in
        single precision, an unknown node type, no such attribute, or another width than the rest. The message names
        graph and place.
    TypeError
        If `X` or one of its items is no graph, or a node type is missing, no integer or string, or of another kind
        than the rest.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.graphs import ensure_graphs
    >>> features, adjacency = np.eye(3), np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> samples = ensure_graphs([(features, adjacency)])
    >>> samples.edge_index
    array([[0, 1, 1, 2],
           [1, 0, 2, 1]], dtype=int32)
    """
    if node_encoding not in ("one_hot", "ids"):
        raise ValueError(f"node_encoding must be 'one_hot' or 'ids', not {node_encoding!r}")
    if unknown not in ("error", "mask"):
        raise ValueError(f"unknown must be 'error' or 'mask', not {unknown!r}")
    if flow not in ("target_to_source", "source_to_target"):
        raise ValueError(f"flow must be 'target_to_source' or 'source_to_target', not {flow!r}")
    listed = _listed(X)
    require_features_of_all_or_none(listed)
    edge_attribute = occurring_edge_attribute(listed, edge_attribute)
    graphs = [_converted(graph, index, node_attributes, edge_attribute) for index, graph in enumerate(listed)]
    n_nodes = np.array([graph.n_nodes for graph in graphs])
    if not n_nodes.all():
        raise ValueError(f"graph {n_nodes.argmin()} has no nodes; at least one is needed")
    with_types = _same_kind(graphs)
    edge_index, edge_weight, n_edges = _edges(graphs, n_nodes, flow)
    if with_types:
        if node_types is None and n_features is not None:
            raise ValueError(f"graph 0 has node types, but the graphs of the fit had {n_features} node features")
        known = _known_types(graphs, node_types)
        features, types = _typed_features(graphs, n_nodes, known, node_encoding, unknown)
        return GraphSamples(features, edge_index, edge_weight, n_nodes, n_edges, types)
    if node_types is not None:
        raise ValueError("graph 0 has node features, but the graphs of the fit had node types")
    features = _numeric_features(graphs, n_nodes, n_features, accept_sparse and len(graphs) == 1)
    return GraphSamples(features, edge_index, edge_weight, n_nodes, n_edges)


def _listed(X: Iterable) -> list:
    """The items of `X`, which must be several graphs and not one."""
    given = type(X).__name__
    if getattr(X, "shape", ())[1:] == (1,):  # a column, as scikit-learn's ensembles hand it on
        X = np.asarray(X)[:, 0]
    several = isinstance(X, (list, tuple)) or getattr(X, "ndim", None) == 1
    if not several or getattr(X, "dtype", np.dtype(object)).kind not in "O":
        raise TypeError(f"expected a list of graphs, got a {given}")
    if len(X) == 0:
        raise ValueError("the list of graphs is empty; at least one graph is needed")
    return list(X)


def _converted(graph: object, index: int, node_attributes, edge_attribute) -> Graph:
    try:
        return to_graph(graph, node_attributes, edge_attribute)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"graph {index}: {error}") from error


def _same_kind(graphs: list[Graph]) -> bool:
    """Whether nodes carry types; all graphs must agree."""
    kinds = [_kind(graph) for graph in graphs]
    for index, kind in enumerate(kinds):
        if kind != kinds[0]:
            raise ValueError(f"graph 0 has {kinds[0]}, graph {index} has {kind}; all graphs need the same")
    return graphs[0].has_node_types


def _kind(graph: Graph) -> str:
    if not graph.has_node_types:
        return f"{graph.features.shape[1]} node features"
    return "integer node types" if graph.features.dtype.kind == "i" else "string node types"


def _numeric_features(
    graphs: list[Graph], n_nodes: np.ndarray, n_features: int | None, as_they_are: bool
) -> np.ndarray | sparse.csr_array:
    features = graphs[0].features if as_they_are else np.concatenate([_dense(graph.features) for graph in graphs])
    if features.shape[1] == 0:
        raise ValueError("graph 0 has 0 node features; at least one is needed")
    if n_features is not None and features.shape[1] != n_features:
        raise ValueError(f"graph 0 has {features.shape[1]} node features, but the graphs of the fit had {n_features}")
    # A NaN is not below the limit either.
    if not np.abs(features).max() <= _LARGEST:
        row, column, value = _first_wrong(features)
        graph, node = _place(row, n_nodes)
        raise ValueError(
            f"graph {graph}: node {node} has {value} as feature {column}; finite needed, and between "
            "-3.4e+38 and 3.4e+38"
        )
    return features


def _dense(features: np.ndarray | sparse.csr_array) -> np.ndarray:
    return features.toarray() if sparse.issparse(features) else features


def _first_wrong(features: np.ndarray | sparse.csr_array) -> tuple[int, int, float]:
    """Row, column and value of the first number that single precision does not hold."""
    entries = features.tocoo() if sparse.issparse(features) else sparse.coo_array(features)
    place = np.flatnonzero(~(np.abs(entries.data) <= _LARGEST))[0]
    return entries.row[place], entries.col[place], entries.data[place]


def _known_types(graphs: list[Graph], node_types: ArrayLike | None) -> np.ndarray:
    """The sorted types that are given, or else those that occur."""
    if node_types is None:
        return np.unique(np.concatenate([graph.features for graph in graphs]))
    if np.ndim(node_types) != 1 or len(node_types) == 0:
        raise ValueError(f"node_types must be a list of one type or more, not of shape {np.shape(node_types)}")
    return np.unique(type_array(node_types, name="place {} of node_types".format))


def _typed_features(
    graphs: list[Graph], n_nodes: np.ndarray, known: np.ndarray, node_encoding: str, unknown: str
) -> tuple[np.ndarray, np.ndarray]:
    """One-hot rows or ids of the node types, and the types."""
    values = np.concatenate([graph.features for graph in graphs])
    if (known.dtype.kind == "U") != (values.dtype.kind == "U"):
        kind = "strings" if known.dtype.kind == "U" else "integers"
        raise ValueError(f"graph 0 has {_kind(graphs[0])}, but the known node types are {kind}")
    place = np.minimum(np.searchsorted(known, values), len(known) - 1)
    ids = np.where(known[place] == values, place + 1, 0).astype(np.int32)
    if unknown == "error" and not ids.all():
        row = ids.argmin()
        graph, node = _place(row, n_nodes)
        allowed = ", ".join(map(repr, known.tolist()[:30])) + (", ..." if len(known) > 30 else "")
        raise ValueError(f"graph {graph}: node {node} has the unknown type {values[row].item()!r}; known are {allowed}")
    if node_encoding == "ids":
        return ids, known
    one_hot = np.zeros((len(ids), len(known)), np.float32)
    seen = np.flatnonzero(ids)
    one_hot[seen, ids[seen] - 1] = 1
    return one_hot, known


def _edges(graphs: list[Graph], n_nodes: np.ndarray, flow: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All edges, checked, sorted, and each one once: edge_index, edge_weight, n_edges."""
    n_edges = np.array([graph.n_edges for graph in graphs])
    edge_index = np.concatenate([graph.edge_index for graph in graphs], axis=1)
    edge_weight = np.concatenate([graph.edge_weight for graph in graphs])
    owner = np.repeat(np.arange(len(graphs)), n_edges)
    _check_edges(edge_index, edge_weight, owner, n_nodes)
    if flow == "source_to_target":
        edge_index = edge_index[::-1]
    # One number an edge orders edges by graph, then first node, then second.
    widest = n_nodes.max()
    keys = (starts(n_nodes)[owner] + edge_index[0]) * widest + edge_index[1]
    if (np.diff(keys) <= 0).any():
        keys, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        edge_index, owner = edge_index[:, first], owner[first]
        edge_weight = np.bincount(inverse, edge_weight, len(keys)).astype(np.float32)
    if not edge_weight.all():
        kept = np.flatnonzero(edge_weight)
        edge_index, edge_weight, owner = edge_index[:, kept], edge_weight[kept], owner[kept]
    return edge_index.astype(np.int32), edge_weight, np.bincount(owner, minlength=len(graphs))


def _check_edges(edge_index: np.ndarray, edge_weight: np.ndarray, owner: np.ndarray, n_nodes: np.ndarray) -> None:
    # TensorFlow does not check indices on the CPU: nothing wrong may get past here.
    wrong = (edge_index < 0).any(axis=0) | (edge_index >= n_nodes[owner]).any(axis=0)
    if wrong.any():
        place = wrong.argmax()
        first, second = edge_index[:, place]
        graph = owner[place]
        if min(first, second) < 0:
            raise ValueError(f"graph {graph}: edge ({first}, {second}) has a negative node; nodes are numbered from 0")
        raise ValueError(f"graph {graph}: edge ({first}, {second}) points past its {n_nodes[graph]} nodes")
    finite = np.isfinite(edge_weight)
    if not finite.all():
        place = finite.argmin()
        first, second = edge_index[:, place]
        raise ValueError(
            f"graph {owner[place]}: edge ({first}, {second}) has the weight {edge_weight[place]}; finite needed"
        )


def _place(row: int, n_nodes: np.ndarray) -> tuple[int, int]:
    """Graph and node of a row of the concatenated features."""
    graph, node = positions(n_nodes)
    return graph[row], node[row]
