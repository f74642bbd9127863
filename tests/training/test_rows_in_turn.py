"""Rows in files, shuffled in another file."""

import os
from collections import namedtuple

import numpy as np
import pytest

from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.tables import RowSequence
from skmlbio.training import _batches, _rows_in_turn
from skmlbio.training._batches import ArrayData, TrainingSet, epoch_blocks, plan_blocks
from skmlbio.training._rows_in_turn import rows_in_turn, worth_shuffling
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


def test_an_epoch_is_that_of_an_array(monkeypatch) -> None:
    monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", 2**10)
    monkeypatch.setattr(_batches, "_BLOCK_BYTES", 2**10)
    rows = Rows()
    expected, found = blocks_of(X.astype("float64")), blocks_of(StoredRows(rows, "float64"))
    assert len(found) > 10 and all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
    assert rows.n_read[0] <= 2 * 500 + 200  # the epochs, and what it takes to see how large a row is


def test_what_stays_in_memory_is_not_shuffled_in_a_file(monkeypatch) -> None:
    monkeypatch.setattr(_batches, "worth_shuffling", None)
    assert all(np.array_equal(a, b) for a, b in zip(blocks_of(X), blocks_of(StoredRows(Rows(), X.dtype)), strict=True))


def test_it_is_worth_it_where_a_chunk_holds_many_rows_or_memory_is_short(monkeypatch) -> None:
    assert worth_shuffling(StoredRows(Rows(100)), 5) and not worth_shuffling(StoredRows(Rows(100)), 4)
    assert not worth_shuffling(StoredRows(Rows(4)), 100)
    monkeypatch.setattr(_rows_in_turn, "host_memory", lambda: 500 * 8)
    assert worth_shuffling(StoredRows(Rows(1)), 100)
    monkeypatch.setattr(_rows_in_turn, "host_memory", lambda: None)
    assert not worth_shuffling(StoredRows(Rows(1)), 100)


def test_a_full_disk_is_told(monkeypatch) -> None:
    usage = namedtuple("usage", "free")(8 * 500)
    monkeypatch.setattr(_rows_in_turn.shutil, "disk_usage", lambda folder: usage)
    monkeypatch.setenv("TMPDIR", "/full")
    with pytest.warns(RuntimeWarning, match=r"^/full has no room for the 4e-06 GB .* read about 7 times an epoch"):
        assert not worth_shuffling(StoredRows(Rows(100)), 7)


def test_nothing_is_left_behind(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    turns = rows_in_turn(StoredRows(Rows()), [np.arange(9), np.arange(9, 500)])
    next(turns)
    assert os.listdir(tmp_path) == []
