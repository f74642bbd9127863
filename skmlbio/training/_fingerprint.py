"""Turn a configuration into a hashable value that is equal when, and only when, the configuration is."""

from __future__ import annotations

import functools
import types
from collections.abc import Hashable
from typing import Any

import numpy as np


class _Identity:
    """Stand-in for a value that equals only itself.  It keeps the value alive, so that its id is not used again."""

    def __init__(self, value: object):
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.value is other.value


def freeze(value: Any, _open: tuple[int, ...] = ()) -> Hashable:
    """Return a hashable fingerprint of numbers, text, containers, arrays and functions.

    Functions are compared by what they do: their code, defaults, closure and the globals they name.  So a function
    that a worker process has unpickled twice is the same function, and one whose global constant has changed is not.
    Anything unknown equals only itself.
    """
    if id(value) in _open:  # a function that calls itself
        return "recursion"
    inner = functools.partial(freeze, _open=(*_open, id(value)))
    if isinstance(value, np.generic):
        return inner(value.item())
    if value is None or isinstance(value, (str, bytes, bool, int, float, complex)):
        return type(value).__name__, repr(value) if value != value else value
    if isinstance(value, np.ndarray) and value.dtype != object:
        return "array", value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return "dict", tuple(sorted(((inner(k), inner(v)) for k, v in value.items()), key=repr))
    if isinstance(value, (list, tuple)):
        return type(value).__name__, tuple(inner(item) for item in value)
    if isinstance(value, (set, frozenset)):
        return "set", frozenset(inner(item) for item in value)
    if isinstance(value, functools.partial):
        return "partial", inner(value.func), inner(value.args), inner(value.keywords)
    if isinstance(value, types.MethodType):
        return "method", inner(value.__self__), inner(value.__func__)
    if isinstance(value, types.FunctionType):
        return _freeze_function(value, inner)
    if isinstance(value, types.ModuleType):
        return "module", value.__name__
    return _Identity(value)


def _freeze_function(function: types.FunctionType, inner) -> Hashable:
    code, package = function.__code__, (function.__module__ or "").partition(".")[0]
    try:
        closure = tuple(inner(cell.cell_contents) for cell in function.__closure__ or ())
    except ValueError:  # a cell that is not filled yet
        return _Identity(function)
    what = (
        "function", function.__module__, function.__qualname__, code,
        inner(function.__defaults__), inner(function.__kwdefaults__), closure,
    )  # fmt: skip
    if package in ("skmlbio", "keras", "tensorflow"):
        return what
    named = {name: function.__globals__[name] for name in _names(code) if name in function.__globals__}
    return *what, inner(named)


def _names(code: types.CodeType) -> set[str]:
    """Return the globals and attributes that a function names, itself or in the functions inside it."""
    inside = (_names(constant) for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*inside)
