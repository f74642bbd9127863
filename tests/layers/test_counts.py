"""Likelihoods of counts and draws from them, against SciPy, far from zero too."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from skmlbio.layers.counts import (
    LibraryDraw,
    LogCounts,
    NegativeBinomial,
    Poisson,
    ZeroInflatedNegativeBinomial,
    negative_binomial_log_likelihood,
    poisson_log_likelihood,
    with_zeros,
)

MEANS = [1e-6, 1e-3, 0.3, 5.0, 1e3, 1e6]
COUNTS = np.array([0, 1, 2, 3, 10, 100, 1000, 999_000, 1e6, 1e9], "float32")


def density(mean: float, dispersion: float) -> stats.rv_discrete:
    r = 1 / np.float64(np.float32(dispersion))
    return stats.nbinom(r, r / (r + np.float64(np.float32(mean))))


@pytest.mark.parametrize("mean", MEANS)
def test_poisson_log_likelihood_is_that_of_scipy(mean: float) -> None:
    expected = stats.poisson(np.float64(np.float32(mean))).logpmf(COUNTS)
    np.testing.assert_allclose(poisson_log_likelihood(COUNTS, tf.constant(mean)), expected, rtol=3e-6, atol=1e-5)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("dispersion", [1e-4, 1e-2, 1.0, 30.0, 1e4])
def test_negative_binomial_log_likelihood_is_that_of_scipy(mean: float, dispersion: float) -> None:
    x, m, d = tf.constant(COUNTS), tf.fill(10, tf.constant(mean)), tf.fill(10, tf.constant(dispersion))
    with tf.GradientTape() as tape:
        tape.watch([m, d])
        found = negative_binomial_log_likelihood(x, m, d)
    np.testing.assert_allclose(found, density(mean, dispersion).logpmf(COUNTS), rtol=3e-6, atol=3e-6)
    r = 1 / dispersion
    by_mean, by_dispersion = tape.gradient(found, [m, d])
    np.testing.assert_allclose(by_mean, r * (COUNTS - mean) / (mean * (r + mean)), rtol=1e-3, atol=1e-3)
    x, m, r = COUNTS[:7].astype(float), np.float64(np.float32(mean)), 1 / np.float64(np.float32(dispersion))
    by_r = special.digamma(x + r) - special.digamma(r) - np.log1p(m / r) + (m - x) / (r + m)
    np.testing.assert_allclose(by_dispersion[:7], -(r**2) * by_r, rtol=0.02, atol=0.05)


def test_added_zeros_are_a_mixture() -> None:
    x, logit = np.array([0.0, 1, 7], "float32"), 0.7
    share = 1 / (1 + np.exp(-logit))
    plain = density(2.0, 0.5).pmf(x)
    expected = np.log((1 - share) * plain + share * (x == 0))
    found = with_zeros(x, np.log(plain).astype("float32"), tf.constant(logit))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_means_are_shares_of_a_library() -> None:
    logits, library = tf.math.log([[1.0, 3.0], [1.0, 3.0], [1.0, 3.0]]), np.array([8.0, 0.0, 1e6], "float32")
    parameters = logits, tf.zeros((1, 2)), library
    likelihood = NegativeBinomial(2, "feature", of_library=True)
    np.testing.assert_allclose(likelihood.mean(*parameters), [[2, 6], [0, 0], [250_000, 750_000]], rtol=1e-5, atol=1e-6)
    x = np.array([[1.0, 5], [0, 0], [250_000, 800_000]], "float32")
    expected = [[density(2, 1).logpmf(1), density(6, 1).logpmf(5)], [0, 0]]
    expected += [[density(250_000, 1).logpmf(250_000), density(750_000, 1).logpmf(800_000)]]
    found = likelihood.log_density(tf.constant(x), *parameters)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)  # the dispersion is 1.0001


@pytest.mark.parametrize(
    "likelihood",
    [Poisson(3), NegativeBinomial(3, 0.5), NegativeBinomial(3, "feature"), ZeroInflatedNegativeBinomial(3, "decoder")],
    ids=repr,
)
def test_draws_are_counts_of_the_right_frequencies(likelihood) -> None:
    n = 1000
    keys = tf.range(n, dtype=tf.int64)
    parameters = [np.tile(np.log([0.5, 3.0, 40.0]).astype("float32"), (n, 1))]
    parameters += [np.full((1 if likelihood.variance == "feature" else n, 3), np.log(0.5), "float32")] * (
        isinstance(likelihood.variance, str)
    )
    parameters += [np.full((n, 3), -1.0, "float32")] * (likelihood.kind.startswith("zero"))
    draw = tf.function(likelihood.draw, reduce_retracing=True)
    drawn = draw(tf.cast(keys, tf.uint64), *map(tf.constant, parameters)).numpy()
    assert (drawn == np.round(drawn)).all() and (drawn >= 0).all()
    for value in range(5):
        x = tf.fill((1, 3), float(value))
        expected = np.exp(likelihood.log_density(x, *(tf.constant(p[:1]) for p in parameters)))[0]
        np.testing.assert_allclose((drawn == value).mean(axis=0), expected, atol=0.05)
    some = draw(tf.cast(keys[7:9], tf.uint64), *(tf.constant(p if len(p) == 1 else p[7:9]) for p in parameters))
    assert np.array_equal(some, drawn[7:9])  # a row does not depend on those beside it


def test_what_an_encoder_sees_does_not_depend_on_the_library() -> None:
    layer = LogCounts()
    layer.build((None, 2))
    layer.set_weights([np.arange(256.0)])
    seen = layer(np.array([[1.0, 3.0], [100.0, 300.0], [0.0, 0.0]], "float32"))
    np.testing.assert_allclose(seen, np.log1p([[32, 96], [32, 96], [0, 0]]), rtol=1e-6)
    sizes = LibraryDraw(layer)(tf.range(2000), tf.fill((2000,), 3)).numpy()
    assert set(sizes) <= set(range(256)) and abs(sizes.mean() - 127.5) < 8
