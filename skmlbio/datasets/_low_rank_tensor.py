"""Random tensors of low rank behind a bend, of which some cells are known."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import getdoc
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils._param_validation import validate_params

from skmlbio.sequences._intervals import Interval

from ._draws import CONSTRAINTS, generator_of

_COUNT = Interval(Integral, 1, None, closed="left")
_STRENGTH = [Interval(Real, 0, None, closed="left")]


@validate_params(
    {
        "shape": [tuple, list],
        "rank": [_COUNT],
        "bend": _STRENGTH,
        "observed": [Interval(Real, 0, 1, closed="right")],
        "noise": _STRENGTH,
        "random_state": CONSTRAINTS["random_state"],
        "return_X_y": CONSTRAINTS["return_X_y"],
    },
    prefer_skip_nested_validation=True,
)
def make_low_rank_tensor(
    shape: Sequence[int] = (60, 40, 30),
    *,
    rank: int = 5,
    bend: float = 2.0,
    observed: float = 0.1,
    noise: float = 0.1,
    random_state: Any = None,
    return_X_y: bool = True,
):
    """Make a tensor that few factors explain, and show some of its cells.

    With factors u of independent normal numbers, and s so that the mean of z ** 2 is 1,

        z_ijk = (1 / s) sum_r u_ir u_jr u_kr,   t = tanh(bend * z) / bend

    which saturates, as responses to doses do; without a bend, t is z, and of that rank.  A known cell is y = t + noise.

    Parameters
    ----------
    shape : sequence of int, default=(60, 40, 30)
        Categories of each axis.
    rank : int, default=5
        Number of factors, r.
    bend : float, default=2.0
        How far cells reach into saturation; 0 for not at all.
    observed : float, default=0.1
        Share of the cells that are known; at least one is.
    noise : float, default=0.1
        Standard deviation of the noise, as a share of that of t.
    random_state : int, RandomState instance or None, default=None
        Seed: the same int gives the same tensor. None gives another each time.
    return_X_y : bool, default=True
        Whether to return ``(X, y)`` or all that is known, as a `Bunch`.

    Returns
    -------
    X : ndarray of shape (n_observed, n_axes), int64
        The categories of each known cell, from 0.
    y : ndarray of shape (n_observed,), float64
        The numbers of these cells, with noise.
    data : Bunch
        In place of the two, if `return_X_y` is False.

        X, y
            As above.
        X_missing, y_missing
            The same of all other cells, without noise.
        tensor : ndarray of the shape
            t, without noise.
        factors : list of ndarrays of shape (n_categories, rank)
            u of each axis.
        parameters : dict
            The arguments.
        DESCR : str
            This text.

    Raises
    ------
    TypeError, ValueError
        For arguments that are none of the above.

    See Also
    --------
    skmlbio.TensorFactorizationRegressor : Predicts the other cells.

    Examples
    --------
    >>> from skmlbio.datasets import make_low_rank_tensor
    >>> X, y = make_low_rank_tensor((6, 5, 4), rank=2, observed=0.5, random_state=0)
    >>> X.shape, y.shape, X.max(axis=0).tolist()
    ((60, 3), (60,), [5, 4, 3])
    """
    parameters = dict(locals())
    sizes = _ensure_shape(shape)
    rng = generator_of(random_state)
    factors = [rng.normal(size=(size, rank)) for size in sizes]
    z = factors[0]
    for factor in factors[1:]:
        z = z[..., np.newaxis, :] * factor
    z = z.sum(axis=-1)
    z /= np.sqrt(np.mean(z**2))
    tensor = np.tanh(bend * z) / bend if bend else z
    order = rng.permutation(tensor.size)
    n_observed = max(1, round(observed * tensor.size))
    cells = np.stack(np.unravel_index(order, sizes), axis=1)
    X, X_missing = cells[:n_observed], cells[n_observed:]
    y, y_missing = np.split(tensor.ravel()[order], [n_observed])
    y = y + noise * tensor.std() * rng.normal(size=n_observed)
    if return_X_y:
        return X, y
    return Bunch(
        X=X,
        y=y,
        X_missing=X_missing,
        y_missing=y_missing,
        tensor=tensor,
        factors=factors,
        parameters=parameters,
        DESCR=getdoc(make_low_rank_tensor),
    )


def _ensure_shape(shape: Sequence[int]) -> tuple[int, ...]:
    whole = all(isinstance(size, Integral) and not isinstance(size, bool) and size >= 1 for size in shape)
    if not len(shape) or not whole:
        raise ValueError(f"shape must list the categories of one axis or more, ints of 1 or more; got {shape!r:.60}")
    return tuple(map(int, shape))
