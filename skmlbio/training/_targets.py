"""Targets that have lengths of their own, or that miss in part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class RaggedTarget:
    """One target an element of a sample: a label a residue, a number a node.

    Rows come padded to the length of their bucket, a block at a time; no array as wide as the longest is made.  Padding
    has a reserved value, which a target that is missing has as well: `mean_over_present` leaves out both.

    Parameters
    ----------
    values : ndarray of shape (n_elements, ...)
        The targets of all samples, end to end.
    offsets : ndarray of shape (n_samples + 1,), int
        Sample ``i`` has ``values[offsets[i]:offsets[i + 1]]``.

    Attributes
    ----------
    reserved : float or int
        NaN for numbers with a fraction, -1 for others.
    """

    def __init__(self, values: np.ndarray, offsets: np.ndarray):
        self.values, self.offsets = values, offsets
        self.reserved = np.nan if values.dtype.kind == "f" else -1

    @classmethod
    def of(cls, rows: Sequence[np.ndarray]) -> RaggedTarget:
        """Return the targets of samples that come one array each."""
        return cls(np.concatenate(rows), np.cumsum([0, *map(len, rows)]))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, rows: np.ndarray | slice) -> RaggedTarget:
        starts, ends = self.offsets[:-1][rows], self.offsets[1:][rows]
        offsets = np.cumsum([0, *(ends - starts)])
        shift = np.repeat(starts - offsets[:-1], ends - starts)
        return RaggedTarget(self.values[shift + np.arange(offsets[-1])], offsets)

    def padded(self, rows: np.ndarray | slice, length: int) -> np.ndarray:
        """Return the targets of some samples as an array of shape (n_rows, length, ...)."""
        part = self[rows]
        lengths = np.diff(part.offsets)
        if len(lengths) and lengths.max() > length:
            raise ValueError(f"a sample has {lengths.max()} targets, but its bucket is padded to {length}.")
        array = np.full((len(part), length, *self.values.shape[1:]), self.reserved, self.values.dtype)
        array[np.arange(length) < lengths[:, np.newaxis]] = part.values
        return array

    def n_present(self) -> np.ndarray:
        """Return how many targets of each sample are there: ndarray of shape (n_samples,), int."""
        missing = np.isnan(self.values) if self.values.dtype.kind == "f" else self.values == self.reserved
        present = (~missing).reshape(len(missing), -1).sum(axis=1)
        return np.diff(np.concatenate([[0], np.cumsum(present)])[self.offsets])


Targets = tuple[np.ndarray | RaggedTarget, ...]


def take_target(target: np.ndarray | RaggedTarget, rows: np.ndarray | slice, length: int | None) -> np.ndarray:
    """Return the targets of some rows of a bucket, padded to its length where they have their own."""
    if not isinstance(target, RaggedTarget):
        return target[rows] if isinstance(rows, slice) else target.take(rows, axis=0)
    if length is None:
        raise ValueError("targets of their own lengths need samples whose buckets say what they are padded to.")
    return target.padded(rows, length)


def shares_of_known(columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how much every entry of targets counts for its row, 0 where it is NaN.

    A column counts as much as any other, and within a column every entry that is there by the weight of its sample:
    loss = mean over columns of sum_i w_i loss_ij / sum_i w_i, where i runs over the rows whose entry is there.  So an
    entry that is missing changes nothing for other columns, and a column without gaps counts as if there were none.
    Columns that are empty are left out.

    Parameters
    ----------
    columns : ndarray of shape (n_samples, n_columns)
        Targets; NaN marks what is missing.
    weights : ndarray of shape (n_samples,)
        Sample weights.

    Returns
    -------
    ndarray of shape (n_samples, n_columns), float32

    Examples
    --------
    >>> import numpy as np
    >>> shares_of_known(np.array([[1.0, np.nan], [2.0, 3.0]]), np.ones(2))
    array([[1., 0.],
           [1., 2.]], dtype=float32)
    """
    known = ~np.isnan(columns)
    of_columns = weights @ known / weights.sum()
    filled = of_columns > 0
    factors = np.where(filled, 1 / np.where(filled, of_columns, 1.0), 0.0) * (len(filled) / max(1, filled.sum()))
    return (known * factors).astype(np.float32)
