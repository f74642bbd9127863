"""How well codes of nodes give back a graph, one number a graph of a padded batch."""

from __future__ import annotations

import keras
from keras import ops

from .graph_propagation import EdgeList, Tensor, neighbour_sum, read_inputs, split_inputs


def edge_error(inputs: list[Tensor], mask: Tensor) -> Tensor:
    """||A + I - Z Zᵀ||² / ||A + I||² of every graph: inner products of codes shall be the entries of the matrix.

    It is 1 where all codes are 0. The pairs of nodes are never listed: ||Z Zᵀ||² = ||Zᵀ Z||², and <A, Z Zᵀ> is a sum
    over the edges. Of directed edges, Z Zᵀ can give the mean of both directions only; parallel edges with features
    count apart in ||A||².

    Parameters
    ----------
    inputs : list of tensor
        Codes Z of shape (n_graphs, n_nodes, n_components), then the adjacency as convolutions take it; dense matrices
        or padded lists.
    mask : tensor of shape (n_graphs, n_nodes), bool
        Which nodes are real.

    Returns
    -------
    tensor of shape (n_graphs,)

    References
    ----------
    T. N. Kipf, M. Welling, "Variational graph auto-encoders", 2016, arXiv:1611.07308, whose decoder is the inner
    product; the error is squared here, and not the cross-entropy over all pairs.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.graph_reconstruction import edge_error
    >>> pair = np.array([[[0.0, 1.0], [1.0, 0.0]]], "float32")
    >>> codes = np.ones((1, 2, 1), "float32")
    >>> np.asarray(edge_error([codes, pair], np.ones((1, 2), bool)))
    array([0.], dtype=float32)
    """
    z, adjacency, _ = split_inputs(inputs)
    z = ops.where(ops.expand_dims(mask, -1), z, 0)
    flat, edges = read_inputs([z, *adjacency])
    collected = ops.reshape(neighbour_sum(edges, flat), ops.shape(z))
    weights, loops = _of_list(*adjacency) if isinstance(edges, EdgeList) else _of_matrix(edges)
    n_nodes = ops.sum(ops.cast(mask, z.dtype), axis=1)
    size = weights + 2 * loops + n_nodes
    inner = ops.sum(z * (collected + z), axis=(1, 2))
    gram = ops.sum(ops.square(ops.matmul(ops.swapaxes(z, 1, 2), z)), axis=(1, 2))
    return (size - 2 * inner + gram) / ops.maximum(size, 1)


def _of_matrix(adjacency: Tensor) -> tuple[Tensor, Tensor]:
    """Sum of A_ij², and of A_ii."""
    return ops.sum(ops.square(adjacency), axis=(1, 2)), ops.sum(ops.diagonal(adjacency, axis1=1, axis2=2), axis=1)


def _of_list(edge_index: Tensor, edge_weight: Tensor) -> tuple[Tensor, Tensor]:
    loops = ops.equal(edge_index[:, 0], edge_index[:, 1])
    return ops.sum(ops.square(edge_weight), axis=1), ops.sum(ops.where(loops, edge_weight, 0), axis=1)


def node_error(x: Tensor, reconstruction: Tensor, mask: Tensor, are_types: bool) -> Tensor:
    """Mean over the nodes of a graph of mean_f (x_f - x'_f)², or, of types, of -log softmax(x')_type.

    Parameters
    ----------
    x : tensor of shape (n_graphs, n_nodes, n_features), or (n_graphs, n_nodes), int
        Features; or types as one-hot rows, or as ids from 1. An unknown type, zeros or the id 0, costs nothing.
    reconstruction : tensor of shape (n_graphs, n_nodes, n_features)
        x', of types logits.
    mask : tensor of shape (n_graphs, n_nodes), bool
        Which nodes are real.
    are_types : bool
        Which of both.

    Returns
    -------
    tensor of shape (n_graphs,)
    """
    if not are_types:
        errors = ops.mean(ops.square(x - reconstruction), axis=-1)
    else:
        n_types = reconstruction.shape[-1]
        one_hot = x if len(x.shape) == 3 else ops.one_hot(x - 1, n_types, dtype=reconstruction.dtype)
        errors = -ops.sum(one_hot * ops.log_softmax(reconstruction), axis=-1)
    n_nodes = ops.sum(ops.cast(mask, errors.dtype), axis=1)
    return ops.sum(ops.where(mask, errors, 0), axis=1) / ops.maximum(n_nodes, 1)


@keras.saving.register_keras_serializable(package="skmlbio")
class EdgeError(keras.layers.Layer):
    """`edge_error` of codes, adjacency and, last, mask."""

    def call(self, inputs):
        *graph, mask = inputs
        return edge_error(graph, mask)

    def compute_output_shape(self, input_shape):
        return input_shape[0][:1]


@keras.saving.register_keras_serializable(package="skmlbio")
class NodeError(keras.layers.Layer):
    """`node_error` of features, their reconstruction, and mask."""

    def __init__(self, are_types=False, **kwargs):
        super().__init__(**kwargs)
        self.are_types = are_types

    def call(self, inputs):
        return node_error(*inputs, self.are_types)

    def compute_output_shape(self, input_shape):
        return input_shape[0][:1]

    def get_config(self):
        return super().get_config() | {"are_types": self.are_types}
