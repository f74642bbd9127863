"""Equal fingerprints for functions that do the same, others for functions that do not."""

import functools
import math
import types

import cloudpickle
import keras
import numpy as np
import pytest

from skmlbio.training._fingerprint import freeze


class Scaler:
    """Something with a method."""

    def __init__(self, factor):
        self.factor = factor

    def scale(self, value):
        return self.factor * value


class Doubler(Scaler):
    """The same by another name."""

    def __init__(self):
        super().__init__(2)


def define(source: str, **names):
    """Run some code in a namespace of its own and return its function `network`."""
    namespace = {"__name__": "somewhere", **names}
    exec(source, namespace)
    return namespace["network"]


def make_closure(value):
    def network(x):
        return x + value

    return network


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 0.5, 2j, "text", b"bytes", float("nan"), (1, [2, {"a": {3, 4}}]), np.arange(6).reshape(2, 3),
     np.float32(0.5), {"b": 1, "a": [None]}, math.sqrt, np.sin, keras.layers.Dense, len],
    ids=str,
)  # fmt: skip
def test_values_equal_their_copies(value) -> None:
    assert freeze(value) == freeze(cloudpickle.loads(cloudpickle.dumps(value)))
    assert hash(freeze(value)) == hash(freeze(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (0, None), ("1", 1), ([1], (1,)), ({"a": 1}, {"a": 2}), ({"a": 1}, {"b": 1}),
     (np.zeros(3), np.zeros(3, "float32")), (np.zeros(4), np.zeros((2, 2))), (np.zeros(2), np.array([0, 1.0])),
     ({1}, {2}), (math.sqrt, math.exp), (Scaler(1), Scaler(2)), (Doubler(), Scaler(2))],
    ids=lambda value: str(value).split(" at ")[0],
)  # fmt: skip
def test_different_values_differ(one, other) -> None:
    assert freeze(one) != freeze(other)


def test_the_order_of_a_dict_does_not_matter() -> None:
    assert freeze({"a": 1, "b": 2}) == freeze({"b": 2, "a": 1})


@pytest.mark.parametrize(
    "function",
    [make_closure(3), lambda x, y=2: x * y, functools.partial(make_closure(1), 2), np.vectorize(abs).pyfunc,
     define("import math\ndef network(x): return math.sqrt(x)"), define("def network(x, *, y=(1, 2)): return x, y")],
)  # fmt: skip
def test_a_function_that_was_pickled_is_the_same_function(function) -> None:
    copies = [cloudpickle.loads(cloudpickle.dumps(function)) for _ in range(2)]
    assert freeze(copies[0]) == freeze(copies[1]) == freeze(function)


def test_closures_defaults_globals_and_code_count() -> None:
    assert freeze(make_closure(1)) == freeze(make_closure(1)) != freeze(make_closure(2))
    source = "def network(x, y={y}): return x * y * WIDTH {more}"
    functions = [
        define(source.format(y=1, more=""), WIDTH=3),
        define(source.format(y=2, more=""), WIDTH=3),
        define(source.format(y=1, more=""), WIDTH=4),
        define(source.format(y=1, more="+ 1"), WIDTH=3),
    ]
    assert len({freeze(function) for function in functions}) == 4
    assert freeze(functions[0]) == freeze(define(source.format(y=1, more=""), WIDTH=3, OTHER=8))


@pytest.mark.parametrize(
    "source",
    [
        "def network(x): return [x * WIDTH for _ in range(2)]",
        "def network(x):\n    def inner(y): return y * WIDTH\n    return inner(x)",
        "def network(x): return (lambda y: (lambda z: z * WIDTH)(y))(x)",
        "def helper(x): return x * WIDTH\ndef network(x): return helper(x)",
        "class Layer:\n    def call(self, x): return x * WIDTH\ndef network(x): return Layer().call(x)",
    ],
)
def test_a_global_that_only_an_inner_function_names_counts_too(source: str) -> None:
    assert freeze(define(source, WIDTH=3)) != freeze(define(source, WIDTH=4))


def test_a_global_that_changes_is_noticed() -> None:
    function = define("def network(x): return x * WIDTH", WIDTH=3)
    before = freeze(function)
    function.__globals__["WIDTH"] = 4
    assert freeze(function) != before


def test_functions_that_call_themselves_or_each_other() -> None:
    source = "def network(n): return 1 if n < 2 else n * network(n - {step})"
    assert freeze(define(source.format(step=1))) == freeze(define(source.format(step=1)))
    assert freeze(define(source.format(step=1))) != freeze(define(source.format(step=2)))
    mutual = "def odd(n): return n > 0 and network(n - 1)\ndef network(n): return n == 0 or odd(n - {step})"
    assert freeze(define(mutual.format(step=1))) == freeze(define(mutual.format(step=1)))
    assert freeze(define(mutual.format(step=1))) != freeze(define(mutual.format(step=3)))


def test_a_function_whose_cell_is_empty_equals_itself() -> None:
    def outer():
        def network():
            return later

        fingerprint = freeze(network), freeze(network)
        later = 1
        return fingerprint, later

    (first, second), _ = outer()
    assert first == second


def test_partials_and_methods() -> None:
    assert freeze(functools.partial(pow, 2)) != freeze(functools.partial(pow, 3))
    assert freeze(functools.partial(pow, exp=2)) == freeze(functools.partial(pow, exp=2))
    one, other = Scaler(2), Scaler(2)
    assert freeze(one.scale) == freeze(other.scale) != freeze(Scaler(3).scale)


def test_wrapped_functions_are_told_apart() -> None:
    def wrap(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args)

        return wrapper

    assert freeze(wrap(make_closure(1))) == freeze(wrap(make_closure(1))) != freeze(wrap(make_closure(2)))


def test_closures_of_the_package_itself_count() -> None:
    def made_here(value):
        function = make_closure(value)
        function.__module__ = "skmlbio.somewhere"
        return function

    assert freeze(made_here(1)) == freeze(made_here(1)) != freeze(made_here(2))


def test_objects_count_by_their_values_and_the_methods_of_their_class() -> None:
    scaler = Scaler(2)
    before = freeze(scaler), freeze(scaler.scale)
    assert before == (freeze(Scaler(2)), freeze(Scaler(2).scale))
    scaler.factor = 3
    assert freeze(scaler) != before[0] and freeze(scaler.scale) != before[1]
    source = "class Net:\n    units = {units}\n    def __call__(self, x): return x {sign} self.units\nnetwork = Net()"
    nets = [
        define(source.format(units=units, sign=sign), __name__="__main__")
        for units, sign in ((1, "+"), (1, "-"), (2, "+"))
    ]
    assert len({freeze(net) for net in nets}) == 3
    assert freeze(nets[0]) == freeze(define(source.format(units=1, sign="+"), __name__="__main__"))


def test_what_a_function_reads_of_a_module_a_class_or_a_namespace_counts(tmp_path, monkeypatch) -> None:
    (tmp_path / "own_settings.py").write_text("WIDTH = 3\nUNREAD = 1\ndef helper(x): return x + 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    import own_settings

    of = define("import own_settings\ndef network(x): return own_settings.helper(x) * own_settings.WIDTH")
    for name, value, counts in (("UNREAD", 2, False), ("WIDTH", 4, True), ("helper", lambda x: x - 1, True)):
        before = freeze(of)
        monkeypatch.setattr(own_settings, name, value)
        assert (freeze(of) != before) == counts
    for holder in (types.SimpleNamespace(width=3), type("Own", (), {"width": 3, "__module__": __name__})):
        reader = define("def network(x): return x * holder.width", holder=holder)
        before = freeze(reader)
        holder.width = 4
        assert freeze(reader) != before


def test_what_is_of_a_class_without_the_name_of_a_module_equals_itself() -> None:
    made = type("Compiled", (), {"__module__": property(lambda self: "compiled")})()  # as some of Cython's
    reader = define("def network(x): return made(x)", made=made)
    assert freeze(made) == freeze(made) and freeze(reader) == freeze(reader)
