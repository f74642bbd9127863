"""Encoders of strings, and estimators of what is no table, answer in TensorFlow as they do here."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from export_parity import assert_same, served
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AttentionClassifier, DenseClassifier, ImageCNNClassifier, MarkovChain, MarkovClassifier
from skmlbio.export._exported_model import exported_model
from skmlbio.sequences import KmerCounter, KmerTokenizer, OneHotSequenceEncoder, TokenEncoder

STRINGS = ["ACGTAC", "TTGNAC", "acca", "RGG", "GATTACA", "CCGGTTAA", "TG"] * 4
LABELS = np.array(["a", "b", "a", "b", "a", "b", "a"] * 4)
THREE = np.array(["x", "y", "z", "x", "y", "z", "x"] * 4)
CLASSIFIED = ["predict", "predict_proba", "decision_function"]
SHORT = {"epochs": 1, "random_state": 0}
LOGISTIC = LogisticRegression()
PIPELINES = {
    "counts": make_pipeline(KmerCounter(2, alphabet="dna")),
    "counts of both strands": make_pipeline(KmerCounter(3, canonical=True, vocabulary="all", alphabet="dna"), LOGISTIC),
    "codons": make_pipeline(KmerCounter(3, stride=3, alphabet="dna"), TfidfTransformer(), TruncatedSVD(2)),
    "logarithms": make_pipeline(KmerCounter(1, alphabet="dna"), TfidfTransformer(sublinear_tf=True, norm="l1")),
    "proteins": make_pipeline(KmerCounter(2, alphabet="protein", unknown="mask"), StandardScaler(with_mean=False)),
    "one-hot": make_pipeline(OneHotSequenceEncoder("dna", truncate=True, length=5, flatten=True), LOGISTIC),
    "vectors": make_pipeline(OneHotSequenceEncoder("dna")),
    "tokens": make_pipeline(TokenEncoder("dna", length=9)),
    "side by side": make_pipeline(
        FeatureUnion(
            [("count", KmerCounter(1, alphabet="dna")), ("spell", OneHotSequenceEncoder("dna", flatten=True))]
        ),
        DenseClassifier((3,), **SHORT),
    ),
    "words": make_pipeline(
        KmerTokenizer(2, canonical=True, alphabet="dna"), AttentionClassifier(unknown="mask", **SHORT)
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_of_strings_answers_the_same(name: str) -> None:
    pipeline = PIPELINES[name].fit(STRINGS, LABELS)
    functions = served(pipeline)

    def check(strings: list[str]) -> None:
        for verb, function in functions.items():
            assert_same(function(np.array(strings, object)), getattr(pipeline, verb.removesuffix("_tokens"))(strings))

    check(STRINGS)

    @settings(max_examples=5, deadline=None, derandomize=True, database=None)
    @given(st.lists(st.text("ACGTRNacgt", min_size=2 if name != "words" else 8, max_size=8), min_size=1, max_size=4))
    def more(strings: list[str]) -> None:
        check([f"AC{string[2:]}" for string in strings])

    more()


def test_a_string_that_is_too_long_or_unknown_stops_a_call() -> None:
    functions = served(PIPELINES["tokens"].fit(STRINGS))
    for string, message in (
        ("A" * 10, "got a sequence of more than 9 characters"),
        ("AXA", "is not in"),
        ("", "is empty"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            functions["transform"](np.array([string], object))


@pytest.mark.parametrize("name", ["chain", "coins", "strict chain", "of three", "of two", "never"])
def test_markov_chains_answer_the_same(name: str) -> None:
    model = {
        "chain": MarkovChain(2, alphabet="dna"),
        "coins": MarkovChain(0, alphabet="dna", smoothing="additive"),
        "strict chain": MarkovChain(1, alphabet="dna", pseudocount=0),
        "of three": MarkovClassifier(1, alphabet="dna"),
        "of two": MarkovClassifier(3, alphabet="dna", unknown="mask"),
        "never": MarkovClassifier(0, alphabet="dna", priors=[1, 0]),
    }[name]
    model.fit(STRINGS, THREE if name == "of three" else LABELS)
    functions = served(model)
    verbs = ["score_samples", "predict_next"] if isinstance(model, MarkovChain) else CLASSIFIED
    assert set(functions) == {verb + suffix for verb in verbs for suffix in ("", "_tokens")}

    @settings(max_examples=8, deadline=None, derandomize=True, database=None)
    @given(st.lists(st.text("ACGTRNacg", min_size=1, max_size=9), min_size=1))
    def check(strings: list[str]) -> None:
        for verb, function in functions.items():
            found = function(np.array(strings, object))
            assert_same(found, getattr(model, verb.removesuffix("_tokens"))(strings))

    check()


def test_a_string_that_no_class_can_have_stops_a_call() -> None:
    classifier = MarkovClassifier(1, alphabet="dna", pseudocount=0).fit(["AAAA", "AATT"], ["a", "b"])
    functions = served(classifier)
    for strings in (["AATA"], np.array(["AATA"], object)):
        with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match="the probability 0 in every class"):
            (functions["predict"] if isinstance(strings, np.ndarray) else classifier.predict)(strings)


def test_more_contexts_than_the_forward_algorithm_keeps_are_refused() -> None:
    with pytest.raises(TypeError, match="cannot be exported with 16,384 contexts of 7 letters; 8,192 are the most"):
        served(MarkovChain(7, alphabet="dna").fit(STRINGS))


def test_lists_of_tokens_are_encoded_the_same() -> None:
    tokens = [["a", "bc"], ["é"], ["bc", "bc", "a"]]
    encoder = TokenEncoder("learned", unknown="mask").fit(tokens)
    functions = served(encoder)
    sent = np.array([["a", "new", ""], ["é", "é", "bc"], ["bc", "", ""]], object)
    expected = encoder.transform([[token for token in row if token] for row in sent])
    np.testing.assert_array_equal(functions["transform"](sent), expected)
    of_numbers = exported_model(encoder).functions["transform_tokens"]
    np.testing.assert_array_equal(of_numbers(X=tf.constant(expected))["transform"], expected)
    strict = make_pipeline(KmerTokenizer(2, alphabet="dna"), TokenEncoder("learned")).fit(STRINGS)
    assert_same(served(strict)["transform"](np.array(STRINGS, object)), strict.transform(STRINGS))
    with pytest.raises(tf.errors.InvalidArgumentError, match="a sequence has a token not in the vocabulary"):
        served(strict)["transform"](np.array(["CTCT"], object))


def test_a_network_of_images_stands_behind_what_passes_them() -> None:
    images = (np.random.default_rng(0).random((8, 4, 4, 1)) * 255).astype(np.uint8)
    pipeline: Any = make_pipeline("passthrough", ImageCNNClassifier(2, n_blocks=1, **SHORT)).fit(images, LABELS[:8])
    functions = served(pipeline)
    assert_same(functions["predict_proba"](images), pipeline.predict_proba(images))
    assert_same(functions["predict"](images), pipeline.predict(images))
