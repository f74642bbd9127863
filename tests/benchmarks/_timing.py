"""What the benchmarks share: a clock, measurements in fresh processes, Markdown tables, where the data sets are."""

import argparse
import importlib
import importlib.metadata
import json
import os
import pkgutil
import platform
import statistics
import subprocess
import sys
import threading
import timeit
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

DATA = Path(os.environ.get("SKMLBIO_DATA", Path(__file__).parents[3] / "shared" / "data"))
LIBRARIES = ["numpy", "scikit-learn", "tensorflow", "keras", "torch", "skorch", "scikeras"]


def seconds(call: Callable[[], object]) -> float:
    """Seconds of wall time of one call."""
    return timeit.timeit(call, number=1)


def seconds_per_call(call: Callable[[], object]) -> float:
    """Seconds of one warm call, averaged over as many calls as fill a fifth of a second."""
    call()
    number, total = timeit.Timer(call).autorange()
    return total / number


def clocked(calls: dict[str, Callable[[], object]], clock: Callable = seconds) -> dict[str, Callable[[], float]]:
    """The calls as measures for `interleaved`: each returns the seconds that its call took."""
    return {name: partial(clock, call) for name, call in calls.items()}


def anonymous_megabytes() -> float:
    """What Linux counts as the process's own memory, beside pages of files, which it takes back when it needs them."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1e3


def grown(call: Callable[[], object]) -> tuple[float, float]:
    """The most megabytes of the process during a call, less those before it, and its seconds."""
    settled, ended = anonymous_megabytes(), threading.Event()
    most = [settled]

    def watch() -> None:
        while not ended.wait(0.02):
            most.append(anonymous_megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    took = seconds(call)
    ended.set()
    watcher.join()
    return max(most) - settled, took


def interleaved(measures: dict[str, Callable[[], float]], n_repeats: int) -> dict[str, float]:
    """Median of each measure; they take turns, so that a slow minute of the machine hits them all."""
    runs = [{name: measure() for name, measure in measures.items()} for _ in range(n_repeats)]
    return {name: statistics.median(run[name] for run in runs) for name in measures}


def fresh(script: Path, *arguments: object) -> dict | str:
    """Run a script in a process of its own: the JSON that it prints last, or in one line why it failed."""
    print(*arguments, file=sys.stderr, flush=True)
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3"} | os.environ
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    reason = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
    return reason.replace("ModuleNotFoundError: No module named", "not installed:")


def two_fits(train: Callable, *data: object) -> dict[str, float]:
    """Seconds of the first and of the second fit, and the accuracy, because everybody should do the same work.

    ``train(*data)`` fits, and returns a function that returns the accuracy.
    """
    fitted: list = []
    times = {run: seconds(lambda: fitted.append(train(*data))) for run in ("first", "second")}
    return times | {"accuracy": fitted[-1]()}


def repeated_fits(script: Path, peers: dict[str, Iterable[str]], n_repeats: int) -> dict[tuple, float]:
    """Median of each figure of the measurement "fit", by peer, setting and name of the figure; settings take turns."""
    settings = [(peer, setting) for peer, settings in peers.items() for setting in settings]
    runs: dict[tuple, list] = {key: [] for key in settings}
    for _ in range(n_repeats):
        for key in settings:
            figures = fresh(script, "fit", *key)
            if isinstance(figures, str):
                raise RuntimeError(f"{key}: {figures}")
            runs[key].append(figures)
    return {(*key, name): statistics.median(f[name] for f in many) for key, many in runs.items() for name in many[0]}


def measure_or_run(measurements: dict[str, Callable], main: Callable[[bool], None], description: str) -> None:
    """What a script does: print one measurement, where `fresh` asks for it, or run all of it."""
    if sys.argv[1:2] and sys.argv[1] in measurements:
        print(json.dumps(measurements[sys.argv[1]](*sys.argv[2:])))
    else:
        parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--quick", action="store_true", help="one repeat")
        main(parser.parse_args().quick)


def markdown(header: str, rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; the header names the columns, `|` between them."""
    columns = [column.strip() for column in header.split("|")]
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def duration(value: float | str) -> str:
    """A time with the unit that suits it; text as it is.

    >>> duration(12.345), duration(0.0034), duration(0.000056)
    ('12.3 s', '3.4 ms', '56 µs')
    """
    if isinstance(value, str):
        return value
    scale, unit = (1, "s") if value >= 1 else (1e3, "ms") if value >= 1e-3 else (1e6, "µs")
    return f"{value * scale:.3g} {unit}"


def amount(value: float | str) -> str:
    """A number of bytes; text as it is.

    >>> amount(19_400)
    '19.4 kB'
    """
    return value if isinstance(value, str) else f"{value / 1e3:.1f} kB"


def machine() -> str:
    """One line: processor, cores, Python and the versions of the libraries."""
    import skmlbio

    versions = [f"skmlbio {skmlbio.__version__}"]
    for library in LIBRARIES:
        try:
            versions.append(f"{library} {importlib.metadata.version(library)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{library} not installed")
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())
    n_cores = len(os.sched_getaffinity(0))
    return f"{n_cores} cores of {processor}; Python {platform.python_version()}, {', '.join(versions)}"


def import_all_of_ours() -> None:
    """Import whatever a fit may need, so that a clock started afterwards measures work."""
    import keras  # noqa: F401
    import tensorflow  # noqa: F401

    import skmlbio

    for module in pkgutil.walk_packages(skmlbio.__path__, "skmlbio."):
        if not module.name.endswith("_spektral"):
            importlib.import_module(module.name)


def on_one_thread(peer: Callable, epochs: int):
    """A peer that works with TensorFlow, which is told to compute with one thread."""
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    return peer(epochs)
