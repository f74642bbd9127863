"""How far two samples are apart, as distributions."""

from __future__ import annotations

import keras
import tensorflow as tf


def energy_terms(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Return what each pair of rows adds to the energy distance of x and y (Székely, Rizzo 2013).

    Parameters
    ----------
    x, y : tensors of shape (batch, n_features)
        Two samples.

    Returns
    -------
    tensor of shape (batch,)
        2 mean_j ‖x_i - y_j‖ - mean_j ‖x_i - x_j‖ - mean_j ‖y_i - y_j‖, whose mean over i is the distance.
    """
    return 2.0 * _mean_distances(x, y) - _mean_distances(x, x) - _mean_distances(y, y)


def _mean_distances(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    squares = _squares(x)[:, tf.newaxis] + _squares(y) - 2.0 * tf.matmul(x, y, transpose_b=True)
    return tf.reduce_mean(tf.sqrt(tf.nn.relu(squares)), axis=1)


def _squares(x: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(x**2, axis=1)


@keras.saving.register_keras_serializable(package="skmlbio")
class EnergyDistance(keras.layers.Layer):
    """`energy_terms` as a layer, to look at: it has no gradient.

    Examples
    --------
    >>> x, y = tf.constant([[0.0], [1.0]]), tf.constant([[3.0], [4.0]])
    >>> EnergyDistance()(x, y).numpy().tolist()
    [6.0, 4.0]
    """

    def call(self, x, y):
        return energy_terms(tf.stop_gradient(x), tf.stop_gradient(y))
