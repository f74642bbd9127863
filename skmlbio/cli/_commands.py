"""What each command does."""

from __future__ import annotations

import inspect
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline

from skmlbio.cli._describe import described, in_lines
from skmlbio.cli._errors import UsageError, unknown
from skmlbio.cli._formats import format_of, required, write
from skmlbio.cli._models import last_step, made_steps, parsed
from skmlbio.cli._samples import Samples, read_samples
from skmlbio.export import export_saved_model, load, save

if TYPE_CHECKING:
    from pandas import DataFrame

_ANSWERS = ("predict", "transform", "sample")


def fit(options: Namespace) -> None:
    """Fit an estimator to a file, and save it."""
    steps = made_steps(options.estimator, options.set, options.scale)
    estimator = steps[-1]
    if estimator.__sklearn_tags__().target_tags.required and options.target is None:
        raise UsageError(f"{options.estimator} learns from labels or numbers; --target names their column.")
    if options.labels is not None and options.target is None:
        raise UsageError("--labels is a table with the target; --target names its column.")
    if options.validation is not None and "X_val" not in inspect.signature(estimator.fit).parameters:
        raise UsageError(f"{options.estimator} does not watch a loss; leave --validation out.")
    unfitted = make_pipeline(*steps) if len(steps) > 1 else estimator
    training = read_samples(options.data, unfitted, options)
    _say(options, f"{options.data}: {_counted(training.X)}")
    validation = None if options.validation is None else _validation(training, unfitted, options)
    model = _fitted(steps, training, validation, shows_progress=not options.quiet and sys.stderr.isatty())
    save(model, options.save)
    _say(options, f"{options.save}: {_told(estimator)}")


def predict(options: Namespace) -> None:
    """Predict labels, numbers or probabilities."""
    verb = "predict_proba" if options.proba else "predict"
    _answer(options, verb, lambda answer, model: _columns(answer, _classes(model) if options.proba else "prediction"))


def transform(options: Namespace) -> None:
    """Make codes, vectors or counts."""
    _answer(options, "transform", lambda answer, model: _columns(answer, [*last_step(model).get_feature_names_out()]))


def sample(options: Namespace) -> None:
    """Draw new rows or strings."""
    model = _loaded(options, "sample")
    arguments, allowed = parsed(options.set), set(inspect.signature(last_step(model).sample).parameters)
    for name in arguments:
        if name not in allowed:
            raise UsageError(unknown(f"sample of {type(last_step(model)).__name__} has no argument", name, allowed))
    if options.random_state is not None:
        arguments["random_state"] = options.random_state
    drawn = model.sample(options.n_samples, **arguments)
    names = getattr(model, "feature_names_in_", None)
    table = drawn if hasattr(drawn, "columns") else _columns(drawn, "sequence" if names is None else list(names))
    table.insert(0, "row", range(1, len(table) + 1))
    write(table, options.output)


def export(options: Namespace) -> None:
    """Write a SavedModel."""
    place, number = options.output, options.model_version
    export_saved_model(load(options.model), place, overwrite=options.overwrite, version=number)
    _say(options, f"{place}: a SavedModel")


def inspect_(options: Namespace) -> None:
    """Tell what a file holds."""
    told = described(options.model)
    print(import_module("json").dumps(told, indent=1) if options.json else "\n".join(in_lines(told)))


COMMANDS: dict[str, Callable[[Namespace], None]] = {
    "fit": fit,
    "predict": predict,
    "transform": transform,
    "sample": sample,
    "export": export,
    "inspect": inspect_,
}


def _validation(training: Samples, model: Any, options: Namespace) -> Samples:
    """Read the samples to validate on, of the columns of those to train on."""
    names = getattr(training.X, "columns", None)
    columns = options.columns if names is None else list(names)
    return read_samples(options.validation, model, Namespace(**vars(options) | {"columns": columns}))


def _fitted(steps: list[BaseEstimator], training: Samples, validation: Samples | None, shows_progress: bool) -> Any:
    """Fit steps one after another, so that samples to validate on go through those before the last, too."""
    *before, estimator = steps
    X, X_val = training.X, None if validation is None else validation.X
    for step in before:
        X = step.fit_transform(X)
        X_val = None if validation is None else step.transform(X_val)
    watched = {} if validation is None else {"X_val": X_val} | ({} if validation.y is None else {"y_val": validation.y})
    verbose = estimator.get_params(deep=False).get("verbose")
    if shows_progress and verbose == 0:
        estimator.set_params(verbose=1)
    estimator.fit(X, *([] if training.y is None else [training.y]), **watched)
    if verbose is not None:
        estimator.set_params(verbose=verbose)  # what is saved is as it was asked for
    return make_pipeline(*steps) if before else estimator


def _loaded(options: Namespace, verb: str) -> Any:
    """Load a model that has a method, after a look at where its answer shall go."""
    if options.output is not None:
        format_of(options.output, to_write=True)
    model = load(options.model)
    if not hasattr(model, verb):
        has = ", ".join(known for known in _ANSWERS if hasattr(model, known)) or "none of the others"
        raise UsageError(f"{type(last_step(model)).__name__} has no {verb}; it has {has}.")
    return model


def _answer(options: Namespace, verb: str, tabulated: Callable[[Any, Any], DataFrame]) -> None:
    """Ask a model about the samples of a file, and write its answers beside their ids."""
    model = _loaded(options, verb)
    samples = read_samples(options.data, model, options)
    _say(options, f"{options.data}: {_counted(samples.X)}")
    table = tabulated(getattr(model, verb)(samples.X), model)
    table.insert(0, samples.ids.name, samples.ids.to_numpy(), allow_duplicates=True)
    write(table, options.output)


def _columns(answer: Any, names: str | list) -> DataFrame:
    """Return what an estimator answers as a table: one column of that name, or as many as it has."""
    if isinstance(answer, list):
        if any(isinstance(item, np.ndarray) for item in answer):
            raise ValueError("the answer is a list of arrays, which no table holds; ask in Python.")
        answer = np.array([item if isinstance(item, str) else " ".join(map(str, item)) for item in answer], object)
    answer = answer.toarray() if sparse.issparse(answer) else np.asarray(answer)
    if answer.ndim == 1:
        answer = answer[:, None]
    elif answer.ndim != 2:
        raise ValueError(f"the answer is of shape {answer.shape}, which no table holds; ask in Python.")
    elif isinstance(names, str):
        names = [f"{names}_{place}" for place in range(answer.shape[1])]
    return required("pandas", "cli").DataFrame(answer, columns=[names] if isinstance(names, str) else names)


def _classes(model: Any) -> list[str] | str:
    classes = model.classes_
    return "probability" if isinstance(classes, list) else [str(label) for label in classes]


def _counted(X: Any) -> str:
    columns = f", {X.shape[1]} columns" if hasattr(X, "shape") else ""
    return f"{len(X)} rows{columns}"


def _told(estimator: Any) -> str:
    """Say what was fitted, and how far."""
    losses = getattr(estimator, "history_", {}).get("loss")
    return type(estimator).__name__ + (f", {len(losses)} epochs, loss {losses[-1]:.4g}" if losses else "")


def _say(options: Namespace, text: str) -> None:
    if not options.quiet:
        print(text, file=sys.stderr)
