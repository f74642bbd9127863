"""Graph convolutions whose messages are no linear function of the nodes; inputs are those of `graph_convolution`."""

from __future__ import annotations

import keras
from keras import ops

from .graph_convolution_layer import ConvolutionLayer
from .graph_edges import message_sum, of_receiver, of_sender
from .graph_propagation import Adjacency, EdgeList, Tensor, degrees, gated, lowest, propagate
from .sparse_product import product


def general_convolution(
    adjacency: Adjacency,
    x: Tensor,
    kernel: Tensor,
    bias: Tensor,
    slope: Tensor,
    aggregation: str = "sum",
    self_connections: bool = True,
) -> Tensor:
    """The sum, mean or maximum of the messages PReLU(x_j W + b) over neighbours j, and i itself.

    PReLU multiplies what is negative by a slope that is learned for each column. Sums and means are weighted by the
    edges; a maximum takes every edge alike. Of You et al.'s layer, batch normalisation and dropout are left to what
    surrounds the convolution.

    References
    ----------
    J. You, R. Ying, J. Leskovec, "Design space for graph neural networks", NeurIPS 2020.
    """
    messages = product(x, kernel) + bias
    messages = ops.where(messages > 0, messages, slope * messages)
    if aggregation != "max":
        return propagate(adjacency, messages, self_connections, "row" if aggregation == "mean" else None)
    sent = of_sender(adjacency, messages)
    return neighbour_max(adjacency, sent, own=messages if self_connections else None)


def edge_convolution(
    adjacency: Adjacency,
    x: Tensor,
    hidden_kernel: Tensor,
    hidden_bias: Tensor,
    kernel: Tensor,
    aggregation: str = "max",
) -> Tensor:
    """The maximum, sum or mean of the messages MLP([x_i, x_j - x_i]) over neighbours j, one hidden layer of rectifiers.

    A maximum, the original, takes every edge alike; sums and means are weighted by the edges. The neighbours are those
    of the graph; they are not found anew by distance in each layer.

    References
    ----------
    Y. Wang et al., "Dynamic graph CNN for learning on point clouds", ACM Transactions on Graphics 38 (2019).
    """
    # [x_i, x_j - x_i] times U stacked on V is x_i (U - V) + x_j V: products for nodes, not for edges.
    n_features = x.shape[-1]
    of_difference = hidden_kernel[n_features:]
    received = product(x, hidden_kernel[:n_features] - of_difference) + hidden_bias
    hidden = ops.relu(of_receiver(adjacency, received) + of_sender(adjacency, product(x, of_difference)))
    if aggregation == "max":
        return neighbour_max(adjacency, ops.matmul(hidden, kernel))
    total = message_sum(adjacency, hidden)
    if aggregation == "mean":
        total = total * ops.divide_no_nan(1, ops.expand_dims(degrees(adjacency), -1))
    return ops.matmul(total, kernel)


def neighbour_max(adjacency: Adjacency, messages: Tensor, own: Tensor | None = None) -> Tensor:
    """The maximum over neighbours j, whatever the weights, of messages m_ij as in `message_sum`; 0 where there is none.

    `own` is what every node gets beside these, of shape (n_graphs, n_nodes, n_features) or (n_nodes, n_features).
    """
    if isinstance(adjacency, EdgeList):
        allowed = ops.not_equal(ops.expand_dims(adjacency.edge_weight, -1), 0)
        sent = ops.where(allowed, gated(adjacency, messages), lowest(messages))
        highest = ops.segment_max(sent, adjacency.edge_index[0], adjacency.n_nodes)
    else:
        allowed = ops.not_equal(ops.expand_dims(adjacency, -1), 0)
        highest = ops.max(ops.where(allowed, messages, lowest(messages)), axis=2)
    if own is not None:
        return ops.maximum(highest, own)
    return ops.where(highest > lowest(messages), highest, 0)


def require_aggregation(aggregation: str) -> str:
    """`aggregation` if it is known here."""
    if aggregation not in ("sum", "mean", "max"):
        raise ValueError(f"aggregation must be 'sum', 'mean' or 'max', not {aggregation!r}")
    return aggregation


@keras.saving.register_keras_serializable(package="skmlbio")
class GeneralConvolution(ConvolutionLayer):
    """x'_i = σ(aggregated PReLU(x_j W + c) of the neighbours j, and of i itself, + b) [1]_.

    PReLU multiplies what is negative by a slope that is learned for each column.  Its inputs are those of
    `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    aggregation : {"sum", "mean", "max"}, default="sum"
        Sums and means are weighted by the edges; a maximum takes every edge alike.
    self_connections : bool, default=True
        Whether a node is among its neighbours.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    Raises
    ------
    ValueError
        For another `aggregation`.

    References
    ----------
    .. [1] You, Ying, Leskovec, "Design space for graph neural networks", NeurIPS 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GeneralConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> GeneralConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([3., 7., 6.], dtype=float32)
    """

    def __init__(self, units, aggregation="sum", self_connections=True, **kwargs):
        super().__init__(units, **kwargs)
        self.aggregation = require_aggregation(aggregation)
        self.self_connections = self_connections

    def make_weights(self, n_features):
        self.kernel = self.add_kernel((n_features, self.units), "kernel")
        self.message_bias = self.add_weight(shape=(self.units,), initializer="zeros", name="message_bias")
        quarter = keras.initializers.Constant(0.25)
        self.slope = self.add_weight(shape=(self.units,), initializer=quarter, name="slope")

    def convolve(self, adjacency, x):
        weights = self.kernel, self.message_bias, self.slope
        return general_convolution(adjacency, x, *weights, self.aggregation, self.self_connections)

    def get_config(self):
        return super().get_config() | {"aggregation": self.aggregation, "self_connections": self.self_connections}


@keras.saving.register_keras_serializable(package="skmlbio")
class EdgeConvolution(ConvolutionLayer):
    """x'_i = σ(aggregated MLP([x_i, x_j - x_i]) of the neighbours j + b) [1]_.

    Its inputs are those of `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    aggregation : {"max", "sum", "mean"}, default="max"
        As of `GeneralConvolution`.
    hidden_units : int, default=None
        Rectifiers of the one hidden layer of the MLP; None takes as many as `units`.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    Raises
    ------
    ValueError
        For another `aggregation`.

    References
    ----------
    .. [1] Wang et al., "Dynamic graph CNN for learning on point clouds", ACM Transactions on Graphics 38 (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import EdgeConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> EdgeConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([2., 4., 2.], dtype=float32)
    """

    def __init__(self, units, aggregation="max", hidden_units=None, **kwargs):
        super().__init__(units, **kwargs)
        self.aggregation = require_aggregation(aggregation)
        self.hidden_units = hidden_units

    def make_weights(self, n_features):
        hidden_units = self.hidden_units or self.units
        self.hidden_kernel = self.add_kernel((2 * n_features, hidden_units), "hidden_kernel")
        self.hidden_bias = self.add_weight(shape=(hidden_units,), initializer="zeros", name="hidden_bias")
        self.kernel = self.add_kernel((hidden_units, self.units), "kernel")

    def convolve(self, adjacency, x):
        return edge_convolution(adjacency, x, self.hidden_kernel, self.hidden_bias, self.kernel, self.aggregation)

    def get_config(self):
        return super().get_config() | {"aggregation": self.aggregation, "hidden_units": self.hidden_units}
