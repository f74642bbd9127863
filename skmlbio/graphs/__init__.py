"""Lists of graphs: the value, its way in, and its padded batches.

Nothing here loads a deep-learning library; networkx and Spektral objects are recognised without importing them.
"""

from ._bucket_sizes import bucket_of, choose_bucket_sizes
from ._contact_graphs import contact_graphs
from ._converters import as_graph
from ._ensure_graphs import ensure_graphs
from ._graph import Graph
from ._graph_batches import (
    DenseBatches,
    DenseGraphs,
    DenseGraphsWithEdgeFeatures,
    EdgeGraphs,
    EdgeGraphsWithEdgeFeatures,
    FlatGraphs,
    FlatGraphsWithEdgeFeatures,
    dense_batch,
    edge_batch,
    flat_batch,
)
from ._graph_samples import GraphSamples
from ._link_pairs import link_pairs
from ._occlusion import GraphAttributions

__all__ = [
    "DenseBatches",
    "DenseGraphs",
    "DenseGraphsWithEdgeFeatures",
    "EdgeGraphs",
    "EdgeGraphsWithEdgeFeatures",
    "FlatGraphs",
    "FlatGraphsWithEdgeFeatures",
    "Graph",
    "GraphAttributions",
    "GraphSamples",
    "as_graph",
    "bucket_of",
    "choose_bucket_sizes",
    "contact_graphs",
    "dense_batch",
    "edge_batch",
    "ensure_graphs",
    "flat_batch",
    "link_pairs",
]
