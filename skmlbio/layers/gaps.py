"""Rows of which numbers are missing: NaN goes in, and no layer behind these sees it."""

from __future__ import annotations

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="skmlbio")
class Known(keras.layers.Layer):
    """Tell what is there, by 1, from what is missing, by 0.

    Examples
    --------
    >>> Known()(tf.constant([[2.0, float("nan")]])).numpy().tolist()
    [[1.0, 0.0]]
    """

    def __init__(self, **options):
        super().__init__(autocast=False, **options)

    def call(self, x):
        return tf.cast(~tf.math.is_nan(x), self.compute_dtype)


@keras.saving.register_keras_serializable(package="skmlbio")
class FillGaps(keras.layers.Layer):
    """Put a number for each feature where it is not known: its mean, which an estimator writes before the first step.

    Examples
    --------
    >>> x = tf.constant([[2.0, float("nan")]])
    >>> FillGaps()(x, Known()(x)).numpy().tolist()
    [[2.0, 0.0]]
    """

    def __init__(self, **options):
        super().__init__(autocast=False, **options)

    def build(self, input_shape, *others):
        self.mean = self.add_weight(
            name="mean", initializer="zeros", shape=(input_shape[-1],), dtype="float64", trainable=False, autocast=False
        )
        self.built = True

    def call(self, x, known):
        return tf.where(known > 0, x, tf.cast(self.mean.value, x.dtype))


@keras.saving.register_keras_serializable(package="skmlbio")
class DenseBesideGaps(keras.layers.Dense):
    """activation(x W + (1 - known) V + b): a dense layer of x with the mask of what is known beside it.

    It is one of both side by side, without a copy of them.  V begins with zeros.
    """

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.input_spec = None  # a dense layer has one input

    def build(self, input_shape):
        super().build(input_shape[0])
        shape = input_shape[1][-1], self.units
        self.gap_kernel = self.add_weight(name="gap_kernel", shape=shape, initializer="zeros")
        self.input_spec = None

    def call(self, inputs):
        x, known = inputs
        return self.activation(x @ self.kernel + (1 - known) @ self.gap_kernel + self.bias)

    def compute_output_shape(self, input_shape):
        return super().compute_output_shape(input_shape[0])
