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

from skmlbio.cli._describe import as_json, described, in_lines
from skmlbio.cli._errors import UsageError, rows_told, unknown
from skmlbio.cli._formats import FORMATS, format_of, required, write
from skmlbio.cli._models import answers_strings, last_step, made_steps, parsed
from skmlbio.cli._outputs import exported_to, require_model_output, require_output
from skmlbio.cli._samples import COLUMN, Samples, read_samples
from skmlbio.export import export_saved_model, load, save

if TYPE_CHECKING:
    from pandas import DataFrame

_ANSWERS = ("predict", "transform", "sample")
_NUMBER = "row"


def fit(options: Namespace) -> None:
    """Fit an estimator to a file, and save it."""
    steps = made_steps(options.estimator, options.set, options.scale)
    estimator = steps[-1]
    _require_options_of_fit(options, estimator)
    named = [value for value in parsed(options.set).values() if isinstance(value, str)]  # such as an encoder
    require_model_output("--save", options.save, [options.data, options.labels, options.validation, *named])
    unfitted = make_pipeline(*steps) if len(steps) > 1 else estimator
    training = read_samples(options.data, unfitted, options)
    _say(options, f"{options.data}: {_counted(training.X)}")
    validation = None if options.validation is None else _validation(training, unfitted, options)
    model = _fitted(steps, training, validation, options)
    if training.column is not None:
        setattr(model, COLUMN, training.column)
    save(model, options.save)
    _say(options, f"{options.save}: {_told(estimator)}")


def predict(options: Namespace) -> None:
    """Predict labels, numbers or probabilities."""
    verb = "predict_proba" if options.proba else "predict"
    _answer(options, verb, lambda model: _classes(model) if options.proba else "prediction")


def transform(options: Namespace) -> None:
    """Make codes, vectors or counts."""
    _answer(options, "transform", lambda model: [*last_step(model).get_feature_names_out()])


def sample(options: Namespace) -> None:
    """Draw new rows or strings."""
    model = _loaded(options, "sample", [options.model])
    arguments, allowed = parsed(options.set), set(inspect.signature(last_step(model).sample).parameters)
    for name in arguments:
        if name not in allowed:
            raise UsageError(unknown(f"sample of {type(last_step(model)).__name__} has no argument", name, allowed))
        if name == "n_samples" or (name == "random_state" and options.random_state is not None):
            raise UsageError(f"{name} is given by --{name.replace('_', '-')}; leave it out of --set.")
    if options.random_state is not None:
        arguments["random_state"] = options.random_state
    drawn = model.sample(options.n_samples, **arguments)
    names = getattr(model, "feature_names_in_", None)
    table = drawn if hasattr(drawn, "columns") else _columns(drawn, "sequence" if names is None else list(names))
    if _NUMBER not in table:  # which may be what a column of the samples is called
        table.insert(0, _NUMBER, range(1, len(table) + 1))
    write(table, options.output)


def export(options: Namespace) -> None:
    """Write a SavedModel."""
    place, how = options.output, {"overwrite": options.overwrite, "version": options.model_version}
    with exported_to(place, **how):
        export_saved_model(load(options.model), place, **how)
    _say(options, f"{place}: a SavedModel")


def inspect_(options: Namespace) -> None:
    """Tell what a file holds."""
    if options.json:
        print(import_module("json").dumps(described(options.model, as_json), indent=1, allow_nan=False))
    else:
        print("\n".join(in_lines(described(options.model))))


COMMANDS: dict[str, Callable[[Namespace], None]] = {
    "fit": fit,
    "predict": predict,
    "transform": transform,
    "sample": sample,
    "export": export,
    "inspect": inspect_,
}


def _require_options_of_fit(options: Namespace, estimator: BaseEstimator) -> None:
    """Make sure that the options of a fit go with each other, and with what is fitted."""
    if estimator.__sklearn_tags__().target_tags.required and options.target is None:
        raise UsageError(f"{options.estimator} learns from labels or numbers; --target names their column.")
    if options.labels is not None and options.target is None:
        raise UsageError("--labels is a table with the target; --target names its column.")
    if options.validation is not None and "X_val" not in inspect.signature(estimator.fit).parameters:
        raise UsageError(f"{options.estimator} does not watch a loss; leave --validation out.")
    if options.validation is not None and estimator.get_params(deep=False).get("validation_fraction") is not None:
        raise UsageError("--validation names samples to watch the loss on; leave validation_fraction out of --set.")


def _validation(training: Samples, model: Any, options: Namespace) -> Samples:
    """Read the samples to validate on, of the columns of those to train on."""
    names = getattr(training.X, "columns", None)
    columns = options.columns if names is None else list(names)
    return read_samples(options.validation, model, Namespace(**vars(options) | {"columns": columns, "ignore": []}))


def _fitted(steps: list[BaseEstimator], training: Samples, validation: Samples | None, options: Namespace) -> Any:
    """Fit steps one after another, so that samples to validate on go through those before the last, too."""
    *before, estimator = steps
    X, X_val = training.X, None if validation is None else validation.X
    for step in before:
        with rows_told(options.data, training.X):
            X = step.fit_transform(X)
        with rows_told(options.validation, X_val):
            X_val = None if validation is None else step.transform(X_val)
    watched = {} if validation is None else {"X_val": X_val} | ({} if validation.y is None else {"y_val": validation.y})
    verbose = estimator.get_params(deep=False).get("verbose")
    if verbose == 0 and not options.quiet and sys.stderr.isatty():
        estimator.set_params(verbose=1)
    with rows_told(options.data, training.X, options.validation):
        estimator.fit(X, *([] if training.y is None else [training.y]), **watched)
    if verbose is not None:
        estimator.set_params(verbose=verbose)  # what is saved is as it was asked for
    return make_pipeline(*steps) if before else estimator


def _loaded(options: Namespace, verb: str, inputs: list[str]) -> Any:
    """Load a model that has a method, after a look at where its answer shall go."""
    known = None if options.output is None else format_of(options.output, to_write=True)
    if known is not None:
        require_output("--output", options.output, inputs)
    model = load(options.model)
    if not hasattr(model, verb):
        has = ", ".join(known for known in _ANSWERS if hasattr(model, known)) or "none of the others"
        raise UsageError(f"{type(last_step(model)).__name__} has no {verb}; it has {has}.")
    if known is FORMATS["fasta"] and not answers_strings(model, verb):
        raise UsageError(f"{verb} of {type(last_step(model)).__name__} answers no strings for FASTA; name a table.")
    return model


def _answer(options: Namespace, verb: str, names_of: Callable[[Any], str | list[str]]) -> None:
    """Ask a model about the samples of a file, and write its answers beside their ids."""
    model = _loaded(options, verb, [options.model, options.data])
    samples, names = read_samples(options.data, model, options), names_of(model)
    _say(options, f"{options.data}: {_counted(samples.X)}")
    if samples.ids.name in ([names] if isinstance(names, str) else names):
        raise UsageError(
            f"the answers have a column {samples.ids.name!r}, as the ids have; --id names another for these."
        )
    with rows_told(options.data, samples.X):
        table = _columns(getattr(model, verb)(samples.X), names)
    table.insert(0, samples.ids.name, samples.ids.to_numpy())
    write(table, options.output)


def _columns(answer: Any, names: str | list) -> DataFrame:
    """Return what an estimator answers as a table: one column of that name, or as many as it has."""
    if isinstance(answer, list):
        strange = next((item for item in answer if not isinstance(item, str | list | tuple)), None)
        if strange is not None:
            raise ValueError(f"the answer is a list of {type(strange).__name__}, which no table holds; ask in Python.")
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
