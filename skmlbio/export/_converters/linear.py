"""Linear models."""

import numpy as np
from scipy import sparse

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._converters._labels import labels_of, require_one_label, shares, two_columns
from skmlbio.export._register import converter

_DESCENT = ["Lasso", "LassoCV", "ElasticNet", "ElasticNetCV"]
_DESCENT += ["MultiTaskLasso", "MultiTaskLassoCV", "MultiTaskElasticNet", "MultiTaskElasticNetCV"]


@converter(
    "sklearn.linear_model._base.LinearRegression",
    "sklearn.linear_model._ridge.Ridge",
    "sklearn.linear_model._ridge.RidgeCV",
    "sklearn.linear_model._stochastic_gradient.SGDRegressor",
    "sklearn.linear_model._huber.HuberRegressor",
    "sklearn.linear_model._bayes.BayesianRidge",
    "sklearn.linear_model._bayes.ARDRegression",
    "sklearn.svm._classes.LinearSVR",
    *(f"sklearn.linear_model._coordinate_descent.{name}" for name in _DESCENT),
)
def convert_linear_regressor(regressor):
    return {"predict": _scores(regressor, flat=np.ndim(regressor.coef_) == 1)}


@converter("sklearn.linear_model._glm.glm.PoissonRegressor", "sklearn.linear_model._glm.glm.GammaRegressor")
def convert_regressor_of_logarithms(regressor):
    scores = _scores(regressor, flat=True)
    return {"predict": lambda X: tf.exp(scores(X))}


@converter(
    "sklearn.svm._classes.LinearSVC",
    "sklearn.linear_model._ridge.RidgeClassifier",
    "sklearn.linear_model._ridge.RidgeClassifierCV",
    "sklearn.linear_model._perceptron.Perceptron",
)
def convert_linear_classifier(classifier):
    require_one_label(classifier)
    scores, choose = _scores(classifier, flat=len(classifier.classes_) == 2), labels_of(classifier.classes_)
    return {"predict": lambda X: choose(scores(X)), "decision_function": scores}


@converter(
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.linear_model._logistic.LogisticRegressionCV",
    "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
)
def convert_logistic_regression(classifier):
    verbs = convert_linear_classifier(classifier)
    scores, binary = verbs["decision_function"], len(classifier.classes_) == 2

    def predict_proba(X):
        return two_columns(tf.sigmoid(scores(X))) if binary else tf.nn.softmax(scores(X), axis=1)

    verbs["predict_proba"] = predict_proba
    if hasattr(classifier, "scalings_"):
        verbs["transform"] = _discriminants(classifier)
    return verbs


@converter("sklearn.linear_model._stochastic_gradient.SGDClassifier")
def convert_sgd_classifier(classifier):
    verbs = convert_linear_classifier(classifier)
    scores = verbs["decision_function"]

    def predict_proba(X):
        if classifier.loss == "log_loss":
            values = tf.sigmoid(scores(X))
        else:  # modified_huber, the only other one that has probabilities
            values = (tf.clip_by_value(scores(X), -1.0, 1.0) + 1) / 2
        return two_columns(values) if values.shape.rank == 1 else shares(values)

    return verbs | {"predict_proba": predict_proba}


def _scores(model, flat):
    """Return the function that multiplies by coefficients; with `flat` it has one answer a sample."""
    weights = model.coef_.toarray() if sparse.issparse(model.coef_) else np.asarray(model.coef_)
    weights, shift = numbers(np.atleast_2d(weights).T), numbers(model.intercept_)

    def scores(X):
        found = tf.matmul(X, weights) + shift
        return found[:, 0] if flat else found

    return scores


def _discriminants(classifier):
    axes = numbers(classifier.scalings_[:, : classifier._max_components])
    mean = numbers(classifier.xbar_ if classifier.solver == "svd" else np.zeros(classifier.n_features_in_))
    return lambda X: tf.matmul(X - mean, axes)
