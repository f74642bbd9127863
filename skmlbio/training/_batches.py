"""Rows on their way into a compiled program: data, buckets, blocks of batches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

Arrays = tuple[np.ndarray, ...]

_BLOCK_BYTES = 2**24
_BYTES_TAKEN_AT_ONCE = 2**20
_ALIGNMENT = 64
_MAX_STEPS = 128
_MAX_STEPS_OF_A_BUCKET = 8


class Bucket(NamedTuple):
    """Samples that share one shape once they are padded.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,), int
        The positions of the samples in their data.
    take : callable
        From positions, an int array of shape (n,) or a slice, to the network's inputs: a tuple of arrays of leading
        length n.
    form : str
        Which form of the network takes these inputs; see `skmlbio.networks.Architecture`.
    max_batch_size : int or None
        Where samples are so large that fewer must do.
    """

    rows: np.ndarray
    take: Callable[[np.ndarray | slice], Arrays]
    form: str = ""
    max_batch_size: int | None = None

    def batch_size(self, wanted: int | None) -> int:
        """Return how many samples go into a batch; None wants them all."""
        size = padded_batch_size(len(self.rows)) if wanted is None else wanted
        return min(size, self.max_batch_size or size)

    def row_bytes(self) -> int:
        """Return the size of one sample."""
        return sum(a.nbytes for a in self.take(self.rows[:1]))


class Data(Protocol):
    """What the engine asks of training data: a length, parts, and rows by the bucket.

    Rows are only ever asked for a block at a time, so data may be sparse, ragged or on disk.
    """

    def __len__(self) -> int: ...
    def subset(self, rows: np.ndarray) -> Data: ...
    def buckets(self) -> list[Bucket]: ...


class ArrayData:
    """Arrays or CSR matrices of equal length: one bucket.

    Parameters
    ----------
    *columns : ndarray of shape (n_samples, ...) or CSR matrix of shape (n_samples, n_features)
        One for each input of the network.  A sparse one is made dense a block at a time.
    """

    def __init__(self, *columns):
        self.columns = columns

    def __len__(self) -> int:
        return self.columns[0].shape[0]

    def subset(self, rows: np.ndarray) -> ArrayData:
        return ArrayData(*(column[rows] for column in self.columns))

    def take(self, rows: np.ndarray | slice) -> Arrays:
        return tuple(_take(column, rows) for column in self.columns)

    def buckets(self) -> list[Bucket]:
        return [Bucket(np.arange(len(self)), self.take)]


def _take(column, rows: np.ndarray | slice) -> np.ndarray:
    if hasattr(column, "toarray"):
        return column[rows].toarray()
    return column[rows] if isinstance(rows, slice) else column.take(rows, axis=0)  # half the time of column[rows]


class TrainingSet(NamedTuple):
    """Samples with what is known of them.

    Attributes
    ----------
    data : Data
        The inputs.
    targets : tuple of ndarray of shape (n_samples, ...)
        What the loss compares outputs with; empty where the inputs are their own target.
    weights : ndarray of shape (n_samples,), float64
        Sample weights of mean 1.
    """

    data: Data
    targets: Arrays
    weights: np.ndarray

    def subset(self, rows: np.ndarray) -> TrainingSet:
        """Return some of the samples, their weights scaled to a mean of 1."""
        return TrainingSet(self.data.subset(rows), tuple(t[rows] for t in self.targets), mean_one(self.weights[rows]))


def mean_one(weights: np.ndarray) -> np.ndarray:
    """Scale weights to a mean of 1."""
    return weights / weights.mean()


class Block(NamedTuple):
    """Some batches of one bucket, laid out for the compiled loop, in memory that the bucket's next block takes over.

    Attributes
    ----------
    n_steps : int
        How many of the batches are real.
    inputs, targets : tuple of ndarray of shape (block_steps, batch_size, ...)
        Rows of the batches.
    weights : ndarray of shape (block_steps, batch_size), float64
        Sample weights; 0 marks a row that only fills the last batch.
    form : str
        The bucket's.
    """

    n_steps: int
    inputs: Arrays
    targets: Arrays
    weights: np.ndarray
    form: str


def padded_batch_size(n_rows: int) -> int:
    """Round a full batch up to one of four sizes an octave, so that folds of about one size share a program."""
    step = max(1, 2 ** (max(n_rows, 1).bit_length() - 3))
    return -(-n_rows // step) * step


def block_steps(batch_size: int, row_bytes: int, n_buckets: int) -> int:
    """Return how many batches a block holds: a fixed rule of the batch, so that it never causes another program.

    Blocks of several buckets are short, because batches of one block follow each other.
    """
    steps = _BLOCK_BYTES // max(1, batch_size * row_bytes)
    limit = _MAX_STEPS if n_buckets == 1 else _MAX_STEPS_OF_A_BUCKET
    return 2 ** (min(max(steps, 1), limit).bit_length() - 1)


@dataclass
class BlockPlan:
    """How the samples of one bucket are cut.

    Attributes
    ----------
    bucket : Bucket
        The samples.
    batch_size, n_steps : int
        Rows in a batch, batches in a block.
    rows_at_once : int
        How many rows are taken at a time.
    """

    bucket: Bucket
    batch_size: int
    n_steps: int
    rows_at_once: int
    _room: Arrays = ()

    @property
    def steps_of_an_epoch(self) -> int:
        """How many batches it takes to see every sample once."""
        return -(-len(self.bucket.rows) // self.batch_size)

    def gather(self, rows: np.ndarray, targets: Arrays) -> Arrays:
        """Lay out inputs and targets of rows in batches, in the same memory every time.

        Fresh memory for every block would cost more than what is written to it.  For the same reason rows are taken a
        little at a time.
        """
        for start in range(0, len(rows), self.rows_at_once):
            part = rows[start : start + self.rows_at_once]
            arrays = *self.bucket.take(part), *(target.take(part, axis=0) for target in targets)
            if not self._room:
                n_rows = self.n_steps * self.batch_size
                self._room = tuple(_aligned_zeros((n_rows, *array.shape[1:]), array.dtype) for array in arrays)
            for room, array in zip(self._room, arrays, strict=True):
                room[start : start + len(part)] = array
        return tuple(room.reshape(self.n_steps, self.batch_size, *room.shape[1:]) for room in self._room)


def _aligned_zeros(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array that TensorFlow takes as it is, where NumPy's own would be copied."""
    n_bytes = math.prod(shape) * dtype.itemsize
    memory = np.zeros(n_bytes + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + n_bytes].view(dtype).reshape(shape)


def plan_blocks(data: Data, batch_size: int | None) -> list[BlockPlan]:
    """Decide on the batches and blocks of every bucket."""
    buckets = data.buckets()
    plans = []
    for bucket in buckets:
        size, row_bytes = bucket.batch_size(batch_size), max(1, bucket.row_bytes())
        n_steps = block_steps(size, row_bytes, len(buckets))
        plans.append(BlockPlan(bucket, size, n_steps, max(1, _BYTES_TAKEN_AT_ONCE // row_bytes)))
    return plans


def epochs_in_a_block(plans: list[BlockPlan]) -> int:
    """Return how many epochs one block has room for: at least one, and no more where there are several buckets."""
    return max(1, plans[0].n_steps // plans[0].steps_of_an_epoch) if len(plans) == 1 else 1


def epoch_blocks(
    training: TrainingSet, plans: list[BlockPlan], rng: np.random.Generator, n_epochs: int = 1
) -> Iterator[Block]:
    """Shuffle the samples, once an epoch, and hand them out in blocks.

    The last batch of an epoch and bucket is filled up with samples of the same bucket at weight 0: real samples, so
    that batch statistics stay true.
    """
    cuts = []
    for plan in plans:
        orders = [rng.permutation(len(plan.bucket.rows)) for _ in range(n_epochs)]
        places = np.arange(plan.steps_of_an_epoch * plan.batch_size)
        rows = plan.bucket.rows[np.concatenate([order.take(places, mode="wrap") for order in orders])]
        weights = np.where(np.tile(places < len(plan.bucket.rows), n_epochs), training.weights[rows], 0.0)
        length = plan.n_steps * plan.batch_size
        cuts += [(plan, rows[i : i + length], weights[i : i + length]) for i in range(0, len(rows), length)]
    for i in rng.permutation(len(cuts)) if len(plans) > 1 else range(len(cuts)):
        yield _block(training, *cuts[i])


def _block(training: TrainingSet, plan: BlockPlan, rows: np.ndarray, weights: np.ndarray) -> Block:
    arrays = plan.gather(rows, training.targets)
    n_inputs = len(arrays) - len(training.targets)
    shares = np.zeros((plan.n_steps, plan.batch_size))
    shares.reshape(-1)[: len(weights)] = weights
    return Block(len(rows) // plan.batch_size, arrays[:n_inputs], arrays[n_inputs:], shares, plan.bucket.form)
