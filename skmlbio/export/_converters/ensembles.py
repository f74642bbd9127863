"""Classifiers and regressors that ask others."""

from functools import partial

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._converters._labels import labels_of, require_one_label, shares, two_columns
from skmlbio.export._converters.scalers import interpolation
from skmlbio.export._register import Converted, converter


@converter("sklearn.ensemble._voting.VotingClassifier", parts=True)
def convert_voting_classifier(ensemble, conversion):
    asked = "predict" if ensemble.voting == "hard" else "predict_proba"
    parts, reads = _members(ensemble, conversion, [asked] * len(ensemble.estimators_))
    choose, n_classes = labels_of(ensemble.classes_), len(ensemble.classes_)
    weights = numbers([1.0] * len(parts) if ensemble._weights_not_none is None else ensemble._weights_not_none)

    def probabilities(X):
        return [tf.cast(part.verbs["predict_proba"](X), tf.float64) for part in parts]

    def predict_proba(X):
        return tf.reduce_sum(tf.stack(probabilities(X), axis=2) * weights, axis=2) / tf.reduce_sum(weights)

    def votes(X):
        return tf.stack([tf.cast(part.verbs["predict"](X), tf.int64) for part in parts], axis=1)

    def counted(X):
        return tf.reduce_sum(tf.one_hot(votes(X), n_classes, dtype=tf.float64) * weights[:, tf.newaxis], axis=1)

    if ensemble.voting == "hard":
        return Converted({"predict": lambda X: choose(counted(X)), "transform": votes}, reads)
    verbs = {"predict": lambda X: choose(predict_proba(X)), "predict_proba": predict_proba}
    together = partial(tf.concat, axis=1) if ensemble.flatten_transform else tf.stack
    verbs["transform"] = lambda X: together(probabilities(X))
    return Converted(verbs, reads)


@converter("sklearn.ensemble._voting.VotingRegressor", parts=True)
def convert_voting_regressor(ensemble, conversion):
    parts, reads = _members(ensemble, conversion, ["predict"] * len(ensemble.estimators_))
    weights = numbers([1.0] * len(parts) if ensemble._weights_not_none is None else ensemble._weights_not_none)

    def transform(X):
        return tf.stack([tf.cast(part.verbs["predict"](X), tf.float64) for part in parts], axis=1)

    def predict(X):
        return tf.reduce_sum(transform(X) * weights, axis=1) / tf.reduce_sum(weights)

    return Converted({"predict": predict, "transform": transform}, reads)


@converter("sklearn.ensemble._stacking.StackingClassifier", "sklearn.ensemble._stacking.StackingRegressor", parts=True)
def convert_stacking(ensemble, conversion):
    parts, reads = _members(ensemble, conversion, ensemble.stack_method_)
    final = conversion.answering("final_estimator_", ensemble.final_estimator_, "predict")
    classes = getattr(ensemble, "classes_", None)
    if classes is not None:
        require_one_label(ensemble)
    is_binary = classes is not None and len(classes) == 2

    def transform(X):
        found = []
        for part, method in zip(parts, ensemble.stack_method_, strict=True):
            answer = conversion.matrix(ensemble, part.verbs[method](X))
            answer = answer[:, tf.newaxis] if answer.shape.rank == 1 else answer
            found.append(answer[:, 1:] if method == "predict_proba" and is_binary else answer)
        return tf.concat([*found, *([conversion.matrix(ensemble, X)] if ensemble.passthrough else [])], axis=1)

    verbs = {verb: lambda X, answer=answer: answer(transform(X)) for verb, answer in final.verbs.items()}
    if classes is not None:
        # The final estimator learned the numbers of the classes.
        table, predict = labels_of(classes), verbs["predict"]
        verbs["predict"] = lambda X: table(tf.one_hot(tf.cast(predict(X), tf.int64), len(classes)))
    known = {verb: verbs[verb] for verb in ("predict", "predict_proba", "decision_function") if verb in verbs}
    return Converted(known | {"transform": transform}, reads)


@converter("sklearn.calibration.CalibratedClassifierCV", parts=True)
def convert_calibrated_classifier(classifier, conversion):
    members = classifier.calibrated_classifiers_
    scores = "decision_function" if hasattr(members[0].estimator, "decision_function") else "predict_proba"
    parts = [
        conversion.answering(f"calibrated_classifiers_[{i}]", member.estimator, scores)
        for i, member in enumerate(members)
    ]
    calibrated = [_calibrated(member, part, scores) for member, part in zip(members, parts, strict=True)]
    choose = labels_of(classifier.classes_)

    def predict_proba(X):
        return tf.add_n([probabilities(X) for probabilities in calibrated]) / len(calibrated)

    verbs = {"predict": lambda X: choose(predict_proba(X)), "predict_proba": predict_proba}
    return Converted(verbs, parts[0].reads)


def _members(ensemble, conversion, asked):
    """Convert the fitted estimators of an ensemble, which are asked by these verbs, and tell what they read."""
    names = [name for name, step in ensemble.estimators if step != "drop"]
    parts = [conversion.answering(*each) for each in zip(names, ensemble.estimators_, asked, strict=True)]
    return parts, conversion.agreed([part.reads for part in parts])


def _calibrated(member, part, verb):
    """Return the function for the probabilities of one classifier and its calibrators."""
    n_classes = len(member.classes)
    if member.method == "temperature":
        return _softened(part.verbs[verb], verb, float(member.calibrators[0].beta_))
    places = np.searchsorted(member.classes, member.estimator.classes_)
    curves = [_curve(calibrator) for calibrator in member.calibrators]

    def probabilities(X):
        scores = tf.cast(part.verbs[verb](X), tf.float64)
        if n_classes == 2:
            return two_columns(curves[0](scores if scores.shape.rank == 1 else scores[:, 1]))
        found = {place: curve(scores[:, i]) for i, (place, curve) in enumerate(zip(places, curves, strict=True))}
        nothing = tf.zeros_like(scores[:, 0])
        return shares(tf.stack([found.get(place, nothing) for place in range(n_classes)], axis=1))

    return probabilities


def _softened(answer, verb, factor):
    def probabilities(X):
        scores = tf.cast(answer(X), tf.float64)
        scores = tf.stack([-scores, scores], axis=1) if scores.shape.rank == 1 else scores
        return tf.nn.softmax(factor * (tf.math.log(scores + 1e-12) if verb == "predict_proba" else scores), axis=1)

    return probabilities


def _curve(calibrator):
    """Return a calibrator as a function: a logistic curve, or steps that only rise."""
    if hasattr(calibrator, "a_"):
        return lambda scores: tf.sigmoid(-(calibrator.a_ * scores + calibrator.b_))
    between = interpolation(calibrator.X_thresholds_[np.newaxis], calibrator.y_thresholds_)
    return lambda scores: between(scores[:, tf.newaxis])[:, 0]
