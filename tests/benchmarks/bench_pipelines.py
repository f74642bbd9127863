"""Print what an answer of a pipeline takes in Python, and of the same pipeline as a SavedModel.

Protocol: both answer in one process, with the same samples and in turns, 15 times; a figure is the median.  One row is
asked as often as fills a fifth of a second, after a first call that is not counted; 10,000 strings are asked once, the
client's tensor made from a NumPy array in the clock.  Data are random, seed 0; what is fitted has one epoch, for time
depends on sizes alone.  Labels must be equal.
"""

from __future__ import annotations

import tempfile

import numpy as np
import tensorflow as tf
from _timing import clocked, duration, interleaved, machine, markdown, seconds_per_call
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer, SequenceCNNClassifier
from skmlbio.export import export_saved_model
from skmlbio.sequences import KmerCounter

N_REPEATS = 15
SHORT = {"epochs": 1, "random_state": 0}


def numbers() -> tuple:
    """A scaler, an auto-encoder and a logistic regression; one row of 100 numbers."""
    X = np.random.default_rng(0).normal(size=(500, 100))
    y = np.where(X[:, 0] > 0, "up", "down")
    pipeline = make_pipeline(StandardScaler(), AutoEncoderTransformer(**SHORT), LogisticRegression())
    return pipeline.fit(X, y), X[:1], tf.float64


def strings() -> np.ndarray:
    """10,000 strings of 200 letters, and labels of theirs."""
    letters = np.random.default_rng(0).choice(list("ACGT"), size=(10_000, 200))
    return np.array(["".join(row) for row in letters], object)


def network_of_strings() -> tuple:
    X = strings()
    y = np.where([string[0] in "AC" for string in X], "first", "second")
    return make_pipeline(SequenceCNNClassifier("dna", **SHORT)).fit(X[:500], y[:500]), X, tf.string


def words_of_strings() -> tuple:
    X = strings()
    y = np.where([string[0] in "AC" for string in X], "first", "second")
    pipeline = make_pipeline(KmerCounter(4, alphabet="dna"), LogisticRegression(max_iter=1000))
    return pipeline.fit(X[:500], y[:500]), X, tf.string


CASES = {
    "scaler, auto-encoder, logistic regression: one row": (numbers, 0.5),
    "convolutional network: 10,000 strings of 200": (network_of_strings, 1.1),
    "4-mers, logistic regression: 10,000 strings of 200": (words_of_strings, 1.1),
}


def main() -> None:
    rows = []
    for name, (make, aim) in CASES.items():
        pipeline, X, dtype = make()
        with tempfile.TemporaryDirectory() as folder:
            export_saved_model(pipeline, f"{folder}/model")
            predict = tf.saved_model.load(f"{folder}/model").signatures["predict"]

            def served(predict=predict, X=X, dtype=dtype) -> np.ndarray:
                return predict(X=tf.constant(X, dtype))["predict"].numpy()

            assert [label.decode() for label in served()] == pipeline.predict(X).tolist()
            calls = {"python": lambda pipeline=pipeline, X=X: pipeline.predict(X), "served": served}
            clock = {"clock": seconds_per_call} if len(X) == 1 else {}
            times = interleaved(clocked(calls, **clock), N_REPEATS)
        ratio = times["served"] / times["python"]
        rows.append((name, duration(times["python"]), duration(times["served"]), f"{ratio:.2f}", f"{aim:g}"))
    print(machine(), "\n")
    print(markdown("pipeline and samples | in Python | as a SavedModel | ratio | to reach", rows))


if __name__ == "__main__":
    main()
