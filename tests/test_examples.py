"""Every example runs, says nothing on standard error, draws its picture, and stands in the documentation."""

import importlib.util
import multiprocessing
import os
import re
import runpy
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import matplotlib.figure
import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
CHAPTERS = sorted((ROOT / "examples" / "lecture").glob("*.py"))
PAGE = (ROOT / "docs" / "examples.md").read_text()
NEEDS = {"plot_single_cell": "scanpy"}  # which wants an older pandas than the tests do
SMALLER = {"quickstart": ["--epochs", "5"]}


# Examples run in forks of a process that has imported what takes long, and has started nothing.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["matplotlib.pyplot", "pandas", "pytest", "skmlbio._tensorflow", "sklearn.pipeline"])


def few_epochs() -> None:
    """End every fit of this process soon: that an example runs is asked here; the pages are made with all epochs."""
    from skmlbio.training import _loop

    whole = _loop.train

    def train(blueprint, plan, *arguments):
        return whole(blueprint, replace(plan, n_epochs=min(plan.n_epochs, 3)), *arguments)

    _loop.train = train
    warnings.filterwarnings("ignore", ".* were cut at max_length=")  # it hardly knows yet where a string ends


def as_a_script(arguments: list[str], folder: Path) -> dict:
    """Run an example in this process, from a folder, and write beside that folder what it says; return its names."""
    few_epochs()
    os.chdir(folder)
    for descriptor, stream in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder.with_suffix(f".{stream}"), os.O_CREAT | os.O_WRONLY), descriptor)
    sys.argv = arguments
    return runpy.run_path(arguments[0], run_name="__main__")


def as_a_page(arguments: list[str], folder: Path) -> None:
    """Do so with a script that leaves its figures open, as those of the lecture do; write these into the folder."""
    matplotlib.use("agg")
    _names = as_a_script(arguments, folder)  # films are deleted with the last name that they have
    for number in plt.get_fignums():
        figure = plt.figure(number)
        figure.canvas.draw()  # films begin, and complain where they never do
        figure.savefig(f"{number:02}.png", dpi=64)


def in_a_fork(arguments: list[str], folder: Path, start=as_a_script) -> tuple[int, str, str]:
    """Run an example; return how it ends, and what it says to either stream."""
    process = FORKS.Process(target=start, args=(arguments, folder))
    process.start()
    process.join()
    return process.exitcode, *(folder.with_suffix(f".{stream}").read_text() for stream in ("stdout", "stderr"))


def as_a_user(arguments: list[str], folder: Path) -> tuple[int, str, str]:
    """Do so in a process of its own, as the one must that starts workers."""
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def run(example: Path, folder: Path) -> str:
    """Run the example, and return what it prints."""
    folder.mkdir()
    arguments = [str(example), "--output", str(folder / "output"), *SMALLER.get(example.stem, [])]
    start = as_a_user if example.stem == "quickstart" else in_a_fork
    exit_code, report, errors = start(arguments, folder)
    assert (exit_code, errors) == (0, ""), errors
    return report


def require_picture(path: Path) -> None:
    """An axis frame alone has two colours or so, and a picture that is hardly drawn upon is nearly all white."""
    pixels = matplotlib.image.imread(path)[..., :3].reshape(-1, 3)
    assert len(np.unique(np.rint(pixels * 255) @ [2**16, 2**8, 1])) > 20
    assert np.mean(pixels.min(axis=1) < 0.9) > 0.02


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_draws(example: Path, tmp_path: Path) -> None:
    if (needed := NEEDS.get(example.stem)) and not importlib.util.find_spec(needed):
        pytest.skip(f"{needed} is not installed")
    folder = tmp_path / "here"
    report = run(example, folder)
    assert 0 < len(report.splitlines()) <= 20
    assert [path.name for path in folder.iterdir()] == ["output"], "something was written beside the folder asked for"
    pictures = list((folder / "output").glob("*.png"))
    assert pictures
    for picture in pictures:
        require_picture(picture)
    if example.stem == "quickstart":
        for finding in ("the scores are equal", "predicts the same", "gives the same codes"):
            assert finding in report
        assert (folder / "output" / "saved_model" / "saved_model.pb").exists()
    else:
        assert [picture.stem for picture in pictures] == [example.stem]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_runs_and_draws(chapter: Path, tmp_path: Path) -> None:
    (folder := tmp_path / "here").mkdir()
    exit_code, report, errors = in_a_fork([str(chapter)], folder, as_a_page)
    assert (exit_code, errors) == (0, ""), errors
    assert report
    pictures = list(folder.iterdir())
    assert pictures and {picture.suffix for picture in pictures} == {".png"}
    for picture in pictures:
        require_picture(picture)


def test_an_empty_picture_is_noticed(tmp_path: Path) -> None:
    figure = matplotlib.figure.Figure()
    figure.subplots()
    figure.savefig(tmp_path / "empty.png")
    with pytest.raises(AssertionError):
        require_picture(tmp_path / "empty.png")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_stands_in_the_documentation(example: Path) -> None:
    assert f"../examples/{example.name}" in PAGE


def test_pictures_of_the_documentation_exist_and_are_small() -> None:
    shown = set(re.findall(r"\]\((images/[^)]+)\)", PAGE))
    assert shown == {f"images/{path.name}" for path in (ROOT / "docs" / "images").iterdir()}
    assert len(shown) >= len(EXAMPLES)
    for name in shown:
        require_picture(ROOT / "docs" / name)
        assert (ROOT / "docs" / name).stat().st_size < 100_000
