"""Selectors of columns."""

from sklearn.utils import get_tags

from skmlbio._tensorflow import tf
from skmlbio.export._register import Converted, converter

_UNIVARIATE = ["SelectKBest", "SelectPercentile", "SelectFpr", "SelectFdr", "SelectFwe", "GenericUnivariateSelect"]


@converter(
    "sklearn.feature_selection._variance_threshold.VarianceThreshold",
    "sklearn.feature_selection._from_model.SelectFromModel",
    "sklearn.feature_selection._sequential.SequentialFeatureSelector",
    *(f"sklearn.feature_selection._univariate_selection.{name}" for name in _UNIVARIATE),
    parts=True,
)
def convert_selector(selector, conversion):
    kept = tf.constant(selector.get_support(indices=True), tf.int32)
    # A selector that takes NaN takes infinity too.
    entrance = conversion.matrix if get_tags(selector).input_tags.allow_nan else conversion.checked
    reads = [tf.float64] * selector.n_features_in_
    return Converted({"transform": lambda X: tf.gather(entrance(selector, X), kept, axis=1)}, reads)
