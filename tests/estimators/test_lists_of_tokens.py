"""Lists of tokens as samples of an estimator of strings."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from skmlbio import AttentionClassifier
from skmlbio.sequences import Vocabulary
from skmlbio.training._cache import get_network

OPTIONS = {"embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8, "kernel_width": 3, "random_state": 0}
CLASSIFIER = OPTIONS | {
    "kernel_width": None, "l2": 0.01, "epochs": 30, "learning_rate": 0.01, "unknown": "mask", "min_count": 25,
    "random_state": 3,
}  # fmt: skip
N_WORDS = 300


def sentences(n_samples: int, seed: int) -> tuple[list[list[str]], np.ndarray]:
    """Half of the sentences have the word "w7" somewhere."""
    random = np.random.default_rng(seed)
    y = np.arange(n_samples) % 2
    X = [[f"w{i}" for i in random.integers(8, N_WORDS, length)] for length in random.integers(5, 60, n_samples)]
    for words, label in zip(X, y, strict=True):
        if label:
            words[random.integers(len(words))] = "w7"
    return X, y


X, Y = sentences(300, 0)


@pytest.fixture(scope="module")
def classifier() -> AttentionClassifier:
    return AttentionClassifier(**CLASSIFIER).fit(X, Y)


def test_words_are_learned(classifier) -> None:
    assert isinstance(classifier.vocabulary_, Vocabulary) and classifier.vocabulary_ is classifier.alphabet_
    assert 256 < len(classifier.vocabulary_.tokens) < N_WORDS - 8 and "w7" in classifier.vocabulary_.numbers
    assert len(classifier.bucket_lengths_) > 1
    new, labels = sentences(100, 1)
    assert classifier.score(new, labels) > 0.9


def test_the_table_is_looked_up_and_has_a_row_a_token(classifier) -> None:
    paths = {v.path: v for v in get_network(classifier.blueprint_).weights}
    table = next(v for path, v in paths.items() if path.endswith("embeddings"))
    assert tuple(table.shape) == (classifier.vocabulary_.n_tokens, 8)
    assert classifier.blueprint_.arguments["tokens"]["token_dtype"] == "uint16"


def test_neither_padding_nor_neighbours_change_an_answer(classifier) -> None:
    together = classifier.decision_function(X[:20])
    for i in range(20):
        np.testing.assert_allclose(classifier.decision_function(X[i : i + 1]), together[i : i + 1], atol=1e-5)
    assert [m.shape[-1] for m in classifier.attention_maps(X[:3])] == [len(words) for words in X[:3]]


def test_same_bits_pickles_clones_and_folds(classifier) -> None:
    again = clone(classifier).fit(X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(again.weights_, classifier.weights_, strict=True))
    copy = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(copy.predict_proba(X[:30]), classifier.predict_proba(X[:30]))
    scores = cross_val_score(clone(classifier).set_params(epochs=1), X, Y, cv=2, error_score="raise")
    assert np.isfinite(scores).all()
    copy.partial_fit(X[:40], Y[:40])


@pytest.mark.parametrize("kernel_width", [None, 3])
def test_unknown_words(kernel_width) -> None:
    strict = AttentionClassifier(epochs=1, **(OPTIONS | {"kernel_width": kernel_width})).fit(X, Y)
    with pytest.raises(ValueError, match=r"^sequence 0 has 'never' at position 1, not in the vocabulary of \d+ tokens"):
        strict.predict([["w7", "never"]])
    with pytest.raises(TypeError, match=r"^sequence 0 is a string, not a list of tokens"):
        strict.predict(["ACGT"])
    with pytest.raises(ValueError, match=r"min_count=2 is for lists of tokens"):
        AttentionClassifier(min_count=2, **OPTIONS).fit(["ACGT", "CGTA"] * 4, [0, 1] * 4)
    strings = AttentionClassifier(epochs=1, **OPTIONS).fit(["ACGT", "CGTA"] * 4, [0, 1] * 4)
    assert not hasattr(strings, "vocabulary_")
    with pytest.raises(ValueError, match=r"^X holds lists of tokens, but strings over the dna alphabet are exp"):
        strings.predict([["w7"]])
    with pytest.raises(ValueError, match=r"^X_val holds lists of tokens, but strings"):
        AttentionClassifier("dna", epochs=1, **OPTIONS).fit(["ACGT"] * 4, [0, 1] * 2, X_val=[["w"]], y_val=[0])


def test_tokens_in_a_saved_model(classifier, tmp_path: Path) -> None:
    classifier.export_saved_model(tmp_path / "model")
    ask = tf.saved_model.load(str(tmp_path / "model")).signatures["predict_proba"]
    samples = [*X[:9], ["w7", "never", "w9"]]
    padded = tf.ragged.constant(samples).to_tensor("")
    np.testing.assert_allclose(ask(X=padded)["predict_proba"], classifier.predict_proba(samples), atol=1e-5)
    for wrong, message in (([["w7", ""], ["", ""]], "a sequence is empty"), ([["", "w7"]], "only its end is padded")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            ask(X=tf.constant(wrong))
    strict = AttentionClassifier(epochs=1, **OPTIONS).fit(X, Y)
    strict.export_saved_model(tmp_path / "strict")
    ask = tf.saved_model.load(str(tmp_path / "strict")).signatures["predict_proba"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="a sequence has a token not in the vocabulary"):
        ask(X=tf.constant([["w7", "never"]]))


def test_a_large_vocabulary() -> None:
    many = [[f"t{i}" for i in range(start, start + 70_000, 700)] for start in range(700)]
    y = np.arange(700) % 2
    classifier = AttentionClassifier(epochs=1, batch_size=100, **OPTIONS).fit(many, y)
    assert classifier.blueprint_.arguments["tokens"]["token_dtype"] == "int32"
    assert np.isfinite(classifier.predict_proba(many[:3])).all()
