"""Fitted estimators of the battery, and what their attributions explain."""

import functools

import numpy as np
from battery_cases import CASES
from sklearn.base import BaseEstimator, is_classifier


@functools.cache
def fitted(name: str) -> BaseEstimator:
    case = CASES[name]
    return case.new().fit(case.inputs.X, case.target())


def explained(estimator: BaseEstimator, X: list) -> np.ndarray:
    """One number a sample: the logit of the second class, or the answer."""
    return estimator.decision_function(X) if is_classifier(estimator) else estimator.predict(X)


def options(estimator: BaseEstimator) -> dict:
    return {"target": 1} if is_classifier(estimator) else {}
