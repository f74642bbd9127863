"""Searches on workers of Dask: the numbers of one process, and what a worker does once."""

import itertools
import os
import signal
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score

from skmlbio import DenseClassifier
from skmlbio.tables import StoredArray

X = np.random.default_rng(0).normal(size=(300, 12))
Y = np.array(["low", "high"])[(X[:, 0] > 0).astype(int)]
FOLDS = [*StratifiedKFold(3).split(X, Y)]
GRID = {"learning_rate": [1e-3, 3e-3], "random_state": [0, 1]}
ESTIMATOR = DenseClassifier((8,), epochs=3, random_state=0)

pytestmark = pytest.mark.filterwarnings("default")  # of distributed, whose threads and sockets end when they like


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Two processes with a thread each, on this machine only."""
    folder = tmp_path_factory.mktemp("workers")
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with (
        LocalCluster(**options, local_directory=folder) as cluster,
        Client(cluster) as client,
    ):
        client.upload_file(__file__)  # workers find the functions of this file
        client.amm.stop()  # which takes away copies that `everywhere` makes
        yield client


@pytest.fixture(scope="module")
def scores() -> np.ndarray:
    """Those of one process."""
    return scores_of_folds(search())


def search(**options) -> GridSearchCV:
    return GridSearchCV(ESTIMATOR, GRID, cv=FOLDS, **options).fit(X, Y)


def scores_of_folds(found: GridSearchCV) -> np.ndarray:
    return np.array([found.cv_results_[f"split{fold}_test_score"] for fold in range(len(FOLDS))])


def everywhere():
    """What a search sends to workers often, so that each has it, also when another one is gone."""
    return parallel_config(backend="dask", scatter=[X, Y, *itertools.chain(*FOLDS)])


def programs():
    from skmlbio.training import program_info

    return program_info().n_networks, program_info().n_trainers, program_info().n_traces


def n_threads():
    from skmlbio._tensorflow import tf

    return tf.config.threading.get_intra_op_parallelism_threads()


def test_a_search_has_the_numbers_of_one_process_and_compiles_once_a_worker(client, scores) -> None:
    for _ in range(2):
        with parallel_config(backend="dask"):
            found = search()
        assert np.array_equal(scores_of_folds(found), scores)
        assert [*client.run(programs).values()] == [(1, 1, 1)] * 2
    assert [*client.run(n_threads).values()] == [1, 1]  # as many as Dask gives a worker


def test_data_travel_once(client, scores, monkeypatch) -> None:
    """Of what is sent for twelve fits, X and Y are sent by `everywhere` alone."""
    sent, scatter = [], Client.scatter

    def counted(self, data, **options):
        sent.append(data)
        return scatter(self, data, **options)

    monkeypatch.setattr(Client, "scatter", counted)
    with everywhere():
        assert np.array_equal(scores_of_folds(search()), scores)
    assert len(sent) == 1 and sent[0][0] is X


def test_rows_in_files_travel_by_their_place(client, tmp_path) -> None:
    np.save(tmp_path / "x.npy", X)
    rows = StoredArray(np.load(tmp_path / "x.npy", mmap_mode="r"))
    with parallel_config(backend="dask"):
        found = cross_val_score(ESTIMATOR, rows, Y, cv=FOLDS)
    assert np.array_equal(found, cross_val_score(ESTIMATOR, X, Y, cv=FOLDS))


def test_an_ensemble_learns_the_bits_of_one_process(client) -> None:
    ensemble = BaggingClassifier(ESTIMATOR, n_estimators=4, random_state=0)
    inside = clone(ensemble).fit(X, Y).estimators_
    with parallel_config(backend="dask"):
        outside = ensemble.fit(X, Y).estimators_
    for first, second in zip(inside, outside, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(first.weights_, second.weights_, strict=True))


def score_or_die(killed: Path, estimator, X, y) -> float:
    """The accuracy; the worker that is asked first is killed."""
    if not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return estimator.score(X, y)


def test_a_search_survives_a_worker(client, scores, tmp_path) -> None:
    killed = tmp_path / "killed"
    with everywhere():
        found = search(scoring=partial(score_or_die, killed), refit=False)
    assert killed.exists() and np.array_equal(scores_of_folds(found), scores)
