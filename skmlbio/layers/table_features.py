"""What an encoder sees of a table some cells of which are missing."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="skmlbio")
class LogColumns(keras.layers.Layer):
    """log(1 + x) of some columns, and the others as they are.

    Parameters
    ----------
    flags : sequence of bool
        Which.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> LogColumns([True, False])(tf.constant([[0.0, -5.0]])).numpy().tolist()
    [[0.0, -5.0]]
    """

    def __init__(self, flags: Sequence[bool], **options):
        super().__init__(**options)
        self.flags = [bool(flag) for flag in flags]

    def get_config(self):
        return super().get_config() | {"flags": self.flags}

    def call(self, x):
        flags = tf.constant(self.flags)
        return tf.where(flags, tf.math.log1p(tf.where(flags, x, tf.zeros_like(x))), x)


@keras.saving.register_keras_serializable(package="skmlbio")
class KnownFeatures(keras.layers.Layer):
    """Standardised features, 0 where they are NaN, which is the mean, and beside them 1 for each that is known.

    Examples
    --------
    >>> KnownFeatures()(tf.constant([[2.0, float("nan")]])).numpy().tolist()
    [[2.0, 0.0, 1.0, 0.0]]
    """

    def call(self, x):
        missing = tf.math.is_nan(x)
        return tf.concat([tf.where(missing, tf.zeros_like(x), x), tf.cast(~missing, x.dtype)], axis=1)
