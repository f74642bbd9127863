"""What cannot be pickled is named; what writes functions out is not hindered."""

import copy
import functools
import pickle

import cloudpickle
import keras
import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.base import clone

from skmlbio import DenseClassifier, NetworkClassifier

X, Y = [[0.0], [1.0]] * 8, [0, 1] * 8


def importable(input_shape, n_outputs):
    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs)(x))


def local_callback() -> type:
    class Local(keras.callbacks.Callback):
        pass

    return Local


LAMBDA = lambda: keras.callbacks.TerminateOnNaN()  # noqa: E731
UNNAMED = [
    (DenseClassifier(callbacks=[LAMBDA]), "callbacks of DenseClassifier"),
    (DenseClassifier(callbacks=[local_callback()]), "callbacks of DenseClassifier"),
    (DenseClassifier(callbacks=[functools.partial(lambda: None)]), "callbacks of DenseClassifier"),
    (NetworkClassifier(lambda shape, n: importable(shape, n)), "network of NetworkClassifier"),
    (NetworkClassifier(importable, network_params={"start": lambda: 0}), "network_params of NetworkClassifier"),
]


@pytest.mark.parametrize(("estimator", "message"), UNNAMED, ids=lambda value: str(value)[:30])
def test_the_parameter_is_named(estimator, message) -> None:
    for dump in (pickle.dumps, lambda e: pickle.dumps({"in": [e]}), lambda e: pickle._dumps(e)):
        with pytest.raises(pickle.PicklingError, match=f"the parameter {message} cannot be pickled .*not a lambda"):
            dump(estimator)


@pytest.mark.parametrize(("estimator", "message"), UNNAMED, ids=lambda value: str(value)[:30])
def test_copies_and_clones_keep_it(estimator, message) -> None:
    name = message.partition(" ")[0]
    for same in (copy.copy(estimator), copy.deepcopy(estimator), cloudpickle.loads(cloudpickle.dumps(estimator))):
        assert getattr(same, name) is not None and type(same) is type(estimator)
    assert clone(estimator).get_params(deep=False).keys() == estimator.get_params(deep=False).keys()


def test_workers_take_lambdas() -> None:
    """joblib's own workers are sent functions by value, as before."""
    estimator = DenseClassifier(callbacks=[LAMBDA], epochs=1)
    (sent,) = Parallel(n_jobs=2)(delayed(len)([e]) for e in [estimator])
    assert sent == 1


def test_what_can_be_imported_is_pickled() -> None:
    for estimator in (
        DenseClassifier(callbacks=[keras.callbacks.TerminateOnNaN]),
        NetworkClassifier(importable, epochs=1).fit(X, Y),
    ):
        again = pickle.loads(pickle.dumps(estimator))
        assert str(again) == str(estimator)


def test_large_parameters_are_written_once() -> None:
    class Counted(np.ndarray):
        n_written = 0

        def __reduce_ex__(self, protocol):
            Counted.n_written += 1
            return np.asarray(self).__reduce_ex__(protocol)

    start = np.zeros(5).view(Counted)
    again = pickle.loads(pickle.dumps(NetworkClassifier(importable, network_params={"start": [start]})))
    assert Counted.n_written == 1 and (again.network_params["start"][0] == 0).all()
    with pytest.raises(pickle.PicklingError, match="the parameter network_params of NetworkClassifier"):
        pickle.dumps(NetworkClassifier(importable, network_params={"start": np.array([LAMBDA], object)}))
