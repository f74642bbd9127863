"""Where a command may write: it is told before anything is read or computed, and nothing else is replaced."""

import os
from pathlib import Path

import pytest

import skmlbio
from skmlbio.cli import _commands, main

TABLE = "a,b,label\n1,2,x\n2,1,y\n3,2,x\n"
FIT = ["fit", "MarkovClassifier", "--data", "s.csv", "--target", "label"]
STRINGS = "sequence,label\nACGT,x\nAACC,y\n"


@pytest.fixture
def unread(error, monkeypatch: pytest.MonkeyPatch):
    """`error`, in a folder with a table, where nothing may be read."""
    Path("s.csv").write_text(STRINGS)
    for name in ("read_samples", "load"):
        monkeypatch.setattr(_commands, name, lambda *_: pytest.fail("it was read"))
    return error


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("", 2, "{} takes the name of a file; got ''."),
        ("new/", 2, "{} takes the name of a file; got 'new/'."),
        ("none/a.csv", 1, "none/a.csv cannot be written, because its folder does not exist."),
        ("folder.csv", 1, "folder.csv is there and is no regular file; name another."),
        ("/dev/null/a.csv", 1, "/dev/null/a.csv cannot be written, because its folder does not exist."),
        ("/proc/a.csv", 1, "'/proc/a.csv': "),
        (f"{'a' * 251}.csv", 1, f"'{'a' * 251}.csv': File name too long."),
        ("s.csv", 2, "{} s.csv would replace s.csv, which is read; name another file."),
        ("link.csv", 2, "{} link.csv would replace s.csv, which is read; name another file."),
    ],
)
def test_a_path_is_looked_at_first(path: str, code: int, message: str, unread) -> None:
    os.mkdir("folder.csv")
    os.symlink("s.csv", "link.csv")
    before = sorted(os.listdir())
    found, line = unread(*FIT, "--save", path)
    assert found == code and line.startswith(message.format("--save"))
    if path in ("", "new/"):  # whose format is not told either
        return
    found, line = unread("predict", "m.skmlbio", "--data", "s.csv", "--output", path)
    assert found == code and line.startswith(message.format("--output"))
    assert sorted(os.listdir()) == before and Path("s.csv").read_text() == STRINGS


def test_other_files_that_are_read_stay(unread) -> None:
    Path("m.csv").write_text("id,label\n")
    for option in ("--labels", "--validation"):
        arguments = ["fit", "RNNClassifier", *FIT[2:], option, "m.csv", "--save", "m.csv"]
        assert unread(*arguments) == (2, "--save m.csv would replace m.csv, which is read; name another file.")
    arguments = ["fit", "RNNClassifier", *FIT[2:], "--set", "encoder=m.csv", "--save", "m.csv"]
    assert unread(*arguments) == (2, "--save m.csv would replace m.csv, which is read; name another file.")
    for command in (["predict", "m.csv", "--data", "s.csv"], ["sample", "m.csv"]):
        code, line = unread(*command, "--output", "m.csv")
        assert (code, line) == (2, "--output m.csv would replace m.csv, which is read; name another file.")


def test_a_model_replaces_models_only(unread) -> None:
    Path("other.csv").write_text(TABLE)
    code, line = unread(*FIT, "--save", "other.csv")
    assert (code, line) == (1, "'other.csv' is there and holds no model of skmlbio; --save takes another name.")
    assert Path("other.csv").read_text() == TABLE


def test_models_and_empty_files_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.csv").write_text(STRINGS)
    Path("model").touch()
    for order in ("1", "2"):
        assert main([*FIT, "--set", f"order={order}", "--save", "model", "--quiet"]) == 0
        assert skmlbio.load("model").order == int(order)
    assert sorted(os.listdir()) == ["model", "s.csv"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--output", ""], 2, "--output takes the name of a folder; got ''."),
        (["--output", "s.csv"], 1, "'s.csv' is a file; --overwrite replaces nothing but SavedModels."),
        (["--output", "s.csv", "--overwrite"], 1, "'s.csv' is a file; --overwrite replaces nothing but SavedModels."),
        (["--output", "s.csv", "--model-version", "3"], 1, "{}/s.csv' is no folder of versions; --model-version 3 is"),
        (["--output", "full", "--overwrite"], 1, "{}/full' is a folder that holds something else than a SavedModel"),
        (["--output", "old"], 1, "{}/old' exists already; --overwrite replaces it."),
        (["--output", "none/new"], 1, "cannot export to {}/none/new': the folder {}/none' does not exist."),
        (["--output", "/proc/new"], 1, "'/proc/new': "),
    ],
)
def test_a_folder_is_looked_at_first(arguments: list[str], code: int, message: str, unread, tmp_path: Path) -> None:
    for name in ("full/precious", "old/saved_model.pb"):
        Path(name).parent.mkdir()
        Path(name).touch()
    found, line = unread("export", "m.skmlbio", *arguments)
    assert found == code and line.startswith(message.replace("{}", f"'{tmp_path}"))
    assert sorted(os.listdir()) == ["full", "old", "s.csv"]
