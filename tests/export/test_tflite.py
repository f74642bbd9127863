"""TensorFlow Lite converts exported models whose numbers are of single precision, with its own operations."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from export_parity import CLASSES, X, assert_same

from skmlbio import (
    AttentionClassifier,
    AutoEncoderTransformer,
    DenseClassifier,
    EmbeddingTransformer,
    GCNClassifier,
    ImageCNNClassifier,
    MaskedSequenceEncoder,
    SequenceCNNClassifier,
    SequenceLanguageModel,
    SequenceTagger,
)
from skmlbio.graphs import Graph, ensure_graphs, flat_batch
from skmlbio.sequences import ensure_sequences

SHORT = {"epochs": 1, "random_state": 0}
PLAIN = {"standardize": False, **SHORT}
ATTENTION = {"embedding_dim": 4, "n_heads": 2, "feed_forward_dim": 4, **SHORT}
ROWS = X.astype(np.float32)
IMAGES = np.random.default_rng(0).random((12, 5, 4, 1), np.float32)
STRINGS = ["ACGTAC", "TTGAC", "ACCA", "GG"] * 3
WORDS = [["ATG", "GCC"], ["TAA"], ["GCC", "GCC", "ATG"], ["TAA", "ATG"]] * 3
KINDS = ["a", "b", "a", "c"] * 3
GRAPHS = [Graph(one, [[0, 1, 1, 2], [1, 0, 2, 1]]) for one in np.random.default_rng(1).random((12, 3, 2))]

# What is fitted, on what it answers, and the methods that are asked.
CASES = {
    "classifier": (lambda: DenseClassifier((3,), **PLAIN).fit(ROWS, CLASSES), ROWS[:5], "predict predict_proba"),
    "auto-encoder": (lambda: AutoEncoderTransformer(**PLAIN).fit(ROWS), ROWS[:5], "transform reconstruct"),
    "images": (lambda: ImageCNNClassifier(2, n_blocks=1, **PLAIN).fit(IMAGES, KINDS), IMAGES[:5], "predict_proba"),
    "graphs": (lambda: GCNClassifier(**PLAIN).fit(GRAPHS, KINDS), GRAPHS[:5], "predict predict_proba"),
    "attention": (
        lambda: AttentionClassifier("dna", pooling="class_token", **ATTENTION).fit(STRINGS, KINDS),
        STRINGS[:4],
        "predict predict_proba",
    ),
    "attention to words": (lambda: AttentionClassifier(**ATTENTION).fit(WORDS, KINDS), WORDS[:4], "predict_proba"),
    "convolution": (
        lambda: SequenceCNNClassifier("dna", n_filters=2, **SHORT).fit(STRINGS, KINDS),
        STRINGS[:4],
        "predict_proba",
    ),
    "tagger": (
        lambda: SequenceTagger("dna", body="convolution", **SHORT).fit(STRINGS, [s.lower() for s in STRINGS]),
        STRINGS[:4],
        "predict predict_proba",
    ),
    "masked": (lambda: MaskedSequenceEncoder("dna", **ATTENTION).fit(STRINGS), STRINGS[:4], "transform predict_proba"),
    "language": (
        lambda: SequenceLanguageModel("dna", body="attention", **ATTENTION).fit(STRINGS),
        STRINGS[:4],
        "predict_next",
    ),
    "embedding": (lambda: EmbeddingTransformer(2, alphabet="dna", **SHORT).fit(STRINGS), STRINGS[:4], "transform"),
}


def inputs_of(samples: Any, estimator: Any) -> dict[str, np.ndarray]:
    """What a client sends: an array, graphs joined into one, or the numbers of letters or tokens."""
    if isinstance(samples, np.ndarray):
        return {"X": samples}
    if isinstance(samples[0], Graph):
        batch = flat_batch(ensure_graphs(samples))._asdict()
        return batch | {"node_features": batch.pop("features").astype(np.float32)}
    return {"X": ensure_sequences(samples, alphabet=estimator.alphabet_).pad(dtype="int32")}


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
@pytest.mark.parametrize("name", CASES)
def test_tensorflow_lite_answers_the_same(name: str, tmp_path: Path) -> None:
    fit, samples, verbs = CASES[name]
    estimator = fit()
    estimator.export_saved_model(tmp_path / "served")
    inputs = inputs_of(samples, estimator)
    for verb in verbs.split():
        signature = f"{verb}_tokens" if isinstance(samples[0], str | list) else verb
        converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "served"), signature_keys=[signature])
        interpreter = tf.lite.Interpreter(model_content=converter.convert())
        runner = interpreter.get_signature_runner(signature)
        found = runner(**{one: inputs[one] for one in runner.get_input_details()})[verb]
        expected = getattr(estimator, verb)(samples)
        if not isinstance(expected, list):
            assert_same(found, expected)
            continue
        for row, one in zip(found, expected, strict=True):
            assert_same(row[: len(one)], list(one))
            assert not any(row[len(one) :].ravel())
