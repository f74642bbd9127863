"""Positions: the formula, and the order that they restore."""

from pathlib import Path

import keras
import numpy as np
import pytest

from skmlbio.layers.attention import self_attention
from skmlbio.layers.positions import (
    LearnedPositions,
    SinusoidalPositions,
    rotary_positions,
    rotate,
    sinusoidal_positions,
)

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
X = np.random.default_rng(0).normal(size=(2, 6, 5)).astype("float32")


@pytest.mark.parametrize("n_features", [1, 4, 5])
def test_sinusoidal_positions_are_the_formula(n_features: int) -> None:
    expected = [
        [
            (np.cos if feature % 2 else np.sin)(place / 10000 ** ((feature - feature % 2) / n_features))
            for feature in range(n_features)
        ]
        for place in range(200)
    ]
    np.testing.assert_allclose(sinusoidal_positions(200, n_features), expected, atol=1e-4)
    np.testing.assert_allclose(SinusoidalPositions()(X)[1], X[1] + np.asarray(sinusoidal_positions(6, 5)), atol=1e-6)


def test_rotary_positions_go_on_from_where_they_begin() -> None:
    np.testing.assert_allclose(rotary_positions(3, 4, start=5), rotary_positions(8, 4)[5:], atol=1e-6)


def test_learned_positions_are_rows_and_the_last_serves_all_after_it() -> None:
    layer = LearnedPositions(4)
    layer.build((None, None, 5))
    (rows,) = layer.get_weights()
    assert rows.shape == (4, 5) and rows.std() > 0.01
    np.testing.assert_allclose(layer(X), X + rows[[0, 1, 2, 3, 3, 3]], atol=1e-6)
    np.testing.assert_allclose(layer(X[:, :2]), X[:, :2] + rows[:2], atol=1e-6)


@pytest.mark.parametrize("layer", [SinusoidalPositions(), LearnedPositions(6)], ids=lambda it: type(it).__name__)
def test_order_is_lost_without_positions_and_restored_by_them(layer: keras.layers.Layer) -> None:
    order = np.array([3, 1, 5, 0, 2, 4])
    pooled = [np.asarray(self_attention(x)).mean(axis=1) for x in (X, X[:, order])]
    np.testing.assert_allclose(*pooled, atol=1e-5)
    pooled = [np.asarray(self_attention(layer(x))).mean(axis=1) for x in (X, X[:, order])]
    assert np.abs(pooled[0] - pooled[1]).max() > 0.01


def test_rotary_positions_turn_pairs_of_features() -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 50, 6))
    angles = np.arange(50)[:, None] * 10000.0 ** (-np.arange(3) / 3)
    np.testing.assert_allclose(rotary_positions(50, 6), angles, rtol=1e-5)
    turned = (x[..., :3] + 1j * x[..., 3:]) * np.exp(1j * angles)
    expected = np.concatenate([turned.real, turned.imag], axis=-1)
    np.testing.assert_allclose(rotate(x.astype("float32"), rotary_positions(50, 6)), expected, atol=1e-4)


def test_products_of_turned_vectors_depend_on_the_distance_alone() -> None:
    query, key = np.random.default_rng(2).normal(size=(2, 1, 8)).astype("float32")
    angles = rotary_positions(3000, 8)
    turned = [np.asarray(rotate(np.repeat(vector, 3000, axis=0), angles)) for vector in (query, key)]
    products = turned[0] @ turned[1].T
    assert products[0, 0] == pytest.approx((query @ key.T).item(), abs=1e-5)
    for distance in -200, -1, 0, 7:
        same = np.diagonal(products, distance)
        np.testing.assert_allclose(same, same[0], atol=2e-3)  # a place of 3,000 has an angle to three digits
    assert np.ptp([products[100, 100 + distance] for distance in (-9, -1, 0, 1, 9)]) > 0.1


@saves_variables
@pytest.mark.parametrize("layer", [SinusoidalPositions(), LearnedPositions(4)], ids=lambda it: type(it).__name__)
def test_keras_round_trip(layer: keras.layers.Layer, tmp_path: Path) -> None:
    inputs = keras.Input((None, 5))
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, None, 5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(X), model(X))


@pytest.mark.parametrize("layer", [SinusoidalPositions(), LearnedPositions(max_length=4)])
def test_positions_may_begin_further_on(layer) -> None:
    x = np.zeros((1, 7, 6), "float32")
    np.testing.assert_allclose(layer(x[:, 3:], start=3), layer(x)[:, 3:], atol=1e-6)
