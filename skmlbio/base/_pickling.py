"""Why an estimator cannot be pickled, said by the name of the parameter."""

from __future__ import annotations

import io
import pickle
import sys
from typing import Any

import numpy as np

_BY_VALUE = ("cloudpickle", "_dill", "copy", "_archive_values")


def require_importable(estimator: Any) -> None:
    """Raise a PicklingError for a parameter that holds a lambda or another function without a name to import it by.

    cloudpickle, on which joblib's workers and Dask rely, writes such functions out, and a copy keeps them; they are
    asked nothing.
    """
    for name, value in estimator.get_params(deep=False).items():
        try:
            _Trial(io.BytesIO()).dump(value)
        except Exception as error:
            if not _written_by_value():
                raise pickle.PicklingError(
                    f"the parameter {name} of {type(estimator).__name__} cannot be pickled ({error}); give functions "
                    "and classes that stand at the top of a module, where they can be imported from, not a lambda."
                ) from error


class _Trial(pickle.Pickler):
    """Leaves out arrays, which hold no functions and may be large."""

    def persistent_id(self, value: Any) -> str | None:
        return "array" if isinstance(value, np.ndarray) and not value.dtype.hasobject else None


def _written_by_value() -> bool:
    """Whether somebody is at work who does not need a name: pickle asks an object the same, whoever uses it."""
    frame: Any = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").rpartition(".")[2] in _BY_VALUE:
            return True
        frame = frame.f_back
    return False
