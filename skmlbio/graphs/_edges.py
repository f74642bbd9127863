"""The edges of many graphs: checked, sorted, and each once unless they have features."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._graph import Graph
from ._graph_samples import starts, summed
from ._types import known_types, one_hot, type_ids

LARGEST = np.finfo(np.float32).max


class Edges(NamedTuple):
    """Edges of many graphs, in the fields of `GraphSamples`."""

    edge_index: np.ndarray
    edge_weight: np.ndarray
    n_edges: np.ndarray
    edge_features: np.ndarray | None
    edge_types: np.ndarray | None


def edges_of(
    graphs: list[Graph],
    n_nodes: np.ndarray,
    flow: str,
    edge_types: ArrayLike | None,
    n_edge_features: int | None,
    unknown: str,
) -> Edges:
    """All edges; the parameters are those of `ensure_graphs`."""
    n_edges = np.array([graph.n_edges for graph in graphs])
    edge_index = np.concatenate([graph.edge_index for graph in graphs], axis=1)
    edge_weight = np.concatenate([graph.edge_weight for graph in graphs])
    owner = np.repeat(np.arange(len(graphs)), n_edges)
    _check_edges(edge_index, edge_weight, owner, n_nodes)

    def whose(edge: int) -> str:
        return f"graph {owner[edge]}: edge ({edge_index[0, edge]}, {edge_index[1, edge]})"

    features, types = _features(graphs, edge_types, n_edge_features, unknown, whose)
    collecting = edge_index[::-1] if flow == "source_to_target" else edge_index
    # One number an edge orders edges by graph, then first node, then second.
    keys = (starts(n_nodes)[owner] + collecting[0]) * n_nodes.max() + collecting[1]
    if features is None:
        order, edge_weight = summed(keys, edge_weight)
    else:
        order = np.argsort(keys, kind="stable")
        order = order[edge_weight[order] != 0]
        features, edge_weight = features[order], edge_weight[order]
    n_edges = np.bincount(owner[order], minlength=len(graphs))
    return Edges(collecting[:, order].astype(np.int32), edge_weight, n_edges, features, types)


def _features(graphs, edge_types, n_edge_features, unknown, whose) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Numbers of all edges, or one-hot types and the known types; a graph without edges has what the others have."""
    having = [index for index, graph in enumerate(graphs) if graph.n_edges]
    known_before = edge_types is not None or n_edge_features is not None
    width = n_edge_features if edge_types is None else len(edge_types)
    if not having:
        types = None if edge_types is None else known_types(np.asarray(edge_types), edge_types, "edge")
        return (np.zeros((0, width)) if width else None), types
    kinds = {index: _kind(graphs[index]) for index in having}
    first = having[0]
    for index, kind in kinds.items():
        if kind != kinds[first]:
            raise ValueError(f"graph {first} has {kinds[first]}, graph {index} has {kind}; all graphs need the same")
    is_typed = graphs[first].has_edge_types
    is_numeric = graphs[first].edge_features is not None and not is_typed
    if known_before:
        _require_as_before(kinds[first], first, is_typed, is_numeric, edge_types, n_edge_features)
    if not (is_typed or is_numeric):
        return None, None
    values = np.concatenate([graphs[index].edge_features for index in having])
    if is_typed:
        known = known_types(values, edge_types, "edge")
        return one_hot(type_ids(values, known, unknown, whose), len(known)), known
    return _checked_numbers(values, first, whose), None


def _kind(graph: Graph) -> str:
    if graph.edge_features is None:
        return "no edge features"
    if not graph.has_edge_types:
        return f"{graph.edge_features.shape[1]} edge features"
    return "integer edge types" if graph.edge_features.dtype.kind == "i" else "string edge types"


def _require_as_before(kind, first, is_typed, is_numeric, edge_types, n_edge_features) -> None:
    """Refuse other edges than the fit had, where types or a number of features are known."""
    if edge_types is not None:
        wrong, before = not is_typed, "edge types"
    else:
        wrong = is_typed or kind != (f"{n_edge_features} edge features" if n_edge_features else "no edge features")
        before = f"{n_edge_features or 'no'} edge features"
    if wrong:
        raise ValueError(f"graph {first} has {kind}, but the graphs of the fit had {before}")


def _checked_numbers(values: np.ndarray, first: int, whose) -> np.ndarray:
    if values.shape[1] == 0:
        raise ValueError(f"graph {first} has 0 edge features; at least one is needed, or None")
    # A NaN is not below the limit either.
    if not np.abs(values).max() <= LARGEST:
        edge, column = np.argwhere(~(np.abs(values) <= LARGEST))[0]
        raise ValueError(
            f"{whose(edge)} has {values[edge, column]} as edge feature {column}; finite needed, and between -3.4e+38 "
            "and 3.4e+38"
        )
    return values


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
