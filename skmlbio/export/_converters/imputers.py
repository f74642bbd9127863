"""Values for what is missing."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import columns, numbers
from skmlbio.export._converters._missing import is_gap
from skmlbio.export._register import Converted, converter


@converter("sklearn.impute._base.SimpleImputer", parts=True)
def convert_simple_imputer(imputer, conversion):
    values = imputer.statistics_
    kept = np.arange(len(values))
    if not imputer.keep_empty_features:
        kept = np.flatnonzero([not is_gap(value) for value in values.tolist()])
    marked = imputer.indicator_.features_ if imputer.add_indicator else np.array([], int)
    if any(isinstance(value, str) for value in values.tolist()):
        return _of_strings(imputer, kept, marked)
    return _of_numbers(imputer, conversion, kept, marked)


def _of_numbers(imputer, conversion, kept, marked):
    missing = imputer.missing_values
    values = numbers(imputer.statistics_)

    def transform(X):
        X = conversion.checked(imputer, X)
        gaps = tf.math.is_nan(X) if is_gap(missing) else tf.equal(X, numbers(missing))
        filled = tf.gather(tf.where(gaps, values, X), kept, axis=1)
        return tf.concat([filled, tf.cast(tf.gather(gaps, marked, axis=1), tf.float64)], axis=1)

    return Converted({"transform": transform}, [tf.float64] * len(imputer.statistics_))


def _of_strings(imputer, kept, marked):
    missing = "" if is_gap(imputer.missing_values) else imputer.missing_values

    def transform(X):
        given = columns(X)
        filled = [tf.where(given[i] == missing, str(imputer.statistics_[i]), given[i]) for i in kept]
        return filled + [tf.cast(given[i] == missing, tf.float64) for i in marked]

    return Converted({"transform": transform}, [tf.string] * len(imputer.statistics_))
