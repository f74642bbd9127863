"""A dense layer that can be gone through backwards."""

from __future__ import annotations

import keras


def tied_dense(x, kernel, bias):
    """x Wᵀ + b, with the kernel W of the way forth."""
    return keras.ops.matmul(x, keras.ops.transpose(kernel)) + bias


@keras.saving.register_keras_serializable(package="skmlbio")
class TiedDense(keras.layers.Layer):
    """Dense layer for both halves of an auto-encoder: forth σ(x W + b), back τ(z Wᵀ + c).

    Parameters
    ----------
    units : int
        Width of what comes out on the way forth.
    activation, inverse_activation : str or callable, optional
        σ and τ.
    kernel_initializer : str or keras.Initializer, default="glorot_uniform"
        Of W; the biases begin at zero.

    Examples
    --------
    >>> import keras
    >>> layer = TiedDense(3)
    >>> z = layer(keras.ops.ones((2, 5)))
    >>> layer(z, inverse=True).shape
    TensorShape([2, 5])
    >>> [tuple(weight.shape) for weight in layer.weights]
    [(5, 3), (3,), (5,)]
    """

    def __init__(
        self, units: int, activation=None, inverse_activation=None, kernel_initializer="glorot_uniform", **options
    ):
        super().__init__(**options)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.inverse_activation = keras.activations.get(inverse_activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        width = input_shape[-1]
        self.kernel = self.add_weight(name="kernel", shape=(width, self.units), initializer=self.kernel_initializer)
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.inverse_bias = self.add_weight(name="inverse_bias", shape=(width,), initializer="zeros")
        self.built = True

    def call(self, x, inverse=False):
        if inverse:
            return self.inverse_activation(tied_dense(x, self.kernel, self.inverse_bias))
        return self.activation(keras.ops.matmul(x, self.kernel) + self.bias)

    def get_config(self):
        return super().get_config() | {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "inverse_activation": keras.activations.serialize(self.inverse_activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
