"""What all made data sets draw: lengths, classes, labels, letters."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from skmlbio.sequences import Alphabet
from skmlbio.sequences._intervals import Interval

CONSTRAINTS: dict = {
    "n_samples": [Interval(Integral, 1, None, closed="left")],
    "lengths": [Interval(Integral, 1, None, closed="left"), tuple, list],
    "alphabet": [str, Alphabet],
    "n_classes": [Interval(Integral, 1, None, closed="left"), None],
    "noise": [Interval(Real, 0, 1, closed="both")],
    "weights": ["array-like", None],
    "flip_y": [Interval(Real, 0, 1, closed="both")],
    "random_state": ["random_state"],
    "return_X_y": ["boolean"],
}


def generator_of(random_state: Any) -> np.random.Generator:
    """The same numbers for the same seed; the global generator of NumPy is left alone where there is none."""
    seed = None if random_state is None else check_random_state(random_state).randint(2**31 - 1)
    return np.random.default_rng(seed)


def ensure_range(lengths: Any, name: str = "lengths") -> tuple[int, int]:
    """Return the smallest and the largest length, or what else has the name."""
    pair = (lengths, lengths) if isinstance(lengths, Integral) else tuple(lengths)
    whole = all(isinstance(length, Integral) and not isinstance(length, bool) for length in pair)
    if len(pair) != 2 or not whole or not 1 <= pair[0] <= pair[1]:
        raise ValueError(
            f"{name} must be an int of 1 or more, or a pair of them, the smallest and the largest; got {lengths!r}"
        )
    return int(pair[0]), int(pair[1])


def ensure_probabilities(values: ArrayLike, shape: tuple[int | None, ...], name: str) -> NDArray[np.float64]:
    """Return an array whose last axis sums to 1; None in the shape stands for any number."""
    array = _numbers(values, f"{name} must hold probabilities")
    fits = array.ndim == len(shape) and all(b in (None, a) for a, b in zip(array.shape, shape, strict=True))
    if not fits or not array.size:
        expected = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"{name} must have the shape ({expected}); got {array.shape}")
    if not (array >= 0).all() or not np.allclose(array.sum(axis=-1), 1):
        raise ValueError(f"{name} must hold probabilities: not negative, and 1 in sum over the last axis")
    return array


def _numbers(values: ArrayLike, wanted: str) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{wanted}; got {values!r:.60}") from None


def draw_lengths(lengths: tuple[int, int], n_samples: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.integers(*lengths, size=n_samples, endpoint=True)


def draw_classes(n_samples: int, n_classes: int, weights: Any, rng: np.random.Generator) -> NDArray[np.int64]:
    """Classes in the proportions of the weights, to less than one sample, in random order."""
    wanted = f"weights must be {n_classes} numbers, one a class, none negative, not all 0"
    shares = np.full(n_classes, 1 / n_classes) if weights is None else _numbers(weights, wanted)
    if shares.shape != (n_classes,) or not np.isfinite(shares).all() or (shares < 0).any() or not shares.any():
        raise ValueError(f"{wanted}; got {weights!r}")
    edges = np.rint(np.cumsum(shares / shares.sum()) * n_samples).astype(np.int64)
    return rng.permutation(np.repeat(np.arange(n_classes), np.diff(edges, prepend=0)))


def flip_labels(classes: NDArray[np.int64], n_classes: int, share: float, rng: np.random.Generator) -> NDArray:
    """Draw the labels of a share of the samples anew, from all classes alike, as scikit-learn's make_classification."""
    flipped = rng.random(len(classes)) < share
    return np.where(flipped, rng.integers(n_classes, size=len(classes)), classes)


def draw_letters(probabilities: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """For probabilities of shape (..., n_letters), a number below n_letters each."""
    up_to = probabilities.cumsum(axis=-1)
    return (rng.random((*up_to.shape[:-1], 1)) * up_to[..., -1:] >= up_to).sum(axis=-1)


def strings_of(letters: NDArray[np.int64], lengths: NDArray[np.int64], alphabet: Alphabet) -> list[str]:
    """Cut the letters of all samples, one sample after the other, into strings."""
    text = np.frombuffer(alphabet.letters.encode("ascii"), np.uint8)[letters].tobytes().decode("ascii")
    ends = np.cumsum(lengths).tolist()
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
