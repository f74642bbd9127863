"""Estimators by their names, their parameters, and what they take."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Literal

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio.cli._errors import UsageError, unknown
from skmlbio.estimators._graph_keywords import GraphKeywords
from skmlbio.estimators.molecule_graph_transformer import MoleculeGraphTransformer

Kind = Literal["molecules", "strings", "categories", "numbers"]


def made_steps(name: str, settings: Iterable[str], scaled: bool) -> list[BaseEstimator]:
    """Return an estimator by its name, and before it what makes its input of a file.

    Parameters
    ----------
    name : str
        The class.
    settings : iterable of str
        Parameters as ``name=value``, of the estimator or of what stands before it.
    scaled : bool
        Whether a `StandardScaler` stands before it.

    Raises
    ------
    UsageError
        If there is no such estimator or parameter, or it takes what no file here holds.
    """
    estimator = _made(name)
    steps = [MoleculeGraphTransformer(), estimator] if isinstance(estimator, GraphKeywords) else [estimator]
    if scaled:
        if kind_of(steps[0]) != "numbers":
            raise UsageError(f"--scale is for numbers, and {name} takes {kind_of(steps[0])}.")
        steps.insert(0, StandardScaler())
    for parameter, value in parsed(settings).items():
        owners = [step for step in reversed(steps) if parameter in step.get_params(deep=False)]
        if not owners:
            allowed = sorted({known for step in steps for known in step.get_params(deep=False)})
            raise UsageError(unknown(f"{name} has no parameter", parameter, allowed))
        owners[0].set_params(**{parameter: value})
    kind_of(steps[0])
    return steps


def parsed(settings: Iterable[str]) -> dict[str, Any]:
    """Return the values of ``name=value``: what Python reads there, or the text as it is.

    Raises
    ------
    UsageError
        If one has no ``=``.
    """
    values = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise UsageError(f"--set takes NAME=VALUE, such as epochs=20; got {setting!r}.")
        try:
            values[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            values[name] = value
    return values


def kind_of(model: Any) -> Kind:
    """Return what an estimator, or the first step of a pipeline, takes.

    Raises
    ------
    UsageError
        If that is nothing that a table holds.
    """
    first = first_step(model)
    tags = first.__sklearn_tags__().input_tags  # those of a pipeline do not tell whether it takes strings
    likelihood = getattr(first, "likelihood", None)
    if isinstance(first, MoleculeGraphTransformer):
        return "molecules"
    if tags.string:
        return "strings"
    if tags.categorical or hasattr(first, "transformers") or likelihood == "mixed" or isinstance(likelihood, dict):
        return "categories"
    if tags.two_d_array:
        return "numbers"
    kind = "images" if tags.three_d_array else "graphs"
    raise UsageError(f"{type(first).__name__} takes {kind}, which are in none of the files that are read here.")


def first_step(model: Any) -> Any:
    """Return what looks at X: the first step of a pipeline, in those of others too, or the estimator itself."""
    steps = _steps(model)
    return first_step(steps[0]) if steps else model


def allows_gaps(model: Any) -> bool:
    """Whether numbers may be missing; a `StandardScaler` leaves them to what comes next."""
    takers = [step for step in _steps(model) or [model] if not isinstance(step, StandardScaler)]
    return bool(takers) and takers[0].__sklearn_tags__().input_tags.allow_nan


def _steps(model: Any) -> list[Any]:
    """Return the steps of a pipeline that do something; of anything else, none."""
    steps = model.steps if isinstance(model, Pipeline) else []
    return [step for _, step in steps if step is not None and step != "passthrough"]


def last_step(model: Any) -> Any:
    """Return what answers."""
    while isinstance(model, Pipeline):
        model = model.steps[-1][1]
    return model


def learns_labels(model: Any) -> bool:
    """Whether there are targets that are classes, or sequences, and no numbers."""
    return model.__sklearn_tags__().estimator_type != "regressor"


def answers_strings(model: Any, verb: str) -> bool:
    """Whether a method answers with strings, such as a translation or a label a residue in one letter each."""
    if verb == "sample":
        return kind_of(model) == "strings"
    return verb == "predict" and model.__sklearn_tags__().estimator_type is None


def _made(name: str) -> BaseEstimator:
    library = import_module("skmlbio")
    public = {known: getattr(library, known) for known in library.__all__}
    classes = {known: value for known, value in public.items() if issubclass(value, BaseEstimator)}
    if name not in classes:
        raise UsageError(unknown("there is no estimator", name, classes))
    estimator = classes[name]()
    if "graph" in estimator.get_params(deep=False):
        raise UsageError(f"{name} takes nodes of one graph, which are in none of the files that are read here.")
    if "network" in estimator.get_params(deep=False):
        raise UsageError(f"{name} takes a function that builds its network, which a command line cannot give.")
    return estimator
