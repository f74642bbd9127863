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


# Models without a graph of layers -----------------------------------------------------------------------------------


class Subclassed(keras.Model):
    def __init__(self, n_outputs, activation=None):
        super().__init__()
        self.hidden, self.dropout = keras.layers.Dense(5, "relu", name="hidden"), keras.layers.Dropout(0.5)
        self.end = keras.layers.Dense(n_outputs, activation)

    def call(self, x, training=False):
        return self.end(self.dropout(self.hidden(x), training=training))


class TwoInputs(keras.Model):
    def build(self, input_shape):
        self.end = keras.layers.Dense(1)

    def call(self, inputs):
        left, right = inputs["left"], inputs["right"]
        return self.end(left + right)


def sequential(*last):
    return lambda input_shape, n_outputs: keras.Sequential(
        [keras.layers.Dense(2, name="code"), keras.layers.Dense(n_outputs), *(layer() for layer in last)]
    )


def subclassed(input_shape, n_outputs):
    return Subclassed(n_outputs)


@pytest.mark.parametrize("network", [sequential(), subclassed])
def test_models_that_are_made_by_a_call_are_called(network) -> None:
    model = build_network(network, (4,), 3, {})
    assert model.outputs[0].shape == (None, 3) and len(model.trainable_variables) == 4
    architecture = classifier(network, (4,), 3, {}, "multiclass", (3,), False)
    training = architecture.training
    assert len(training.trainable_variables) == 4
    np.testing.assert_allclose(softmax(np.asarray(training(X))), architecture.heads["predict_proba"](X), rtol=1e-5)


def test_dropout_of_a_subclassed_model_acts_in_training_only() -> None:
    training = regressor(subclassed, (4,), 1, {}, False).training
    one, other, dropped = training(X), training(X), training(X, training=True)
    assert np.array_equal(one["standardized"], other["standardized"])
    assert not np.array_equal(one["standardized"], dropped["standardized"])


def test_the_code_of_a_sequential_is_found_and_that_of_a_subclass_is_not() -> None:
    heads = transformer(sequential(), (4,), 4, {}, "code", False).heads
    assert heads["transform"](X).shape == (6, 2) and heads["reconstruct"](X).shape == (6, 4)
    with pytest.raises(ValueError, match="the network is a Subclassed, in which no code_layer can be found"):
        transformer(subclassed, (4,), 4, {}, "hidden", False)


@pytest.mark.parametrize(
    "network",
    [
        lambda input_shape, n_outputs: Subclassed(n_outputs, "sigmoid"),
        sequential(keras.layers.Softmax),
        lambda input_shape, n_outputs: keras.Sequential(
            [keras.layers.Dense(7), keras.Sequential([keras.layers.Dense(n_outputs, "softmax")])]
        ),
    ],
)
def test_probabilities_are_found_wherever_they_are_made(network) -> None:
    with pytest.raises(ValueError, match=r"of the network applies (sigmoid|softmax); leave its activation out"):
        classifier(network, (4,), 3, {}, "multiclass", (3,), False)


def functional(inputs, outputs):
    def network(input_shape, n_outputs):
        x = [keras.Input((n_columns,), name=f"x{i}") for i, n_columns in enumerate(inputs)]
        y = [keras.layers.Dense(n_outputs, name=f"y{i}")(keras.layers.concatenate([*x, x[0]])) for i in range(outputs)]
        return keras.Model(x, y)

    return network


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (functional([4, 4], 1), "must return a model of one input, X, got one of 2 inputs"),
        (functional([4], 2), r"must return an output of shape \(batch, 1\), got \(batch, 1\) and \(batch, 1\)"),
        (functional([7], 1), r"takes samples of shape \(7,\), but X has samples of shape \(4,\)"),
        (lambda s, n: TwoInputs(), r"returned a TwoInputs that cannot be called on one input, .* of shape \(4,\)"),
        (lambda s, n: keras.Sequential(), r"returned a Sequential that cannot be called on one input"),
        (lambda s, n: keras.Model(), r"returned a Model that cannot be called on one input"),
    ],
)
@pytest.mark.filterwarnings("ignore:(?s).*unbuilt state:UserWarning")
def test_models_of_other_inputs_and_outputs_get_one_sentence(network, message) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        build_network(network, (4,), 1, {})
    assert "\n" not in str(caught.value)


def test_one_input_and_one_output_may_have_names() -> None:
    def network(input_shape, n_outputs):
        x = keras.Input(input_shape, name="x")
        return keras.Model({"x": x}, {"y": keras.layers.Dense(n_outputs)(x)})

    assert build_network(network, (4,), 3, {})(X).shape == (6, 3)
