"""The same call gives the same bits for every estimator: again, beside busy processes, in a fresh one, and pickled."""

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator

import pytest
from same_bits_cases import CASES, answers, bits

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
FITS = {"attention of peptides": 4}  # what differed between fits of one process; others are fitted once more


@pytest.fixture(scope="module")
def fitted() -> dict:
    return {name: case.fit() for name, case in CASES.items()}


@pytest.fixture(scope="module")
def found(fitted) -> dict[str, dict[str, str]]:
    return {name: bits(fitted[name], case.X) for name, case in CASES.items()}


@pytest.fixture
def busy() -> Iterator[None]:
    """Two processes that keep two cores busy."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize("name", CASES)
def test_another_fit_gives_the_same_bits(name: str, found: dict) -> None:
    for _ in range(FITS.get(name, 1)):
        assert bits(CASES[name].fit(), CASES[name].X) == found[name]


def test_fits_beside_busy_processes_give_the_same_bits(found: dict, busy: None) -> None:
    assert {name: bits(case.fit(), case.X) for name, case in CASES.items()} == found


def test_what_is_pickled_answers_alike(fitted: dict, found: dict) -> None:
    read = {name: answers(pickle.loads(pickle.dumps(estimator)), CASES[name].X) for name, estimator in fitted.items()}
    assert read == {name: digests["answers"] for name, digests in found.items()}


def test_a_fresh_process_gives_the_same_bits(fitted: dict, found: dict, run_python, tmp_path) -> None:
    for name, estimator in fitted.items():
        (tmp_path / f"{name}.pickle").write_bytes(pickle.dumps(estimator))
    done = run_python(FRESH, timeout=300)
    assert done.returncode == 0, done.stderr
    expected = {name: {"read": digests["answers"], "fitted": digests} for name, digests in found.items()}
    assert json.loads(done.stdout) == expected
