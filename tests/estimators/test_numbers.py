"""Numbers far from zero, numbers that never change, and numbers of unusual types."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy import sparse

import skmlbio
from skmlbio.graphs import Graph

Z = np.random.default_rng(0).normal(size=(400, 3))
Y = Z[:, 0] > 0
FAR = {"plain": (0.0, 1.0), "seconds since 1970": (1.7e9, 1.0), "narrow": (1000.0, 1e-3), "tiny": (0.0, 1e-200)}
FIT = {"epochs": 40, "learning_rate": 0.02, "random_state": 0}


@pytest.mark.parametrize("units", FAR)
def test_where_columns_lie_is_no_matter_to_a_classifier(units: str) -> None:
    offset, factor = FAR[units]
    X = offset + factor * Z
    classifier = skmlbio.DenseClassifier((16,), **FIT).fit(X, Y)
    assert classifier.score(X, Y) >= 0.99
    # Rounding 1.7e9 + z to double precision is all that is lost.
    plain = skmlbio.DenseClassifier((16,), **FIT).fit(Z, Y)
    np.testing.assert_allclose(classifier.predict_proba(X), plain.predict_proba(Z), atol=1e-3)
    thin = skmlbio.DenseClassifier((16,), **FIT).fit(sparse.csr_matrix(X), Y)
    np.testing.assert_array_equal(thin.predict_proba(sparse.csr_matrix(X)), classifier.predict_proba(X))


def test_where_columns_lie_is_no_matter_to_a_network_of_ones_own() -> None:
    X = 1.7e9 + Z.reshape(200, 2, 3)
    y = Z.reshape(200, 2, 3)[:, 1, 0] > 0
    assert skmlbio.NetworkClassifier(**FIT).fit(X, y).score(X, y) >= 0.99
    X = 1.7e9 + Z
    rebuilt = skmlbio.NetworkTransformer(network_params={"n_components": 3}, **FIT).fit(X).reconstruct(X)
    assert rebuilt.dtype == np.float64 and np.abs(rebuilt - X).mean() < 0.3


def test_where_node_features_lie_is_no_matter() -> None:
    graphs = [Graph(1.7e9 + np.full((2, 1), z), [[0, 1], [1, 0]]) for z in Z[:80, 0]]
    classifier = skmlbio.GCNClassifier(hidden_layer_sizes=(8,), epochs=60, learning_rate=0.02, random_state=0)
    assert classifier.fit(graphs, Y[:80]).score(graphs, Y[:80]) > 0.95


@pytest.mark.parametrize("scale", [10.0, 1e40])
@pytest.mark.parametrize("cls", [skmlbio.DenseRegressor, skmlbio.NetworkRegressor])
def test_targets_far_from_zero(cls, scale: float) -> None:
    y = scale * (1.7e8 + Z.sum(axis=1))
    regressor = cls(**FIT).fit(Z, y, X_val=Z[:50], y_val=y[:50])
    assert regressor.score(Z, y) >= 0.999
    expected = (((regressor.predict(Z[:50]) - y[:50]) / y.std()) ** 2).mean()
    assert regressor.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-3)


def test_reconstructions_and_draws_keep_their_digits() -> None:
    X = 1.7e9 + Z * [1, 2, 3]
    encoder = skmlbio.AutoEncoderTransformer(3, **FIT).fit(X)
    for rebuilt in (encoder.reconstruct(X), encoder.inverse_transform(encoder.transform(X))):
        assert rebuilt.dtype == np.float64
        assert (np.abs(rebuilt - X).mean(axis=0) < [0.3, 0.6, 0.9]).all()
    sampler = skmlbio.VAESampler(2, **FIT).fit(X)
    drawn = sampler.sample(4000, random_state=0)
    assert drawn.dtype == np.float64
    np.testing.assert_allclose(drawn.mean(axis=0) - X.mean(axis=0), 0, atol=0.4)
    np.testing.assert_allclose(drawn.std(axis=0), X.std(axis=0), rtol=0.15)
    plain = skmlbio.VAESampler(2, **FIT).fit(X - 1.7e9)
    assert sampler.score(X) == pytest.approx(plain.score(X - 1.7e9), abs=0.1)


def test_exported_networks_keep_the_digits(tmp_path) -> None:
    X = 1.7e9 + Z
    regressor = skmlbio.DenseRegressor(**FIT).fit(pd.DataFrame(X, columns=["a", "b", "c"]), 1.7e9 + 10 * Z.sum(axis=1))
    regressor.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served").signatures
    expected = regressor.predict(pd.DataFrame(X, columns=["a", "b", "c"]))
    columns = {name: tf.constant(X[:, i]) for i, name in enumerate("abc")}
    for answer in (served["predict"](**columns)["predict"], served["predict_matrix"](X=tf.constant(X))["predict"]):
        np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(regressor.model_(X)[:, 0], expected, rtol=0, atol=1e-4)


# Constants ------------------------------------------------------------------------------------------------------------

CONSTANT = np.column_stack([Z[:, 0], np.full(400, 5.1), Z[:, 1], np.zeros(400)])
OTHER = CONSTANT[:1] + np.array([0, 0.5, 0, 0])
MODELS = {
    "encoder": skmlbio.AutoEncoderTransformer(2, **FIT),
    "tied": skmlbio.AutoEncoderTransformer(2, tied_weights=True, **FIT),
    "own": skmlbio.NetworkTransformer(**FIT),
    "decoder": skmlbio.VAESampler(2, **FIT),
    "feature": skmlbio.VAESampler(2, variance="feature", **FIT),
    "fixed": skmlbio.VAESampler(2, variance=0.25, **FIT),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_constant_column_comes_back_as_the_constant(name: str) -> None:
    model = MODELS[name].fit(CONSTANT, sample_weight=np.arange(400) % 3)
    answers = [model.reconstruct(CONSTANT), model.reconstruct(OTHER)]
    if hasattr(model, "inverse_transform"):
        answers.append(model.inverse_transform(10 * model.transform(CONSTANT)))
    if hasattr(model, "sample"):
        answers.append(model.sample(50))
    for answer in answers:
        assert (answer[:, [1, 3]] == [5.1, 0]).all()
    assert model.score_samples(OTHER)[0] < model.score_samples(CONSTANT[:1])[0] - 0.02


def test_a_constant_column_adds_nothing_to_a_density() -> None:
    sampler = skmlbio.VAESampler(2, variance="feature", **FIT).fit(CONSTANT)
    assert sampler.score(CONSTANT) == pytest.approx(
        skmlbio.VAESampler(2, variance="feature", **FIT).fit(Z[:, :2]).score(Z[:, :2]), abs=0.1
    )
    change = sampler.score_samples(CONSTANT[:1] + np.array([0, 0, 0, 0.02]))[0] - sampler.score_samples(CONSTANT[:1])[0]
    assert change == pytest.approx(-0.5 * 2**2, abs=0.3)


@pytest.mark.parametrize("name", ["encoder", "own", "decoder"])
def test_a_column_that_was_constant_may_vary_later(name: str) -> None:
    later = CONSTANT + np.column_stack([np.zeros(400), Z[:, 2], np.zeros(400), np.zeros(400)])
    model = MODELS[name].fit(CONSTANT)
    model.partial_fit(CONSTANT)
    assert (model.reconstruct(later)[:, 1] == 5.1).all()
    model.partial_fit(later)
    rebuilt = model.reconstruct(later)
    assert rebuilt[:, 1].std() > 0.01 and (rebuilt[:, 3] == 0).all()


@pytest.mark.parametrize("name", ["encoder", "own", "decoder", "fixed"])
@pytest.mark.parametrize("X", [np.full((5, 3), 7.7), np.array([[1.0, -2.0, 1e9]])], ids=["constant", "one row"])
def test_nothing_that_varies(name: str, X: np.ndarray) -> None:
    model = MODELS[name].fit(X)
    assert np.isfinite(model.score_samples(X)).all() and np.isfinite(model.transform(X)).all()
    assert np.isfinite(model.history_["loss"]).all()
    np.testing.assert_array_equal(model.reconstruct(X), X)


@pytest.mark.parametrize("cls", [skmlbio.DenseRegressor, skmlbio.NetworkRegressor])
@pytest.mark.parametrize(
    "y", [np.full(20, 5.1), np.full((20, 2), -1.7e9), np.column_stack([Z[:20, 0], np.full(20, 0.1), np.zeros(20)])]
)
def test_a_constant_target_is_predicted_as_the_constant(cls, y: np.ndarray, tmp_path) -> None:
    regressor = cls(**FIT).fit(Z[:20], y, sample_weight=np.arange(20) % 3, X_val=Z[:9], y_val=y[:9])
    regressor.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served").signatures["predict"]
    constant = np.ptp(y, axis=0) == 0
    for predicted in (regressor.predict(Z), served(X=tf.constant(Z))["predict"].numpy()):
        assert (predicted[..., constant] == y[0, constant] if y.ndim > 1 else predicted == y[0]).all()
    assert (regressor.model_(Z).numpy()[:, np.atleast_1d(constant)] == y.reshape(20, -1)[0, constant]).all()
    assert np.isfinite(regressor.history_["loss"] + regressor.history_["val_loss"]).all()
    if y.ndim > 1 and not constant.all():
        assert regressor.predict(Z)[:, 0].std() > 0.1


def test_a_target_that_varies_by_few_of_its_digits_is_no_constant() -> None:
    y = 1e15 + (Z[:, 0] > 0)
    for target in (y, np.column_stack([y, np.where(np.arange(400) % 2, np.nan, y)])):
        predicted = skmlbio.DenseRegressor(**FIT).fit(Z, target).predict(Z).reshape(400, -1)
        for column in predicted.T:
            assert np.corrcoef(column - 1e15, y - 1e15)[0, 1] > 0.7


@pytest.mark.parametrize("cls", [skmlbio.DenseRegressor, skmlbio.NetworkRegressor])
def test_a_target_that_was_constant_may_vary_later(cls) -> None:
    y = np.column_stack([np.full(400, 5.1), np.full(400, -2.0)])
    later = y + np.column_stack([Z[:, 0], np.zeros(400)])
    regressor = cls(**FIT).fit(Z, y).partial_fit(Z, y)
    assert (regressor.predict(Z) == y).all()
    regressor.partial_fit(Z, later)
    assert regressor.predict(Z)[:, 0].std() > 0.01 and (regressor.predict(Z)[:, 1] == -2.0).all()
    regressor.set_params(warm_start=True).fit(Z, later)
    assert np.corrcoef(regressor.predict(Z)[:, 0], later[:, 0])[0, 1] > 0.95


# What single precision cannot hold ------------------------------------------------------------------------------------


def beyond(container=np.asarray):
    X = Z[:60].copy()
    X[7, 2] = -1e40
    return container(X)


FRAME = lambda X: pd.DataFrame(X, columns=["a", "b", "mass"])  # noqa: E731


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize(
    ("container", "named"), [(np.asarray, ""), (sparse.csr_matrix, ""), (FRAME, r" \(feature 'mass'\)")]
)
def test_what_single_precision_cannot_hold_is_refused_by_name(container, named: str, standardize: bool) -> None:
    message = rf"^X\[7, 2\] is -1e\+40{named}, but numbers must lie between -3.4e\+38 and 3.4e\+38"
    for estimator in (
        skmlbio.DenseClassifier,
        skmlbio.AutoEncoderTransformer,
        skmlbio.VAESampler,
        skmlbio.NetworkRegressor,
    ):
        with pytest.raises(ValueError, match=message):
            estimator(standardize=standardize, epochs=1).fit(beyond(container), Y[:60])
    classifier = skmlbio.DenseClassifier(standardize=standardize, epochs=1).fit(container(Z[:60]), Y[:60])
    for ask in (classifier.predict, classifier.predict_proba):
        with pytest.raises(ValueError, match=message):
            ask(beyond(container))


@pytest.mark.parametrize(
    "cls",
    [
        skmlbio.DenseClassifier,
        skmlbio.DenseRegressor,
        skmlbio.AutoEncoderTransformer,
        skmlbio.VAESampler,
        skmlbio.NetworkTransformer,
    ],
)
def test_samples_too_far_from_the_training_data_get_no_answer(cls) -> None:
    X = Z * [1, 1, 1e-200]  # within single precision, but not once the last column is standardised
    estimator = cls(epochs=1, random_state=0).fit(X, Y)
    far = np.where(np.arange(400)[:, None] == 5, 1.0, X)
    verbs = ("predict", "predict_proba", "decision_function", "transform", "reconstruct", "score_samples")
    for verb in (verb for verb in verbs if hasattr(estimator, verb)):
        try:
            answer = getattr(estimator, verb)(far)
        except ValueError as error:
            assert "sample 5 of X is so far from the training data" in str(error)
        else:
            assert not np.isnan(answer).any()


def test_node_features_that_single_precision_cannot_hold() -> None:
    graphs = [Graph([[1.0]]), Graph([[2.0], [-1e40]])]
    with pytest.raises(ValueError, match=r"graph 1: node 1 has -1e\+40 as feature 0; finite needed, and between"):
        skmlbio.GCNClassifier().fit(graphs, [0, 1])


@pytest.mark.parametrize("y", [[1e-200, 2e-200, 3e-200, 1e200], [1e300, 2e300, 3e300, 4e300], [1e-300, 0, 0, 0]])
def test_targets_of_any_size(y: list) -> None:
    predicted = skmlbio.DenseRegressor(epochs=2, random_state=0).fit(Z[:4], y).predict(Z[:4])
    assert (np.abs(predicted - np.mean(y)) < 5 * np.ptp(y)).all()


def test_targets_beyond_double_precision_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^y\[1\] is 1.7e\+308, but numbers must lie between -1e\+301 and"):
        skmlbio.DenseRegressor().fit(Z[:4], [0.0, 1.7e308, -1.7e308, 1.0])


def test_later_targets_too_far_from_the_first_are_refused() -> None:
    y, far = Z[:, 0], np.where(np.arange(400) == 3, 1e60, Z[:, 0])
    with pytest.raises(ValueError, match=r"^y_val holds 1e\+60, too far from its mean"):
        skmlbio.DenseRegressor(epochs=1).fit(Z, y, X_val=Z, y_val=far)
    with pytest.raises(ValueError, match=r"^y holds 1e\+60, too far from its mean"):
        skmlbio.DenseRegressor(epochs=1).fit(Z, y).partial_fit(Z, far)


# Types ----------------------------------------------------------------------------------------------------------------


def test_whole_numbers_beyond_two_to_the_53() -> None:
    nanoseconds = (1_700_000_000 * 10**9 + (Z * 1e9).astype(np.int64)).astype(np.int64)
    for X in (nanoseconds, nanoseconds.astype(np.uint64), pd.DataFrame(nanoseconds), sparse.csr_matrix(nanoseconds)):
        assert skmlbio.DenseClassifier((16,), **FIT).fit(X, Y).score(X, Y) >= 0.99


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.longdouble, np.int8, bool, object, "Float64", "Int64", "boolean"]
)
def test_numbers_of_any_type_are_the_same_numbers(dtype, standardize: bool) -> None:
    whole = (Z > 0).astype(float)
    X = pd.DataFrame(whole).astype(dtype) if isinstance(dtype, str) else whole.astype(dtype)
    classifier = skmlbio.DenseClassifier((4,), standardize=standardize, epochs=2, random_state=0)
    expected = classifier.fit(whole, Y).predict_proba(whole)
    np.testing.assert_array_equal(classifier.predict_proba(X), expected)
    np.testing.assert_array_equal(classifier.fit(X, Y).predict_proba(X), expected)


def test_missing_values_of_nullable_columns_are_refused() -> None:
    X = pd.DataFrame(Z[:20]).astype("Float64")
    X.iloc[3, 1] = pd.NA
    with pytest.raises(ValueError, match="Input X contains NaN"):
        skmlbio.DenseClassifier().fit(X, Y[:20])
