"""From one graph of another library to a `Graph`.

The libraries are recognised by what their objects offer, so none of them is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from ._graph import Graph, type_array


def as_graph(
    graph: object,
    *,
    node_attributes: str | Sequence[str] | None = None,
    edge_attribute: str | None = "weight",
    edge_attributes: str | Sequence[str] | None = None,
) -> Graph:
    """Turn one graph of any accepted kind into a `Graph`, once and for all.

    An estimator of nodes takes the graph as a parameter: a `Graph` is neither copied by clones nor converted by each
    fit.

    Parameters
    ----------
    graph : Graph, networkx graph, spektral.data.Graph, or pair (features, adjacency)
        As in `ensure_graphs`.  The nodes of a networkx graph keep their names, in `Graph.node_names`.
    node_attributes, edge_attribute, edge_attributes
        For networkx graphs; as in `ensure_graphs`.

    Returns
    -------
    graph : Graph

    Raises
    ------
    ValueError, TypeError
        As in `ensure_graphs`.

    Examples
    --------
    >>> import networkx
    >>> from skmlbio.graphs import as_graph
    >>> graph = as_graph(networkx.Graph([("RAD51", "BRCA2"), ("BRCA2", "PALB2")]))
    >>> graph
    Graph(n_nodes=3, n_features=1, n_edges=4)
    >>> graph.node_names
    ('RAD51', 'BRCA2', 'PALB2')
    """
    converted = to_graph(graph, node_attributes, occurring_edge_attribute([graph], edge_attribute), edge_attributes)
    return replace(converted, node_names=tuple(graph.nodes)) if _is_networkx(graph) else converted


def to_graph(
    graph: object,
    node_attributes: str | Sequence[str] | None,
    edge_attribute: str | None,
    edge_attributes: str | Sequence[str] | None = None,
) -> Graph:
    """One graph of any accepted kind as a `Graph`; the parameters are those of `ensure_graphs`."""
    if isinstance(graph, Graph):
        return graph
    if _is_pair(graph):
        return from_adjacency(*graph)
    if _is_spektral(graph):
        return from_spektral(graph)
    if _is_networkx(graph):
        return from_networkx(graph, node_attributes, edge_attribute, edge_attributes)
    raise TypeError(
        f"a {type(graph).__name__} is no graph; allowed are skmlbio's Graph, networkx graphs, spektral.data.Graph "
        "and pairs (features, adjacency)"
    )


def _is_pair(graph: object) -> bool:
    return isinstance(graph, tuple | list) and len(graph) == 2


def _is_spektral(graph: object) -> bool:
    return type(graph).__module__.startswith("spektral.")


def _is_networkx(graph: object) -> bool:
    return hasattr(graph, "is_directed") and hasattr(graph, "nodes") and hasattr(graph, "edges")


def occurring_edge_attribute(graphs: list, edge_attribute: str | None) -> str | None:
    """`None` for a ``"weight"`` that no edge of the networkx graphs has: it is then 1, as in networkx."""
    if edge_attribute != "weight":
        return edge_attribute
    edges = (attributes for graph in graphs if _is_networkx(graph) for *_, attributes in graph.edges(data=True))
    return edge_attribute if any(edge_attribute in attributes for attributes in edges) else None


def require_features_of_all_or_none(graphs: list) -> None:
    """Refuse graphs of matrices of which some have node features and others, which would get the feature 1, none."""
    given = {index: graph[0] is not None for index, graph in enumerate(graphs) if _is_pair(graph)}
    given |= {index: graph.x is not None for index, graph in enumerate(graphs) if _is_spektral(graph)}
    if len(set(given.values())) == 2:
        having, lacking = (next(index for index, has in given.items() if has == wanted) for wanted in (True, False))
        raise ValueError(f"graph {lacking} has no node features, but graph {having} has; give them to all or to none")


def from_adjacency(features: ArrayLike | None, adjacency: ArrayLike, edge_features: ArrayLike | None = None) -> Graph:
    """The graph of node features and adjacency matrix, dense or SciPy-sparse; non-zeros are edges.

    Without features, each node has the feature 1.
    Edge features have shape (n_nodes, n_nodes, n_edge_features), or (n_edges, n_edge_features), by the rows of the
    matrix.
    """
    if not sparse.issparse(adjacency):
        adjacency = np.asarray(adjacency)
        if adjacency.dtype.kind not in "biuf":
            raise TypeError(f"the adjacency matrix must hold numbers, not {adjacency.dtype}")
    shape = adjacency.shape
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"the adjacency matrix must be square, but has shape {shape}")
    if sparse.issparse(adjacency):
        entries = adjacency.tocsr().sorted_indices().tocoo()
        sources, targets, weights = entries.row, entries.col, entries.data
    else:
        sources, targets = np.nonzero(adjacency)
        weights = adjacency[sources, targets]
    if np.ndim(edge_features) == 3:
        if np.shape(edge_features)[:2] != shape:
            raise ValueError(
                f"edge features have shape {np.shape(edge_features)}, but the adjacency matrix has shape {shape}"
            )
        edge_features = np.asarray(edge_features)[sources, targets]
    features = _no_features(shape[0]) if features is None else features
    graph = Graph(features, np.stack([sources, targets]), weights, edge_features)
    if graph.n_nodes != shape[0]:
        raise ValueError(f"the adjacency matrix has shape {shape}, but there are {graph.n_nodes} nodes")
    return graph


def from_spektral(graph: object) -> Graph:
    """The graph of a ``spektral.data.Graph``; without ``x`` each node has the feature 1."""
    if graph.a is None:
        return Graph(_no_features(graph.n_nodes or 0) if graph.x is None else graph.x)
    return from_adjacency(graph.x, graph.a, graph.e)


def from_networkx(
    graph: object,
    node_attributes: str | Sequence[str] | None,
    edge_attribute: str | None,
    edge_attributes: str | Sequence[str] | None,
) -> Graph:
    """The graph of a networkx graph; undirected edges are listed in both directions."""
    number = {node: place for place, node in enumerate(graph.nodes)}
    edges = [(number[u], number[v]) for u, v in graph.edges()]
    weights = np.ones(len(edges), np.float32)
    if edge_attribute is not None and edges:
        values = _edge_values(graph, edge_attribute, "edge_attribute=None, which weighs each 1")
        weights = _numbers(values, f"edge attribute {edge_attribute!r}")
    edge_features = _networkx_edge_features(graph, edge_attributes) if edges else None
    edge_index = np.array(edges, np.int64).reshape(-1, 2).T
    if not graph.is_directed():
        both = edge_index[0] != edge_index[1]
        edge_index = np.concatenate([edge_index, edge_index[::-1, both]], axis=1)
        weights = np.concatenate([weights, weights[both]])
        edge_features = None if edge_features is None else np.concatenate([edge_features, edge_features[both]])
    return Graph(_networkx_features(graph, node_attributes), edge_index, weights, edge_features)


def _networkx_edge_features(graph: object, edge_attributes: str | Sequence[str] | None) -> np.ndarray | None:
    """The named attributes of the edges: one name gives types, several names give columns of features."""
    if edge_attributes is None or len(edge_attributes) == 0:
        return None
    advice = "edge_attributes=None, which uses none"
    if isinstance(edge_attributes, str):
        ends = list(graph.edges())
        values = _edge_values(graph, edge_attributes, advice)
        return type_array(values, "edge", name=lambda place: "edge ({!r}, {!r})".format(*ends[place]))
    columns = [_numbers(_edge_values(graph, name, advice), f"edge attribute {name!r}") for name in edge_attributes]
    return np.concatenate([column.reshape(len(column), -1) for column in columns], axis=1)


def _networkx_features(graph: object, node_attributes: str | Sequence[str] | None) -> np.ndarray:
    """The named attributes of the nodes: one name gives types, several names give columns of features."""
    if isinstance(node_attributes, str):
        names = list(graph.nodes)
        return type_array(_attribute(graph, node_attributes), name=lambda place: f"node {names[place]!r}")
    if node_attributes is None:
        present = sorted({str(name) for _, attributes in graph.nodes(data=True) for name in attributes})
        if present:
            raise ValueError(
                f"its nodes have the attributes {', '.join(present)}: name those to use in node_attributes, "
                "or give () to use none"
            )
    if not node_attributes or not len(graph):
        return _no_features(len(graph))
    columns = [_numbers(_attribute(graph, name), f"node attribute {name!r}") for name in node_attributes]
    return np.concatenate([column.reshape(len(graph), -1) for column in columns], axis=1)


def _attribute(graph: object, name: str) -> list:
    values = []
    for node, attributes in graph.nodes(data=True):
        if name not in attributes:
            raise ValueError(f"node {node!r} has no attribute {name!r}")
        values.append(attributes[name])
    return values


def _edge_values(graph: object, name: str, advice: str) -> list:
    values = []
    for first, second, attributes in graph.edges(data=True):
        if name not in attributes:
            present = sorted({str(other) for *_, given in graph.edges(data=True) for other in given})
            there = f"; those of this graph have {', '.join(present) or 'none'}"
            if name in present:
                there = ", which other edges of this graph have"
            raise ValueError(
                f"edge ({first!r}, {second!r}) has no attribute {name!r}{there}: give it to every edge, or pass "
                f"{advice}"
            )
        values.append(attributes[name])
    return values


def _numbers(values: list, what: str) -> np.ndarray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what} must hold numbers, the same count at each place: {error}") from error


def _no_features(n_nodes: int) -> np.ndarray:
    """Nodes that differ by their place in the graph only."""
    return np.ones((n_nodes, 1))
