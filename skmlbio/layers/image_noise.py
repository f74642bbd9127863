"""What disturbs the pixels of images in training, for networks that learn to undo it."""

from __future__ import annotations

import keras
import tensorflow as tf

from skmlbio.layers.image_convolution import real_pixels
from skmlbio.layers.noise import NoiseLayer, decisions, next_seed


class _PixelNoise(NoiseLayer):
    """Noise that treats all channels of a pixel alike.

    Called on x of shape (batch, height, width, n_channels) and, optionally, sizes of shape (batch, 2), int, of images
    with padding below and to the right.
    """

    def call(self, x, sizes=None, training=False):
        return self.disturb(x, sizes) if training and self.trainable and self.amount else x

    def compute_output_shape(self, x_shape, sizes_shape=None):
        return x_shape


@keras.saving.register_keras_serializable(package="skmlbio")
class PixelMasking(_PixelNoise):
    """Set a share `amount` of the pixels to 0, in training.

    Examples
    --------
    >>> import numpy as np
    >>> y = PixelMasking(0.5, seed=0)(np.ones((1, 20, 20, 2), "float32"), training=True).numpy()
    >>> sorted({tuple(pixel.tolist()) for pixel in y.reshape(-1, 2)})
    [(0.0, 0.0), (1.0, 1.0)]
    """

    def disturb(self, x, sizes=None):
        return x * decisions(x[..., :1], 1.0 - self.amount, self.seed_generator)


@keras.saving.register_keras_serializable(package="skmlbio")
class SaltAndPepper(_PixelNoise):
    """Set a share `amount` of the pixels to the least or the greatest number that their batch has, in training.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 1000, dtype="float32").reshape(1, 10, 100, 1)
    >>> y = SaltAndPepper(0.5, seed=0)(x, training=True).numpy()
    >>> [abs(float(np.mean(y == value)) - 0.25) < 0.05 for value in (0, 1)]
    [True, True]
    >>> round(float(np.mean((y == 0) | (y == 1))), 1)
    0.5
    """

    def disturb(self, x, sizes=None):
        present = x if sizes is None else tf.boolean_mask(x, real_pixels(x, sizes))[:, tf.newaxis, tf.newaxis]
        black, white = tf.reduce_min(present, axis=(0, 1, 2)), tf.reduce_max(present, axis=(0, 1, 2))
        hit, is_white = (decisions(x[..., :1], share, self.seed_generator) > 0 for share in (self.amount, 0.5))
        return tf.where(hit, tf.where(is_white, white, black), x)


@keras.saving.register_keras_serializable(package="skmlbio")
class Holes(_PixelNoise):
    """Set a rectangle of each image to 0, in training.

    Its height and its width are shares of the image's, each drawn between half and one and a half times the square root
    of `amount`, so that `amount` is the share of the pixels that it has on average.

    Examples
    --------
    >>> import numpy as np
    >>> y = Holes(0.25, seed=0)(np.ones((500, 20, 30, 1), "float32"), training=True).numpy()
    >>> round(float(np.mean(y == 0)), 2)
    0.25
    """

    def disturb(self, x, sizes=None):
        n_images, height, width = tf.unstack(tf.shape(x)[:3])
        if sizes is None:
            sizes = tf.broadcast_to(tf.stack([height, width]), [n_images, 2])
        drawn = tf.random.stateless_uniform([n_images, 4], next_seed(self.seed_generator), alg="philox")
        ends = tf.cast(sizes, drawn.dtype)
        sides = tf.minimum(tf.round(ends * self.amount**0.5 * (0.5 + drawn[:, :2])), ends)
        first = tf.floor(drawn[:, 2:] * (ends - sides + 1))
        rows, columns = (
            _between(tf.range(n), first[:, axis], sides[:, axis]) for axis, n in enumerate((height, width))
        )
        hole = rows[:, :, tf.newaxis, tf.newaxis] & columns[:, tf.newaxis, :, tf.newaxis]
        return tf.where(hole, tf.zeros_like(x), x)


def _between(places: tf.Tensor, first: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """Return which places are in an interval of each row: (batch, n_places), bool."""
    places = tf.cast(places, first.dtype)
    return (places >= first[:, tf.newaxis]) & (places < (first + length)[:, tf.newaxis])
