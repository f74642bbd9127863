"""Exported pipelines answer in a process in which skmlbio, Keras and scikit-learn cannot be imported."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from export_parity import CLASSES, GAPS, PAIR, TARGET, X, assert_parity, assert_same, served
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor, VAESampler
from skmlbio.export import export_saved_model, register_converter
from skmlbio.export._exported_model import exported_model
from skmlbio.export._register import CONVERTERS
from skmlbio.sequences import KmerCounter

SHORT = {"hidden_layer_sizes": (4,), "epochs": 1, "random_state": 0}
FRAME = pd.DataFrame(X, columns=["mean radius", "mean_radius", "class", "β"])
GAPPY = FRAME.mask(np.isnan(GAPS))
# What is exported, and what it is asked.
CASES: dict[str, tuple[Callable[[], Any], Any]] = {
    "scaled labels": (lambda: make_pipeline(StandardScaler(), DenseClassifier(**SHORT)).fit(X, CLASSES), X),
    "scaled booleans": (lambda: make_pipeline(StandardScaler(), DenseClassifier(**SHORT)).fit(X, PAIR == 7), X),
    "frame": (lambda: make_pipeline(SimpleImputer(), DenseRegressor(**SHORT)).fit(GAPPY, TARGET), GAPPY),
    "codes": (lambda: make_pipeline(RobustScaler(), AutoEncoderTransformer(2, **SHORT), PCA(1)).fit(X), X),
    "pandas inside": (
        lambda: make_pipeline(MinMaxScaler(), DenseClassifier(**SHORT)).set_output(transform="pandas").fit(X, PAIR),
        X,
    ),
}
MIXED = pd.DataFrame({"dose": X[:, 0], "tissue": np.where(PAIR == 3, "lung", "Ähre"), "note": "none", "n": PAIR})
STRINGS = ["ACGT", "TTG", "CA"] * 20
CASES |= {
    "mixed columns": (
        lambda: make_pipeline(
            make_column_transformer(
                (StandardScaler(), ["dose"]), (OneHotEncoder(), ["tissue", "n"]), sparse_threshold=0
            ),
            AutoEncoderTransformer(2, **SHORT),
            StackingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], cv=2),
        ).fit(MIXED, CLASSES),
        MIXED,
    ),
    "strings": (
        lambda: make_pipeline(KmerCounter(1, alphabet="dna"), RandomForestClassifier(3)).fit(STRINGS, CLASSES),
        STRINGS,
    ),
    "search": (
        lambda: GridSearchCV(
            make_pipeline(QuantileTransformer(n_quantiles=9), DenseClassifier(**SHORT)), {}, cv=2, error_score="raise"
        ).fit(X, CLASSES),
        X,
    ),
}
# TensorFlow alone: asks every model for every signature, and writes down what it hears.
CLIENT = """
import json, sys
sys.modules.update(dict.fromkeys(["skmlbio", "keras", "sklearn"]))
import numpy as np, tensorflow as tf

answers = {}
for case in json.load(open("questions.json")):
    served = tf.saved_model.load(f"models/{case}").signatures
    question = np.load(f"{case}.npz")
    for name, signature in served.items():
        specs = signature.structured_input_signature[1]
        suffix = "_tokens" if name.endswith("_tokens") else ""
        given = {key: tf.constant(question[key + suffix].tolist(), spec.dtype) for key, spec in specs.items()}
        for key, answer in signature(**given).items():
            answer = answer.numpy()
            answers[f"{case}/{name}/{key}"] = answer.astype("S") if answer.dtype == object else answer
np.savez("answers.npz", **answers)
"""


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    return {case: fit() for case, (fit, _) in CASES.items()}


def inputs(samples: Any, told: dict[str, Any]) -> dict[str, np.ndarray]:
    """What a client sends that knows what a model tells of itself."""
    if isinstance(samples, pd.DataFrame) and all(kind.kind == "f" for kind in samples.dtypes):
        names = ["mean_radius_2", "mean_radius", "feature_class", "feature"]
        return {"X": samples.to_numpy()} | dict(zip(names, samples.to_numpy().T, strict=True))
    if isinstance(samples, pd.DataFrame):
        return {name: np.array(samples[name].tolist()) for name in samples}
    given = {"X": np.asarray(samples)}
    if "vocabularies" in told:
        tokens, n_letters = told["vocabularies"]["X"]["tokens"], max(map(len, samples))
        numbers = [[tokens.index(letter) for letter in string] for string in samples]
        given["X_tokens"] = np.array([row + [0] * (n_letters - len(row)) for row in numbers])
    return given


@pytest.fixture(scope="module")
def answers(fitted: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("pipelines")
    (folder / "models").mkdir()
    for case, pipeline in fitted.items():
        export_saved_model(pipeline, folder / "models" / case)
        told = json.loads((folder / "models" / case / "assets.extra" / "skmlbio.json").read_text())
        np.savez(folder / f"{case}.npz", **inputs(CASES[case][1], told))
    (folder / "questions.json").write_text(json.dumps(list(fitted)))
    done = subprocess.run(
        [sys.executable, "-c", CLIENT], cwd=folder, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / "answers.npz") as found:
        return dict(found)


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_the_pipeline(case: str, fitted: dict, answers: dict) -> None:
    found = {key.split("/")[1]: answer for key, answer in answers.items() if key.startswith(f"{case}/")}
    found.pop("serving_default")
    assert found
    for signature, answer in found.items():
        verb = signature.removesuffix("_matrix").removesuffix("_tokens")
        expected = np.asarray(getattr(fitted[case], verb)(CASES[case][1]))
        answer = np.char.decode(answer, "utf-8").astype(object) if answer.dtype.kind == "S" else answer
        if expected.dtype.kind in "OUT":
            assert answer.tolist() == expected.tolist()
        else:
            assert_same(answer, expected)


def test_a_pipeline_of_one_step_has_all_signatures_of_the_step() -> None:
    sampler = make_pipeline("passthrough", make_pipeline(VAESampler(1, **SHORT))).fit(X)
    assert {"sample", "inverse_transform", "transform"} <= exported_model(sampler).functions.keys()


def test_a_model_tells_what_it_is(tmp_path: Path) -> None:
    pipeline = make_pipeline(StandardScaler(), None, DenseClassifier(**SHORT)).fit(FRAME, CLASSES)
    export_saved_model(pipeline, tmp_path / "model", version=1)
    told = json.loads((tmp_path / "model" / "1" / "assets.extra" / "skmlbio.json").read_text("utf-8"))
    steps = {"standardscaler": "StandardScaler", "nonetype": None, "denseclassifier": "DenseClassifier"}
    assert told["estimator"] == steps
    assert told["classes"] == sorted(set(CLASSES))
    assert told["feature_names"]["mean radius"] == "mean_radius_2"
    assert told["versions"]["tensorflow"] == tf.__version__
    verbs = ["predict", "predict_proba", "decision_function"]
    assert told["signatures"] == ["serving_default", *verbs, *(f"{verb}_matrix" for verb in verbs)]


class Shift(TransformerMixin, BaseEstimator):
    """A user's own step."""

    def fit(self, X, y=None):
        self.n_features_in_, self.shift_ = X.shape[1], X.min(axis=0)
        return self

    def transform(self, X):
        return X - self.shift_


class Heir(Shift):
    """Has no converter of its own."""


def test_users_register_converters_for_exact_classes(tmp_path: Path) -> None:
    @register_converter(Shift)
    def convert_shift(step):
        return lambda X: X - step.shift_

    pipeline = make_pipeline(Shift(), StandardScaler()).fit(X)
    assert_parity(pipeline, served(pipeline), X)
    with pytest.raises(TypeError, match=r"step 'heir' \(Heir\) cannot be exported, .* or export a part without it"):
        export_saved_model(make_pipeline(Heir(), StandardScaler()).fit(X), tmp_path / "model")
    assert not list(tmp_path.iterdir())
    with pytest.raises(TypeError, match="register_converter takes a class, got"):
        register_converter(Shift())
    with pytest.raises(TypeError, match="a converter of Shift is a function of a fitted step, got 5"):
        register_converter(Shift)(5)


class Wrong(Shift):
    """Has one wrong converter after another; takes no ones if so told."""

    def __init__(self, takes_ones=True):
        self.takes_ones = takes_ones

    def transform(self, X):
        if not self.takes_ones and (np.asarray(X) == 1).all():
            raise ValueError("no ones")
        return X - self.shift_

    def predict(self, X):
        return X[:, 0]


@pytest.mark.parametrize(
    ("convert", "message"),
    [
        (lambda step: None, "its converter returns None: a function is allowed, or a dict of functions"),
        (lambda step: {}, r"its converter returns {}: a function"),
        (lambda step: {"transform": 5}, r"its converter returns {'transform': 5}: a function"),
        (lambda step: step.scale_, "its converter fails: AttributeError: 'Wrong' object has no attribute 'scale_'"),
        (
            lambda step: lambda X: np.clip(X, 0, 1),
            "for 'transform' fails: NotImplementedError: Cannot convert a symbolic",
        ),
        (lambda step: lambda X: None, "for 'transform' returns None, where a tensor is needed"),
        (lambda step: lambda X: X[:, :1], r"for 'transform' .* in the shape \(2, 1\), and the step in \(2, 4\)"),
        (lambda step: tf.reduce_sum, r"for 'transform' .* in the shape \(\), and the step in \(2, 4\)"),
        (lambda step: {"transform": tf.identity, "predict": tf.identity}, r"for 'predict' .* \(2, 4\), .* \(2,\)"),
    ],
)
def test_a_wrong_converter_is_told_by_its_step(convert: Callable, message: str) -> None:
    register_converter(Wrong)(convert)
    for pipeline in (make_pipeline(StandardScaler(), Wrong()), make_pipeline(Wrong(), DenseClassifier(**SHORT))):
        with pytest.raises(TypeError, match=rf"step 'wrong' \(Wrong\) cannot be exported, because .*{message}"):
            served(pipeline.fit(X, CLASSES))


def test_a_step_that_refuses_ones_is_exported() -> None:
    register_converter(Wrong)(lambda step: lambda X: X - step.shift_)
    step = Wrong(takes_ones=False).fit(X)
    assert_parity(step, served(step), X)


class Listing(Shift):
    """Answers in lists, as some classifiers do."""

    def predict(self, X):
        return ["low"] * len(X)

    def predict_proba(self, X):
        return [X[:, :2], X[:, :3]]


def test_answers_in_lists_have_their_shapes() -> None:
    verbs = {
        "predict": lambda X: tf.repeat("low", tf.shape(X)[0]),
        "predict_proba": lambda X: [X[:, :2], X[:, :3]],
    }
    register_converter(Listing)(lambda step: verbs)
    step = Listing().fit(X)
    assert_parity(step, served(step), X)
    verbs["predict_proba"] = lambda X: [X[:, :2], X[:, :2]]
    with pytest.raises(TypeError, match=r"\(\(2, 2\), \(2, 2\)\), and the step in \(\(2, 2\), \(2, 3\)\)"):
        served(step)


class Shiftless(Shift):
    """Has a converter that forgets what a pipeline needs."""

    def predict(self, X):
        return X[:, 0]


class Counterless(Shift):
    """Forgets how many features it saw."""

    def fit(self, X, y=None):
        self.shift_ = 0
        return self


class Half(LogisticRegression):
    """Has a converter for one of its methods."""

    def predict(self, X):
        return np.full(len(X), "low")


def test_every_name_that_has_a_converter_is_a_class() -> None:
    names = [name for name in CONVERTERS if name.startswith(("sklearn.", "skmlbio."))]
    assert len(names) > 80
    for name in names:
        module, _, cls = name.rpartition(".")
        assert isinstance(getattr(import_module(module), cls), type)


def test_a_converter_that_cannot_do_is_told() -> None:
    register_converter(Shiftless)(lambda step: {"predict": lambda X: X[:, 0]})
    register_converter(Counterless)(lambda step: lambda X: X)
    register_converter(Half)(lambda step: {"predict": lambda X: tf.repeat("low", tf.shape(X)[0])})
    search = GridSearchCV(make_pipeline(Shift(), LogisticRegression()), {}, cv=2, refit=False)
    for pipeline, message in [
        (
            make_pipeline(Shiftless(), StandardScaler()),
            r"'shiftless' \(Shiftless\) .* gives no transform",
        ),
        (make_pipeline(Counterless(), StandardScaler()), r"'counterless' .* it has no n_features_in_ after its fit"),
        (search, "has no best_estimator_ with refit=False"),
        (VotingClassifier([("odd", Half())], voting="soft"), r"step 'odd' \(Half\) .* gives no predict_proba"),
        (
            CalibratedClassifierCV(Half(), cv=2),
            r"'calibrated_classifiers_\[0\]' \(Half\) .* gives no decision_function",
        ),
    ]:
        pipeline.fit(X, CLASSES)
        with pytest.raises(TypeError, match=message):
            served(pipeline)


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    for pipeline, error in [
        (make_pipeline(StandardScaler(), DenseClassifier()), NotFittedError),
        (make_pipeline(FunctionTransformer(np.sort), StandardScaler()).fit(X), TypeError),
        (make_pipeline("passthrough").fit(X), TypeError),
    ]:
        with pytest.raises(error):
            export_saved_model(pipeline, tmp_path / "model", version=1)
    assert not list(tmp_path.iterdir())
