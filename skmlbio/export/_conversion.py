"""Fitted steps, each by its converter, as TensorFlow functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skmlbio._tensorflow import tf
from skmlbio.export._own_converters import functions_of
from skmlbio.export._register import CONVERTERS, OPEN, Converted
from skmlbio.export._served_network import ServedNetwork


class Conversion:
    """A step that is written in TensorFlow, and the steps that it has inside.

    Parameters
    ----------
    path : str, default=""
        The names of the steps down to this one, as in ``set_params``.
    networks, tables : list, optional
        Collect what the exported model has to keep: the networks of all steps, and tables for strings.
    """

    def __init__(self, path: str = "", networks: list[ServedNetwork] | None = None, tables: list | None = None):
        self.path = path
        self.networks = [] if networks is None else networks
        self.tables = [] if tables is None else tables

    def convert(self, name: str, step: Any) -> Converted:
        """Convert a step inside, by its name."""
        return self._inside(name).of(step)

    def answering(self, name: str, step: Any, verb: str) -> Converted:
        """Convert a step inside that is asked something."""
        converted = self.convert(name, step)
        if verb not in converted.verbs:
            label = self._inside(name).label(step)
            raise TypeError(f"{label} cannot be exported, because its converter gives no {verb}.")
        return converted

    def _inside(self, name: str) -> Conversion:
        return Conversion(f"{self.path}__{name}" if self.path else name, self.networks, self.tables)

    def of(self, step: Any) -> Converted:
        """Convert this step; see `Converted`."""
        cls = type(step)
        found = CONVERTERS.get(f"{cls.__module__}.{cls.__qualname__}")
        if found is None and not hasattr(step, "_export_signatures"):
            raise TypeError(
                f"{self.label(step)} cannot be exported, because no converter is registered for its class: register "
                "one with skmlbio.export.register_converter, or export a part without it, such as pipeline[-1]."
            )
        if found is None:
            check_is_fitted(step, "weights_")
            return _limited(step, CONVERTERS["skmlbio"].function(step, self))
        check_is_fitted(step)
        if found.parts:
            return _limited(step, found.function(step, self))
        made = functions_of(found.function, step, self.label(step)) if found.own else found.function(step)
        return _limited(step, self.of_numbers(step, made))

    def of_numbers(self, step: Any, found: Any) -> Converted:
        """Let only a matrix of numbers that the step takes into its functions, or into the one of `transform`."""
        functions = found if isinstance(found, dict) else {"transform": found}
        if not hasattr(step, "n_features_in_"):
            raise TypeError(f"{self.label(step)} cannot be exported, because it has no n_features_in_ after its fit.")

        def checked(function: Callable) -> Callable:
            return lambda X: function(self.checked(step, X))

        verbs = {verb: checked(function) for verb, function in functions.items()}
        return Converted(verbs, [tf.float64] * step.n_features_in_)

    def label(self, step: Any) -> str:
        """Return how a message calls a step."""
        name = type(step).__name__
        article = "an" if name[0] in "AEIOUaeiou" else "a"
        return f"step {self.path!r} ({name})" if self.path else f"{article} {name}"

    def checked(self, step: Any, X: Any) -> tf.Tensor:
        """Return a matrix of float64, and stop a call, as the step does, at infinity, and at NaN unless allowed."""
        X, tags = self.matrix(step, X), get_tags(step)
        if not tags.no_validation:
            gaps = tags.input_tags.allow_nan
            refused = tf.math.is_inf(X) if gaps else ~tf.math.is_finite(X)
            message = f"{self.label(step)} got {'' if gaps else 'NaN or '}infinity."
            tf.debugging.Assert(~tf.reduce_any(refused), [message])
        return X

    def agreed(self, readings: list[Any]) -> Any:
        """Return what several steps inside read of the same table, or of the same inputs."""
        tables = [reads for reads in readings if isinstance(reads, list)]
        if len(tables) < len(readings):
            if any(reads != readings[0] for reads in readings):
                raise TypeError("steps that stand side by side take different things, so they cannot be exported.")
            return readings[0]
        return [self.kind_of(i, set(kinds)) for i, kinds in enumerate(zip(*tables, strict=True))]

    def kind_of(self, place: int, kinds: set[Any]) -> Any:
        """Return the type of a column that several steps inside read: numbers are whole if they are so to one."""
        told = kinds - {None, OPEN}
        if len(told) > 1:
            if tf.string in told:
                within = f" of step {self.path!r}" if self.path else ""
                raise TypeError(f"column {place}{within} is numbers to one step and strings to another.")
            return tf.int64 if tf.int64 in told else tf.float64
        return next(iter(told), OPEN if OPEN in kinds else None)

    def matrix(self, step: Any, X: Any) -> tf.Tensor:
        """Return what flows as a matrix of float64; strings are refused."""
        if isinstance(X, dict) or holds_strings(X):
            raise TypeError(f"{self.label(step)} takes numbers, which what comes before it does not give.")
        if isinstance(X, list):
            return tf.stack([tf.cast(part, tf.float64) for part in X], axis=1)
        return tf.cast(X, tf.float64)


def _limited(step: Any, converted: Converted) -> Converted:
    """Leave out what the step does not answer with its parameters."""
    return converted._replace(verbs={verb: answer for verb, answer in converted.verbs.items() if hasattr(step, verb)})


def holds_strings(X: Any) -> bool:
    """Whether there are strings in what flows as a matrix, or as a list of columns."""
    return any(part.dtype == tf.string for part in (X if isinstance(X, list) else [X]))


def columns(X: Any) -> list[tf.Tensor]:
    """Return what flows as a list of columns."""
    return X if isinstance(X, list) else tf.unstack(X, axis=1)


def numbers(values: Any) -> tf.Tensor:
    """Return learned numbers as a tensor of float64, which all functions that use it share."""
    return tf.constant(np.asarray(values, np.float64))
