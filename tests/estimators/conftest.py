"""Small data, and settings that let many tests share a few compiled programs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_classification, make_regression
from sklearn.preprocessing import StandardScaler

import skmlbio


@pytest.fixture(scope="session")
def iris() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    return X[order], y[order]


@pytest.fixture(scope="session")
def two_classes() -> tuple[np.ndarray, np.ndarray]:
    X, y = make_classification(96, 4, n_informative=3, n_redundant=0, class_sep=1.5, random_state=0)
    return StandardScaler().fit_transform(X), y


@pytest.fixture(scope="session")
def numbers() -> tuple[np.ndarray, np.ndarray]:
    return make_regression(96, 4, noise=1.0, random_state=0)


@pytest.fixture(scope="session")
def start_python() -> Callable[..., subprocess.Popen]:
    """Start a script in a fresh process that sees the package under test and these tests' own networks."""

    def start(script: str, folder: Path, **environment: str) -> subprocess.Popen:
        paths = [Path(skmlbio.__file__).parents[1], Path(__file__).parent]
        kept = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
        environment = kept | {"PYTHONPATH": os.pathsep.join(map(str, paths))} | environment
        command = [sys.executable, "-W", "error", "-c", script]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=folder, env=environment, **streams)

    return start


@pytest.fixture
def run_python(start_python: Callable, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Run a script in a fresh process to its end."""

    def run(script: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess:
        with start_python(script, tmp_path, **environment) as process:
            try:
                stdout, stderr = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    return run
