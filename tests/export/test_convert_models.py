"""Last steps answer in TensorFlow as they do in scikit-learn."""

from typing import Any

import numpy as np
import pytest
from export_parity import CLASSES, PAIR, TARGET, X, assert_parity, matrices, served
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import (
    BayesianRidge,
    GammaRegressor,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

from skmlbio import DenseClassifier

BOTH = {"three classes": CLASSES, "two classes": PAIR}
TARGETS = np.column_stack([TARGET, -TARGET])
POSITIVE = np.exp(TARGET / 5)
SMALL = {"hidden_layer_sizes": (3,), "max_iter": 30, "tol": 1, "random_state": 0}
MEMBERS = [("linear", LogisticRegression()), ("Bayes", GaussianNB()), ("none", "drop")]
CLASSIFIERS = {
    "logistic": LogisticRegression(),
    "support vectors": LinearSVC(),
    "ridge": RidgeClassifier(),
    "perceptron": Perceptron(),
    "discriminant": LinearDiscriminantAnalysis(),
    "SGD": SGDClassifier(random_state=0),
    "SGD, logistic": SGDClassifier("log_loss", random_state=0),
    "SGD, Huber": SGDClassifier("modified_huber", random_state=0),
    "sparse": make_pipeline(SGDClassifier("log_loss", penalty="l1", random_state=0)),
    "Bayes": GaussianNB(),
    "MLP": MLPClassifier(activation="tanh", **SMALL),
    "frozen": FrozenEstimator(LogisticRegression()),
    "search": GridSearchCV(make_pipeline(StandardScaler(), GaussianNB()), {"gaussiannb__var_smoothing": [1e-3]}, cv=2),
    "votes": VotingClassifier(MEMBERS, weights=[1, 2, 3]),
    "soft votes": VotingClassifier(MEMBERS, voting="soft"),
    "soft votes, one by one": VotingClassifier(MEMBERS, voting="soft", flatten_transform=False),
    "stack": StackingClassifier(MEMBERS, LogisticRegression(), cv=2),
    "stack, passed through": StackingClassifier(MEMBERS[:1], GaussianNB(), cv=2, passthrough=True),
    "calibrated": CalibratedClassifierCV(LinearSVC(), cv=2),
    "calibrated, isotonic": CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=2),
    "calibrated, temperature": CalibratedClassifierCV(GaussianNB(), method="temperature", cv=2, ensemble=False),
    "calibrated scores": CalibratedClassifierCV(LinearSVC(), method="temperature", cv=2),
}
OTHERS = {
    "linear": (LinearRegression(), TARGET),
    "ridge": (Ridge(), TARGETS),
    "lasso": (Lasso(0.1), TARGET),
    "Bayes": (BayesianRidge(), TARGET),
    "SGD": (SGDRegressor(random_state=0), TARGET),
    "support vectors": (LinearSVR(), TARGET),
    "Poisson": (PoissonRegressor(), POSITIVE),
    "Gamma": (GammaRegressor(), POSITIVE),
    "MLP": (MLPRegressor(activation="logistic", **SMALL), TARGET),
    "MLP of two": (MLPRegressor(**SMALL), TARGETS),
    "votes": (VotingRegressor([("a", Ridge()), ("b", Lasso(1))], weights=[2, 1]), TARGET),
    "stack": (StackingRegressor([("a", Ridge()), ("b", Lasso(1))], LinearRegression(), cv=2), TARGET),
    "k-means": (KMeans(3, n_init=1, random_state=0), None),
    "k-means in batches": (MiniBatchKMeans(3, n_init=1, random_state=0), None),
}


def fitted(model: Any, y: Any) -> Any:
    if isinstance(model, FrozenEstimator):
        model.estimator.fit(X, y)
    return model.fit(X, y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("labels", BOTH)
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_answers_the_same(name: str, labels: str) -> None:
    model = fitted(CLASSIFIERS[name], BOTH[labels])
    if name == "sparse":
        model[-1].sparsify()
    functions = served(model)
    verbs = ["predict", "predict_proba", "decision_function", "transform"]
    assert functions.keys() == {verb for verb in verbs if hasattr(model, verb)}
    for samples in (X, 10 * X[:7].astype(np.float32), X.round().astype(int)):
        assert_parity(model, functions, samples)
    check_odd_samples(model, functions)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", OTHERS)
def test_a_regressor_or_clusterer_answers_the_same(name: str) -> None:
    model = fitted(*OTHERS[name])
    functions = served(model)
    singles = np.float64 if name.startswith("k-means") else np.float32  # a k-means that learned doubles takes no others
    for samples in (X, X[:7].astype(singles), X.round().astype(int)):
        assert_parity(model, functions, samples)
    check_odd_samples(model, functions, singles)


def check_odd_samples(model: Any, functions: dict, singles: type = np.float32) -> None:
    @settings(max_examples=4, deadline=None, derandomize=True, database=None)
    @given(samples=matrices(gaps=True) | matrices(infinite=True) | st.just(np.zeros((1, 4))))
    def check(samples: np.ndarray) -> None:
        assert_parity(model, functions, samples.astype(singles) if samples.dtype == np.float32 else samples)

    check()


def test_classifiers_of_both_kinds_vote() -> None:
    ours = DenseClassifier((3,), epochs=1, random_state=0)
    votes = VotingClassifier([("ours", ours), ("theirs", GaussianNB())], voting="soft").fit(X, CLASSES)
    assert_parity(votes, served(votes), X)


def test_several_labels_a_sample_are_refused() -> None:
    several = np.column_stack([PAIR == 3, TARGET > 0, TARGET > 1]).astype(int)
    for model in (MLPClassifier((2,), max_iter=1), RidgeClassifier()):
        with pytest.warns() if isinstance(model, MLPClassifier) else pytest.MonkeyPatch.context():
            model.fit(X, several)
        with pytest.raises(TypeError, match="cannot be exported with several labels a sample"):
            served(model)
