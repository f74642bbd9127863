"""Rows that are read when they are needed: which, how often, and what scikit-learn makes of them."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer, DenseRegressor
from skmlbio.tables import RowSequence

X = np.random.default_rng(0).normal(size=(200, 3))


class Spy(RowSequence):
    """Rows that remember what is read of them."""

    def __init__(self, chunk_rows: int = 1):
        super().__init__(X.shape, X.dtype, chunk_rows)
        self.spans: list[tuple[int, int]] = []

    def read(self, start, stop):
        self.spans.append((start, stop))
        return X[start:stop]


ROWS = [
    slice(3, 50),
    slice(190, 300),
    slice(None, None, -7),
    np.array([5]),
    np.random.default_rng(1).integers(200, size=500),
    [0, 2, -3, 17, 199, 40],
    X[:, 0] > 0,
    np.array([], int),
]


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: type(rows).__name__ + str(np.shape(rows)))
@pytest.mark.parametrize("chunk_rows", [1, 16, 1000])
def test_parts_are_those_of_an_array(rows, chunk_rows) -> None:
    spy = Spy(chunk_rows)
    part, expected = spy[rows], X[rows]
    assert spy.spans == [] and part.shape == expected.shape and len(part) == len(expected)
    found = np.asarray(part)
    assert found.dtype == X.dtype and np.array_equal(found, expected)
    assert np.array_equal(part[::-2], expected[::-2])


def test_a_row_is_an_array() -> None:
    assert np.array_equal(Spy(7)[-3], X[-3])
    assert np.array_equal(Spy()[X[:, 0] > 0][np.int64(2)], X[X[:, 0] > 0][2])
    with pytest.raises(IndexError, match="out of range"):
        Spy()[200]
    with pytest.raises(IndexError, match=r"^rows have one axis; take an int, a slice"):
        Spy()[np.zeros((2, 2), int)]


def test_what_is_together_is_read_together_and_nothing_else() -> None:
    spy = Spy()
    spy.take(np.array([9, 3, 120, 10, 3, 11]))
    assert spy.spans == [(3, 4), (9, 12), (120, 121)]


def test_a_chunk_is_read_once_for_rows_in_turn() -> None:
    spy = Spy(50)
    rows = [spy.take(np.arange(start, start + 20)) for start in range(0, 200, 20)]
    assert np.array_equal(np.concatenate(rows), X)
    assert spy.spans == [(0, 50), (50, 100), (100, 150), (150, 200)]


def test_a_large_chunk_is_not_kept(monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.tables._row_sequence._LARGEST_CHUNK", 49 * 24)
    spy = Spy(50)
    spy.take(np.arange(7, 12))
    assert spy.spans == [(7, 12)]


def test_a_copy_for_another_process_leaves_what_was_read() -> None:
    part = np.asarray(sequence := Copied(X.shape, X.dtype, 100)[:100])
    found = pickle.loads(pickle.dumps(sequence))
    assert np.array_equal(found, part)
    assert len(pickle.dumps(sequence)) < 2000


class Copied(RowSequence):
    def read(self, start, stop):
        return X[start:stop]


def test_an_array_is_never_a_view() -> None:
    with pytest.raises(ValueError, match="copy must not be False"):
        np.asarray(Spy(), copy=False)


def test_splits_read_nothing_and_scores_are_those_of_arrays() -> None:
    spy, y = Spy(), X[:, 0]
    train, test = train_test_split(spy, random_state=0)
    assert spy.spans == [] and isinstance(train, Spy) and len(train) == 150 and len(test) == 50
    regressor = DenseRegressor((4,), epochs=2, random_state=0)
    assert np.array_equal(cross_val_score(regressor, spy, y, cv=3), cross_val_score(regressor, X, y, cv=3))


def test_scikit_learn_reads_all() -> None:
    assert np.array_equal(StandardScaler().fit_transform(Spy()), StandardScaler().fit_transform(X))


def test_estimators_read_blocks_only(monkeypatch) -> None:
    for name in ("_batches._SMALL_BLOCK_BYTES", "_batches._BLOCK_BYTES", "_stored_rows._BYTES_AT_ONCE"):
        monkeypatch.setattr(f"skmlbio.training.{name}", 2**9)
    monkeypatch.setattr("skmlbio.base._fit_data._BYTES_AT_ONCE", 2**9)
    spy = Spy()
    estimator = AutoEncoderTransformer(1, hidden_layer_sizes=(4,), epochs=2, batch_size=8, random_state=0)
    inside = clone(estimator).fit(X, X_val=X[:20])
    outside = estimator.fit(spy, X_val=spy[:20])
    assert all(np.array_equal(a, b) for a, b in zip(inside.weights_, outside.weights_, strict=True))
    assert max(stop - start for start, stop in spy.spans) <= 2**9 // 24


@pytest.mark.parametrize(("shape", "dtype"), [((199, 3), float), ((200, 2), float), ((200, 3), "float32")])
def test_what_was_not_announced_is_refused(shape, dtype) -> None:
    class Wrong(RowSequence):
        def read(self, start, stop):
            return np.zeros(shape, dtype)[start:stop]

    message = r"^read\(\d+, 200\) returned an array of shape .* where \(\d+, 3\) and float64 were announced\.$"
    for chunk_rows in (1, 80):
        with pytest.raises(ValueError, match=message):
            Wrong(X.shape, X.dtype, chunk_rows).take(np.arange(170, 200))


def test_read_returns_an_array() -> None:
    class Listed(RowSequence):
        def read(self, start, stop):
            return X[start:stop].tolist()

    with pytest.raises(TypeError, match=r"^read\(0, 200\) must return an array of NumPy, got list\.$"):
        np.asarray(Listed(X.shape, X.dtype))


@pytest.mark.parametrize("shape", [(-1, 7), (), 3, (2.5, 7), "ab"])
def test_a_shape_that_is_none_is_refused(shape) -> None:
    with pytest.raises(ValueError, match=r"^shape must be \(n_rows, \.\.\.\), of ints that are not negative, got "):
        Copied(shape, float)


@pytest.mark.parametrize("chunk_rows", [0, 1.5])
def test_chunks_have_rows(chunk_rows) -> None:
    with pytest.raises(ValueError, match=rf"^chunk_rows must be an int of at least 1, got {chunk_rows}\.$"):
        Copied(X.shape, float, chunk_rows)


def test_places_tell_which_rows_are_left() -> None:
    rows = Spy()
    assert rows.is_whole and rows.places.tolist() == list(range(200))
    assert not rows[::-80].is_whole and rows[::-80].places.tolist() == [199, 119, 39]
