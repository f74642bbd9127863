"""The way in: lists of graphs are checked and laid flat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from ._converters import occurring_edge_attribute, require_features_of_all_or_none, to_graph
from ._edges import LARGEST, edges_of
from ._graph import Graph
from ._graph_samples import GraphSamples, positions
from ._types import known_types, one_hot, type_ids


def ensure_graphs(
    X: Iterable,
    *,
    node_attributes: str | Sequence[str] | None = None,
    edge_attribute: str | None = "weight",
    edge_attributes: str | Sequence[str] | None = None,
    flow: str = "target_to_source",
    node_types: ArrayLike | None = None,
    node_encoding: str = "one_hot",
    unknown: str = "error",
    n_features: int | None = None,
    edge_types: ArrayLike | None = None,
    n_edge_features: int | None = None,
    accept_sparse: bool = False,
) -> GraphSamples:
    """Check a list of graphs and lay it out flat.

    Parameters
    ----------
    X : list, tuple, object array of shape (n_graphs,) or (n_graphs, 1), Series, or data frame of one column
        Each item a `Graph`, a networkx graph, a ``spektral.data.Graph``, or a pair (features, adjacency) with a dense
        or SciPy-sparse adjacency, and None in place of features where each node has the feature 1. An adjacency is
        taken as it stands; the edges of undirected networkx graphs count in both directions. Edges given twice are
        summed and edges of weight 0 left out, so that an edge list means the same as its matrix; edges that have
        features stay apart. All graphs that have edges have edge features, or none has.
    node_attributes : str or sequence of str, default=None
        For networkx graphs. One name: the node's type, all integers or all strings. A sequence of names: numeric
        features, in that order (a vector gives several). An empty sequence, or `None` where nodes have no attributes:
        each node gets the feature 1.
    edge_attribute : str or None, default="weight"
        For networkx graphs: the attribute with the weight of an edge, which must be there at every edge of every
        graph. Where no edge has a ``"weight"``, each weighs 1, as in networkx. `None` gives every edge the weight 1.
    edge_attributes : str or sequence of str, default=None
        For networkx graphs. One name: the edge's type, all integers or all strings. A sequence of names: numeric
        features of edges, in that order. `None`: edges have their weight alone.
    flow : {"target_to_source", "source_to_target"}, default="target_to_source"
        Which way messages go along an edge ``(source, target)``, the entry ``adjacency[source, target]``: by default
        the source collects from the target, as ``A X`` has it. ``"source_to_target"``, PyTorch Geometric's default,
        turns every edge round. Without directed edges both are the same.
    node_types : array-like of shape (n_types,), default=None
        The types known from training; columns and ids follow their sorted order. `None` learns them from `X`.
    node_encoding : {"one_hot", "ids"}, default="one_hot"
        Whether node types become float32 one-hot rows or int32 ids from 1 for an embedding. Numeric features stay as
        they are. Edge types always become one-hot rows.
    unknown : {"error", "mask"}, default="error"
        A type that is not in `node_types` or `edge_types` is an error, or a row of zeros (the id 0).
    n_features : int, default=None
        The number of node features known from training, where nodes have features; `None` accepts any, the same in
        all graphs.
    edge_types : array-like of shape (n_types,), default=None
        The edge types known from training, like `node_types`.
    n_edge_features : int, default=None
        The number of edge features known from training, 0 if edges had none; `None` accepts any, the same in all
        graphs.
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
        single precision, an unknown type, no such attribute, or another width than the rest. The message names graph
        and place.
    TypeError
        If `X` or one of its items is no graph, or a type is missing, no integer or string, or of another kind
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
    graphs = listed_graphs(X, node_attributes, edge_attribute, edge_attributes)
    n_nodes = np.array([graph.n_nodes for graph in graphs])
    if not n_nodes.all():
        raise ValueError(f"graph {n_nodes.argmin()} has no nodes; at least one is needed")
    with_types = _same_kind(graphs)
    edges = edges_of(graphs, n_nodes, flow, edge_types, n_edge_features, unknown)
    if with_types:
        if node_types is None and n_features is not None:
            raise ValueError(f"graph 0 has node types, but the graphs of the fit had {n_features} node features")
        features, types = _typed_features(graphs, n_nodes, node_types, node_encoding, unknown)
        return GraphSamples(features, *edges[:2], n_nodes, edges.n_edges, types, *edges[3:])
    if node_types is not None:
        raise ValueError(
            "graph 0 has node features, but node_types, those given or those of the fit, are for graphs of types"
        )
    features = _numeric_features(graphs, n_nodes, n_features, accept_sparse and len(graphs) == 1)
    return GraphSamples(features, *edges[:2], n_nodes, edges.n_edges, None, *edges[3:])


def listed_graphs(
    X: Iterable,
    node_attributes: str | Sequence[str] | None,
    edge_attribute: str | None,
    edge_attributes: str | Sequence[str] | None,
) -> list[Graph]:
    """The graphs of `X` with nodes and edges as they are listed; the parameters are those of `ensure_graphs`."""
    listed = _listed(X)
    require_features_of_all_or_none(listed)
    attributes = node_attributes, occurring_edge_attribute(listed, edge_attribute), edge_attributes
    return [_converted(graph, index, *attributes) for index, graph in enumerate(listed)]


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


def _converted(graph: object, index: int, *attributes) -> Graph:
    try:
        return to_graph(graph, *attributes)
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
    if not np.abs(features).max() <= LARGEST:
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
    place = np.flatnonzero(~(np.abs(entries.data) <= LARGEST))[0]
    return entries.row[place], entries.col[place], entries.data[place]


def _typed_features(
    graphs: list[Graph], n_nodes: np.ndarray, node_types: ArrayLike | None, node_encoding: str, unknown: str
) -> tuple[np.ndarray, np.ndarray]:
    """One-hot rows or ids of the node types, and the types."""
    values = np.concatenate([graph.features for graph in graphs])
    known = known_types(values, node_types, "node")
    ids = type_ids(values, known, unknown, lambda row: "graph {}: node {}".format(*_place(row, n_nodes)))
    return (ids if node_encoding == "ids" else one_hot(ids, len(known))), known


def _place(row: int, n_nodes: np.ndarray) -> tuple[int, int]:
    """Graph and node of a row of the concatenated features."""
    graph, node = positions(n_nodes)
    return graph[row], node[row]
