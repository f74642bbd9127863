"""Losses of single rows, by the names that Keras gives them."""

from __future__ import annotations

import math

import tensorflow as tf

_HUBER_DELTA = 1.0


def squared_error(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """(y - f)^2, element by element."""
    return tf.math.squared_difference(targets, outputs)


def absolute_error(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """|y - f|, element by element."""
    return tf.abs(targets - outputs)


def huber(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Square near 0, straight beyond 1 (Huber 1964), element by element."""
    error = tf.abs(targets - outputs)
    return tf.where(error <= _HUBER_DELTA, 0.5 * error**2, _HUBER_DELTA * (error - 0.5 * _HUBER_DELTA))


def binary_crossentropy(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """-y log(p) - (1 - y) log(1 - p) with p = sigmoid(logit), element by element."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)


ELEMENTWISE = {"mse": squared_error, "mae": absolute_error, "huber": huber, "binary_crossentropy": binary_crossentropy}


def mean_over_features(values: tf.Tensor) -> tf.Tensor:
    """Average all axes but the first."""
    return tf.reduce_mean(tf.reshape(values, (-1, math.prod(values.shape[1:]))), axis=1)
