"""Rows on their way into a program: each once, with its weight, in blocks of one shape."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from skmlbio.training._batches import (
    ArrayData,
    Bucket,
    TrainingSet,
    block_steps,
    epoch_blocks,
    epochs_in_a_block,
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


def test_the_length_of_a_block_is_a_rule_of_the_batch_alone() -> None:
    assert block_steps(32, 256, 1) == 128
    assert block_steps(32, 256, 4) == 8
    assert block_steps(32, 2**19, 1) == 1
    assert block_steps(32, 2**30, 1) == 1  # one batch, however large its rows
    assert block_steps(32, 0, 1) == 128
    assert block_steps(32, 3 * 2**15, 1) == 4  # a power of two that fits into sixteen megabytes
    plans = [plan_blocks(ArrayData(np.zeros((n, 3))), 8)[0] for n in (9, 10_000)]
    assert plans[0].n_steps == plans[1].n_steps
    assert [plan.steps_of_an_epoch for plan in plans] == [2, 1250]


@pytest.mark.parametrize(("n_rows", "batch_size"), [(1, 8), (7, 8), (8, 8), (21, 8), (21, None), (1300, 4), (3, 1)])
def test_an_epoch_has_every_row_once_with_its_weight_and_target(n_rows: int, batch_size: int | None) -> None:
    training = numbered(n_rows)
    plans = plan_blocks(training.data, batch_size)
    seen = []
    for block in epoch_blocks(training, plans, np.random.default_rng(0)):
        rows, real = block.inputs[0][..., 0], block.weights > 0
        assert rows.shape == block.weights.shape == (plans[0].n_steps, plans[0].batch_size)
        assert not real[block.n_steps :].any() and real[: block.n_steps, 0].all()
        np.testing.assert_array_equal(block.targets[0][: block.n_steps], 10 * rows[: block.n_steps])
        np.testing.assert_array_equal(block.weights[real], training.weights[rows[real]])
        seen += rows[real].tolist()
    assert sorted(seen) == list(range(n_rows))


def test_several_epochs_in_a_block_are_the_same_epochs_one_after_the_other() -> None:
    training = numbered(21)
    plans = plan_blocks(training.data, 8)
    assert epochs_in_a_block(plans) == plans[0].n_steps // 3
    (block,) = epoch_blocks(training, plans, np.random.default_rng(0), n_epochs=4)
    assert block.n_steps == 12
    rng = np.random.default_rng(0)
    for epoch in range(4):
        (alone,) = epoch_blocks(training, plans, rng)
        steps = slice(3 * epoch, 3 * epoch + 3)
        np.testing.assert_array_equal(block.inputs[0][steps], alone.inputs[0][:3])
        np.testing.assert_array_equal(block.targets[0][steps], alone.targets[0][:3])
        np.testing.assert_array_equal(block.weights[steps], alone.weights[:3])


def test_a_block_has_room_for_one_epoch_where_epochs_are_long_or_buckets_many() -> None:
    assert epochs_in_a_block(plan_blocks(numbered(10_000).data, 8)) == 1
    assert epochs_in_a_block(plan_blocks(TwoLengths(np.arange(20)), 8)) == 1


def test_the_last_batch_is_filled_with_other_real_rows_at_weight_0() -> None:
    training = numbered(21)
    (block,) = epoch_blocks(training, plan_blocks(training.data, 8), np.random.default_rng(0))
    last, real = block.inputs[0][2, :, 0], block.weights[2] > 0
    assert real.sum() == 5
    assert set(last[~real]) <= set(block.inputs[0][0, :, 0])
    few = numbered(3)
    (block,) = epoch_blocks(few, plan_blocks(few.data, 8), np.random.default_rng(0))
    assert sorted(np.bincount(block.inputs[0][0, :, 0])) == [2, 3, 3]


def test_shuffles_come_from_the_generator_alone() -> None:
    training = numbered(40)
    plans = plan_blocks(training.data, 8)

    def epochs(seed):
        rng = np.random.default_rng(seed)
        return [next(epoch_blocks(training, plans, rng)).inputs[0][:5, :, 0].ravel().tolist() for _ in range(2)]

    first, second = epochs(0)
    assert first != second and first != sorted(first)
    assert epochs(0) == [first, second]
    assert epochs(1) != [first, second]


def test_a_block_has_samples_of_one_bucket_and_its_form() -> None:
    samples = np.arange(200)
    training = TrainingSet(TwoLengths(samples), (samples,), np.ones(200))
    plans = plan_blocks(training.data, 8)
    assert [(plan.batch_size, plan.n_steps) for plan in plans] == [(8, 8), (2, 8)]
    seen, forms = [], []
    for block in epoch_blocks(training, plans, np.random.default_rng(0)):
        rows, real = block.inputs[0], block.weights > 0
        assert rows.shape[2] == (9 if block.form == "long" else 4)
        assert (rows[: block.n_steps] % 3 == 0).all() == (block.form == "long")
        np.testing.assert_array_equal(block.targets[0][real], rows[real][:, 0])
        seen += rows[real][:, 0].tolist()
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
