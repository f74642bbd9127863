"""Strings as the training engine takes them: padded to a few lengths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from skmlbio.graphs import bucket_of, choose_bucket_sizes
from skmlbio.sequences import Sequences
from skmlbio.training._batches import Bucket

_SHORT = 32  # strings below cost about the same
_MIN_GAIN = 0.25  # each further length costs the time to trace and compile another program
_ENTRIES_OF_A_TRAINING_BATCH = 2**25  # of its largest tensor, so that long strings go a few at a time
_ENTRIES_OF_A_PREDICTION_BATCH = 2**22  # fewer, which stay in the processor's cache


@dataclass(frozen=True)
class SequenceCost:
    """What a string of some length costs a network, by the largest of its tensors.

    Parameters
    ----------
    width : int
        Numbers for each residue, where work goes by the length: convolution, recurrence.
    n_maps : int
        Attention maps, whose work goes by the square of the length as well.
    n_keys : int or None
        How many residues each one meets in an attention map, of longer strings; None: all.
    """

    width: int = 0
    n_maps: int = 0
    n_keys: int | None = None

    def entries(self, length: int) -> int:
        """Return the numbers of the largest tensor."""
        return max(1, self.width * length + self.n_maps * length * int(self._met(length)))

    def work(self, lengths: np.ndarray) -> np.ndarray:
        """Return what strings of some lengths cost, compared with each other."""
        lengths = lengths.astype(float)
        return lengths * (self._met(lengths) + 64) if self.n_maps else lengths

    def _met(self, length: ArrayLike) -> ArrayLike:
        """Return how many residues each one of a string meets."""
        return length if self.n_keys is None else np.minimum(length, self.n_keys)


def choose_bucket_lengths(lengths: np.ndarray, cost: SequenceCost) -> np.ndarray:
    """Choose the few lengths that strings are padded to: at most four, the last for the longest strings.

    A further length must save a quarter of the work, which goes by the length, and with attention by its square plus 64
    times the length, or, within a window, by the length times what a residue meets there; strings of 60 to 100 residues
    share one.  None is below 32 where the longest string is not.
    Lengths are rounded up to one of 8 to 16 an octave, so that similar sets of strings, such as the folds of one set,
    share compiled programs.

    Parameters
    ----------
    lengths : ndarray of shape (n_sequences,), int
        Residues of each string.
    cost : SequenceCost
        Of the network.

    Returns
    -------
    ndarray of shape (n_buckets,), int64
        Ascending.

    Examples
    --------
    >>> import numpy as np
    >>> choose_bucket_lengths(np.arange(60, 101), SequenceCost(n_maps=4))
    array([104])
    >>> choose_bucket_lengths(np.array([20] * 500 + [150] * 50 + [500]), SequenceCost(n_maps=4))
    array([ 32, 160, 512])
    """
    longest = int(lengths.max())
    step = max(4, 2 ** (longest.bit_length() - 4))
    lengths = np.maximum(lengths, min(_SHORT, longest))
    return choose_bucket_sizes(lengths, max_nodes=longest, step=step, min_gain=_MIN_GAIN, work=cost.work)


class SequenceData:
    """The engine's view of `Sequences`.

    Parameters
    ----------
    sequences : Sequences
        The strings.
    lengths : ndarray of shape (n_buckets,), int
        What they are padded to, ascending.  While a string is longer than all of them, the last one doubled is added.
    cost : SequenceCost
        Of the network.
    max_entries : int
        Of the largest tensor of a batch.
    """

    def __init__(
        self,
        sequences: Sequences,
        lengths: np.ndarray,
        cost: SequenceCost,
        max_entries: int = _ENTRIES_OF_A_TRAINING_BATCH,
    ):
        self.sequences, self.lengths = sequences, lengths
        self.cost, self.max_entries = cost, max_entries

    def __len__(self) -> int:
        return len(self.sequences)

    def subset(self, rows: np.ndarray) -> SequenceData:
        return SequenceData(self.sequences[rows], self.lengths, self.cost, self.max_entries)

    def to_predict(self) -> SequenceData:
        """Choose lengths anew: programs that predict take any, so strings need not be padded to those of training."""
        lengths = choose_bucket_lengths(self.sequences.lengths, self.cost)
        return SequenceData(self.sequences, lengths, self.cost, _ENTRIES_OF_A_PREDICTION_BATCH)

    def buckets(self) -> list[Bucket]:
        lengths = self.lengths
        while self.sequences.lengths.max() > lengths[-1]:
            lengths = np.append(lengths, 2 * lengths[-1])
        place = bucket_of(self.sequences.lengths, lengths)
        return [self._bucket(np.flatnonzero(place == i), int(lengths[i])) for i in np.unique(place)]

    def batches(self) -> Iterator[np.ndarray]:
        """Cut the positions of the strings so that those of a batch share a bucket and fit its memory."""
        for bucket in self.buckets():
            size = bucket.batch_size(None)
            yield from (bucket.rows[start : start + size] for start in range(0, len(bucket.rows), size))

    def _bucket(self, rows: np.ndarray, length: int) -> Bucket:
        limit = max(1, self.max_entries // self.cost.entries(length))
        return Bucket(rows, lambda rows: (self.sequences[rows].pad(length),), "", limit, length=length)
