"""Pooling of images, of one size or padded to one: by windows, and of whole images."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skmlbio.layers.graph_propagation import lowest
from skmlbio.layers.image_convolution import zero_padding

Tensor = Any


def pool_windows(
    x: Tensor, real: Tensor | None = None, size: int = 2, pooling: str = "max", stride: int | None = None
) -> Tensor:
    """Pool windows of images; what is padding, or beyond a border, does not count.

    Parameters
    ----------
    x : tensor of shape (batch, height, width, n_channels)
        X.
    real : tensor of shape (batch, height, width), bool, optional
        Which pixels are real; padding is below and to the right.  Without it, all are.
    size : int, default=2
        Height and width of a window.
    pooling : {"max", "mean"}, default="max"
        What is taken of its pixels.
    stride : int, optional
        Steps from a window to the next: by default the size, so that windows lie side by side from the first pixel on,
        the last ones perhaps cut; or 1, so that every pixel is in the middle of its window, of an odd size.

    Returns
    -------
    tensor of shape (batch, ceil(height / stride), ceil(width / stride), n_channels)
        Windows whose first pixel is not real (of stride 1: whose middle) mean nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_pooling import pool_windows
    >>> x = np.arange(6.0, dtype="float32").reshape(1, 2, 3, 1)
    >>> [pool_windows(x, size=2, pooling=pooling).numpy().ravel().tolist() for pooling in ("max", "mean")]
    [[4.0, 5.0], [2.0, 3.5]]
    """
    stride = stride or size
    if pooling == "mean":
        present = tf.ones_like(x[..., :1]) if real is None else tf.cast(real[..., tf.newaxis], x.dtype)
        total = _windows(tf.nn.avg_pool2d, zero_padding(x, real), size, stride)
        return total / tf.maximum(_windows(tf.nn.avg_pool2d, present, size, stride), 1e-6)
    filled = x if real is None else tf.where(real[..., tf.newaxis], x, tf.cast(lowest(x), x.dtype))
    return _windows(tf.nn.max_pool2d, filled, size, stride, value=lowest(x))


def _windows(pool: Any, x: Tensor, size: int, stride: int, value: float = 0.0) -> Tensor:
    """Apply one of TensorFlow's poolings; windows begin at the first pixel, where "SAME" would centre them."""
    if stride == size > 2:
        missing = [[0, 0], *([0, -tf.shape(x)[axis] % size] for axis in (1, 2)), [0, 0]]
        x = tf.pad(x, missing, constant_values=tf.cast(value, x.dtype))
    return pool(x, size, stride, "SAME")


def pool_images(x: Tensor, real: Tensor | None = None, pooling: str = "mean") -> Tensor:
    """Pool all real pixels of each image: global pooling, for images of any size.

    Parameters
    ----------
    x : tensor of shape (batch, height, width, n_channels)
        X.
    real : tensor of shape (batch, height, width), bool, optional
        Which pixels are real, at least one of each image.
    pooling : {"mean", "max"}, default="mean"
        What is taken of them.

    Returns
    -------
    tensor of shape (batch, n_channels)

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_pooling import pool_images
    >>> x, real = np.array([[[[1.0], [3.0], [8.0]]]], "float32"), np.array([[[True, True, False]]])
    >>> pool_images(x, real).numpy().tolist(), pool_images(x, pooling="max").numpy().tolist()
    ([[2.0]], [[8.0]])
    """
    if pooling == "max":
        filled = x if real is None else tf.where(real[..., tf.newaxis], x, tf.cast(lowest(x), x.dtype))
        return tf.reduce_max(filled, axis=(1, 2))
    if real is None:
        return tf.reduce_mean(x, axis=(1, 2))
    n_pixels = tf.reduce_sum(tf.cast(real, x.dtype), axis=(1, 2))
    return tf.reduce_sum(zero_padding(x, real), axis=(1, 2)) / n_pixels[:, tf.newaxis]


@keras.saving.register_keras_serializable(package="skmlbio")
class WindowPooling(keras.layers.Layer):
    """Windows of images pooled; see `pool_windows`.

    Called on x of shape (batch, height, width, n_channels) and, optionally, `real` of shape (batch, height, width),
    bool.

    Parameters
    ----------
    size : int, default=2
        Height and width of a window.
    pooling : {"max", "mean"}, default="max"
        What is taken of its pixels.
    stride : int, optional
        Steps from a window to the next, the size or 1.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_pooling import WindowPooling
    >>> WindowPooling(2)(np.zeros((2, 5, 6, 1), "float32")).shape
    TensorShape([2, 3, 3, 1])
    """

    def __init__(self, size: int = 2, pooling: str = "max", stride: int | None = None, **options):
        super().__init__(**options)
        self.size, self.pooling, self.stride = size, pooling, stride

    def call(self, x, real=None):
        return pool_windows(x, real, self.size, self.pooling, self.stride)

    def get_config(self):
        return super().get_config() | {"size": self.size, "pooling": self.pooling, "stride": self.stride}


@keras.saving.register_keras_serializable(package="skmlbio")
class GlobalPooling(keras.layers.Layer):
    """One row of features for each image; see `pool_images`.

    Called on x of shape (batch, height, width, n_channels) and, optionally, `real` of shape (batch, height, width).

    Parameters
    ----------
    pooling : {"mean", "max"}, default="mean"
        What is taken of the pixels.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_pooling import GlobalPooling
    >>> GlobalPooling()(np.zeros((2, 5, 6, 3), "float32")).shape
    TensorShape([2, 3])
    """

    def __init__(self, pooling: str = "mean", **options):
        super().__init__(**options)
        self.pooling = pooling

    def call(self, x, real=None):
        return pool_images(x, real, self.pooling)

    def get_config(self):
        return super().get_config() | {"pooling": self.pooling}


@keras.saving.register_keras_serializable(package="skmlbio")
class SqueezeAndExcitation(keras.layers.Layer):
    """X ⊙ σ(W₂ relu(W₁ mean(X))): each channel by how much it counts in the whole image (Hu et al. 2018).

    Called on x of shape (batch, height, width, n_channels) and, optionally, `real` of shape (batch, height, width).

    Parameters
    ----------
    ratio : int, default=4
        How many times narrower than the channels the layer between is.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import SqueezeAndExcitation
    >>> SqueezeAndExcitation()(np.ones((2, 5, 6, 8), "float32")).shape
    TensorShape([2, 5, 6, 8])
    """

    def __init__(self, ratio: int = 4, **options):
        super().__init__(**options)
        self.ratio = ratio

    def build(self, x_shape, real_shape=None):
        n_channels = x_shape[-1]
        self.squeeze = keras.layers.Dense(
            max(1, n_channels // self.ratio), "relu", kernel_initializer="he_normal", dtype=self.dtype_policy
        )
        self.excite = keras.layers.Dense(n_channels, "sigmoid", dtype=self.dtype_policy)
        self.squeeze.build((None, n_channels))
        self.excite.build((None, self.squeeze.units))
        self.built = True

    def call(self, x, real=None):
        shares = self.excite(self.squeeze(pool_images(x, real)))
        return x * shares[:, tf.newaxis, tf.newaxis]

    def compute_output_shape(self, x_shape, real_shape=None):
        return x_shape

    def get_config(self):
        return super().get_config() | {"ratio": self.ratio}
