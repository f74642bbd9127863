"""Sequences with others that belong to them, as the training engine takes them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skmlbio.estimators._sequence_data import SequenceData, choose_bucket_lengths
from skmlbio.sequences import Sequences
from skmlbio.training._batches import Arrays, Bucket

_ROWS_OF_A_BATCH = 256  # that are written together: as long as the longest of them takes


class PairData:
    """Pairs of sequences, padded to a few lengths.

    Pairs share a bucket by the first sequence of each; the second ones of a bucket are all padded to one length.

    Parameters
    ----------
    sources : SequenceData
        What is read.
    targets : Sequences
        What is written.
    """

    def __init__(self, sources: SequenceData, targets: Sequences):
        self.sources, self.targets = sources, targets

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def sequences(self) -> Sequences:
        """What is read."""
        return self.sources.sequences

    def subset(self, rows: np.ndarray) -> PairData:
        return PairData(self.sources.subset(rows), self.targets[rows])

    def buckets(self) -> list[Bucket]:
        return [self._bucket(bucket) for bucket in self.sources.buckets()]

    def _bucket(self, bucket: Bucket) -> Bucket:
        lengths, cost = np.maximum(self.targets.lengths[bucket.rows], 1), self.sources.cost
        length = int(choose_bucket_lengths(lengths, cost)[-1])

        def take(rows: np.ndarray | slice) -> Arrays:
            return *bucket.take(rows), self.targets[rows].pad(length)

        # The decoder's maps: of itself, and of what is read.
        limit = max(1, self.sources.max_entries // cost.entries(max(length, bucket.length)))
        return bucket._replace(take=take, max_batch_size=min(limit, bucket.max_batch_size))


class WritingData:
    """Sequences to be translated, with what each translation is bound to.

    Parameters
    ----------
    sources : SequenceData
        What is read.
    *settings : ndarray of shape (n_sequences,)
        Inputs of the network beside the sequences.
    """

    def __init__(self, sources: SequenceData, *settings: np.ndarray):
        self.sources, self.settings = sources, settings

    def __len__(self) -> int:
        return len(self.sources)

    def subset(self, rows: np.ndarray) -> WritingData:
        return WritingData(self.sources.subset(rows), *(setting[rows] for setting in self.settings))

    def buckets(self) -> list[Bucket]:
        return [self._bucket(bucket) for bucket in self.sources.buckets()]

    def _bucket(self, bucket: Bucket) -> Bucket:
        return bucket._replace(take=lambda rows: (*bucket.take(rows), *(setting[rows] for setting in self.settings)))


def batches(data: PairData | WritingData) -> Iterator[np.ndarray]:
    """Cut the positions of samples so that each part is one call of the network, whose answers have one length."""
    for bucket in data.buckets():
        size = min(_ROWS_OF_A_BATCH, bucket.max_batch_size)
        yield from (bucket.rows[start : start + size] for start in range(0, len(bucket.rows), size))
