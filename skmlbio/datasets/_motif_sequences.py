"""Random strings with motifs at places that are known."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import getdoc
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Bunch
from sklearn.utils._param_validation import StrOptions

from skmlbio.sequences import Alphabet, get_alphabet
from skmlbio.sequences._intervals import Interval

from ._draws import (
    draw_classes,
    draw_lengths,
    draw_letters,
    ensure_probabilities,
    ensure_range,
    flip_labels,
    generator_of,
    strings_of,
)
from ._maker import maker

Motif = NDArray[np.float64]  # of shape (motif_length, n_letters): the probability of each letter at each place


@maker(
    "strings",
    of_class="whose motifs are planted",
    motifs=[list, tuple, None],
    motif_length=[Interval(Integral, 1, None, closed="left")],
    positions=[StrOptions({"random", "fixed"})],
    background=["array-like", None],
)
def make_motif_sequences(
    n_samples: int = 100,
    *,
    lengths: int | tuple[int, int] = (60, 100),
    alphabet: str | Alphabet = "dna",
    motifs: Sequence | None = None,
    motif_length: int = 8,
    n_classes: int | None = None,
    positions: str = "random",
    noise: float = 0.0,
    background: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    flip_y: float = 0.0,
    random_state: Any = None,
    return_X_y: bool = True,
):
    """Make random strings, in each of which the motifs of its class are planted.

    Letters are drawn one by one from the background, and the motifs of the class take the place of some of them.  A
    motif says how probable each letter is at each of its places; of several, each is planted once, in their order and
    without overlap.  A short motif turns up by chance as well: of k letters, in one of 4^k places of random DNA.

    Parameters
    ----------
    n_samples : int, default=100
        Number of strings.
    lengths : int or (int, int), default=(60, 100)
        Letters of each string, or the smallest and the largest number, all between being equally probable.
    alphabet : {"dna", "rna", "protein"}, str of letters or Alphabet, default="dna"
        The letters, as in `skmlbio.sequences.get_alphabet`.
    motifs : list or tuple of n_classes motifs, optional
        What is planted in the strings of each class: None for nothing, a motif, or a list of motifs.  A motif is a
        string of letters and ambiguity codes, which stand for each of their letters alike (``"TATAWAW"``), or an array
        of shape (motif_length, n_letters) of probabilities.  By default class 0 has none, and each other class a string
        of its own that is drawn at random.
    motif_length : int, default=8
        Letters of the motifs drawn at random; for others it counts for nothing.
    n_classes : int, optional
        Number of classes; by default as many as there are `motifs`, or else 2.
    positions : {"random", "fixed"}, default="random"
        Whether motifs are anywhere in each string, or in all strings of a class at the same place, drawn once.
    noise : float, default=0.0
        Share of a motif's letters that are drawn from the background instead: with 1, nothing is left of it.
    background : array-like of shape (n_letters,), optional
        Probability of each letter outside motifs; all alike by default.
    {drawn}
        spans : list of n_samples ndarrays of shape (n_motifs, 2), int64
            Beginning and end of each motif in the string, counted from 0: ``X[i][begin:end]``.
        motifs : list of n_classes lists of ndarrays of shape (motif_length, n_letters), float64
            Probability of each letter at each place of the motifs, `noise` included.
    {known}

    Raises
    ------
    TypeError, ValueError
        For arguments that are none of the above, and for motifs longer than the shortest string.

    See Also
    --------
    make_markov_sequences : Classes that differ by what follows what.

    Examples
    --------
    >>> from skmlbio.datasets import make_motif_sequences
    >>> data = make_motif_sequences(
    ...     4, lengths=(20, 30), motifs=[None, ["TTGACA", "TATAWT"]], random_state=0, return_X_y=False
    ... )
    >>> data.y
    array([1, 0, 0, 1])
    >>> for string, spans in zip(data.X, data.spans):
    ...     print([string[begin:end] for begin, end in spans], string)
    ['TTGACA', 'TATAAT'] GCTTGACATCGTCTTTATAATTAT
    [] GAATGTGCATGCAACAACCACAAA
    [] GAGGCATAGGGGATTTGCAAT
    ['TTGACA', 'TATATT'] CTTGACAGTCATATATTCTGGCC
    """
    parameters = dict(locals())
    motif_length, noise = int(motif_length), float(noise)  # NumPy's may be too narrow for powers and sums
    alphabet, lengths, rng = get_alphabet(alphabet), ensure_range(lengths), generator_of(random_state)
    background = np.full(alphabet.n_letters, 1 / alphabet.n_letters) if background is None else background
    background = ensure_probabilities(background, (alphabet.n_letters,), "background")
    if motifs is None:
        motifs = _random_motifs(n_classes or 2, motif_length, alphabet, rng)
    elif not motifs or n_classes not in (None, len(motifs)):
        raise ValueError(f"motifs must have one entry a class, {n_classes or '1 or more'}; got {len(motifs)}")
    motifs = [_ensure_motifs(given, number, alphabet, lengths[0]) for number, given in enumerate(motifs)]
    motifs = [[(1 - noise) * motif + noise * background for motif in of_class] for of_class in motifs]

    sizes = draw_lengths(lengths, n_samples, rng)
    classes = draw_classes(n_samples, len(motifs), weights, rng)
    up_to = np.cumsum(background)
    letters = np.searchsorted(up_to[:-1] / up_to[-1], rng.random(sizes.sum()), side="right")
    spans = _plant(letters, sizes, classes, motifs, positions, lengths[0], rng)
    X, y = strings_of(letters, sizes, alphabet), flip_labels(classes, len(motifs), flip_y, rng)
    if return_X_y:
        return X, y
    return Bunch(
        X=X,
        y=y,
        classes=classes,
        spans=spans,
        motifs=motifs,
        parameters=parameters,
        DESCR=getdoc(make_motif_sequences),
    )


def _random_motifs(n_classes: int, length: int, alphabet: Alphabet, rng: np.random.Generator) -> list[str | None]:
    """Nothing for the first class, and different strings for the others."""
    if alphabet.n_letters**length < n_classes - 1:
        raise ValueError(f"motif_length={length} is too short for {n_classes - 1} motifs that differ")
    motifs: dict[str, None] = {}
    while len(motifs) < n_classes - 1:
        motifs["".join(alphabet.letters[number] for number in rng.integers(alphabet.n_letters, size=length))] = None
    return [None, *motifs]


def _ensure_motifs(given: Any, number: int, alphabet: Alphabet, shortest: int) -> list[Motif]:
    """Return the motifs of a class as probabilities."""
    several = given if isinstance(given, list | tuple) else [] if given is None else [given]
    motifs = [_probabilities(motif, f"a motif of class {number}", alphabet) for motif in several]
    if (total := sum(map(len, motifs))) > shortest:
        raise ValueError(
            f"the motifs of class {number} have {total} letters, which do not fit into strings of {shortest}; raise "
            f"lengths"
        )
    return motifs


def _probabilities(motif: Any, name: str, alphabet: Alphabet) -> Motif:
    if not isinstance(motif, str):
        if not isinstance(motif, np.ndarray):
            raise TypeError(f"{name} must be a string or an array of probabilities; got {type(motif).__name__}")
        return ensure_probabilities(motif, (None, alphabet.n_letters), name)
    tokens = alphabet.lookup[list(motif.encode("ascii", "replace"))] if motif else np.zeros(0, np.uint8)
    if not motif or (tokens == alphabet.unknown_token).any():
        raise ValueError(f"{name} must consist of characters of {alphabet}; got {motif!r}")
    return alphabet.one_hot_vectors[tokens]


def _plant(
    letters: NDArray[np.int64],
    lengths: NDArray[np.int64],
    classes: NDArray[np.int64],
    motifs: list[list[Motif]],
    positions: str,
    shortest: int,
    rng: np.random.Generator,
) -> list[NDArray[np.int64]]:
    """Write motifs over the letters, and return where in each string they begin and end."""
    spans: list[NDArray[np.int64]] = [np.zeros((0, 2), np.int64)] * len(lengths)
    offsets = np.cumsum(lengths) - lengths
    for number, of_class in enumerate(motifs):
        rows = np.flatnonzero(classes == number)
        if not of_class or not len(rows):
            continue
        widths = np.array([len(motif) for motif in of_class])
        free = (lengths[rows] if positions == "random" else np.array([shortest])) - widths.sum()
        begins = _draw_begins(free, widths, rng)
        begins = np.broadcast_to(begins, (len(rows), len(widths)))
        # Each letter of a motif, by the motif's beginning and its place in it.
        places = np.repeat(begins, widths, axis=1) + np.concatenate([np.arange(width) for width in widths])
        table = np.broadcast_to(np.concatenate(of_class), (len(rows), widths.sum(), of_class[0].shape[1]))
        letters[offsets[rows, np.newaxis] + places] = draw_letters(table, rng)
        for row, span in zip(rows, np.stack([begins, begins + widths], axis=-1), strict=True):
            spans[row] = span
    return spans


def _draw_begins(free: NDArray[np.int64], widths: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Where motifs begin, ndarray of shape (n_strings, n_motifs), if there are `free` letters beside them."""
    before = np.sort(rng.integers(free[:, np.newaxis], size=(len(free), len(widths)), endpoint=True), axis=1)
    return before + np.cumsum(widths) - widths
