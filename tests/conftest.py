"""Settings of the test run.  They are made before anything loads TensorFlow or matplotlib."""

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import skmlbio

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up chatter would drown pytest's report
os.environ.setdefault("MPLBACKEND", "Agg")

collect_ignore = ["benchmarks"]  # scripts that print figures; their peers are in the "bench" extra
collect_ignore_glob = ["*conftest.py"]  # there are no doctests in them, and pytest takes one for another

DATA = Path(os.environ.get("SKMLBIO_DATA", Path(__file__).parents[2] / "shared" / "data"))


def pytest_report_header() -> str:
    return f"skmlbio {skmlbio.__version__} from {os.path.dirname(skmlbio.__file__)}"


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not in what is imported: it would take a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture
def data_file() -> Callable[[str], Path]:
    """From the name of a file among the real data sets to its path; the test is skipped where they are missing."""

    def find(name: str) -> Path:
        if not (DATA / name).exists():
            pytest.skip(f"{DATA / name} is not there; SKMLBIO_DATA names the folder of the data sets")
        return DATA / name

    return find
