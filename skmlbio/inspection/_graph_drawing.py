"""What a picture of a graph is made of: lines between nodes, colours, places, and the part that is drawn."""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skmlbio.graphs import Graph, GraphAttributions

_MAP = "RdBu_r"
_PALE_ENDS = (0.2, 0.8)  # of the map
_MOST_EXACT = 200  # nodes that are placed by the distances between all of them


class Lines(NamedTuple):
    """Which nodes are joined: `ends` of shape (2, n_lines), and whether edges lead both ways."""

    ends: NDArray[np.integer]
    both_ways: NDArray[np.bool_]


def joined(graph: Graph, of_edges: NDArray) -> tuple[Lines, NDArray]:
    """Return the pairs of nodes that are joined, and the mean number of the edges between each."""
    edges = graph.edge_index
    _, first, line = np.unique(np.sort(edges, axis=0), axis=1, return_index=True, return_inverse=True)
    ends, line = edges[:, first], np.ravel(line)
    turned = np.bincount(line, (edges != ends[:, line]).any(axis=0), len(first)) > 0
    means = np.bincount(line, of_edges, len(first)) / np.bincount(line, minlength=len(first))
    return Lines(ends, turned | (ends[0] == ends[1])), means


class Colors:
    """Colours that mean numbers; 0 is white.  On `pale` ones, black can be read."""

    def __init__(self, *numbers: NDArray, pale: bool = False):
        from matplotlib import colormaps
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import ListedColormap, Normalize

        self._limit = float(np.abs(np.concatenate(numbers)).max(initial=0.0)) or 1.0
        ends = _PALE_ENDS if pale else (0, 1)
        colors = ListedColormap(colormaps[_MAP](np.linspace(*ends, 256)))
        self.mappable = ScalarMappable(Normalize(-self._limit, self._limit), colors)

    def of(self, numbers: NDArray) -> NDArray[np.floating]:
        """Return a colour for each number, of shape (n, 4)."""
        return self.mappable.to_rgba(numbers)

    def share(self, numbers: NDArray) -> NDArray[np.floating]:
        """Return how large each number is, from 0 to 1."""
        return np.abs(numbers) / self._limit


def placed(graph: Graph) -> NDArray[np.floating]:
    """Place the nodes by the distances between them, or by springs where they are many or not all joined."""
    networkx = import_networkx()
    drawn = networkx.Graph()
    drawn.add_nodes_from(range(graph.n_nodes))
    drawn.add_edges_from(graph.edge_index.T.tolist())
    if graph.n_nodes <= _MOST_EXACT and networkx.is_connected(drawn):
        places = networkx.kamada_kawai_layout(drawn)
    else:
        places = networkx.spring_layout(drawn, seed=0)
    return np.array([places[node] for node in range(graph.n_nodes)])


def import_networkx() -> Any:
    try:
        import networkx
    except ImportError as error:
        raise ImportError('GraphDisplay needs networkx: pip install "skmlbio[networkx]"') from error
    return networkx


def nodes_around(graph: Graph, node: int, counts: NDArray, n_hops: int, most: int) -> NDArray[np.intp]:
    """Return a node and what hangs together with it, at most some edges away and so many, what counts most first.

    Parameters
    ----------
    graph : Graph
        The graph; edges are followed both ways.
    node : int
        Where to begin.
    counts : ndarray of shape (n_nodes,)
        How much each node counts.
    n_hops, most : int
        How far away nodes may be, and how many there may be.

    Returns
    -------
    ndarray of shape (n_nodes_around,)
        The nodes in the order of the graph.

    Examples
    --------
    >>> star = Graph([[1.0]] * 5, [[0, 0, 0, 3], [1, 2, 3, 4]])
    >>> nodes_around(star, 0, np.array([9, 1, 2, 3, 8]), n_hops=1, most=3).tolist()
    [0, 2, 3]
    """
    ones = np.ones(graph.n_edges, bool)
    leads = sparse.csr_array((ones, tuple(graph.edge_index)), (graph.n_nodes, graph.n_nodes))
    neighbours = sparse.csr_array(leads + leads.T)
    inside, beside = _within(neighbours, node, n_hops), [(0.0, node)]
    found: set[int] = set()
    while beside and len(found) < most:
        _, node = heapq.heappop(beside)
        if node in found:
            continue
        found.add(node)
        for other in neighbours.indices[neighbours.indptr[node] : neighbours.indptr[node + 1]].tolist():
            if inside[other] and other not in found:
                heapq.heappush(beside, (-float(counts[other]), other))
    return np.array(sorted(found))


def _within(neighbours: sparse.csr_array, node: int, n_hops: int) -> NDArray[np.bool_]:
    """Whether each node is at most so many edges away."""
    inside = np.zeros(neighbours.shape[0], bool)
    inside[node] = True
    for _ in range(n_hops):
        inside[neighbours[np.flatnonzero(inside)].indices] = True
    return inside


def part_of(
    graph: Graph, attributions: GraphAttributions, nodes: NDArray[np.integer]
) -> tuple[Graph, GraphAttributions]:
    """Return some nodes of a graph, called what they are there, with the edges between them and with their numbers."""
    number = np.full(graph.n_nodes, -1)
    number[nodes] = np.arange(len(nodes))
    edges = number[graph.edge_index]
    kept = (edges >= 0).all(axis=0)
    names = range(graph.n_nodes) if graph.node_names is None else graph.node_names
    part = Graph(
        graph.features[nodes],
        edges[:, kept],
        graph.edge_weight[kept],
        None if graph.edge_features is None else graph.edge_features[kept],
        [names[node] for node in nodes],
    )
    return part, GraphAttributions(attributions.nodes[nodes], attributions.edges[kept])
