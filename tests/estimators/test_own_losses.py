"""A loss by name, by Keras' configuration or of somebody's own: one door for all estimators."""

import pickle

import keras
import numpy as np
import own_losses
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import GridSearchCV

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor, NetworkRegressor, NetworkTransformer
from skmlbio.training import program_info

FIT = {"epochs": 3, "batch_size": 16, "random_state": 0}
STILL = {"epochs": 1, "learning_rate": 1e-12, "random_state": 0}


def same(first, second, X, verb: str, **tolerance) -> None:
    np.testing.assert_allclose(getattr(first, verb)(X), getattr(second, verb)(X), **({"rtol": 2e-4} | tolerance))
    np.testing.assert_allclose(first.history_["loss"], second.history_["loss"], rtol=1e-4)


@pytest.mark.parametrize("loss", [own_losses.squared, own_losses.squared_of_rows, {"class_name": "MeanSquaredError"}])
@pytest.mark.parametrize("cls", [DenseRegressor, NetworkRegressor])
def test_an_own_loss_that_is_the_built_in_one_fits_alike_in_regressors(cls, loss, numbers) -> None:
    X, y = numbers
    y = np.column_stack([y, X[:, 0]])
    same(cls(loss=loss, **FIT).fit(X, y), cls(**FIT).fit(X, y), X, "predict", atol=1e-4)


@pytest.mark.parametrize("loss", [own_losses.squared, own_losses.squared_of_rows, {"class_name": "MeanSquaredError"}])
@pytest.mark.parametrize("cls", [AutoEncoderTransformer, NetworkTransformer])
def test_an_own_loss_that_is_the_built_in_one_fits_alike_in_transformers(cls, loss, numbers) -> None:
    X, _ = numbers
    own, built_in = cls(loss=loss, **FIT).fit(X), cls(**FIT).fit(X)
    for verb in ("reconstruct", "score_samples"):
        same(own, built_in, X, verb, atol=1e-4)


BINARY = [own_losses.log_loss, {"class_name": "BinaryCrossentropy", "config": {}}]
CLASSES = [own_losses.log_loss_of_classes, {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}]


@pytest.mark.parametrize("loss", BINARY)
def test_two_classes_and_labels(loss, two_classes) -> None:
    for X, y in (two_classes, make_multilabel_classification(96, 6, n_classes=3, random_state=0)):
        own, built_in = DenseClassifier(loss=loss, **FIT).fit(X, y), DenseClassifier(**FIT).fit(X, y)
        same(own, built_in, X, "decision_function", atol=1e-4)


@pytest.mark.parametrize("loss", CLASSES)
def test_many_classes_and_several_outputs(loss, iris) -> None:
    X, y = iris
    options = FIT | {"class_weight": {0: 2.0, 1: 1.0, 2: 1.0}}
    own, built_in = DenseClassifier(loss=loss, **options).fit(X, y), DenseClassifier(**options).fit(X, y)
    same(own, built_in, X, "decision_function", atol=1e-4)
    y = np.column_stack([y, X[:, 0] > 5.8]).astype(int)
    own, built_in = DenseClassifier(loss=loss, **FIT).fit(X, y), DenseClassifier(**FIT).fit(X, y)
    for one, other in zip(own.predict_proba(X), built_in.predict_proba(X), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=1e-5)


def huber(error: np.ndarray, delta: float) -> np.ndarray:
    return np.where(error <= delta, error**2 / 2, delta * (error - delta / 2))


NUMBERS = {
    "Huber": ({"delta": 2.0}, lambda y, f: huber(np.abs(y - f), 2.0).mean(axis=1)),
    "LogCosh": ({}, lambda y, f: np.log(np.cosh(y - f)).mean(axis=1)),
    "MeanAbsoluteError": ({"reduction": "sum_over_batch_size"}, lambda y, f: np.abs(y - f).mean(axis=1)),
    "MeanSquaredError": ({}, lambda y, f: ((y - f) ** 2).mean(axis=1)),
    "CosineSimilarity": (
        {}, lambda y, f: -(y * f).sum(axis=1) / (np.linalg.norm(y, axis=1) * np.linalg.norm(f, axis=1)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_a_configuration_is_its_formula(name: str, numbers) -> None:
    X, y = numbers
    config, formula = NUMBERS[name]
    loss, y = {"class_name": name, "config": config}, np.column_stack([3 * y + 5, X[:, 0]])
    regressor = DenseRegressor(loss=loss, **STILL).fit(X, y)
    z, f = ((values - y.mean(axis=0)) / y.std(axis=0) for values in (y, regressor.predict(X)))
    assert regressor.history_["loss"] == pytest.approx([formula(z, f).mean()], rel=1e-4)
    encoder = AutoEncoderTransformer(loss=loss, **STILL).fit(X)
    z, f = ((values - X.mean(axis=0)) / X.std(axis=0) for values in (X, encoder.reconstruct(X)))
    np.testing.assert_allclose(encoder.score_samples(X), -formula(z, f), rtol=1e-3, atol=1e-5)
    assert encoder.history_["loss"] == pytest.approx([formula(z, f).mean()], rel=1e-3)


def test_a_function_sees_ones_and_zeros_and_logits(iris) -> None:
    X, y = iris
    classifier = DenseClassifier(loss=own_losses.brier, **STILL).fit(X, y)
    expected = ((classifier.predict_proba(X) - np.eye(3)[y]) ** 2).sum(axis=1).mean()
    assert classifier.history_["loss"] == pytest.approx([expected], rel=1e-4)
    hinge = DenseClassifier(loss={"class_name": "Hinge", "config": {}}, **STILL).fit(X, y)
    expected = np.maximum(0, 1 - (2 * np.eye(3)[y] - 1) * hinge.decision_function(X)).mean()
    assert hinge.history_["loss"] == pytest.approx([expected], rel=1e-4)
    learned = DenseClassifier(loss=own_losses.brier, epochs=40, learning_rate=0.01, random_state=0).fit(X, y)
    assert learned.score(X, y) > 0.9


def test_losses_are_searched_cloned_pickled_and_exported(numbers, tmp_path) -> None:
    X, y = numbers
    losses = ["mse", {"class_name": "Huber", "config": {"delta": np.float32(2)}}, own_losses.squared]
    search = GridSearchCV(DenseRegressor(**FIT), {"loss": losses}, cv=2, n_jobs=1, error_score="raise").fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    for loss in losses:
        for estimator in (DenseRegressor(loss=loss, **FIT).fit(X, y), AutoEncoderTransformer(loss=loss, **FIT).fit(X)):
            again = pickle.loads(pickle.dumps(estimator))
            verb = "predict" if hasattr(estimator, "predict") else "score_samples"
            np.testing.assert_array_equal(getattr(again, verb)(X), getattr(estimator, verb)(X))
            n_traces = program_info().n_traces
            refitted = clone(again).fit(X, y)
            np.testing.assert_array_equal(getattr(refitted, verb)(X), getattr(estimator, verb)(X))
            assert program_info().n_traces == n_traces  # it is part of the key, by what it does
            path = tmp_path / f"{verb}{losses.index(loss)}"
            estimator.export_saved_model(path)
            served = tf.saved_model.load(str(path)).signatures[verb](X=tf.constant(X, tf.float64))[verb]
            np.testing.assert_allclose(served, getattr(estimator, verb)(X), rtol=1e-4, atol=1e-5)
    with pytest.raises(pickle.PicklingError, match="the parameter loss of DenseRegressor cannot be pickled"):
        pickle.dumps(DenseRegressor(loss=lambda targets, outputs: targets - outputs))


def test_gaps_are_left_out_of_an_own_loss(numbers) -> None:
    X, y = numbers
    y = np.column_stack([y, X[:, 0]])
    y[::5, 0] = np.nan
    for loss in (own_losses.squared, {"class_name": "MeanSquaredError"}):
        same(DenseRegressor(loss=loss, **FIT).fit(X, y), DenseRegressor(**FIT).fit(X, y), X, "predict", atol=1e-4)
    with pytest.raises(ValueError, match=r"one number a sample, but targets miss in part: .* \(batch, n_outputs\)"):
        DenseRegressor(loss=own_losses.squared_of_rows, **FIT).fit(X, y)


WRONG = [
    (
        own_losses.scalar,
        r"loss scalar must return a tensor of shape \(batch,\) or \(batch, 1\), .* returns \(\) for ",
    ),
    (own_losses.of_outputs, r"loss of_outputs must return .* but returns \(1,\) for a batch of 3"),
    (own_losses.wrong_shapes, r"loss wrong_shapes must return .* but returns \(3, 2\) for a batch of 3"),
    (own_losses.without_gradient, "loss without_gradient has no gradient"),
    (own_losses.failing, r"loss failing cannot be called on targets and outputs of shape \(3, 1\): 'nothing of that"),
    (lambda targets: targets, r"loss <lambda> cannot be called .* positional argument"),
    (lambda targets, outputs: None, r"loss <lambda> cannot be called"),
    ({"class_name": "Hubert"}, "loss 'Hubert' is unknown; did you mean 'Huber'"),
    ({"class_name": "Poisson"}, r"loss 'Poisson' is unknown; known are .* A function \(targets, outputs\) may compute"),
    ({"class_name": "Huber", "config": {"width": 2}}, "loss Huber cannot be made from the configuration {'width': 2}"),
    ({"class_name": "Huber", "config": {"reduction": "sum"}}, "loss Huber must not have a reduction"),
    ({"name": "Huber"}, "loss must have a 'class_name'"),
    ({"class_name": "Huber", "config": 2.0}, "loss must have a 'class_name' and may have a dict 'config'"),
]


@pytest.mark.parametrize(("loss", "message"), WRONG, ids=lambda value: str(value).split(" at ")[0][:30])
@pytest.mark.parametrize("cls", [DenseRegressor, DenseClassifier])
def test_what_is_no_loss_is_said(cls, loss, message: str, two_classes) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        cls(loss=loss, **FIT).fit(*two_classes)


@pytest.mark.parametrize("loss", [own_losses.INSTANCE, keras.losses.Huber], ids=["instance", "class"])
@pytest.mark.parametrize("estimator", [DenseRegressor(), DenseClassifier(), AutoEncoderTransformer()])
def test_instances_and_classes_are_pointed_to_their_configuration(estimator, loss, two_classes) -> None:
    with pytest.raises(TypeError, match=r"^loss is a (Huber|class), which averages samples .*pass its configuration"):
        estimator.set_params(loss=loss).fit(*two_classes)


@pytest.mark.parametrize("name", ["BinaryCrossentropy", "CategoricalFocalCrossentropy"])
def test_probabilities_are_not_mistaken_for_logits(name: str, iris) -> None:
    loss = {"class_name": name, "config": {"from_logits": False}}
    with pytest.raises(ValueError, match=f"^loss {name} must not have from_logits=False"):
        DenseClassifier(loss=loss, **FIT).fit(*iris)


@pytest.mark.parametrize(
    ("name", "advice"), [("CategoricalCrossentropy", "BinaryCrossentropy"), ("CategoricalHinge", "Hinge")]
)
def test_losses_of_several_classes_need_several(name: str, advice: str, two_classes) -> None:
    with pytest.raises(ValueError, match=f"^loss {name} compares the classes .* for which there is {advice}"):
        DenseClassifier(loss={"class_name": name}, **FIT).fit(*two_classes)


def test_the_loss_of_a_sparse_code_is_kept(numbers) -> None:
    X, _ = numbers
    options = FIT | {"activity_l1": 0.5}
    own, built_in = (AutoEncoderTransformer(loss=loss, **options).fit(X) for loss in (own_losses.squared, "mse"))
    same(own, built_in, X, "transform", atol=1e-4)
