"""From the features of nodes to the features of whole graphs."""

from __future__ import annotations

import keras
from keras import ops

from .graph_propagation import Tensor, lowest


def pool_dense(x: Tensor, mask: Tensor, pooling: str = "mean", kernel: Tensor | None = None) -> Tensor:
    """Pool the nodes of each graph of a dense padded batch; padded nodes never matter.

    - ``"mean"``, ``"sum"``, ``"max"``: over the nodes of a graph
    - ``"attention"``: Σ_i softmax_i(x_i w) x_i, after Li et al.

    Parameters
    ----------
    x : tensor of shape (n_graphs, n_nodes, n_features)
        Node features; for "mean" and "sum" finite, also where padded.
    mask : tensor of shape (n_graphs, n_nodes), bool or 0 and 1
        Which nodes are real.
    pooling : {"mean", "sum", "max", "attention"}, default="mean"
        See above.
    kernel : tensor of shape (n_features, 1), default=None
        w, for ``"attention"``.

    Returns
    -------
    tensor of shape (n_graphs, n_features)
        One row a graph; zeros for a graph without nodes.

    References
    ----------
    Y. Li et al., "Gated graph sequence neural networks", ICLR 2016, equation 7.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.graph_pooling import pool_dense
    >>> x = np.array([[[1.0], [3.0], [9.0]]], "float32")
    >>> np.asarray(pool_dense(x, np.array([[True, True, False]])))
    array([[2.]], dtype=float32)
    """
    if pooling in ("sum", "mean"):  # a product of matrices: half the work of choosing nodes, then adding
        share = ops.cast(mask, x.dtype)
        if pooling == "mean":
            share = share / _at_least_one(ops.sum(share, axis=1, keepdims=True))
        return ops.squeeze(ops.matmul(ops.expand_dims(share, 1), x), 1)
    mask = ops.expand_dims(ops.cast(mask, "bool"), -1)
    x = ops.where(mask, x, 0)
    if pooling == "max":
        highest = ops.max(ops.where(mask, x, lowest(x)), axis=1)
        return ops.where(ops.any(mask, axis=1), highest, 0)
    scores = ops.where(mask, ops.matmul(x, kernel), lowest(x))
    shares = ops.where(mask, ops.softmax(scores, axis=1), 0)
    return ops.sum(shares * x, axis=1)


def pool_flat(
    x: Tensor, graph_index: Tensor, n_graphs: int | None = None, pooling: str = "mean", kernel: Tensor | None = None
) -> Tensor:
    """Pool the nodes of each graph of many graphs joined into one; see `pool_dense` for the formulas.

    Parameters
    ----------
    x : tensor of shape (n_nodes, n_features)
        Node features.
    graph_index : tensor of shape (n_nodes,), int32
        The graph of each node; -1 for a padded node.
    n_graphs : int, default=None
        How many graphs. `None` takes the largest index plus one, which XLA cannot do.
    pooling : {"mean", "sum", "max", "attention"}, default="mean"
        How to pool.
    kernel : tensor of shape (n_features, 1), default=None
        For ``"attention"``.

    Returns
    -------
    tensor of shape (n_graphs, n_features)
        One row a graph; zeros for a graph without nodes.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.graph_pooling import pool_flat
    >>> x = np.array([[1.0], [3.0], [9.0]], "float32")
    >>> np.asarray(pool_flat(x, np.array([0, 0, -1]), 1))
    array([[2.]], dtype=float32)
    """
    if n_graphs is None:
        n_graphs = ops.max(graph_index) + 1
    # Padded nodes go into one more segment, which is then left out.
    real = ops.expand_dims(graph_index >= 0, -1)
    segment = ops.where(graph_index >= 0, graph_index, n_graphs)
    x = ops.where(real, x, 0)

    def total(values):
        return ops.segment_sum(values, segment, n_graphs + 1)

    if pooling == "sum":
        return total(x)[:n_graphs]
    counts = total(ops.cast(real, x.dtype))[:n_graphs]
    if pooling == "mean":
        return total(x)[:n_graphs] / _at_least_one(counts)
    if pooling == "max":
        return ops.where(counts > 0, ops.segment_max(x, segment, n_graphs + 1)[:n_graphs], 0)
    scores = ops.matmul(x, kernel)
    highest = ops.stop_gradient(ops.segment_max(scores, segment, n_graphs + 1))
    shares = ops.exp(scores - ops.take(highest, segment, axis=0))
    return total(shares * x)[:n_graphs] / _at_least_one(total(shares)[:n_graphs])


def _at_least_one(count: Tensor) -> Tensor:
    # Every real graph counts one node or, under attention, one share of exp(0) = 1.
    return ops.maximum(count, 1)


@keras.saving.register_keras_serializable(package="skmlbio")
class GraphPooling(keras.layers.Layer):
    """One row of features for each graph: the mean, sum or maximum over its nodes, or Σ_i softmax_i(x_i · a) x_i.

    Called on ``[x, mask]`` for dense padded batches, on ``[x, graph_index]`` for graphs joined into one.

    Parameters
    ----------
    pooling : {"mean", "sum", "max", "attention"}, default="mean"
        How to pool.
    n_graphs : int, default=None
        For joined graphs: how many there are; `None` takes the largest index plus one.
    **kwargs
        `name`, `dtype` and the like of every Keras layer.

    Raises
    ------
    ValueError
        For another `pooling`.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GraphPooling
    >>> x, graph_index = np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])
    >>> GraphPooling("mean")([x, graph_index]).numpy()
    array([[2.],
           [5.]], dtype=float32)
    """

    def __init__(self, pooling="mean", n_graphs=None, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        if pooling not in ("mean", "sum", "max", "attention"):
            raise ValueError(f"pooling must be 'mean', 'sum', 'max' or 'attention', not {pooling!r}")
        self.pooling = pooling
        self.n_graphs = n_graphs
        self.kernel = None
        self.kernel_initializer = keras.initializers.get("glorot_uniform")

    def build(self, input_shape):
        if self.pooling == "attention":
            shape = (input_shape[0][-1], 1)
            self.kernel = self.add_weight(shape=shape, initializer=self.kernel_initializer, name="kernel")

    def call(self, inputs):
        x, membership = inputs
        if len(x.shape) == 3:
            return pool_dense(x, membership, self.pooling, self.kernel)
        return pool_flat(x, membership, self.n_graphs, self.pooling, self.kernel)

    def compute_mask(self, inputs, previous_mask):
        # Padding is told by the inputs; a mask that Keras carries along is left behind.
        return None

    def compute_output_shape(self, input_shape):
        features, _ = input_shape
        return (features[0] if len(features) == 3 else self.n_graphs, features[-1])

    def get_config(self):
        return super().get_config() | {"pooling": self.pooling, "n_graphs": self.n_graphs}
