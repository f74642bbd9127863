"""A dense layer that reads another one backwards."""

from __future__ import annotations

import keras


def tied_dense(x, kernel, bias):
    """x Wᵀ + b, with the kernel W of the layer that went the other way."""
    return keras.ops.matmul(x, keras.ops.transpose(kernel)) + bias


@keras.saving.register_keras_serializable(package="skmlbio")
class TiedDense(keras.layers.Layer):
    """Dense layer whose kernel is the transposed kernel of another; only its bias is its own.

    Parameters
    ----------
    tied_to : keras.layers.Dense
        The other layer, built before this one.
    activation : str or callable, optional
        Applied to the result.

    Examples
    --------
    >>> import keras
    >>> forth = keras.layers.Dense(3)
    >>> forth.build((None, 5))
    >>> back = TiedDense(forth)
    >>> back(keras.ops.ones((2, 3))).shape
    TensorShape([2, 5])
    >>> len(back.trainable_weights)
    1
    """

    def __init__(self, tied_to: keras.layers.Dense, activation=None, **options):
        super().__init__(**options)
        self._tied = [tied_to]  # in a list, so that Keras counts its kernel once, where it belongs
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.bias = self.add_weight(name="bias", shape=(self._tied[0].kernel.shape[0],), initializer="zeros")
        self.built = True

    def call(self, x):
        return self.activation(tied_dense(x, self._tied[0].kernel, self.bias))
