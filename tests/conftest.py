"""Settings of the test run.  They are made before anything loads TensorFlow or matplotlib."""

import os

import skmlbio

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up chatter would drown pytest's report
os.environ.setdefault("MPLBACKEND", "Agg")

collect_ignore = ["benchmarks"]  # scripts that print figures; their peers are in the "bench" extra


def pytest_report_header() -> str:
    return f"skmlbio {skmlbio.__version__} from {os.path.dirname(skmlbio.__file__)}"
