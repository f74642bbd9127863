"""The only door to Spektral, which makes its layers run on Keras 3.

Spektral was written for Keras 2. Keras 3 hands its layers ``mask=[None, None]``, and they fail on ``mask[0]``; they
also want sparse matrices, and each its own kind: some read entry (i, j) as "i collects from j" and some the other way
round, some expect a normalised matrix and some the bare one. `on_keras_3` mends the first, `SpektralConvolution` the
rest. What they compute is Spektral's, also where that differs from the papers: TAG takes its first hop K times instead
of K hops, SAGE counts a node among its own neighbours and brings each node to length 1, and the diffusion convolution,
which has no name here, takes powers of the entries of its matrix instead of powers of the matrix.
"""

from __future__ import annotations

from typing import NamedTuple

import keras
import spektral.layers
import tensorflow as tf
from keras import ops

from .graph_propagation import EdgeList, NodeLayer, degrees, read_inputs


def on_keras_3(layer_class: type) -> type:
    """A subclass of a layer class of Spektral that runs on Keras 3, saved and read under the package ``skmlbio``.

    Parameters
    ----------
    layer_class : type
        Such as ``spektral.layers.GCNConv``.

    Returns
    -------
    type
        Of the same name and constructor.
    """

    def call(self, inputs, mask=None):
        if mask is None or all(part is None for part in mask):
            return layer_class.call(self, inputs)
        return layer_class.call(self, inputs, mask=mask)

    contents = {"call": call, "__doc__": layer_class.__doc__, "__module__": __name__}
    mended = type(layer_class.__name__, (layer_class,), contents)
    return keras.saving.register_keras_serializable(package="skmlbio")(mended)


GCNConv = on_keras_3(spektral.layers.GCNConv)
GATConv = on_keras_3(spektral.layers.GATConv)
GINConv = on_keras_3(spektral.layers.GINConv)
GraphSageConv = on_keras_3(spektral.layers.GraphSageConv)
TAGConv = on_keras_3(spektral.layers.TAGConv)
ARMAConv = on_keras_3(spektral.layers.ARMAConv)


class _Wish(NamedTuple):
    """What a layer of Spektral expects of its matrix."""

    layer_class: type
    options: dict
    normalized: bool = False
    self_connections: bool = False
    transposed: bool = False


_WISHES = {
    "gcn": _Wish(GCNConv, {}, normalized=True, self_connections=True),
    "gat": _Wish(GATConv, {"dropout_rate": 0.0}, transposed=True),
    "gin": _Wish(GINConv, {"mlp_batchnorm": False}, transposed=True),
    "sage": _Wish(GraphSageConv, {}, transposed=True),
    "tag": _Wish(TAGConv, {}, normalized=True, transposed=True),
    "arma": _Wish(ARMAConv, {}, normalized=True),
}


@keras.saving.register_keras_serializable(package="skmlbio")
class SpektralConvolution(NodeLayer):
    """A convolution of Spektral on ``[x, edge_index, edge_weight]``.

    The inputs have the shapes (n_nodes, n_features), (2, n_edges) and (n_edges,); edges of weight 0 are padding. Edge
    (i, j) means that node i collects from node j. Sparse matrices inside keep it from being compiled by XLA.

    Parameters
    ----------
    conv : {"gcn", "gat", "gin", "sage", "tag", "arma"}
        Which convolution. GIN gets one hidden layer of as many units; GAT, GIN and SAGE do not use edge weights.
    units : int
        Features of each node afterwards.
    activation : str or callable, default=None
        Applied to the result.
    use_bias : bool, default=True
        Whether a vector is added before the activation.
    **kwargs
        `name`, `dtype` and the like of every Keras layer.

    Raises
    ------
    ValueError
        For another `conv`.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import SpektralConvolution
    >>> x, edge_index = np.array([[1.0], [2.0], [4.0]], "float32"), np.array([[0, 1, 1, 2], [1, 0, 2, 1]])
    >>> SpektralConvolution("gcn", 2)([x, edge_index, np.ones(4, "float32")]).shape
    TensorShape([3, 2])
    """

    def __init__(self, conv, units, activation=None, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        if conv not in _WISHES:
            raise ValueError(f"conv must be one of {', '.join(_WISHES)}, not {conv!r}")
        self.conv = conv
        self.units = units
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        options = _WISHES[conv].options | ({"mlp_hidden": [units]} if conv == "gin" else {})
        self.layer = _WISHES[conv].layer_class(
            units, activation=self.activation, use_bias=use_bias, dtype=self.dtype_policy, **options
        )

    def build(self, input_shape):
        n_features = input_shape[0][-1]
        self.layer.build([input_shape[0], (None, None)])
        # Spektral leaves these for the first call, too late for weights that are read from a file.
        if self.conv == "gin":
            self.layer.mlp.build((None, n_features))
        if self.conv == "tag":
            self.layer.linear.build((None, n_features * (self.layer.K + 1)))

    def call(self, inputs):
        x, edges = read_inputs(inputs)
        return self.layer([x, sparse_adjacency(edges, _WISHES[self.conv])])

    def get_config(self):
        return super().get_config() | {
            "conv": self.conv,
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
        }


def sparse_adjacency(edges: EdgeList, wish: _Wish) -> tf.SparseTensor:
    """The matrix of an edge list as a layer of Spektral expects it."""
    # GAT, GIN and SAGE look at the places of entries only: padding must not be there at all.
    real = ops.not_equal(edges.edge_weight, 0)
    edge_index = tf.boolean_mask(edges.edge_index, real, axis=1)
    edge_weight = tf.boolean_mask(edges.edge_weight, real)
    if wish.self_connections:
        node = tf.range(edges.n_nodes, dtype=edge_index.dtype)
        edge_index = tf.concat([edge_index, tf.stack([node, node])], axis=1)
        edge_weight = tf.concat([edge_weight, tf.ones_like(node, dtype=edge_weight.dtype)], axis=0)
    rows, columns = edge_index[0], edge_index[1]
    if wish.normalized:
        scale = tf.math.divide_no_nan(1.0, tf.sqrt(degrees(EdgeList(edge_index, edge_weight, edges.n_nodes))))
        edge_weight = tf.gather(scale, rows) * edge_weight * tf.gather(scale, columns)
    places = tf.stack([columns, rows] if wish.transposed else [rows, columns], axis=1)
    shape = tf.cast(tf.stack([edges.n_nodes, edges.n_nodes]), tf.int64)
    return tf.sparse.reorder(tf.SparseTensor(tf.cast(places, tf.int64), edge_weight, shape))
