"""Messages along edges: what stands at either end of an edge, and the sum of what arrives at a node.

Edges come as a matrix of all pairs of nodes, as a list, or, where padded graphs are small, as the matrices that say
which edge begins and ends where: products of matrices, which XLA computes faster than it picks rows and adds them up.
All give the same numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from keras import ops

from .graph_convolution_layer import ConvolutionLayer
from .graph_propagation import Adjacency, EdgeList, Tensor, gated, read_inputs, split_inputs
from .sparse_product import dense

_MOST_NODES_OF_INCIDENCE = 64


class Incidence(NamedTuple):
    """The edges of padded graphs as matrices.

    Attributes
    ----------
    receivers, senders : tensor of shape (n_graphs, n_edges, n_nodes)
        A one at i, and a one at j, of every edge (i, j).
    edge_weight : tensor of shape (n_graphs, n_edges)
        Its weight; 0 where padded.
    """

    receivers: Tensor
    senders: Tensor
    edge_weight: Tensor


Edges = Adjacency | Incidence


def of_receiver(edges: Edges, x: Tensor) -> Tensor:
    """x_i for all edges (i, j), or pairs of nodes."""
    if isinstance(edges, Incidence):
        return ops.matmul(edges.receivers, x)
    return ops.take(x, edges.edge_index[0], axis=0) if isinstance(edges, EdgeList) else ops.expand_dims(x, 2)


def of_sender(edges: Edges, x: Tensor) -> Tensor:
    """x_j for all edges (i, j), or pairs of nodes."""
    if isinstance(edges, Incidence):
        return ops.matmul(edges.senders, x)
    return ops.take(x, edges.edge_index[1], axis=0) if isinstance(edges, EdgeList) else ops.expand_dims(x, 1)


def message_sum(edges: Edges, messages: Tensor, through_gates: bool = True) -> Tensor:
    """Σ_j A_ij m_ij, each message times the gate of its edge, if there is one and they go through gates.

    `messages` have the shape (n_graphs, n_nodes, n_nodes, n_features) where the edges are a matrix, and (n_edges,
    n_features) or (n_graphs, n_edges, n_features) where they are a list or an `Incidence`.
    """
    if isinstance(edges, Incidence):
        weighted = ops.expand_dims(edges.edge_weight, -1) * edges.receivers
        return ops.matmul(ops.swapaxes(weighted, -1, -2), messages)
    if isinstance(edges, EdgeList):
        weighted = messages * ops.expand_dims(edges.edge_weight, -1)
        weighted = gated(edges, weighted) if through_gates else weighted
        return ops.segment_sum(weighted, edges.edge_index[0], edges.n_nodes)
    return ops.squeeze(ops.matmul(ops.expand_dims(edges, 2), messages), 2)


def weights_of(edges: Edges) -> Tensor:
    """A_ij of all edges, or pairs of nodes, with one axis more: the features of edges that have no other."""
    return ops.expand_dims(edges.edge_weight if isinstance(edges, EdgeList | Incidence) else edges, -1)


def read_edges(inputs: list[Tensor]) -> tuple[Tensor, Edges, Tensor]:
    """Node features, edges and edge features from a layer's inputs; see `split_inputs`."""
    x, adjacency, edge_features = split_inputs(inputs)
    x = dense(x)
    if _are_small(x, adjacency):
        edge_index, edge_weight = adjacency
        node = ops.arange(x.shape[1], dtype=edge_index.dtype)
        receivers, senders = (
            ops.cast(ops.equal(ops.expand_dims(edge_index[:, end], -1), node), x.dtype) for end in (0, 1)
        )
        edges: Edges = Incidence(receivers, senders, edge_weight)
    else:
        x, edges = read_inputs([x, *adjacency])
        if edge_features is not None and isinstance(edges, EdgeList):
            edge_features = ops.reshape(edge_features, (-1, edge_features.shape[-1]))
    return x, edges, weights_of(edges) if edge_features is None else edge_features


def _are_small(x: Tensor, adjacency: list[Tensor]) -> bool:
    """Whether these are padded lists of edges of known and small sizes."""
    if len(adjacency) == 1 or len(x.shape) == 2 or None in (*x.shape[1:], adjacency[1].shape[-1]):
        return False
    return x.shape[1] <= _MOST_NODES_OF_INCIDENCE


class EdgeFeatureConvolution(ConvolutionLayer):
    """A `ConvolutionLayer` that uses features of edges: inputs as in `split_inputs`.

    Where there are none, the one feature of an edge is its weight. A subclass makes its weights in `make_edge_weights`
    and computes in `convolve_edges`.
    """

    def build(self, input_shape):
        *_, last = input_shape
        has_features = len(input_shape) == 4 or (len(input_shape) == 3 and len(last) == len(input_shape[1]) + 1)
        self.n_edge_features = last[-1] if has_features else 1
        super().build(input_shape)

    def make_weights(self, n_features):
        self.make_edge_weights(n_features, self.n_edge_features)

    def make_edge_weights(self, n_features, n_edge_features):
        raise NotImplementedError

    def convolve_edges(self, edges, x, edge_features):
        raise NotImplementedError

    def convolved(self, inputs):
        x, edges, edge_features = read_edges(inputs)
        return self.convolve_edges(edges, x, edge_features)
