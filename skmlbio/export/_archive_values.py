"""Values as JSON and arrays, and back.

None, truth values, text and numbers stand for themselves, a list for a list.  All else is an object of one key, which
says what it is: ``{"dict": {...}}``, ``{"tuple": [...]}``, ``{"array": [...]}``, ``{"GCNClassifier": {...}}``.  What
has been written before is ``{"same": number}``, so that what was one object is one again.
"""

from __future__ import annotations

import dataclasses
import inspect
import keyword
import math
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from skmlbio.export._archive_names import found, found_class, name_of
from skmlbio.export._archive_parts import PARTS, parts_name
from skmlbio.export._safetensors import knows

_BY_THEMSELVES = (bool, int, str, type(None))
_OPEN = object()  # stands for what is not made yet
_CLASS_ATTRIBUTES = (property, staticmethod, classmethod, type(len), type(str.join))


class Writer:
    """Turns values into JSON, and collects their arrays.

    Attributes
    ----------
    arrays : dict of str to ndarray
        In C order and of the types that safetensors knows, by the place where they were found.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self._numbers: dict[int, int] = {}
        self._kept: list = []  # so that no identity is given twice
        self._open: set[int] = set()  # of those that have to wait for what is in them

    def written(self, value: Any, where: str = "") -> Any:
        """Return a value as JSON.

        Raises
        ------
        ValueError
            If it is of a kind that an archive does not hold, or holds itself.
        """
        if type(value) in _BY_THEMSELVES:
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if id(value) in self._open:
            raise ValueError(f"{where} holds itself, which an archive cannot say.")
        if id(value) in self._numbers:
            return {"same": self._numbers[id(value)]}
        self._numbers[id(value)] = len(self._kept)
        self._kept.append(value)
        self._open.add(id(value))
        node = self._node(value, where)
        self._open.discard(id(value))
        return node

    def _node(self, value: Any, where: str) -> Any:
        if type(value) is list:
            return self._items(value, where)
        if type(value) is dict:
            return self._dict(value, where)
        if type(value) in (np.ndarray, np.memmap):
            return self._array(value, where)
        if (name := parts_name(value)) is not None:
            return {name: self._items(PARTS[name].apart(value), where)}
        name = type(value).__name__
        if found_class(name) is not type(value):
            return {"named": self._name(value, where)}
        if issubclass(type(value), tuple):
            return {name: self._items(list(value), where)}
        if _is_value(type(value)):
            return {name: self._attributes(_fields(value), where)}
        self._open.remove(id(value))  # it is there before its attributes are, which may hold it
        return {name: self._attributes(_state(value), where)}

    def _items(self, values: list, where: str) -> list:
        return [self.written(value, f"{where}[{place}]") for place, value in enumerate(values)]

    def _attributes(self, state: dict[str, Any], where: str) -> dict[str, Any]:
        return {key: self.written(value, f"{where}.{key}" if where else key) for key, value in state.items()}

    def _dict(self, value: dict, where: str) -> dict:
        if all(type(key) is str for key in value):
            return {"dict": {key: self.written(item, f"{where}[{key!r}]") for key, item in value.items()}}
        return {"items": [self._items(list(pair), f"{where}[{pair[0]!r:.50}]") for pair in value.items()]}

    def _name(self, value: Any, where: str) -> str:
        if not callable(value):
            raise ValueError(f"{where or 'this'} is of type {type(value).__name__}, which an archive does not hold.")
        name = name_of(value)
        if name is None:
            called = getattr(value, "__qualname__", type(value).__name__)
            raise ValueError(
                f"{where} is {called}, and an archive names no functions and classes but those of skmlbio, some of "
                "scikit-learn, and the elementwise functions of NumPy and SciPy."
            )
        return name

    def _array(self, value: np.ndarray, where: str) -> dict:
        if value.dtype == object:
            return {"objects": [list(value.shape), self._items(list(value.flat), where)]}
        if value.dtype.hasobject:
            raise ValueError(f"{where} is an array with columns of objects, which an archive cannot hold.")
        array, order = np.asarray(value), "C"
        if array.flags.f_contiguous and not array.flags.c_contiguous:
            array, order = array.T, "F"
        array, dtype = np.ascontiguousarray(array).reshape(array.shape), None
        if not knows(array.dtype):
            dtype = PARTS["dtype"].apart(array.dtype)[0]
            array = np.frombuffer(array.tobytes(), np.uint8).reshape(*array.shape, array.dtype.itemsize)
        name = where
        while name in self.arrays:
            name += "'"
        self.arrays[name] = array
        return {"array": [name, order, self.written(dtype, where)]}


class Reader:
    """Turns JSON and arrays into values; what `Writer` does not write is refused by a ValueError."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._arrays = arrays
        self._known: list = []

    def read(self, node: Any) -> Any:
        """Return the value that is written."""
        if type(node) in (*_BY_THEMSELVES, float):
            return node
        if type(node) is dict and node.keys() <= {"float", "same"}:
            return float(node["float"]) if "float" in node else self._same(node["same"])
        place = len(self._known)
        self._known.append(_OPEN)
        if type(node) is list:
            self._known[place] = [self.read(item) for item in node]
        else:
            ((kind, content),) = node.items()
            self._known[place] = self._made(kind, content, place)
        return self._known[place]

    def _same(self, number: Any) -> Any:
        value = self._known[_count(number)]
        if value is _OPEN:
            raise ValueError("a value holds itself")
        return value

    def _made(self, kind: str, content: Any, place: int) -> Any:
        if kind == "dict":
            return {key: self.read(item) for key, item in content.items()}
        if kind == "items":
            return {self.read(key): self.read(item) for key, item in content}
        if kind == "array":
            return self._array(*content)
        if kind == "objects":
            return self._objects(*content)
        if kind == "named":
            return self._named(content)
        if kind in PARTS:
            return PARTS[kind].together(*[self.read(part) for part in content])
        if (cls := found_class(kind)) is None:
            raise ValueError(f"{kind!r:.50} is no class of which an archive holds objects")
        if issubclass(cls, tuple):
            return cls(*[self.read(item) for item in content])
        if _is_value(cls):
            return cls(**{name: self.read(item) for name, item in content.items()})
        self._known[place] = value = cls.__new__(cls)
        _set_state(value, {name: self.read(item) for name, item in content.items()})
        return value

    @staticmethod
    def _named(name: str) -> Any:
        value = found(name)
        if value is None:
            raise ValueError(f"{name!r:.50} is nothing that an archive may name")
        return value

    def _array(self, name: str, order: str, dtype: Any) -> np.ndarray:
        array = self._arrays[name]
        if (dtype := self.read(dtype)) is not None:
            dtype = PARTS["dtype"].together(dtype)
            if dtype.hasobject:
                raise ValueError("an array of bytes is of no objects")
            array = np.frombuffer(array.tobytes(), dtype).reshape(array.shape[:-1]).copy()
        return array.T if order == "F" else array

    def _objects(self, shape: list[int], items: list) -> np.ndarray:
        values = [self.read(item) for item in items]
        if math.prod(map(_count, shape)) != len(values):
            raise ValueError("an array of objects is not of its shape")
        array = np.empty(len(values), object)
        for place, value in enumerate(values):  # one by one, or arrays among them would become columns
            array[place] = value
        return array.reshape(shape)


def _count(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError("a number of something is no number")
    return number


def _is_value(cls: type) -> bool:
    """Whether instances are made of their fields, by the constructor; estimators are not."""
    return dataclasses.is_dataclass(cls) and not issubclass(cls, BaseEstimator)


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}


def _state(value: Any) -> dict[str, Any]:
    """Return the attributes of an object, but for methods of its own, which its class has."""
    state = value.__getstate__() or {}
    return {name: item for name, item in state.items() if getattr(item, "__self__", None) is not value}


def _set_state(value: Any, state: dict[str, Any]) -> None:
    """Give an object its attributes, none of which may take the place of a method."""
    for name in state:
        of_class = inspect.getattr_static(type(value), name, None)
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            raise ValueError(f"{name!r:.50} is no name of an attribute")
        if inspect.isfunction(of_class) or isinstance(of_class, _CLASS_ATTRIBUTES):
            raise ValueError(f"{name!r:.50} is a method of {type(value).__name__}")
    if hasattr(value, "__setstate__"):
        value.__setstate__(state)
    else:
        vars(value).update(state)
