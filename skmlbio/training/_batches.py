"""Rows on their way into a compiled program: data, buckets, blocks of batches."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from skmlbio.training._rows_in_turn import RowsOfBlock, rows_in_turn, worth_shuffling
from skmlbio.training._stored_rows import StoredRows
from skmlbio.training._targets import RaggedTarget, Targets, shares_of_known, take_target

Arrays = tuple[np.ndarray, ...]
Take = Callable[[np.ndarray | slice], Arrays]

_SMALL_BLOCK_BYTES, _BLOCK_BYTES = 2**20, 2**26
_BYTES_TAKEN_AT_ONCE = 2**20
_ALIGNMENT = 64
_ROWS_OF_A_VECTOR = 16
_MAX_STEPS = 256
_MAX_STEPS_OF_A_BUCKET = 8
_MAX_PLACES = 2**17


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
    filled_up_to : int
        Answers are asked for a multiple of so many samples: a matrix product treats its last few rows in another way,
        so that an answer would depend in its last bit on the sample's place.
    length : int or None
        What samples are padded to, where they have lengths of their own; their targets are padded with them.
    shared : tuple of ndarray
        Inputs that all samples have in common, such as the graph whose nodes they are: the network takes them, as they
        are, after those of its samples.  What it makes of them it makes once a batch, so batches that are not trained
        on are of all samples at once.
    in_turn : callable or None
        From the positions of the samples of several blocks, which are asked for in turn, to an iterator over what takes
        the place of `take` for each; where it is better to know beforehand what will be asked for.
    """

    rows: np.ndarray
    take: Take
    form: str = ""
    max_batch_size: int | None = None
    filled_up_to: int = 1
    length: int | None = None
    shared: Arrays = ()
    in_turn: Callable[[Sequence[np.ndarray]], Iterator[Take]] | None = None

    def inputs(self, rows: np.ndarray | slice) -> Arrays:
        """Return the network's inputs for some samples."""
        return *self.take(rows), *self.shared

    def filled(self, rows: np.ndarray | slice) -> Arrays:
        """Return the network's inputs for some samples, the last of them as often as it takes to fill up."""
        return *(_filled_up(array, self.filled_up_to) for array in self.take(rows)), *self.shared

    def batch_size(self, wanted: int | None) -> int:
        """Return how many samples go into a batch; None wants them all.

        Where there are fewer than are wanted, it is the power of two that holds them.
        """
        n_rows = len(self.rows)
        size = padded_batch_size(n_rows) if wanted is None else min(wanted, 2 ** (n_rows - 1).bit_length())
        return min(size, self.max_batch_size or size)

    def rows_at_once(self, wanted: int) -> int:
        """Return how many samples pass together where none is trained on: all of those that share inputs."""
        return self.batch_size(None if self.shared else wanted)

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
    """Arrays, CSR matrices or rows in files, of equal length: one bucket.

    Parameters
    ----------
    *columns : ndarray, StoredRows or RowsOfBlock of shape (n_samples, ...), or CSR matrix (n_samples, n_features)
        One for each input of the network.  A sparse one is made dense, and one in a file read, a block at a time.
    """

    def __init__(self, *columns):
        self.columns = columns

    def __len__(self) -> int:
        return self.columns[0].shape[0]

    def subset(self, rows: np.ndarray) -> ArrayData:
        return ArrayData(*(c.subset(rows) if isinstance(c, StoredRows) else c[rows] for c in self.columns))

    def take(self, rows: np.ndarray | slice) -> Arrays:
        return tuple(_take(column, rows) for column in self.columns)

    def in_turn(self, blocks: Sequence[np.ndarray]) -> Iterator[Take]:
        """Yield what takes the rows of one block after the other."""
        columns = [
            rows_in_turn(column, blocks)
            if isinstance(column, StoredRows) and worth_shuffling(column)
            else itertools.repeat(column)
            for column in self.columns
        ]
        for of_block in zip(*columns, strict=False):
            yield ArrayData(*of_block).take

    def buckets(self) -> list[Bucket]:
        in_turn = self.in_turn if any(isinstance(column, StoredRows) for column in self.columns) else None
        return [Bucket(np.arange(len(self)), self.take, filled_up_to=_ROWS_OF_A_VECTOR, in_turn=in_turn)]


def _filled_up(array: np.ndarray, multiple: int) -> np.ndarray:
    missing = -len(array) % multiple
    return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) if missing else array


def _take(column, rows: np.ndarray | slice) -> np.ndarray:
    if isinstance(column, StoredRows | RowsOfBlock):
        return column.take(rows)
    if hasattr(column, "toarray"):
        return column[rows].toarray()
    return column[rows] if isinstance(rows, slice) else column.take(rows, axis=0)  # half the time of column[rows]


class TrainingSet(NamedTuple):
    """Samples with what is known of them.

    Attributes
    ----------
    data : Data
        The inputs.
    targets : tuple of ndarray of shape (n_samples, ...) or RaggedTarget
        What the loss compares outputs with; empty where the inputs are their own target.
    weights : ndarray of shape (n_samples,), float64
        Sample weights of mean 1.
    """

    data: Data
    targets: Targets
    weights: np.ndarray

    def subset(self, rows: np.ndarray) -> TrainingSet:
        """Return some of the samples, their weights scaled to a mean of 1."""
        return TrainingSet(self.data.subset(rows), tuple(t[rows] for t in self.targets), mean_one(self.weights[rows]))

    def by_element(self) -> TrainingSet:
        """Let every element of ragged targets count alike, by the weight of its sample, not every sample.

        It is for losses that average over the elements of a sample.
        """
        n_present = [target.n_present() for target in self.targets if isinstance(target, RaggedTarget)]
        return self._replace(weights=mean_one(self.weights * sum(n_present)))

    def with_shares(self) -> TrainingSet:
        """Put zeros where entries of a table of targets are NaN, and beside it what every entry counts."""
        shares = shares_of_known(self.targets[0], self.weights)
        return self._replace(targets=(np.nan_to_num(self.targets[0]), shares))


def mean_one(weights: np.ndarray) -> np.ndarray:
    """Scale weights to a mean of 1."""
    return weights / weights.mean()


class Block(NamedTuple):
    """Some batches of one bucket for the compiled loop.

    Attributes
    ----------
    n_steps : int
        How many of the batches are real.
    inputs, targets : tuple of ndarray of shape (n_rows, ...)
        Samples of the bucket, in memory that its next block may take over.
    places : ndarray of shape (block_steps, batch_size), int32
        Where the samples of each batch are in `inputs` and `targets`.
    weights : ndarray of shape (block_steps, batch_size), float64
        Sample weights; 0 marks a sample that only fills the last batch.
    form : str
        The bucket's.
    shared : tuple of ndarray
        The bucket's.
    """

    n_steps: int
    inputs: Arrays
    targets: Arrays
    places: np.ndarray
    weights: np.ndarray
    form: str
    shared: Arrays = ()


def padded_batch_size(n_rows: int) -> int:
    """Round a full batch up to one of four sizes an octave, so that folds of about one size share a program."""
    step = max(1, 2 ** (max(n_rows, 1).bit_length() - 3))
    return -(-n_rows // step) * step


def block_shape(n_rows: int, batch_size: int, row_bytes: int) -> tuple[int, int]:
    """Return how many batches a block can name, and how many samples it has room for.

    Room is made for a megabyte of samples, or for twice, four times, ... as many, up to 64 megabytes, until all have
    room.  So the memory of a fit is bounded by its data, and the number of samples causes few further programs.
    """
    n_steps = _power_of_two_below(min(_MAX_STEPS, _MAX_PLACES // batch_size))
    room = batch_size * _power_of_two_below(_SMALL_BLOCK_BYTES // max(1, batch_size * row_bytes))
    while room < n_rows and 2 * room * max(1, row_bytes) <= _BLOCK_BYTES:
        room *= 2
    return n_steps, room


def _power_of_two_below(n: int) -> int:
    return 2 ** (max(n, 1).bit_length() - 1)


class BlockPlan:
    """How the samples of one bucket are laid out and cut.

    A bucket that fits into a block is laid out there once and stays; of a larger one, each block holds what its own
    batches need.

    Parameters
    ----------
    bucket : Bucket
        The samples.
    targets : tuple of ndarray of shape (n_samples, ...) or RaggedTarget
        The targets of all samples, in this bucket and others.
    batch_size : int
        Rows in a batch.
    alone : bool
        Whether there is no other bucket.  Blocks of several are short, because batches of one block follow each other.

    Attributes
    ----------
    n_steps : int
        How many batches a block can name.
    most_steps : int
        How many it does name at most.
    """

    def __init__(self, bucket: Bucket, targets: Targets, batch_size: int, alone: bool):
        self.bucket, self.targets, self.batch_size, self._alone = bucket, targets, batch_size, alone
        row_bytes = max(1, bucket.row_bytes() + sum(target.nbytes for target in self._goals(bucket.rows[:1])))
        self.n_steps, self._n_rows = block_shape(len(bucket.rows), batch_size, row_bytes)
        self._stays = len(bucket.rows) <= self._n_rows
        self.most_steps = self.n_steps if self._stays else min(self.n_steps, self._n_rows // batch_size)
        if not alone:
            self.most_steps = min(self.most_steps, _MAX_STEPS_OF_A_BUCKET)
        self._rows_at_once = max(1, _BYTES_TAKEN_AT_ONCE // row_bytes)
        self._room: Arrays = ()
        self._takes: Iterator[Take] = itertools.repeat(bucket.take)

    @property
    def steps_of_an_epoch(self) -> int:
        """How many batches it takes to see every sample once."""
        return -(-len(self.bucket.rows) // self.batch_size)

    @property
    def epochs_in_a_block(self) -> int:
        """How many epochs a block is given: at least one, and no more where other buckets take turns with this one."""
        return max(1, self.most_steps // self.steps_of_an_epoch) if self._alone else 1

    def expect(self, blocks: Sequence[np.ndarray]) -> None:
        """Be told the places of the samples of the next blocks, in the order in which these will be asked for."""
        if self.bucket.in_turn is not None and not self._stays:
            self._takes = self.bucket.in_turn([self.bucket.rows[places] for places in blocks])

    def block(self, places: np.ndarray, weights: np.ndarray) -> Block:
        """Return the batches made of the samples at some places of the bucket."""
        if not self._stays:
            self._lay_out(self.bucket.rows[places])
            places = np.arange(len(places))
        elif not self._room:
            self._lay_out(self.bucket.rows)
        shape = self.n_steps, self.batch_size
        padding = 0, self.n_steps * self.batch_size - len(places)
        named = np.pad(places.astype(np.int32), padding).reshape(shape)
        shares = np.pad(weights, padding).reshape(shape)
        n_inputs = len(self._room) - len(self.targets)
        inputs, targets = self._room[:n_inputs], self._room[n_inputs:]
        n_steps = len(places) // self.batch_size
        return Block(n_steps, inputs, targets, named, shares, self.bucket.form, self.bucket.shared)

    def _goals(self, rows: np.ndarray) -> Arrays:
        return tuple(take_target(target, rows, self.bucket.length) for target in self.targets)

    def _lay_out(self, rows: np.ndarray) -> None:
        """Write inputs and targets of samples where the block's are, a little at a time.

        It is the same memory every time, because fresh memory would cost more than what is written to it.
        """
        take = next(self._takes)
        for start in range(0, len(rows), self._rows_at_once):
            part = rows[start : start + self._rows_at_once]
            arrays = *take(part), *self._goals(part)
            if not self._room:
                self._room = tuple(_aligned_zeros((self._n_rows, *array.shape[1:]), array.dtype) for array in arrays)
            for room, array in zip(self._room, arrays, strict=True):
                room[start : start + len(part)] = array


def aligned(array: np.ndarray) -> np.ndarray:
    """Return a copy that TensorFlow takes as it is, call by call."""
    copy = _aligned_zeros(array.shape, array.dtype)
    copy[...] = array
    return copy


def _aligned_zeros(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array that TensorFlow takes as it is, where NumPy's own would be copied."""
    n_bytes = math.prod(shape) * dtype.itemsize
    memory = np.zeros(n_bytes + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + n_bytes].view(dtype).reshape(shape)


def plan_blocks(training: TrainingSet, batch_size: int | None) -> list[BlockPlan]:
    """Decide on the batches and blocks of every bucket."""
    buckets = training.data.buckets()
    return [BlockPlan(b, training.targets, b.batch_size(batch_size), alone=len(buckets) == 1) for b in buckets]


def epoch_blocks(
    weights: np.ndarray, plans: list[BlockPlan], rng: np.random.Generator, n_epochs: int = 1
) -> Iterator[Block]:
    """Shuffle the samples, once an epoch, and hand them out in blocks with their weights.

    The last batch of an epoch and bucket is filled up with samples of the same bucket at weight 0: real samples, so
    that batch statistics stay true.
    """
    cuts = []
    for plan in plans:
        n_rows, length = len(plan.bucket.rows), plan.most_steps * plan.batch_size
        order = np.arange(plan.steps_of_an_epoch * plan.batch_size)
        places = np.concatenate([rng.permutation(n_rows).take(order, mode="wrap") for _ in range(n_epochs)])
        shares = np.where(np.tile(order < n_rows, n_epochs), weights[plan.bucket.rows[places]], 0.0)
        of_plan = [(plan, places[i : i + length], shares[i : i + length]) for i in range(0, len(places), length)]
        plan.expect([places for _, places, _ in of_plan])
        cuts += of_plan
    for i in rng.permutation(len(cuts)) if len(plans) > 1 else range(len(cuts)):
        plan, places, shares = cuts[i]
        yield plan.block(places, shares)
