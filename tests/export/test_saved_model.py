"""Exported estimators answer in a process that knows TensorFlow only."""

import errno
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from skmlbio import (
    AutoEncoderOutlierDetector,
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    NetworkClassifier,
    NetworkRegressor,
    NetworkTransformer,
)
from skmlbio.export import _saved_model, export_saved_model

rng = np.random.default_rng(0)
X = (rng.normal(size=(60, 4)) * [1, 10, 0.1, 1] + [0, 5, 0, 100]).astype(np.float32)
IMAGES = rng.normal(size=(60, 5, 4)).astype(np.float32)
COUNTS = rng.integers(0, 7, size=(60, 4)).astype(np.float32)
LABELS = np.digitize(X[:, 0], [-0.5, 0.5])
NAMES = ["mean radius", "mean_radius", "class", "β"]
INPUT_NAMES = ["mean_radius_2", "mean_radius", "feature_class", "feature"]
FRAME = pd.DataFrame(X, columns=NAMES)
SHORT = {"epochs": 2, "random_state": 0}


def convolution(input_shape, n_outputs):
    """Reads sequences; batch normalisation has weights that are not trained."""
    x = keras.Input(input_shape)
    h = keras.layers.Conv1D(3, 3, activation="relu")(x)
    h = keras.layers.GlobalAveragePooling1D()(keras.layers.BatchNormalization()(h))
    return keras.Model(x, keras.layers.Dense(n_outputs)(h))


def embedding(input_shape, n_outputs):
    """Reads whole numbers."""
    x = keras.Input(input_shape)
    h = keras.layers.Flatten()(keras.layers.Embedding(7, 2)(x))
    return keras.Model(x, keras.layers.Dense(n_outputs)(h))


@keras.saving.register_keras_serializable(package="tests")
class AlwaysNoise(keras.layers.Layer):
    """Draws random numbers also where nothing is trained."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x):
        return x + keras.random.normal((1, 4), seed=self.seed_generator)


def noisy(input_shape, n_outputs):
    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs)(AlwaysNoise()(x)))


STRINGS = np.array(["low", "mïddle", "high"])[LABELS]
CASES = {
    "auto-encoder": lambda: AutoEncoderTransformer(**SHORT).fit(X),
    "auto-encoder of a frame": lambda: AutoEncoderTransformer(noise="gaussian", dropout=0.1, **SHORT).fit(FRAME),
    "tied": lambda: AutoEncoderTransformer(tied_weights=True, loss="huber", activity_l1=0.1, **SHORT).fit(X),
    "bernoulli": lambda: AutoEncoderTransformer(loss="binary_crossentropy", **SHORT).fit(COUNTS / 6),
    "double": lambda: AutoEncoderTransformer(dtype="float64", **SHORT).fit(X),
    "mixed": lambda: AutoEncoderTransformer(dtype="mixed_bfloat16", **SHORT).fit(X),
    "outliers": lambda: AutoEncoderOutlierDetector(**SHORT).fit(FRAME),
    "outliers, variational": lambda: AutoEncoderOutlierDetector(variant="variational", **SHORT).fit(X),
    "own transformer": lambda: NetworkTransformer(**SHORT).fit(IMAGES),
    "strings": lambda: DenseClassifier(**SHORT).fit(FRAME, STRINGS),
    "two integers": lambda: DenseClassifier(**SHORT).fit(X, np.where(LABELS == 1, 7, 3)),
    "booleans": lambda: DenseClassifier(dtype="float64", **SHORT).fit(X, LABELS == 1),
    "several labels": lambda: NetworkClassifier(**SHORT).fit(X, np.stack([LABELS == 0, LABELS < 2], 1).astype(int)),
    "several outputs": lambda: NetworkClassifier(**SHORT).fit(X, np.stack([LABELS, LABELS[::-1]], axis=1)),
    "sequences": lambda: NetworkClassifier(convolution, **SHORT).fit(IMAGES, STRINGS),
    "whole numbers": lambda: NetworkClassifier(embedding, standardize=False, **SHORT).fit(COUNTS, LABELS),
    "noisy": lambda: NetworkRegressor(noisy, **SHORT).fit(X, X[:, 1]),
    "regressor": lambda: DenseRegressor(**SHORT).fit(FRAME, 1000 * X[:, 1]),
    "several targets": lambda: NetworkRegressor(**SHORT).fit(X, X[:, :2]),
}
VERBS = ["transform", "reconstruct", "score_samples", "predict", "predict_proba", "decision_function"]
ROWS = [60, 7, 1]
TAKES_NONE = [case for case in CASES if case != "sequences"]  # TensorFlow's convolution fails on an empty batch

# Runs with TensorFlow alone: asks every model for every signature, and writes down what it hears.
CLIENT = """
import json, sys
sys.modules["skmlbio"] = None
import numpy as np, tensorflow as tf

answers = {}
for case in json.load(open("questions.json")):
    served = tf.saved_model.load(f"models/{case}").signatures
    question = np.load(f"{case}.npz")
    for name, signature in served.items():
        specs = signature.structured_input_signature[1]
        given = question["codes"] if name == "inverse_transform" else question["X"]
        for n_rows in question["n_rows"]:
            rows = tf.constant(given[:n_rows], next(iter(specs.values())).dtype)
            inputs = {"X": rows} if "X" in specs else {str(k): rows[:, i] for i, k in enumerate(question["names"])}
            for key, answer in signature(**inputs).items():
                answer = answer.numpy()
                answers[f"{case}/{name}/{n_rows}/{key}"] = answer.astype("S") if answer.dtype == object else answer
np.savez("answers.npz", **answers)
"""


@pytest.fixture(scope="module")
def fitted() -> dict:
    return {case: fit() for case, fit in CASES.items()}


def samples_of(case: str) -> np.ndarray:
    """What a case was fitted on, as an array."""
    others = {"own transformer": IMAGES, "sequences": IMAGES, "whole numbers": COUNTS, "bernoulli": COUNTS / 6}
    return others.get(case, X)


@pytest.fixture(scope="module")
def answers(fitted: dict, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What one fresh process got from all exported models, by "case/signature/n_rows/output"."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "models").mkdir()
    for case, estimator in fitted.items():
        estimator.export_saved_model(folder / "models" / case)
        question = {"X": samples_of(case), "names": INPUT_NAMES}
        question["n_rows"] = [*ROWS, 0] if case in TAKES_NONE else ROWS
        if hasattr(estimator, "inverse_transform"):
            question["codes"] = estimator.transform(as_fitted(estimator, samples_of(case))).astype(np.float32)
        np.savez(folder / f"{case}.npz", **question)
    (folder / "questions.json").write_text(json.dumps(list(fitted)))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", CLIENT], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / "answers.npz") as found:
        return dict(found)


def as_fitted(estimator, samples: np.ndarray):
    return pd.DataFrame(samples, columns=NAMES) if hasattr(estimator, "feature_names_in_") else samples


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    expected = np.asarray(expected)
    assert found.shape == expected.shape
    if found.dtype.kind == "S":
        assert [text.decode() for text in found.ravel()] == expected.ravel().tolist()
    elif found.dtype.kind in "bi":
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_the_estimator(case: str, fitted: dict, answers: dict) -> None:
    estimator, samples = fitted[case], samples_of(case)
    verbs = [verb for verb in VERBS if hasattr(estimator, verb)]
    suffixes = ["", "_matrix"] if hasattr(estimator, "feature_names_in_") else [""]
    for n_rows in ROWS:
        for verb in verbs:
            expected = getattr(estimator, verb)(as_fitted(estimator, samples[:n_rows]))
            for suffix in suffixes:
                place = f"{case}/{verb}{suffix}/{n_rows}/{verb}"
                if isinstance(expected, list):
                    for i, part in enumerate(expected):
                        assert_same(answers[f"{place}_{i}"], part)
                else:
                    assert_same(answers[place], expected)
    known = {verb + suffix for verb in verbs for suffix in suffixes} | {"serving_default"}
    known |= {"inverse_transform"} if hasattr(estimator, "inverse_transform") else set()
    assert {place.split("/")[1] for place in answers if place.startswith(f"{case}/")} == known


@pytest.mark.parametrize("case", [case for case in CASES if "encoder" in case or case in ("tied", "double")])
def test_codes_lead_back(case: str, fitted: dict, answers: dict) -> None:
    estimator = fitted[case]
    codes = estimator.transform(as_fitted(estimator, samples_of(case)))
    for n_rows in ROWS:
        found = answers[f"{case}/inverse_transform/{n_rows}/inverse_transform"]
        assert_same(found, estimator.inverse_transform(codes[:n_rows]))


@pytest.mark.parametrize("case", TAKES_NONE)
def test_no_samples_get_no_answers(case: str, answers: dict) -> None:
    places = [place for place in answers if place.startswith(f"{case}/") and "/0/" in place]
    assert places
    for place in places:
        full = answers[place.replace("/0/", "/60/")]
        assert (answers[place].shape, answers[place].dtype.kind) == ((0, *full.shape[1:]), full.dtype.kind)


def test_the_main_verb_is_the_default(answers: dict) -> None:
    for case, verb in (("auto-encoder", "transform"), ("strings", "predict"), ("regressor", "predict")):
        np.testing.assert_array_equal(answers[f"{case}/serving_default/60/{verb}"], answers[f"{case}/{verb}/60/{verb}"])


@pytest.mark.parametrize(
    ("case", "kind"), [("strings", "S"), ("two integers", "int64"), ("booleans", "bool"), ("several labels", "int64")]
)
def test_labels_keep_their_type(case: str, kind: str, answers: dict) -> None:
    dtype = answers[f"{case}/predict/60/predict"].dtype
    assert kind in (dtype.kind, dtype.name)


def test_features_are_inputs_up_to_a_width(tmp_path: Path) -> None:
    wide = pd.DataFrame(rng.normal(size=(20, 257)), columns=[f"gene {i}" for i in range(257)])
    AutoEncoderTransformer(**SHORT).fit(wide).export_saved_model(tmp_path / "wide")
    served = tf.saved_model.load(str(tmp_path / "wide")).signatures
    for name in ("transform", "transform_matrix", "serving_default"):
        assert served[name].structured_input_signature[1].keys() == {"X"}


@pytest.fixture(scope="module")
def encoder(fitted: dict) -> AutoEncoderTransformer:
    return fitted["auto-encoder"]


@pytest.fixture(scope="module")
def exported(encoder: AutoEncoderTransformer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported model, to be copied."""
    folder = tmp_path_factory.mktemp("exported") / "model"
    encoder.export_saved_model(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_an_unfitted_estimator_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError):
        AutoEncoderTransformer().export_saved_model(tmp_path / "model")
    assert not contents(tmp_path)


def test_what_exists_is_replaced_only_when_asked(encoder: AutoEncoderTransformer, tmp_path: Path) -> None:
    path = tmp_path / "model"
    encoder.export_saved_model(str(path))
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match="model' exists already; overwrite=True replaces it"):
        encoder.export_saved_model(path)
    assert contents(tmp_path) == before
    DenseRegressor(**SHORT).fit(X, X[:, 0]).export_saved_model(path, overwrite=True)
    assert os.listdir(tmp_path) == ["model"]
    assert "predict" in tf.saved_model.load(str(path)).signatures


def test_a_file_is_replaced_when_asked(encoder: AutoEncoderTransformer, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_text("notes")
    with pytest.raises(FileExistsError, match="exists already"):
        encoder.export_saved_model(path)
    assert path.read_text() == "notes"
    encoder.export_saved_model(path, overwrite=True)
    assert os.listdir(tmp_path) == ["model"]
    assert (path / "saved_model.pb").is_file()


def test_an_empty_folder_is_taken_without_asking(encoder: AutoEncoderTransformer) -> None:
    with tempfile.TemporaryDirectory() as folder:
        encoder.export_saved_model(folder)
        assert Path(folder, "saved_model.pb").is_file()


def bind_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))  # the system takes short names only


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (os.mkfifo, "named pipe"),
        (bind_socket, "socket"),
        (lambda path: path.symlink_to(path.parent / "beside"), "link"),
        (lambda path: path.symlink_to(path.parent / "beside" / "saved_model.pb"), "link"),
        (lambda path: path.symlink_to(path.parent / "nowhere"), "link"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_other_things_always_stay(
    make: Callable, kind: str, overwrite: bool, encoder: AutoEncoderTransformer, exported, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(exported, tmp_path / "beside")
    path = tmp_path / "model"
    make(path)
    before, mode = contents(tmp_path), path.lstat()
    with pytest.raises(FileExistsError, match=f"model' is a {kind}; only a file, an empty folder or a SavedModel is"):
        encoder.export_saved_model(path, overwrite=overwrite)
    assert (path.lstat().st_ino, contents(tmp_path)) == (mode.st_ino, before)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (stat.S_IFCHR, "device"),
        (stat.S_IFBLK, "device"),
        (stat.S_IFIFO, "named pipe"),
        (stat.S_IFSOCK, "socket"),
        (stat.S_IFLNK, "link"),
        (stat.S_IFREG, "file"),
        (stat.S_IFDIR, "folder"),
    ],
)
def test_what_stands_at_a_path_is_told_by_its_mode(mode: int, kind: str) -> None:
    assert _saved_model._kind(mode | 0o777) == kind


@pytest.mark.parametrize("beside_a_model", [False, True])
def test_a_folder_of_other_things_is_never_overwritten(
    beside_a_model: bool, encoder: AutoEncoderTransformer, exported: Path, tmp_path: Path
) -> None:
    path = tmp_path / "home"
    if beside_a_model:
        shutil.copytree(exported, path)
    path.mkdir(exist_ok=True)
    (path / "thesis.txt").write_text("all of it")
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match="home' is a folder that holds something else than a SavedModel"):
        encoder.export_saved_model(path, overwrite=True)
    assert contents(tmp_path) == before


def test_a_missing_folder_is_named(encoder: AutoEncoderTransformer, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"the folder '.*nowhere' does not exist"):
        encoder.export_saved_model(tmp_path / "nowhere" / "model")


@pytest.mark.parametrize("failure", [OSError("no space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_failed_write_leaves_all_as_it_was(
    failure: BaseException, overwrite: bool, encoder: AutoEncoderTransformer, exported, tmp_path, monkeypatch
) -> None:
    if overwrite:
        shutil.copytree(exported, tmp_path / "model")
    before = contents(tmp_path)

    def save(module, folder, signatures, options):
        Path(folder, "variables").mkdir(parents=True)
        raise failure

    monkeypatch.setattr(tf.saved_model, "save", save)
    with pytest.raises(type(failure)):
        encoder.export_saved_model(tmp_path / "model", overwrite=overwrite)
    assert contents(tmp_path) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from skmlbio.export import _saved_model

def write(folder):
    folder.mkdir()
    (folder / "half").touch()
    print("writing", flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGKILL)

_saved_model._write_beside(Path("model").absolute(), write)
"""


def test_what_a_killed_process_left_is_removed_by_the_next_export_and_not_while_it_lives(tmp_path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", KILLED], cwd=tmp_path, **pipes) as process:
        assert process.stdout.readline() == "writing\n"
        (scratch,) = tmp_path.iterdir()
        assert scratch.name.startswith(".model-skmlbio-")
        _saved_model._write_beside(tmp_path / "model", Path.mkdir)
        assert {scratch, tmp_path / "model"} == set(tmp_path.iterdir())
        process.communicate("die")
    assert scratch.exists()
    _saved_model._write_beside(tmp_path / "other", Path.mkdir)
    assert scratch.exists(), "it may be of an export that goes on elsewhere under another name"
    _saved_model._write_beside(tmp_path / "model", Path.mkdir)
    assert {path.name for path in tmp_path.iterdir()} == {"model", "other"}


def test_a_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file, operation):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(_saved_model.fcntl, "flock", refuse)
    _saved_model._write_beside(tmp_path / "model", Path.mkdir)
    assert os.listdir(tmp_path) == ["model"]


@pytest.mark.parametrize("estimator", [None, 7, "model", BaseEstimator])
def test_what_is_no_estimator_is_refused(estimator: object, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=f"an? {type(estimator).__name__} cannot be exported, because no converter is"):
        export_saved_model(estimator, tmp_path / "model")
    assert not contents(tmp_path)


def test_versions_stand_beside_each_other(encoder: AutoEncoderTransformer, tmp_path: Path) -> None:
    path = tmp_path / "models"
    encoder.export_saved_model(path, version=1)
    export_saved_model(encoder, path, version=np.int64(3))
    assert sorted(os.listdir(path)) == ["1", "3"]
    with pytest.raises(FileExistsError, match="3' exists already"):
        encoder.export_saved_model(path, version=3)
    encoder.export_saved_model(path, version=3, overwrite=True)
    assert "transform" in tf.saved_model.load(str(path / "3")).signatures


@pytest.mark.parametrize("version", [-1, True, 1.5, "1", 10**20])
def test_a_version_is_a_whole_number(version: object, encoder: AutoEncoderTransformer, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="version must be an int from 0 to 9223372036854775807, or None"):
        encoder.export_saved_model(tmp_path / "models", version=version)
    assert not contents(tmp_path)


def test_a_version_does_not_go_into_a_model(
    encoder: AutoEncoderTransformer, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileExistsError, match="model' is no folder of versions; version=2 is written into one"):
        encoder.export_saved_model(exported, version=2)
    with pytest.raises(FileNotFoundError, match=r"the folder '.*nowhere' does not exist"):
        encoder.export_saved_model(tmp_path / "nowhere" / "models", version=2)
    monkeypatch.setattr(tf.saved_model, "save", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        encoder.export_saved_model(tmp_path / "models", version=2)
    assert not contents(tmp_path)


def test_a_failed_exchange_brings_the_old_model_back(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.mkdir()
    (path / "saved_model.pb").write_text("old")
    before = contents(tmp_path)
    with pytest.raises(FileNotFoundError):
        _saved_model._write_beside(path, lambda folder: None)  # what shall take its place is not there
    assert contents(tmp_path) == before


def test_the_working_directory_and_the_mode_of_files_are_ordinary(
    encoder: AutoEncoderTransformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    capfd.readouterr()
    export_saved_model(encoder, "model")
    assert sorted(os.listdir()) == ["model", "other"]
    assert Path("model").stat().st_mode == Path("other").stat().st_mode
    assert capfd.readouterr() == ("", "")
