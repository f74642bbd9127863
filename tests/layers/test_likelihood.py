"""Likelihoods and the KL term, against SciPy."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats

from skmlbio.layers.likelihood import (
    LikelihoodDraw,
    LogLikelihood,
    bernoulli_log_likelihood,
    gaussian_log_likelihood,
    normal_divergence,
)
from skmlbio.layers.standardize import Standardize


@pytest.mark.parametrize(("mean", "scale"), [(0.0, 1.0), (1.5, 0.3), (-2.0, 2.5), (0.1, 0.01)])
def test_divergence_is_the_integral(mean: float, scale: float) -> None:
    q, p = stats.norm(mean, scale), stats.norm()
    expected, _ = integrate.quad(
        lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), mean - 12 * scale, mean + 12 * scale, points=[mean]
    )
    found = normal_divergence(tf.constant(mean, tf.float64), tf.constant(scale, tf.float64))
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10)


def test_gaussian_log_likelihood_is_that_of_scipy() -> None:
    x, mean, scale = np.random.default_rng(0).uniform(0.5, 2, size=(3, 5, 4))
    np.testing.assert_allclose(gaussian_log_likelihood(x, mean, scale), stats.norm(mean, scale).logpdf(x), rtol=1e-12)


def test_bernoulli_log_likelihood_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    x, logits = rng.integers(0, 2, size=(5, 4)), rng.normal(size=(5, 4)) * 3
    expected = stats.bernoulli(1 / (1 + np.exp(-logits))).logpmf(x)
    np.testing.assert_allclose(bernoulli_log_likelihood(x.astype("float64"), logits), expected, rtol=1e-9)


def test_density_of_standardised_rows_is_that_of_the_rows() -> None:
    units = Standardize(dtype="float64")
    units.build((None, 3))
    offset, factor = np.array([1.0, -5.0, 100.0]), np.array([0.01, 2.0, 300.0])
    units.set_weights([offset, factor])
    x = offset + factor * np.random.default_rng(0).normal(size=(6, 3))
    mean, scale = np.zeros((6, 3)), np.full((6, 3), 0.5)
    found = LogLikelihood("gaussian", units, dtype="float64")(units(x), mean, scale)
    expected = stats.norm(offset, 0.5 * factor).logpdf(x).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_constant_feature_has_no_density() -> None:
    units = Standardize()
    units.build((None, 2))
    units.set_weights([np.array([5.1, 3.0]), np.array([0.0, 2.0])])
    x, mean, scale = np.array([[5.1, 3.5], [5.2, 3.5]]), np.full((2, 2), 0.3), np.full((2, 2), 0.7)
    found = LogLikelihood("gaussian", units, smallest_scale=0.01)(units(x), mean, scale)
    expected = stats.norm(3 + 2 * 0.3, 2 * 0.7).logpdf(3.5)
    np.testing.assert_allclose(found, [expected, expected - 0.5 * (0.1 / 0.01) ** 2], rtol=1e-4)


def test_drawn_rows_have_the_moments_of_the_likelihood() -> None:
    number, seed = tf.range(20_000), tf.zeros((20_000,), tf.int32)
    mean, scale = tf.tile([[3.0, -1.0]], (20_000, 1)), tf.tile([[0.1, 2.0]], (20_000, 1))
    rows = LikelihoodDraw("gaussian")(number, seed, mean, scale).numpy()
    np.testing.assert_allclose(rows.mean(axis=0), [3, -1], atol=0.05)
    np.testing.assert_allclose(rows.std(axis=0), [0.1, 2], rtol=0.03)
    logits = tf.tile([[0.0, 2.0, -2.0]], (20_000, 1))
    bits = LikelihoodDraw("bernoulli")(number, seed, logits).numpy()
    assert set(np.unique(bits)) == {0, 1}
    np.testing.assert_allclose(bits.mean(axis=0), 1 / (1 + np.exp([0, -2, 2])), atol=0.02)
