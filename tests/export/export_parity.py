"""What an exported pipeline answers beside what the pipeline answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skmlbio.export._exported_model import exported_model
from skmlbio.sequences import ensure_sequences

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 4)) * [1, 3, 0.5, 1] + [0, 2, 0, -1]
GAPS = np.where(rng.random(X.shape) < 0.1, np.nan, X)
CLASSES = np.array(["low", "mïddle", "high"])[np.digitize(X[:, 0] + 0.3 * rng.normal(size=60), [-0.5, 0.5])]
PAIR = np.where(X[:, 0] + X[:, 1] > 2, 7, 3)
TARGET = X @ [1.0, 2.0, 0.0, -1.0] + 0.1 * rng.normal(size=60)


def matrices(n_features: int = 4, gaps: bool = False, infinite: bool = False) -> st.SearchStrategy[np.ndarray]:
    """A few rows of numbers of any type."""
    number = st.floats(-50, 50, width=32)
    number = number | st.just(np.nan) if gaps else number
    number = number | st.just(np.inf) if infinite else number
    shape = st.tuples(st.integers(1, 4), st.just(n_features))
    floats = st.sampled_from([np.float32, np.float64]).flatmap(lambda dtype: arrays(dtype, shape, elements=number))
    return floats if gaps else floats | arrays(np.int64, shape, elements=st.integers(-50, 50))


def served(pipeline: Any) -> dict[str, Callable[[Any], Any]]:
    """Trace a pipeline once, and return what its model answers by its signatures; they take what the pipeline takes.

    Those that take numbers in place of strings get the numbers of strings.
    """
    model = exported_model(pipeline)

    def answer(name: str, function: Any) -> Callable[[Any], Any]:
        specs, verb = function.structured_input_signature[1], name.removesuffix("_tokens")

        def ask(X: Any) -> Any:
            if verb != name:
                X = ensure_sequences(X, alphabet=model.alphabets["X"], unknown="mask").pad(dtype="int32")
            given = {"X": X} if specs.keys() == {"X"} else {name: X[name].to_numpy() for name in specs}
            found = function(**{key: tf.cast(tf.constant(given[key]), spec.dtype) for key, spec in specs.items()})
            if len(found) > 1:
                assert list(found) == [f"{verb}_{i}" for i in range(len(found))]
                return [part.numpy() for part in found.values()]
            assert found.keys() == {verb}
            return found[verb].numpy()

        return ask

    return {name: answer(name, function) for name, function in model.functions.items()}


def assert_parity(pipeline: Any, functions: dict[str, Callable], X: Any, tolerance: float = 1e-5) -> None:
    """Compare everything that the model answers; what the pipeline refuses, the model must refuse too."""
    for verb, function in functions.items():
        try:
            expected = getattr(pipeline, verb.removesuffix("_tokens"))(X)
        except ValueError as error:
            assert "NaN" in str(error) or "infinity" in str(error) or "unknown categories" in str(error), error
            with pytest.raises(tf.errors.InvalidArgumentError):
                function(X)
            continue
        found = function(X)
        parts = zip(found, expected, strict=True) if isinstance(found, list) else [(found, expected)]
        for part, as_expected in parts:
            assert_same(part, as_expected, tolerance)


def assert_same(found: np.ndarray, expected: Any, tolerance: float = 1e-5) -> None:
    expected = expected.toarray() if hasattr(expected, "toarray") else np.asarray(expected)
    assert found.shape == expected.shape
    if expected.dtype.kind in "OUT":
        assert [text.decode() for text in found.ravel()] == expected.ravel().tolist()
    elif expected.dtype.kind in "bi" and found.dtype.kind != "f":
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    else:
        largest = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * largest)


def strings_as_bytes(found: np.ndarray) -> np.ndarray:
    """What ONNX Runtime answers, as TensorFlow has it."""
    return np.vectorize(str.encode, otypes=[object])(found) if found.dtype == object else found
