"""How likely samples are under what a decoder says of them, in nats."""

from __future__ import annotations

import math

import keras
import tensorflow as tf

from skmlbio.layers.sampling import normal, row_keys, seeded, uniform
from skmlbio.layers.standardize import Standardize


def gaussian_log_likelihood(x: tf.Tensor, mean: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """log N(x; mean, scale^2) = -((x - mean) / scale)^2 / 2 - log(scale) - log(2 pi) / 2, element by element."""
    return -0.5 * ((x - mean) / scale) ** 2 - tf.math.log(scale) - 0.5 * math.log(2.0 * math.pi)


def bernoulli_log_likelihood(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """x log(p) + (1 - x) log(1 - p) with p = sigmoid(logit), element by element."""
    return -tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)


def normal_divergence(mean: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """KL(N(mean, scale^2) || N(0, 1)) = (mean^2 + scale^2 - 1) / 2 - log(scale), element by element.

    Kingma, Welling (2014), appendix B.
    """
    return 0.5 * (mean**2 + scale**2 - 1.0) - tf.math.log(scale)


@keras.saving.register_keras_serializable(package="skmlbio")
class Scale(keras.layers.Layer):
    """Turn any numbers into standard deviations: floor + log(1 + exp(x)).

    Examples
    --------
    >>> Scale(floor=0.5)(tf.constant([[-1e3, 10.0]])).numpy().round(3).tolist()
    [[0.5, 10.5]]
    """

    def __init__(self, floor: float, **options):
        super().__init__(**options)
        self.floor = floor

    def get_config(self):
        return super().get_config() | {"floor": self.floor}

    def call(self, x):
        return self.floor + tf.nn.softplus(x)


@keras.saving.register_keras_serializable(package="skmlbio")
class SameForAllRows(keras.layers.Layer):
    """Give every row the same numbers, one for each of its features, that are learned.

    Examples
    --------
    >>> SameForAllRows()(tf.ones((2, 3))).numpy().tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """

    def build(self, input_shape):
        self.value = self.add_weight(name="value", shape=(input_shape[-1],), initializer="zeros")
        self.built = True

    def call(self, x):
        return tf.zeros_like(x) + self.value


@keras.saving.register_keras_serializable(package="skmlbio")
class NormalDivergence(keras.layers.Layer):
    """`normal_divergence` as a layer.

    Examples
    --------
    >>> NormalDivergence()(tf.constant([[0.0, 2.0]]), tf.constant([[1.0, 1.0]])).numpy().tolist()
    [[0.0, 2.0]]
    """

    def call(self, mean, scale):
        return normal_divergence(mean, scale)


@keras.saving.register_keras_serializable(package="skmlbio")
class LogLikelihood(keras.layers.Layer):
    """Sum the log-likelihood of a row over its features.

    Parameters
    ----------
    kind : {"gaussian", "bernoulli"}
        Gaussian rows come with a mean and a scale, Bernoulli rows with logits.
    units : Standardize, optional
        The layer that brought the rows to mean 0 and variance 1.  A density of (x - m) / s becomes one of x when it is
        divided by s, for every feature.  A feature that is constant has no density: it adds 0 where it has its
        constant, and elsewhere as much as a normal density falls within that distance, -(d / smallest_scale)^2 / 2.
    smallest_scale : float
        The least standard deviation that rows come with.

    Examples
    --------
    >>> x, mean, scale = tf.zeros((1, 2)), tf.zeros((1, 2)), tf.ones((1, 2))
    >>> LogLikelihood("gaussian")(x, mean, scale).numpy().tolist()  # -log(2 pi)
    [-1.8378...]
    """

    def __init__(self, kind: str, units: Standardize | None = None, smallest_scale: float = 1.0, **options):
        super().__init__(**options)
        self.kind, self.smallest_scale = kind, smallest_scale
        self._units = [units] if units else []  # in a list, so that Keras counts its weights once, where they belong

    def call(self, x, *parameters):
        if self.kind == "bernoulli":
            return tf.reduce_sum(bernoulli_log_likelihood(x, *parameters), axis=1)
        densities = gaussian_log_likelihood(x, *parameters)
        if not self._units:
            return tf.reduce_sum(densities, axis=1)
        scale = self._units[0].scale.value
        varies = scale != 0
        densities = tf.where(varies, densities, -0.5 * (x / self.smallest_scale) ** 2)
        shift = tf.reduce_sum(tf.math.log(tf.where(varies, scale, tf.ones_like(scale))))
        return tf.reduce_sum(densities, axis=1) - tf.cast(shift, densities.dtype)


@keras.saving.register_keras_serializable(package="skmlbio")
class LikelihoodDraw(keras.layers.Layer):
    """Draw rows from the likelihood, for every (number, seed): the same for the same pair and parameters.

    Parameters
    ----------
    kind : {"gaussian", "bernoulli"}
        As in `LogLikelihood`.

    Examples
    --------
    >>> number = seed = tf.constant([0, 1])
    >>> LikelihoodDraw("bernoulli")(number, seed, tf.constant([[-99.0, 99.0], [99.0, 99.0]])).numpy().tolist()
    [[0.0, 1.0], [1.0, 1.0]]
    """

    _stream = 1  # not the numbers that z is made of

    def __init__(self, kind: str, **options):
        super().__init__(**options)
        self.kind = kind

    def get_config(self):
        return super().get_config() | {"kind": self.kind}

    def call(self, number, seed, *parameters):
        keys = seeded(seeded(tf.cast(number, tf.uint64), seed), self._stream)
        n_features, dtype = parameters[0].shape[1], parameters[0].dtype
        if self.kind == "bernoulli":
            return tf.cast(uniform(keys, n_features, dtype) < tf.sigmoid(parameters[0]), dtype)
        mean, scale = parameters
        return mean + scale * normal(keys, n_features, dtype)


class ImportanceWeightedBound(keras.layers.Layer):
    """Bound the log-likelihood of rows from below: log(mean_k p(x | z_k) p(z_k) / q(z_k | x)), with z_k from q.

    See Burda et al. (2016).  Draws are made one after another, so memory does not grow with their number, and follow
    from the row and its seed.

    Parameters
    ----------
    decoder : keras.Model
        From z to the parameters of the likelihood, one or more.
    likelihood : LogLikelihood
        log p(x | z).
    """

    def __init__(self, decoder: keras.Model, likelihood: LogLikelihood, **options):
        super().__init__(autocast=False, **options)  # the keys of rows come from all of their bits
        self.decoder, self.likelihood = decoder, likelihood

    def call(self, x, features, mean, scale, seed, n_draws):
        keys = seeded(row_keys(x), seed)
        n_draws = tf.reduce_max(n_draws)

        def add_draw(k, total):
            noise = normal(seeded(keys, k), mean.shape[1], mean.dtype)
            z = mean + scale * noise
            prior_by_posterior = tf.reduce_sum(0.5 * (noise**2 - z**2) + tf.math.log(scale), axis=1)
            weight = self.likelihood(features, *keras.tree.flatten(self.decoder(z))) + prior_by_posterior
            return k + 1, tf.experimental.numpy.logaddexp(total, weight)

        nothing = tf.fill(tf.shape(keys), tf.constant(-math.inf, mean.dtype))
        _, total = tf.while_loop(lambda k, total: k < n_draws, add_draw, [tf.zeros((), n_draws.dtype), nothing])
        return total - tf.math.log(tf.cast(n_draws, mean.dtype))
