"""Files and models that the tests of the command line share."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

import skmlbio
from skmlbio.cli import main


@pytest.fixture(scope="session")
def flowers() -> pd.DataFrame:
    """A table with ids that look like numbers, four columns of numbers, and labels."""
    iris = load_iris(as_frame=True)
    table = iris.data.set_axis(["sepal_length", "sepal_width", "petal_length", "petal_width"], axis=1)[::3]
    table.insert(0, "id", [f"{i:03}" for i in range(len(table))])
    return table.assign(label=iris.target_names[iris.target[::3]])


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, flowers: pd.DataFrame) -> Path:
    """A folder with a table, and two models of it."""
    path = tmp_path_factory.mktemp("command_line")
    flowers.to_csv(path / "flowers.csv", index=False)
    settings = ["--set", "epochs=40", "--set", "random_state=0", "--set", "learning_rate=0.01"]
    arguments = ["--data", str(path / "flowers.csv"), "--quiet", *settings]
    labelled = ["--target", "label", "--scale", "--save", str(path / "classifier.skmlbio")]
    assert main(["fit", "DenseClassifier", *arguments, *labelled]) == 0
    unlabelled = ["--set", "latent_dim=2", "--ignore", "label", "--save", str(path / "sampler.skmlbio")]
    assert main(["fit", "VAESampler", *arguments, *unlabelled]) == 0
    return path


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of strings, which takes no network."""
    path = tmp_path_factory.mktemp("chain") / "chain.skmlbio"
    skmlbio.save(skmlbio.MarkovChain(1, alphabet="dna").fit(["ACGTACGT", "AACCGGTT"]), path)
    return path


@pytest.fixture
def numbers(flowers: pd.DataFrame) -> np.ndarray:
    return flowers.iloc[:, 1:5].to_numpy()


@pytest.fixture
def error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """From a command line to its exit code and the one line that it says; files are in a folder of the test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str]:
        code = main([*map(str, arguments)])
        said = capsys.readouterr()
        assert said.out == ""
        *progress, line = said.err.splitlines()
        assert all(" rows" in before for before in progress)
        return code, line.removeprefix(f"skmlbio {arguments[0]}: error: ")

    return run
