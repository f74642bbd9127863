"""Losses of single rows, against their formulas in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from skmlbio.training import _losses

RANDOM = np.random.default_rng(0)
Y = RANDOM.normal(size=(6, 4))
F = 2 * RANDOM.normal(size=(6, 4))
P = 1 / (1 + np.exp(-F))
LABELS = (Y > 0).astype(float)
FORMULAS = {
    "mse": (Y, (Y - F) ** 2),
    "mae": (Y, np.abs(Y - F)),
    "huber": (Y, np.where(np.abs(Y - F) <= 1, (Y - F) ** 2 / 2, np.abs(Y - F) - 0.5)),
    "binary_crossentropy": (LABELS, -LABELS * np.log(P) - (1 - LABELS) * np.log(1 - P)),
}


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


@pytest.mark.parametrize("kind", _losses.ELEMENTWISE)
def test_element_by_element(kind: str) -> None:
    targets, expected = FORMULAS[kind]
    np.testing.assert_allclose(_losses.ELEMENTWISE[kind](targets, F), expected, atol=1e-12)


def test_binary_crossentropy_of_sure_logits_stays_finite() -> None:
    assert _losses.binary_crossentropy([1.0, 0.0], [1000.0, 1000.0]).numpy().tolist() == [0, 1000]


@pytest.mark.parametrize("kind", _losses.ELEMENTWISE)
def test_reconstruction(kind: str) -> None:
    targets, expected = FORMULAS[kind]
    outputs = {"clean": tf.constant(targets), "reconstruction": tf.constant(F), "code": tf.constant(Y[:, :2])}
    found = _losses.reconstruction(outputs, None, (), {}, kind)
    np.testing.assert_allclose(found, expected.mean(axis=1))
    found = _losses.reconstruction(outputs, None, (), {"activity_l1": 0.5}, kind)
    np.testing.assert_allclose(found, expected.mean(axis=1) + 0.5 * np.abs(Y[:, :2]).mean(axis=1))


@pytest.mark.parametrize("kind", ["mse", "mae", "huber"])
def test_regression(kind: str) -> None:
    outputs = {"standardized": tf.constant(F, tf.float32)}
    found = _losses.regression(outputs, None, (Y,), {}, kind)
    np.testing.assert_allclose(found, FORMULAS[kind][1].mean(axis=1), rtol=1e-5)


def test_two_classes_take_one_logit() -> None:
    codes = LABELS[:, 0].astype("int32")
    found = _losses.classification(tf.constant(F[:, :1]), None, (codes,), {}, "binary", (1,))
    np.testing.assert_allclose(found, FORMULAS["binary_crossentropy"][1][:, 0])


def test_labels_that_exclude_nothing() -> None:
    found = _losses.classification(tf.constant(F), None, (LABELS,), {}, "multilabel-indicator", (4,))
    np.testing.assert_allclose(found, FORMULAS["binary_crossentropy"][1].mean(axis=1))


def test_classes_and_outputs_with_classes_of_their_own() -> None:
    codes = RANDOM.integers(0, (4, 3), size=(6, 2)).astype("int32")
    logits = np.hstack([F, Y[:, :3]])
    rows = np.arange(6)
    first, second = -log_softmax(F)[rows, codes[:, 0]], -log_softmax(Y[:, :3])[rows, codes[:, 1]]
    found = _losses.classification(tf.constant(F), None, (codes[:, 0],), {}, "multiclass", (4,))
    np.testing.assert_allclose(found, first)
    found = _losses.classification(tf.constant(logits), None, (codes,), {}, "multiclass-multioutput", (4, 3))
    np.testing.assert_allclose(found, (first + second) / 2)


def test_mean_over_features_keeps_the_first_axis() -> None:
    values = RANDOM.normal(size=(5, 2, 3))
    np.testing.assert_allclose(_losses.mean_over_features(tf.constant(values)), values.mean(axis=(1, 2)))


def test_rows_of_any_length_are_averaged() -> None:
    values = tf.random.stateless_normal((3, 4), seed=(0, 0))
    traced = tf.function(_losses.mean_over_features).get_concrete_function(tf.TensorSpec((None, None)))
    np.testing.assert_allclose(traced(values), tf.reduce_mean(values, axis=1), rtol=1e-6)


def test_translation_averages_over_tokens_and_the_end_and_spreads_a_share() -> None:
    logits = np.random.default_rng(0).normal(size=(2, 4, 5)).astype(np.float32)
    tokens = np.array([[3, 2, 0], [4, 1, 2]], np.uint8)
    log_p = log_softmax(logits)
    wanted = [[(0, 3), (1, 2), (2, 0)], [(0, 4), (1, 1), (2, 2), (3, 0)]]
    expected = [-np.mean([log_p[i, place, token] for place, token in row]) for i, row in enumerate(wanted)]
    np.testing.assert_allclose(_losses.translation(logits, [None, tokens], (), {}), expected, rtol=1e-5)
    everywhere = [-np.mean([log_p[i, place].mean() for place, _ in row]) for i, row in enumerate(wanted)]
    smooth = _losses.translation(logits, [None, tokens], (), {"label_smoothing": 0.2})
    np.testing.assert_allclose(smooth, 0.8 * np.array(expected) + 0.2 * np.array(everywhere), rtol=1e-5)


@pytest.mark.parametrize("compiled", [False, True])
def test_what_a_translator_never_writes_has_no_share_and_does_not_count(compiled: bool) -> None:
    logits = np.random.default_rng(0).normal(size=(2, 3, 5)).astype(np.float32)
    logits[:, 0, 0] = logits[..., 1] = -np.inf
    tokens = np.array([[3, 1], [1, 4]], np.uint8)

    @tf.function(jit_compile=compiled)
    def loss_and_gradient(smoothing):
        with tf.GradientTape() as tape:
            tape.watch(z := tf.constant(logits))
            loss = _losses.translation(z, [None, tokens], (), {"label_smoothing": smoothing})
        return loss, tape.gradient(loss, z)

    log_p = log_softmax(logits)
    possible = [[(0, 3), (2, 0)], [(1, 4), (2, 0)]]
    wanted = [np.mean([log_p[i, place, token] for place, token in row]) for i, row in enumerate(possible)]
    means = [
        [log_p[i, place][np.isfinite(log_p[i, place])].mean() for place, _ in row] for i, row in enumerate(possible)
    ]
    loss, gradient = loss_and_gradient(tf.constant(0.2))
    np.testing.assert_allclose(loss, -0.8 * np.array(wanted) - 0.2 * np.mean(means, axis=1), rtol=1e-5)
    assert np.isfinite(gradient).all() and not gradient[..., 1].numpy().any() and not gradient[:, 0, 0].numpy().any()
    assert gradient[0, 0, 2:].numpy().all() and not gradient[0, 1].numpy().any()


def test_tagging_averages_over_labels_that_are_known_by_the_weights_of_their_classes() -> None:
    logits = np.log([[[0.5, 0.5], [0.25, 0.75], [0.1, 0.9]], [[0.2, 0.8], [0.5, 0.5], [0.5, 0.5]]])
    targets = (tf.constant([[0, 1, -1], [-1, -1, -1]]),)
    found = _losses.tagging(tf.constant(logits), None, targets, {})
    np.testing.assert_allclose(found, [-np.log([0.5, 0.75]).mean(), 0])
    found = _losses.tagging(tf.constant(logits), None, targets, {"class_weight_0": 3.0, "class_weight_1": 0.5})
    np.testing.assert_allclose(found, [-([3, 0.5] * np.log([0.5, 0.75])).mean(), 0])
