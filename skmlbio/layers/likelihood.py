"""How features are distributed, given what a decoder says of them: one class a likelihood, all with the same verbs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import keras
import tensorflow as tf

from skmlbio.layers.sampling import normal, uniform

_SMALLEST_SCALE = 1e-2  # of a Gaussian whose variance is learned, so that no density grows without bound


def gaussian_log_likelihood(x: tf.Tensor, mean: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """log N(x; mean, scale^2) = -((x - mean) / scale)^2 / 2 - log(scale) - log(2 pi) / 2, element by element."""
    return -0.5 * ((x - mean) / scale) ** 2 - tf.math.log(scale) - 0.5 * math.log(2.0 * math.pi)


def bernoulli_log_likelihood(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """x log(p) + (1 - x) log(1 - p) with p = sigmoid(logit), element by element."""
    return -tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)


@dataclass(frozen=True)
class Likelihood:
    """p(x | z) of some features, which are independent of each other given z.

    Parameters
    ----------
    n_features : int
        How many features there are.
    variance : float, "feature", "decoder" or None
        Of likelihoods that have a variance of their own: fixed, learned for each feature, or computed by the decoder.
    of_library : bool
        Whether means are shares of a library size, which comes as the last of the parameters; of counts only.
    """

    n_features: int
    variance: float | str | None = None
    of_library: bool = False

    kind: ClassVar[str]
    logarithmic: ClassVar[bool] = False  # whether an encoder sees log(1 + x)
    has_offset: ClassVar[bool] = False  # whether outputs begin at logarithms of what is usual

    def outputs(self) -> dict[str, str]:
        """Return what is learned for every feature, by name: by the "decoder" for each row, or the same for all."""
        return {"output": "decoder"}

    @property
    def n_parameters(self) -> int:
        """How many tensors the other methods take as parameters."""
        return len(self.outputs()) + self.of_library

    def log_density(self, x: tf.Tensor, *parameters: tf.Tensor) -> tf.Tensor:
        """Return log p(x | z) in nats, for every row and feature."""
        raise NotImplementedError

    def mean(self, *parameters: tf.Tensor) -> tf.Tensor:
        """Return the mean of x given z, for every row and feature."""
        raise NotImplementedError

    def draw(self, keys: tf.Tensor, *parameters: tf.Tensor) -> tf.Tensor:
        """Draw x given z: the same for the same key, a uint64 for every row."""
        raise NotImplementedError


class Gaussian(Likelihood):
    """x ~ N(mean, scale^2)."""

    kind = "gaussian"

    def outputs(self):
        learned = {"output_scale": self.variance} if isinstance(self.variance, str) else {}
        return {"output": "decoder"} | learned

    @property
    def smallest_scale(self) -> float:
        """The least standard deviation that there can be."""
        return _SMALLEST_SCALE if isinstance(self.variance, str) else self.variance**0.5

    def scale(self, mean: tf.Tensor, raw: tf.Tensor | None = None) -> tf.Tensor:
        """Return the standard deviation."""
        if raw is None:
            return tf.constant(self.smallest_scale, mean.dtype)
        return self.smallest_scale + tf.nn.softplus(raw)

    def log_density(self, x, mean, raw=None):
        return gaussian_log_likelihood(x, mean, self.scale(mean, raw))

    def mean(self, mean, raw=None):
        return mean

    def draw(self, keys, mean, raw=None):
        return mean + self.scale(mean, raw) * normal(keys, self.n_features, mean.dtype)


class Bernoulli(Likelihood):
    """x is 1 with probability sigmoid(logit), else 0."""

    kind = "bernoulli"

    def log_density(self, x, logits):
        return bernoulli_log_likelihood(x, logits)

    def mean(self, logits):
        return tf.sigmoid(logits)

    def draw(self, keys, logits):
        return tf.cast(uniform(keys, self.n_features, logits.dtype) < tf.sigmoid(logits), logits.dtype)


class Categorical(Likelihood):
    """One of the features is 1, with probability softmax(logits), all others are 0: a category as a one-hot block."""

    kind = "categorical"
    has_offset = True

    def log_density(self, x, logits):
        return x * tf.nn.log_softmax(logits)

    def mean(self, logits):
        return tf.nn.softmax(logits)

    def draw(self, keys, logits):
        limits = tf.cumsum(tf.nn.softmax(logits), axis=1)[:, :-1]  # rounding cannot go past the last category
        chosen = tf.reduce_sum(tf.cast(uniform(keys, 1, logits.dtype) > limits, tf.int32), axis=1)
        return tf.one_hot(chosen, self.n_features, dtype=logits.dtype)


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
    """Numbers that all rows share, one for each feature, that are learned: a single row of them.

    Examples
    --------
    >>> SameForAllRows()(tf.ones((2, 3))).numpy().tolist()
    [[0.0, 0.0, 0.0]]
    """

    def build(self, input_shape):
        self.value = self.add_weight(name="value", shape=(input_shape[-1],), initializer="zeros")
        self.built = True

    def call(self, x):
        return tf.convert_to_tensor(self.value)[tf.newaxis]


@keras.saving.register_keras_serializable(package="skmlbio")
class Offset(keras.layers.Layer):
    """Add a number to each feature that is not trained: an estimator writes it before the first step.

    Examples
    --------
    >>> Offset()(tf.ones((1, 2))).numpy().tolist()
    [[1.0, 1.0]]
    """

    def build(self, input_shape):
        self.value = self.add_weight(name="value", shape=(input_shape[-1],), initializer="zeros", trainable=False)
        self.built = True

    def call(self, x):
        return x + tf.convert_to_tensor(self.value)
