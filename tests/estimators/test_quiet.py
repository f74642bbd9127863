"""What a fit says, and leaves behind, in a process of its own; and that one may be interrupted."""

FIT = """
import os
before = dict(os.environ)
import numpy as np
from skmlbio import AutoEncoderTransformer, DenseClassifier
X = np.random.default_rng(0).normal(size=(40, 4))
DenseClassifier((8,), epochs=2, verbose=0).fit(X, X[:, 0] > 0).predict(X)
encoder = AutoEncoderTransformer(epochs=2, validation_fraction=0.2, verbose=0).fit(X)
assert encoder.model_ is not None
assert dict(os.environ) == before, set(os.environ.items()) ^ set(before.items())
assert os.listdir() == [], os.listdir()
"""

INTERRUPTED = """
import signal, threading
from skmlbio.networks import _tensorflow

class Alarm(_tensorflow.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 2:
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

X = np.random.default_rng(0).normal(size=(2000, 4))
estimator = DenseClassifier((8,), epochs=1_000_000, callbacks=[Alarm], random_state=0)
try:
    estimator.fit(X, X[:, 0] > 0)
except KeyboardInterrupt as interruption:
    told = str(interruption)
    assert any(f"interrupted in epoch {n};" in told for n in (estimator.n_iter_, estimator.n_iter_ + 1)), told
    assert estimator.n_iter_ >= 3
    assert estimator.score(X, X[:, 0] > 0) > 0.9
    estimator.set_params(epochs=2).fit(X, X[:, 0] > 0)
    print("usable")
"""


def test_a_quiet_fit_prints_nothing_and_a_real_interrupt_leaves_a_usable_estimator(run_python) -> None:
    done = run_python(FIT + INTERRUPTED)
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("usable\n", "")
