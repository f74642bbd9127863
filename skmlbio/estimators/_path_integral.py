"""Integrals of gradients along straight paths."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FIRST_POINTS = 17
MOST_POINTS = 512  # of a path; the last refinement may go beyond
_TOLERANCE = 0.005  # half of what is promised
_ROUNDING = 1e-6
_SHORTEST = 1e-7  # of a path: single precision does not tell the ends of shorter pieces apart

Evaluate = Callable[[NDArray, NDArray], tuple[NDArray, NDArray]]


def path_integral(evaluate: Evaluate, n_paths: int, n_steps: int | None = None) -> NDArray[np.floating]:
    """Integrate functions g of α from 0 to 1 whose sums over all axes are the derivatives of functions f.

    Gradients of networks jump, where a rectifier opens or another place has the maximum, and are steep near a baseline
    where a layer divides by a spread that is small there.  Rules of equal steps then need thousands of points, and
    nobody knows how many.  But f tells: over a piece of the path, the integral of the sum of g must be the change of f.
    So pieces are halved where that fails most, until the whole is right within half a percent.

    Parameters
    ----------
    evaluate : callable
        From the numbers of paths and α, arrays of shape (n,), to f, of shape (n,), and g, of shape (n, ...).
    n_paths : int
        How many functions there are.
    n_steps : int or None
        Takes so many points, by Gauss' rule; None takes 17, and more as long as they are needed, up to some 512.

    Returns
    -------
    ndarray of shape (n_paths, ...)

    Examples
    --------
    >>> import numpy as np
    >>> def half_rectified(paths, places):
    ...     return np.maximum(places - 0.3, 0), (places > 0.3)[:, np.newaxis].astype(float)
    >>> path_integral(half_rectified, 1).round(2).tolist()
    [[0.7]]
    """
    if n_steps is not None:
        places, weights = np.polynomial.legendre.leggauss(n_steps)
        paths = np.repeat(np.arange(n_paths), n_steps)
        _, gradients = evaluate(paths, np.tile((places + 1) / 2, n_paths))
        return _sums(gradients, np.tile(weights / 2, n_paths), paths, n_paths)
    points = _Points(evaluate, n_paths)
    points.add(np.repeat(np.arange(n_paths), _FIRST_POINTS), np.tile(np.linspace(0, 1, _FIRST_POINTS), n_paths))
    while points.refine():
        pass
    return points.integral()


def slope_at_the_end(evaluate: Evaluate, n_paths: int) -> NDArray[np.floating]:
    """Return g at α = 1, which takes one point a path."""
    return evaluate(np.arange(n_paths), np.ones(n_paths))[1]


def number_of_points(n_steps: Any) -> int | None:
    """Return what `path_integral` takes for "auto" or a number from a user; raise a ValueError for anything else."""
    if isinstance(n_steps, str) and n_steps == "auto":
        return None
    if not isinstance(n_steps, Integral) or isinstance(n_steps, bool) or not 1 <= n_steps <= MOST_POINTS:
        raise ValueError(f"n_steps must be 'auto' or an int from 1 to {MOST_POINTS}, got {n_steps!r}.")
    return int(n_steps)


class _Points:
    """Points of paths, where functions and their gradients are known."""

    def __init__(self, evaluate: Evaluate, n_paths: int):
        self._evaluate, self._n_paths = evaluate, n_paths
        self._gradients: list[NDArray] = []
        self._paths, self._places = np.zeros(0, int), np.zeros(0)
        self._values, self._slopes = np.zeros(0), np.zeros(0)

    def add(self, paths: NDArray, places: NDArray) -> None:
        """Evaluate further points, in the order of their paths."""
        values, gradients = self._evaluate(paths, places)
        self._gradients.append(gradients)
        self._paths, self._places = np.append(self._paths, paths), np.append(self._places, places)
        self._values = np.append(self._values, values)
        self._slopes = np.append(self._slopes, gradients.sum(axis=tuple(range(1, gradients.ndim)), dtype=np.float64))

    def _pieces(self) -> tuple[NDArray, NDArray]:
        """Return the points at which pieces begin and end, piece by piece."""
        order = np.lexsort((self._places, self._paths))
        inside = np.diff(self._paths[order]) == 0
        return order[:-1][inside], order[1:][inside]

    def refine(self) -> bool:
        """Halve the worst pieces of paths that are not right yet, and tell whether there were any."""
        start, end = self._pieces()
        paths = self._paths[start]
        means = (self._slopes[start] + self._slopes[end]) / 2
        changes = self._values[end] - self._values[start]
        lengths = self._places[end] - self._places[start]
        errors = means * lengths - changes
        change, error = (np.bincount(paths, each, self._n_paths) for each in (changes, errors))
        curable = np.where(lengths > _SHORTEST, np.abs(errors), 0.0)
        worst = np.zeros(self._n_paths)
        np.maximum.at(worst, paths, curable)
        largest = np.zeros(self._n_paths)
        np.maximum.at(largest, self._paths, np.abs(self._values))
        wrong = np.abs(error) > _TOLERANCE * np.abs(change) + _ROUNDING * largest
        wrong &= np.bincount(self._paths, minlength=self._n_paths) < MOST_POINTS
        halved = wrong[paths] & (curable > 0) & (curable >= worst[paths] / 4)
        if halved.any():
            self.add(paths[halved], (self._places[start] + self._places[end])[halved] / 2)
        return bool(halved.any())

    def integral(self) -> NDArray:
        """Return the sums of gradients by the trapezoidal rule."""
        start, end = self._pieces()
        lengths = self._places[end] - self._places[start]
        weights = np.bincount(start, lengths / 2, len(self._paths)) + np.bincount(end, lengths / 2, len(self._paths))
        total, first = 0, 0
        for gradients in self._gradients:
            part = slice(first, first + len(gradients))
            total = total + _sums(gradients, weights[part], self._paths[part], self._n_paths)
            first = part.stop
        return total


def _sums(gradients: NDArray, weights: NDArray, paths: NDArray, n_paths: int) -> NDArray:
    """Return the weighted sum of gradients for each path; those of a path follow each other."""
    sums = np.zeros((n_paths, *gradients.shape[1:]), gradients.dtype)
    first = np.flatnonzero(np.diff(paths, prepend=-1))
    weights = weights.astype(gradients.dtype).reshape(-1, *[1] * (gradients.ndim - 1))
    sums[paths[first]] = np.add.reduceat(gradients * weights, first, axis=0)
    return sums
