"""The estimators inside scikit-learn's meta-estimators and model selection."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score, roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    StratifiedKFold,
    check_cv,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import make_pipeline

import skmlbio
from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor, NetworkClassifier, NetworkRegressor
from skmlbio.base import NetworkEstimator
from skmlbio.training import clear_programs, program_info

FEW = {"epochs": 5, "learning_rate": 0.02, "random_state": 0}


def network(**options) -> DenseClassifier:
    return DenseClassifier((8,), **(FEW | options))


def test_classifiers_and_regressors_are_known_as_such() -> None:
    assert all(is_classifier(cls()) for cls in (DenseClassifier, NetworkClassifier))
    assert all(is_regressor(cls()) for cls in (DenseRegressor, NetworkRegressor))
    assert not is_classifier(AutoEncoderTransformer()) and not is_regressor(AutoEncoderTransformer())


def test_cross_validation_is_stratified(two_classes, monkeypatch) -> None:
    X, y = two_classes
    assert isinstance(check_cv(3, y, classifier=is_classifier(network())), StratifiedKFold)
    uneven = np.sort(y)  # unshuffled, unstratified folds would lack a class
    assert np.isfinite(cross_val_score(network(epochs=2), X, uneven, cv=3, error_score="raise")).all()


def test_clone_and_cross_validation_keep_the_number_of_epochs(two_classes) -> None:
    keras = pytest.importorskip("keras")
    counted = []

    class Counter(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            counted.append(0)

        def on_epoch_end(self, epoch, logs=None):
            counted[-1] += 1

    estimator = network(epochs=7, callbacks=[Counter])
    assert clone(estimator).get_params() == estimator.get_params()
    found = cross_validate(estimator, *two_classes, cv=3, return_estimator=True)
    assert counted == [7, 7, 7]
    assert [e.n_iter_ for e in found["estimator"]] == [7, 7, 7]
    assert [len(e.history_["loss"]) for e in found["estimator"]] == [7, 7, 7]


@pytest.mark.parametrize("name", ["AutoEncoderTransformer", "DenseClassifier", "NetworkClassifier", "NetworkRegressor"])
def test_clone_keeps_every_parameter(name: str) -> None:
    options = {"optimizer": {"class_name": "SGD", "config": {"momentum": 0.9}}, "epochs": 7, "patience": 3}
    estimator = getattr(skmlbio, name)(**options)
    assert clone(estimator).get_params(deep=False) == estimator.get_params(deep=False)
    assert estimator.optimizer is options["optimizer"]  # what the constructor got, not a copy of it


def test_roc_auc_scores_two_and_more_classes(two_classes, iris) -> None:
    assert cross_val_score(network(epochs=20), *two_classes, cv=2, scoring="roc_auc").mean() > 0.8
    probabilities = cross_val_predict(network(epochs=20), *iris, cv=2, method="predict_proba")
    assert roc_auc_score(iris[1], probabilities, multi_class="ovr") > 0.9


@pytest.mark.parametrize(
    "wrap",
    [
        lambda e: CalibratedClassifierCV(e, cv=2),
        lambda e: VotingClassifier([("network", e), ("line", LogisticRegression())], voting="soft"),
        lambda e: StackingClassifier([("network", e), ("line", LogisticRegression())], cv=2),
        lambda e: BaggingClassifier(e, n_estimators=2, random_state=0),
    ],
    ids=["calibrated", "voting", "stacking", "bagging"],
)
def test_ensembles(wrap, two_classes) -> None:
    X, y = two_classes
    ensemble = wrap(network()).fit(X, y)
    assert ensemble.score(X, y) > 0.7
    assert np.allclose(ensemble.predict_proba(X).sum(axis=1), 1)


def test_permutation_importance_finds_the_only_column_that_matters() -> None:
    X = np.random.default_rng(0).normal(size=(96, 4))
    y = (X[:, 2] > 0).astype(int)
    found = permutation_importance(network(epochs=20).fit(X, y), X, y, n_repeats=3, random_state=0)
    assert found.importances_mean.argmax() == 2


def test_learning_curve_counts_its_samples(two_classes) -> None:
    sizes, _, scores = learning_curve(network(), *two_classes, cv=2, train_sizes=[0.5, 1.0])
    assert sizes.tolist() == [24, 48]
    assert scores.shape == (2, 2) and np.isfinite(scores).all()


def test_a_search_of_24_fits_traces_each_of_its_two_structures_once(iris) -> None:
    clear_programs()
    search = GridSearchCV(
        make_pipeline(AutoEncoderTransformer(hidden_layer_sizes=(8,), epochs=2, random_state=0), LogisticRegression()),
        {
            "autoencodertransformer__latent_dim": [1, 2],
            "autoencodertransformer__learning_rate": [1e-3, 2e-3, 5e-3, 1e-2],
        },
        cv=3,
        refit=False,
    )
    search.fit(*iris)
    assert len(search.cv_results_["params"]) == 8
    assert (program_info().n_networks, program_info().n_trainers, program_info().n_traces) == (2, 2, 2)
    clone(search).set_params(refit=True).fit(*iris)  # the same again, and once more with all rows
    assert program_info().n_traces == 2


def test_full_batches_of_nearly_equal_folds_share_a_program(iris) -> None:
    clear_programs()
    X, y = iris
    for n_samples in (100, 104, 110):
        network(batch_size=None).fit(X[:n_samples], y[:n_samples])
    assert program_info().n_traces == 1


def test_the_cache_of_programs_can_be_emptied_under_fitted_estimators(two_classes) -> None:
    X, y = two_classes
    estimator = network().fit(X, y)
    before = estimator.predict_proba(X)
    clear_programs()
    assert program_info().n_networks == 0
    assert np.array_equal(estimator.predict_proba(X), before)


# Metadata routing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in skmlbio.__all__ if issubclass(getattr(skmlbio, n), NetworkEstimator)])
def test_no_fit_asks_for_groups_unless_it_is_told_to(name) -> None:
    estimator = getattr(skmlbio, name)()
    assert estimator.get_metadata_routing().fit.requests["groups"] is False
    with config_context(enable_metadata_routing=True):
        assert estimator.set_fit_request(groups=True).get_metadata_routing().fit.requests["groups"] is True


def test_grouped_cross_validation_with_metadata_routing(two_classes) -> None:
    X, y = two_classes
    groups = np.arange(len(X)) % 4
    plain = cross_validate(network(), X, y, groups=groups, cv=GroupKFold(2), error_score="raise")["test_score"]
    with config_context(enable_metadata_routing=True):
        routed = {"cv": GroupKFold(2), "error_score": "raise"}
        found = cross_validate(network(), X, y, params={"groups": groups}, **routed)["test_score"]
        assert np.array_equal(found, plain)
        search = GridSearchCV(make_pipeline(network()), {"denseclassifier__epochs": [1, 2]}, **routed)
        assert np.isfinite(search.fit(X, y, groups=groups).cv_results_["mean_test_score"]).all()
        own = network(validation_fraction=0.25).set_fit_request(groups=True)  # keeps each group on one side
        cross_validate(own, X, y, params={"groups": groups}, **routed)
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):  # as for every estimator
            cross_validate(network(), X, y, params={"sample_weight": np.ones(len(X))}, **routed)


def test_a_search_over_powers_of_two(two_classes) -> None:
    search = GridSearchCV(network(), {"batch_size": 2 ** np.arange(3, 6)}, cv=2, error_score="raise").fit(*two_classes)
    plain = GridSearchCV(network(), {"batch_size": [8, 16, 32]}, cv=2).fit(*two_classes)
    assert np.array_equal(search.cv_results_["mean_test_score"], plain.cv_results_["mean_test_score"])


@pytest.mark.parametrize("clusterer", [KMeans(2, n_init=3, random_state=0), HDBSCAN(min_cluster_size=20, copy=True)])
def test_clusterers_find_clusters_among_codes(clusterer) -> None:
    rng = np.random.default_rng(0)
    types = np.arange(80) % 2
    X = np.where(types == 1, 3, -3)[:, np.newaxis] + rng.normal(size=(80, 6))
    pipeline = make_pipeline(AutoEncoderTransformer(hidden_layer_sizes=(), epochs=3, random_state=0), clusterer)
    clusters = pipeline.fit_predict(X)
    assert adjusted_rand_score(types, clusters) == 1
    assert np.array_equal(clone(pipeline).fit_predict(X), clusters)
    if hasattr(clusterer, "predict"):
        assert np.array_equal(pipeline.predict(X), clusters)
