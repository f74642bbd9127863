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

from skmlbio import AttentionClassifier, DenseClassifier, ImageCNNClassifier
from skmlbio.sequences import KmerCounter, KmerTokenizer, OneHotSequenceEncoder, TokenEncoder

STRINGS = ["ACGTAC", "TTGNAC", "acca", "RGG", "GATTACA", "CCGGTTAA", "TG"] * 4
LABELS = np.array(["a", "b", "a", "b", "a", "b", "a"] * 4)
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


def test_lists_of_tokens_are_refused() -> None:
    encoder = TokenEncoder("learned").fit([["a", "b"], ["c"]])
    with pytest.raises(TypeError, match="cannot be exported for lists of tokens, only for strings"):
        served(encoder)


def test_a_network_of_images_stands_behind_what_passes_them() -> None:
    images = (np.random.default_rng(0).random((8, 4, 4, 1)) * 255).astype(np.uint8)
    pipeline: Any = make_pipeline("passthrough", ImageCNNClassifier(2, n_blocks=1, **SHORT)).fit(images, LABELS[:8])
    functions = served(pipeline)
    assert_same(functions["predict_proba"](images), pipeline.predict_proba(images))
    assert_same(functions["predict"](images), pipeline.predict(images))
