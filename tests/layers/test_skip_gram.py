"""The loss of skip-gram, against its formula, and where it is smallest."""

import numpy as np
import pytest
from scipy.special import log_expit

from skmlbio.layers.skip_gram import MOST_EXPECTED, SkipGram


def some_layer(sizes: tuple[int, ...], n_negative: int, noise: np.ndarray, offsets: np.ndarray) -> SkipGram:
    """With contexts of unit variance, in two dimensions."""
    layer = SkipGram(sizes, n_negative, seed=0)
    layer.build((None, 2))
    layer.contexts.assign(np.random.default_rng(0).normal(size=layer.contexts.shape))
    layer.chances.assign(noise)
    layer.offsets.assign(offsets)
    return layer


def expected(layer: SkipGram, v: np.ndarray, context: int, column: slice, noise: np.ndarray) -> float:
    k, contexts, offsets = layer.n_negative, layer.contexts.numpy(), layer.offsets.numpy()

    def loss(products):
        scores = products + offsets - np.log(k)
        return -log_expit(scores[context]) - k * (noise * log_expit(-scores))[column].sum()

    return loss(contexts @ v) - loss(np.zeros(len(contexts)))


def test_the_loss_is_that_of_the_formula() -> None:
    noise, offsets = np.array([0.2, 0.8, 0.5, 0.25, 0.25]), np.array([0.1, -0.2, 0.3, 0.0, -0.5])
    layer, v = some_layer((2, 3), 4, noise, offsets), np.array([[1.0, -0.5], [0.3, 2.0]], "float32")
    found = layer(v, np.array([1, 3])).numpy()
    columns = (slice(0, 2), slice(2, 5))
    wanted = [expected(layer, v[i], (1, 3)[i], columns[i], noise) for i in range(2)]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_drawn_noise_has_the_expectation_of_the_formula() -> None:
    half = MOST_EXPECTED // 2
    sizes = (half, half + 2)
    n = sum(sizes)
    noise = np.concatenate([np.full(size, 1 / size) for size in sizes])
    layer = some_layer(sizes, 7, np.ones(n), np.zeros(n))
    layer.others.assign(np.arange(n))
    assert layer.draws
    v = np.repeat(np.array([[0.4, -0.6]], "float32"), 4000, axis=0)
    found = layer(v, np.full(4000, half + 3), training=True).numpy()
    assert found.std() > 0.1 and not np.array_equal(found, layer(v, np.full(4000, half + 3), training=True))
    wanted = expected(layer, v[0], half + 3, slice(half, n), noise)
    assert found.mean() == pytest.approx(wanted, abs=float(5 * found.std() / 4000**0.5))
    asked = layer(v[:5], np.arange(5)).numpy()
    np.testing.assert_array_equal(asked, layer(v[:5], np.arange(5)))


def test_the_loss_is_smallest_at_the_mutual_information() -> None:
    """Whatever the noise and the number of negatives are."""
    together = np.array([[0.3, 0.1], [0.2, 0.4]])
    frequency = together.sum(axis=0)
    information = np.log(together / np.outer(together.sum(axis=1), frequency))
    for n_negative, noise in ((1, frequency), (5, np.array([0.3, 0.7]))):
        layer = some_layer((2,), n_negative, noise, np.log(frequency / noise))
        layer.contexts.assign(np.eye(2))

        def loss(products, layer=layer):
            rows, contexts = np.divmod(np.arange(4), 2)
            return together.ravel() @ layer(products[rows].astype("float32"), contexts).numpy()

        best = loss(information)
        assert best < loss(np.zeros((2, 2))) == pytest.approx(0, abs=1e-6)
        steps = np.random.default_rng(0).normal(scale=0.1, size=(10, 2, 2))
        assert all(loss(information + step) > best for step in steps)
