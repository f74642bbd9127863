"""A dense layer that stretches nothing: spectral normalisation."""

from __future__ import annotations

import keras
import tensorflow as tf

_LEAST = 1e-12


def power_iteration(kernel: tf.Tensor, direction: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Take one step of the power method, from a direction of outputs towards the one that is stretched most.

    Parameters
    ----------
    kernel : tensor of shape (n_inputs, n_outputs)
        A linear map.
    direction : tensor of shape (n_outputs,)
        Where to begin.

    Returns
    -------
    norm : tensor of shape ()
        uᵀ W v with the directions u and v of this step: at most the spectral norm of W, and nearer to it with every
        step.  Its gradient takes the directions as given, as that of a singular value does.
    direction : tensor of shape (n_outputs,)
        v, a unit vector.
    """
    fixed = tf.stop_gradient(kernel)
    u = _unit(tf.linalg.matvec(fixed, direction))
    v = _unit(tf.linalg.matvec(fixed, u, transpose_a=True))
    return tf.tensordot(u, tf.linalg.matvec(kernel, v), 1), v


def _unit(x: tf.Tensor) -> tf.Tensor:
    return x / tf.maximum(tf.norm(x), _LEAST)


@keras.saving.register_keras_serializable(package="skmlbio")
class SpectralDense(keras.layers.Layer):
    """y = activation(x W / s + b), with s the spectral norm of W, so that W / s stretches nothing (Miyato et al. 2018).

    s comes of the power method, a step at every call that trains.

    Parameters
    ----------
    units : int
        Width of y.
    activation, kernel_initializer
        As in `keras.layers.Dense`.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> layer = SpectralDense(2, kernel_initializer=keras.initializers.Constant([[4.0, 0.0], [0.0, 1.0]]))
    >>> for _ in range(10):
    ...     y = layer(tf.constant([[1.0, 1.0]]), training=True)
    >>> y.numpy().round(3).tolist()
    [[1.0, 0.25]]
    """

    def __init__(self, units: int, activation=None, kernel_initializer="glorot_uniform", **options):
        super().__init__(**options)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, x_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=(x_shape[-1], self.units), initializer=self.kernel_initializer
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.direction = self.add_weight(name="direction", shape=(self.units,), initializer="ones", trainable=False)
        self.built = True

    def call(self, x, training=False):
        kernel = tf.convert_to_tensor(self.kernel)
        norm, direction = power_iteration(kernel, tf.convert_to_tensor(self.direction))
        if training:
            self.direction.assign(tf.cast(direction, self.direction.dtype))
        return self.activation(tf.matmul(x, kernel / tf.maximum(norm, tf.cast(_LEAST, norm.dtype))) + self.bias)

    def compute_output_shape(self, x_shape):
        return *x_shape[:-1], self.units

    def get_config(self):
        return super().get_config() | {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
