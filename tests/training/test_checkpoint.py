"""Fits that are cut at any epoch and taken up have the bits of those that were not; what may be wrong with the file."""

import errno
import os
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from small_networks import X, Y, architecture, fit, same_bits, training_set

from skmlbio.training import _checkpoint
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._checkpoint import Checkpoint
from skmlbio.training._digest import Digest
from skmlbio.training._paces import Pace

HELD_OUT = training_set((X[:9],), (Y[:9],))


def with_all(units: int = 6):
    """Everything that has a state: dropout, running moments, weights."""
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(units, name="hidden")(x)
    h = keras.layers.Dropout(0.3, name="dropout")(keras.layers.BatchNormalization(name="norm")(h))
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


BLUEPRINT = Blueprint(with_all)


class CutError(Exception):
    """Stands for what stops a process."""


@pytest.fixture(autouse=True)
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_checkpoint, "_SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(_checkpoint, "_LEAST_SHARE_OF_TRAINING", 0)


def begun(folder: Path, seed: int = 0, **options) -> Checkpoint:
    return Checkpoint(folder, "fit", np.random.default_rng(seed), **options)


def cut_after(n_writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [n_writes]
    write = Checkpoint.write

    def write_and_stop(self, state):
        write(self, state)
        left[0] -= 1
        if not left[0]:
            raise CutError

    monkeypatch.setattr(Checkpoint, "write", write_and_stop)


@pytest.mark.parametrize(
    "plan",
    [
        {"epochs": 9, "jit": True, "optimizer": "adam", "patience": 9},
        {"epochs": 40, "least_gain": 0.3, "averaged": 0.5, "optimizer": "adam"},
        {"epochs": 9, "averaged": 0.5, "validation": HELD_OUT},
        {"epochs": 60, "patience": 2, "validation": HELD_OUT, "learning_rate": 0.1},
        {
            "epochs": 6,
            "validation": HELD_OUT,
            "optimizer": {"class_name": "SGD", "config": {"use_ema": True, "ema_momentum": 0.5}},
        },
        {"epochs": 6, "scalars": lambda epoch: {"l2": 0.1 / (1 + epoch)}, "optimizer": "nadam"},
    ],
    ids=["XLA", "ends by itself, averaged", "averaged", "patience", "moving average", "scalars"],
)
def test_a_fit_that_is_cut_has_the_bits_of_one_that_is_not(plan, tmp_path, monkeypatch) -> None:
    whole = fit(BLUEPRINT, **plan)
    checked = fit(BLUEPRINT, checkpoint=begun(tmp_path / "whole"), **plan)
    n_cuts = 0
    while True:
        with monkeypatch.context() as patch:
            cut_after(2, patch)  # again and again, until a fit ends before its second write
            try:
                resumed = fit(BLUEPRINT, checkpoint=begun(tmp_path / "cut"), seed=n_cuts, **plan)
            except CutError:
                n_cuts += 1
                continue
            break
    assert n_cuts >= 2
    for result in (checked, resumed):
        assert same_bits(whole.weights, result.weights) and whole.history == result.history
        assert same_bits(whole.optimizer_state, result.optimizer_state)
        assert (whole.best_epoch, whole.n_averaged) == (result.best_epoch, result.n_averaged)


@pytest.mark.parametrize("jit", [False, True])
def test_epochs_that_nobody_watches_are_cut_between_calls(jit, tmp_path, monkeypatch) -> None:
    """Where a call takes as many epochs as it has room for, a cut leaves it other epochs to take."""
    whole = fit(BLUEPRINT, epochs=120, jit=jit)
    with monkeypatch.context() as patch, pytest.raises(CutError):
        cut_after(1, patch)
        fit(BLUEPRINT, epochs=120, jit=jit, checkpoint=begun(tmp_path))
    n_done = begun(tmp_path).found["n_done"]
    assert 1 < n_done < 120
    resumed = fit(BLUEPRINT, epochs=120, jit=jit, checkpoint=begun(tmp_path))
    assert same_bits(whole.weights, resumed.weights) and whole.history == resumed.history


def test_what_is_frozen_stays_so_after_a_cut(tmp_path, monkeypatch) -> None:
    plan = {"epochs": 9, "paces": {"hidden": Pace(0.5, 7), "norm": Pace(0.0)}, "optimizer": "adam", "patience": 9}
    whole = fit(BLUEPRINT, **plan)
    with monkeypatch.context() as patch, pytest.raises(CutError):
        cut_after(4, patch)
        fit(BLUEPRINT, checkpoint=begun(tmp_path), **plan)
    fit(BLUEPRINT, **plan | {"paces": {"": Pace(2.0)}})  # by the same trainer
    resumed = fit(BLUEPRINT, checkpoint=begun(tmp_path), **plan)
    assert same_bits(whole.weights, resumed.weights) and whole.history == resumed.history


def test_a_fit_that_has_ended_is_not_trained_again(tmp_path, monkeypatch) -> None:
    first = fit(BLUEPRINT, checkpoint=begun(tmp_path))
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    monkeypatch.setattr("skmlbio.training._trainer.Trainer.train", None)
    again = fit(BLUEPRINT, checkpoint=begun(tmp_path))
    assert same_bits(first.weights, again.weights) and first.history == again.history
    assert file.stat().st_mtime_ns == written


def test_a_file_that_is_not_to_be_kept_is_removed(tmp_path) -> None:
    fit(BLUEPRINT, checkpoint=begun(tmp_path, keep=False))
    assert not list(tmp_path.iterdir())


def test_the_generator_is_put_back_to_where_the_fit_began(tmp_path) -> None:
    rng = np.random.default_rng(1)
    checkpoint = Checkpoint(tmp_path, "fit", rng)
    expected = rng.integers(10**9)
    checkpoint.write({"n_done": 1})
    other = np.random.default_rng(2)
    assert Checkpoint(tmp_path, "fit", other).found["n_done"] == 1
    assert other.integers(10**9) == expected


def test_what_is_written_is_read_in_every_bit(tmp_path) -> None:
    half = np.arange(6, dtype="float32").reshape(2, 3).astype("bfloat16")
    state = {"list": [1, 0.1, None, [half, np.float32(0.1)]], "infinite": np.inf, "whole": 2**127, "empty": []}
    begun(tmp_path).write(state)
    found = begun(tmp_path).found
    read = found["list"].pop()
    assert same_bits(read, [half, np.asarray(np.float32(0.1))])
    state["list"].pop()
    assert {name: found[name] for name in state} == state


def test_time_goes_into_training(tmp_path, monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(_checkpoint, "_SECONDS_BETWEEN", 10.0)
    monkeypatch.setattr(_checkpoint, "_LEAST_SHARE_OF_TRAINING", 20)
    checkpoint = begun(tmp_path)
    replace = checkpoint._replace

    def slowly(state):
        now[0] += 3.0
        replace(state)

    monkeypatch.setattr(checkpoint, "_replace", slowly)
    due = []
    for seconds in (9.0, 1.0):
        now[0] += seconds
        due.append(checkpoint.due())
    checkpoint.write({})
    for seconds in (59.0, 1.0):
        now[0] += seconds
        due.append(checkpoint.due())
    assert due == [False, True, False, True]


# What may be wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b.replace(b"weights", b"wXights")]
)
def test_a_damaged_file_is_named(damage, tmp_path) -> None:
    begun(tmp_path).write({"weights": [np.arange(1000.0)]})
    file = tmp_path / "fit.npz"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(
        ValueError, match=r"^the checkpoint .*fit\.npz is damaged \(.*: delete it, and the fit begins anew"
    ):
        begun(tmp_path)


@pytest.mark.parametrize("below", ["", "folder"])
def test_a_folder_that_cannot_be_made_is_named(below, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="checkpoint must be a folder that can be written to") as caught:
        begun(tmp_path / "file" / below)
    assert str(tmp_path / "file") in str(caught.value)


def test_a_full_disk_costs_no_fit_and_no_checkpoint(tmp_path, monkeypatch) -> None:
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    begun(tmp_path).write({"n_done": 1})
    checkpoint = begun(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(UserWarning, match=r"could not be written \(No space left on device\); the fit goes on"):
        checkpoint.write({"n_done": 2})
    assert begun(tmp_path).found["n_done"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["fit.npz"]


def test_what_a_killed_write_left_is_cleared_up_when_nobody_can_be_writing_it(tmp_path) -> None:
    old, young, other = (tmp_path / name for name in ("fit.old.part", "fit.young.part", "other.old.part"))
    for file in (old, young, other):
        file.write_text("half")
    for file in (old, other):
        os.utime(file, (time.time() - 10_000,) * 2)
    begun(tmp_path)
    assert not old.exists() and young.exists() and other.exists()


# Digests -------------------------------------------------------------------------------------------------------------


def of(value) -> str:
    digest = Digest()
    digest.add(value)
    return digest.hexdigest()


class Own:
    """A class of one's own."""

    def __init__(self, number=0):
        self.number = number

    def again(self):
        return super().__init__()


def test_a_digest_tells_values_apart() -> None:
    functions = [lambda x: x + 1, lambda x: x + 2, Own, Own(1), Own(2), len]
    values = [1, 1.0, "1", b"1", True, None, (1,), [1], {"a": 1}, {"a": 2}, {1, 2}, {1, 3}, np.ones(2), np.ones((2, 1))]
    found = [of(value) for value in functions + values]
    assert len(set(found)) == len(found)
    assert found == [of(value) for value in functions + values]


def test_what_cannot_be_told_apart_is_named() -> None:
    with pytest.raises(TypeError, match=r"^holds <.*generator.*>, which cannot be pickled"):
        of(number for number in ())


def test_a_digest_of_samples_counts_every_number() -> None:
    def samples(**changed):
        given = {"X": X, "Y": Y, "weights": np.ones(len(X))} | changed
        digest = Digest()
        digest.add_samples(training_set((given["X"],), (given["Y"],), given["weights"]))
        return digest.hexdigest()

    changed = {name: array.copy() for name, array in (("X", X), ("Y", Y), ("weights", np.ones(len(X))))}
    for array in changed.values():
        array[-1] += 1
    found = [samples(), *(samples(**{name: array}) for name, array in changed.items()), samples(X=X.astype("float64"))]
    assert len(set(found)) == len(found) and samples(X=X.copy()) == found[0]


def test_what_belongs_to_a_library_is_digested_by_its_value() -> None:
    def digest(*types: str) -> str:
        made = Digest()
        made.add(pd.Series(types))
        return made.hexdigest()

    assert digest("C", "N") == digest("C", "N") != digest("C", "O")
