"""Estimator bases: what every estimator of the library shares."""

from skmlbio.base._classifier import ClassifierBase
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._matrix_input import MatrixInput
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._regressor import RegressorBase
from skmlbio.base._transformer import TransformerBase

__all__ = [
    "ClassifierBase",
    "MatrixInput",
    "NetworkEstimator",
    "RegressorBase",
    "TransformerBase",
    "parameter",
    "with_parameters",
]
