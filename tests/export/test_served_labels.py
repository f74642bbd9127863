"""Labels leave a SavedModel as they came into `fit`."""

import numpy as np
import pytest
import tensorflow as tf

from skmlbio.base._labels import Labels
from skmlbio.base._served_labels import served_labels, served_probabilities

TARGETS = {
    "strings": np.array(["b", "äö", "c", "b"]),
    "two strings": np.array(["no", "yes", "no", "no"]),
    "objects": np.array(["b", "äö", "c", "b"], dtype=object),
    "int64": np.array([3, -7, 12, 3]),
    "int8": np.array([3, -7, 12, 3], np.int8),
    "uint32": np.array([3, 4_000_000_000, 12, 3], np.uint32),
    "bool": np.array([True, False, True, True]),
    "float": np.array([1.0, 2.0, 3.0, 3.0]),
    "labels": np.array([[0, 1, 1], [1, 1, 0], [1, 0, 1]]),
    "outputs": np.array([[0, 5], [1, 7], [2, 9]]),
    "outputs of strings": np.array([["a", "x"], ["b", "y"], ["c", "z"]]),
}


@pytest.mark.parametrize("name", TARGETS)
def test_labels_and_probabilities_are_those_of_the_estimator(name: str) -> None:
    labels = Labels.learn(TARGETS[name])
    logits = np.random.default_rng(0).normal(size=(50, labels.n_outputs)).astype(np.float32)
    expected, found = labels.decode(logits), served_labels(labels, tf.constant(logits)).numpy()
    if found.dtype == object:
        assert [text.decode() for text in found.ravel()] == expected.ravel().tolist()
    else:
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    probabilities, served = labels.probabilities(logits), served_probabilities(labels, tf.constant(logits))
    for whole, single in zip(np.atleast_1d(probabilities), np.atleast_1d(served), strict=True):
        np.testing.assert_allclose(single, whole, atol=1e-6)


def test_labels_that_tensorflow_does_not_know_are_refused() -> None:
    labels = Labels("multiclass", (np.array(["a", None, 3], dtype=object),))
    with pytest.raises(TypeError, match="the label None is of type NoneType, which TensorFlow does not know"):
        served_labels(labels, tf.zeros((2, 3)))
