"""Steps that hold other steps."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import columns
from skmlbio.export._register import Converted, converter


@converter("sklearn.pipeline.Pipeline", parts=True)
def convert_pipeline(pipeline, conversion):
    named = [(name, step) for name, step in pipeline.steps if step not in (None, "passthrough")]
    if not named:
        raise TypeError(f"{conversion.label(pipeline)} has no step that does anything, so there is nothing to export.")
    last = conversion.convert(*named.pop()) if pipeline.steps[-1] == named[-1] else None
    steps = [conversion.answering(name, step, "transform") for name, step in named]

    def before(X):
        for step in steps:
            X = step.verbs["transform"](X)
        return X

    reads, passed = _from_first_to_last(steps if last is None else [*steps, last], conversion)
    verbs = {"transform": before}
    if last is not None:
        verbs = {verb: lambda X, answer=answer: answer(before(X)) for verb, answer in last.verbs.items()}
    return [*steps, last][0]._replace(verbs=verbs, reads=reads, passed=passed)


def _from_first_to_last(steps, conversion):
    """Return what the first step reads, where later ones tell what it passes on, and what all of them pass on."""
    *before, last = steps
    reads, passed = last.reads, last.passed
    for step in reversed(before):
        if isinstance(reads, list) and isinstance(step.reads, list):
            told = [{kind} for kind in step.reads]
            for place, origin in step.passed.items():
                told[origin].add(reads[place])
            reads = [conversion.kind_of(i, kinds) for i, kinds in enumerate(told)]
        else:
            reads = step.reads
        passed = {place: step.passed[origin] for place, origin in passed.items() if origin in step.passed}
    return reads, passed


@converter("sklearn.frozen._frozen.FrozenEstimator", parts=True)
def convert_frozen_estimator(frozen, conversion):
    return conversion.convert("estimator", frozen.estimator)


@converter(
    "sklearn.model_selection._search.GridSearchCV",
    "sklearn.model_selection._search.RandomizedSearchCV",
    "sklearn.model_selection._search_successive_halving.HalvingGridSearchCV",
    "sklearn.model_selection._search_successive_halving.HalvingRandomSearchCV",
    parts=True,
)
def convert_search(search, conversion):
    if not hasattr(search, "best_estimator_"):
        raise TypeError(f"{conversion.label(search)} has no best_estimator_ with refit=False, so nothing is exported.")
    return conversion.convert("best_estimator_", search.best_estimator_)


@converter("sklearn.pipeline.FeatureUnion", parts=True)
def convert_feature_union(union, conversion):
    parts = [(name, step) for name, step in union.transformer_list if step not in ("drop", None)]
    names, steps = [name for name, _ in parts], [conversion.answering(name, step, "transform") for name, step in parts]

    def transform(X):
        given = {name: step.verbs["transform"](X) for name, step in zip(names, steps, strict=True)}
        return _beside_each_other(given, union, conversion)

    alphabets = {step.alphabet for step in steps}
    agreed = alphabets.pop() if len(alphabets) == 1 else None
    return Converted({"transform": transform}, conversion.agreed([step.reads for step in steps]), agreed)


@converter("sklearn.compose._column_transformer.ColumnTransformer", parts=True)
def convert_column_transformer(transformer, conversion):
    parts, readings, passed = [], [[None] * transformer.n_features_in_], {}
    weights = transformer.transformer_weights or {}
    for name, step, chosen in transformer.transformers_:
        places = transformer._transformer_to_input_indices[name]
        if step == "drop" or not len(places):
            continue
        step, alone = conversion.answering(name, step, "transform"), isinstance(chosen, str | int | np.integer)
        kinds = [spec.dtype for spec in step.reads.values()] if isinstance(step.reads, dict) else step.reads
        kind_of = dict(zip(places, kinds, strict=True))
        readings.append([kind_of.get(i) for i in range(transformer.n_features_in_)])
        start = transformer.output_indices_[name].start
        passed |= {start + place: places[i] for place, i in step.passed.items() if name not in weights}
        parts.append((name, step, list(map(int, places)), alone))

    def transform(X):
        found = {}
        for name, step, places, alone in parts:
            if isinstance(step.reads, dict):
                given = dict(zip(step.reads, _picked(X, places, as_list=True), strict=True))
            else:
                given = _picked(X, places, as_list=alone)
            found[name] = step.verbs["transform"](given)
        return _beside_each_other(found, transformer, conversion)

    return Converted({"transform": transform}, conversion.agreed(readings), passed=passed)


def _picked(X, places, as_list):
    if isinstance(X, list):
        return [X[place] for place in places]
    return [X[:, place] for place in places] if as_list else tf.gather(X, places, axis=1)


def _beside_each_other(named, step, conversion):
    """Put weighted blocks of columns side by side: as a matrix if all are numbers, else as a list of columns."""
    weights = step.transformer_weights or {}
    parts = [conversion.matrix(step, X) * weights[name] if name in weights else X for name, X in named.items()]
    if all(not isinstance(part, list) and part.dtype != tf.string for part in parts):
        return tf.concat([tf.cast(part, tf.float64) for part in parts], axis=1)
    return [column for part in parts for column in columns(part)]
