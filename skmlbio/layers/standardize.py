"""Columns of any scale, brought to mean 0 and variance 1 inside the network."""

from __future__ import annotations

import keras


def standardize(x, mean, scale):
    """(x - mean) / scale, where a scale of 0, that of a constant column, counts as 1."""
    return (x - mean) / keras.ops.where(scale == 0, 1.0, scale)


def unstandardize(z, mean, scale):
    """Undo `standardize`: z * scale + mean, which for a constant column is that constant whatever z is."""
    return z * scale + mean


@keras.saving.register_keras_serializable(package="skmlbio")
class Standardize(keras.layers.Layer):
    """Standardise the last axis with a mean and a scale that are weights, and so travel with the network.

    They are not trained: an estimator writes them before the first step.  Until then the layer changes nothing.

    Both are of double precision, and so is the arithmetic: single precision would round 1,700,000,001 to
    1,700,000,000 before it is centred.  The standardised numbers have the precision of the layer; the way back returns
    float64.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Standardize()
    >>> layer.build((None, 2))
    >>> layer.set_weights([np.array([1.7e9, 2.0]), np.array([1.0, 10.0])])
    >>> z = layer(np.array([[1.7e9 + 1, 12.0]]))
    >>> z.numpy()
    array([[1., 1.]], dtype=float32)
    >>> layer(z, inverse=True).numpy().tolist()
    [[1700000001.0, 12.0]]
    """

    def __init__(self, **options):
        super().__init__(autocast=False, **options)

    def build(self, input_shape):
        options = {"shape": (input_shape[-1],), "dtype": "float64", "trainable": False, "autocast": False}
        self.mean = self.add_weight(name="mean", initializer="zeros", **options)
        self.scale = self.add_weight(name="scale", initializer="ones", **options)
        self.built = True

    def call(self, x, inverse=False):
        x, mean, scale = keras.ops.cast(x, "float64"), self.mean.value, self.scale.value
        if inverse:
            return unstandardize(x, mean, scale)
        return keras.ops.cast(standardize(x, mean, scale), self.compute_dtype)
