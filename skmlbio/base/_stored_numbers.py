"""Numbers in files, checked a block at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmlbio.base._range import require_single
from skmlbio.training._stored_rows import StoredRows


def stand_in(X: Any) -> np.ndarray:
    """Return zeros of the dtype and shape of X, but one row at most: what scikit-learn shall check in its place.

    Raises
    ------
    TypeError
        If X holds no numbers.
    ValueError
        If they are complex, or each row is a single one.
    """
    if X.dtype.kind not in "biufc":
        raise TypeError(f"X must hold numbers, but in the file are values of dtype {X.dtype}.")
    if X.dtype.kind == "c":
        raise ValueError(f"X must hold real numbers, but in the file are complex ones, of dtype {X.dtype}.")
    if len(X.shape) < 2:
        raise ValueError(f"X must be of shape (n_samples, n_features), but in the file is an array of shape {X.shape}.")
    return np.zeros((*(min(1, n) for n in X.shape[:1]), *X.shape[1:]), X.dtype)


def require_stored_numbers(X: StoredRows, names: Any = None, gaps: bool = False) -> None:
    """Raise a ValueError that names the first number in a file that is not finite, or beyond single precision.

    With `gaps`, NaN is let pass.
    """
    kind = X.source.dtype
    if kind.kind != "f":
        return
    for first_row, block in StoredRows(X.source, np.promote_types(kind, np.float32)).blocks():
        finite = ~np.isinf(block) if gaps else np.isfinite(block)
        if not finite.all():
            where = np.argwhere(~finite)[0]
            feature = "" if names is None else f" (feature {str(names[where[-1]])!r})"
            place = [first_row + int(where[0]), *where[1:].tolist()]
            raise ValueError(f"X{place} is {block[tuple(where)]}{feature}, but numbers must be finite.")
        require_single(block, names, first_row)
