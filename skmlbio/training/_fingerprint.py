"""Turn a configuration into a hashable value that is equal when, and only when, the configuration is."""

from __future__ import annotations

import functools
import sys
import sysconfig
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

    Functions are compared by what they do: their code, defaults, closure and the globals they name, in modules of the
    user's own too.  So a function that a worker process has unpickled twice is the same function, and one whose global
    constant has changed is not.  Classes of the user's own are compared by their methods and values, and what is made
    of them by its class and its attributes.  Anything unknown equals only itself.
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
    if isinstance(value, (property, staticmethod, classmethod)):
        return type(value).__name__, inner(value.fget if isinstance(value, property) else value.__func__)
    if isinstance(value, types.SimpleNamespace):
        return "namespace", inner(vars(value))
    if isinstance(value, type) and is_own(value):
        bases = tuple(inner(b) if is_own(b) else (b.__module__, b.__qualname__) for b in value.__bases__)
        return "class", value.__module__, value.__qualname__, bases, inner(_content(value))
    if _is_plain_and_own(type(value)) and hasattr(value, "__dict__"):
        return "object", inner(type(value)), inner(vars(value))
    return _Identity(value)


_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_WITH_STATE_OF_THEIR_OWN = {"keras", "tensorflow", "numpy", "pandas", "scipy"}


def is_own(kind: type | types.ModuleType) -> bool:
    """Whether a class or a module is the user's own, not one of Python, of a library that is installed, or of ours."""
    name = kind.__name__ if isinstance(kind, types.ModuleType) else _module_of(kind)
    package = name.partition(".")[0]
    if package == "skmlbio" or package in sys.stdlib_module_names:
        return False
    if package == "__main__":
        return True
    file = getattr(sys.modules.get(name), "__file__", None)
    return file is not None and not file.startswith(_LIBRARIES)


def _module_of(kind: type) -> str:
    """Return the name of a class's module; types of Cython have a descriptor in its place."""
    return kind.__module__ if isinstance(kind.__module__, str) else ""


def _is_plain_and_own(kind: type) -> bool:
    """Whether what is made of a class of the user's own is told by its attributes; a layer of Keras is not."""
    packages = {_module_of(base).partition(".")[0] for base in kind.__mro__}
    return is_own(kind) and not packages & _WITH_STATE_OF_THEIR_OWN


_CODE = types.FunctionType, property, staticmethod, classmethod
_VALUES = (
    str, bytes, int, float, complex, list, tuple, dict, set, frozenset, np.ndarray, np.generic, type(None),
)  # fmt: skip


def _content(kind: type) -> dict[str, Any]:
    """Return the methods and values of a class; what Python and others keep there is left out."""
    return {
        name: value
        for name, value in vars(kind).items()
        if isinstance(value, _CODE) or (isinstance(value, _VALUES) and not name.startswith("__"))
    }


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
    names = _names(code)
    named = {name: function.__globals__[name] for name in names if name in function.__globals__}
    modules = {
        name: module for name, module in named.items() if isinstance(module, types.ModuleType) and is_own(module)
    }
    read = {name: {of: vars(module)[of] for of in names if of in vars(module)} for name, module in modules.items()}
    return *what, inner(named), inner(read)


def _names(code: types.CodeType) -> set[str]:
    """Return the globals and attributes that a function names, itself or in the functions inside it."""
    inside = (_names(constant) for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*inside)
