"""The terms of the bound: the divergence, densities in the units of rows, draws."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats

from skmlbio.layers.evidence import LikelihoodDraw, LikelihoodMean, LogLikelihood, normal_divergence
from skmlbio.layers.standardize import Standardize


def gaussian(n_features: int, variance: float | str) -> list[dict]:
    return [{"kind": "gaussian", "n_features": n_features, "variance": variance}]


@pytest.mark.parametrize(("mean", "scale"), [(0.0, 1.0), (1.5, 0.3), (-2.0, 2.5), (0.1, 0.01)])
def test_divergence_is_the_integral(mean: float, scale: float) -> None:
    q, p = stats.norm(mean, scale), stats.norm()
    expected, _ = integrate.quad(
        lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), mean - 12 * scale, mean + 12 * scale, points=[mean]
    )
    found = normal_divergence(tf.constant(mean, tf.float64), tf.constant(scale, tf.float64))
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10)


def test_density_of_standardised_rows_is_that_of_the_rows() -> None:
    units = Standardize(dtype="float64")
    units.build((None, 3))
    offset, factor = np.array([1.0, -5.0, 100.0]), np.array([0.01, 2.0, 300.0])
    units.set_weights([offset, factor])
    x = offset + factor * np.random.default_rng(0).normal(size=(6, 3))
    found = LogLikelihood(gaussian(3, 0.25), units, dtype="float64")(units(x), np.zeros((6, 3)))
    expected = stats.norm(offset, 0.5 * factor).logpdf(x).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_constant_feature_has_no_density() -> None:
    units = Standardize()
    units.build((None, 2))
    units.set_weights([np.array([5.1, 3.0]), np.array([0.0, 2.0])])
    x, mean, raw = np.array([[5.1, 3.5], [5.2, 3.5]]), np.full((2, 2), 0.3), np.full((2, 2), np.log(np.expm1(0.69)))
    mean, raw = mean.astype("float32"), raw.astype("float32")
    found = LogLikelihood(gaussian(2, "decoder"), units)(units(x), mean, raw)
    expected = stats.norm(3 + 2 * 0.3, 2 * 0.7).logpdf(3.5)
    np.testing.assert_allclose(found, [expected, expected - 0.5 * (0.1 / 0.01) ** 2], rtol=1e-4)


def test_drawn_rows_have_the_moments_of_the_likelihood() -> None:
    number, seed = tf.range(20_000), tf.zeros((20_000,), tf.int32)
    mean = tf.tile([[3.0, -1.0]], (20_000, 1))
    raw = tf.math.log(tf.math.expm1(tf.constant([[0.1, 2.0]]) - 0.01))
    rows = LikelihoodDraw(gaussian(2, "feature"))(number, seed, mean, raw).numpy()
    np.testing.assert_allclose(rows.mean(axis=0), [3, -1], atol=0.05)
    np.testing.assert_allclose(rows.std(axis=0), [0.1, 2], rtol=0.03)
    logits = tf.tile([[0.0, 2.0, -2.0]], (20_000, 1))
    for kind, expected in (("bernoulli", 1 / (1 + np.exp([0, -2, 2]))), ("categorical", np.exp([0, 2, -2]))):
        parts = [{"kind": kind, "n_features": 3}]
        bits = LikelihoodDraw(parts)(number, seed, logits).numpy()
        assert set(np.unique(bits)) == {0, 1}
        expected = expected / expected.sum() if kind == "categorical" else expected
        np.testing.assert_allclose(bits.mean(axis=0), expected, atol=0.02)
        np.testing.assert_allclose(LikelihoodMean(parts)(logits)[0], expected, rtol=1e-5)
        assert kind == "bernoulli" or (bits.sum(axis=1) == 1).all()


def test_likelihoods_side_by_side_leave_out_what_is_missing() -> None:
    parts = [*gaussian(1, 1.0), {"kind": "poisson", "n_features": 1}, {"kind": "categorical", "n_features": 2}]
    x = np.array([[0.5, 3, 0, 1], [np.nan, 3, 0, 1], [0.5, np.nan, np.nan, np.nan], [np.nan] * 4])
    parameters = np.zeros((4, 1)), np.log(np.full((4, 1), 2.0)), np.log([[0.25, 0.75]] * 4)
    found = LogLikelihood(parts, with_gaps=True, dtype="float64")(x, *parameters)
    of_number, of_count = stats.norm.logpdf(0.5), stats.poisson(2).logpmf(3)
    expected = [of_number + of_count + np.log(0.75), of_count + np.log(0.75), of_number, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    drawn = LikelihoodDraw(parts, dtype="float64")(np.arange(4), np.zeros(4, int), *parameters)
    assert drawn.shape == (4, 4) and np.allclose(np.sum(drawn[:, 2:], axis=1), 1)


def test_pixels_have_the_scale_of_their_channel() -> None:
    mean, scale = np.array([1.0, 5.0]), np.array([2.0, 0.0])  # the second channel is constant
    units = Standardize()
    units.build((None, 2))
    units.set_weights([mean, scale])
    z, guess = np.random.default_rng(0).normal(size=(2, 3, 8)).astype("float32")
    z[:, 1::2] = 0
    found = LogLikelihood(gaussian(8, 0.25), units)(z, guess)
    expected = stats.norm.logpdf(z * 2, guess * 2, 0.5 * 2)[:, ::2].sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
