"""scikit-learn's own checks, over every estimator of matrices."""

from unittest import SkipTest

import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

import skmlbio

# Why a check may fail, by estimator and check.  Empty: none does.
EXPECTED_FAILED_CHECKS: dict[str, dict[str, str]] = {}

# Their batteries are files of their own.
ELSEWHERE = {
    "AttentionClassifier",
    "AttentionRegressor",
    "EmbeddingTransformer",
    "GCNClassifier",
    "GCNLinkPredictor",
    "GCNNodeClassifier",
    "GCNNodeRegressor",
    "GCNRegressor",
    "GCNTransformer",
    "MarkovChain",
    "MarkovClassifier",
    "MaskedSequenceEncoder",
    "MoleculeGraphTransformer",
    "PatternDetector",
    "RNNClassifier",
    "RNNRegressor",
    "SequenceCNNClassifier",
    "SequenceCNNRegressor",
    "SequenceLanguageModel",
    "SequenceTagger",
    "TensorFactorizationRegressor",
    "TransformerTranslator",
    "WeisfeilerLehmanTransformer",
}

TRAINING = {"learning_rate": 0.02, "epochs": 30, "batch_size": None}
ENCODING = {"learning_rate": 1e-3, "epochs": 10, "batch_size": None}
SMALL_IMAGES = {
    "dtype": "float64", "image_shape": (1, -1), "n_filters": 8, "n_blocks": 1, "dropout": 0.0,
    "batch_normalization": False,
}  # fmt: skip
DOUBLE = {"network_params": {"dtype": "float64"}}

# Full batches in double precision; transformers learn slowly, for little rounding to add up.  The noise of the
# samplers follows from the row, so that even their sample weights pass.
INSTANCES = {
    "AutoEncoderOutlierDetector": {"dtype": "float64"} | TRAINING,
    "AutoEncoderTransformer": {"dtype": "float64"} | ENCODING,
    "DenseClassifier": {"dtype": "float64"} | TRAINING,
    "DenseRegressor": {"dtype": "float64"} | TRAINING,
    "GANSampler": {"dtype": "float64", "batch_size": None, "epochs": 3},
    "ImageCNNClassifier": SMALL_IMAGES | {"pooling": "flatten"} | TRAINING,
    "ImageCNNRegressor": SMALL_IMAGES | {"pooling": "flatten"} | TRAINING,
    "ImageAutoEncoderTransformer": SMALL_IMAGES | ENCODING,
    "ImageVAESampler": SMALL_IMAGES | {"n_importance": 3, "batch_size": None, "epochs": 3},
    "NetworkClassifier": DOUBLE | TRAINING,
    "NetworkRegressor": DOUBLE | TRAINING,
    "NetworkTransformer": DOUBLE | ENCODING,
    "VAESampler": {"dtype": "float64", "n_importance": 3, "batch_size": None, "epochs": 3},
}


def instances() -> list[BaseEstimator]:
    return [getattr(skmlbio, name)(**parameters) for name, parameters in INSTANCES.items()]


def test_every_estimator_of_matrices_is_checked() -> None:
    exported = {n for n in skmlbio.__all__ if issubclass(getattr(skmlbio, n), BaseEstimator)}
    assert exported - ELSEWHERE == set(INSTANCES)


def run(estimator: BaseEstimator, check) -> None:
    """Run a check; nothing is skipped but what needs scikit-learn's array API switched on."""
    try:
        check(estimator)
    except SkipTest as reason:
        assert "SCIPY_ARRAY_API" in str(reason)
        pytest.skip(str(reason))


@parametrize_with_checks(instances(), expected_failed_checks=lambda e: EXPECTED_FAILED_CHECKS.get(type(e).__name__, {}))
def test_checks_in_double_precision(estimator, check) -> None:
    run(estimator, check)


# What could depend on the defaults; the rest is the same code as above.  Left out are the checks whose tolerance needs
# double precision or full batches: equivalence of sample weights.
CHECKS_OF_DEFAULTS = {
    "check_class_weight_classifiers",
    "check_classifiers_classes",
    "check_classifiers_train",
    "check_decision_proba_consistency",
    "check_estimators_pickle",
    "check_fit2d_1feature",
    "check_fit2d_1sample",
    "check_fit_idempotent",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_n_features_in",
    "check_outliers_fit_predict",
    "check_outliers_train",
    "check_regressors_train",
    "check_regressors_int",
    "check_transformer_general",
}


LEARNING = {
    "check_class_weight_classifiers",
    "check_classifiers_train",
    "check_outliers_train",
    "check_regressors_train",
}  # others need no long fit


@pytest.mark.parametrize("name", INSTANCES)
def test_checks_with_defaults(name: str) -> None:
    ran = set()
    # Rows are images only with a shape, and what normalises batches sees samples whose weight is next to nothing, too.
    needed = {k: value for k, value in INSTANCES[name].items() if k in ("image_shape", "batch_normalization")}
    for estimator, check in estimator_checks_generator(getattr(skmlbio, name)(**needed)):
        if check.func.__name__ in CHECKS_OF_DEFAULTS:
            run(estimator if check.func.__name__ in LEARNING else clone(estimator).set_params(epochs=5), check)
            ran.add(check.func.__name__)
    assert len(ran) >= 5
