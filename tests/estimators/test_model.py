"""`model_`: a real Keras model that answers alike, and can be saved."""

import keras
import numpy as np
import pytest
from own_networks import convolutional_network, dropout_network

import skmlbio

FEW = {"epochs": 2, "learning_rate": 0.02, "random_state": 0}

ESTIMATORS = {
    "auto-encoder": skmlbio.AutoEncoderTransformer(hidden_layer_sizes=(8,), **FEW),
    "noisy": skmlbio.AutoEncoderTransformer(hidden_layer_sizes=(8,), noise="gaussian", dropout=0.2, **FEW),
    "tied": skmlbio.AutoEncoderTransformer(hidden_layer_sizes=(8, 6), tied_weights=True, dropout=0.2, **FEW),
    "tied and linear": skmlbio.AutoEncoderTransformer(hidden_layer_sizes=(), tied_weights=True, noise="masking", **FEW),
    "half": skmlbio.AutoEncoderTransformer(hidden_layer_sizes=(8,), tied_weights=True, dtype="mixed_float16", **FEW),
    "classifier": skmlbio.DenseClassifier((8,), dropout=0.2, **FEW),
    "regressor": skmlbio.DenseRegressor((8,), **FEW),
    "own classifier": skmlbio.NetworkClassifier(dropout_network, **FEW),
    "own regressor": skmlbio.NetworkRegressor(dropout_network, **FEW),
    "own transformer": skmlbio.NetworkTransformer(**FEW),
}


def answer(estimator, X) -> np.ndarray:
    """What the model of this kind of estimator returns."""
    if hasattr(estimator, "transform"):
        return estimator.reconstruct(X)
    return estimator.predict_proba(X)[:, 1:] if hasattr(estimator, "predict_proba") else estimator.predict(X)[:, None]


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept:DeprecationWarning"
)  # Keras 3.15, NumPy 2.4
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_model_answers_alike_before_and_after_saving(name, two_classes, tmp_path) -> None:
    X, y = two_classes
    estimator = ESTIMATORS[name].fit(X, y)
    model = estimator.model_
    assert isinstance(model, keras.Model)
    expected = answer(estimator, X)
    np.testing.assert_allclose(model(X.astype("float32")).numpy(), expected, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(X.astype("float32")).numpy(), expected, rtol=1e-4, atol=1e-5)
    assert loaded.count_params() == model.count_params()


def test_a_tied_model_stays_tied_when_it_is_read_and_trained_on(two_classes, tmp_path) -> None:
    X = two_classes[0].astype("float32")
    estimator = skmlbio.AutoEncoderTransformer(hidden_layer_sizes=(8,), tied_weights=True, **FEW).fit(X)
    config = estimator.model_.get_config()
    rebuilt = keras.Model.from_config(config)
    assert [w.shape for w in rebuilt.trainable_weights if len(w.shape) == 2] == [(4, 8), (8, 2)]


def test_many_outputs(iris) -> None:
    X, codes = iris
    y = np.column_stack([codes, X[:, 0] > 5.8]).astype(int)
    estimator = skmlbio.DenseClassifier((8,), **FEW).fit(X, y)
    for found, expected in zip(estimator.model_(X.astype("float32")), estimator.predict_proba(X), strict=True):
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


def test_each_model_is_one_of_its_own(two_classes) -> None:
    X, y = two_classes
    estimator = skmlbio.NetworkClassifier(dropout_network, **FEW).fit(X, y)
    before = estimator.predict_proba(X)
    model = estimator.model_
    assert model is not estimator.model_
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    assert np.array_equal(estimator.predict_proba(X), before)
    assert np.array_equal(estimator.fit(X, y).predict_proba(X), before)


def test_a_model_can_be_trained_on_by_keras(two_classes) -> None:
    X, y = two_classes
    model = skmlbio.NetworkClassifier(dropout_network, **FEW).fit(X, y).model_
    model.compile("adam", "binary_crossentropy")
    history = model.fit(X.astype("float32"), y[:, None].astype("float32"), epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_models_of_images(tmp_path) -> None:
    X = np.random.default_rng(0).normal(size=(20, 6, 6, 2)).astype("float32")
    estimator = skmlbio.NetworkClassifier(convolutional_network, **FEW).fit(X, np.arange(20) % 2)
    assert estimator.model_.input_shape == (None, 6, 6, 2)
    np.testing.assert_allclose(estimator.model_(X).numpy()[:, 0], estimator.predict_proba(X)[:, 1], atol=1e-6)
