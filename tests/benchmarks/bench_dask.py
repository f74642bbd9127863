"""Print the time of a search of 48 fits in one process and on one and two workers of Dask, as Markdown.

Each line is a fresh process, and the search is the second one in it: programs are compiled by then.  All compute with
one thread, so that two workers want two cores that nobody else uses.  The scores are the same to the last bit.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from _timing import duration, fresh, interleaved, machine, markdown, on_one_thread, seconds

N_ROWS, N_COLUMNS, N_FOLDS = 4_000, 100, 3
GRID = {"learning_rate": [3e-4, 1e-3, 3e-3, 1e-2], "l2": [0.0, 1e-4, 1e-3, 1e-2]}
AIM = 0.65


def made() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).normal(size=(N_ROWS, N_COLUMNS))
    return X, (X[:, :10].sum(axis=1) > 0).astype(int)


def search(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    from sklearn.model_selection import GridSearchCV

    from skmlbio import DenseClassifier

    estimator = DenseClassifier((128, 128), epochs=10, random_state=0)
    return GridSearchCV(estimator, GRID, cv=N_FOLDS, refit=False).fit(X, y).cv_results_["mean_test_score"]


def second_search() -> dict[str, float]:
    X, y = made()
    scores = search(X, y)
    return {"seconds": seconds(lambda: search(X, y)), "score": float(scores.sum())}


def of_one_process() -> dict[str, float]:
    return on_one_thread(lambda _: second_search(), 0)


def of_workers(n_workers: int) -> dict[str, float]:
    from distributed import Client, LocalCluster
    from joblib import parallel_config

    options = {"n_workers": n_workers, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(**options, local_directory=folder) as cluster,
        Client(cluster),
        parallel_config(backend="dask"),
    ):
        return second_search()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="of which the median is shown")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure is not None:
        print(json.dumps(of_workers(chosen.measure) if chosen.measure else of_one_process()))
        return
    names, scores = {"one process": 0, "1 worker": 1, "2 workers": 2}, set()

    def measured(n_workers: int) -> float:
        found = fresh(Path(__file__), "--measure", n_workers)
        if isinstance(found, str):
            raise RuntimeError(found)
        scores.add(found["score"])
        return found["seconds"]

    times = interleaved({name: lambda n=n: measured(n) for name, n in names.items()}, chosen.repeats)
    if len(scores) > 1:
        raise RuntimeError(f"the scores differ: {scores}")
    ratios = {name: f"{time / times['one process']:.2f}" for name, time in times.items()}
    lines = [(name, duration(time), ratios[name], AIM if name == "2 workers" else "") for name, time in times.items()]
    print(machine(), "", markdown("48 fits in | second search | ratio | to reach", lines), "", sep="\n")


if __name__ == "__main__":
    main()
