"""The nearest training samples."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._converters._labels import of_probabilities
from skmlbio.export._register import converter


@converter("sklearn.neighbors._classification.KNeighborsClassifier", parts=True)
def convert_neighbors_classifier(classifier, conversion):
    nearest, classes = _nearest(classifier, conversion), classifier.classes_
    codes = tf.constant(classifier._y.reshape(len(classifier._y), -1), tf.int32)
    sizes = [len(each) for each in (classes if isinstance(classes, list) else [classes])]

    def shares_of_classes(X, output):
        found, shares = nearest(X)
        of_classes = tf.one_hot(tf.gather(codes[:, output], found), sizes[output], dtype=tf.float64)
        return tf.reduce_sum(of_classes * shares[:, :, tf.newaxis], axis=1)

    return conversion.of_numbers(classifier, of_probabilities(shares_of_classes, classes))


@converter("sklearn.neighbors._regression.KNeighborsRegressor", parts=True)
def convert_neighbors_regressor(regressor, conversion):
    nearest, targets = _nearest(regressor, conversion), numbers(regressor._y)

    def predict(X):
        found, shares = nearest(X)
        shares = shares if len(targets.shape) == 1 else shares[:, :, tf.newaxis]
        return tf.reduce_sum(tf.gather(targets, found) * shares, axis=1)

    return conversion.of_numbers(regressor, {"predict": predict})


def _nearest(model, conversion):
    """Return the function to the places of the nearest training samples, and to what each counts."""
    metric, power = model.effective_metric_, {"manhattan": 1, "euclidean": 2, "chebyshev": np.inf}
    if metric == "minkowski" and model.effective_metric_params_.get("w") is None:
        power = model.effective_metric_params_["p"]
    elif metric in power:
        power = power[metric]
    else:
        given = " and metric_params" if model.metric_params else ""
        raise TypeError(f"{conversion.label(model)} cannot be exported with the metric {metric!r}{given}.")
    if model.weights not in (None, "uniform", "distance"):
        raise TypeError(f"{conversion.label(model)} cannot be exported with weights that are a function.")
    if not isinstance(model._fit_X, np.ndarray):
        raise TypeError(f"{conversion.label(model)} cannot be exported with sparse training samples.")
    center = model._fit_X.mean(axis=0)  # around which distances keep their digits
    samples, center = numbers(model._fit_X - center), numbers(center)
    lengths = tf.reduce_sum(samples**2, axis=1)

    def nearest(X):
        X = X - center
        if power == 2:
            squares = lengths - 2 * tf.matmul(X, samples, transpose_b=True)  # and a number that is the row's own
            found = tf.math.top_k(-squares, model.n_neighbors).indices
        else:  # row by row: all at once would fill the memory
            far = tf.map_fn(lambda row: _length(row - samples, power), X)
            found = tf.math.top_k(-far, model.n_neighbors).indices
        distances = _length(X[:, tf.newaxis] - tf.gather(samples, found), power)
        return found, _weights(distances, model.weights)

    return nearest


def _length(differences, power):
    sizes = tf.abs(differences)
    if power == np.inf:
        return tf.reduce_max(sizes, axis=-1)
    return tf.reduce_sum(sizes**power, axis=-1) ** (1 / power)


def _weights(distances, kind):
    """Return what each neighbor counts; where some are at no distance, they alone do."""
    same = tf.cast(distances == 0, tf.float64)
    if kind != "distance":
        weights = tf.ones_like(distances)
    else:
        apart = 1 / tf.where(distances == 0, tf.ones_like(distances), distances)
        weights = tf.where(tf.reduce_any(distances == 0, axis=1, keepdims=True), same, apart)
    return weights / tf.reduce_sum(weights, axis=1, keepdims=True)
