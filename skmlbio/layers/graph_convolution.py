"""Graph convolutions: each a pure function, and the layer that holds its weights.

All take either a dense padded batch, ``[x, adjacency]`` with x of shape (n_graphs, n_nodes, n_features) and adjacency
(n_graphs, n_nodes, n_nodes), or edge lists, ``[x, edge_index, edge_weight]`` with x of shape (n_nodes, n_features),
edge_index (2, n_edges) and edge_weight (n_edges,), or padded edge lists, with x of shape (n_graphs, n_nodes,
n_features), edge_index (n_graphs, 2, n_edges) and edge_weight (n_graphs, n_edges). The same weights give the same
numbers in all three.
"""

from __future__ import annotations

import itertools

import keras
from keras import ops

from .graph_propagation import (
    Adjacency,
    NodeLayer,
    Tensor,
    attend,
    neighbour_sum,
    propagate,
    read_inputs,
    require_normalization,
)


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
    if kernel.shape[0] <= kernel.shape[1]:  # the narrower side is the cheaper one to propagate
        return ops.matmul(propagate(adjacency, x, self_connections, normalization), kernel)
    return propagate(adjacency, ops.matmul(x, kernel), self_connections, normalization)


def gin_convolution(
    adjacency: Adjacency, x: Tensor, epsilon: Tensor, hidden_kernel: Tensor, hidden_bias: Tensor, kernel: Tensor
) -> Tensor:
    """MLP((1 + ε) x + A x) with one hidden layer of rectifiers.

    References
    ----------
    K. Xu et al., "How powerful are graph neural networks?", ICLR 2019.
    """
    collected = (1 + epsilon) * x + neighbour_sum(adjacency, x)
    return ops.matmul(ops.relu(ops.matmul(collected, hidden_kernel) + hidden_bias), kernel)


def sage_convolution(
    adjacency: Adjacency, x: Tensor, kernel: Tensor, neighbour_kernel: Tensor, self_connections: bool = False
) -> Tensor:
    """x W + mean(x of the neighbours) V, that is [x, mean] times W stacked on V.

    References
    ----------
    W. L. Hamilton, R. Ying, J. Leskovec, "Inductive representation learning on large graphs", NeurIPS 2017.
    """
    mean = propagate(adjacency, ops.matmul(x, neighbour_kernel), self_connections, "row")
    return ops.matmul(x, kernel) + mean


def tag_convolution(adjacency: Adjacency, x: Tensor, kernels: list[Tensor]) -> Tensor:
    """Σ_k (D^-1/2 A D^-1/2)^k x W_k, over as many hops as there are kernels, beginning at 0.

    References
    ----------
    J. Du et al., "Topology adaptive graph convolutional networks", 2017, arXiv:1710.10370.
    """
    # Horner's rule: W_0 first would propagate n_features columns, this propagates units columns.
    total = ops.matmul(x, kernels[-1])
    for kernel in reversed(kernels[:-1]):
        total = ops.matmul(x, kernel) + propagate(adjacency, total, normalization="symmetric")
    return total


def arma_convolution(adjacency: Adjacency, x: Tensor, stacks: list[list[tuple[Tensor, Tensor, Tensor]]]) -> Tensor:
    """Mean over stacks of the recursion z ← relu(D^-1/2 A D^-1/2 z W + x V + b), begun with z = x.

    `stacks` holds, for each stack, the (W, V, b) of each step.

    References
    ----------
    F. M. Bianchi et al., "Graph neural networks with convolutional ARMA filters", 2019, arXiv:1901.01343.
    """
    filtered = []
    for steps in stacks:
        z = x
        for kernel, skip_kernel, bias in steps:
            z = propagate(adjacency, ops.matmul(z, kernel), normalization="symmetric")
            z = ops.relu(z + ops.matmul(x, skip_kernel) + bias)
        filtered.append(z)
    return sum(filtered) / len(filtered)


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
    flat = ops.matmul(x, ops.reshape(kernel, (-1, n_heads * head_units)))
    values = ops.reshape(flat, (*ops.shape(x)[:-1], n_heads, head_units))
    own_score, neighbour_score = ops.sum(values * own_kernel, -1), ops.sum(values * neighbour_kernel, -1)
    collected = attend(adjacency, own_score, neighbour_score, values, self_connections)
    return ops.reshape(collected, ops.shape(flat))


class ConvolutionLayer(NodeLayer):
    """What the graph convolutions share: units, activation, bias, and the two forms of input.

    A subclass makes its weights in `make_weights` and computes in `convolve`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    activation : str or callable, default=None
        σ.
    use_bias : bool, default=True
        Whether a vector is added before the activation.
    kernel_initializer : str, dict or keras.Initializer, default="glorot_uniform"
        For all kernels.
    kernel_regularizer : str, dict or keras.Regularizer, default=None
        For all kernels.
    **kwargs
        `name`, `dtype` and the like of every Keras layer.
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        kernel_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.units = units
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(self, input_shape):
        self.make_weights(input_shape[0][-1])
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def add_kernel(self, shape, name):
        setattr(self, f"{name}_initializer", self.kernel_initializer)  # where one looks for the initialiser of a weight
        return self.add_weight(
            shape=shape, initializer=self.kernel_initializer, regularizer=self.kernel_regularizer, name=name
        )

    def make_weights(self, n_features):
        raise NotImplementedError

    def convolve(self, adjacency, x):
        raise NotImplementedError

    def call(self, inputs):
        x, adjacency = read_inputs(inputs)
        # One row a node: TensorFlow fuses a product with its bias, and sums over one axis faster than over two.
        y = ops.reshape(self.convolve(adjacency, x), (-1, self.units))
        y = self.activation(y + self.bias if self.use_bias else y)
        return ops.reshape(y, (*ops.shape(inputs[0])[:-1], self.units))

    def get_config(self):
        return super().get_config() | {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }


@keras.saving.register_keras_serializable(package="skmlbio")
class GraphConvolution(ConvolutionLayer):
    """X' = σ(A X Wᵀ + b); see `graph_convolution`. The defaults are Kipf & Welling's GCN."""

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
    """X' = σ(MLP((1 + ε) X + A X) + b); see `gin_convolution`. ε is 0, or learned from 0 on."""

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
    """X' = σ(X W + mean of the neighbours V + b); see `sage_convolution`."""

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
class TAGConvolution(ConvolutionLayer):
    """X' = σ(Σ_k (D^-1/2 A D^-1/2)^k X W_k + b), k from 0 to `n_hops`; see `tag_convolution`."""

    def __init__(self, units, n_hops=3, **kwargs):
        super().__init__(units, **kwargs)
        self.n_hops = n_hops

    def make_weights(self, n_features):
        self.kernels = [self.add_kernel((n_features, self.units), f"kernel_{hop}") for hop in range(self.n_hops + 1)]

    def convolve(self, adjacency, x):
        return tag_convolution(adjacency, x, self.kernels)

    def get_config(self):
        return super().get_config() | {"n_hops": self.n_hops}


@keras.saving.register_keras_serializable(package="skmlbio")
class ARMAConvolution(ConvolutionLayer):
    """X' = σ(mean of `n_stacks` recursive filters of `n_steps` steps + b); see `arma_convolution`."""

    def __init__(self, units, n_stacks=1, n_steps=1, **kwargs):
        super().__init__(units, **kwargs)
        self.n_stacks = n_stacks
        self.n_steps = n_steps

    def make_weights(self, n_features):
        # One flat list: SavedModel does not find the variables of lists within lists.
        self.step_weights = []
        for stack, step in itertools.product(range(self.n_stacks), range(self.n_steps)):
            n_before = n_features if step == 0 else self.units
            self.step_weights += [
                self.add_kernel((n_before, self.units), f"kernel_{stack}_{step}"),
                self.add_kernel((n_features, self.units), f"skip_kernel_{stack}_{step}"),
                self.add_weight(shape=(self.units,), initializer="zeros", name=f"bias_{stack}_{step}"),
            ]

    def convolve(self, adjacency, x):
        weights = iter(self.step_weights)
        steps = list(zip(weights, weights, weights, strict=True))
        stacks = [steps[first : first + self.n_steps] for first in range(0, len(steps), self.n_steps)]
        return arma_convolution(adjacency, x, stacks)

    def get_config(self):
        return super().get_config() | {"n_stacks": self.n_stacks, "n_steps": self.n_steps}


@keras.saving.register_keras_serializable(package="skmlbio")
class GATConvolution(ConvolutionLayer):
    """Attention over neighbours, `n_heads` heads of units / n_heads side by side; see `gat_convolution`."""

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


CONVOLUTIONS = {
    "gcn": GraphConvolution,
    "gat": GATConvolution,
    "gin": GINConvolution,
    "sage": SAGEConvolution,
    "tag": TAGConvolution,
    "arma": ARMAConvolution,
}
