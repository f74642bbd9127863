"""Graph data sets in the TUDataset text format, and Weisfeiler-Lehman features as a baseline."""

from collections import Counter

import numpy as np
from _timing import DATA
from scipy import sparse

from skmlbio.graphs import Graph, GraphSamples, ensure_graphs


def load(name: str) -> tuple[list[Graph], np.ndarray]:
    """Graphs with node types, and their classes."""

    def read(part: str) -> np.ndarray:
        (path,) = (DATA / name.lower()).glob(f"{name}_{part}.txt*")
        return np.loadtxt(path, delimiter=",", dtype=int)

    edges, owner, types = read("A") - 1, read("graph_indicator") - 1, read("node_labels")
    first = np.searchsorted(owner, np.arange(owner[-1] + 1))
    of_edge = owner[edges[:, 0]]
    graphs = [Graph(types[owner == i], (edges[of_edge == i] - first[i]).T) for i in range(len(first))]
    return graphs, read("graph_labels")


def weisfeiler_lehman(graphs: list[Graph], n_rounds: int) -> list[sparse.csr_matrix]:
    """Counts of colours after 0, 1, ... rounds; a colour is a node's colour with those of its neighbours.

    Shervashidze et al.: Weisfeiler-Lehman graph kernels. JMLR 12 (2011).
    """
    samples: GraphSamples = ensure_graphs(graphs)
    graph = np.repeat(np.arange(len(samples)), samples.n_nodes)
    before = np.repeat(np.cumsum(samples.n_nodes) - samples.n_nodes, samples.n_edges)
    sources, targets = samples.edge_index + before
    colours = samples.features.argmax(axis=1)
    counts = []
    for _ in range(n_rounds + 1):
        shape = len(samples), colours.max() + 1
        counts.append(sparse.csr_matrix((np.ones(len(graph)), (graph, colours)), shape))
        neighbours: list[Counter] = [Counter() for _ in graph]
        for source, colour in zip(sources, colours[targets], strict=True):
            neighbours[source][colour] += 1
        named = [(colour, *sorted(seen.items())) for colour, seen in zip(colours, neighbours, strict=True)]
        names = {name: i for i, name in enumerate(dict.fromkeys(named))}
        colours = np.array([names[name] for name in named])
    return counts
