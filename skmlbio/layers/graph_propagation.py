"""A x, over dense adjacency matrices or edge lists.

Everything that graph convolutions need from a graph is here, in two forms that give the same numbers: dense matrices
of padded batches, and lists of edges of many graphs joined into one. Edge (i, j) is the entry A[i, j]: node i collects
from node j.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import tensorflow as tf
from keras import ops

from .sparse_product import sparse_product

Tensor = Any


class EdgeList(NamedTuple):
    """An adjacency matrix as the list of its entries.

    Attributes
    ----------
    edge_index : tensor of shape (2, n_edges), int32
        Row and column of each entry.
    edge_weight : tensor of shape (n_edges,)
        The entries; 0 where padded.
    n_nodes : int or scalar tensor
        Rows of the matrix.
    gate : tensor of shape (n_edges,) or None
        Multiplies what is told along each edge, and not the degrees: the input by which an edge is explained.
    """

    edge_index: Tensor
    edge_weight: Tensor
    n_nodes: Any
    gate: Tensor | None = None


class SparseEdges(EdgeList):
    """The entries of a sparse matrix, each standing once, in order: A x is one sparse product, which XLA cannot do."""


Adjacency = Tensor | EdgeList


def split_inputs(inputs: list[Tensor]) -> tuple[Tensor, list[Tensor], Tensor | None]:
    """Node features, what tells the adjacency, and edge features or None, from a layer's inputs.

    They are ``[x, adjacency]`` or ``[x, edge_index, edge_weight]``, each perhaps with edge_features behind.
    """
    x, *adjacency = inputs
    has_features = len(adjacency) == 3 or (len(adjacency) == 2 and len(adjacency[1].shape) > len(adjacency[0].shape))
    return (x, adjacency[:-1], adjacency[-1]) if has_features else (x, adjacency, None)


def read_inputs(inputs: list[Tensor]) -> tuple[Tensor, Adjacency]:
    """Node features and adjacency from a layer's inputs, see `split_inputs`; edge features are left out.

    An edge_weight of shape (n_edges, 2) holds gates beside the weights; see `EdgeList`.
    The adjacency may be a `tf.SparseTensor` of shape (n_nodes, n_nodes).

    Edge lists of many padded graphs, of shapes (n_graphs, 2, n_edges) and (n_graphs, n_edges), become those of one
    graph that joins them, and x of shape (n_graphs, n_nodes, n_features) becomes (n_graphs * n_nodes, n_features).
    """
    x, adjacency, _ = split_inputs(inputs)
    if isinstance(adjacency[0], tf.SparseTensor):
        matrix = adjacency[0]
        return x, SparseEdges(tf.transpose(matrix.indices), matrix.values, matrix.dense_shape[0])
    if len(adjacency) == 1:
        return x, adjacency[0]
    edge_index, edge_weight = adjacency
    if len(x.shape) == 3:
        n_graphs, n_nodes, n_features = ops.shape(x)
        before = ops.reshape(ops.arange(n_graphs, dtype=edge_index.dtype) * n_nodes, (-1, 1, 1))
        edge_index = ops.reshape(ops.transpose(edge_index + before, (1, 0, 2)), (2, -1))
        edge_weight, x = ops.reshape(edge_weight, (-1,)), ops.reshape(x, (-1, n_features))
    gate = None
    if len(edge_weight.shape) == 2:
        edge_weight, gate = edge_weight[:, 0], edge_weight[:, 1]
    return x, EdgeList(edge_index, edge_weight, ops.shape(x)[0], gate)


def gated(adjacency: EdgeList, messages: Tensor) -> Tensor:
    """Messages of shape (n_edges, ...), each times its gate."""
    if adjacency.gate is None:
        return messages
    return messages * ops.reshape(adjacency.gate, (-1, *[1] * (len(messages.shape) - 1)))


def neighbour_sum(adjacency: Adjacency, x: Tensor) -> Tensor:
    """A x.

    Parameters
    ----------
    adjacency : tensor of shape (n_graphs, n_nodes, n_nodes) or EdgeList
        The weights A.
    x : tensor of shape (n_graphs, n_nodes, n_features) or (n_nodes, n_features)
        Node features.

    Returns
    -------
    tensor of the shape of x
        The weighted sum over the neighbours of each node.
    """
    if not isinstance(adjacency, EdgeList):
        return ops.matmul(adjacency, x)
    if isinstance(adjacency, SparseEdges):
        shape = tf.stack([adjacency.n_nodes, adjacency.n_nodes])
        return sparse_product(tf.SparseTensor(tf.transpose(adjacency.edge_index), adjacency.edge_weight, shape), x)
    rows, columns = adjacency.edge_index[0], adjacency.edge_index[1]
    messages = ops.take(x, columns, axis=0) * ops.expand_dims(adjacency.edge_weight, -1)
    return ops.segment_sum(gated(adjacency, messages), rows, adjacency.n_nodes)


def transposed(adjacency: Adjacency) -> Adjacency:
    """Aᵀ: every edge turned round."""
    if not isinstance(adjacency, EdgeList):
        return ops.swapaxes(adjacency, -1, -2)
    turned = EdgeList(*adjacency)  # no longer in order, so no sparse matrix
    return turned._replace(edge_index=ops.flip(adjacency.edge_index, 0))


def degrees(adjacency: Adjacency) -> Tensor:
    """d_i = Σ_j |A_ij|, of shape (n_graphs, n_nodes) or (n_nodes,); positive whatever the sign of the weights."""
    if not isinstance(adjacency, EdgeList):
        return ops.sum(ops.abs(adjacency), axis=-1)
    return ops.segment_sum(ops.abs(adjacency.edge_weight), adjacency.edge_index[0], adjacency.n_nodes)


def propagate(
    adjacency: Adjacency, x: Tensor, self_connections: bool = False, normalization: str | None = None
) -> Tensor:
    """A x, (A + I) x, or one of them normalised by the degrees.

    With S = A or A + I and D = diag(degrees(A)) or diag(degrees(A) + 1):

    - ``None``: S x
    - ``"symmetric"``: D^-1/2 S D^-1/2 x (Kipf & Welling, 2017)
    - ``"row"``: D^-1 S x, the weighted mean

    A node of degree 0 collects 0 and, under ``"symmetric"``, sends nothing either. In a dense batch it is the matrix
    that is normalised, which costs no gradient and is shared by all layers. A list of edges stays as it is:
    D^-1/2 (A + I) D^-1/2 x = s (A s x + s x) with s = diag(D^-1/2).

    Parameters
    ----------
    adjacency, x
        As in `neighbour_sum`.
    self_connections : bool, default=False
        Whether a node collects its own features, with weight 1, on top of any edge to itself.
    normalization : {None, "symmetric", "row"}, default=None
        See above.

    Returns
    -------
    tensor of the shape of x
        What each node collects.

    References
    ----------
    T. N. Kipf, M. Welling, "Semi-supervised classification with graph convolutional networks", ICLR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.graph_propagation import propagate
    >>> path = np.array([[[0, 1, 0], [1, 0, 1], [0, 1, 0]]], "float32")
    >>> x = np.array([[[1], [2], [4]]], "float32")
    >>> np.asarray(propagate(path, x, normalization="row")).ravel()
    array([2. , 2.5, 2. ], dtype=float32)
    """
    if not isinstance(adjacency, EdgeList):
        return ops.matmul(ops.cast(normalized(adjacency, self_connections, normalization), x.dtype), x)
    if normalization is None:
        return _collect(adjacency, x, self_connections)
    inverse = _inverse_degree(adjacency, self_connections)
    if normalization == "row":
        return inverse * _collect(adjacency, x, self_connections)
    scale = ops.sqrt(inverse)
    return scale * _collect(adjacency, scale * x, self_connections)


def normalized(adjacency: Tensor, self_connections: bool = False, normalization: str | None = None) -> Tensor:
    """S, D^-1/2 S D^-1/2 or D^-1 S as matrices of shape (n_graphs, n_nodes, n_nodes); see `propagate`."""
    matrix = adjacency
    if self_connections:
        matrix = matrix + ops.eye(ops.shape(adjacency)[-1], dtype=adjacency.dtype)
    if normalization is None:
        return matrix
    inverse = _inverse_degree(adjacency, self_connections)
    if normalization == "row":
        return inverse * matrix
    scale = ops.sqrt(inverse)
    return scale * matrix * ops.swapaxes(scale, -1, -2)


def require_normalization(normalization: str | None) -> str | None:
    """`normalization` if `propagate` knows it."""
    if normalization not in (None, "symmetric", "row"):
        raise ValueError(f"normalization must be None, 'symmetric' or 'row', not {normalization!r}")
    return normalization


def _inverse_degree(adjacency: Adjacency, self_connections: bool) -> Tensor:
    """1 / degree, with one axis more; 0 for a node of degree 0."""
    degree = ops.expand_dims(degrees(adjacency), -1)
    return 1 / (degree + 1) if self_connections else ops.divide_no_nan(1, degree)


def _collect(adjacency: EdgeList, x: Tensor, self_connections: bool) -> Tensor:
    collected = neighbour_sum(adjacency, x)
    return collected + x if self_connections else collected


def attend(
    adjacency: Adjacency, own_score: Tensor, neighbour_score: Tensor, values: Tensor, self_connections: bool = True
) -> Tensor:
    """Attention over neighbours, Σ_j α_ij v_j with α_ij = softmax_j LeakyReLU(s_i + t_j).

    The softmax runs over the neighbours of node i (and itself), by edge only: weights are not used. A node
    without neighbours collects 0.

    Parameters
    ----------
    adjacency : tensor of shape (n_graphs, n_nodes, n_nodes) or EdgeList
        Neighbours are the entries that are not 0. An edge must not be listed twice.
    own_score, neighbour_score : tensors of shape (n_graphs, n_nodes, n_heads) or (n_nodes, n_heads)
        s and t.
    values : tensor of shape (n_graphs, n_nodes, n_heads, n_features) or (n_nodes, n_heads, n_features)
        v.
    self_connections : bool, default=True
        Whether each node is a neighbour of itself.

    Returns
    -------
    tensor of the shape of values
        What each node collects, by head.

    References
    ----------
    P. Veličković et al., "Graph attention networks", ICLR 2018.
    """
    if isinstance(adjacency, EdgeList):
        return _attend_edges(adjacency, own_score, neighbour_score, values, self_connections)
    scores = ops.leaky_relu(ops.expand_dims(own_score, 2) + ops.expand_dims(neighbour_score, 1), 0.2)
    allowed = ops.not_equal(adjacency, 0)
    if self_connections:
        node = ops.arange(ops.shape(adjacency)[-1], dtype="int32")
        allowed = ops.logical_or(allowed, ops.equal(ops.expand_dims(node, 1), node))
    allowed = ops.expand_dims(allowed, -1)
    highest = ops.max(ops.where(allowed, scores, lowest(scores)), axis=2, keepdims=True)
    share = _exponential(scores, highest, allowed)
    collected = ops.einsum("bijh,bjhf->bihf", share, values)
    return collected / _or_one(ops.expand_dims(ops.sum(share, axis=2), -1))


def _attend_edges(
    adjacency: EdgeList, own_score: Tensor, neighbour_score: Tensor, values: Tensor, self_connections: bool
) -> Tensor:
    (rows, columns), n_nodes = (adjacency.edge_index[0], adjacency.edge_index[1]), adjacency.n_nodes
    allowed = ops.not_equal(adjacency.edge_weight, 0)
    if self_connections:
        node = ops.cast(ops.arange(n_nodes, dtype="int32"), rows.dtype)
        allowed = ops.logical_and(allowed, ops.not_equal(rows, columns))
        allowed = ops.concatenate([allowed, ops.ones_like(node, dtype="bool")])
        rows, columns = ops.concatenate([rows, node]), ops.concatenate([columns, node])
        if adjacency.gate is not None:
            always = ops.ones_like(node, dtype=adjacency.gate.dtype)
            adjacency = adjacency._replace(gate=ops.concatenate([adjacency.gate, always]))
    allowed = ops.expand_dims(allowed, -1)
    scores = ops.leaky_relu(ops.take(own_score, rows, axis=0) + ops.take(neighbour_score, columns, axis=0), 0.2)
    highest = ops.segment_max(ops.where(allowed, scores, lowest(scores)), rows, n_nodes)
    share = _exponential(scores, ops.take(highest, rows, axis=0), allowed)
    weighted = ops.expand_dims(share, -1) * ops.take(values, columns, axis=0)
    collected = ops.segment_sum(gated(adjacency, weighted), rows, n_nodes)
    return collected / _or_one(ops.expand_dims(ops.segment_sum(share, rows, n_nodes), -1))


def lowest(scores: Tensor) -> float:
    """A finite number below any score of this dtype: where minus infinity would make gradients NaN."""
    return -6e4 if keras.backend.standardize_dtype(scores.dtype) == "float16" else -3e38


def _exponential(scores: Tensor, highest: Tensor, allowed: Tensor) -> Tensor:
    """exp(score - highest) where allowed, else 0; the highest only keeps it in range and has no gradient."""
    difference = ops.where(allowed, scores - ops.stop_gradient(highest), 0)
    return ops.where(allowed, ops.exp(difference), 0)


def _or_one(total: Tensor) -> Tensor:
    return ops.where(total > 0, total, ops.ones_like(total))


class NodeLayer(keras.layers.Layer):
    """A layer that answers with `units` numbers for every node."""

    def compute_mask(self, inputs, previous_mask):
        # Padding is told by the inputs; a mask that Keras carries along is left behind.
        return None

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], self.units)
