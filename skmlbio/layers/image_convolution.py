"""Convolution over images, of one size or padded to one."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skmlbio.layers.sequence_convolution import patches

Tensor = Any


def real_pixels(x: Tensor, sizes: Tensor) -> Tensor:
    """Return which pixels of padded images are real.

    Parameters
    ----------
    x : tensor of shape (batch, height, width, n_channels)
        Images with padding below and to the right.
    sizes : tensor of shape (batch, 2), int
        Height and width of each.

    Returns
    -------
    tensor of shape (batch, height, width), bool

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_convolution import real_pixels
    >>> real_pixels(np.zeros((1, 2, 3, 1)), np.array([[2, 1]])).numpy().astype(int).tolist()
    [[[1, 0, 0], [1, 0, 0]]]
    """
    sizes = tf.cast(sizes, tf.int32)
    rows, columns = tf.range(tf.shape(x)[1])[:, tf.newaxis], tf.range(tf.shape(x)[2])
    return (rows < sizes[:, :1, tf.newaxis]) & (columns < sizes[:, 1:, tf.newaxis])


def zero_padding(x: Tensor, real: Tensor | None) -> Tensor:
    """Return features with zeros where there is padding; `real` is None where there is none."""
    return x if real is None else tf.where(real[..., tf.newaxis], x, tf.zeros_like(x))


@tf.custom_gradient
def convolution(x: Tensor, kernel: Tensor) -> Tensor:
    """X * W, with zeros around an image.

    The gradient of W is the product of patches and gradients: TensorFlow's own operation adds in an order that goes by
    the number of its threads, of which workers have fewer, so that the last bits would depend on where a fit runs.

    Parameters
    ----------
    x : tensor of shape (batch, height, width, n_channels)
        X.
    kernel : tensor of shape (size, size, n_channels, units)
        W.

    Returns
    -------
    tensor of shape (batch, height, width, units)

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_convolution import convolution
    >>> convolution(np.ones((1, 2, 2, 1), "float32"), np.ones((3, 3, 1, 1), "float32")).numpy().ravel().tolist()
    [4.0, 4.0, 4.0, 4.0]
    """
    x, kernel = tf.convert_to_tensor(x), tf.convert_to_tensor(kernel)
    size, _, n_channels, units = kernel.shape

    def gradients(dy: Tensor) -> tuple[Tensor, Tensor]:
        _, height, width, _ = tf.unstack(tf.shape(x))
        along = patches(tf.reshape(x, [-1, width, n_channels]), size)  # of each row of pixels
        along = tf.reshape(along, [-1, height, width, size * n_channels])
        along = tf.pad(along, [[0, 0], [(size - 1) // 2, size // 2], [0, 0], [0, 0]])
        below = (tf.reshape(along[:, i : (i + 1 - size) or None], [-1, size * n_channels]) for i in range(size))
        of_kernel = [tf.matmul(rows, tf.reshape(dy, [-1, units]), transpose_a=True) for rows in below]
        of_x = tf.raw_ops.Conv2DBackpropInput(
            input_sizes=tf.shape(x), filter=kernel, out_backprop=dy, strides=[1, 1, 1, 1], padding="SAME"
        )
        return of_x, tf.reshape(tf.stack(of_kernel), kernel.shape)

    return tf.nn.conv2d(x, kernel, 1, "SAME"), gradients


@keras.saving.register_keras_serializable(package="skmlbio")
class RealPixels(keras.layers.Layer):
    """Which pixels of padded images are real; see `real_pixels`.

    Called on images of shape (batch, height, width, n_channels) and sizes of shape (batch, 2).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_convolution import RealPixels
    >>> RealPixels()(np.zeros((1, 2, 3, 1), "float32"), np.array([[2, 1]])).shape
    TensorShape([1, 2, 3])
    """

    def call(self, x, sizes):
        return real_pixels(x, sizes)

    def compute_output_spec(self, x, sizes):
        return keras.KerasTensor(x.shape[:3], "bool")


@keras.saving.register_keras_serializable(package="skmlbio")
class ImageConvolution(keras.layers.Layer):
    """σ(X * W + b), with zeros around an image, so that it keeps its size.

    Does what `keras.layers.Conv2D` with ``padding="same"`` does, also for padded images: what is padding counts as what
    lies beyond the border.  Called on x of shape (batch, height, width, n_channels) and, optionally, `real` of shape
    (batch, height, width), bool.  What it returns for padding means nothing.

    Parameters
    ----------
    units : int
        Filters.
    kernel_size : int, default=3
        Height and width of a filter.
    use_bias : bool, default=True
        Whether b is added.
    activation : str or callable, default=None
        σ.
    kernel_initializer : str, dict or keras.Initializer, default="he_normal"
        For W.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import ImageConvolution
    >>> ImageConvolution(8)(np.zeros((2, 20, 30, 3), "float32")).shape
    TensorShape([2, 20, 30, 8])
    """

    gains_from_xla = False  # TensorFlow's own kernels are three times as fast on a processor

    def __init__(
        self, units: int, kernel_size: int = 3, use_bias: bool = True, activation=None,
        kernel_initializer="he_normal", **options,
    ):  # fmt: skip
        super().__init__(**options)
        self.units, self.kernel_size, self.use_bias = units, kernel_size, use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, x_shape, real_shape=None):
        shape = self.kernel_size, self.kernel_size, x_shape[-1], self.units
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer=self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.built = True

    def call(self, x, real=None):
        x = convolution(zero_padding(x, real), tf.convert_to_tensor(self.kernel))
        return self.activation(tf.nn.bias_add(x, tf.convert_to_tensor(self.bias)) if self.use_bias else x)

    def compute_output_shape(self, x_shape, real_shape=None):
        return (*x_shape[:-1], self.units)

    def get_config(self):
        return super().get_config() | {
            "units": self.units,
            "kernel_size": self.kernel_size,
            "use_bias": self.use_bias,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
