"""Images made larger: the way back from pooled windows."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

Tensor = Any


def enlarge_images(x: Tensor, factor: int, height: Any, width: Any) -> Tensor:
    """Return images of which each pixel has become a window of equal ones, cut below and to the right.

    A convolution behind it has no checkerboard, as transposed ones do (Odena et al. 2016).

    Parameters
    ----------
    x : tensor of shape (batch, h, w, n_channels)
        X.
    factor : int
        Height and width of a window.
    height, width : int or scalar tensor
        Of the images to be made, at most h * factor and w * factor.

    Returns
    -------
    tensor of shape (batch, height, width, n_channels)

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_enlarging import enlarge_images
    >>> enlarge_images(np.array([[[[1.0], [2.0]]]], "float32"), 2, 2, 3)[..., 0].numpy().tolist()
    [[[1.0, 1.0, 2.0], [1.0, 1.0, 2.0]]]
    """
    for axis in (1, 2):
        x = tf.repeat(x, factor, axis=axis)
    return x[:, :height, :width]


@keras.saving.register_keras_serializable(package="skmlbio")
class ImageEnlarging(keras.layers.Layer):
    """Images made larger; see `enlarge_images`.

    Called on x of shape (batch, h, w, n_channels) and, where `size` is None, on images of the height and width to be
    made.

    Parameters
    ----------
    factor : int, default=2
        Height and width of the window that a pixel becomes.
    size : tuple of two int, optional
        Height and width of the images to be made.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import ImageEnlarging
    >>> ImageEnlarging(2, size=(5, 7))(np.zeros((2, 3, 4, 8), "float32")).shape
    TensorShape([2, 5, 7, 8])
    """

    def __init__(self, factor: int = 2, size: tuple[int, int] | None = None, **options):
        super().__init__(**options)
        self.factor, self.size = factor, size

    def call(self, x, like=None):
        height, width = tf.unstack(tf.shape(like)[1:3]) if self.size is None else self.size
        return enlarge_images(x, self.factor, height, width)

    def compute_output_shape(self, x_shape, like_shape=None):
        height, width = like_shape[1:3] if self.size is None else self.size
        return (x_shape[0], height, width, x_shape[3])

    def get_config(self):
        return super().get_config() | {"factor": self.factor, "size": self.size}
