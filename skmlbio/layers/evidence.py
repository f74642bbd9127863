"""The terms of the evidence of a variational auto-encoder, and draws from it; likelihoods stand side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import keras
import tensorflow as tf

from skmlbio.layers.counts import NegativeBinomial, Poisson, ZeroInflatedNegativeBinomial
from skmlbio.layers.likelihood import Bernoulli, Categorical, Gaussian, Likelihood
from skmlbio.layers.sampling import normal, row_keys, seeded
from skmlbio.layers.standardize import Standardize

LIKELIHOODS = {
    likelihood.kind: likelihood
    for likelihood in (Gaussian, Bernoulli, Categorical, Poisson, NegativeBinomial, ZeroInflatedNegativeBinomial)
}


def likelihood_of(kind: str, **options) -> Likelihood:
    """Return a likelihood by its kind."""
    return LIKELIHOODS[kind](**options)


def normal_divergence(mean: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """KL(N(mean, scale^2) || N(0, 1)) = (mean^2 + scale^2 - 1) / 2 - log(scale), element by element.

    Kingma, Welling (2014), appendix B.
    """
    return 0.5 * (mean**2 + scale**2 - 1.0) - tf.math.log(scale)


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


class _OfParts(keras.layers.Layer):
    """A layer that goes through likelihoods side by side, each with its features and its parameters.

    Parameters
    ----------
    parts : sequence of dict
        The arguments of `likelihood_of`, one a likelihood.
    """

    def __init__(self, parts: Sequence[dict], **options):
        super().__init__(autocast=False, **options)  # library sizes and raw features keep their digits
        self.parts = [dict(part) for part in parts]

    def get_config(self):
        return super().get_config() | {"parts": self.parts}

    def _each(self, parameters: Sequence[tf.Tensor]) -> Iterator[tuple[Likelihood, slice, Sequence[tf.Tensor]]]:
        """Yield each likelihood with the places of its features and its own parameters."""
        first = 0
        for part in self.parts:
            likelihood = likelihood_of(**part)
            mine, parameters = parameters[: likelihood.n_parameters], parameters[likelihood.n_parameters :]
            yield likelihood, slice(first, first + likelihood.n_features), mine
            first += likelihood.n_features


def _side_by_side(tensors: list[tf.Tensor]) -> tf.Tensor:
    return tensors[0] if len(tensors) == 1 else tf.concat(tensors, axis=1)


class LogLikelihood(_OfParts):
    """Sum the log-likelihood of a row over its features, leaving out those that are NaN.

    Parameters
    ----------
    parts : sequence of dict
        As in `likelihood_of`.  Gaussian features, which may be standardised, stand first.
    units : Standardize, optional
        The layer that brought them to mean 0 and variance 1, or, where they are the pixels of an image one after the
        other, their channels.  A density of (x - m) / s becomes one of x when it is
        divided by s, for every feature.  A feature that is constant has no density: it adds 0 where it has its
        constant, and elsewhere as much as a normal density falls within that distance, -(d / smallest_scale)^2 / 2.
    with_gaps : bool
        Whether features may be NaN.

    Examples
    --------
    >>> x, mean, raw = tf.zeros((1, 2)), tf.zeros((1, 2)), tf.zeros((1, 2))
    >>> LogLikelihood([{"kind": "gaussian", "n_features": 2, "variance": 1.0}])(x, mean).numpy().tolist()  # -log(2 pi)
    [-1.8378...]
    """

    def __init__(self, parts, units: Standardize | None = None, with_gaps: bool = False, **options):
        super().__init__(parts, **options)
        self._units = [units] if units else []  # in a list, so that Keras counts its weights once, where they belong
        self.with_gaps = with_gaps

    def call(self, x, *parameters):
        """Add up densities; x are rows of which Gaussian features are standardised."""
        total = []
        for likelihood, places, mine in self._each(parameters):
            values = tf.cast(x[:, places] if len(self.parts) > 1 else x, mine[0].dtype)
            known = ~tf.math.is_nan(values) if self.with_gaps else None
            values = values if known is None else tf.where(known, values, tf.zeros_like(values))
            densities = likelihood.log_density(values, *mine)
            if self._units and isinstance(likelihood, Gaussian):
                densities = self._in_units(values, densities, likelihood.smallest_scale)
            densities = densities if known is None else tf.where(known, densities, tf.zeros_like(densities))
            total.append(tf.reduce_sum(densities, axis=1))
        return sum(total[1:], total[0])

    def _in_units(self, x, densities, smallest_scale):
        scale = self._units[0].scale.value
        if scale.shape[0] != x.shape[1]:  # of channels, which all pixels of a row have
            scale = tf.tile(scale, [x.shape[1] // scale.shape[0]])
        varies = scale != 0
        densities = tf.where(varies, densities, -0.5 * (x / smallest_scale) ** 2)
        shift = tf.math.log(tf.where(varies, scale, tf.ones_like(scale)))
        return densities - tf.cast(shift, densities.dtype)


@keras.saving.register_keras_serializable(package="skmlbio")
class LikelihoodMean(_OfParts):
    """The mean of x given z, with the parameters of the likelihoods.

    Examples
    --------
    >>> LikelihoodMean([{"kind": "bernoulli", "n_features": 2}])(tf.constant([[0.0, 99.0]])).numpy().tolist()
    [[0.5, 1.0]]
    """

    def call(self, *parameters):
        return _side_by_side([likelihood.mean(*mine) for likelihood, _, mine in self._each(parameters)])


@keras.saving.register_keras_serializable(package="skmlbio")
class LikelihoodDraw(_OfParts):
    """Draw rows from the likelihood, for every (number, seed): the same for the same pair and parameters.

    Examples
    --------
    >>> number = seed = tf.constant([0, 1])
    >>> draw = LikelihoodDraw([{"kind": "bernoulli", "n_features": 2}])
    >>> draw(number, seed, tf.constant([[-99.0, 99.0], [99.0, 99.0]])).numpy().tolist()
    [[0.0, 1.0], [1.0, 1.0]]
    """

    _stream = 1  # not the numbers that z is made of

    def call(self, number, seed, *parameters):
        keys = seeded(seeded(tf.cast(number, tf.uint64), seed), self._stream)
        drawn = []
        for place, (likelihood, _, mine) in enumerate(self._each(parameters)):
            drawn.append(likelihood.draw(seeded(keys, place) if place else keys, *mine))
        return _side_by_side(drawn)


class ImportanceWeightedBound(keras.layers.Layer):
    """Bound the log-likelihood of rows from below: log(mean_k p(x | z_k) p(z_k) / q(z_k | x)), with z_k from q.

    See Burda et al. (2016).  Draws are made one after another, so memory does not grow with their number, and follow
    from the row and its seed.

    Parameters
    ----------
    decode : callable
        From z and what the decoder is given beside it to the parameters of the likelihoods.
    likelihood : LogLikelihood
        log p(x | z).
    """

    def __init__(self, decode, likelihood: LogLikelihood, **options):
        super().__init__(autocast=False, **options)  # the keys of rows come from all of their bits
        self.decode, self.likelihood = decode, likelihood

    def call(self, x, features, mean, scale, seed, n_draws, *beside):
        keys = seeded(row_keys(x), seed)
        n_draws = tf.reduce_max(n_draws)

        def add_draw(k, total):
            noise = normal(seeded(keys, k), mean.shape[1], mean.dtype)
            z = mean + scale * noise
            prior_by_posterior = tf.reduce_sum(0.5 * (noise**2 - z**2) + tf.math.log(scale), axis=1)
            weight = self.likelihood(features, *self.decode(z, *beside)) + prior_by_posterior
            return k + 1, tf.experimental.numpy.logaddexp(total, weight)

        nothing = tf.fill(tf.shape(keys), tf.constant(-math.inf, mean.dtype))
        _, total = tf.while_loop(lambda k, total: k < n_draws, add_draw, [tf.zeros((), n_draws.dtype), nothing])
        return total - tf.math.log(tf.cast(n_draws, mean.dtype))
