"""The dense networks."""

import keras
import numpy as np
import pytest

from skmlbio.layers.noise import Dropout
from skmlbio.networks.dense import dense, dense_auto_encoder, dense_stack, kernel_initializer

RANDOM = np.random.default_rng(0)


def test_the_formula() -> None:
    model = dense((5,), 2, hidden_layer_sizes=(4, 3), activation="tanh")
    x = RANDOM.normal(size=(6, 5)).astype("float32")
    w1, b1, w2, b2, w3, b3 = model.get_weights()
    np.testing.assert_allclose(model(x), np.tanh(np.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3, atol=1e-5)
    assert [layer.name for layer in model.layers] == ["x", "hidden_0", "hidden_1", "output"]


def test_without_hidden_layers_it_is_linear() -> None:
    model = dense((5,), 2, hidden_layer_sizes=())
    assert [w.shape for w in model.get_weights()] == [(5, 2), (2,)]


def test_samples_of_several_axes_are_flattened() -> None:
    model = dense((2, 3), 1, hidden_layer_sizes=())
    x = RANDOM.normal(size=(4, 2, 3)).astype("float32")
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(model(x), x.reshape(4, 6) @ kernel + bias, atol=1e-5)


def test_dropout_follows_every_hidden_layer_and_only_trains() -> None:
    model = dense((5,), 2, hidden_layer_sizes=(40, 30), dropout=0.5)
    assert [type(layer) for layer in model.layers[1:-1]] == 2 * [keras.layers.Dense, Dropout]
    x = RANDOM.normal(size=(4, 5)).astype("float32")
    np.testing.assert_array_equal(model(x), model(x))
    assert np.abs(model(x, training=True) - model(x)).max() > 1e-3


@pytest.mark.parametrize(
    ("activation", "name"), [("relu", "HeUniform"), ("gelu", "HeUniform"), ("tanh", "GlorotUniform")]
)
def test_initialisers_suit_the_activation(activation: str, name: str) -> None:
    assert type(keras.initializers.get(kernel_initializer(activation))).__name__ == name
    layer = dense((5,), 2, activation=activation).get_layer("hidden_0")
    assert type(layer.kernel_initializer).__name__ == name


@pytest.mark.parametrize(
    ("dtype", "hidden", "output"),
    [(None, "float32", "float32"), ("mixed_bfloat16", "bfloat16", "float32"), ("float64", "float64", "float64")],
)
@pytest.mark.parametrize("function", [dense, dense_auto_encoder])
def test_precisions(function, dtype: str | None, hidden: str, output: str) -> None:
    model = function((5,), 5, dtype=dtype)
    name = "hidden_0" if function is dense else "encoder_0"
    assert model.get_layer(name).compute_dtype == hidden
    assert model(np.ones((2, 5), "float32")).dtype == output


def test_the_auto_encoder_mirrors_its_widths_around_the_code() -> None:
    model = dense_auto_encoder((2, 3), 6, n_components=2, hidden_layer_sizes=(5, 4))
    widths = [layer.units for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    assert widths == [5, 4, 2, 4, 5, 6]
    assert model.get_layer("code").activation is keras.activations.linear
    assert model.output_shape == (None, 6)


def test_a_stack_of_nothing_is_its_input() -> None:
    x = keras.Input((3,))
    assert dense_stack(x, (), "relu", 0.5) is x
