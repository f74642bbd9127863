"""One node of each graph of many that are joined into one."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="skmlbio")
class FirstNodes(keras.layers.Layer):
    """The row of the first node of each graph, called on ``[x, graph_index]``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.first_nodes import FirstNodes
    >>> FirstNodes()([np.array([[1.0], [2.0], [3.0]], "float32"), np.array([0, 0, 1])]).numpy().ravel()
    array([1., 3.], dtype=float32)
    """

    def call(self, inputs):
        x, graph_index = inputs
        before = ops.concatenate([graph_index[:1] - 1, graph_index[:-1]])
        return tf.boolean_mask(x, ops.not_equal(graph_index, before))

    def compute_output_shape(self, input_shape):
        return (None, input_shape[0][-1])
