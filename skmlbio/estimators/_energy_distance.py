"""How far two samples are apart, as distributions."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

_ROWS_AT_ONCE = 1024


def energy_distance(x: np.ndarray, y: np.ndarray, x_weights: np.ndarray | None = None) -> float:
    """Return 2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖ (Székely, Rizzo 2013): 0 for equal distributions, else above.

    Parameters
    ----------
    x, y : ndarray of shape (n_samples, n_features), float
        Two samples; expectations are means over all pairs of rows, those of a row with itself among them.
    x_weights : ndarray of shape (n_samples,), optional
        Weights of the rows of `x`.

    Returns
    -------
    float

    Examples
    --------
    >>> energy_distance(np.array([[0.0], [1.0]]), np.array([[3.0], [4.0]]))
    5.0
    """
    p, q = _shares(x_weights, len(x)), _shares(None, len(y))
    apart = 2.0 * _mean_distance(x, y, p, q) - _mean_distance(x, x, p, p) - _mean_distance(y, y, q, q)
    return max(0.0, apart)  # which it is but for rounding


def _shares(weights: np.ndarray | None, n_rows: int) -> np.ndarray:
    return np.full(n_rows, 1.0 / n_rows) if weights is None else weights / weights.sum()


def _mean_distance(x: np.ndarray, y: np.ndarray, p: np.ndarray, q: np.ndarray) -> float:
    blocks = (slice(start, start + _ROWS_AT_ONCE) for start in range(0, len(x), _ROWS_AT_ONCE))
    return float(sum(p[block] @ (cdist(x[block], y) @ q) for block in blocks))
