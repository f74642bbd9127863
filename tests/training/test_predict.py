"""Answers of a fitted network: one a row, in the order of the rows, however they are cut."""

import keras
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from small_networks import X, architecture, dense, linear, same_bits

from skmlbio.networks._architecture import Architecture
from skmlbio.training import _predict
from skmlbio.training._batches import ArrayData, Bucket
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network

WEIGHTS = [np.array([[1.0, 0], [0, 2], [1, 1]], "float32"), np.array([0, 1], "float32")]
LINEAR = Blueprint(linear, {"n_outputs": 2})


class ByFirstColumn(ArrayData):
    """Rows in three buckets, out of order; one of them must not be asked for more than two rows at once."""

    def buckets(self) -> list[Bucket]:
        kinds = (np.abs(self.columns[0][:, 0] * 100) % 3).astype(int)
        return [
            Bucket(np.flatnonzero(kinds == kind)[::-1], self.take_few if kind == 1 else self.take,
                   max_batch_size=2 if kind == 1 else None)
            for kind in range(3)
        ]  # fmt: skip

    def take_few(self, rows):
        assert len(rows) <= 2
        return self.take(rows)


class OneSmallBucket(ArrayData):
    """One bucket of samples so large that three are too many."""

    def buckets(self) -> list[Bucket]:
        return [Bucket(np.arange(len(self)), self.take, max_batch_size=2)]

    def take(self, rows):
        (found,) = super().take(rows)
        assert len(found) <= 2
        return (found,)


def several():
    x = keras.Input((3,), name="x")
    y = keras.layers.Dense(2, name="output")(x)
    return Architecture(
        keras.Model(x, y), {"all": keras.Model(x, {"y": y, "parts": [y[:, :1], keras.ops.cast(y[:, 1] > 0, "int32")]})}
    )


@pytest.mark.parametrize("data", [ArrayData(X), ArrayData(csr_matrix(X)), ByFirstColumn(X), OneSmallBucket(X)])
def test_one_answer_a_row_in_order(data: ArrayData) -> None:
    answer = _predict.predict(LINEAR, "predict", WEIGHTS, data)
    assert type(answer) is np.ndarray and answer.dtype == np.float32
    np.testing.assert_allclose(answer, X @ WEIGHTS[0] + WEIGHTS[1], atol=1e-5)


@pytest.mark.parametrize("kind", [ArrayData, ByFirstColumn])
def test_long_data_are_cut(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _predict.predict(Blueprint(several), "all", WEIGHTS, ArrayData(X))
    monkeypatch.setattr(_predict, "_FEW_ROWS", 1)
    monkeypatch.setattr(_predict, "_ROWS_AT_ONCE", 7)
    answer = _predict.predict(Blueprint(several), "all", WEIGHTS, kind(X))
    assert set(answer) == {"y", "parts"} and answer["parts"][1].dtype == np.int32
    for found, value in zip(keras.tree.flatten(answer), keras.tree.flatten(expected), strict=True):
        np.testing.assert_allclose(found, value, atol=1e-6)


def test_any_number_of_rows_uses_one_traced_function() -> None:
    network = get_network(LINEAR)
    _predict.predict(LINEAR, "predict", WEIGHTS, ArrayData(X[:1]))
    traced = dict(network._programs)
    for n_rows in (1, 2, 40):
        _predict.predict(LINEAR, "predict", WEIGHTS, ArrayData(X[:n_rows]))
    assert network._programs == traced


def test_a_fitted_model_is_keras_own_with_these_weights() -> None:
    model = _predict.fitted_model(LINEAR, WEIGHTS)
    assert isinstance(model, keras.Model) and model is not get_network(LINEAR).model
    np.testing.assert_allclose(model(X), X @ WEIGHTS[0] + WEIGHTS[1], atol=1e-5)
    model.set_weights([np.zeros((3, 2)), np.zeros(2)])
    assert np.abs(_predict.fitted_model(LINEAR, WEIGHTS)(X)).max() > 1
    assert same_bits(_predict.fitted_model(LINEAR, WEIGHTS).get_weights(), WEIGHTS)


def test_a_live_model_shows_the_first_head_and_all_variables() -> None:
    def two_heads():
        built = dense(2)
        hidden = keras.Model(built.training.inputs, built.training.get_layer("hidden").output)
        return Architecture(built.training, {"hidden": hidden, **built.heads})

    model, variables = _predict.live_model(Blueprint(two_heads))
    assert model.output.shape == (None, 2) and len(variables) == 4
    assert architecture(model).heads == {"predict": model}
