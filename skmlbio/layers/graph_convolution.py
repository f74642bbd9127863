"""Graph convolutions: each a pure function, and the layer that holds its weights.

All take either a dense padded batch, ``[x, adjacency]`` with x of shape (n_graphs, n_nodes, n_features) and adjacency
(n_graphs, n_nodes, n_nodes), or edge lists, ``[x, edge_index, edge_weight]`` with x of shape (n_nodes, n_features),
edge_index (2, n_edges) and edge_weight (n_edges,), or padded edge lists, with x of shape (n_graphs, n_nodes,
n_features), edge_index (n_graphs, 2, n_edges) and edge_weight (n_graphs, n_edges). The same weights give the same
numbers in all three.
"""

from __future__ import annotations

import keras
from keras import ops

from .graph_convolution_layer import ConvolutionLayer
from .graph_propagation import Adjacency, Tensor, attend, neighbour_sum, propagate, require_normalization
from .sparse_product import is_sparse, product


def graph_convolution(
    adjacency: Adjacency,
    x: Tensor,
    kernel: Tensor,
    self_connections: bool = False,
    normalization: str | None = None,
) -> Tensor:
    """A X W, the convolution X' = σ(A X Wᵀ) before its activation σ; `kernel` is Wᵀ.

    Parameters
    ----------
    adjacency : tensor of shape (n_graphs, n_nodes, n_nodes) or EdgeList
        The weights A.
    x : tensor of shape (n_graphs, n_nodes, n_features) or (n_nodes, n_features)
        Node features X.
    kernel : tensor of shape (n_features, units)
        Weights.
    self_connections : bool, default=False
        Whether A + I stands for A.
    normalization : {None, "symmetric", "row"}, default=None
        How A is normalised by the degrees; see `propagate`. Kipf & Welling use ``"symmetric"`` with self-connections.

    Returns
    -------
    tensor of shape (n_graphs, n_nodes, units) or (n_nodes, units)
        New node features.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.graph_convolution import graph_convolution
    >>> path = np.array([[[0, 1, 0], [1, 0, 1], [0, 1, 0]]], "float32")
    >>> x = np.array([[[1], [2], [4]]], "float32")
    >>> np.asarray(graph_convolution(path, x, np.array([[10]], "float32"), self_connections=True)).ravel()
    array([30., 70., 60.], dtype=float32)
    """
    if kernel.shape[0] <= kernel.shape[1] and not is_sparse(x):  # the narrower side is the cheaper one to propagate
        return ops.matmul(propagate(adjacency, x, self_connections, normalization), kernel)
    return propagate(adjacency, product(x, kernel), self_connections, normalization)


def gin_convolution(
    adjacency: Adjacency, x: Tensor, epsilon: Tensor, hidden_kernel: Tensor, hidden_bias: Tensor, kernel: Tensor
) -> Tensor:
    """MLP((1 + ε) x + A x) with one hidden layer of rectifiers.

    References
    ----------
    K. Xu et al., "How powerful are graph neural networks?", ICLR 2019.
    """
    if is_sparse(x):  # the product first: what is collected would be no longer sparse
        hidden = product(x, hidden_kernel)
        hidden = (1 + epsilon) * hidden + neighbour_sum(adjacency, hidden)
    else:
        hidden = ops.matmul((1 + epsilon) * x + neighbour_sum(adjacency, x), hidden_kernel)
    return ops.matmul(ops.relu(hidden + hidden_bias), kernel)


def sage_convolution(
    adjacency: Adjacency, x: Tensor, kernel: Tensor, neighbour_kernel: Tensor, self_connections: bool = False
) -> Tensor:
    """x W + mean(x of the neighbours) V, that is [x, mean] times W stacked on V.

    References
    ----------
    W. L. Hamilton, R. Ying, J. Leskovec, "Inductive representation learning on large graphs", NeurIPS 2017.
    """
    mean = propagate(adjacency, product(x, neighbour_kernel), self_connections, "row")
    return product(x, kernel) + mean


def gat_convolution(
    adjacency: Adjacency,
    x: Tensor,
    kernel: Tensor,
    own_kernel: Tensor,
    neighbour_kernel: Tensor,
    self_connections: bool = True,
) -> Tensor:
    """Attention over neighbours of x W, by head, the heads side by side; see `attend`.

    `kernel` has shape (n_features, n_heads, units of a head), the others (n_heads, units of a head).
    """
    n_heads, head_units = kernel.shape[1:]
    flat = product(x, ops.reshape(kernel, (-1, n_heads * head_units)))
    values = ops.reshape(flat, (*ops.shape(flat)[:-1], n_heads, head_units))
    own_score, neighbour_score = ops.sum(values * own_kernel, -1), ops.sum(values * neighbour_kernel, -1)
    collected = attend(adjacency, own_score, neighbour_score, values, self_connections)
    return ops.reshape(collected, ops.shape(flat))


@keras.saving.register_keras_serializable(package="skmlbio")
class GraphConvolution(ConvolutionLayer):
    """X' = σ(A X Wᵀ + b), the graph convolution; the defaults are Kipf and Welling's GCN [1]_.

    Called on a dense padded batch, ``[x, adjacency]`` of shapes (n_graphs, n_nodes, n_features) and (n_graphs, n_nodes,
    n_nodes); on lists of edges, ``[x, edge_index, edge_weight]`` of shapes (n_nodes, n_features), (2, n_edges) and
    (n_edges,); or on padded ones, of shapes (n_graphs, n_nodes, n_features), (n_graphs, 2, n_edges) and (n_graphs,
    n_edges).  The same weights give the same numbers in all three.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    self_connections : bool, default=True
        Whether A + I stands for A.
    normalization : {None, "symmetric", "row"}, default="symmetric"
        How A is normalised by the degrees D: as D^-1/2 A D^-1/2, or as D^-1 A.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    Raises
    ------
    ValueError
        For another `normalization`.

    References
    ----------
    .. [1] Kipf, Welling, "Semi-supervised classification with graph convolutional networks", ICLR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GraphConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> GraphConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([1.316, 2.708, 2.816], dtype=float32)
    """

    def __init__(self, units, self_connections=True, normalization="symmetric", **kwargs):
        super().__init__(units, **kwargs)
        self.self_connections = self_connections
        self.normalization = require_normalization(normalization)

    def make_weights(self, n_features):
        self.kernel = self.add_kernel((n_features, self.units), "kernel")

    def convolve(self, adjacency, x):
        return graph_convolution(adjacency, x, self.kernel, self.self_connections, self.normalization)

    def get_config(self):
        return super().get_config() | {
            "self_connections": self.self_connections,
            "normalization": self.normalization,
        }


@keras.saving.register_keras_serializable(package="skmlbio")
class GINConvolution(ConvolutionLayer):
    """X' = σ(MLP((1 + ε) X + A X) + b), the graph isomorphism network [1]_.

    Its inputs are those of `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    hidden_units : int, default=None
        Rectifiers of the one hidden layer of the MLP; None takes as many as `units`.
    learn_epsilon : bool, default=False
        Whether ε is learned, from 0 on, or stays 0.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Xu et al., "How powerful are graph neural networks?", ICLR 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GINConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> GINConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([3., 7., 6.], dtype=float32)
    """

    def __init__(self, units, hidden_units=None, learn_epsilon=False, **kwargs):
        super().__init__(units, **kwargs)
        self.hidden_units = hidden_units
        self.learn_epsilon = learn_epsilon

    def make_weights(self, n_features):
        hidden_units = self.hidden_units or self.units
        self.hidden_kernel = self.add_kernel((n_features, hidden_units), "hidden_kernel")
        self.hidden_bias = self.add_weight(shape=(hidden_units,), initializer="zeros", name="hidden_bias")
        self.kernel = self.add_kernel((hidden_units, self.units), "kernel")
        self.epsilon = 0.0
        if self.learn_epsilon:
            self.epsilon = self.add_weight(shape=(), initializer="zeros", name="epsilon")

    def convolve(self, adjacency, x):
        return gin_convolution(adjacency, x, self.epsilon, self.hidden_kernel, self.hidden_bias, self.kernel)

    def get_config(self):
        return super().get_config() | {"hidden_units": self.hidden_units, "learn_epsilon": self.learn_epsilon}


@keras.saving.register_keras_serializable(package="skmlbio")
class SAGEConvolution(ConvolutionLayer):
    """X' = σ(X W + mean of the neighbours V + b), GraphSAGE [1]_.

    Its inputs are those of `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    self_connections : bool, default=False
        Whether a node is among its neighbours.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Hamilton, Ying, Leskovec, "Inductive representation learning on large graphs", NeurIPS 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import SAGEConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> SAGEConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([3. , 4.5, 6. ], dtype=float32)
    """

    def __init__(self, units, self_connections=False, **kwargs):
        super().__init__(units, **kwargs)
        self.self_connections = self_connections

    def make_weights(self, n_features):
        self.kernel = self.add_kernel((n_features, self.units), "kernel")
        self.neighbour_kernel = self.add_kernel((n_features, self.units), "neighbour_kernel")

    def convolve(self, adjacency, x):
        return sage_convolution(adjacency, x, self.kernel, self.neighbour_kernel, self.self_connections)

    def get_config(self):
        return super().get_config() | {"self_connections": self.self_connections}


@keras.saving.register_keras_serializable(package="skmlbio")
class GATConvolution(ConvolutionLayer):
    """x'_i = σ(Σ_j α_ij x_j W + b), attention over neighbours, heads side by side [1]_.

    α_i is the softmax over the neighbours j of leaky_relu(a x_i W + c x_j W); the weights of edges do not count.  Its
    inputs are those of `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    n_heads : int, default=4
        Heads, each of units / n_heads features.
    self_connections : bool, default=True
        Whether a node is among its neighbours.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    Raises
    ------
    ValueError
        If `units` is no multiple of `n_heads`.

    References
    ----------
    .. [1] Veličković et al., "Graph attention networks", ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GATConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> GATConvolution(4, kernel_initializer="ones")([x, path]).numpy()[..., 0].ravel().round(3)
    array([1.731, 3.646, 3.762], dtype=float32)
    """

    def __init__(self, units, n_heads=4, self_connections=True, **kwargs):
        super().__init__(units, **kwargs)
        if units % n_heads:
            raise ValueError(f"units must be a multiple of n_heads, but {units} is none of {n_heads}")
        self.n_heads = n_heads
        self.self_connections = self_connections

    def make_weights(self, n_features):
        head_units = self.units // self.n_heads
        self.kernel = self.add_kernel((n_features, self.n_heads, head_units), "kernel")
        self.own_kernel = self.add_kernel((self.n_heads, head_units), "own_kernel")
        self.neighbour_kernel = self.add_kernel((self.n_heads, head_units), "neighbour_kernel")

    def convolve(self, adjacency, x):
        kernels = self.kernel, self.own_kernel, self.neighbour_kernel
        return gat_convolution(adjacency, x, *kernels, self.self_connections)

    def get_config(self):
        return super().get_config() | {"n_heads": self.n_heads, "self_connections": self.self_connections}
