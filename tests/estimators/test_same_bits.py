"""The same call gives the same bits for every estimator: again, beside busy processes, in a fresh one, and pickled."""

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from same_bits_cases import CASES, answers, bits

import skmlbio
from skmlbio.base import NetworkEstimator

FRESH = """
import json, pickle
from same_bits_cases import CASES, answers, bits
if __name__ == "__main__":
    found = {}
    for name, case in CASES.items():
        with open(f"{name}.pickle", "rb") as file:
            read = answers(pickle.load(file), case.X)
        found[name] = {"read": read, "fitted": bits(case.fit(), case.X)}
    print(json.dumps(found))
"""
pytestmark = pytest.mark.filterwarnings("ignore:.* strings were cut at max_length")
FITS = {"attention of peptides": 4}  # what differed between fits of one process; others are fitted once more


@pytest.fixture(scope="module")
def fitted() -> dict:
    return {name: case.fit() for name, case in CASES.items()}


@pytest.fixture(scope="module")
def found(fitted) -> dict[str, dict[str, str]]:
    return {name: bits(fitted[name], case.X) for name, case in CASES.items()}


@pytest.fixture(scope="module")
def fresh(fitted: dict, start_python: Callable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen]:
    """A process that reads what was fitted and fits it too, while this one fits it once more."""
    folder = tmp_path_factory.mktemp("fresh")
    for name, estimator in fitted.items():
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(estimator))
    process = start_python(FRESH, folder)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def busy(fresh: subprocess.Popen) -> Iterator[None]:
    """Two processes that keep two cores busy: the fresh one, and one that does nothing else."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    yield
    process.kill()
    process.wait()


def test_no_estimator_is_left_out() -> None:
    tried = {type(case.estimator).__name__ for case in CASES.values()}
    assert tried == {name for name in skmlbio.__all__ if issubclass(getattr(skmlbio, name), NetworkEstimator)}


def test_fits_beside_busy_processes_give_the_same_bits(found: dict, busy: None) -> None:
    for name, case in CASES.items():
        for _ in range(FITS.get(name, 1)):
            assert bits(case.fit(), case.X) == found[name], name


def test_what_is_pickled_answers_alike(fitted: dict, found: dict) -> None:
    read = {name: answers(pickle.loads(pickle.dumps(estimator)), CASES[name].X) for name, estimator in fitted.items()}
    assert read == {name: digests["answers"] for name, digests in found.items()}


def test_a_fresh_process_gives_the_same_bits(found: dict, fresh: subprocess.Popen) -> None:
    stdout, stderr = fresh.communicate()
    assert fresh.returncode == 0, stderr
    assert json.loads(stdout) == {
        name: {"read": digests["answers"], "fitted": digests} for name, digests in found.items()
    }
