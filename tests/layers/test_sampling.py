"""Random numbers that belong to samples."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from skmlbio.layers.sampling import PosteriorDraw, PriorDraw, normal, row_keys, seeded, sequence, uniform

KEYS = tf.cast(tf.range(2000), tf.uint64)


def test_sequence_is_split_mix_64() -> None:
    # The first numbers of the authors' C program for the seed 1234567.
    published = [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip
    assert sequence(tf.constant([1234567], tf.uint64), 5).numpy().tolist() == [published]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_numbers_are_normal_and_independent(dtype: str) -> None:
    numbers = normal(seeded(KEYS, 0), 9, dtype).numpy()
    assert numbers.shape == (2000, 9)
    assert numbers.dtype == dtype
    assert stats.kstest(numbers.ravel(), "norm").pvalue > 0.01
    correlations = np.corrcoef(np.hstack([numbers, np.roll(numbers, 1, axis=0)]).T) - np.eye(18)
    assert np.abs(correlations).max() < 5 / np.sqrt(2000)


def test_uniform_numbers_are_uniform_without_the_ends() -> None:
    numbers = uniform(seeded(KEYS, 0), 500).numpy().ravel()
    assert stats.kstest(numbers, "uniform").pvalue > 0.01
    assert 0 < numbers.min() < 1e-5
    assert 1 - 1e-5 < numbers.max() < 1


def test_keys_follow_from_the_row_alone() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 7)).astype("float32")
    keys = row_keys(tf.constant(rows)).numpy()
    np.testing.assert_array_equal(row_keys(tf.constant(rows[::-1])).numpy(), keys[::-1])
    np.testing.assert_array_equal(row_keys(tf.constant(rows[3:4])).numpy(), keys[3:4])
    assert len(set(keys.tolist())) == 50


@pytest.mark.parametrize("jit", [False, True])
def test_rows_that_differ_beyond_single_precision_have_keys_of_their_own(jit: bool) -> None:
    rows = tf.constant(1.7e9 + np.random.default_rng(0).normal(size=(500, 3)))
    keys = tf.function(row_keys, jit_compile=jit)(rows).numpy()
    assert len(set(keys.tolist())) == 500
    np.testing.assert_array_equal(row_keys(rows), keys)
    # PosteriorDraw, too, looks at all digits, though it computes in single precision.
    z = PosteriorDraw()(rows, tf.zeros((500, 1)), tf.ones((500, 1))).numpy()
    assert z.dtype == np.float32 and len(set(z.ravel().tolist())) > 490


def test_hardly_any_two_rows_share_a_key() -> None:
    rows = np.unique(np.random.default_rng(0).integers(0, 2, size=(20_000, 30)), axis=0).astype("float32")
    swapped = np.roll(rows, 1, axis=1)
    keys = [row_keys(tf.constant(x)).numpy() for x in (rows, swapped)]
    assert len(set(keys[0].tolist())) == len(rows)
    assert np.mean(keys[0] == keys[1]) < 1e-3  # only rows of equal numbers throughout


def test_keys_of_other_seeds_differ() -> None:
    assert not np.intersect1d(seeded(KEYS, 0).numpy(), seeded(KEYS, 1).numpy()).size
    each = seeded(KEYS[:2], tf.constant([0, 1])).numpy()
    assert each.tolist() == [seeded(KEYS[:1], 0).numpy()[0], seeded(KEYS[1:2], 1).numpy()[0]]


def test_numbers_are_the_same_under_xla() -> None:
    compiled = tf.function(lambda keys: normal(keys, 8), jit_compile=True)
    np.testing.assert_allclose(compiled(KEYS), normal(KEYS, 8), rtol=1e-5, atol=1e-5)


def test_gradient_of_a_draw_reaches_mean_and_scale() -> None:
    x = tf.random.stateless_normal((4, 3), (0, 0))
    mean, scale = tf.zeros((4, 2)), tf.ones((4, 2))
    with tf.GradientTape() as tape:
        tape.watch([mean, scale])
        z = PosteriorDraw()(x, mean, scale)
    of_mean, of_scale = tape.gradient(z, [mean, scale])
    np.testing.assert_array_equal(of_mean, np.ones((4, 2)))
    np.testing.assert_allclose(of_scale, z)  # dz / dscale is the noise, which is z here


def test_equal_rows_get_equal_draws_and_others_do_not() -> None:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    z = PosteriorDraw(seed=0)(x, tf.zeros((3, 2)), tf.ones((3, 2)), training=True).numpy()
    np.testing.assert_array_equal(z[0], z[2])
    assert not np.allclose(z[0], z[1])


def test_prior_draws_follow_number_and_seed() -> None:
    draw = PriorDraw(3)
    number, seed = tf.range(10), tf.fill((10,), 5)
    many = draw(number, seed).numpy()
    np.testing.assert_allclose(draw(number[4:5], seed[:1]).numpy(), many[4:5], rtol=1e-6)
    assert not np.allclose(draw(number, seed + 1).numpy(), many)
