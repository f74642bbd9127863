"""Files of ONNX answer in ONNX Runtime as estimators and pipelines do here."""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import tensorflow as tf
from export_parity import CLASSES, GAPS, PAIR, TARGET, X, assert_same, strings_as_bytes
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, QuantileTransformer

from skmlbio import (
    AttentionClassifier,
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    GCNClassifier,
    ImageCNNClassifier,
    MarkovClassifier,
    RNNClassifier,
    RNNRegressor,
    SequenceCNNRegressor,
    SequenceLanguageModel,
    SequenceTagger,
    TransformerTranslator,
    VAESampler,
)
from skmlbio.export import export_onnx, register_converter
from skmlbio.export._onnx_graph import onnx_model
from skmlbio.graphs import Graph, ensure_graphs, flat_batch
from skmlbio.sequences import KmerCounter, OneHotSequenceEncoder, Sequences, ensure_sequences

SHORT = {"epochs": 1, "random_state": 0}
FRAME = pd.DataFrame(X, columns=list("pqrs"))
STRINGS = ["ACGTAC", "TTGAC", "ACCA", "GG", "GATTACA"] * 3
WORDS = [["ATG", "GCC"], ["TAA"], ["GCC", "GCC", "ATG"], ["TAA", "ATG"], ["GCC"]] * 3
KINDS = ["a", "b", "a", "c", "b"] * 3
SMALL = {"embedding_dim": 4, **SHORT}


def asked(path: Path, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """What a file answers in ONNX Runtime; strings as bytes, as TensorFlow has them."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    kinds = {"tensor(double)": np.float64, "tensor(float)": np.float32, "tensor(int32)": np.int32}
    (found,) = session.run(None, {one.name: inputs[one.name].astype(kinds[one.type]) for one in session.get_inputs()})
    return strings_as_bytes(found)


NUMBERS = {
    "classifier": (lambda: DenseClassifier((3,), **SHORT).fit(X, CLASSES), X),
    "two classes": (lambda: DenseClassifier((3,), **SHORT).fit(X, PAIR), X),
    "regressor of a frame": (lambda: DenseRegressor((3,), **SHORT).fit(FRAME, TARGET), FRAME),
    "auto-encoder": (lambda: AutoEncoderTransformer(**SHORT).fit(X), X),
    "gaps": (lambda: make_pipeline(SimpleImputer(), PCA(2), DenseClassifier((3,), **SHORT)).fit(GAPS, CLASSES), GAPS),
    "quantiles": (
        lambda: make_pipeline(QuantileTransformer(n_quantiles=9), LogisticRegression()).fit(X, CLASSES),
        X,
    ),
    "neighbors": (lambda: make_pipeline(PowerTransformer(), KNeighborsClassifier(3)).fit(X, CLASSES), X),
    "forest": (lambda: RandomForestClassifier(3, max_depth=3, random_state=0).fit(X, CLASSES), X),
    "boosting": (lambda: HistGradientBoostingRegressor(max_iter=3).fit(X, TARGET), X),
}
VERBS = ["predict", "predict_proba", "decision_function", "transform", "reconstruct"]


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_answered_the_same(name: str, tmp_path: Path) -> None:
    fit, samples = NUMBERS[name]
    estimator = fit()
    verbs = [verb for verb in VERBS if hasattr(estimator, verb)]
    for verb in verbs:
        export_onnx(estimator, tmp_path / "model.onnx", signature=verb, overwrite=verb != verbs[0])
        rows = samples[:7]
        inputs = dict(rows) if samples is FRAME else {"X": rows}
        inputs = {key: np.asarray(value) for key, value in inputs.items()}
        assert_same(asked(tmp_path / "model.onnx", inputs), getattr(estimator, verb)(rows))


def test_several_outputs_have_names(tmp_path: Path) -> None:
    several = np.column_stack([CLASSES, np.where(TARGET > 1, "much", "little")])
    forest = RandomForestClassifier(3, max_depth=3, random_state=0).fit(X, several)
    export_onnx(forest, tmp_path / "forest.onnx", signature="predict_proba")
    session = onnxruntime.InferenceSession(str(tmp_path / "forest.onnx"))
    found = session.run(["predict_proba_0", "predict_proba_1"], {"X": X})
    for part, expected in zip(found, forest.predict_proba(X), strict=True):
        assert_same(part, expected)


def test_images_of_several_sizes(tmp_path: Path) -> None:
    images = [np.full((5 - i % 2, 4, 1), 60 * (i % 3), np.float32) for i in range(12)]
    classifier = ImageCNNClassifier(2, n_blocks=1, **SHORT).fit(images, KINDS[:12])
    export_onnx(classifier, tmp_path / "images.onnx", signature="predict_proba")
    padded = np.stack([np.pad(image, ((0, 5 - len(image)), (0, 0), (0, 0))) for image in images])
    inputs = {"X": padded, "sizes": np.array([image.shape[:2] for image in images])}
    assert_same(asked(tmp_path / "images.onnx", inputs), classifier.predict_proba(images))


def test_graphs(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(6, 3, 2))
    edges = [[0, 1, 1, 2], [1, 0, 2, 1]]
    graphs = [Graph(one, np.array(edges)[:, : 2 + 2 * (i % 2)]) for i, one in enumerate(features)]
    lonely = [Graph(one, np.zeros((2, 0), int)) for one in features[:2]]
    for conv in ("auto", "gat"):
        classifier = GCNClassifier(conv, hidden_layer_sizes=(4,), **SHORT).fit(graphs, KINDS[:6])
        export_onnx(classifier, tmp_path / conv, signature="predict_proba")
        for some in (graphs, lonely[:1], lonely, [*lonely, *graphs]):
            inputs = flat_batch(ensure_graphs(some))._asdict()
            inputs["node_features"] = inputs.pop("features")
            assert_same(asked(tmp_path / conv, inputs), classifier.predict_proba(some))


def test_samples_of_a_density(tmp_path: Path) -> None:
    sampler = VAESampler(latent_dim=2, **SHORT).fit(X)
    export_onnx(sampler, tmp_path / "sampler.onnx", signature="sample")
    session = onnxruntime.InferenceSession(str(tmp_path / "sampler.onnx"))
    (found,) = session.run(None, {"n_samples": np.array(4), "seed": np.array(7)})
    assert_same(found, sampler.sample(4, random_state=7))


# Numbers in place of letters and tokens -------------------------------------------------------------------------------

OF_STRINGS = {
    "attention": lambda: AttentionClassifier(
        "dna", n_heads=2, feed_forward_dim=4, attention_window=2, pooling="class_token", **SMALL
    ).fit(STRINGS, KINDS),
    "attention to words": lambda: AttentionClassifier(n_heads=2, feed_forward_dim=4, **SMALL).fit(WORDS, KINDS),
    "convolution": lambda: SequenceCNNRegressor("dna", n_filters=2, **SMALL).fit(STRINGS, range(15)),
    "lstm": lambda: RNNRegressor("dna", n_units=2, **SMALL).fit(STRINGS, range(15)),
    "gru": lambda: RNNClassifier("dna", n_units=2, cell="gru", **SMALL).fit(STRINGS, KINDS),
    "tagger": lambda: SequenceTagger("dna", body="rnn", n_units=2, **SMALL).fit(STRINGS, [s.lower() for s in STRINGS]),
    "chain": lambda: SequenceTagger("dna", body="rnn", n_units=2, crf=True, **SMALL).fit(STRINGS, STRINGS),
    "language": lambda: SequenceLanguageModel("dna", n_units=2, **SMALL).fit(STRINGS),
    "Markov": lambda: MarkovClassifier(2, alphabet="dna").fit([*STRINGS, "ANNT"], [*KINDS, "a"]),
    "k-mers": lambda: make_pipeline(KmerCounter(2, alphabet="dna"), LogisticRegression()).fit(STRINGS, KINDS),
    "one-hot": lambda: make_pipeline(OneHotSequenceEncoder("dna", flatten=True), DenseClassifier((3,), **SHORT)).fit(
        STRINGS, KINDS
    ),
}
SEVERAL = {
    "Markov": "predict predict_proba",
    "tagger": "predict predict_proba",
    "language": "score_samples predict_next",
}


def numbers_of(strings: list, alphabet: Any) -> np.ndarray:
    return ensure_sequences(strings, alphabet=alphabet).pad(dtype="int32")


@pytest.mark.parametrize("name", OF_STRINGS)
def test_numbers_of_tokens_are_answered_as_strings_are(name: str, tmp_path: Path) -> None:
    estimator = OF_STRINGS[name]()
    strings = WORDS[:5] if "words" in name else STRINGS[:5]
    first = estimator[0] if hasattr(estimator, "steps") else estimator
    for verb in SEVERAL.get(name, "predict").split():
        export_onnx(estimator, tmp_path / f"{verb}.onnx", signature=f"{verb}_tokens")
        found = asked(tmp_path / f"{verb}.onnx", {"X": numbers_of(strings, first.alphabet_)})
        expected = getattr(estimator, verb)(strings)
        if not isinstance(expected, list):
            assert_same(found, expected)
            continue
        for row, one in zip(found, expected, strict=True):
            assert_same(row[: len(one)], list(one) if isinstance(one, str) else one)
            assert not row[len(one) :].any()


def test_strings_are_drawn_as_numbers(tmp_path: Path) -> None:
    model = OF_STRINGS["language"]()
    export_onnx(model, tmp_path / "draw.onnx", signature="sample_tokens")
    session = onnxruntime.InferenceSession(str(tmp_path / "draw.onnx"))
    given = {"n_samples": np.array(5), "seed": np.array(3), "temperature": np.float32(1), "max_length": np.int32(9)}
    (found,) = session.run(None, {name: np.asarray(value) for name, value in given.items()})
    assert Sequences.from_padded(found, model.alphabet_).to_strings() == model.sample(5, max_length=9, random_state=3)


def test_translations_are_scored_and_written_as_numbers(tmp_path: Path) -> None:
    translator = TransformerTranslator("dna", target_alphabet="dna", architecture="rnn", n_blocks=1, **SMALL)
    translator.fit(STRINGS, STRINGS[::-1])
    X, y = (numbers_of(strings, "dna") for strings in (STRINGS[:5], STRINGS[::-1][:5]))
    export_onnx(translator, tmp_path / "scores.onnx", signature="score_samples_tokens")
    found = asked(tmp_path / "scores.onnx", {"X": X, "y": y})
    assert_same(found, translator.score_samples(STRINGS[:5], STRINGS[::-1][:5]))
    export_onnx(translator, tmp_path / "written.onnx", signature="predict_tokens")
    found = asked(tmp_path / "written.onnx", {"X": X})
    assert Sequences.from_padded(found, translator.target_alphabet_).to_strings() == translator.predict(STRINGS[:5])


# What a file is, and what is refused ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classifier() -> DenseClassifier:
    return DenseClassifier((3,), **SHORT).fit(FRAME, CLASSES)


def test_a_file_tells_of_itself(classifier: DenseClassifier, tmp_path: Path) -> None:
    export_onnx(classifier, tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert [output.name for output in model.graph.output] == ["predict"]
    assert [given.name for given in model.graph.input] == list("pqrs")
    assert told["estimator"] == "DenseClassifier" and json.loads(told["signatures"]) == ["predict"]
    assert json.loads(told["classes"]) == ["high", "low", "mïddle"]
    assert json.loads(told["feature_names"]) == {name: name for name in "pqrs"}
    assert json.loads(told["versions"])["tensorflow"] == tf.__version__


def test_a_file_tells_what_numbers_of_letters_stand_for(tmp_path: Path) -> None:
    export_onnx(OF_STRINGS["k-mers"](), tmp_path / "model.onnx", signature="predict_tokens")
    told = {entry.key: entry.value for entry in onnx.load(tmp_path / "model.onnx").metadata_props}
    found = json.loads(told["vocabularies"])["X"]
    assert found["tokens"][:6] == ["", "<unknown>", "A", "C", "G", "T"] and found["tokens"][16] == "N"
    assert (found["padding"], found["unknown"], found["case_sensitive"]) == (0, 1, False)


def test_what_lies_at_the_path_stays(classifier: DenseClassifier, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    for name, overwrite, message in (
        ("file", False, "exists already; overwrite=True replaces it"),
        ("link", True, "is no file; only a file is replaced"),
        ("folder", True, "is no file; only a file is replaced"),
    ):
        with pytest.raises(FileExistsError, match=message):
            export_onnx(classifier, tmp_path / name, overwrite=overwrite)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        export_onnx(classifier, tmp_path / "none" / "file")
    assert (tmp_path / "file").read_text() == "mine"
    export_onnx(classifier, tmp_path / "file", overwrite=True)
    assert onnx.load(tmp_path / "file").producer_name == "skmlbio"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder", "link"]


class Backwards(TransformerMixin, BaseEstimator):
    """Adds rows up from the last one."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.cumsum(X[::-1], axis=0)[::-1]


@register_converter(Backwards)
def convert_backwards(step):
    return lambda X: tf.scan(lambda total, row: total + row, X, tf.zeros_like(X[0]), reverse=True)


def test_what_onnx_cannot_hold_is_refused_before_anything_is_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    strings = RNNClassifier("dna", n_units=2, **SMALL).fit(STRINGS, KINDS)
    sampler = VAESampler(latent_dim=2, **SHORT).fit(X)
    tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["A"], [1]), 0)  # which TensorFlow would log
    for estimator, signature, error, message in (
        (strings, None, TypeError, "'predict' takes strings as 'X', .* signature='predict_tokens' takes numbers in"),
        (strings, "guess", ValueError, "no signature 'guess'; there are 'predict', 'predict_proba'"),
        (sampler, "score_samples", TypeError, "'score_samples' .* operation Bitcast .* has no counterpart"),
        (Backwards().fit(X), None, TypeError, "'transform' .* does not write the items of a list in their order"),
    ):
        with pytest.raises(error, match=message):
            export_onnx(estimator, tmp_path / "model.onnx", signature=signature)
    assert not list(tmp_path.iterdir())
    assert not caplog.records and logging.getLogger("tf2onnx").level == logging.NOTSET
    caplog.set_level("WARNING", "tf2onnx")
    with pytest.raises(TypeError, match="operation Bitcast"):
        export_onnx(sampler, tmp_path / "model.onnx", signature="score_samples")
    assert "Unsupported ops: Counter({'Bitcast': 1})" in caplog.messages


def test_types_that_onnx_runtime_does_not_know_are_refused() -> None:
    def tangent(x: tf.Tensor) -> dict:
        return {"tangent": tf.math.tan(x)}

    function = tf.function(tangent).get_concrete_function(tf.TensorSpec((None,), tf.float64, "x"))
    with pytest.raises(TypeError, match="the signature 'tangent' cannot be written for ONNX: ONNX Runtime says"):
        onnx_model(function, "tangent")


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32])
def test_segments_may_have_no_rows(kind: type) -> None:
    def of_segments(rows: tf.Tensor, segments: tf.Tensor) -> dict:
        several = rows[:, tf.newaxis] * tf.constant([1, -1], rows.dtype)
        most = tf.math.unsorted_segment_max(several, segments, 3)
        return {"most": most, "sums": tf.math.unsorted_segment_sum(rows, segments, 3)}

    specs = tf.TensorSpec((None,), kind, "rows"), tf.TensorSpec((None,), tf.int32, "segments")
    function = tf.function(of_segments).get_concrete_function(*specs)
    session = onnxruntime.InferenceSession(onnx_model(function, "of_segments").SerializeToString())
    for places in ([2, 0, 2, 2], [1], []):
        rows = np.arange(1, len(places) + 1).astype(kind)
        given = {"rows": rows, "segments": np.array(places, np.int32)}
        for found, name in zip(session.run(["most", "sums"], given), ["most", "sums"], strict=True):
            np.testing.assert_array_equal(found, of_segments(*map(tf.constant, given.values()))[name])


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_a_place_that_is_none_has_no_one(axis: int) -> None:
    def ones(x: tf.Tensor) -> dict:
        return {"ones": tf.one_hot(x, 3, axis=axis, on_value=2.0, off_value=-1.0, dtype=tf.float64)}

    function = tf.function(ones).get_concrete_function(tf.TensorSpec((None, None), tf.int32, "x"))
    session = onnxruntime.InferenceSession(onnx_model(function, "ones").SerializeToString())
    places = np.array([[0, 2], [-1, 3], [1, -2]], np.int32)
    (found,) = session.run(None, {"x": places})
    np.testing.assert_array_equal(found, ones(tf.constant(places))["ones"])


def test_what_is_not_taken_may_be_infinite_and_logarithms_have_all_digits() -> None:
    def logarithm(x: tf.Tensor) -> dict:
        return {"found": tf.where(x > 0, tf.math.log(x), 0)}

    function = tf.function(logarithm).get_concrete_function(tf.TensorSpec((None,), tf.float64, "x"))
    session = onnxruntime.InferenceSession(onnx_model(function, "logarithm").SerializeToString())
    (found,) = session.run(None, {"x": np.array([0, 1e-300, 3])})
    np.testing.assert_allclose(found, [0, -300 * np.log(10), np.log(3)], rtol=1e-15)


def test_a_missing_library_is_named(classifier: DenseClassifier, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ImportError, match=r'export_onnx needs tf2onnx and ONNX Runtime: pip install "skmlbio\[onnx\]"'):
        export_onnx(classifier, tmp_path / "model.onnx")
