"""NumPy's numbers become Python's."""

import numpy as np
import pytest

from skmlbio.training._plain import plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int8(8), 8),
        (np.uint64(2**63), 2**63),
        (np.float32(0.5), 0.5),
        (np.True_, True),
        (np.str_("relu"), "relu"),
        (np.array(3), 3),
        ([np.int64(1), (np.float64(0.1), {"a": np.False_})], [1, (0.1, {"a": False})]),
        ({np.int64(1): [np.array(2.0)]}, {1: [2.0]}),
        (None, None),
        ("text", "text"),
    ],
)
def test_numbers(value, expected) -> None:
    def types(value):
        if isinstance(value, dict):
            return {types(key): types(item) for key, item in value.items()}
        return [types(item) for item in value] if isinstance(value, list | tuple) else type(value)

    found = plain(value)
    assert found == expected and type(found) is type(expected) and repr(types(found)) == repr(types(expected))


def test_all_else_stays() -> None:
    array, thing = np.arange(3), object()
    assert plain(array) is array and plain(thing) is thing and plain(len) is len
    assert plain([thing])[0] is thing
