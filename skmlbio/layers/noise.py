"""Layers that draw random numbers while they train, and do nothing afterwards.

They do what Keras' layers of these names do, with a counter-based generator that is named (Philox, Salmon et al. 2011):
under XLA it is several times faster than the default.  What is set to 0 is the same under XLA; normal numbers are
others than those of TensorFlow alone, both the same ones every time.
"""

from __future__ import annotations

import keras
import tensorflow as tf

_NUMBERS = 2**16  # that 16 bits can be
_PHILOX = tf.random.Algorithm.PHILOX.value


def decisions(x: tf.Tensor, probability: float, seed: keras.random.SeedGenerator) -> tf.Tensor:
    """For every number of x, draw 1 with a probability, a multiple of 1 / 65,536, and 0 else.

    Two decisions share a random integer: 16 bits are enough for each.
    """
    n_numbers = tf.size(x)
    numbers = tf.reshape(tf.bitcast(_integers((n_numbers + 1) // 2, seed), tf.int16), [-1])[:n_numbers]
    drawn = numbers < tf.constant(_threshold(probability) - _NUMBERS // 2, tf.int16)
    return tf.reshape(tf.cast(drawn, x.dtype), tf.shape(x))


def _integers(n: tf.Tensor, seed: keras.random.SeedGenerator) -> tf.Tensor:
    """Draw n integers of 32 bits, with the seed as Philox' key and the number of the draw in the counter's upper half.

    `tf.random` draws a key from each seed first, which takes twice the operations.
    """
    key_and_draw = tf.cast(seed.next(), tf.uint64)
    counter = key_and_draw * tf.constant([0, 1], tf.uint64)
    return tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[n], key=key_and_draw[:1], counter=counter, alg=_PHILOX, dtype=tf.int32
    )


def _threshold(probability: float) -> int:
    """Return how many of 65,536 numbers mean yes; neither none nor all."""
    return min(max(round(probability * _NUMBERS), 1), _NUMBERS - 1)


def normal(shape, seed: keras.random.SeedGenerator) -> tf.Tensor:
    """Draw float32 numbers of mean 0 and variance 1."""
    return tf.random.stateless_normal(shape, next_seed(seed), alg="philox")


def next_seed(seed: keras.random.SeedGenerator) -> tf.Tensor:
    """Return a fresh seed for a stateless draw, an int32 pair."""
    return tf.cast(tf.math.floormod(tf.cast(seed.next(), tf.int64), tf.int32.max), tf.int32)


class NoiseLayer(keras.layers.Layer):
    """A layer with a seed, and a number that says how much noise it makes; where it is not trainable, none."""

    def __init__(self, amount: float, seed: int | None = None, **options):
        super().__init__(**options)
        self.amount, self.seed = amount, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def get_config(self):
        return super().get_config() | {"amount": self.amount, "seed": self.seed}

    def call(self, x, training=False):
        return self.disturb(x) if training and self.trainable and self.amount else x


@keras.saving.register_keras_serializable(package="skmlbio")
class Dropout(NoiseLayer):
    """Set a share `amount` of the numbers to 0 and scale up the rest, in training (Srivastava et al. 2014).

    Examples
    --------
    >>> import numpy as np
    >>> y = Dropout(0.5, seed=0)(np.ones((1, 1000), "float32"), training=True).numpy()
    >>> sorted(set(y.ravel().tolist()))
    [0.0, 2.0]
    """

    def disturb(self, x):
        kept = decisions(x, 1.0 - self.amount, self.seed_generator)
        return x * (kept * tf.cast(_NUMBERS / _threshold(1.0 - self.amount), x.dtype))


@keras.saving.register_keras_serializable(package="skmlbio")
class MaskingNoise(NoiseLayer):
    """Set a share `amount` of the numbers to 0, in training (Vincent et al. 2008).

    Examples
    --------
    >>> import numpy as np
    >>> y = MaskingNoise(0.5, seed=0)(np.ones((1, 1000), "float32"), training=True).numpy()
    >>> sorted(set(y.ravel().tolist()))
    [0.0, 1.0]
    """

    def disturb(self, x):
        return x * decisions(x, 1.0 - self.amount, self.seed_generator)


@keras.saving.register_keras_serializable(package="skmlbio")
class GaussianNoise(NoiseLayer):
    """Add normal numbers of standard deviation `amount`, in training.

    Examples
    --------
    >>> import numpy as np
    >>> y = GaussianNoise(0.1, seed=0)(np.zeros((1, 10_000), "float32"), training=True).numpy()
    >>> round(float(y.std()), 2)
    0.1
    """

    def disturb(self, x):
        return x + self.amount * tf.cast(normal(tf.shape(x), self.seed_generator), x.dtype)
