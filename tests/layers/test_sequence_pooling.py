"""From residues to strings."""

from pathlib import Path

import keras
import numpy as np
import pytest

from skmlbio.layers.sequence_pooling import POOLINGS, SequencePooling, pool_sequences

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# Negative throughout, so that a padded zero would win under "max".
X = (-1 - np.random.default_rng(0).random((3, 6, 2))).astype("float32")
REAL = np.arange(6) < np.array([[6], [4], [1]])
QUERY = np.array([[0.7, -0.4]], "float32")


def expected(pooling: str) -> np.ndarray:
    rows = []
    for x, real in zip(X, REAL, strict=True):
        shares = np.exp(x[real] @ QUERY.T) / np.exp(x[real] @ QUERY.T).sum()
        rows.append({"mean": x[real].mean(0), "max": x[real].max(0), "attention": (shares * x[real]).sum(0)}[pooling])
    return np.array(rows)


@pytest.mark.parametrize("fill", [0.0, 1e4, -1e4])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_pooling_against_numpy_whatever_stands_in_padding(pooling: str, fill: float) -> None:
    x = np.where(REAL[..., None], X, fill).astype("float32")
    np.testing.assert_allclose(pool_sequences(x, REAL, pooling, QUERY), expected(pooling), atol=1e-5)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_order_does_not_matter(pooling: str) -> None:
    order = [3, 1, 5, 0, 2, 4]
    pooled = pool_sequences(X[:, order], REAL[:, order], pooling, QUERY)
    np.testing.assert_allclose(pooled, expected(pooling), atol=1e-5)


@saves_variables
@pytest.mark.parametrize("pooling", POOLINGS)
def test_keras_round_trip(pooling: str, tmp_path: Path) -> None:
    x, real = keras.Input((None, 2)), keras.Input((None,), dtype="bool")
    model = keras.Model([x, real], SequencePooling(pooling)(x, real=real))
    assert model.output_shape == (None, 2)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again([X, REAL]), model([X, REAL]), atol=1e-6)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_half_precision_stays_finite(pooling: str) -> None:
    y = SequencePooling(pooling, dtype="mixed_float16")(X, real=REAL)
    np.testing.assert_allclose(y, expected("mean") if pooling == "mean" else y, atol=0.01)
    assert np.isfinite(y).all()


def test_unknown_pooling_is_refused() -> None:
    with pytest.raises(ValueError, match="pooling must be 'mean', 'max' or 'attention', not 'median'"):
        SequencePooling("median")
