"""Kinds of targets, weights of samples and of classes."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import r2_score
from sklearn.utils.class_weight import compute_sample_weight

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor, NetworkClassifier, NetworkRegressor

LEARN = {"epochs": 30, "learning_rate": 0.02, "random_state": 0}
FULL = {"epochs": 10, "batch_size": None, "learning_rate": 0.01, "dtype": "float64", "random_state": 0}


def test_two_classes_of_any_label(two_classes) -> None:
    X, codes = two_classes
    y = np.array(["healthy", "ill"], dtype=object)[codes]
    estimator = DenseClassifier((8,), **LEARN).fit(X, y)
    assert estimator.classes_.tolist() == ["healthy", "ill"]
    assert estimator.score(X, y) > 0.85
    probabilities, decisions = estimator.predict_proba(X), estimator.decision_function(X)
    assert probabilities.shape == (96, 2) and probabilities.dtype == np.float64 and decisions.shape == (96,)
    assert np.allclose(probabilities.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert np.array_equal(decisions > 0, estimator.predict(X) == "ill")
    assert np.allclose(probabilities[:, 1], 1 / (1 + np.exp(-decisions)), atol=1e-6)
    assert np.array_equal(estimator.predict_proba(X), DenseClassifier((8,), **LEARN).fit(X, codes).predict_proba(X))


def test_many_classes(iris) -> None:
    X, codes = iris
    y = np.array(["setosa", "versicolor", "virginica"])[codes]
    estimator = NetworkClassifier(**LEARN).fit(X, y)
    assert estimator.score(X, y) > 0.9
    assert estimator.predict_proba(X).shape == estimator.decision_function(X).shape == (150, 3)
    assert np.array_equal(estimator.classes_[estimator.predict_proba(X).argmax(axis=1)], estimator.predict(X))


@pytest.mark.parametrize("as_target", [np.asarray, scipy.sparse.csr_matrix], ids=["dense", "sparse"])
def test_several_labels_a_sample(as_target) -> None:
    X, y = make_multilabel_classification(96, 6, n_classes=3, n_labels=2, random_state=0)
    estimator = DenseClassifier((8,), **LEARN).fit(X, as_target(y))
    assert estimator.classes_.tolist() == [0, 1, 2]
    assert estimator.predict(X).shape == estimator.predict_proba(X).shape == estimator.decision_function(X).shape
    assert set(np.unique(estimator.predict(X))) <= {0, 1}
    assert (estimator.predict(X) == y).mean() > 0.8


@pytest.mark.parametrize("value", [7, -1, 0.3])
@pytest.mark.parametrize("as_target", [np.asarray, scipy.sparse.csr_matrix], ids=["dense", "sparse"])
def test_labels_other_than_0_and_1_are_refused_later_too(value, as_target) -> None:
    X, y = make_multilabel_classification(30, 6, n_classes=3, random_state=0)
    wrong = y.astype(float)
    wrong[4, 2] = value
    wrong = as_target(wrong)
    estimator = DenseClassifier((8,), epochs=1, warm_start=True, random_state=0).fit(X, y)
    for go_on in (estimator.fit, estimator.partial_fit):
        with pytest.raises(ValueError, match=rf"^y\[4, 2\] is {value:.1f}, but labels are 0 or 1"):
            go_on(X, wrong)
    with pytest.raises(ValueError, match=rf"^y_val\[4, 2\] is {value:.1f}, but labels are 0 or 1"):
        DenseClassifier().fit(X, y, X_val=X, y_val=wrong)


def test_one_hot_classes_are_pointed_out_once_a_fit(iris) -> None:
    X, codes = iris
    y = np.eye(3, dtype=int)[codes]
    estimator = DenseClassifier((8,), epochs=1, warm_start=True, random_state=0)
    with pytest.warns(UserWarning, match=r"exactly one 1 in every row.*pass y.argmax\(axis=1\)") as caught:
        estimator.fit(X, y, X_val=X, y_val=y)
    assert len(caught) == 1
    estimator.fit(X, y).partial_fit(X, y)  # the kind of target is decided: no warning
    with pytest.warns(UserWarning, match="exactly one 1 in every row"):
        DenseClassifier((8,), random_state=0).partial_fit(X, y)


def test_several_outputs_of_several_classes(iris) -> None:
    X, codes = iris
    y = np.column_stack([np.array(["a", "b", "c"])[codes], np.where(X[:, 0] > 5.8, "long", "short")])
    estimator = DenseClassifier((8,), **LEARN).fit(X, y)
    assert [c.tolist() for c in estimator.classes_] == [["a", "b", "c"], ["long", "short"]]
    assert ((estimator.predict(X) == y).mean(axis=0) > 0.85).all()
    assert [p.shape for p in estimator.predict_proba(X)] == [(150, 3), (150, 2)]
    with pytest.raises(AttributeError, match="no attribute 'decision_function': labels of several classes each have"):
        estimator.decision_function  # noqa: B018


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_regression_at_any_scale(numbers, scale) -> None:
    X, y = numbers
    estimator = DenseRegressor((16,), **(LEARN | {"epochs": 60})).fit(X, y * scale + 10 * scale)
    assert estimator.score(X, y * scale + 10 * scale) > 0.9
    assert estimator.predict(X).shape == (96,)


def test_several_targets(numbers) -> None:
    X, y = numbers
    both = np.column_stack([y, 1000 - 5 * y])
    estimator = DenseRegressor((16,), **(LEARN | {"epochs": 60})).fit(X, both)
    assert estimator.n_outputs_ == 2
    assert estimator.predict(X).shape == (96, 2)
    assert estimator.score(X, both) > 0.9


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_losses_of_regression(numbers, loss) -> None:
    X, y = numbers
    estimator = DenseRegressor((8,), loss=loss, epochs=2, batch_size=None, random_state=0).fit(X, y)
    z = (y - y.mean()) / y.std()
    before = DenseRegressor((8,), loss=loss, epochs=1, learning_rate=1e-12, batch_size=None, random_state=0).fit(X, y)
    error = np.abs(z - (before.predict(X) - y.mean()) / y.std())
    expected = {"mse": error**2, "mae": error, "huber": np.where(error <= 1, error**2 / 2, error - 0.5)}[loss].mean()
    assert estimator.history_["loss"][0] == pytest.approx(expected, rel=1e-4)
    assert estimator.history_["loss"][1] < expected


@pytest.mark.parametrize(
    "estimator",
    [cls(hidden_layer_sizes=(8,), **FULL) for cls in (DenseClassifier, DenseRegressor, AutoEncoderTransformer)],
    ids=["classifier", "regressor", "transformer"],
)
@pytest.mark.parametrize("fraction", [None, 0.25])
def test_weight_zero_counts_as_absent_and_two_as_twice(estimator, fraction, two_classes) -> None:
    X, y = two_classes
    estimator.set_params(validation_fraction=fraction)
    weights = np.ones(96)
    weights[::3] = 0
    absent = estimator.fit(X, y, sample_weight=weights).weights_, estimator.history_
    left_out = estimator.fit(X[weights > 0], y[weights > 0]).weights_, estimator.history_
    for one, other in zip(absent[0], left_out[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-10)
    assert absent[1].keys() == left_out[1].keys()
    if fraction is None:
        weights[1::3] = 2
        twice = estimator.fit(X, y, sample_weight=weights).weights_
        rows = np.repeat(np.arange(96), weights.astype(int))
        for one, other in zip(twice, estimator.fit(X[rows], y[rows]).weights_, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def test_class_weights_are_sample_weights(two_classes) -> None:
    X, y = two_classes
    rare = np.flatnonzero((y == 0) | (np.arange(96) % 5 == 0))
    X, y = X[rare], y[rare]
    for class_weight in ("balanced", {0: 1.0, 1: 4.0}):
        weighted = DenseClassifier((8,), class_weight=class_weight, **FULL).fit(X, y).weights_
        given = DenseClassifier((8,), **FULL).fit(X, y, sample_weight=compute_sample_weight(class_weight, y)).weights_
        for one, other in zip(weighted, given, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    plain = DenseClassifier((8,), **LEARN).fit(X, y).predict_proba(X)[:, 1].mean()
    assert DenseClassifier((8,), class_weight={1: 20}, **LEARN).fit(X, y).predict_proba(X)[:, 1].mean() > plain


def test_class_weights_of_several_outputs(iris) -> None:
    X, codes = iris
    y = np.column_stack([codes, X[:, 0] > 5.8]).astype(int)
    each = [{0: 1.0, 1: 2.0, 2: 1.0}, {0: 1.0, 1: 3.0}]
    weighted = DenseClassifier((8,), class_weight=each, **FULL).fit(X, y).weights_
    given = DenseClassifier((8,), **FULL).fit(X, y, sample_weight=compute_sample_weight(each, y)).weights_
    for one, other in zip(weighted, given, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    with pytest.raises(ValueError, match="class_weight lists 1 outputs, but y has 2"):
        DenseClassifier(class_weight=[{0: 1.0}]).fit(X, y)


def test_class_weights_of_labels_are_refused() -> None:
    X, y = make_multilabel_classification(30, 6, n_classes=3, random_state=0)
    with pytest.raises(ValueError, match=r"class_weight .* y holds labels"):
        DenseClassifier(class_weight="balanced").fit(X, y)


def test_scores_take_sample_weights(two_classes) -> None:
    X, _ = two_classes
    estimator = AutoEncoderTransformer(hidden_layer_sizes=(8,), epochs=2, random_state=0).fit(X)
    errors, weights = estimator.score_samples(X), np.arange(96.0)
    assert errors.shape == (96,) and (errors <= 0).all()
    assert estimator.score(X) == pytest.approx(errors.mean(), rel=1e-5)
    assert estimator.score(X, sample_weight=weights) == pytest.approx(np.average(errors, weights=weights), rel=1e-5)


# --- targets with gaps ---------------------------------------------------------------------------

GAPS = [(row, row % 4) for row in range(0, 96, 3) if row % 4 < 2]


def with_gaps(y: np.ndarray) -> np.ndarray:
    y = y.astype(float)
    y[tuple(zip(*GAPS, strict=True))] = np.nan
    return y


@pytest.fixture
def columns(numbers):
    X, y = numbers
    return X, np.column_stack([y, 1000 - 5 * y, X[:, 0]])


def test_targets_with_gaps_are_learned_from_the_samples_that_have_them(columns) -> None:
    X, y = columns
    holes = with_gaps(y)
    estimator = DenseRegressor((16,), **(LEARN | {"epochs": 60}), validation_fraction=0.1).fit(X, holes)
    assert np.isfinite(estimator.predict(X)).all() and estimator.score(X, y) > 0.9
    known = ~np.isnan(holes)
    scores = [r2_score(holes[k, j], estimator.predict(X)[k, j]) for j, k in enumerate(known.T)]
    assert estimator.score(X, holes) == pytest.approx(np.mean(scores))
    weights = np.arange(96.0)
    scores = [
        r2_score(holes[k, j], estimator.predict(X)[k, j], sample_weight=weights[k]) for j, k in enumerate(known.T)
    ]
    assert estimator.score(X, holes, sample_weight=weights) == pytest.approx(np.mean(scores))
    estimator.partial_fit(X, holes).partial_fit(X, y)
    nobody = np.where([[True, False, False]], np.nan, y)
    assert np.isfinite(estimator.partial_fit(X, nobody).predict(X)).all()
    assert estimator.score(X, nobody) == pytest.approx(estimator.score(X, y), abs=0.1)  # over two of the columns


def linear(input_shape, n_outputs):
    import keras

    x = keras.Input(input_shape)
    return keras.Model(x, keras.layers.Dense(n_outputs, kernel_initializer="zeros")(x))


def test_a_gap_changes_nothing_for_a_complete_column(columns) -> None:
    X, y = columns
    options = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": None, "standardize": False, "random_state": 0}
    model = NetworkRegressor(linear, epochs=5, **options)
    gaps, complete = model.fit(X, with_gaps(y)).predict(X), model.fit(X, y).predict(X)
    np.testing.assert_allclose(gaps[:, 2], complete[:, 2], rtol=1e-5)
    # A column with gaps learns what it learns where samples without it are left out: its scale, its loss, its steps.
    for column in (0, 1):
        known = ~np.isnan(with_gaps(y)[:, column])
        left_out = model.fit(X[known], y[known]).predict(X)
        np.testing.assert_allclose(gaps[:, column], left_out[:, column], rtol=1e-5, atol=1e-5)
        assert np.abs(gaps[:, column] - complete[:, column]).max() > 1e-3


@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, np.ndarray.tolist])
def test_labels_with_gaps(container) -> None:
    X, y = make_multilabel_classification(96, 6, n_classes=3, n_labels=2, random_state=0)
    holes = with_gaps(y)
    estimator = DenseClassifier((8,), **(LEARN | {"epochs": 60}), validation_fraction=0.1).fit(X, container(holes))
    assert estimator.classes_.tolist() == [0, 1, 2]
    answers = estimator.predict(X)
    assert (answers == y).mean() > 0.8
    right = ((answers == y) | np.isnan(holes)).all(axis=1)
    assert estimator.score(X, container(holes)) == pytest.approx(right.mean())
    assert estimator.score(X, container(y)) == pytest.approx((answers == y).all(axis=1).mean())
    half = np.arange(96) % 2
    assert estimator.score(X, holes, sample_weight=half) == pytest.approx(right[half == 1].mean())
    estimator.partial_fit(X, container(holes)).partial_fit(X, container(y))


def test_gaps_give_the_loss_that_is_documented() -> None:
    X, y = make_multilabel_classification(96, 6, n_classes=3, n_labels=2, random_state=0)
    holes, still = with_gaps(y), {"epochs": 1, "learning_rate": 1e-12, "dtype": "float64", "random_state": 0}
    weights = np.linspace(0.5, 1.5, 96)
    estimator = DenseClassifier((8,), **still).fit(X, holes, weights, X_val=X, y_val=holes, sample_weight_val=weights)
    logits = estimator.decision_function(X).astype(float)
    losses = np.logaddexp(0, logits) - np.nan_to_num(holes) * logits
    known = ~np.isnan(holes)
    expected = np.mean([np.average(losses[k, j], weights=weights[k]) for j, k in enumerate(known.T)])
    assert estimator.history_["loss"] == pytest.approx([expected], rel=1e-6)
    assert estimator.history_["val_loss"] == pytest.approx([expected], rel=1e-6)


@pytest.mark.parametrize("estimator", [DenseClassifier((8,), **FULL), DenseRegressor((8,), **FULL)])
def test_a_sample_of_which_nothing_is_known_counts_as_absent(estimator) -> None:
    X, y = make_multilabel_classification(96, 6, n_classes=3, n_labels=2, random_state=0)
    y = with_gaps(y)
    nothing = np.vstack([y, np.full((4, 3), np.nan)])
    absent = estimator.fit(np.vstack([X, X[:4] + 9]), nothing).weights_
    for one, other in zip(absent, estimator.fit(X, y).weights_, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("estimator", [DenseClassifier(), DenseRegressor()], ids=["classifier", "regressor"])
def test_gaps_that_leave_nothing_are_refused(estimator) -> None:
    X, y = make_multilabel_classification(30, 6, n_classes=3, random_state=0)
    empty, nothing = y.astype(float), np.full((30, 3), np.nan)
    empty[:, 1] = np.nan
    with pytest.raises(ValueError, match=r"^column 1 of y is missing in every training sample"):
        estimator.fit(X, empty)
    with pytest.raises(ValueError, match=r"^column 'toxic' \(1\) of y is missing in every training sample"):
        estimator.fit(X, pd.DataFrame(empty, columns=["one", "toxic", "three"]))
    with pytest.raises(ValueError, match=r"^y is missing in every sample"):
        estimator.fit(X, nothing)
    with pytest.raises(ValueError, match=r"^y_val is missing in every sample"):
        estimator.fit(X, y, X_val=X, y_val=nothing)
    estimator.set_params(epochs=1).fit(X, y, X_val=X, y_val=empty)
    assert np.isfinite(estimator.history_["val_loss"]).all()
    with pytest.raises(ValueError, match=r"missing in every sample|no column that two samples have"):
        estimator.score(X, nothing)


@pytest.mark.parametrize("y", [[1.0, np.nan, 0.0], [[1.0], [np.nan], [0.0]]])
@pytest.mark.parametrize("estimator", [DenseClassifier(), DenseRegressor()], ids=["classifier", "regressor"])
def test_one_target_has_no_gaps(estimator, y) -> None:
    with pytest.raises(ValueError, match="y contains NaN"):
        estimator.fit(np.eye(3), y)


def test_gaps_beside_what_is_no_label() -> None:
    y = np.array([[1, 0], [None, 2], [0, 1]], dtype=object)
    with pytest.raises(ValueError, match=r"^y\[1, 1\] is 2.0, but labels are 0 or 1"):
        DenseClassifier().fit(np.eye(3), y)
    with pytest.raises(ValueError, match=r"^y\[0, 0\] is 'a', but beside entries that are missing, y holds numbers"):
        DenseClassifier().fit(np.eye(3), np.array([["a", 0], [None, 1], ["b", 1]], dtype=object))
