"""Columns of any scale, brought to mean 0 and variance 1 inside the network."""

from __future__ import annotations

import keras


def standardize(x, mean, scale):
    """(x - mean) / scale."""
    return (x - mean) / scale


def unstandardize(z, mean, scale):
    """Undo `standardize`: z * scale + mean."""
    return z * scale + mean


@keras.saving.register_keras_serializable(package="skmlbio")
class Standardize(keras.layers.Layer):
    """Standardise the last axis with a mean and a scale that are weights, and so travel with the network.

    They are not trained: an estimator writes them before the first step.  Until then the layer changes nothing.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Standardize()
    >>> layer.build((None, 2))
    >>> layer.set_weights([np.array([1.0, 2.0]), np.array([1.0, 10.0])])
    >>> layer(np.array([[2.0, 12.0]])).numpy().tolist()
    [[1.0, 1.0]]
    >>> layer(np.array([[1.0, 1.0]]), inverse=True).numpy().tolist()
    [[2.0, 12.0]]
    """

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.mean = self.add_weight(name="mean", shape=shape, initializer="zeros", trainable=False)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones", trainable=False)
        self.built = True

    def call(self, x, inverse=False):
        return (unstandardize if inverse else standardize)(x, self.mean, self.scale)
