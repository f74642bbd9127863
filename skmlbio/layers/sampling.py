"""Random numbers that belong to samples, not to their places in a batch.

What is drawn for a sample follows from a seed and from the sample itself.  So it is the same in any order, any batch
and any process, and a sample that occurs twice counts exactly like one of weight 2.

A sample's numbers are the SplitMix64 sequence (Steele, Lea, Flood 2014) that begins at its key, and its key is a
multilinear hash (Lemire, Kaser 2014) of its bits.
"""

from __future__ import annotations

import math

import keras
import numpy as np
import tensorflow as tf

_GAMMA = 0x9E3779B97F4A7C15
_MIXERS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_BITS = 23  # of a random integer that becomes a number: with the half that is added, as many as a float32 holds


def mix(z: tf.Tensor) -> tf.Tensor:
    """Scramble the bits of 64-bit integers: the output function of SplitMix64, one to one."""
    for shift, factor in _MIXERS:
        z = tf.bitwise.bitwise_xor(z, _shifted(z, shift)) * tf.constant(factor, tf.uint64)
    return tf.bitwise.bitwise_xor(z, _shifted(z, 31))


def sequence(keys: tf.Tensor, n_numbers: int) -> tf.Tensor:
    """Return the first numbers of the SplitMix64 sequence of every key.

    Parameters
    ----------
    keys : tensor of shape (batch,), uint64
        Where the sequences begin.
    n_numbers : int
        How long they are.

    Returns
    -------
    tensor of shape (batch, n_numbers), uint64

    Examples
    --------
    >>> sequence(tf.constant([1234567], tf.uint64), 2).numpy()
    array([[6457827717110365317, 3203168211198807973]], dtype=uint64)
    """
    steps = np.arange(1, n_numbers + 1, dtype=np.uint64) * np.uint64(_GAMMA)
    return mix(keys[:, None] + tf.constant(steps))


def row_keys(x: tf.Tensor) -> tf.Tensor:
    """Return a key for every row: equal for rows of equal bits, and hardly ever for others.

    Parameters
    ----------
    x : tensor of shape (batch, n_features), float32 or float64
        Rows.

    Returns
    -------
    tensor of shape (batch,), uint64
    """
    bits = tf.bitcast(x, tf.uint32)
    n_words = math.prod(bits.shape[1:])  # two for each number of double precision
    words = tf.cast(tf.reshape(bits, (-1, n_words)), tf.uint64)
    multipliers = sequence(tf.zeros((1,), tf.uint64), n_words)
    return mix(tf.reduce_sum(words * multipliers, axis=1))


def seeded(keys: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return other keys for another seed.

    Parameters
    ----------
    keys : tensor of shape (batch,), uint64
        Keys.
    seed : tensor of shape () or (batch,), int
        One for all, or one for each.

    Returns
    -------
    tensor of shape (batch,), uint64
    """
    return mix(keys + mix(tf.cast(seed, tf.uint64) + tf.constant(_GAMMA, tf.uint64)))


def uniform(keys: tf.Tensor, n_numbers: int, dtype: str = "float32") -> tf.Tensor:
    """Draw numbers between 0 and 1, without either, for every key: (batch, n_numbers)."""
    return _fractions(_shifted(sequence(keys, n_numbers), 64 - _BITS), dtype)


def normal(keys: tf.Tensor, n_numbers: int, dtype: str = "float32") -> tf.Tensor:
    """Draw numbers of mean 0 and variance 1 for every key: (batch, n_numbers).

    Box and Muller's way (1958): sqrt(-2 log u) cos(2 pi v) and sqrt(-2 log u) sin(2 pi v).
    """
    integers = sequence(keys, (n_numbers + 1) // 2)
    first = _fractions(_shifted(integers, 64 - _BITS), dtype)
    second = _fractions(_shifted(integers, 64 - 2 * _BITS), dtype)
    radius, angle = tf.sqrt(-2.0 * tf.math.log(first)), 2.0 * math.pi * second
    return tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=1)[:, :n_numbers]


def _fractions(integers: tf.Tensor, dtype: str) -> tf.Tensor:
    """Turn the lowest bits of integers into numbers in (0, 1)."""
    lowest = tf.bitwise.bitwise_and(integers, tf.constant(2**_BITS - 1, tf.uint64))
    return (tf.cast(tf.cast(lowest, tf.int32), dtype) + 0.5) / 2**_BITS


def _shifted(z: tf.Tensor, n_bits: int) -> tf.Tensor:
    return tf.bitwise.right_shift(z, tf.constant(n_bits, tf.uint64))


class _RowNoise(keras.layers.Layer):
    """A layer whose random numbers follow from rows: in training, each call draws anew, otherwise always the same."""

    def __init__(self, seed: int | None = None, **options):
        super().__init__(autocast=False, **options)  # the keys of rows come from all of their bits
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def get_config(self):
        return super().get_config() | {"seed": self.seed}

    def keys(self, x, training):
        seed = self.seed_generator.next() if training else tf.zeros((2,), tf.int32)
        return seeded(seeded(row_keys(x), seed[0]), seed[1])


@keras.saving.register_keras_serializable(package="skmlbio")
class PosteriorDraw(_RowNoise):
    """Draw z = mean + scale * noise for every row, so that gradients reach mean and scale (Kingma, Welling 2014).

    In training, each call draws anew; otherwise the noise of a row is always the same, and figures of different epochs
    compare.

    Examples
    --------
    >>> x, mean, scale = np.eye(3, dtype="float32"), np.zeros((3, 2)), np.ones((3, 2))
    >>> draw = PosteriorDraw(seed=0)
    >>> bool(np.all(draw(x, mean, scale) == draw(x, mean, scale)))
    True
    >>> bool(np.any(draw(x, mean, scale, training=True) == draw(x, mean, scale, training=True)))
    False
    """

    def call(self, x, mean, scale, training=False):
        return mean + scale * normal(self.keys(x, training), mean.shape[1], mean.dtype)


@keras.saving.register_keras_serializable(package="skmlbio")
class RowDraw(_RowNoise):
    """Draw `latent_dim` standard normal numbers for every row; rows that are equal get the same.

    Examples
    --------
    >>> RowDraw(2)(np.eye(3, dtype="float32")).shape
    TensorShape([3, 2])
    """

    def __init__(self, latent_dim: int, **options):
        super().__init__(**options)
        self.latent_dim = latent_dim

    def get_config(self):
        return super().get_config() | {"latent_dim": self.latent_dim}

    def call(self, x, training=False):
        return normal(self.keys(x, training), self.latent_dim, self.compute_dtype)


@keras.saving.register_keras_serializable(package="skmlbio")
class Between(_RowNoise):
    """Draw a point between two for every row x, anywhere on the straight line from `first` to `second`.

    Gradients reach neither of them.

    Examples
    --------
    >>> x = np.eye(3, dtype="float32")
    >>> point = Between()(x, np.zeros((3, 1)), np.ones((3, 1))).numpy()
    >>> bool(((0 < point) & (point < 1)).all())
    True
    """

    _stream = 1  # not the numbers that `RowDraw` takes for these rows

    def call(self, x, first, second, training=False):
        share = uniform(seeded(self.keys(x, training), self._stream), 1, first.dtype)
        return tf.stop_gradient((1.0 - share) * first + share * second)


@keras.saving.register_keras_serializable(package="skmlbio")
class PriorDraw(keras.layers.Layer):
    """Draw `latent_dim` standard normal numbers for every (number, seed): the same for the same pair.

    Examples
    --------
    >>> PriorDraw(2)(tf.constant([0, 1]), tf.constant([7, 7])).shape
    TensorShape([2, 2])
    """

    def __init__(self, latent_dim: int, **options):
        super().__init__(**options)
        self.latent_dim = latent_dim

    def get_config(self):
        return super().get_config() | {"latent_dim": self.latent_dim}

    def call(self, number, seed):
        return normal(seeded(tf.cast(number, tf.uint64), seed), self.latent_dim, self.compute_dtype)
