"""Images turned, moved, scaled and mirrored at random, while a network trains."""

from __future__ import annotations

import math
from typing import Any

import keras
import tensorflow as tf

from skmlbio.layers.noise import next_seed

Tensor = Any

FLIPS = ("horizontal", "vertical", "both")


def moved_images(x: Tensor, matrices: Tensor, shifts: Tensor, sizes: Tensor | None = None) -> Tensor:
    """Return images whose pixel at p, counted from the middle, is what x has at A p + s.

    Between pixels it is interpolated bilinearly; beyond the border an image goes on as it ends there.

    Parameters
    ----------
    x : tensor of shape (batch, height, width, n_channels)
        X.
    matrices : tensor of shape (batch, 2, 2), float32
        A of each image, for (row, column).
    shifts : tensor of shape (batch, 2), float32
        s of each image, in pixels.
    sizes : tensor of shape (batch, 2), int, optional
        Height and width of each image, where it is padded below and to the right; what is padding means nothing.

    Returns
    -------
    tensor of shape (batch, height, width, n_channels), of the type of x

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.image_augmentation import moved_images
    >>> x = np.array([[[1.0], [2.0], [3.0]]], "float32")[np.newaxis]
    >>> stay = np.eye(2, dtype="float32")[np.newaxis]
    >>> moved_images(x, stay, np.array([[0, 0.5]], "float32")).numpy().ravel().tolist()
    [1.5, 2.5, 3.0]
    """
    n_images, height, width = tf.unstack(tf.shape(x)[:3])
    n_channels = x.shape[-1]
    if sizes is None:
        sizes = tf.broadcast_to(tf.stack([height, width]), [n_images, 2])
    last = tf.cast(sizes - 1, tf.float32)[:, tf.newaxis]
    rows, columns = tf.meshgrid(tf.range(height), tf.range(width), indexing="ij")
    places = tf.cast(tf.reshape(tf.stack([rows, columns], axis=-1), [1, -1, 2]), tf.float32) - last / 2
    places = tf.matmul(places, matrices, transpose_b=True) + shifts[:, tf.newaxis] + last / 2
    places = tf.clip_by_value(places, 0.0, tf.maximum(last, 0.0))
    low = tf.floor(places)
    high = tf.minimum(low + 1, last)
    share = tf.cast(places - low, x.dtype)
    flat = tf.reshape(x, [n_images, -1, n_channels])

    def at(rows: Tensor, columns: Tensor) -> Tensor:
        return tf.gather(flat, tf.cast(rows, tf.int32) * width + tf.cast(columns, tf.int32), batch_dims=1)

    down, right = share[..., :1], share[..., 1:]
    upper = at(low[..., 0], low[..., 1]) * (1 - right) + at(low[..., 0], high[..., 1]) * right
    lower = at(high[..., 0], low[..., 1]) * (1 - right) + at(high[..., 0], high[..., 1]) * right
    return tf.reshape(upper * (1 - down) + lower * down, tf.shape(x))


@keras.saving.register_keras_serializable(package="skmlbio")
class RandomMove(keras.layers.Layer):
    """Turns, moves, scales and mirrors each image at random, in training.

    Called on x of shape (batch, height, width, n_channels) and, optionally, sizes of shape (batch, 2), int, of images
    with padding below and to the right.  The seed is part of the network's state, so the same fit moves the same images
    in the same way; see `moved_images`.

    Parameters
    ----------
    flip : {"horizontal", "vertical", "both"} or None, default=None
        Whether left and right are swapped, or top and bottom, or both, each with probability 1/2.
    rotation : float, default=0
        Largest angle, in degrees, to either side.
    shift : float, default=0
        Largest shift, as a share of height and width.
    scale : float, default=0
        Largest change of size, as a share: 0.1 makes images up to 1.1 times as large or as small.
    seed : int, optional
        Where the layer is called by itself; a fit draws its own.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import RandomMove
    >>> x = np.arange(4.0, dtype="float32").reshape(1, 2, 2, 1)
    >>> found = RandomMove("horizontal", seed=0)(np.repeat(x, 50, axis=0), training=True).numpy()
    >>> sorted({tuple(image.ravel().tolist()) for image in found})
    [(0.0, 1.0, 2.0, 3.0), (1.0, 0.0, 3.0, 2.0)]
    """

    gains_from_xla = False

    def __init__(
        self, flip: str | None = None, rotation: float = 0.0, shift: float = 0.0, scale: float = 0.0,
        seed: int | None = None, **options,
    ):  # fmt: skip
        super().__init__(**options)
        if flip not in (None, *FLIPS):
            raise ValueError(f"flip must be 'horizontal', 'vertical', 'both' or None, not {flip!r}")
        self.flip, self.rotation, self.shift, self.scale, self.seed = flip, rotation, shift, scale, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, sizes=None, training=False):
        if not training:
            return x
        n_images = tf.shape(x)[0]
        drawn = tf.random.stateless_uniform([n_images, 6], next_seed(self.seed_generator), -1, 1, alg="philox")
        angle = drawn[:, 0] * (self.rotation * math.pi / 180)
        factor = tf.exp(drawn[:, 1] * math.log1p(self.scale))
        signs = [
            tf.where(drawn[:, 4 + axis] < 0, -1.0, 1.0) if self.flip in (name, "both") else tf.ones(n_images)
            for axis, name in enumerate(("vertical", "horizontal"))
        ]
        cosine, sine = tf.cos(angle) * factor, tf.sin(angle) * factor
        matrices = tf.stack([cosine * signs[0], -sine * signs[1], sine * signs[0], cosine * signs[1]], axis=1)
        if sizes is None:
            sizes = tf.broadcast_to(tf.shape(x)[1:3], [n_images, 2])
        shifts = drawn[:, 2:4] * self.shift * tf.cast(sizes, tf.float32)
        return moved_images(x, tf.reshape(matrices, [-1, 2, 2]), shifts, sizes)

    def compute_output_shape(self, x_shape, sizes_shape=None):
        return x_shape

    def get_config(self):
        settings = {name: getattr(self, name) for name in ("flip", "rotation", "shift", "scale", "seed")}
        return super().get_config() | settings
