"""Graph convolutions that use features of edges, e_ij of the edge (i, j).

Inputs are those of `graph_convolution`, with the features behind the adjacency: ``[x, adjacency, edge_features]`` of
shape (n_graphs, n_nodes, n_nodes, n_edge_features), or ``[x, edge_index, edge_weight, edge_features]`` of shape
(n_edges, n_edge_features), in padded lists (n_graphs, n_edges, n_edge_features). Where edges have no features, e_ij is
the weight A_ij. The weights multiply what is sent, as everywhere.
"""

from __future__ import annotations

import keras
from keras import ops

from .graph_edges import EdgeFeatureConvolution, Edges, message_sum, of_receiver, of_sender, weights_of
from .graph_propagation import Tensor


def gine_convolution(
    edges: Edges,
    x: Tensor,
    edge_features: Tensor,
    edge_kernel: Tensor,
    edge_bias: Tensor,
    epsilon: Tensor,
    hidden_kernel: Tensor,
    hidden_bias: Tensor,
    kernel: Tensor,
) -> Tensor:
    """MLP((1 + ε) x_i + Σ_j A_ij relu(x_j + e_ij E + c)) with one hidden layer of rectifiers.

    Parameters
    ----------
    edges : tensor of shape (n_graphs, n_nodes, n_nodes), EdgeList or Incidence
        The weights A.
    x : tensor of shape (n_graphs, n_nodes, n_features) or (n_nodes, n_features)
        Node features.
    edge_features : tensor of shape (..., n_edge_features)
        e, in the layout of the edges.
    edge_kernel, edge_bias : tensors of shape (n_edge_features, n_features) and (n_features,)
        E and c.
    epsilon, hidden_kernel, hidden_bias, kernel
        As in `gin_convolution`.

    Returns
    -------
    tensor of shape (n_graphs, n_nodes, units) or (n_nodes, units)

    References
    ----------
    W. Hu et al., "Strategies for pre-training graph neural networks", ICLR 2020.
    """
    messages = ops.relu(of_sender(edges, x) + ops.matmul(edge_features, edge_kernel) + edge_bias)
    collected = (1 + epsilon) * x + message_sum(edges, messages)
    return ops.matmul(ops.relu(ops.matmul(collected, hidden_kernel) + hidden_bias), kernel)


def edge_conditioned_convolution(
    edges: Edges,
    x: Tensor,
    edge_features: Tensor,
    own_kernel: Tensor,
    edge_kernel: Tensor,
    edge_bias: Tensor,
    kernels: Tensor,
) -> Tensor:
    """x_i W + Σ_j A_ij x_j Θ(e_ij), where the matrix Θ(e) = Σ_k relu(e E + c)_k Θ_k follows from the edge's features.

    It is a network with a hidden layer of K rectifiers that generates the matrix. Messages are summed, as by Gilmer et
    al., not averaged.

    Parameters
    ----------
    edges, x, edge_features
        As in `gine_convolution`.
    own_kernel : tensor of shape (n_features, units)
        W.
    edge_kernel, edge_bias : tensors of shape (n_edge_features, K) and (K,)
        E and c.
    kernels : tensor of shape (K * n_features, units)
        Θ_k, one below the other.

    References
    ----------
    M. Simonovsky, N. Komodakis, "Dynamic edge-conditioned filters in convolutional neural networks on graphs", CVPR
    2017; J. Gilmer et al., "Neural message passing for quantum chemistry", ICML 2017.
    """
    n_features = x.shape[-1]
    hidden = ops.relu(ops.matmul(edge_features, edge_kernel) + edge_bias)
    # Σ_j A_ij h_k x_j for every k first, so that matrices are multiplied for nodes and not for edges.
    outer = ops.expand_dims(hidden, -1) * ops.expand_dims(of_sender(edges, x), -2)
    wide = ops.reshape(outer, (*ops.shape(outer)[:-2], edge_kernel.shape[-1] * n_features))
    return ops.matmul(x, own_kernel) + ops.matmul(message_sum(edges, wide), kernels)


def gated_convolution(
    edges: Edges,
    x: Tensor,
    edge_features: Tensor,
    own_kernel: Tensor,
    neighbour_kernel: Tensor,
    receiver_kernel: Tensor,
    sender_kernel: Tensor,
    edge_kernel: Tensor,
    edge_bias: Tensor,
) -> Tensor:
    """x_i U + Σ_j η_ij ∘ x_j V with gates η_ij = A_ij s_ij / Σ_j |A_ij| s_ij.

    Here s_ij = sigmoid(x_i P + x_j Q + e_ij C + c): gates follow from both ends of an edge and from its own features.
    Edges have no state that one layer hands on to the next, as they have in the original.

    Parameters
    ----------
    edges, x, edge_features
        As in `gine_convolution`.
    own_kernel, neighbour_kernel, receiver_kernel, sender_kernel : tensors of shape (n_features, units)
        U, V, P and Q.
    edge_kernel, edge_bias : tensors of shape (n_edge_features, units) and (units,)
        C and c.

    References
    ----------
    V. P. Dwivedi et al., "Benchmarking graph neural networks", 2020, arXiv:2003.00982; X. Bresson, T. Laurent,
    "Residual gated graph ConvNets", 2017, arXiv:1711.07553.
    """
    of_ends = of_receiver(edges, ops.matmul(x, receiver_kernel)) + of_sender(edges, ops.matmul(x, sender_kernel))
    gates = ops.sigmoid(of_ends + ops.matmul(edge_features, edge_kernel) + edge_bias)
    total = message_sum(edges, gates * of_sender(edges, ops.matmul(x, neighbour_kernel)))
    share = message_sum(edges, ops.sign(weights_of(edges)) * gates, through_gates=False)
    return ops.matmul(x, own_kernel) + ops.divide_no_nan(total, share)


@keras.saving.register_keras_serializable(package="skmlbio")
class GINEConvolution(EdgeFeatureConvolution):
    """x'_i = σ(MLP((1 + ε) x_i + Σ_j A_ij relu(x_j + e_ij E + c)) + b) [1]_.

    Called on the inputs of `GraphConvolution`, with the features e_ij of the edges (i, j) behind the adjacency, of
    shape (n_graphs, n_nodes, n_nodes, n_edge_features), (n_edges, n_edge_features) or (n_graphs, n_edges,
    n_edge_features). Without them, e_ij is the weight A_ij.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    hidden_units, learn_epsilon
        As of `GINConvolution`.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Hu et al., "Strategies for pre-training graph neural networks", ICLR 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GINEConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> GINEConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([4., 9., 7.], dtype=float32)
    """

    def __init__(self, units, hidden_units=None, learn_epsilon=False, **kwargs):
        super().__init__(units, **kwargs)
        self.hidden_units = hidden_units
        self.learn_epsilon = learn_epsilon

    def make_edge_weights(self, n_features, n_edge_features):
        hidden_units = self.hidden_units or self.units
        self.edge_kernel = self.add_kernel((n_edge_features, n_features), "edge_kernel")
        self.edge_bias = self.add_weight(shape=(n_features,), initializer="zeros", name="edge_bias")
        self.hidden_kernel = self.add_kernel((n_features, hidden_units), "hidden_kernel")
        self.hidden_bias = self.add_weight(shape=(hidden_units,), initializer="zeros", name="hidden_bias")
        self.kernel = self.add_kernel((hidden_units, self.units), "kernel")
        self.epsilon = 0.0
        if self.learn_epsilon:
            self.epsilon = self.add_weight(shape=(), initializer="zeros", name="epsilon")

    def convolve_edges(self, edges, x, edge_features):
        mlp = self.epsilon, self.hidden_kernel, self.hidden_bias, self.kernel
        return gine_convolution(edges, x, edge_features, self.edge_kernel, self.edge_bias, *mlp)

    def get_config(self):
        return super().get_config() | {"hidden_units": self.hidden_units, "learn_epsilon": self.learn_epsilon}


@keras.saving.register_keras_serializable(package="skmlbio")
class EdgeConditionedConvolution(EdgeFeatureConvolution):
    """x'_i = σ(x_i W + Σ_j A_ij x_j Θ(e_ij) + b), where Θ(e) = Σ_k relu(e E + c)_k Θ_k [1]_.

    Its inputs are those of `GINEConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    hidden_units : int, default=8
        How many matrices Θ_k there are.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Simonovsky, Komodakis, "Dynamic edge-conditioned filters in convolutional neural networks on graphs",
       CVPR 2017; Gilmer et al., "Neural message passing for quantum chemistry", ICML 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import EdgeConditionedConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> EdgeConditionedConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([33., 82., 36.], dtype=float32)
    """

    def __init__(self, units, hidden_units=8, **kwargs):
        super().__init__(units, **kwargs)
        self.hidden_units = hidden_units

    def make_edge_weights(self, n_features, n_edge_features):
        self.own_kernel = self.add_kernel((n_features, self.units), "own_kernel")
        self.edge_kernel = self.add_kernel((n_edge_features, self.hidden_units), "edge_kernel")
        self.edge_bias = self.add_weight(shape=(self.hidden_units,), initializer="ones", name="edge_bias")
        self.kernels = self.add_kernel((self.hidden_units * n_features, self.units), "kernels")

    def convolve_edges(self, edges, x, edge_features):
        weights = self.own_kernel, self.edge_kernel, self.edge_bias, self.kernels
        return edge_conditioned_convolution(edges, x, edge_features, *weights)

    def get_config(self):
        return super().get_config() | {"hidden_units": self.hidden_units}


@keras.saving.register_keras_serializable(package="skmlbio")
class GatedConvolution(EdgeFeatureConvolution):
    """x'_i = σ(x_i U + Σ_j η_ij ∘ x_j V + b) with gates η_ij = A_ij s_ij / Σ_j abs(A_ij) s_ij [1]_.

    Here s_ij = sigmoid(x_i P + x_j Q + e_ij C + c).  Its inputs are those of `GINEConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    activation, use_bias, kernel_initializer, kernel_regularizer
        σ, whether b is added, and what all kernels have, as in Keras.
    **kwargs
        `name`, `dtype` and the like of every Keras layer.

    References
    ----------
    .. [1] Dwivedi et al., "Benchmarking graph neural networks", 2020, arXiv:2003.00982; Bresson, Laurent,
       "Residual gated graph ConvNets", 2017, arXiv:1711.07553.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GatedConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> GatedConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([3.   , 4.513, 6.   ], dtype=float32)
    """

    def make_edge_weights(self, n_features, n_edge_features):
        names = "own_kernel", "neighbour_kernel", "receiver_kernel", "sender_kernel"
        kernels = [self.add_kernel((n_features, self.units), name) for name in names]
        self.own_kernel, self.neighbour_kernel, self.receiver_kernel, self.sender_kernel = kernels
        self.edge_kernel = self.add_kernel((n_edge_features, self.units), "edge_kernel")
        self.edge_bias = self.add_weight(shape=(self.units,), initializer="zeros", name="edge_bias")

    def convolve_edges(self, edges, x, edge_features):
        kernels = self.own_kernel, self.neighbour_kernel, self.receiver_kernel, self.sender_kernel
        return gated_convolution(edges, x, edge_features, *kernels, self.edge_kernel, self.edge_bias)
