"""Rows in files, shuffled in another file."""

import os
from collections import namedtuple
from contextlib import nullcontext

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from skmlbio import DenseClassifier
from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.tables import RowSequence
from skmlbio.training import _batches, _rows_in_turn, _stored_rows
from skmlbio.training._batches import ArrayData, TrainingSet, epoch_blocks, plan_blocks
from skmlbio.training._rows_in_turn import in_order, rows_in_turn, worth_shuffling
from skmlbio.training._stored_rows import StoredRows

X = np.random.default_rng(0).normal(size=(500, 2)).astype(">f4")


class Rows(RowSequence):
    """Rows in chunks, which counts what is read."""

    def __init__(self, chunk_rows: int = 100):
        super().__init__(X.shape, X.dtype, chunk_rows)
        self.n_read = [0]

    def read(self, start, stop):
        self.n_read[0] += stop - start
        return X[start:stop]


def test_each_block_has_its_rows_and_all_are_read_once(monkeypatch) -> None:
    monkeypatch.setattr(_rows_in_turn, "_BYTES_AT_ONCE", 8 * 60)
    rows, order = Rows(), np.random.default_rng(1).permutation(250)
    blocks = [*np.split(order, [100, 200]), np.array([3, 3, 7])]
    stored = StoredRows(rows[1::2], "float64")
    for block, found in zip(blocks, rows_in_turn(stored, blocks), strict=True):
        taken = found.take(block)
        assert taken.dtype == "float64" and np.array_equal(taken, X[1::2][block])
        assert np.array_equal(found.take(block[:2]), X[1::2][block[:2]])
    assert rows.n_read == [500]


def blocks_of(column) -> list[np.ndarray]:
    samples = TrainingSet(ArrayData(column, np.arange(500)), (), ensure_sample_weight(None, 500))
    plans, rng = plan_blocks(samples, 8), np.random.default_rng(0)
    found = []
    for _ in range(2):
        for block in epoch_blocks(samples.weights, plans, rng):
            places = block.places[: block.n_steps].ravel()
            found.append(np.column_stack([array[places] for array in block.inputs]))
    return found


@pytest.mark.parametrize("n_free", [None, 0], ids=["room", "no room"])
@pytest.mark.parametrize(("n_bytes", "n_blocks"), [(2**13, 2), (2**10, 16)])
def test_an_epoch_is_that_of_an_array(n_bytes, n_blocks, n_free, monkeypatch) -> None:
    monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**10)
    monkeypatch.setattr(_batches, "_BLOCK_BYTES", n_bytes)
    monkeypatch.setattr(_batches, "_BYTES_TAKEN_AT_ONCE", 2**8)  # and less of a block, of which each is of all chunks
    rows = Rows()
    expected = blocks_of(X.astype("float64"))
    with nullcontext() if n_free is None else full_disk(monkeypatch, n_blocks):
        found = blocks_of(StoredRows(rows, "float64"))
    assert len(found) == 2 * n_blocks and all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
    n_read = 1 if n_free is None else n_blocks
    assert rows.n_read[0] <= 2 * 500 * n_read + 200  # the epochs, and what it takes to see how large a row is


def full_disk(monkeypatch, n_blocks: int):
    """What says, on a disk with too little room, how often all is read."""
    usage = namedtuple("usage", "free")(8 * 500)
    monkeypatch.setattr(_rows_in_turn.shutil, "disk_usage", lambda folder: usage)
    monkeypatch.setenv("TMPDIR", "/full")
    message = rf"^/full has no room for the 4e-06 GB .* read {n_blocks} times an epoch instead; .* TMPDIR names"
    return pytest.warns(RuntimeWarning, match=message)


def test_what_stays_in_memory_is_not_shuffled_in_a_file(monkeypatch) -> None:
    monkeypatch.setattr(_batches, "worth_shuffling", None)
    assert all(np.array_equal(a, b) for a, b in zip(blocks_of(X), blocks_of(StoredRows(Rows(), X.dtype)), strict=True))


def test_it_is_worth_it_where_a_chunk_holds_many_rows_or_memory_is_short(monkeypatch) -> None:
    assert worth_shuffling(StoredRows(Rows(5))) and not worth_shuffling(StoredRows(Rows(4)))
    monkeypatch.setattr(_rows_in_turn, "host_memory", lambda: 500 * 8)
    assert worth_shuffling(StoredRows(Rows(1)))
    monkeypatch.setattr(_rows_in_turn, "host_memory", lambda: None)
    assert not worth_shuffling(StoredRows(Rows(1)))


SHUFFLED = np.random.default_rng(2).integers(500, size=400)


def test_rows_that_jump_between_chunks_are_put_in_order_once(monkeypatch) -> None:
    monkeypatch.setattr(_rows_in_turn, "_FEW_BYTES", 400 * 8 - 1)
    monkeypatch.setattr(_rows_in_turn, "_BYTES_AT_ONCE", 8 * 60)
    rows = Rows()
    found = in_order(StoredRows(rows[SHUFFLED], "float64"))
    assert rows.n_read[0] <= 500
    for start in range(0, 400, 10):
        taken = found.take(slice(start, start + 10))
        assert taken.dtype == "float64" and np.array_equal(taken, X[SHUFFLED][start : start + 10])
    assert rows.n_read[0] <= 500


def test_a_fit_of_shuffled_rows_has_the_bits_of_an_array(monkeypatch) -> None:
    monkeypatch.setattr(_rows_in_turn, "_FEW_BYTES", 0)
    monkeypatch.setattr(_stored_rows, "_BYTES_AT_ONCE", 2**7)
    monkeypatch.setattr(_batches, "_BYTES_TAKEN_AT_ONCE", 2**7)
    rows, y = Rows(), X[:, 0] > 0
    train, test, of_train, _ = train_test_split(rows, y, random_state=0)
    inside = DenseClassifier((2,), epochs=1, random_state=0).fit(np.asarray(train), of_train)
    rows.n_read[0] = 0
    outside = DenseClassifier((2,), epochs=1, random_state=0).fit(train, of_train)
    assert rows.n_read[0] <= 2 * 500
    assert np.array_equal(inside.predict_proba(np.asarray(test)), outside.predict_proba(test))


def test_rows_stay_where_nothing_is_won(monkeypatch) -> None:
    few, chunks = StoredRows(Rows()[SHUFFLED]), np.repeat(np.arange(0, 500, 100), 100)
    assert in_order(few) is few
    monkeypatch.setattr(_rows_in_turn, "_FEW_BYTES", 0)
    within = np.random.default_rng(0).integers(100, size=500) + chunks
    for rows in (Rows(), Rows()[3:], Rows()[within], Rows(4)[SHUFFLED]):
        stored = StoredRows(rows)
        assert in_order(stored) is stored
    usage = namedtuple("usage", "free")(2 * 8 * 400)
    monkeypatch.setattr(_rows_in_turn.shutil, "disk_usage", lambda folder: usage)
    with pytest.warns(RuntimeWarning, match="has no room for the 6.4e-06 GB .* read many times instead"):
        assert in_order(few) is few


def test_nothing_is_left_behind(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    turns = rows_in_turn(StoredRows(Rows()), [np.arange(9), np.arange(9, 500)])
    next(turns)
    assert os.listdir(tmp_path) == []
