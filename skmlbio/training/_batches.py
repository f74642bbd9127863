"""Rows on their way into a compiled program: data, buckets, blocks of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

Arrays = tuple[np.ndarray, ...]

_BLOCK_BYTES = 2**21
_MAX_STEPS = 64
_MAX_STEPS_OF_A_BUCKET = 8


class Bucket(NamedTuple):
    """Samples that share one shape once they are padded.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,), int
        The positions of the samples in their data.
    take : callable
        From positions, an int array of shape (n,), to the network's inputs: a tuple of arrays of leading length n.
    """

    rows: np.ndarray
    take: Callable[[np.ndarray], Arrays]


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

    def take(self, rows: np.ndarray) -> Arrays:
        return tuple(column[rows].toarray() if hasattr(column, "toarray") else column[rows] for column in self.columns)

    def buckets(self) -> list[Bucket]:
        return [Bucket(np.arange(len(self)), self.take)]


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
    """Some batches of one bucket, laid out for the compiled loop.

    Attributes
    ----------
    n_steps : int
        How many of the batches are real.
    inputs, targets : tuple of ndarray of shape (block_steps * batch_size, ...)
        Rows of the batches, one after the other.
    weights : ndarray of shape (block_steps * batch_size,), float64
        Sample weights; 0 marks a row that only fills the last batch.
    """

    n_steps: int
    inputs: Arrays
    targets: Arrays
    weights: np.ndarray


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


def epoch_blocks(
    training: TrainingSet, buckets: list[Bucket], batch_size: int, n_steps: int, rng: np.random.Generator
) -> Iterator[Block]:
    """Shuffle the samples and hand them out in blocks of at most `n_steps` batches.

    The last batch of a bucket is filled up with samples of the same bucket at weight 0: real samples, so that batch
    statistics stay true.
    """
    plans = [
        (bucket, order[start : start + n_steps * batch_size], order)
        for bucket in buckets
        for order in [bucket.rows[rng.permutation(len(bucket.rows))]]
        for start in range(0, len(order), n_steps * batch_size)
    ]
    for i in rng.permutation(len(plans)) if len(buckets) > 1 else range(len(plans)):
        bucket, rows, order = plans[i]
        steps = -(-len(rows) // batch_size)
        fill = np.resize(order, steps * batch_size - len(rows))
        taken = np.concatenate([rows, fill])
        weights = np.zeros(n_steps * batch_size)
        weights[: len(rows)] = training.weights[rows]
        columns = (*bucket.take(taken), *(t[taken] for t in training.targets))
        columns = tuple(_lengthen(column, n_steps * batch_size) for column in columns)
        split = len(columns) - len(training.targets)
        yield Block(steps, columns[:split], columns[split:], weights)


def _lengthen(array: np.ndarray, n_rows: int) -> np.ndarray:
    """Make room for the batches that the program will not reach; their content does not matter."""
    if len(array) == n_rows:
        return array
    longer = np.empty((n_rows, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    longer[len(array) :] = 0
    return longer


def row_bytes(bucket: Bucket) -> int:
    """Return the size of one sample of a bucket, in bytes."""
    return sum(a.nbytes for a in bucket.take(bucket.rows[:1]))
