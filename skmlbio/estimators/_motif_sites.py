"""From activations of filters to the motifs that they look for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from skmlbio.sequences import Motif, Sequences
from skmlbio.sequences._reverse_complement import other_strands

Batch = tuple[NDArray, Sequences]


def motifs_at_sites(
    batches: Callable[[], Iterable[Batch]],
    sequences: Sequences,
    widths: Sequence[int],
    both_strands: bool,
    threshold: float,
) -> list[Motif]:
    """Return the motif of each filter: the letters of the windows in which it is active.

    A window is a site where the activation exceeds a share of the highest one that the filter has in any window inside
    of a string.

    Parameters
    ----------
    batches : callable
        Returns an iterable of batches, the same ones each time: it is called twice, because the highest activations are
        not known before, and all activations may be too many to keep.  A batch has activations of shape (n_sequences,
        length, n_filters), and its n_sequences strings; with both strands, there are ``2 * length`` positions, those of
        the other strand second.
    sequences : Sequences
        All strings, whose letters are the background.
    widths : sequence of int
        Of the filters: as many of the first width as of the second, and so on, one width after the other.
    both_strands : bool
        Whether activations of the other strands are there.
    threshold : float
        The share.

    Returns
    -------
    list of n_filters Motif
    """
    sites: list[_Sites] = []
    for activations, batch in batches():
        n_filters, n_tokens = activations.shape[-1] // len(widths), batch.alphabet.n_tokens
        sites = sites or [_Sites(width, n_filters, n_tokens) for width in widths]
        activations, _, lengths = _by_strand(activations, batch, both_strands)
        for of_width, found in zip(sites, np.split(activations, len(widths), axis=-1), strict=True):
            of_width.find_highest(found, lengths)
    for activations, batch in batches():
        activations, tokens, lengths = _by_strand(activations, batch, both_strands)
        for of_width, found in zip(sites, np.split(activations, len(widths), axis=-1), strict=True):
            of_width.count(found, tokens, lengths, threshold)
    vectors, letters = sequences.alphabet.one_hot_vectors, sequences.alphabet.letters
    background = np.bincount(sequences.tokens, minlength=len(vectors)) @ vectors / len(sequences.tokens)
    if both_strands:
        background = (background + background[::-1]) / 2  # partners stand in the reverse order of letters
    found = ((counts @ vectors, n) for of_width in sites for counts, n in of_width.of_filters())
    return [Motif(f"filter_{i}", letters, counts, n, background) for i, (counts, n) in enumerate(found)]


def some_of(lengths: NDArray, most_residues: int) -> NDArray:
    """Return the rows of as many strings, evenly spread over all, as have about so many residues; at least one."""
    n_rows = max(1, min(len(lengths), int(most_residues * len(lengths) / lengths.sum())))
    return np.linspace(0, len(lengths) - 1, n_rows).astype(int)


class _Sites:
    """Of filters of one width: the highest activations, and what stands where they are active."""

    def __init__(self, width: int, n_filters: int, n_tokens: int):
        self.width, self.n_filters, self.n_tokens = width, n_filters, n_tokens
        self.highest: NDArray = np.zeros(n_filters, np.float32)
        self.n_sites = np.zeros(n_filters, np.int64)
        self.counts = np.zeros((width, n_filters * n_tokens), np.int64)

    def find_highest(self, activations: NDArray, lengths: NDArray) -> None:
        self.highest = np.maximum(self.highest, self._inside(activations, lengths).max(axis=(0, 1), initial=0))

    def count(self, activations: NDArray, tokens: NDArray, lengths: NDArray, threshold: float) -> None:
        active = self._inside(activations, lengths) > threshold * self.highest
        rows, starts, filters = np.nonzero(active)
        self.n_sites += np.bincount(filters, minlength=self.n_filters)
        for place, counts in enumerate(self.counts):
            there = filters * self.n_tokens + tokens[rows, starts + place]
            counts += np.bincount(there, minlength=len(counts))

    def of_filters(self) -> list[tuple[NDArray, int]]:
        """Return how often each token stands at each place, and the number of sites, of each filter."""
        counts = self.counts.reshape(self.width, self.n_filters, self.n_tokens).swapaxes(0, 1)
        return list(zip(counts, self.n_sites.tolist(), strict=True))

    def _inside(self, activations: NDArray, lengths: NDArray) -> NDArray:
        """Return activations by the first position of their window, 0 where that reaches past an end."""
        n_windows, before = max(0, activations.shape[1] - self.width + 1), (self.width - 1) // 2
        inside = np.arange(n_windows) + self.width <= lengths[:, np.newaxis]
        return np.where(inside[..., np.newaxis], activations[:, before : before + n_windows], 0)


def _by_strand(activations: NDArray, sequences: Sequences, both: bool) -> tuple[NDArray, NDArray, NDArray]:
    """Return activations, tokens and lengths of the strings; with both strands, then those of the other strands."""
    if not both:
        return activations, sequences.pad(activations.shape[1]), sequences.lengths
    length = activations.shape[1] // 2
    tokens = np.concatenate([sequences.pad(length), other_strands(sequences).pad(length)])
    return np.concatenate([activations[:, :length], activations[:, length:]]), tokens, np.tile(sequences.lengths, 2)
