"""Likelihoods of numbers, against SciPy."""

import numpy as np
import tensorflow as tf
from scipy import stats

from skmlbio.layers.likelihood import Categorical, bernoulli_log_likelihood, gaussian_log_likelihood


def test_gaussian_log_likelihood_is_that_of_scipy() -> None:
    x, mean, scale = np.random.default_rng(0).uniform(0.5, 2, size=(3, 5, 4))
    np.testing.assert_allclose(gaussian_log_likelihood(x, mean, scale), stats.norm(mean, scale).logpdf(x), rtol=1e-12)


def test_bernoulli_log_likelihood_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    x, logits = rng.integers(0, 2, size=(5, 4)), rng.normal(size=(5, 4)) * 3
    expected = stats.bernoulli(1 / (1 + np.exp(-logits))).logpmf(x)
    np.testing.assert_allclose(bernoulli_log_likelihood(x.astype("float64"), logits), expected, rtol=1e-9)


def test_categorical_log_likelihood_is_that_of_scipy() -> None:
    probabilities = np.array([0.2, 0.5, 0.3])
    x = np.eye(3)[[2, 0, 1, 1]]
    found = Categorical(3).log_density(tf.constant(x), tf.constant(np.log([probabilities * 7] * 4)))
    np.testing.assert_allclose(np.sum(found, axis=1), stats.multinomial(1, probabilities).logpmf(x), rtol=1e-12)
