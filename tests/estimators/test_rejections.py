"""Bad parameters and data are refused in one clear sentence, before any network is built."""

import keras
import numpy as np
import pytest
import scipy.sparse
from own_networks import dropout_network

from skmlbio import (
    AttentionClassifier,
    AutoEncoderTransformer,
    DenseClassifier,
    DenseRegressor,
    GCNClassifier,
    ImageCNNClassifier,
    NetworkClassifier,
    NetworkRegressor,
    NetworkTransformer,
    VAESampler,
)

X = np.random.default_rng(0).normal(size=(20, 4))
Y = np.arange(20) % 2
ANNOTATED = type("AnnData", (), {"__module__": "anndata._core.anndata", "__len__": lambda self: 20})()  # a stand-in


@pytest.fixture(autouse=True)
def no_network_is_built(request, monkeypatch):
    """Make every attempt to build a network fail, but for the tests of what only a network can tell."""
    if "may_build" not in request.fixturenames:
        from skmlbio.training._blueprint import Blueprint

        def build(self):
            raise AssertionError("a network was built")

        monkeypatch.setattr(Blueprint, "build", build)


@pytest.fixture
def may_build() -> None:
    """Asked for by the tests that need a network."""


PARAMETERS = [
    (AutoEncoderTransformer, {"latent_dim": 0}, r"'latent_dim' parameter .* range \[1, inf\). Got 0"),
    (AutoEncoderTransformer, {"latent_dim": 2.5}, "'latent_dim' parameter"),
    (AutoEncoderTransformer, {"hidden_layer_sizes": (8, 0)}, r"hidden_layer_sizes\[1\] must be an int of 1 or more"),
    (AutoEncoderTransformer, {"hidden_layer_sizes": 8}, "'hidden_layer_sizes' parameter"),
    (AutoEncoderTransformer, {"noise": "salt"}, "'noise' parameter .* Got 'salt'"),
    (AutoEncoderTransformer, {"noise": "masking", "noise_level": 1.0}, "noise_level of masking noise is a share"),
    (AutoEncoderTransformer, {"dropout": 1.0}, r"'dropout' parameter .* range \[0.0, 1.0\)"),
    (AutoEncoderTransformer, {"loss": "mean"}, "'loss' parameter .* Got 'mean'"),
    (AutoEncoderTransformer, {"activity_l1": -1.0}, "'activity_l1' parameter"),
    (DenseClassifier, {"activation": "rellu"}, "activation 'rellu' is unknown; known are celu"),
    (DenseClassifier, {"dtype": "float8"}, "'dtype' parameter .* Got 'float8'"),
    (DenseClassifier, {"l2": -0.1}, "'l2' parameter"),
    (DenseClassifier, {"optimizer": "adm"}, "optimizer 'adm' is unknown; did you mean 'adam'"),
    (DenseClassifier, {"optimizer": {"class_name": "Best"}}, "optimizer 'Best' is unknown"),
    (DenseClassifier, {"learning_rate": 0.0}, "learning_rate must be a positive number .* got 0.0"),
    (DenseClassifier, {"learning_rate": np.nan}, "learning_rate must be a positive number .* got nan"),
    (DenseClassifier, {"learning_rate": {"class_name": "CosinDecay"}}, "unknown; did you mean 'CosineDecay'"),
    (DenseClassifier, {"epochs": 0}, r"'epochs' parameter .* range \[1, inf\)"),
    (DenseClassifier, {"batch_size": 0}, "'batch_size' parameter"),
    (DenseClassifier, {"validation_fraction": 0.0}, r"'validation_fraction' parameter .* range \(0.0, 1.0\)"),
    (DenseClassifier, {"validation_fraction": 1.0}, "'validation_fraction' parameter"),
    (DenseClassifier, {"validation_fraction": 0.99}, "validation_fraction=0.99 of 20 samples leaves none to train on"),
    (DenseClassifier, {"patience": 0}, "'patience' parameter"),
    (DenseClassifier, {"class_weight": "even"}, "'class_weight' parameter"),
    (DenseClassifier, {"class_weight": {7: 2.0}}, "class"),
    (DenseClassifier, {"class_weight": {0: -1.0}}, "class_weight must be finite and not negative, but class 0 has -1"),
    (DenseClassifier, {"class_weight": {1: np.nan}}, "class_weight must be finite .* class 1 has nan"),
    (DenseClassifier, {"class_weight": {np.int64(1): np.inf}}, "class_weight must be finite .* class 1 has inf"),
    (DenseClassifier, {"class_weight": {0: "a"}}, "class_weight must be finite .* class 0 has a"),
    (DenseClassifier, {"class_weight": {0: 0.0, 1: 0.0}}, "class_weight gives every sample of y a weight of zero"),
    (DenseClassifier, {"batch_size": True}, r"'batch_size' parameter .* range \[1, inf\).*Got True"),
    (DenseClassifier, {"epochs": True}, "'epochs' parameter .* Got True"),
    (DenseClassifier, {"patience": True}, "'patience' parameter .* Got True"),
    (DenseClassifier, {"learning_rate": True}, "'learning_rate' parameter .* Got True"),
    (DenseClassifier, {"l2": True}, "'l2' parameter .* Got True"),
    (DenseClassifier, {"hidden_layer_sizes": (True,)}, r"hidden_layer_sizes\[0\] must be an int .* got True"),
    (AutoEncoderTransformer, {"latent_dim": True}, "'latent_dim' parameter .* Got True"),
    (VAESampler, {"n_importance": True}, "'n_importance' parameter .* Got True"),
    (NetworkClassifier, {"network_params": {"hidden_layer_sizes": [8, True]}},
     r"network__hidden_layer_sizes\[1\] must be an int of 1 or more, got True"),
    (DenseRegressor, {"loss": "binary_crossentropy"}, "'loss' parameter"),
    (NetworkTransformer, {"loss": "binary_crossentropy"}, "'loss' parameter"),
    (NetworkClassifier, {"network_params": {"unit": 3}}, "'network__unit' .* dense takes hidden_layer_sizes"),
    (NetworkClassifier, {"network": dropout_network, "network_params": {"unit": 3}}, "network takes units, rate"),
    (NetworkClassifier, {"network_params": {"n_outputs": 3}}, "Invalid parameter 'network__n_outputs'"),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "parameters", "message"), PARAMETERS, ids=lambda value: str(value)[:40])
def test_parameters(cls, parameters, message) -> None:
    estimator = cls(**parameters)  # the constructor says nothing
    with pytest.raises(ValueError, match=message) as caught:
        estimator.fit(X, Y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"optimizer": object()}, "optimizer must be a name or a dict .* got object"),
        ({"network": 5}, "network must be a function .* got int"),
        ({"network": keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])},
         r"network must be a function \(input_shape, n_outputs, \*\*params\) .* a fresh model .* got Sequential"),
        ({"callbacks": ["stop"]}, "callbacks must be callables that return a Keras callback, got str"),
    ],
)  # fmt: skip
def test_parameters_of_the_wrong_type(parameters, message) -> None:
    with pytest.raises(TypeError, match=message):
        NetworkClassifier(**parameters).fit(X, Y)


def changed(row: int, column: int, value: float) -> np.ndarray:
    copied = X.copy()
    copied[row, column] = value
    return copied


DATA = [
    (changed(3, 1, np.nan), Y, "Input X contains NaN"),
    (changed(3, 1, np.inf), Y, "Input X contains infinity"),
    (changed(3, 1, -1e40), Y, r"X\[3, 1\] is -1e\+40, but numbers must lie between -3.4e\+38 and 3.4e\+38"),
    (scipy.sparse.csr_matrix(changed(3, 1, 1e40)), Y, r"X\[3, 1\] is 1e\+40"),
    (scipy.sparse.csr_matrix(changed(3, 1, np.nan)), Y, "Input X contains NaN"),
    (X[:0], Y[:0], "0 sample"),
    (X[:, :0], Y, "0 feature"),
    (X[:, 0], Y, "Expected 2D array|samples of shape"),
    ([["a", "b"]] * 20, Y, r"X\[0, 0\] is 'a', but only numbers are allowed"),
    (X + 1j, Y, "Complex data not supported"),
    (X, Y[:10], "inconsistent numbers of samples"),
]


@pytest.mark.parametrize("cls", [DenseClassifier, NetworkRegressor])
@pytest.mark.parametrize(("data", "target", "message"), DATA)
def test_data(cls, data, target, message) -> None:
    with pytest.raises(ValueError, match=message):
        cls().fit(data, target)


@pytest.mark.parametrize("cls", [AutoEncoderTransformer, NetworkTransformer])
@pytest.mark.parametrize(("data", "message"), [(d, m) for d, _, m in DATA[:7]])
def test_data_of_transformers(cls, data, message) -> None:
    with pytest.raises(ValueError, match=message):
        cls().fit(data)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (np.zeros(20), "y has one class only, 0.0; a classifier needs two classes or more"),
        (np.column_stack([Y, np.zeros(20, int), np.arange(20) % 3]), "output 1 of y has one class only"),
        (X[:, 0], "Unknown label type: continuous|continuous"),
        (np.where(np.arange(20) == 4, np.nan, Y), "Input y contains NaN in row 4"),
        (None, "requires y to be passed, but the target y is None"),
    ],
)
def test_labels(target, message) -> None:
    with pytest.raises(ValueError, match=message):
        DenseClassifier().fit(X, target)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (np.where(np.arange(20) == 4, np.nan, Y), "Input y contains NaN in row 4"),
        (np.where(np.arange(20) == 4, np.nan, Y)[:, None], "Input y contains NaN in row 4"),
        (np.where(np.arange(20) == 5, -np.inf, Y), "Input y contains infinity .* in row 5"),
        (np.where(np.arange(40) == 5, np.inf, np.nan).reshape(20, 2), "Input y contains infinity .* in row 2"),
        (np.zeros((20, 2, 2)), "y must have one or two axes, got shape|dim 3"),
        (np.full(20, "a"), r"^y\[0\] is 'a', but only numbers are allowed"),
        (None, "requires y to be passed, but the target y is None"),
    ],
)
def test_numbers(target, message) -> None:
    with pytest.raises(ValueError, match=message):
        DenseRegressor().fit(X, target)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.where(np.arange(20) == 6, -1.0, 1.0), r"sample_weight must not be negative, but sample 6 has -1\.0"),
        (np.zeros(20), "weight"),
        (np.full(20, np.nan), "NaN"),
        (np.ones(19), "sample_weight"),
        (np.ones((20, 2)), "one for each of 20 samples, got "),
    ],
)
def test_weights(weights, message) -> None:
    with pytest.raises(ValueError, match=message):
        DenseClassifier().fit(X, Y, sample_weight=weights)


def test_probabilities() -> None:
    estimator = AutoEncoderTransformer(loss="binary_crossentropy")
    for data in (X, scipy.sparse.csr_matrix(X)):
        with pytest.raises(ValueError, match="needs features between 0 and 1, but X holds"):
            estimator.fit(data)


def test_unknown_arguments_of_a_network_are_refused_when_they_are_set() -> None:
    with pytest.raises(ValueError, match=r"Invalid parameter 'network__unit' .* takes units, rate"):
        NetworkClassifier(dropout_network).set_params(network__unit=3)
    with pytest.raises(ValueError, match="Invalid parameter 'network__n_outputs'"):
        NetworkTransformer().set_params(network__n_outputs=3)


LIGHT = """
import sys
import numpy as np
from sklearn.base import clone
from skmlbio import AutoEncoderTransformer, DenseClassifier, NetworkClassifier, NetworkTransformer
X, y = np.random.default_rng(0).normal(size=(20, 4)), np.arange(20) % 2
bad_X = np.where(np.arange(4) == 2, np.nan, X)
for estimator, data, target in (
    (AutoEncoderTransformer(latent_dim=0), X, None),
    (AutoEncoderTransformer(), bad_X, None),
    (AutoEncoderTransformer(loss="binary_crossentropy"), X, None),
    (DenseClassifier(optimizer="adm"), X, y),
    (DenseClassifier(activation="rellu"), X, y),
    (DenseClassifier(), X[:0], y[:0]),
    (DenseClassifier(), X, np.zeros(20)),
    (DenseClassifier(validation_fraction=0.99), X, y),
    (NetworkClassifier(network_params={"unit": 3}), X, y),
    (NetworkTransformer(learning_rate=-1), X, None),
):
    repr(clone(estimator)), estimator._repr_html_(), estimator.get_params()
    try:
        estimator.fit(data, target)
    except ValueError as error:
        continue
    raise AssertionError(estimator)
NetworkClassifier().set_params(network__activation="tanh")
print(sorted({"tensorflow", "keras", "spektral", "matplotlib"} & set(sys.modules)))
"""


def test_a_rejection_loads_neither_keras_nor_tensorflow(run_python) -> None:
    done = run_python(LIGHT)
    assert done.stdout == "[]\n", done.stderr


# What only a network, or its training, can tell ---------------------------------------------------------------------


def test_annotated_data_is_refused_by_every_verb() -> None:
    """AnnData is known by its name; NumPy would try for minutes to make an array of it."""
    for cls in (AttentionClassifier, GCNClassifier):
        with pytest.raises(TypeError, match=r"X is an AnnData.*pass its matrix, X=adata\.X"):
            cls().fit(ANNOTATED, Y)
        with pytest.raises(TypeError, match="X is an AnnData"):
            cls().partial_fit(ANNOTATED, Y)
    with pytest.raises(TypeError, match="X_val is an AnnData"):
        AttentionClassifier().fit(["ACGT"] * 20, Y, X_val=ANNOTATED, y_val=Y)


@pytest.mark.usefixtures("may_build")
def test_annotated_data_are_no_codes() -> None:
    sampler = VAESampler(epochs=1).fit(X)
    with pytest.raises(TypeError, match="X is an AnnData"):
        sampler.inverse_transform(ANNOTATED)


@pytest.mark.usefixtures("may_build")
def test_bools_are_refused_when_they_come_after_a_fit() -> None:
    sampler = VAESampler(epochs=1).fit(X).set_params(n_importance=True)
    with pytest.raises(ValueError, match=r"'n_importance' parameter .* Got True"):
        sampler.score_samples(X)
    with pytest.raises(ValueError, match="n_samples must be an int of 1 or more, got True"):
        sampler.sample(True)
    assert sampler.sample(np.int8(3)).shape == (3, 4)


def softmax_network(input_shape, n_outputs):
    import keras

    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs, "softmax")(x))


def narrow_network(input_shape, n_outputs):
    import keras

    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs + 1)(x))


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (NetworkClassifier(softmax_network), ValueError, "applies softmax; leave its activation out"),
        (NetworkClassifier(narrow_network), ValueError, r"narrow_network must return an output of shape \(batch, 1\)"),
        (NetworkClassifier(lambda input_shape, n_outputs: 5), TypeError, "must return a keras.Model, got int"),
        (NetworkTransformer(narrow_network), ValueError, r"output of shape \(batch, 4\), got \(batch, 5\)"),
        (
            NetworkTransformer(code_layer="kode"),
            ValueError,
            "code_layer 'kode' is no layer of the network, which has x",
        ),
        (
            DenseClassifier(optimizer={"class_name": "Adam", "config": {"clip_norm": 1.0}}),
            ValueError,
            "optimizer Adam cannot be made from the configuration .*clip_norm",
        ),
        (
            DenseRegressor((8,), optimizer="sgd", learning_rate=1e30, epochs=5),
            ValueError,
            r"the loss became (nan|inf) in epoch \d: try a smaller learning_rate, clip gradients",
        ),
        (
            DenseRegressor((8,), optimizer="sgd", learning_rate=1e30, epochs=1, batch_size=None),  # the last step
            ValueError,
            "the sum of squared weights became (nan|inf) in epoch 1: try a smaller learning_rate, clip gradients",
        ),
        (
            ImageCNNClassifier(2, n_blocks=1, random_noise=1e30, epochs=1, image_shape=(2, 2)),
            ValueError,
            "the .*moving_variance of a normalization became (nan|inf) in epoch 1: try a smaller learning_rate",
        ),
    ],
)
@pytest.mark.usefixtures("may_build")
def test_what_a_network_can_tell(estimator, error, message) -> None:
    with pytest.raises(error, match=message):
        estimator.fit(X, Y)
    assert not hasattr(estimator, "weights_")


@pytest.mark.usefixtures("may_build")
def test_a_failed_fit_can_be_repeated() -> None:
    estimator = DenseRegressor((8,), optimizer="sgd", learning_rate=1e30, epochs=5, random_state=0)
    with pytest.raises(ValueError, match="the loss became"):
        estimator.fit(X, Y)
    assert np.isfinite(estimator.set_params(learning_rate=0.01).fit(X, Y).predict(X)).all()


@pytest.mark.usefixtures("may_build")
@pytest.mark.parametrize("cls", [DenseClassifier, NetworkRegressor, AutoEncoderTransformer, NetworkTransformer])
def test_unusable_data_to_predict_for(cls) -> None:
    from sklearn.exceptions import NotFittedError

    verb = "transform" if hasattr(cls, "transform") else "predict"
    with pytest.raises(NotFittedError):
        getattr(cls(), verb)(X)
    with pytest.raises(NotFittedError):
        cls().model_  # noqa: B018
    ask = getattr(cls(epochs=1, random_state=0).fit(X, Y), verb)
    for data, message in (
        (X[:, :3], "X has 3 features, but .* is expecting 4"),
        (changed(1, 1, np.nan), "contains NaN"),
        (X[:0], "0 sample"),
        (X[0], "1D array|samples of shape"),
    ):
        with pytest.raises(ValueError, match=message):
            ask(data)


@pytest.mark.usefixtures("may_build")
def test_codes_of_the_wrong_width() -> None:
    estimator = AutoEncoderTransformer(3, epochs=1, random_state=0).fit(X)
    with pytest.raises(ValueError, match="X has 4 columns, but codes have 3 components"):
        estimator.inverse_transform(X)
