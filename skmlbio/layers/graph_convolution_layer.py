"""The layer that all graph convolutions are."""

from __future__ import annotations

import keras
from keras import ops

from .graph_propagation import NodeLayer, read_inputs


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

    def convolved(self, inputs):
        """Read the inputs and convolve."""
        x, adjacency = read_inputs(inputs)
        return self.convolve(adjacency, x)

    def call(self, inputs):
        # One row a node: TensorFlow fuses a product with its bias, and sums over one axis faster than over two.
        y = ops.reshape(self.convolved(inputs), (-1, self.units))
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
