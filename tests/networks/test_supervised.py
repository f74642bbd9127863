"""What a classifier, a regressor and a transformer put around somebody's network."""

import keras
import numpy as np
import pytest

from skmlbio.networks.dense import dense, dense_auto_encoder
from skmlbio.networks.supervised import build_network, classifier, regressor, transformer

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(3.0, 2.0, size=(6, 4)).astype("float32")


def ending_in(activation):
    def network(input_shape, n_outputs):
        x = keras.Input(input_shape)
        return keras.Model(x, keras.layers.Dense(n_outputs, activation, name="end")(x))

    return network


def embedding(input_shape, n_outputs):
    x = keras.Input(input_shape)
    h = keras.layers.Flatten()(keras.layers.Embedding(9, 2)(x))
    return keras.Model(x, keras.layers.Dense(n_outputs)(h))


def images(input_shape, n_outputs):
    x = keras.Input(input_shape)
    h = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(3, 2, name="convolution")(x))
    return keras.Model(x, keras.layers.Dense(n_outputs)(h))


def too_wide(input_shape, n_outputs):
    return dense(input_shape, n_outputs + 1)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("kind", "sizes", "n_outputs"),
    [("binary", (1,), 1), ("multilabel-indicator", (3,), 3), ("multiclass", (3,), 3),
     ("multiclass-multioutput", (2, 3), 5)],
)  # fmt: skip
def test_probabilities_of_logits(kind: str, sizes: tuple, n_outputs: int) -> None:
    architecture = classifier(dense, (4,), n_outputs, {"hidden_layer_sizes": (5,)}, kind, sizes, False)
    logits = np.asarray(architecture.heads["decision_function"](X), float)
    found = architecture.heads["predict_proba"](X)
    assert logits.shape == (6, n_outputs) and next(iter(architecture.heads)) == "predict_proba"
    if kind in ("binary", "multilabel-indicator"):
        np.testing.assert_allclose(found, 1 / (1 + np.exp(-logits)), rtol=1e-5)
    elif kind == "multiclass":
        np.testing.assert_allclose(found, softmax(logits), rtol=1e-5)
    else:
        assert isinstance(found, list)
        np.testing.assert_allclose(found[0], softmax(logits[:, :2]), rtol=1e-5)
        np.testing.assert_allclose(found[1], softmax(logits[:, 2:]), rtol=1e-5)
    np.testing.assert_allclose(architecture.training(X), logits, rtol=1e-5)


def test_the_network_works_on_standardised_columns_if_asked() -> None:
    plain, scaled = (classifier(dense, (4,), 3, {}, "multiclass", (3,), flag) for flag in (False, True))
    scaled.training.get_layer("standardize").set_weights([X.mean(axis=0), X.std(axis=0)])
    own = [v for v in scaled.training.variables if "standardize" not in v.path]
    for variable, value in zip(own, plain.training.variables, strict=True):
        variable.assign(value)
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    np.testing.assert_allclose(scaled.training(X), plain.training(z), atol=1e-5)


def test_pixels_are_standardised_by_channel() -> None:
    architecture = classifier(images, (5, 5, 2), 3, {}, "multiclass", (3,), True)
    assert architecture.training.get_layer("standardize").mean.shape == (2,)
    assert architecture.heads["predict_proba"](np.ones((2, 5, 5, 2), "float32")).shape == (2, 3)


def test_a_regressor_gives_back_the_units_of_the_target() -> None:
    architecture = regressor(dense, (4,), 2, {}, True)
    scale = architecture.training.get_layer("target")
    scale.set_weights([np.array([10.0, -5.0]), np.array([2.0, 100.0])])
    outputs = architecture.training(X)
    expected = np.asarray(outputs["standardized"]) * [2, 100] + [10, -5]
    np.testing.assert_allclose(outputs["prediction"], expected, rtol=1e-5)
    np.testing.assert_allclose(architecture.heads["predict"](X), expected, rtol=1e-5)


@pytest.mark.parametrize("shape", [(4,), (2, 2)])
def test_a_transformer_gives_the_code_and_the_units_of_the_input(shape: tuple[int, ...]) -> None:
    x = X.reshape(6, *shape)
    architecture = transformer(dense_auto_encoder, shape, 4, {"n_components": 3}, "code", True)
    mean, scale = x.reshape(-1, shape[-1]).mean(axis=0), x.reshape(-1, shape[-1]).std(axis=0)
    architecture.training.get_layer("standardize").set_weights([mean, scale])
    outputs = {name: np.asarray(value) for name, value in architecture.heads["errors"](x).items()}
    assert {name: value.shape for name, value in outputs.items()} == {
        "clean": (6, 4), "reconstruction": (6, 4), "code": (6, 3),
    }  # fmt: skip
    np.testing.assert_allclose(outputs["clean"], ((x - mean) / scale).reshape(6, 4), atol=1e-5)
    np.testing.assert_allclose(architecture.heads["transform"](x), outputs["code"], atol=1e-6)
    expected = outputs["reconstruction"].reshape(6, *shape) * scale + mean
    np.testing.assert_allclose(architecture.heads["reconstruct"](x), expected, rtol=1e-4, atol=1e-5)


def test_double_precision_goes_all_the_way() -> None:
    options = {"dtype": "float64"}
    heads = classifier(dense, (4,), 3, options, "multiclass", (3,), True).heads
    assert heads["predict_proba"](X).dtype == "float64"
    assert regressor(dense, (4,), 1, options, True).heads["predict"](X).dtype == "float64"


def test_half_precision_ends_in_single_precision() -> None:
    options = {"dtype": "mixed_bfloat16"}
    heads = classifier(dense, (4,), 3, options, "multiclass", (3,), True).heads
    assert heads["predict_proba"](X).dtype == heads["decision_function"](X).dtype == "float32"


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_classifier_that_ends_in_probabilities_is_refused(activation: str) -> None:
    with pytest.raises(ValueError, match=f"last layer 'end' of the network applies {activation}; leave"):
        classifier(ending_in(activation), (4,), 3, {}, "multiclass", (3,), False)
    assert classifier(ending_in("tanh"), (4,), 3, {}, "multiclass", (3,), False).training(X).shape == (6, 3)


def test_what_a_network_function_must_return() -> None:
    with pytest.raises(TypeError, match=r"network <lambda> must return a keras\.Model, got int"):
        build_network(lambda input_shape, n_outputs: 3, (4,), 2, {})
    with pytest.raises(
        ValueError, match=r"network too_wide must return an output of shape \(batch, 2\), got \(batch, 3"
    ):
        build_network(too_wide, (4,), 2, {})


def test_whole_numbers_of_an_embedding_are_not_standardised() -> None:
    with pytest.raises(ValueError, match="has an Embedding, which needs whole numbers as they are"):
        classifier(embedding, (4,), 3, {}, "multiclass", (3,), True)
    tokens = RANDOM.integers(0, 9, (6, 4)).astype("float32")
    architecture = classifier(embedding, (4,), 3, {}, "multiclass", (3,), False)
    assert architecture.training(tokens).shape == (6, 3)


def test_a_code_layer_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="code_layer 'kode' is no layer of the network, which has x, encoder_0, code"):
        transformer(dense_auto_encoder, (4,), 4, {}, "kode", False)
