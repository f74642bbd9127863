"""Validation samples, early stopping, and what is kept of a fit."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor
from skmlbio.base import _estimator

VALID = {"X_val": np.zeros((2, 4)), "y_val": np.array([0, 1])}
FEW = {"epochs": 3, "learning_rate": 0.02, "random_state": 0}


@pytest.fixture
def splits(monkeypatch) -> list[tuple]:
    """Record every validation split: what was asked for, and the rows."""
    found = []
    original = _estimator.validation_rows

    def recorded(n_samples, fraction, classes, groups, seed):
        rows = original(n_samples, fraction, classes, groups, seed)
        found.append((classes, groups, *rows))
        return rows

    monkeypatch.setattr(_estimator, "validation_rows", recorded)
    return found


def test_history_has_a_number_an_epoch(two_classes) -> None:
    estimator = DenseClassifier((8,), validation_fraction=0.25, **FEW).fit(*two_classes)
    assert list(estimator.history_) == ["loss", "val_loss"]
    assert all(type(v) is float for values in estimator.history_.values() for v in values)
    assert pd.DataFrame(estimator.history_).shape == (3, 2)
    assert estimator.n_iter_ == 3
    assert estimator.best_epoch_ == 1 + int(np.argmin(estimator.history_["val_loss"]))
    assert list(DenseClassifier((8,), **FEW).fit(*two_classes).history_) == ["loss"]


def test_validation_rows_are_seeded_shuffled_and_stratified(two_classes, splits) -> None:
    X, y = two_classes
    rare = np.concatenate([np.flatnonzero(y == 0)[:40], np.flatnonzero(y == 1)[:20]])
    for seed in (0, 0, 1):
        DenseClassifier((8,), validation_fraction=0.2, **(FEW | {"random_state": seed})).fit(X[rare], y[rare])
    first, again, other = (rows for _, _, _, rows in splits)
    assert first.tolist() == again.tolist() != other.tolist()
    assert np.bincount(y[rare][first]).tolist() == [8, 4]
    DenseRegressor((8,), validation_fraction=0.2, **FEW).fit(X, X[:, 0])
    assert splits[-1][0] is None


def test_validation_rows_are_not_trained_on(two_classes, splits) -> None:
    X, y = two_classes
    estimator = DenseClassifier((8,), validation_fraction=0.25, batch_size=None, **FEW).fit(X, y)
    held_out = splits[-1][3]
    scrambled = X.copy()
    scrambled[held_out] += 100
    other = DenseClassifier((8,), validation_fraction=0.25, batch_size=None, **FEW).fit(scrambled, y)
    assert all(np.array_equal(a, b) for a, b in zip(estimator.weights_, other.weights_, strict=True))
    assert estimator.history_["val_loss"] != other.history_["val_loss"]


def test_validation_loss_is_that_of_the_fitted_network(two_classes) -> None:
    X, y = two_classes
    X_val, y_val = X[:30] + 0.1, y[:30]
    estimator = DenseClassifier((8,), dropout=0.3, **FEW).fit(X, y, X_val=X_val, y_val=y_val)
    likelihood = estimator.predict_proba(X_val)[np.arange(30), y_val]
    assert estimator.history_["val_loss"][-1] == pytest.approx(-np.log(likelihood).mean(), rel=1e-5)


def test_validation_of_regressors_and_transformers(numbers) -> None:
    X, y = numbers
    regressor = DenseRegressor((8,), **FEW).fit(X, y, X_val=X[:20], y_val=y[:20])
    expected = (((regressor.predict(X[:20]) - y[:20]) / y.std()) ** 2).mean()
    assert regressor.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-4)
    encoder = AutoEncoderTransformer(hidden_layer_sizes=(8,), **FEW).fit(X, X_val=X[:20])
    assert encoder.history_["val_loss"][-1] == pytest.approx(-encoder.score(X[:20]), rel=1e-5)


def test_class_weights_weigh_validation_samples_wherever_they_come_from(two_classes, splits) -> None:
    X, y = two_classes
    options = {"class_weight": {0: 1.0, 1: 4.0}, **FEW}
    shared = DenseClassifier((8,), validation_fraction=0.25, **options).fit(X, y)
    *_, train, held_out = splits[-1]
    given = DenseClassifier((8,), **options).fit(X[train], y[train], X_val=X[held_out], y_val=y[held_out])
    np.testing.assert_allclose(given.history_["val_loss"], shared.history_["val_loss"], rtol=1e-5)
    losses = -np.log(given.predict_proba(X[held_out])[np.arange(len(held_out)), y[held_out]])
    expected = np.average(losses, weights=np.where(y[held_out] == 1, 4.0, 1.0))
    assert given.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-5)


def test_balanced_weights_of_validation_samples_are_those_of_the_training_classes(two_classes) -> None:
    X, y = two_classes
    rare = np.flatnonzero((y == 0) | (np.arange(96) % 4 == 0))
    balanced = DenseClassifier((8,), class_weight="balanced", **FEW).fit(X[rare], y[rare], X_val=X, y_val=y)
    n_samples, counts = len(rare), np.bincount(y[rare])
    losses = -np.log(balanced.predict_proba(X)[np.arange(96), y])
    expected = np.average(losses, weights=(n_samples / (2 * counts))[y])
    assert balanced.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-5)


def test_validation_samples_have_weights_of_their_own(two_classes) -> None:
    X, y = two_classes
    weights = np.arange(30) % 3
    options = {"X_val": X[:30], "sample_weight_val": weights}
    classifier = DenseClassifier((8,), class_weight={0: 1, 1: 2}, **FEW).fit(X, y, y_val=y[:30], **options)
    losses = -np.log(classifier.predict_proba(X[:30])[np.arange(30), y[:30]])
    expected = np.average(losses, weights=weights * (1 + y[:30]))
    assert classifier.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-5)
    regressor = DenseRegressor((8,), **FEW).fit(X, X[:, 0], y_val=X[:30, 0], **options)
    errors = ((regressor.predict(X[:30]) - X[:30, 0]) / X[:, 0].std()) ** 2
    assert regressor.history_["val_loss"][-1] == pytest.approx(np.average(errors, weights=weights), rel=1e-4)
    encoder = AutoEncoderTransformer(hidden_layer_sizes=(8,), **FEW).fit(X, **options)
    assert encoder.history_["val_loss"][-1] == pytest.approx(-encoder.score(X[:30], sample_weight=weights), rel=1e-5)


def test_class_weights_that_leave_no_validation_sample(two_classes) -> None:
    X, y = two_classes
    with pytest.raises(ValueError, match="class_weight gives every sample of y_val a weight of zero"):
        DenseClassifier(class_weight={0: 0.0, 1: 1.0}).fit(X, y, X_val=X[y == 0], y_val=y[y == 0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"X_val": np.zeros((2, 4))}, "X_val was given without y_val"),
        ({"y_val": np.zeros(2)}, "y_val was given without X_val"),
        ({"X_val": np.zeros((2, 3)), "y_val": np.array([0, 1])}, "X_val has 3 features"),
        ({"X_val": np.zeros((2, 4)), "y_val": np.array([0, 7])}, r"y_val\[1\] is 7"),
        ({"X_val": np.zeros((2, 4)), "y_val": np.array([0, 1, 1])}, "X_val has 2 samples, but y_val has 3"),
        ({"X_val": np.full((2, 4), np.nan), "y_val": np.array([0, 1])}, "Input X_val contains NaN"),
        ({"X_val": np.zeros((0, 4)), "y_val": np.zeros(0)}, "X_val: Found array with 0 sample"),
        ({"X_val": np.full((2, 4), 1e40), "y_val": np.array([0, 1])}, r"X_val\[0, 0\] is 1e\+40"),
        ({"sample_weight_val": np.ones(2)}, "sample_weight_val was given without X_val"),
        (VALID | {"sample_weight_val": [1, -1]}, "sample_weight_val must not be negative, but sample 1 has -1"),
        (VALID | {"sample_weight_val": [1, np.nan]}, "Input sample_weight_val contains NaN"),
        (VALID | {"sample_weight_val": [1, 1, 1]}, "sample_weight_val must be one number, or one for each of 2"),
        (VALID | {"sample_weight_val": [0, 0]}, "sample_weight_val: Sample weights must contain"),
        ({"groups": np.zeros(5)}, "inconsistent numbers of samples"),
    ],
)
def test_unusable_validation_data_are_refused(given, message, two_classes) -> None:
    with pytest.raises(ValueError, match=message):
        DenseClassifier((8,), **FEW).fit(*two_classes, **given)


def test_validation_data_and_a_fraction_exclude_each_other(two_classes) -> None:
    X, y = two_classes
    with pytest.raises(ValueError, match="validation_fraction or X_val, not both"):
        DenseClassifier((8,), validation_fraction=0.1, **FEW).fit(X, y, X_val=X, y_val=y)


def test_validation_data_pass_through_a_pipeline(two_classes) -> None:
    X, y = two_classes
    X_val, y_val = X[:30] * 3 + 5, y[:30]
    with sklearn.config_context(enable_metadata_routing=True):
        network = DenseClassifier((8,), **FEW).set_fit_request(X_val=True, y_val=True)
        pipeline = Pipeline([("scale", StandardScaler()), ("network", network)], transform_input=["X_val"])
        fitted = pipeline.fit(X, y, X_val=X_val, y_val=y_val)[-1]
    scaler = StandardScaler().fit(X)
    alone = DenseClassifier((8,), **FEW).fit(scaler.transform(X), y, X_val=scaler.transform(X_val), y_val=y_val)
    assert fitted.history_ == alone.history_


def test_groups_are_routed_to_validation_splits(two_classes, splits) -> None:
    groups = np.arange(96) // 8
    with sklearn.config_context(enable_metadata_routing=True):
        network = DenseClassifier((8,), validation_fraction=0.25, **FEW).set_fit_request(groups=True)
        cross_validate(network, *two_classes, cv=GroupKFold(2), params={"groups": groups})
        GridSearchCV(network, {"learning_rate": [0.01]}, cv=GroupKFold(2)).fit(*two_classes, groups=groups)
    assert len(splits) == 2 + 3
    for _, present, train, validation in splits:
        assert len(present) in (48, 96)
        assert len(validation) and not set(present[train]) & set(present[validation])


def test_patience_stops_and_restores_the_best_weights(two_classes) -> None:
    X, y = two_classes
    X_val, y_val = X[:40], 1 - y[:40]  # wrong on purpose: it soon gets worse
    estimator = DenseClassifier((8,), epochs=30, learning_rate=0.02, patience=2, random_state=0)
    estimator.fit(X, y, X_val=X_val, y_val=y_val)
    losses = estimator.history_["val_loss"]
    assert estimator.best_epoch_ == 1 + int(np.argmin(losses))
    assert estimator.n_iter_ == len(losses) == estimator.best_epoch_ + 2 < 30
    likelihood = estimator.predict_proba(X_val)[np.arange(40), y_val]
    assert -np.log(likelihood).mean() == pytest.approx(min(losses), rel=1e-5)


def test_patience_without_validation_watches_the_training_loss(two_classes) -> None:
    diverging = {"optimizer": "sgd", "learning_rate": 30.0, "l2": 0.1}
    estimator = DenseClassifier((8,), epochs=30, patience=2, random_state=0, **diverging).fit(*two_classes)
    assert estimator.n_iter_ == estimator.best_epoch_ + 2 < 30
    assert estimator.best_epoch_ == 1 + int(np.argmin(estimator.history_["loss"]))
