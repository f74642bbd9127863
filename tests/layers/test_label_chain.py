"""A chain of labels against all labels of all residues, one by one."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import logsumexp, softmax

from skmlbio.layers.label_chain import Chain, LabelChain, log_likelihood, log_partition, marginals, most_probable

RANDOM = np.random.default_rng(0)
N_CLASSES, LENGTHS = 3, [5, 1, 4, 2]
SCORES = RANDOM.normal(0, 2, size=(len(LENGTHS), max(LENGTHS), N_CLASSES))  # those of padding too
REAL = np.arange(max(LENGTHS)) < np.array(LENGTHS)[:, np.newaxis]
CHAIN = Chain(RANDOM.normal(0, 2, size=(3, 3)), RANDOM.normal(size=3), RANDOM.normal(size=3))


def enumerated(row: int, chain: Chain = CHAIN) -> tuple[np.ndarray, np.ndarray]:
    """All labels of all residues of a string, of shape (n_all, length), and their scores."""
    labels = np.array([*itertools.product(range(N_CLASSES), repeat=LENGTHS[row])])
    transitions, first, last = chain
    scores = first[labels[:, 0]] + last[labels[:, -1]]
    scores += SCORES[row, np.arange(LENGTHS[row]), labels].sum(axis=1)
    return labels, scores + transitions[labels[:, :-1], labels[:, 1:]].sum(axis=1)


@pytest.mark.parametrize("jit", [False, True])
def test_the_partition_function_is_a_sum_over_all_labels(jit: bool) -> None:
    found = tf.function(log_partition, jit_compile=jit)(tf.constant(SCORES), tf.constant(REAL), CHAIN)
    np.testing.assert_allclose(found, [logsumexp(enumerated(row)[1]) for row in range(len(LENGTHS))], rtol=1e-12)


def test_marginals_are_sums_over_all_labels() -> None:
    found = marginals(tf.constant(SCORES), tf.constant(REAL), CHAIN).numpy()
    for row, length in enumerate(LENGTHS):
        labels, scores = enumerated(row)
        of_all = softmax(scores)
        expected = [[of_all[labels[:, t] == label].sum() for label in range(N_CLASSES)] for t in range(length)]
        np.testing.assert_allclose(found[row, :length], expected, rtol=1e-12)
        assert not found[row, length:].any()


def test_one_residue_and_no_string() -> None:
    """Where shapes are free, as in an exported network."""
    free = [tf.TensorSpec((None, None, 3), tf.float64), tf.TensorSpec((None, None), tf.bool)]
    best = tf.function(lambda scores, real: most_probable(scores, real, CHAIN), input_signature=free)
    scores, real = tf.constant(SCORES[:, :1]), tf.constant(REAL[:, :1])
    assert best(scores, real).numpy().ravel().tolist() == (SCORES[:, 0] + CHAIN.first + CHAIN.last).argmax(1).tolist()
    assert best(scores[:0], real[:0]).shape == (0, 1)


@pytest.mark.parametrize("strength", [0.0, 1.0, 10.0])
def test_the_labels_are_the_best_of_all(strength: float) -> None:
    chain = Chain(*(strength * part for part in CHAIN))
    found = most_probable(tf.constant(SCORES), tf.constant(REAL), chain).numpy()
    for row, length in enumerate(LENGTHS):
        labels, scores = enumerated(row, chain)
        assert found[row, :length].tolist() == labels[scores.argmax()].tolist()
        assert not found[row, length:].any()


def test_the_likelihood_sums_over_labels_that_are_not_known() -> None:
    given = np.array([[0, 2, -1, 1, -1], [2, 0, 0, 0, 0], [-1, -1, -1, -1, 0], [-1, 1, 2, 2, 2]], np.int32)
    given = np.where(REAL, given, -1)
    found = log_likelihood(tf.constant(SCORES), tf.constant(given), tf.constant(REAL), CHAIN).numpy()
    for row, length in enumerate(LENGTHS):
        labels, scores = enumerated(row)
        agrees = ((labels == given[row, :length]) | (given[row, :length] < 0)).all(axis=1)
        assert found[row] == pytest.approx(logsumexp(scores[agrees]) - logsumexp(scores), abs=1e-12)
    assert found[2] == pytest.approx(0, abs=1e-12)  # nothing is known


def test_the_gradient_is_that_of_finite_differences() -> None:
    labels = tf.constant(np.where(REAL, RANDOM.integers(-1, N_CLASSES, REAL.shape), -1).astype(np.int32))
    given = [tf.constant(values) for values in (SCORES, *CHAIN)]

    @tf.function
    def loss(scores, *chain):
        return tf.reduce_sum([1.0, 2.0, 3.0, 4.0] * log_likelihood(scores, labels, tf.constant(REAL), Chain(*chain)))

    theoretical, numerical = tf.test.compute_gradient(loss, given, delta=1e-5)
    for exact, approximate in zip(theoretical, numerical, strict=True):
        np.testing.assert_allclose(exact, approximate, atol=1e-8)


def test_numbers_stay_exact_in_long_strings() -> None:
    """What is summed up over a string does not take digits from its last residues."""
    scores, real = RANDOM.normal(0, 5, size=(1, 500, N_CLASSES)), np.ones((1, 500), bool)
    compiled = tf.function(marginals)
    double = compiled(tf.constant(scores), tf.constant(real), CHAIN).numpy()
    chain = Chain(*(tf.constant(part, tf.float32) for part in CHAIN))
    single = compiled(tf.constant(scores, tf.float32), tf.constant(real), chain).numpy()
    np.testing.assert_allclose(single, double, atol=2e-6)


def test_labels_without_transitions_do_not_depend_on_each_other() -> None:
    layer = LabelChain()
    probabilities = layer(SCORES.astype("float32"), real=REAL).numpy()
    np.testing.assert_allclose(probabilities[REAL], softmax(SCORES, axis=-1)[REAL], atol=1e-6)
    labels = layer(SCORES.astype("float32"), real=REAL, answer="labels").numpy()
    assert np.array_equal(labels[REAL], SCORES.argmax(axis=-1)[REAL])
