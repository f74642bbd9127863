"""The energy distance of a batch, against SciPy's of one column."""

import numpy as np
import tensorflow as tf
from scipy.stats import energy_distance

from skmlbio.layers.energy_terms import EnergyDistance

RANDOM = np.random.default_rng(0)


def test_the_mean_of_the_terms_is_the_energy_distance() -> None:
    x, y = RANDOM.normal(size=(50, 1)), RANDOM.normal(1.0, 2.0, size=(50, 1))
    terms = EnergyDistance(dtype="float64")(x, y)
    assert terms.shape == (50,)
    np.testing.assert_allclose(np.mean(terms), energy_distance(x[:, 0], y[:, 0]) ** 2, rtol=1e-8)  # SciPy's is a root


def test_it_has_no_gradient() -> None:
    x = tf.constant(RANDOM.normal(size=(5, 2)))
    with tf.GradientTape() as tape:
        tape.watch(x)
        terms = EnergyDistance(dtype="float64")(x, 2 * x)
    assert tape.gradient(terms, x) is None
