"""A process forked after TensorFlow was started says so at once; one forked before works.

All of it happens in a fresh process with a time limit, so that a hang is a failure.
"""

import sys
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")

BEGIN = """
import multiprocessing, os, signal, sys, tempfile, warnings
from concurrent.futures import ProcessPoolExecutor
import numpy as np
from joblib import Parallel, delayed
from skmlbio import AutoEncoderTransformer, DenseClassifier, VAESampler

warnings.filterwarnings("ignore", category=DeprecationWarning)  # Python 3.12 warns of forks itself
signal.alarm(100)
os.register_at_fork(after_in_child=lambda: signal.alarm(60))  # a child that hangs is ended
fork = multiprocessing.get_context("fork")
X = np.random.default_rng(0).normal(size=(40, 4))
y = np.arange(40) % 2
new = DenseClassifier(epochs=2, random_state=0)

def said(act):
    try:
        return act()
    except RuntimeError as error:
        return str(error)

def fit():
    return new.fit(X, y).predict_proba(X)

def in_child(act):
    receiver, sender = fork.Pipe(duplex=False)
    child = fork.Process(target=lambda: sender.send(act()))
    child.start()
    assert receiver.poll(60), "the child says nothing"
    answer = receiver.recv()
    child.join()
    return answer
"""

BEFORE = """
import skmlbio._tensorflow  # which starts nothing
first = in_child(fit)
assert isinstance(first, np.ndarray), first
with ProcessPoolExecutor(1, mp_context=fork) as pool:
    assert np.array_equal(pool.submit(fit).result(), first)
assert np.array_equal(Parallel(n_jobs=2, backend="multiprocessing")([delayed(fit)()] * 2)[1], first)
print("before")
"""

ANOTHERS = """
import keras

def after_anothers_network():
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])(X)
    return in_child(lambda: said(fit))

assert "was started before" in in_child(after_anothers_network)  # in a child, so that it is not started here
print("after another's network")
"""


AFTER = """
classifier = DenseClassifier(epochs=2, random_state=0).fit(X, y)
encoder = AutoEncoderTransformer(epochs=1).fit(X)
sampler = VAESampler(epochs=1).fit(X)
doors = {
    "fit": fit,
    "fit of a known network": lambda: classifier.fit(X, y),
    "partial_fit": lambda: classifier.partial_fit(X, y),
    "predict": lambda: classifier.predict(X),
    "predict_proba": lambda: classifier.predict_proba(X),
    "score": lambda: classifier.score(X, y),
    "model_": lambda: classifier.model_,
    "export": lambda: classifier.export_saved_model(os.path.join(tempfile.mkdtemp(), "served")),
    "transform": lambda: encoder.transform(X),
    "inverse_transform": lambda: encoder.inverse_transform(X[:, :2]),
    "score_samples": lambda: encoder.score_samples(X),
    "sample": lambda: sampler.sample(3),
}
answers = in_child(lambda: {name: said(door) for name, door in doors.items()})
with ProcessPoolExecutor(1, mp_context=fork) as pool:
    answers["a pool"] = said(pool.submit(fit).result)
answers["joblib"] = said(lambda: Parallel(n_jobs=2, backend="multiprocessing")([delayed(fit)()] * 2))
answers["a grandchild"] = in_child(lambda: in_child(lambda: said(fit)))
for name, answer in answers.items():
    assert isinstance(answer, str) and answer.startswith(
        "TensorFlow was started before this process was forked; use spawn or loky"
    ), (name, answer)
assert len(answers) == 15
assert np.array_equal(classifier.predict_proba(X), first)  # the parent goes on
print("after")
"""


@pytest.fixture(scope="module")
def passed(start_python: Callable, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the parts print that have passed; the first starts nothing, the last goes on with what is started."""
    with start_python(BEGIN + BEFORE + ANOTHERS + AFTER, tmp_path_factory.mktemp("forks")) as process:
        stdout, stderr = process.communicate(timeout=150)
    return stdout + stderr


@pytest.mark.parametrize("part", ["before", "after another's network", "after"])
def test_forked_processes(passed: str, part: str) -> None:
    assert part in passed.splitlines(), passed
