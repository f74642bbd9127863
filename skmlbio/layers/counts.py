"""Likelihoods of counts, and what an encoder sees of counts.

Log-probabilities are differences of large numbers: that of a count of 1e6 is some -8, and the logarithm of its
factorial 1e7, of which single precision keeps no digit behind the point.  So they are written in what is left of
Stirling's formula, g(a) = log Gamma(a) - (a - 1/2) log(a) + a - log(2 pi) / 2, as Loader does (2000, Fast and accurate
computation of binomial probabilities), and in logarithms of quotients near 1.
"""

from __future__ import annotations

import math

import keras
import tensorflow as tf

from skmlbio.layers.likelihood import Likelihood
from skmlbio.layers.sampling import seeded, uniform

LARGEST_COUNT = 10**9
N_SIZES = 256  # of libraries, that stand for their distribution

_CONSTANT = 1.0 - 0.5 * math.log(2.0 * math.pi)
_STIELTJES = (1 / 12, 1 / 30, 53 / 210, 195 / 371, 22999 / 22737, 29944523 / 19733142)
_SMALLEST_MEAN = 1e-8
_SMALLEST_DISPERSION = 1e-4  # below it, no sample of single precision differs from a Poisson one
_LARGEST_EXPONENT = 20.0
_USUAL_ZEROS = -3.0  # logit of zeros that are added, before anything is learned of them: few


def stirling_rest(a: tf.Tensor) -> tf.Tensor:
    """g(a) for a >= 1, by Stieltjes' continued fraction: 1e-5 off at 1, and ever less above."""
    *inner, last = _STIELTJES
    rest = last / a
    for term in inner[::-1]:
        rest = term / (a + rest)
    return rest


def log_quotient(top: tf.Tensor, bottom: tf.Tensor, difference: tf.Tensor) -> tf.Tensor:
    """log(top / bottom) of positive numbers, from their difference where they are near each other."""
    near = 2.0 * top > bottom
    quotient = tf.where(near, tf.ones_like(top), top / bottom)
    return tf.where(near, tf.math.log1p(tf.where(near, difference, tf.zeros_like(top)) / bottom), tf.math.log(quotient))


def poisson_log_likelihood(x: tf.Tensor, mean: tf.Tensor) -> tf.Tensor:
    """x log(mean) - mean - log(x!), element by element; means are above 0."""
    x = tf.convert_to_tensor(x)
    from_mean = x * log_quotient(mean, x + 1.0, mean - x - 1.0) + (x - mean)
    counted = _CONSTANT - 0.5 * tf.math.log(x + 1.0) - stirling_rest(x + 1.0)
    return from_mean + tf.where(x > 0, counted, tf.zeros_like(counted))


def negative_binomial_log_likelihood(x: tf.Tensor, mean: tf.Tensor, dispersion: tf.Tensor) -> tf.Tensor:
    """Return log p(x) of counts with the variance mean + dispersion * mean^2, element by element.

    With r = 1 / dispersion it is log Gamma(x + r) - log Gamma(r) - log(x!) + r log(r / (r + mean))
    + x log(mean / (r + mean)).
    """
    x, r = tf.convert_to_tensor(x), 1.0 / dispersion
    of_count = log_quotient((x + r) * mean, (x + 1.0) * (r + mean), r * (mean - x) - r - mean)
    of_dispersion = log_quotient(x + r, r + mean, x - mean)
    some = x > 0
    rest = stirling_rest(tf.where(some, x + r, tf.ones_like(x + r))) - _rest_of_any(r)
    counted = _CONSTANT - 0.5 * tf.math.log((x + 1.0) * (1.0 + x / r)) - stirling_rest(x + 1.0) + rest
    return x * of_count + r * of_dispersion + tf.where(some, counted, tf.zeros_like(counted))


def _rest_of_any(a: tf.Tensor) -> tf.Tensor:
    """g(a) for any a > 0."""
    shifted = a + 1.0
    return stirling_rest(shifted) + (a + 0.5) * tf.math.log1p(1.0 / a) - 1.0


def with_zeros(x: tf.Tensor, log_likelihood: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return log(p(x) (1 - s)), or log(s + p(0) (1 - s)) where x is 0, with s = sigmoid(logit)."""
    some, none = tf.nn.softplus(logits), tf.nn.softplus(-logits)
    return tf.where(x > 0, log_likelihood - some, tf.nn.softplus(log_likelihood - logits) - none)


class _Counts(Likelihood):
    """Counts of mean exp(output), or of the share softmax(output) of a library."""

    logarithmic = True
    has_offset = True

    def rate(self, parameters: tuple[tf.Tensor, ...]) -> tf.Tensor:
        """Return the means of the counts, above 0."""
        logits = parameters[0]
        if not self.of_library:
            return tf.exp(tf.minimum(logits, _LARGEST_EXPONENT)) + _SMALLEST_MEAN
        return tf.nn.softmax(logits) * tf.cast(parameters[-1], logits.dtype)[:, tf.newaxis] + _SMALLEST_MEAN

    def mean(self, *parameters):
        return self.rate(parameters)

    def draw(self, keys, *parameters):
        return _poisson(seeded(keys, 1), self.rate(parameters))


class Poisson(_Counts):
    """Counts whose variance is their mean."""

    kind = "poisson"

    def log_density(self, x, *parameters):
        return poisson_log_likelihood(x, self.rate(parameters))


class NegativeBinomial(_Counts):
    """Counts of the variance mean + dispersion * mean^2."""

    kind = "negative_binomial"

    def outputs(self):
        learned = {"output_dispersion": self.variance} if isinstance(self.variance, str) else {}
        return super().outputs() | learned

    def dispersion(self, parameters: tuple[tf.Tensor, ...]) -> tf.Tensor:
        """Return the dispersion, of every row or of all."""
        if not isinstance(self.variance, str):
            return tf.constant(self.variance, parameters[0].dtype)
        return tf.exp(tf.minimum(parameters[1], _LARGEST_EXPONENT)) + _SMALLEST_DISPERSION

    def log_density(self, x, *parameters):
        return negative_binomial_log_likelihood(x, self.rate(parameters), self.dispersion(parameters))

    def draw(self, keys, *parameters):
        mean, dispersion = self.rate(parameters), self.dispersion(parameters)
        shape = tf.broadcast_to(1.0 / dispersion, tf.shape(mean))
        return _poisson(seeded(keys, 1), mean * dispersion * _gamma(seeded(keys, 2), shape))


class ZeroInflatedNegativeBinomial(NegativeBinomial):
    """Those counts, but 0 with the probability sigmoid(zeros - 3); the mean is that without such zeros."""

    kind = "zero_inflated_negative_binomial"

    def outputs(self):
        return super().outputs() | {"output_zeros": "decoder"}

    def zeros(self, parameters: tuple[tf.Tensor, ...]) -> tf.Tensor:
        """Return the logits of the zeros."""
        return parameters[len(self.outputs()) - 1] + _USUAL_ZEROS

    def log_density(self, x, *parameters):
        return with_zeros(x, super().log_density(x, *parameters), self.zeros(parameters))

    def draw(self, keys, *parameters):
        chance = tf.sigmoid(-self.zeros(parameters))
        counted = uniform(seeded(keys, 3), self.n_features, chance.dtype) < chance
        return super().draw(keys, *parameters) * tf.cast(counted, chance.dtype)


def _poisson(keys: tf.Tensor, mean: tf.Tensor) -> tf.Tensor:
    return _row_by_row(tf.random.stateless_poisson, keys, mean)


def _gamma(keys: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    return _row_by_row(tf.random.stateless_gamma, keys, shape)


def _row_by_row(draw, keys: tf.Tensor, parameter: tf.Tensor) -> tf.Tensor:
    """Draw a row with each key, so that it does not depend on the row's place among others."""

    def one(row):
        key, numbers = row
        return draw(tf.shape(numbers), tf.bitcast(key, tf.int32), numbers, dtype=tf.float64)

    spec = tf.TensorSpec(parameter.shape[1:], tf.float64)
    return tf.cast(tf.map_fn(one, (keys, tf.cast(parameter, tf.float64)), fn_output_signature=spec), parameter.dtype)


@keras.saving.register_keras_serializable(package="skmlbio")
class LogCounts(keras.layers.Layer):
    """log(1 + x) of rows that are brought to one library size first: the median of those in training.

    The library sizes of training are kept as quantiles, which are weights that are not trained.

    Examples
    --------
    >>> import numpy as np
    >>> layer = LogCounts()
    >>> layer.build((None, 2))
    >>> layer.set_weights([np.full(256, 10.0)])
    >>> np.expm1(layer(np.array([[1.0, 1.0], [0.0, 0.0]]))).round(3).tolist()
    [[5.0, 5.0], [0.0, 0.0]]
    """

    def build(self, input_shape):
        options = {"initializer": "ones", "trainable": False, "autocast": False}
        self.sizes = self.add_weight(name="sizes", shape=(N_SIZES,), dtype="float64", **options)
        self.built = True

    def call(self, x):
        typical = tf.cast(self.sizes.value[N_SIZES // 2], x.dtype)
        return tf.math.log1p(x * (typical / tf.maximum(tf.reduce_sum(x, axis=1, keepdims=True), 1.0)))


class LibraryDraw(keras.layers.Layer):
    """Draw a library size of training for every (number, seed): the same for the same pair.

    Parameters
    ----------
    counts : LogCounts
        The layer that keeps them.
    """

    def __init__(self, counts: LogCounts, **options):
        super().__init__(**options)
        self._counts = [counts]  # in a list, so that Keras counts its weights once, where they belong

    def call(self, number, seed):
        keys = seeded(seeded(tf.cast(number, tf.uint64), seed), 4)
        place = tf.cast(uniform(keys, 1)[:, 0] * N_SIZES, tf.int32)
        return tf.gather(tf.cast(self._counts[0].sizes.value, tf.float32), place)
