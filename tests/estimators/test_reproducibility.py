"""One seed, the same bits: again, in workers, in another process; and no global generator is touched."""

import copy
import io
import pickle
import random

import joblib
import numpy as np
import pytest
from own_networks import dropout_network
from sklearn.model_selection import cross_val_predict

from skmlbio import AutoEncoderTransformer, DenseClassifier, NetworkClassifier

FEW = {"epochs": 3, "learning_rate": 0.02}


def own(**options) -> NetworkClassifier:
    return NetworkClassifier(dropout_network, **({"random_state": 0} | FEW | options))


def equal(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    "estimator",
    [
        own(),
        DenseClassifier((8,), dropout=0.2, random_state=0, **FEW),
        AutoEncoderTransformer(hidden_layer_sizes=(8,), noise="gaussian", random_state=0, **FEW),
        AutoEncoderTransformer(hidden_layer_sizes=(8,), random_state=0, learning_rate=0.02, epochs=90),  # under XLA
    ],
    ids=["own", "dense", "noise", "xla"],
)
def test_same_seed_same_bits(estimator, two_classes) -> None:
    first = estimator.fit(*two_classes).weights_
    assert equal(first, estimator.fit(*two_classes).weights_)
    assert not equal(first, estimator.set_params(random_state=1).fit(*two_classes).weights_)
    assert equal(first, estimator.set_params(random_state=0).fit(*two_classes).weights_)


def test_without_a_seed_fits_differ(two_classes) -> None:
    estimator = own(random_state=None)
    assert not equal(estimator.fit(*two_classes).weights_, estimator.fit(*two_classes).weights_)


def test_a_random_state_instance_is_drawn_from(two_classes) -> None:
    state = np.random.RandomState(0)
    first, second = (own(random_state=state).fit(*two_classes).weights_ for _ in range(2))
    assert not equal(first, second)
    assert equal(first, own(random_state=np.random.RandomState(0)).fit(*two_classes).weights_)


def global_states() -> dict[str, bytes]:
    """The states of every global generator that a fit might read or change."""
    import tensorflow as tf
    from keras.src.random.seed_generator import global_seed_generator
    from tensorflow.python.eager import context

    keras_state = global_seed_generator().state.numpy()  # made at the first call, from Python's generator
    return {
        "keras": pickle.dumps(keras_state),
        "numpy": pickle.dumps(np.random.get_state()),  # noqa: NPY002
        "python": pickle.dumps(random.getstate()),
        "tensorflow": pickle.dumps(tf.random.get_global_generator().state.numpy()),
        "tensorflow seed": pickle.dumps(context.global_seed()),
    }


@pytest.mark.parametrize("seed", [0, None])
@pytest.mark.parametrize(
    "make",
    [own, lambda **o: AutoEncoderTransformer(hidden_layer_sizes=(7,), dropout=0.1, noise="masking", **(FEW | o))],
    ids=["own", "auto_encoder"],
)
def test_global_generators_are_untouched(make, seed, two_classes) -> None:
    from skmlbio.training import clear_programs

    clear_programs()  # building a network anew is part of what is watched
    estimator = make(random_state=seed)
    before = global_states()
    estimator.fit(*two_classes)
    getattr(estimator, "predict_proba", getattr(estimator, "transform", None))(two_classes[0])
    assert estimator.model_ is not None
    assert global_states() == before


def test_global_seeds_change_nothing(two_classes) -> None:
    import keras

    first = own().fit(*two_classes).weights_
    states = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        keras.utils.set_random_seed(123)
        assert equal(first, own().fit(*two_classes).weights_)
    finally:
        np.random.set_state(states[0])  # noqa: NPY002
        random.setstate(states[1])


@pytest.mark.parametrize("estimator", [own(), AutoEncoderTransformer(hidden_layer_sizes=(8,), random_state=0, **FEW)])
def test_copies_answer_alike(estimator, two_classes) -> None:
    X, y = two_classes
    estimator.fit(X, y)
    stream = io.BytesIO()
    joblib.dump(estimator, stream)
    stream.seek(0)
    verb = "predict_proba" if hasattr(estimator, "predict_proba") else "transform"
    for copied in (pickle.loads(pickle.dumps(estimator)), joblib.load(stream), copy.deepcopy(estimator)):
        assert copied.get_params() == estimator.get_params()
        assert np.array_equal(getattr(copied, verb)(X), getattr(estimator, verb)(X))
        copied.weights_[0][...] = 0  # a copy owns its weights
    assert not (estimator.weights_[0] == 0).all()


def test_a_pickle_is_little_more_than_its_weights(two_classes) -> None:
    estimator = AutoEncoderTransformer(hidden_layer_sizes=(64,), random_state=0, **FEW).fit(two_classes[0])
    assert len(pickle.dumps(estimator)) <= 1.2 * sum(w.nbytes for w in estimator.weights_) + 20_000


def test_partial_fit_goes_on_alike_after_pickling(two_classes) -> None:
    X, y = two_classes
    estimator = own().partial_fit(X, y)
    other = pickle.loads(pickle.dumps(estimator))
    assert equal(estimator.partial_fit(X, y).weights_, other.partial_fit(X, y).weights_)


THREADS = """
import os
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor

def threads():
    from skmlbio._tensorflow import tf
    threading = tf.config.threading
    return threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads()

def of_a_worker():
    with parallel_config("loky", inner_max_num_threads=3):
        return Parallel(n_jobs=2)([delayed(threads)()])

if __name__ == "__main__":
    print(threads(), of_a_worker())
    get_reusable_executor().shutdown()
    os.environ["TF_NUM_INTRAOP_THREADS"] = "2"
    print(of_a_worker())
"""


def test_workers_take_the_threads_that_joblib_gives_them(run_python, monkeypatch) -> None:
    """0 leaves the number to TensorFlow, which asks the environment."""
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):  # of whoever runs the tests
        monkeypatch.delenv(name, raising=False)
    done = run_python(THREADS)
    assert done.stdout == "(0, 0) [(3, 3)]\n[(0, 3)]\n", done.stderr


def test_threads_give_the_same_bits(two_classes) -> None:
    X, y = two_classes
    alone = cross_val_predict(own(), X, y, cv=2, method="predict_proba")
    with joblib.parallel_backend("threading", n_jobs=2):
        together = cross_val_predict(own(), X, y, cv=2, method="predict_proba", n_jobs=2)
    assert np.array_equal(alone, together)
