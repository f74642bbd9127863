"""What a file of `skmlbio.save` holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skmlbio.export._archive import load_with_versions


def described(path: str) -> dict[str, Any]:
    """Return what a file tells of its estimator, as values of JSON.

    Parameters
    ----------
    path : str
        The file, of which nothing is run.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or is no such file.
    """
    model, versions = load_with_versions(path)
    told = {"file": path, "bytes": os.path.getsize(path), "versions": versions} | _of_step(model)
    if isinstance(model, Pipeline):
        told["steps"] = [{"name": name} | _of_step(step) for name, step in model.steps]
    for name, attribute in (("classes", "classes_"), ("feature_names", "feature_names_in_")):
        values = getattr(model, attribute, None)
        if values is not None:
            told[name] = [_plain(value) for value in values]
    return told


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


def _of_step(step: Any) -> dict[str, Any]:
    """Return the class, the parameters and the size of one estimator."""
    if isinstance(step, str):
        return {"estimator": step}
    if isinstance(step, Pipeline):
        return {"estimator": "Pipeline"}
    parameters = {name: repr(value) for name, value in step.get_params(deep=False).items()}
    told = {"estimator": type(step).__name__, "parameters": parameters}
    weights = getattr(step, "weights_", None)
    return told if weights is None else told | {"n_weights": sum(np.size(array) for array in weights)}


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
