"""The transformer's block against NumPy."""

from pathlib import Path

import keras
import numpy as np
import pytest

from skmlbio.layers.multi_head_attention import MultiHeadSelfAttention
from skmlbio.layers.transformer_block import TransformerBlock

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
X = np.random.default_rng(0).normal(size=(2, 6, 8)).astype("float32")
REAL = np.arange(6) < np.array([[6], [2]])


def make(norm: str, dropout: float = 0.0) -> TransformerBlock:
    layer = TransformerBlock(2, 5, dropout, norm, name="block")
    layer.build((None, None, 8))
    random = np.random.default_rng(1)
    for weight in layer.trainable_variables:
        weight.assign(random.normal(scale=0.5, size=weight.shape))
    return layer


def test_options_of_attention_reach_it() -> None:
    layer = TransformerBlock(2, 5, rotary=True, window=3, n_global=1)
    layer.build((None, None, 8))
    options = {"n_heads": 2, "rotary": True, "window": 3, "n_global": 1}
    assert layer.get_config().items() >= options.items() <= layer.attention.get_config().items()


def normalised(x: np.ndarray, norm: keras.layers.LayerNormalization) -> np.ndarray:
    z = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + norm.epsilon)
    return z * np.asarray(norm.gamma.value) + np.asarray(norm.beta.value)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_block_is_the_formula(norm: str) -> None:
    layer = make(norm)
    hidden, output = (
        [np.asarray(weight.value) for weight in dense.weights] for dense in (layer.hidden, layer.output_layer)
    )

    def attend(x: np.ndarray) -> np.ndarray:
        return np.asarray(layer.attention(x, real=REAL))

    def feed_forward(x: np.ndarray) -> np.ndarray:
        return np.maximum(x @ hidden[0] + hidden[1], 0) @ output[0] + output[1]

    if norm == "pre":
        x = X + attend(normalised(X, layer.attention_norm))
        expected = x + feed_forward(normalised(x, layer.feed_forward_norm))
    else:
        x = normalised(X + attend(X), layer.attention_norm)
        expected = normalised(x + feed_forward(x), layer.feed_forward_norm)
    np.testing.assert_allclose(layer(X, real=REAL), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_maps_are_those_of_its_attention_and_change_nothing(norm: str) -> None:
    layer = make(norm)
    y, maps = layer(X, real=REAL, return_maps=True)
    np.testing.assert_array_equal(y, layer(X, real=REAL))
    inside = layer.attention_norm(X) if norm == "pre" else X
    np.testing.assert_allclose(maps, layer.attention(inside, real=REAL, return_maps=True)[1], atol=1e-6)


def test_permutation_equivariance() -> None:
    layer, order = make("pre"), np.array([3, 1, 5, 0, 2, 4])
    np.testing.assert_allclose(np.asarray(layer(X))[:, order], layer(X[:, order]), atol=1e-4)


def test_dropout_only_in_training() -> None:
    still, dropping = make("pre"), make("pre", dropout=0.5)
    np.testing.assert_array_equal(dropping(X), still(X))
    assert np.abs(np.asarray(dropping(X, training=True)) - np.asarray(still(X))).max() > 0.1


@saves_variables
def test_keras_round_trip(tmp_path: Path) -> None:
    inputs, real = keras.Input((None, 8)), keras.Input((None,), dtype="bool")
    model = keras.Model([inputs, real], make("post", 0.1)(inputs, real=real))
    assert isinstance(model.layers[-1].attention, MultiHeadSelfAttention)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.layers[-1].get_config() == model.layers[-1].get_config()
    np.testing.assert_allclose(again([X, REAL]), model([X, REAL]), atol=1e-6)


def test_unknown_norm_is_refused() -> None:
    with pytest.raises(ValueError, match="norm must be 'pre' or 'post', not 'none'"):
        TransformerBlock(2, 5, norm="none")
