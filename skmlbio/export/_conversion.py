"""Fitted steps, each by its converter, as TensorFlow functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skmlbio._tensorflow import tf
from skmlbio.export._register import CONVERTERS, Converted
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
        return Conversion(f"{self.path}__{name}" if self.path else name, self.networks, self.tables).of(step)

    def transformer(self, name: str, step: Any) -> Converted:
        """Convert a step inside that something comes after."""
        converted = self.convert(name, step)
        if "transform" not in converted.verbs:
            inside = Conversion(f"{self.path}__{name}" if self.path else name)
            raise TypeError(f"{inside.label(step)} cannot be exported, because its converter gives no transform.")
        return converted

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
        return _limited(
            step, found.function(step, self) if found.parts else self.of_numbers(step, found.function(step))
        )

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
        return f"step {self.path!r} ({type(step).__name__})" if self.path else f"a {type(step).__name__}"

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
        found = [{kind for kind in kinds if kind is not None} for kinds in zip(*tables, strict=True)]
        mixed = [i for i, kinds in enumerate(found) if len(kinds) > 1]
        if mixed:
            raise TypeError(f"column {mixed[0]} is numbers to one step and strings to another.")
        return [next(iter(kinds), None) for kinds in found]

    def matrix(self, step: Any, X: Any) -> tf.Tensor:
        """Return what flows as a matrix of float64; strings are refused."""
        parts = X if isinstance(X, list) else [X]
        if isinstance(X, dict) or any(part.dtype == tf.string for part in parts):
            raise TypeError(f"{self.label(step)} takes numbers, which what comes before it does not give.")
        parts = [tf.cast(part, tf.float64) for part in parts]
        return tf.stack(parts, axis=1) if isinstance(X, list) else parts[0]


def _limited(step: Any, converted: Converted) -> Converted:
    """Leave out what the step does not answer with its parameters."""
    return converted._replace(verbs={verb: answer for verb, answer in converted.verbs.items() if hasattr(step, verb)})


def columns(X: Any) -> list[tf.Tensor]:
    """Return what flows as a list of columns."""
    return X if isinstance(X, list) else tf.unstack(X, axis=1)


def numbers(values: Any) -> tf.Tensor:
    """Return learned numbers as a tensor of float64, which all functions that use it share."""
    return tf.constant(np.asarray(values, np.float64))
