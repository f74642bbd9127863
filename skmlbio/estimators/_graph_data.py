"""Graphs as the training engine takes them: in a few buckets of size."""

from __future__ import annotations

import numpy as np

from skmlbio.graphs import DenseBatches, GraphSamples, bucket_of, choose_bucket_sizes, edge_batch
from skmlbio.graphs._occlusion import left_without
from skmlbio.training._batches import Arrays, Bucket

_LARGEST_DENSE = 128  # nodes; beyond, lists of edges are cheaper than matrices
_DENSE_MIN_GAIN = 0.25  # each further bucket costs the time to trace another program
_NUMBERS_OF_A_BATCH = 2**17  # nodes and edges, so that one large graph is a batch of its own
_ENTRIES_OF_A_BATCH = 2**22  # of adjacency matrices


class GraphData:
    """The engine's view of `GraphSamples`.

    Graphs of up to 128 nodes come as dense padded batches, larger ones as padded lists of edges; so do all whose edges
    have features, because few pairs of nodes have an edge.

    Parameters
    ----------
    samples : GraphSamples
        The graphs.
    as_lists : bool, default=False
        Whether small graphs are lists, too, because the network computes vectors of edges.
    """

    def __init__(self, samples: GraphSamples, as_lists: bool = False):
        self.samples = samples
        self.as_lists = as_lists or samples.edge_features is not None

    def __len__(self) -> int:
        return len(self.samples)

    def subset(self, rows: np.ndarray) -> GraphData:
        return self.like(self.samples[rows])

    def like(self, samples: GraphSamples) -> GraphData:
        """Return other graphs for the same network."""
        return GraphData(samples, self.as_lists)

    def without(self, rows: np.ndarray, nodes: np.ndarray, pairs: np.ndarray) -> GraphData:
        """Return graphs without some of their nodes and edges; see `skmlbio.graphs._occlusion.left_without`."""
        return self.like(left_without(self.samples[rows], nodes, pairs))

    def buckets(self) -> list[Bucket]:
        sizes = choose_bucket_sizes(self.samples.n_nodes, max_nodes=_LARGEST_DENSE, min_gain=_DENSE_MIN_GAIN)
        place = bucket_of(self.samples.n_nodes, sizes)
        make = self._edge_bucket if self.as_lists else self._dense_bucket
        small = [make(np.flatnonzero(place == i), int(size)) for i, size in enumerate(sizes)]
        return small + [self._edge_bucket(rows) for rows in self._by_octave(np.flatnonzero(place < 0))]

    def _dense_bucket(self, rows: np.ndarray, n_nodes: int) -> Bucket:
        batches = DenseBatches(self.samples[rows], n_nodes)
        place = np.zeros(len(self), np.intp)
        place[rows] = np.arange(len(rows))
        limit = _ENTRIES_OF_A_BATCH // n_nodes**2
        return Bucket(rows, lambda rows: batches[place[rows]], "", limit, length=n_nodes)

    def _by_octave(self, rows: np.ndarray) -> list[np.ndarray]:
        """Divide large graphs so that none is padded to more than about twice its nodes and edges."""
        octave = np.ceil(np.log2((self.samples.n_nodes + self.samples.n_edges)[rows]))
        return [rows[octave == value] for value in np.unique(octave)]

    def _edge_bucket(self, rows: np.ndarray, n_nodes: int | None = None) -> Bucket:
        n_nodes = n_nodes or _rounded_up(int(self.samples.n_nodes[rows].max()))
        n_edges = _rounded_up(int(self.samples.n_edges[rows].max()))
        limit = max(1, _NUMBERS_OF_A_BATCH // (n_nodes + n_edges))

        def take(rows: np.ndarray | slice) -> Arrays:
            return edge_batch(self.samples[rows], n_nodes, n_edges)

        return Bucket(rows, take, "edges", limit, length=n_nodes)


def _rounded_up(n: int) -> int:
    """Round up to one of eight sizes an octave, so that similar sets of graphs share compiled programs."""
    step = max(8, 2 ** (n.bit_length() - 4))
    return max(step, -(-n // step) * step)
