"""The measurements of the auto-encoder benchmark: `python _work.py NAME ARGUMENT...` runs one and prints it as JSON.

Each runs in a process of its own, so that "first" means first and no library's threads stand in another's way.
"""

import json
import math
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from _peers import BATCH_SIZE, PEERS, arguments, digits, keras_network, reconstruction
from _timing import clocked, interleaved, seconds, seconds_per_call
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV

OURS = "skmlbio"
EPOCHS, SEARCH_EPOCHS = 50, 10
ROW_COUNTS = [1_000, 4_000, 16_000, 64_000]
COMPILERS = {
    "C": "gcc -O3 -march=native",
    "C, fast-math": "gcc -O3 -march=native -ffast-math -mprefer-vector-width=512",
}


def ours(epochs: int = EPOCHS) -> BaseEstimator:
    return PEERS[OURS]["default threads"](epochs)[0]


def first_and_second(call: Callable[[], object]) -> dict[str, float]:
    """Seconds of the first and of the second run in this process."""
    return {run: seconds(call) for run in ("first", "second")}


def search(library: str, setting: str) -> dict[str, float]:
    """Seconds of a grid search, 8 candidates x 3 folds."""
    estimator, grid = PEERS[library][setting](SEARCH_EPOCHS)
    data = arguments(estimator, digits())
    return first_and_second(lambda: GridSearchCV(estimator, grid, cv=3, refit=False, error_score="raise").fit(*data))


def fit(library: str, setting: str) -> dict[str, float]:
    """Seconds of one fit, and the squared error that it reaches, because everybody should do the same work."""
    estimator, _ = PEERS[library][setting](EPOCHS)
    rows = digits()
    times = first_and_second(lambda: estimator.fit(*arguments(estimator, rows)))
    return times | {"error": float(np.mean((reconstruction(estimator, rows) - rows) ** 2))}


def step(n_repeats: str) -> dict[str, float]:
    """Seconds of one warm step of 32 rows: a fit over its steps, what more epochs cost, and the loop in C."""
    rows, factor = digits(), 5
    n_steps = EPOCHS * math.ceil(len(rows) / BATCH_SIZE)
    short, long = ours().fit(rows), ours(factor * EPOCHS).fit(rows)
    fits = clocked({"short": partial(short.fit, rows), "long": partial(long.fit, rows)})
    with tempfile.TemporaryDirectory() as folder:
        medians = interleaved(fits | c_loops(rows, Path(folder)), int(n_repeats))
    slope = (medians["long"] - medians["short"]) / (factor - 1)
    times = {"whole fit": medians["short"], "slope": slope} | {name: medians[name] for name in COMPILERS}
    return {name: time / n_steps for name, time in times.items()}


def c_loops(rows: np.ndarray, folder: Path) -> dict[str, Callable[[], float]]:
    """Compile the loop in C: functions that run it; it keeps its own time, so its start is not counted."""
    rows.tofile(folder / "rows")
    loops = {}
    for name, compiler in COMPILERS.items():
        command = [folder / name, folder / "rows", str(len(rows)), str(EPOCHS)]
        subprocess.run([*compiler.split(), Path(__file__).with_name("c_loop.c"), "-o", command[0], "-lm"], check=True)
        loops[name] = lambda command=command: float(subprocess.check_output(command, text=True).split()[0])
    return loops


def rows(n_repeats: str) -> dict[str, float]:
    """Seconds of warm fits of different numbers of rows."""
    estimator = ours()
    fits = {f"{n_rows:,} rows": partial(estimator.fit, digits(n_rows)) for n_rows in ROW_COUNTS}
    for call in fits.values():
        call()
    return interleaved(clocked(fits), int(n_repeats))


def transform_one(n_repeats: str) -> dict[str, float]:
    """Seconds to encode one row with the network 64-32-8."""
    import keras
    from sklearn.neural_network import MLPRegressor

    data = digits()
    estimator = ours().fit(data)
    encoder = keras.Sequential([keras.Input((64,)), *keras_network().layers[:2]])
    encoder.set_weights(estimator.weights_[:4])
    regressor = MLPRegressor(hidden_layer_sizes=(32,)).fit(data, estimator.transform(data))
    one = data[:1]
    np.testing.assert_allclose(estimator.transform(one), encoder.predict(one, verbose=0), rtol=1e-3, atol=1e-4)
    calls = {
        OURS: partial(estimator.transform, one),
        "keras.Model.predict": partial(encoder.predict, one, verbose=0),
        "MLPRegressor.predict": partial(regressor.predict, one),
    }
    return interleaved(clocked(calls, seconds_per_call), int(n_repeats))


def transform_many(n_repeats: str) -> dict[str, float]:
    """Seconds to encode 100,000 rows of float32."""
    data = digits(100_000)
    estimator = ours().fit(digits())
    kernel, bias, code_kernel, code_bias = estimator.weights_[:4]

    def products() -> np.ndarray:
        return np.maximum(data @ kernel + bias, 0) @ code_kernel + code_bias

    np.testing.assert_allclose(estimator.transform(data), products(), rtol=1e-3, atol=1e-4)
    calls = {OURS: partial(estimator.transform, data), "NumPy": products}
    return interleaved(clocked(calls, seconds_per_call), int(n_repeats))


def pickle_size(_: str) -> dict[str, float]:
    """Bytes of a pickled fitted estimator, and the bytes it may have."""
    estimator = ours().fit(digits())
    allowed = 1.2 * sum(weight.nbytes for weight in estimator.weights_) + 20_000
    return {OURS: len(pickle.dumps(estimator)), "1.2 x weights + 20 kB": allowed}


if __name__ == "__main__":
    functions = (search, fit, step, rows, transform_one, transform_many, pickle_size)
    measurement = {function.__name__: function for function in functions}[sys.argv[1]]
    print(json.dumps(measurement(*sys.argv[2:])))
