"""Scalers, which treat every column, or every row, by itself."""

import numpy as np
from scipy.special import ndtri

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


@converter("sklearn.preprocessing._data.PowerTransformer", parts=True)
def convert_power_transformer(transformer, conversion):
    powers = numbers(transformer.lambdas_)
    scale = convert_standard_scaler(transformer._scaler) if transformer.standardize else tf.identity

    def transform(X):
        if transformer.method == "yeo-johnson":
            return scale(_yeo_johnson(X, powers))
        positive = tf.reduce_all((X > 0) | tf.math.is_nan(X))
        tf.debugging.Assert(positive, [f"{conversion.label(transformer)} takes positive numbers only."])
        return scale(_power(tf.math.log(X), powers))

    return conversion.of_numbers(transformer, transform)


@converter("sklearn.preprocessing._data.QuantileTransformer")
def convert_quantile_transformer(transformer):
    quantiles, ranks = transformer.quantiles_.T, transformer.references_
    # Where quantiles are equal, the mean of the first and the last rank counts: so one looks from both sides.
    upward = interpolation(quantiles, ranks)
    downward = interpolation(-quantiles[:, ::-1], -ranks[::-1])
    low, high = numbers(quantiles[:, 0]), numbers(quantiles[:, -1])
    is_normal = transformer.output_distribution == "normal"
    margin = 1e-7  # scikit-learn's BOUNDS_THRESHOLD

    def transform(X):
        found = 0.5 * (upward(X) - downward(-X))
        found = tf.where(X + margin > high if is_normal else tf.equal(X, high), numbers(1), found)
        found = tf.where(X - margin < low if is_normal else tf.equal(X, low), numbers(0), found)
        if is_normal:
            ends = ndtri([margin - np.spacing(1), 1 - (margin - np.spacing(1))])
            found = _clipped(tf.math.ndtri(found), *ends)
        return tf.where(tf.math.is_nan(X), X, found)

    return transform


def interpolation(places, values):
    """Return `np.interp` for the columns of a matrix: places of shape (n_columns, n_places) with values at them."""
    last = places.shape[1] - 1
    places, values = numbers(places), numbers(values)

    def interpolate(X):
        given = tf.transpose(tf.where(tf.math.is_nan(X), numbers(0), X))
        left = tf.maximum(tf.searchsorted(places, given, side="right") - 1, 0)
        right = tf.minimum(left + 1, last)
        start, end = tf.gather(places, left, batch_dims=1), tf.gather(places, right, batch_dims=1)
        share = tf.maximum((given - start) / tf.where(end == start, numbers(1), end - start), numbers(0))
        first = tf.gather(values, left)
        return tf.transpose(first + share * (tf.gather(values, right) - first))

    return interpolate


def _yeo_johnson(X, powers):
    # Each side gets numbers of its own sign only, so that no other number becomes infinite on the way.
    above, below = tf.maximum(X, numbers(0)), tf.maximum(-X, numbers(0))
    found = tf.where(X >= 0, _power(tf.math.log1p(above), powers), -_power(tf.math.log1p(below), 2 - powers))
    return tf.where(tf.math.is_nan(X), X, found)


def _power(logarithms, powers):
    """Return the transformation of Box and Cox, from logarithms, which it is where the power is zero."""
    flat = tf.abs(powers) < 1e-19
    return tf.where(flat, logarithms, tf.math.expm1(powers * logarithms) / tf.where(flat, tf.ones_like(powers), powers))


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
