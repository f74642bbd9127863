"""Batch normalisation over nodes: no trace of the padding, running means that are right from the first step."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.graph_normalization import NodeNormalization, node_moments

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
RANDOM = np.random.default_rng(0)
REAL = np.arange(7) < np.array([7, 1, 4])[:, None]
X = RANDOM.normal(2, 3, size=(3, 7, 2)).astype("float32")


@pytest.mark.parametrize("fill", [0.0, 1e6, np.nan])
def test_moments_are_those_of_the_real_nodes(fill: float) -> None:
    mean, variance = node_moments(np.where(REAL[..., None], X, np.float32(fill)), REAL)
    np.testing.assert_allclose(mean, X[REAL].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(variance, X[REAL].var(axis=0), rtol=1e-5)


def test_training_normalises_with_the_batch() -> None:
    layer = NodeNormalization(epsilon=1e-6)
    y = np.asarray(layer(X, real=REAL, training=True))[REAL]
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=0), 1, atol=1e-4)


def test_running_means_are_plain_means_at_first_and_forget_later() -> None:
    layer = NodeNormalization(momentum=0.75)
    batches = RANDOM.normal(size=(6, 3, 7, 2)).astype("float32")
    means = np.array([batch[REAL].mean(axis=0) for batch in batches])
    for batch in batches[:4]:
        layer(batch, real=REAL, training=True)
    np.testing.assert_allclose(layer.moving_mean, means[:4].mean(axis=0), rtol=1e-4)
    expected = means[:4].mean(axis=0)
    for batch, mean in zip(batches[4:], means[4:], strict=True):
        layer(batch, real=REAL, training=True)
        expected = 0.75 * expected + 0.25 * mean
    np.testing.assert_allclose(layer.moving_mean, expected, rtol=1e-4)


def test_prediction_takes_the_running_means_whatever_the_batch_is() -> None:
    layer = NodeNormalization()
    layer(X, real=REAL, training=True)
    layer.gamma.assign([2.0, 0.5])
    layer.beta.assign([0.1, -0.2])
    mean, variance = X[REAL].mean(axis=0), X[REAL].var(axis=0)
    expected = (X - mean) / np.sqrt(variance + layer.epsilon) * [2.0, 0.5] + [0.1, -0.2]
    np.testing.assert_allclose(layer(X, real=REAL), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer(X[0]), expected[0], rtol=1e-4, atol=1e-5)


def test_an_observing_layer_takes_moments_without_training() -> None:
    trained, observing = NodeNormalization(), NodeNormalization()
    observing.observing = True
    np.testing.assert_array_equal(observing(X, real=REAL), trained(X, real=REAL, training=True))
    np.testing.assert_array_equal(observing.moving_mean, trained.moving_mean)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_gradients_are_finite_and_reach_gamma_and_beta(jit_compile: bool) -> None:
    layer = NodeNormalization()
    layer.build(X.shape)

    @tf.function(jit_compile=jit_compile)
    def gradients(x: tf.Tensor, real: tf.Tensor) -> list:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.where(real[..., None], layer(x, real=real, training=True) ** 3, 0.0))
        return tape.gradient(loss, [x, layer.gamma.value, layer.beta.value])

    of_x, *of_weights = gradients(tf.constant(X), tf.constant(REAL))
    assert np.isfinite(of_x).all() and not np.asarray(of_x)[~REAL].any()
    assert all(np.abs(gradient).min() > 0.1 for gradient in of_weights)


@saves_variables
def test_keras_file_and_back(tmp_path: Path) -> None:
    x, real = keras.Input((7, 2)), keras.Input((7,), dtype="bool")
    model = keras.Model([x, real], NodeNormalization(momentum=0.5)(x, real=real))
    model([X, REAL], training=True)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again([X, REAL]), model([X, REAL]))
    assert again.layers[-1].momentum == 0.5


def test_running_moments_count_the_spread_of_the_batches() -> None:
    layer = NodeNormalization(running=True, epsilon=0.0)
    batches = [RANDOM.normal(size, 1, size=(8, 2)).astype("float32") for size in (1, 5, 20, 50)]
    for batch in batches:
        y = layer(batch, training=True)
    everything = np.concatenate(batches)
    np.testing.assert_allclose(layer.moving_mean, everything.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(layer.moving_variance, everything.var(axis=0), rtol=1e-3)
    np.testing.assert_allclose(y, (batches[-1] - everything.mean(axis=0)) / everything.std(axis=0), rtol=1e-3)
    np.testing.assert_allclose(layer(batches[-1]), y, rtol=1e-6)


def test_running_moments_leave_a_batch_of_one_graph_its_differences() -> None:
    layer = NodeNormalization(running=True)
    for size in (1.0, 2.0, 3.0):
        layer(np.full((1, 1), size, "float32"), training=True)
    np.testing.assert_allclose(layer(np.array([[1.0], [3.0]], "float32"))[:, 0], [-1.22, 1.22], atol=0.01)


def test_one_that_is_not_trainable_goes_by_what_it_has() -> None:
    layer = NodeNormalization(trainable=False)
    x = np.random.default_rng(0).normal(3, 2, size=(4, 5, 2)).astype("float32")
    np.testing.assert_array_equal(layer(x, training=True), layer(x))
    assert layer.n_steps == 0 and (layer.moving_mean.numpy() == 0).all()
