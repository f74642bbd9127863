"""Functions that a converter of a user's own gives, asked once before they are exported."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from skmlbio._tensorflow import tf


def functions_of(convert: Callable[[Any], Any], step: Any, label: str) -> dict[str, Callable]:
    """Return what a converter makes of a fitted step: functions by the names of methods.

    Raises
    ------
    TypeError
        If it makes something else, if TensorFlow cannot trace a function, or if its answer for two rows has another
        shape than that of the step, for one that takes these rows.
    """
    with _told(f"{label} cannot be exported, because its converter fails"):
        made = convert(step)
    functions = made if isinstance(made, dict) else {"transform": made}
    if not functions or not all(isinstance(verb, str) and callable(each) for verb, each in functions.items()):
        raise TypeError(
            f"{label} cannot be exported, because its converter returns {made!r:.80}: a function is allowed, or a dict "
            "of functions by the names of methods."
        )
    for verb, function in functions.items():
        if hasattr(step, verb) and hasattr(step, "n_features_in_"):
            said = f"{label} cannot be exported, because the function of its converter for {verb!r}"
            _require_shape(function, step, verb, said)
    return functions


def _require_shape(function: Callable, step: Any, verb: str, said: str) -> None:
    with _told(f"{said} fails"):
        traced = tf.function(function, autograph=False).get_concrete_function(
            tf.TensorSpec((None, step.n_features_in_), tf.float64)
        )
        found = traced(tf.ones((2, step.n_features_in_), tf.float64))
    if not all(tf.is_tensor(part) for part in (found if isinstance(found, list | tuple) else [found])):
        raise TypeError(f"{said} returns {found!r:.80}, where a tensor is needed.")
    expected = _answer(step, verb)
    if expected is not None and _shape(found) != _shape(expected):
        raise TypeError(f"{said} answers two rows in the shape {_shape(found)}, and the step in {_shape(expected)}.")


def _answer(step: Any, verb: str) -> Any:
    """Return what a step answers for two rows of ones, or None if it does not take them, as nobody has promised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as of names that rows lack
        try:
            return getattr(step, verb)(np.ones((2, step.n_features_in_)))
        except Exception:
            return None


def _shape(answer: Any) -> tuple:
    """Return the shape of an array, those of a list of arrays, or that of a list of labels."""
    if isinstance(answer, list | tuple):
        shapes = tuple(map(_shape, answer))
        return shapes if any(shapes) else (len(answer),)
    return tuple(getattr(answer, "shape", ()))


@contextmanager
def _told(said: str) -> Iterator[None]:
    """Say whose fault an error is."""
    try:
        yield
    except Exception as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise TypeError(f"{said}: {type(error).__name__}: {reason}.") from error
