"""One Markov chain a class."""

import numpy as np
import pytest
from battery_cases import STRINGS
from scipy.special import logsumexp
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from skmlbio import MarkovChain, MarkovClassifier

X = STRINGS.X
Y = np.array(["b", "a", "c", "b"])[np.arange(len(X)) % 4]
ASKED = [*X[:6], "ACNNGT", "A", "NNN", "RYRYA"]


def chain_of(label: str, **options) -> MarkovChain:
    return MarkovChain(alphabet="dna", **options).fit([x for x, y in zip(X, Y, strict=True) if y == label])


@pytest.mark.parametrize("smoothing", ["additive", "backoff"])
def test_bayes_theorem_on_a_chain_of_each_class(smoothing: str) -> None:
    options = {"order": 2, "smoothing": smoothing, "pseudocount": 0.5}
    classifier = MarkovClassifier(alphabet="dna", **options).fit(X, Y)
    assert is_classifier(classifier) and classifier.classes_.tolist() == ["a", "b", "c"]
    assert classifier.class_count_.tolist() == [5, 10, 5]
    assert classifier.class_prior_.tolist() == [0.25, 0.5, 0.25]
    scores = np.column_stack([chain_of(label, **options).score_samples(ASKED) for label in "abc"])
    joint = scores + np.log(classifier.class_prior_)
    np.testing.assert_allclose(classifier.decision_function(ASKED), joint, rtol=1e-12)
    expected = joint - logsumexp(joint, axis=1, keepdims=True)
    np.testing.assert_allclose(classifier.predict_log_proba(ASKED), expected, atol=1e-12)
    np.testing.assert_allclose(classifier.predict_proba(ASKED).sum(axis=1), 1)
    assert classifier.predict(ASKED).tolist() == [*np.array(["a", "b", "c"])[joint.argmax(axis=1)]]
    np.testing.assert_allclose(classifier.predict_proba(["NNN"]), [[0.25, 0.5, 0.25]])
    assert classifier.score(X, Y) == np.mean(classifier.predict(X) == Y)


def test_chains_of_classes_are_markov_chains() -> None:
    classifier = MarkovClassifier(1, alphabet="dna").fit(X, Y)
    for label, chain in zip("abc", classifier.chains_, strict=True):
        assert np.array_equal(chain.score_samples(ASKED), chain_of(label, order=1).score_samples(ASKED))
        assert len(chain.sample(2, length=7, random_state=0)) == 2
    with pytest.raises(NotFittedError):
        _ = MarkovClassifier().chains_


def test_order_zero_is_naive_bayes_on_letters() -> None:
    peer = make_pipeline(CountVectorizer(analyzer="char", lowercase=False), MultinomialNB(alpha=0.7)).fit(X, Y)
    for smoothing in ("additive", "backoff"):
        classifier = MarkovClassifier(0, smoothing=smoothing, pseudocount=0.7, alphabet="dna").fit(X, Y)
        np.testing.assert_allclose(classifier.predict_log_proba(X), peer.predict_log_proba(X), rtol=1e-9, atol=1e-12)


def test_two_classes_have_log_odds() -> None:
    classifier = MarkovClassifier(1, alphabet="dna").fit(X, np.arange(len(X)) % 2)
    p = classifier.predict_proba(ASKED)
    np.testing.assert_allclose(classifier.decision_function(ASKED), np.log(p[:, 1] / p[:, 0]), atol=1e-9)
    assert classifier.predict(ASKED).tolist() == (classifier.decision_function(ASKED) > 0).astype(int).tolist()


def test_labels_of_any_kind_come_back_as_they_were() -> None:
    codes = np.arange(len(X)) % 2
    for classes in (
        np.array(["no", "yes"]),
        np.array(["no", "yes"], object),
        np.array([False, True]),
        np.array([7, 3]),
    ):
        classifier = MarkovClassifier(1, alphabet="dna").fit(X, classes[codes])
        predicted = classifier.predict(X)
        assert predicted.dtype == classes.dtype and set(predicted.tolist()) <= set(classes.tolist())
        assert classifier.classes_.tolist() == sorted(classes.tolist())


def test_priors() -> None:
    given = MarkovClassifier(1, priors=[0.7, 0.2, 0.1], alphabet="dna").fit(X, Y)
    plain = MarkovClassifier(1, alphabet="dna").fit(X, Y)
    assert given.class_prior_.tolist() == [0.7, 0.2, 0.1]
    np.testing.assert_allclose(
        given.decision_function(X) - plain.decision_function(X),
        np.tile(np.log([0.7, 0.2, 0.1]) - np.log(plain.class_prior_), (len(X), 1)),
    )
    by_label = MarkovClassifier(1, priors={"c": 0.1, "a": 0.7, "b": 0.2}, alphabet="dna").fit(X, Y)
    assert np.array_equal(by_label.class_prior_, given.class_prior_)
    never = MarkovClassifier(1, priors=np.array([1, 0, 0]), alphabet="dna").fit(X, Y)
    assert set(never.predict(X)) == {"a"} and np.isneginf(never.predict_log_proba(X)[:, 1]).all()
    for priors, message in (
        ([0.5, 0.5], r"priors must be 3 numbers, one a class; got shape \(2,\)"),
        ([0.5, 0.6, -0.1], "priors must not be negative and must sum to 1"),
        ([0.5, 0.5, 0.5], "priors must not be negative and must sum to 1"),
        (["a", "b", "c"], r"priors must be 3 numbers, one a class; got \['a', 'b', 'c'\]"),
        ({"a": 1, "b": 0}, r"priors must have the classes \['a', 'b', 'c'\] as keys; got \['a', 'b'\]"),
        ({"a": 0.5, "b": "b", "c": 0}, "priors must be 3 numbers"),
        ([np.nan, 0.5, 0.5], "priors must not be negative and must sum to 1"),
        ("equal", "'priors' parameter"),
    ):
        with pytest.raises(ValueError, match=message):
            MarkovClassifier(priors=priors).fit(X, Y)


def test_weights_count_for_the_priors() -> None:
    classifier = MarkovClassifier(1).fit(X, Y, sample_weight=np.where(Y == "a", 3.0, 1.0))
    np.testing.assert_allclose(classifier.class_prior_, [0.5, 1 / 3, 1 / 6])


def test_classes_that_come_later() -> None:
    classifier = MarkovClassifier(1, alphabet="dna").partial_fit(X[:2], Y[:2], classes=["a", "b", "c"])
    assert (classifier.predict_proba(X)[:, 2] == 0).all() and classifier.class_prior_.tolist() == [0.5, 0.5, 0]
    classifier.partial_fit(X[2:], Y[2:], classes=["a", "b", "c"])
    whole = MarkovClassifier(1, alphabet="dna").fit(X, Y)
    assert np.array_equal(classifier.predict_log_proba(X), whole.predict_log_proba(X))
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit or fit"):
        classifier.partial_fit(X, Y, classes=["a", "b"])
    with pytest.raises(ValueError, match=r"y\[0\] is 'd', which is none of the classes \['a', 'b', 'c'\]"):
        classifier.partial_fit(["ACGT"], ["d"])
    with pytest.raises(ValueError, match="has counted for order=1, but is now to have order=2"):
        classifier.set_params(order=2).partial_fit(X, Y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "MarkovClassifier requires y to be passed"),
        (["a"] * len(X), "y has one class only, 'a'; a classifier needs two classes or more"),
        (Y[:-1], "inconsistent numbers of samples"),
        (np.linspace(0, 1, len(X)), "continuous"),
        (np.eye(len(X), 3, dtype=int) + 1 - 1 * (np.arange(3) == 0), "y must hold one class label a sample"),
        (np.where(np.arange(len(X)) % 2, np.nan, 1.0), "y contains NaN"),
    ],
)
def test_wrong_labels(y, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MarkovClassifier().fit(X, y)


def test_a_string_that_no_class_can_have_is_named() -> None:
    classifier = MarkovClassifier(1, pseudocount=0, smoothing="additive", alphabet="dna").fit(["ACAC", "AGAG"], [0, 1])
    assert classifier.predict(["AC", "GA"]).tolist() == [0, 1]
    assert classifier.decision_function(["ACA", "GAG"]).tolist() == [-np.inf, np.inf]
    for verb in ("predict", "predict_proba", "decision_function"):
        with pytest.raises(ValueError, match="sample 1 of X has the probability 0 in every class"):
            getattr(classifier, verb)(["AC", "TT"])


def test_it_tells_sources_apart_and_works_in_ensembles() -> None:
    sources = [MarkovChain(2, pseudocount=0.5, alphabet="dna").fit([text * 20]) for text in ("ACGATTA", "GATCCAT")]
    strings = [string for chain in sources for string in chain.sample(60, length=40, random_state=0)]
    y = np.repeat([0, 1], 60)
    assert cross_val_score(MarkovClassifier(2, alphabet="dna"), strings, y, cv=3).mean() > 0.95
    calibrated = CalibratedClassifierCV(MarkovClassifier(2, alphabet="dna"), cv=3).fit(strings, y)
    assert calibrated.score(strings, y) > 0.95
