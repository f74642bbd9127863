"""What a file of `skmlbio.save` holds."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from skmlbio.cli._samples import COLUMN
from skmlbio.export._archive import load_with_versions


def described(path: str, written: Callable[[Any], Any] = repr) -> dict[str, Any]:
    """Return what a file tells of its estimator.

    Parameters
    ----------
    path : str
        The file, of which nothing is run.
    written : callable
        How the value of a parameter is told: `repr`, or `as_json`.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or is no such file.
    """
    model, versions = load_with_versions(path)
    told = {"file": path, "bytes": os.path.getsize(path), "versions": versions} | _of_step(model, written)
    if isinstance(model, Pipeline):
        told["steps"] = [{"name": name} | _of_step(step, written) for name, step in model.steps]
    for name, attribute in (("classes", "classes_"), ("feature_names", "feature_names_in_"), ("column", COLUMN)):
        value = getattr(model, attribute, None)
        if value is not None:
            told[name] = as_json(value)
    return told


def as_json(value: Any) -> Any:
    """Return a value as JSON has it, and text in place of what JSON does not know."""
    if isinstance(value, np.ndarray | np.generic):
        return as_json(value.tolist())
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, BaseEstimator):
        return _of_step(value, as_json)
    known = value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value))
    return value if known else str(value) if isinstance(value, os.PathLike) else repr(value)


def in_lines(told: dict[str, Any], indent: str = "") -> Iterator[str]:
    """Yield a line a value, as people read them."""
    for name, value in told.items():
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from in_lines(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                yield f"{indent}{name}:"
                yield from in_lines(item, indent + "  ")
        else:
            yield f"{indent}{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"


def _of_step(step: Any, written: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the class, the parameters and the size of one estimator."""
    if isinstance(step, str):
        return {"estimator": step}
    if isinstance(step, Pipeline):
        return {"estimator": "Pipeline"}
    parameters = {name: written(value) for name, value in step.get_params(deep=False).items()}
    told = {"estimator": type(step).__name__, "parameters": parameters}
    weights = getattr(step, "weights_", None)
    return told if weights is None else told | {"n_weights": sum(np.size(array) for array in weights)}
