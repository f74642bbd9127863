"""Rows on their way into a program: each once, with its weight, in blocks of one shape."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from skmlbio.training import _batches
from skmlbio.training._batches import (
    ArrayData,
    Block,
    Bucket,
    TrainingSet,
    block_shape,
    epoch_blocks,
    mean_one,
    padded_batch_size,
    plan_blocks,
)


class TwoLengths:
    """Samples 0, 3, 6 … are long, the others short; each row says which sample it is."""

    def __init__(self, samples: np.ndarray):
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def subset(self, rows: np.ndarray) -> "TwoLengths":
        return TwoLengths(self.samples[rows])

    def buckets(self) -> list[Bucket]:
        long = self.samples % 3 == 0

        def take(length):
            return lambda rows: (np.repeat(self.samples[rows][:, None], length, axis=1),)

        return [
            Bucket(np.flatnonzero(~long), take(4)),
            Bucket(np.flatnonzero(long), take(9), "long", max_batch_size=2),
        ]


def numbered(n_rows: int) -> TrainingSet:
    samples = np.arange(n_rows)
    return TrainingSet(ArrayData(samples[:, None]), (10 * samples,), mean_one(1.0 + samples))


def batches(block: Block) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, targets and weights of the real batches."""
    places, weights = block.places[: block.n_steps], block.weights[: block.n_steps]
    return block.inputs[0][places], block.targets[0][places], weights


@pytest.mark.parametrize("n_rows", range(1, 300))
def test_a_full_batch_is_padded_by_less_than_a_quarter(n_rows: int) -> None:
    size = padded_batch_size(n_rows)
    assert n_rows <= size < 1.25 * n_rows
    assert size in {m * 2**k for m in (4, 5, 6, 7) for k in range(8)} or size < 8


def test_folds_of_about_one_size_share_a_full_batch() -> None:
    assert len({padded_batch_size(n) for n in range(97, 113)}) == 1
    assert Bucket(np.arange(100), None).batch_size(None) == 112
    assert Bucket(np.arange(100), None, max_batch_size=50).batch_size(None) == 50
    assert Bucket(np.arange(100), None, max_batch_size=50).batch_size(20) == 20


def test_a_batch_is_no_larger_than_the_data() -> None:
    assert [Bucket(np.arange(n), None).batch_size(10**9) for n in (1, 3, 100, 128)] == [1, 4, 128, 128]
    assert [Bucket(np.arange(n), None).batch_size(30) for n in (1, 3, 17, 100)] == [1, 4, 30, 30]


def test_a_block_is_as_large_as_its_samples_ask_for_in_a_few_sizes() -> None:
    assert block_shape(100, 32, 256) == (256, 2**12)  # a megabyte of rows
    assert block_shape(2**12 + 1, 32, 256) == (256, 2**13)
    assert block_shape(10**9, 32, 256) == (256, 2**18)  # 64 megabytes
    assert block_shape(100, 32, 3 * 2**15) == (256, 4 * 32)
    assert block_shape(10**6, 32, 3 * 2**15) == (256, 16 * 32)
    assert block_shape(10**6, 32, 2**30) == (256, 32)  # one batch, however large its rows
    assert block_shape(100, 32, 0) == (256, 32 * 2**20)
    assert block_shape(10**6, 5000, 4) == (16, 256 * 5000)
    assert block_shape(2**22, 2**20, 4) == (1, 4 * 2**20)
    assert len({block_shape(n, 32, 100) for n in range(1, 10**6, 997)}) == 7
    few, many = (plan_blocks(numbered(n), 8)[0] for n in (9, 10_000))
    assert few.n_steps == many.n_steps == few.most_steps
    assert [plan.steps_of_an_epoch for plan in (few, many)] == [2, 1250]


@pytest.fixture(params=[2**26, 1000], ids=["the samples stay in a block", "blocks are filled anew"])
def block_bytes(request, monkeypatch) -> int:
    monkeypatch.setattr(_batches, "_BLOCK_BYTES", request.param)
    monkeypatch.setattr(_batches, "_SMALL_BLOCK_BYTES", min(request.param, 2**20))
    return request.param


@pytest.mark.parametrize(("n_rows", "batch_size"), [(1, 8), (7, 8), (8, 8), (21, 8), (21, None), (1300, 4), (3, 1)])
def test_an_epoch_has_every_row_once_with_its_weight_and_target(
    n_rows: int, batch_size: int | None, block_bytes: int
) -> None:
    training = numbered(n_rows)
    plans = plan_blocks(training, batch_size)
    shape = plans[0].n_steps, plans[0].batch_size
    seen = []
    for block in epoch_blocks(training.weights, plans, np.random.default_rng(0)):
        assert block.places.shape == block.weights.shape == shape
        assert not block.weights[block.n_steps :].any() and block.weights[: block.n_steps, 0].all()
        x, targets, weights = batches(block)
        rows, real = x[..., 0], weights > 0
        np.testing.assert_array_equal(targets, 10 * rows)
        np.testing.assert_array_equal(weights[real], training.weights[rows[real]])
        seen += rows[real].tolist()
    assert sorted(seen) == list(range(n_rows))


def test_samples_that_fit_are_laid_out_once_and_others_in_the_same_memory_every_time(block_bytes: int) -> None:
    class Counting(ArrayData):
        taken = 0

        def take(self, rows):
            self.taken += len(rows)
            return super().take(rows)

    training = TrainingSet(Counting(np.arange(1300)[:, None]), (np.arange(1300),), np.ones(1300))
    plans = plan_blocks(training, 4)
    before, rng = training.data.taken, np.random.default_rng(0)
    blocks = [block for _ in range(3) for block in epoch_blocks(training.weights, plans, rng)]
    assert training.data.taken - before == (1300 if block_bytes > 1000 else 3 * 1300)
    assert {block.inputs[0].ctypes.data for block in blocks} == {blocks[0].inputs[0].ctypes.data}


def test_several_epochs_in_a_block_are_the_same_epochs_one_after_the_other() -> None:
    training = numbered(21)
    (plan,) = plans = plan_blocks(training, 8)
    assert plan.epochs_in_a_block == plan.n_steps // 3
    (block,) = epoch_blocks(training.weights, plans, np.random.default_rng(0), n_epochs=4)
    assert block.n_steps == 12
    rng = np.random.default_rng(0)
    for epoch in range(4):
        (alone,) = epoch_blocks(training.weights, plans, rng)
        steps = slice(3 * epoch, 3 * epoch + 3)
        for several, one in zip(batches(block), batches(alone), strict=True):
            np.testing.assert_array_equal(several[steps], one)


def test_a_block_is_given_one_epoch_where_epochs_are_long_or_buckets_many() -> None:
    assert plan_blocks(numbered(10_000), 8)[0].epochs_in_a_block == 1
    samples = np.arange(20)
    plans = plan_blocks(TrainingSet(TwoLengths(samples), (samples,), np.ones(20)), 8)
    assert [plan.epochs_in_a_block for plan in plans] == [1, 1]


def test_the_last_batch_is_filled_with_other_real_rows_at_weight_0() -> None:
    training = numbered(21)
    (block,) = epoch_blocks(training.weights, plan_blocks(training, 8), np.random.default_rng(0))
    x, _, weights = batches(block)
    last, real = x[2, :, 0], weights[2] > 0
    assert real.sum() == 5
    assert set(last[~real]) <= set(x[0, :, 0])
    few = numbered(3)
    (block,) = epoch_blocks(few.weights, plan_blocks(few, 8), np.random.default_rng(0))
    assert sorted(np.bincount(batches(block)[0][0, :, 0])) == [1, 1, 2]


def test_shuffles_come_from_the_generator_alone() -> None:
    training = numbered(40)
    plans = plan_blocks(training, 8)

    def epochs(seed):
        rng = np.random.default_rng(seed)
        return [batches(next(epoch_blocks(training.weights, plans, rng)))[0].ravel().tolist() for _ in range(2)]

    first, second = epochs(0)
    assert first != second and first != sorted(first)
    assert epochs(0) == [first, second]
    assert epochs(1) != [first, second]


def test_a_block_has_samples_of_one_bucket_and_its_form(block_bytes: int) -> None:
    samples = np.arange(200)
    training = TrainingSet(TwoLengths(samples), (samples,), np.ones(200))
    plans = plan_blocks(training, 8)
    assert [plan.batch_size for plan in plans] == [8, 2]
    assert [plan.most_steps for plan in plans] == ([8, 8] if block_bytes > 1000 else [2, 4])
    seen, forms = [], []
    for block in epoch_blocks(training.weights, plans, np.random.default_rng(0)):
        rows, targets, weights = batches(block)
        assert rows.shape[2] == (9 if block.form == "long" else 4)
        assert (rows % 3 == 0).all() == (block.form == "long")
        np.testing.assert_array_equal(targets, rows[..., 0])
        seen += rows[weights > 0][:, 0].tolist()
        forms.append(block.form)
    assert sorted(seen) == samples.tolist()
    assert forms != sorted(forms) and forms != sorted(forms, reverse=True)  # buckets take turns


def test_a_part_of_the_samples_has_weights_of_mean_1() -> None:
    part = numbered(10).subset(np.array([7, 2]))
    assert part.data.columns[0].ravel().tolist() == [7, 2]
    assert part.targets[0].tolist() == [70, 20]
    np.testing.assert_allclose(part.weights, [16 / 11, 6 / 11])


def test_sparse_rows_are_made_dense_a_block_at_a_time() -> None:
    dense = np.eye(5, dtype="float32")
    data = ArrayData(csr_matrix(dense), dense)
    (bucket,) = data.subset(np.array([4, 0, 1])).buckets()
    for array in bucket.take(np.array([2, 0])):
        assert type(array) is np.ndarray and array.dtype == np.float32
        np.testing.assert_array_equal(array, dense[[1, 4]])
    assert bucket.row_bytes() == 40
    np.testing.assert_array_equal(data.take(slice(1, 3))[0], dense[1:3])
