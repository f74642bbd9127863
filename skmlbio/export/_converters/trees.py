"""Decision trees, their forests, and gradient boosting by histograms."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._converters._labels import labels_of, of_probabilities, two_columns
from skmlbio.export._register import Converted, converter

_TREES = ["tree._classes.DecisionTree{}", "tree._classes.ExtraTree{}"]
_TREES += ["ensemble._forest.RandomForest{}", "ensemble._forest.ExtraTrees{}"]
_BOOSTING = "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoosting"


@converter(*(f"sklearn.{name.format('Classifier')}" for name in _TREES), parts=True)
def convert_tree_classifier(classifier, conversion):
    leaves, values = _leaves(classifier, conversion), np.concatenate([tree.value for tree in _trees(classifier)])
    of_outputs = [numbers(values[:, i, :n]) for i, n in enumerate(np.atleast_1d(classifier.n_classes_))]

    def shares(X, output):
        return tf.reduce_mean(tf.gather(of_outputs[output], leaves(X)), axis=1)

    return conversion.of_numbers(classifier, of_probabilities(shares, classifier.classes_))


@converter(*(f"sklearn.{name.format('Regressor')}" for name in _TREES), parts=True)
def convert_tree_regressor(regressor, conversion):
    leaves = _leaves(regressor, conversion)
    values = numbers(np.concatenate([tree.value[:, :, 0] for tree in _trees(regressor)]))

    def predict(X):
        found = tf.reduce_mean(tf.gather(values, leaves(X)), axis=1)
        return found[:, 0] if regressor.n_outputs_ == 1 else found

    return conversion.of_numbers(regressor, {"predict": predict})


@converter(f"{_BOOSTING}Classifier", parts=True)
def convert_boosted_classifier(classifier, conversion):
    raw, reads = _boosted(classifier, conversion)
    choose, is_binary = labels_of(classifier.classes_), len(classifier.classes_) == 2

    def decision_function(X):
        return raw(X)[:, 0] if is_binary else raw(X)

    def predict_proba(X):
        scores = decision_function(X)
        return two_columns(tf.sigmoid(scores)) if is_binary else tf.nn.softmax(scores, axis=1)

    verbs = {
        "predict": lambda X: choose(decision_function(X)),
        "predict_proba": predict_proba,
        "decision_function": decision_function,
    }
    return Converted(verbs, reads)


@converter(f"{_BOOSTING}Regressor", parts=True)
def convert_boosted_regressor(regressor, conversion):
    raw, reads = _boosted(regressor, conversion)
    inverse_link = tf.exp if regressor.loss in ("poisson", "gamma") else tf.identity
    return Converted({"predict": lambda X: inverse_link(raw(X)[:, 0])}, reads)


def _trees(model):
    return [part.tree_ for part in getattr(model, "estimators_", [model])]


def _leaves(model, conversion):
    """Return the function to the leaves of samples in all trees, the nodes of which stand in one row."""
    trees = _trees(model)
    walk = _walk(
        [tree.children_left for tree in trees],
        [tree.children_right for tree in trees],
        np.concatenate([tree.feature for tree in trees]),
        np.concatenate([tree.threshold for tree in trees]),
        np.concatenate([tree.missing_go_to_left for tree in trees]).astype(bool),
        max(tree.max_depth for tree in trees),
    )

    def leaves(X):
        X = tf.cast(X, tf.float32)  # in which trees compare
        message = f"{conversion.label(model)} got a number beyond single precision."
        tf.debugging.Assert(~tf.reduce_any(tf.math.is_inf(X)), [message])
        return walk(tf.cast(X, tf.float64))

    return leaves


def _boosted(model, conversion):
    """Return the function to the sums of all trees, of shape (n, n_classes) or (n, 1), and what is read."""
    reads, before = [tf.float64] * model.n_features_in_, lambda X: conversion.matrix(model, X)
    if model._preprocessor is not None:  # which numbers categories, and puts them first
        inside = conversion.convert("_preprocessor", model._preprocessor)
        reads, before = inside.reads, inside.verbs["transform"]
    predictors = [predictor for iteration in model._predictors for predictor in iteration]
    nodes = np.concatenate([predictor.nodes for predictor in predictors])
    walk = _walk(
        [np.where(predictor.nodes["is_leaf"], -1, predictor.nodes["left"].astype(int)) for predictor in predictors],
        [np.where(predictor.nodes["is_leaf"], -1, predictor.nodes["right"].astype(int)) for predictor in predictors],
        nodes["feature_idx"],
        nodes["num_threshold"],
        nodes["missing_go_to_left"].astype(bool),
        max(predictor.get_max_depth() for predictor in predictors),
        _sets_of_categories(predictors),
    )
    values, baseline = numbers(nodes["value"]), numbers(model._baseline_prediction)
    n_outputs = model.n_trees_per_iteration_

    def raw(X):
        leaves = tf.gather(values, walk(before(X)))
        return baseline + tf.reduce_sum(tf.reshape(leaves, [-1, leaves.shape[1] // n_outputs, n_outputs]), axis=1)

    return raw, reads


def _sets_of_categories(predictors):
    """Return, for each node, which of 256 categories go left, or None if all nodes compare numbers."""
    if not any(predictor.nodes["is_categorical"].any() for predictor in predictors):
        return None
    sets = []
    for predictor in predictors:
        bits = predictor.raw_left_cat_bitsets[:, :, np.newaxis] >> np.arange(32, dtype=np.uint32) & 1
        of_nodes = np.zeros((len(predictor.nodes), 256), bool)
        split = predictor.nodes["is_categorical"].astype(bool)
        of_nodes[split] = bits.reshape(-1, 256)[predictor.nodes["bitset_idx"][split]]
        sets.append(of_nodes)
    split = np.concatenate([predictor.nodes["is_categorical"].astype(bool) for predictor in predictors])
    return tf.constant(split), tf.constant(np.concatenate(sets))


def _walk(lefts, rights, features, thresholds, gaps_left, depth, sets=None):
    """Return the function from samples to the leaves that they reach, of shape (n, n_trees), all trees at once."""
    roots = np.cumsum([0, *map(len, lefts)])[:-1].astype(np.int32)
    own = np.arange(len(features), dtype=np.int32)
    lefts, rights = (
        np.concatenate([side + (side >= 0) * root for side, root in zip(sides, roots, strict=True)])
        for sides in (lefts, rights)
    )
    # A leaf leads to itself.
    left, right = (tf.constant(np.where(lefts < 0, own, side), tf.int32) for side in (lefts, rights))
    features = tf.constant(np.where(lefts < 0, 0, features), tf.int32)
    thresholds, gaps_left = numbers(thresholds), tf.constant(gaps_left)

    def walk(X):
        def step(nodes):
            given = tf.gather(X, tf.gather(features, nodes), batch_dims=1)
            is_left = given <= tf.gather(thresholds, nodes)
            if sets is not None:
                category = tf.cast(tf.where(tf.math.is_nan(given), numbers(0), given), tf.int32)
                among = tf.gather_nd(sets[1], tf.stack([nodes, tf.clip_by_value(category, 0, 255)], axis=2))
                is_left = tf.where(tf.gather(sets[0], nodes), among, is_left)
            is_left = tf.where(tf.math.is_nan(given), tf.gather(gaps_left, nodes), is_left)
            return tf.where(is_left, tf.gather(left, nodes), tf.gather(right, nodes))

        starts = tf.tile(tf.constant(roots)[tf.newaxis], [tf.shape(X)[0], 1])
        return tf.while_loop(lambda nodes: True, lambda nodes: (step(nodes),), (starts,), maximum_iterations=depth)[0]

    return walk
