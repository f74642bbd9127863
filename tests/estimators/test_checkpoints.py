"""`checkpoint`: fits that are killed and taken up, searches too; which fit a file belongs to."""

import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skmlbio import (
    AttentionClassifier,
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    GANSampler,
    NetworkClassifier,
    VAESampler,
)
from skmlbio.training import _checkpoint
from skmlbio.training._checkpoint import Checkpoint
from skmlbio.training._loop import _Fit

# Kills itself once it has written so many checkpoints.
PROGRAM = """
import os, signal, sys
import numpy as np
from skmlbio import {name}
from skmlbio.training import _checkpoint

_checkpoint._SECONDS_BETWEEN, _checkpoint._LEAST_SHARE_OF_TRAINING = 0.0, 0
save, left = _checkpoint._save, [{n_writes}]

def save_or_die(file, state):
    left[0] -= 1
    if left[0] < 0:  # while it writes the next one
        file.write(b"half a file")
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    save(file, state)

_checkpoint._save = save_or_die
X = np.random.default_rng(0).normal(size=(120, 6))
y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)
{name}(checkpoint=sys.argv[1], **{settings!r}).fit(X, y)
"""
X = np.random.default_rng(0).normal(size=(120, 6))
Y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)
FEW = {"hidden_layer_sizes": (8,), "epochs": 6, "random_state": 0}
WATCHED = FEW | {"patience": 6}  # so that a call trains for one epoch


@pytest.fixture
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_checkpoint, "_SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(_checkpoint, "_LEAST_SHARE_OF_TRAINING", 0)


def stopped_after(n_writes: int, patch: pytest.MonkeyPatch) -> None:
    left, write = [n_writes], Checkpoint.write

    def write_and_stop(self, state):
        write(self, state)
        left[0] -= 1
        if not left[0]:
            raise MemoryError("stopped")

    patch.setattr(Checkpoint, "write", write_and_stop)


def cut(estimator, n_writes: int, monkeypatch, *given, **named) -> None:
    """Fit, and fail after so many checkpoints."""
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        stopped_after(n_writes, patch)
        clone(estimator).fit(*given, **named)


def assert_same_fit(first, second) -> None:
    assert all(np.array_equal(a, b) for a, b in zip(first.weights_, second.weights_, strict=True))
    assert first.history_ == second.history_
    assert (first.n_iter_, first.best_epoch_) == (second.n_iter_, second.best_epoch_)


def only_file(folder: Path) -> Path:
    (file,) = folder.glob("*.npz")
    return file


@pytest.mark.parametrize(
    ("n_writes", "settings"),
    [
        (9, {"validation_fraction": 0.25, "patience": 30, "epochs": 40, "dropout": 0.2}),
        (2, {"epochs": "auto"}),
    ],
    ids=["patience", "auto"],
)
def test_a_killed_fit_is_taken_up_with_the_bits_of_one_that_was_not(
    n_writes, settings, tmp_path, always_due, monkeypatch
) -> None:
    settings = {"hidden_layer_sizes": (8,), "random_state": 0} | settings
    program = PROGRAM.format(name="DenseClassifier", n_writes=n_writes, settings=settings)
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    written = only_file(tmp_path).stat().st_mtime_ns
    assert len(list(tmp_path.glob("*.part"))) == 1
    begun_at, go_on = [], _Fit.go_on
    monkeypatch.setattr(_Fit, "go_on", lambda self, state: begun_at.append(state["n_done"]) or go_on(self, state))
    resumed = DenseClassifier(checkpoint=tmp_path, **settings).fit(X, Y)
    assert begun_at[0] >= 2 and only_file(tmp_path).stat().st_mtime_ns != written
    assert_same_fit(resumed, DenseClassifier(**settings).fit(X, Y))


@pytest.mark.parametrize(
    ("estimator", "given"),
    [
        (VAESampler(2, kl_warm_up=3, validation_fraction=0.2, dropout=0.1, **FEW), (X,)),
        (GANSampler(2, spectral_normalization=True, critic_pace=2.0, validation_fraction=0.2, **FEW), (X,)),
        (AutoEncoderTransformer(2, noise="gaussian", patience=2, **FEW), (X,)),
        (DenseRegressor(validation_fraction=0.2, dtype="mixed_float16", **FEW), (X, X[:, 0])),
        (AttentionClassifier(epochs=3, patience=3, random_state=0), (["ACGT" * n for n in range(1, 21)], [0, 1] * 10)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_kind_of_estimator_goes_on(estimator, given, tmp_path, monkeypatch, always_due) -> None:
    whole = clone(estimator).fit(*given)
    estimator.set_params(checkpoint=tmp_path)
    cut(estimator, 2, monkeypatch, *given)
    resumed = clone(estimator).fit(*given)
    assert_same_fit(whole, resumed)
    if hasattr(whole, "score_samples"):
        assert np.array_equal(whole.score_samples(*given), resumed.score_samples(*given))


def test_without_a_seed_the_drawn_one_is_kept_until_the_end(tmp_path, monkeypatch, always_due) -> None:
    estimator = DenseClassifier(checkpoint=tmp_path, validation_fraction=0.3, **FEW).set_params(random_state=None)
    cut(estimator, 3, monkeypatch, X, Y)
    before = Checkpoint(tmp_path, only_file(tmp_path).stem, np.random.default_rng()).found["history"]
    resumed = clone(estimator).fit(X, Y)
    assert {name: losses[:3] for name, losses in resumed.history_.items()} == before
    assert resumed.n_iter_ == 6 and not list(tmp_path.iterdir())
    assert clone(estimator).fit(X, Y).history_ != resumed.history_  # another fit, another seed


def test_a_fit_of_anything_else_begins_anew_and_leaves_the_file(tmp_path, monkeypatch, always_due) -> None:
    estimator = DenseClassifier(checkpoint=str(tmp_path), **WATCHED)
    cut(estimator, 4, monkeypatch, X, Y)
    first = only_file(tmp_path).read_bytes()
    changed = X.copy()
    changed[-1, -1] += 1e-9
    weights = np.ones(len(X))
    weights[0] = 2
    others = [
        (clone(estimator), (changed, Y), {}),
        (clone(estimator), (X, 1 - Y), {}),
        (clone(estimator), (X, Y, weights), {}),
        (clone(estimator), (X, Y), {"X_val": X[:9], "y_val": Y[:9]}),
        (clone(estimator).set_params(learning_rate=0.01), (X, Y), {}),
        (clone(estimator).set_params(epochs=7), (X, Y), {}),
        (clone(estimator).set_params(random_state=1), (X, Y), {}),
    ]
    for other, given, named in others:
        plain = clone(other).set_params(checkpoint=None).fit(*given, **named)
        assert_same_fit(other.fit(*given, **named), plain)
    files = list(tmp_path.glob("*.npz"))
    assert len(files) == 1 + len(others) and sum(file.read_bytes() == first for file in files) == 1


def test_what_does_not_change_the_result_does_not_change_the_file(tmp_path, monkeypatch, always_due) -> None:
    cut(DenseClassifier(checkpoint=tmp_path, **WATCHED), 4, monkeypatch, X, Y)
    file = only_file(tmp_path)
    DenseClassifier(checkpoint=tmp_path / ".", verbose=1, **WATCHED).fit(X, Y)
    assert only_file(tmp_path) == file


def test_a_warm_start_has_a_file_of_its_own(tmp_path, monkeypatch, always_due) -> None:
    estimator = DenseClassifier(checkpoint=tmp_path, warm_start=True, **WATCHED).fit(X, Y)
    plain = DenseClassifier(warm_start=True, **WATCHED).fit(X, Y)
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        stopped_after(2, patch)
        estimator.fit(X, Y)
    assert_same_fit(estimator.fit(X, Y), plain.fit(X, Y))
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_partial_fit_keeps_no_checkpoint(tmp_path) -> None:
    DenseClassifier(checkpoint=tmp_path / "folder", **FEW).partial_fit(X, Y)
    assert not list(tmp_path.iterdir())


def test_a_short_fit_is_written_once_at_its_end(tmp_path, monkeypatch) -> None:
    states, write = [], Checkpoint.write
    monkeypatch.setattr(Checkpoint, "write", lambda self, state: states.append(state["ended"]) or write(self, state))
    DenseClassifier(checkpoint=tmp_path, **FEW).fit(X, Y)
    assert states == [True]


def test_a_search_that_was_stopped_goes_on_in_workers_too(tmp_path, monkeypatch, always_due) -> None:
    grid, options = {"learning_rate": [0.01, 0.02]}, {"cv": 2, "error_score": "raise"}
    whole = GridSearchCV(DenseClassifier(**FEW), grid, **options).fit(X, Y)
    estimator = DenseClassifier(checkpoint=tmp_path, **FEW)
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        stopped_after(3, patch)  # nobody watches: one call and one file a fit; the third of four ends so
        GridSearchCV(estimator, grid, **options).fit(X, Y)
    written = {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npz")}
    assert len(written) == 3
    resumed = GridSearchCV(estimator, grid, n_jobs=2, **options).fit(X, Y)
    assert len(list(tmp_path.glob("*.npz"))) == 5  # the fourth, and the best one on all samples
    assert all(file.stat().st_mtime_ns == time for file, time in written.items())
    assert np.array_equal(whole.cv_results_["mean_test_score"], resumed.cv_results_["mean_test_score"])
    assert_same_fit(whole.best_estimator_, resumed.best_estimator_)


def test_what_cannot_be_a_checkpoint_is_refused_in_one_sentence(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    for given, kind, message in (
        (tmp_path / "file", OSError, r"checkpoint must be a folder that can be written to \(.*\).*file"),
        (3, ValueError, "The 'checkpoint' parameter of DenseClassifier must be an instance of 'str'"),
    ):
        with pytest.raises(kind, match=message) as caught:
            DenseClassifier(checkpoint=given, **FEW).fit(X, Y)
        assert "\n" not in str(caught.value)

    def own(input_shape, n_outputs, things=None):
        raise AssertionError("not called")

    odd = NetworkClassifier(own, network_params={"things": (n for n in ())}, checkpoint=tmp_path)
    with pytest.raises(
        TypeError, match=r"checkpoint has to know a fit again, but the parameter network_params holds <"
    ):
        odd.fit(X, Y)


class StopEarly(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch >= 1


def test_callbacks_make_another_fit_and_begin_anew_where_it_goes_on(tmp_path) -> None:
    settings = {"hidden_layer_sizes": (4,), "epochs": 4, "random_state": 0, "checkpoint": tmp_path}
    assert DenseClassifier(**settings).fit(X, Y).n_iter_ == 4
    assert DenseClassifier(callbacks=[StopEarly], **settings).fit(X, Y).n_iter_ == 2
    with pytest.warns(UserWarning, match="DenseClassifier goes on after epoch 2 .* callbacks remember"):
        assert DenseClassifier(callbacks=[StopEarly], **settings).fit(X, Y).n_iter_ == 2


def test_two_fits_without_a_seed_that_run_at_once_are_two(tmp_path) -> None:
    one, other = (Checkpoint(tmp_path, "fit", np.random.default_rng(seed), keep=False) for seed in (1, 2))
    one.write({"n_done": 1})
    other.write({"n_done": 2})
    assert one.found is None is other.found and len(list(tmp_path.glob("*.npz"))) == 2
    del one  # as if it had been killed
    third = Checkpoint(tmp_path, "fit", np.random.default_rng(3), keep=False)
    assert third.found["n_done"] == 1
    for fit in (third, other):
        fit.end({})
    assert not list(tmp_path.iterdir())


def test_no_name_is_no_folder() -> None:
    with pytest.raises(ValueError, match="checkpoint must name a folder, got ''"):
        DenseClassifier(checkpoint="", epochs=1).fit(X, Y)
