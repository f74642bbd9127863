"""Scalers, which treat every column, or every row, by itself."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._register import converter


@converter("sklearn.preprocessing._data.StandardScaler")
def convert_standard_scaler(scaler):
    return _shifted_and_divided(scaler.mean_ if scaler.with_mean else None, scaler.scale_)


@converter("sklearn.preprocessing._data.RobustScaler")
def convert_robust_scaler(scaler):
    return _shifted_and_divided(
        scaler.center_ if scaler.with_centering else None, scaler.scale_ if scaler.with_scaling else None
    )


@converter("sklearn.preprocessing._data.MinMaxScaler")
def convert_min_max_scaler(scaler):
    scale, shift = numbers(scaler.scale_), numbers(scaler.min_)
    low, high = scaler.feature_range
    return lambda X: _clipped(X * scale + shift, low, high) if scaler.clip else X * scale + shift


@converter("sklearn.preprocessing._data.MaxAbsScaler")
def convert_max_abs_scaler(scaler):
    scale = numbers(scaler.scale_)
    return lambda X: _clipped(X / scale, -1.0, 1.0) if scaler.clip else X / scale


@converter("sklearn.preprocessing._data.Normalizer")
def convert_normalizer(normalizer):
    length = {
        "l1": lambda X: tf.reduce_sum(tf.abs(X), axis=1, keepdims=True),
        "l2": lambda X: tf.norm(X, axis=1, keepdims=True),
        "max": lambda X: tf.reduce_max(tf.abs(X), axis=1, keepdims=True),
    }[normalizer.norm]

    def normalize(X):
        lengths = length(X)
        return X / tf.where(lengths < 10 * np.finfo(np.float64).eps, tf.ones_like(lengths), lengths)

    return normalize


def _shifted_and_divided(shift, scale):
    shift = None if shift is None else numbers(shift)
    scale = None if scale is None else numbers(scale)

    def transform(X):
        X = X if shift is None else X - shift
        return X if scale is None else X / scale

    return transform


def _clipped(X, low, high):
    """Keep numbers in a range, and NaN as it is."""
    return tf.where(tf.math.is_nan(X), X, tf.clip_by_value(X, numbers(low), numbers(high)))
