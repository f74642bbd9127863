"""Convolution along strings, against NumPy and Keras."""

from pathlib import Path

import keras
import numpy as np
import pytest

from skmlbio.layers.sequence_convolution import SequenceConvolution, patches, sequence_convolution

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
X = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")
REAL = np.arange(6) < np.array([[6], [2]])


@pytest.mark.parametrize("dilation", [1, 2, 7])
@pytest.mark.parametrize("width", [1, 2, 3, 9])
def test_patches_against_a_loop(width: int, dilation: int) -> None:
    expected = np.zeros((2, 6, width, 3))
    for place in range(6):
        for shift in range(width):
            neighbour = place + shift * dilation - (width - 1) * dilation // 2
            if 0 <= neighbour < 6:
                expected[:, place, shift] = X[:, neighbour]
    np.testing.assert_array_equal(patches(X, width, dilation), expected.reshape(2, 6, -1))


@pytest.mark.parametrize(("width", "dilation", "use_bias"), [(1, 1, True), (4, 1, False), (9, 1, True), (4, 3, True)])
def test_same_weights_give_the_numbers_of_keras(width: int, dilation: int, use_bias: bool) -> None:
    ours = SequenceConvolution(4, width, "tanh", dilation=dilation, use_bias=use_bias)
    theirs = keras.layers.Conv1D(4, width, padding="same", activation="tanh", dilation_rate=dilation, use_bias=use_bias)
    for layer in (ours, theirs):
        layer.build((None, None, 3))
    weights = [np.random.default_rng(1).normal(size=weight.shape) for weight in ours.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    np.testing.assert_allclose(ours(X), theirs(X), atol=1e-5)


def test_padding_contributes_nothing_whatever_stands_in_it() -> None:
    kernel = np.random.default_rng(1).normal(size=(3, 3, 4)).astype("float32")
    filled = np.where(REAL[..., None], X, np.nan).astype("float32")
    together = np.asarray(sequence_convolution(filled, kernel, REAL))
    np.testing.assert_allclose(together[1, :2], sequence_convolution(X[1:, :2], kernel)[0], atol=1e-6)
    np.testing.assert_allclose(together[0], sequence_convolution(X[:1], kernel)[0], atol=1e-6)


@pytest.mark.parametrize("dilation", [1, 2])
def test_a_shifted_string_gives_shifted_features(dilation: int) -> None:
    kernel = np.random.default_rng(1).normal(size=(4, 3, 5)).astype("float32")
    edge = np.zeros((2, 3, 3), "float32")
    here, there = np.concatenate([edge, X, edge, edge], axis=1), np.concatenate([edge, edge, X, edge], axis=1)
    of_here, of_there = (np.asarray(sequence_convolution(x, kernel, dilation=dilation)) for x in (here, there))
    assert np.abs(of_here).max() > 1
    np.testing.assert_allclose(of_there[:, 3:], of_here[:, :-3], atol=1e-6)


@saves_variables
def test_keras_round_trip(tmp_path: Path) -> None:
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, SequenceConvolution(4, 5, "relu", dilation=2, use_bias=False)(inputs))
    assert model.output_shape == (None, None, 4)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.layers[-1].get_config() == model.layers[-1].get_config()
    np.testing.assert_allclose(again(X), model(X), atol=1e-6)
