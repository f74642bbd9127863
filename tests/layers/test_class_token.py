"""A learned vector before the positions of a string."""

from pathlib import Path

import keras
import numpy as np
import pytest

from skmlbio.layers.class_token import ClassToken

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
REAL = np.array([[True, True, False], [True, False, False]])


def test_the_token_comes_first_and_all_else_stays() -> None:
    layer = ClassToken()
    x, real = layer(X, real=REAL)
    (vector,) = layer.get_weights()
    assert vector.shape == (4,) and vector.std() > 0.1
    np.testing.assert_array_equal(x[:, 0], [vector, vector])
    np.testing.assert_array_equal(x[:, 1:], X)
    np.testing.assert_array_equal(real, np.column_stack([[True, True], REAL]))


def test_half_precision() -> None:
    x, _ = ClassToken(dtype="mixed_bfloat16")(X, real=REAL)
    assert keras.backend.standardize_dtype(x.dtype) == "bfloat16"


@saves_variables
def test_keras_round_trip(tmp_path: Path) -> None:
    x, real = keras.Input((None, 4)), keras.Input((None,), dtype="bool")
    model = keras.Model([x, real], ClassToken()(x, real=real))
    assert model.output_shape == [(None, None, 4), (None, None)]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for one, other in zip(again([X, REAL]), model([X, REAL]), strict=True):
        np.testing.assert_array_equal(one, other)
