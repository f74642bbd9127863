"""What holds for every estimator of strings or graphs.

scikit-learn's own checks return early for input that is no matrix, so this battery stands in for them.  A new estimator
joins by one line in the table of `battery_cases.py`, a new kind of input by one more `Inputs`.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import pickle
from collections.abc import Callable
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from battery_cases import (
    CASES,
    CHECKS_WITHOUT_DATA,
    IGNORE_TARGETS,
    LABELS,
    MATRIX,
    MATRIX_CASES,
    N_SAMPLES,
    NUMBERS,
    STRINGS,
)
from own_networks import dropout_network
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils._param_validation import Interval
from sklearn.utils.class_weight import compute_class_weight
from test_reproducibility import equal, global_states

import skmlbio
from skmlbio import NetworkClassifier
from skmlbio.base import NetworkEstimator
from skmlbio.training._cache import get_network

each = pytest.mark.parametrize("name", CASES)
each_classifier = pytest.mark.parametrize("name", [name for name in CASES if is_classifier(CASES[name].estimator)])
each_wrong = pytest.mark.parametrize(("name", "what"), [(n, what) for n in CASES for what in CASES[n].inputs.wrong])


@functools.cache
def fitted(name: str) -> BaseEstimator:
    """A fitted estimator that no test changes."""
    case = (CASES | MATRIX_CASES)[name]
    return case.new().fit(case.inputs.X, case.target())


def learned(estimator: BaseEstimator) -> list[np.ndarray]:
    """The weights that are trained; running moments are not."""
    variables = get_network(estimator.blueprint_).weights
    return [value for value, variable in zip(estimator.weights_, variables, strict=True) if variable.trainable]


def verb_of(estimator: BaseEstimator) -> str:
    """What tells most about an estimator: probabilities, where it has them."""
    return next(
        verb for verb in ("predict_proba", "predict", "transform", "score_samples", "score") if hasattr(estimator, verb)
    )


def answer(estimator: BaseEstimator, X: Any) -> np.ndarray:
    """Answers of residues come padded to the longest string that there is."""
    found = getattr(estimator, verb_of(estimator))(X)
    if not isinstance(found, list):
        return found
    if isinstance(found[0], str):  # of translations, what tells them apart
        return np.array([float(int.from_bytes(text.encode()[:6])) for text in found])
    longest = max(map(len, STRINGS.unusual))
    return np.stack([np.pad(of_string, ((0, longest - len(of_string)), (0, 0))) for of_string in found])


def needs_target(method: Callable) -> bool:
    return "y" in (parameters := signature(method).parameters) and parameters["y"].default is Parameter.empty


def same(answers: Any, others: Any) -> bool:
    """Whether answers are the same to the last bit; those of residues are a list of arrays."""
    return equal(answers, others) if isinstance(answers, list) else np.array_equal(answers, others)


def as_objects(samples: list) -> np.ndarray:
    array = np.empty(len(samples), object)
    array[:] = samples
    return array


# Outside of the estimator --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def no_programs() -> None:
    """Networks are built and traced anew under watch; all later tests share what is compiled here."""
    from skmlbio.training import clear_programs

    clear_programs()


@each
@pytest.mark.parametrize("seed", [0, None])
def test_global_generators_are_untouched(name: str, seed: int | None, no_programs: None) -> None:
    case = CASES[name]
    before = global_states()
    answer(case.new(random_state=seed).fit(case.inputs.X, case.target()), case.inputs.X)
    assert global_states() == before


# Parameters ----------------------------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize("check", CHECKS_WITHOUT_DATA)
def test_checks_of_scikit_learn_that_need_no_data(name: str, check: str) -> None:
    getattr(estimator_checks, f"check_{check}")(name, CASES[name].estimator)


@each
def test_parameters_go_round_and_survive_a_fit(name: str) -> None:
    estimator = fitted(name)
    params = estimator.get_params()
    assert type(estimator)(**params).get_params() == clone(estimator).get_params() == params
    assert params == CASES[name].new().get_params()  # as they were given, not as a fit resolved them
    assert not get_tags(estimator).input_tags.two_d_array
    assert repr(estimator).startswith(type(estimator).__name__ + "(")


def as_numpy(value: Any, integer: type, real: type) -> Any:
    """A parameter as somebody gives it who takes it from an array."""
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int | float):
        return (integer if isinstance(value, int) else real)(value)
    if isinstance(value, tuple):
        return np.array(value, integer)
    if isinstance(value, dict):
        return {key: as_numpy(item, integer, real) for key, item in value.items()}
    return np.str_(value) if isinstance(value, str) else value


def takes_numbers(constraints: list) -> bool:
    return "boolean" in constraints or any(isinstance(constraint, Interval) for constraint in constraints)


@pytest.mark.parametrize("name", CASES | MATRIX_CASES)
def test_numbers_of_numpy_are_those_of_python(name: str) -> None:
    """The same bits, and nothing is compiled again."""
    from skmlbio.training import program_info

    case = (CASES | MATRIX_CASES)[name]
    cls, X, y = type(case.estimator), case.inputs.X, case.target()
    given = {key: value for key, value in NUMBERS.items() if key in case.estimator.get_params(deep=False)}
    assert {key for key, allowed in cls._parameter_constraints.items() if takes_numbers(allowed)} <= given.keys()
    if case.tags is not None and "class_weight" in given:
        given["class_weight"] = dict(zip(case.tags, (2.0, 1), strict=True))
    densities = hasattr(cls, "score_samples") and not needs_target(cls.score_samples)
    verb = "score_samples" if densities else verb_of(case.estimator)
    estimator = clone(case.estimator).set_params(**given).fit(X, y)
    answers, programs = getattr(estimator, verb)(X), program_info()
    for integer, real in ((np.int64, np.float64), (np.int8, np.float32)):
        numpy = {key: as_numpy(value, integer, real) for key, value in given.items()}
        other = clone(case.estimator).set_params(**numpy).fit(X, y)
        assert equal(other.weights_, estimator.weights_) and other.history_ == estimator.history_
        assert same(getattr(other, verb)(X), answers)
        other.partial_fit(X, y)
    assert equal(other.weights_, estimator.partial_fit(X, y).weights_)
    again = program_info()
    assert (again.n_networks, again.n_trainers) == (programs.n_networks, programs.n_trainers)


def test_every_estimator_is_tried_with_numbers_of_numpy() -> None:
    tried = {type(case.estimator).__name__ for case in (CASES | MATRIX_CASES).values()}
    assert tried == {name for name in skmlbio.__all__ if issubclass(getattr(skmlbio, name), NetworkEstimator)}


# Fits ----------------------------------------------------------------------------------------------------------------


@each
def test_a_refit_forgets_the_last_fit(name: str) -> None:
    case = CASES[name]
    estimator = case.new().fit(case.inputs.unusual, case.other_target(case.inputs.unusual))
    estimator.fit(case.inputs.X, case.target())
    assert equal(estimator.weights_, fitted(name).weights_)
    assert vars(estimator).keys() == vars(fitted(name)).keys()
    assert estimator.history_ == fitted(name).history_ and estimator.n_iter_ == 2


@each
def test_the_seed_decides_about_every_bit(name: str) -> None:
    case = CASES[name]
    estimator = case.new(random_state=1).fit(case.inputs.X, case.target())
    assert not equal(estimator.weights_, fitted(name).weights_)
    estimator.set_params(random_state=np.random.RandomState(1)).fit(case.inputs.X, case.target())
    assert equal(estimator.weights_, case.new(random_state=1).fit(case.inputs.X, case.target()).weights_)


@each
def test_samples_of_weight_zero_count_as_absent(name: str) -> None:
    case, y = CASES[name], CASES[name].target()
    weights = np.where(np.arange(N_SAMPLES) % 5 == 2, 0.0, 1.0 + np.arange(N_SAMPLES) % 3)
    kept = np.flatnonzero(weights)
    weighted = case.new().fit(case.inputs.X, y, sample_weight=weights)
    absent = case.new().fit([case.inputs.X[i] for i in kept], y[kept], sample_weight=weights[kept])
    assert equal(weighted.weights_, absent.weights_)
    unweighted = case.new().fit([case.inputs.X[i] for i in kept], y[kept])
    assert not equal(weighted.weights_, unweighted.weights_)


@each
def test_validation_and_patience(name: str) -> None:
    case, y = CASES[name], CASES[name].target()
    estimator = case.new(validation_fraction=0.25, patience=2, epochs=200, learning_rate=0.1).fit(case.inputs.X, y)
    losses = estimator.history_["val_loss"]
    assert len(losses) == estimator.n_iter_ < 200
    assert estimator.best_epoch_ == np.argmin(losses) + 1 == estimator.n_iter_ - 2
    beside = {"y_val": y[14:]} if "y_val" in inspect.signature(estimator.fit).parameters else {}
    given = case.new(epochs=1).fit(case.inputs.X[:14], y[:14], X_val=case.inputs.X[14:], **beside)
    assert np.isfinite(given.history_["val_loss"]).all()
    with pytest.raises(ValueError, match="validation_fraction or X_val, not both"):
        estimator.fit(case.inputs.X[14:], y[14:], X_val=case.inputs.X[14:], **beside)


@each
def test_warm_start_goes_on_from_the_weights(name: str) -> None:
    case, y = CASES[name], CASES[name].target()
    estimator = case.new(warm_start=True).fit(case.inputs.X, y)
    before = learned(estimator)
    estimator.set_params(learning_rate=1e-9).fit(case.inputs.X[:12], y[:12])
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(before, learned(estimator), strict=True))
    estimator.set_params(warm_start=False, learning_rate=fitted(name).learning_rate).fit(case.inputs.X, y)
    assert equal(estimator.weights_, fitted(name).weights_)


@each
def test_a_fit_that_goes_on_refuses_another_network(name: str) -> None:
    case, y = CASES[name], CASES[name].target()
    estimator = pickle.loads(pickle.dumps(fitted(name))).set_params(warm_start=True, l2=0.1, dropout=0.375)
    was, is_now = fitted(name).dropout, 0.375
    with pytest.raises(ValueError, match=f"was made with dropout={was}, but is now to have dropout={is_now}: set back"):
        estimator.fit(case.inputs.X, y)
    with pytest.raises(ValueError, match="was made with dropout="):
        estimator.partial_fit(case.inputs.X, y)
    estimator.set_params(dropout=was).fit(case.inputs.X, y)


@each
def test_partial_fit_adds_epochs(name: str) -> None:
    case, y = CASES[name], CASES[name].target()
    estimator = case.new().partial_fit(case.inputs.X[:9], y[:9])
    copied = pickle.loads(pickle.dumps(estimator)).partial_fit(case.inputs.X[9:], y[9:])
    before = estimator.weights_
    estimator.partial_fit(case.inputs.X[9:], y[9:])
    assert estimator.n_iter_ == len(estimator.history_["loss"]) == 2
    assert equal(estimator.weights_, copied.weights_) and not equal(estimator.weights_, before)


# Labels --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in CASES if "weight_averaging" in CASES[n].estimator.get_params()])
def test_the_weights_of_the_last_epochs_are_averaged(name: str) -> None:
    case = CASES[name]

    def weights(epochs: int, weight_averaging: float) -> list[np.ndarray]:
        estimator = case.new(epochs=epochs, weight_averaging=weight_averaging)
        return learned(estimator.fit(case.inputs.X, case.target()))

    three, four, averaged = weights(3, 0), weights(4, 0), weights(4, 0.5)
    assert not equal(four, averaged)
    for third, fourth, mean in zip(three, four, averaged, strict=True):
        np.testing.assert_allclose(mean, (third + fourth) / 2, rtol=1e-5, atol=1e-7)


@each_classifier
def test_labels_come_back_as_they_were(name: str) -> None:
    case = CASES[name]
    strings = np.array(["no", "yes"])
    for classes in (strings, strings.astype(object), np.array([False, True]), np.array([3, 7])):
        estimator = case.new().fit(case.inputs.X, classes[LABELS])
        predicted = estimator.predict(case.inputs.X)
        assert estimator.classes_.tolist() == classes.tolist() and predicted.dtype == classes.dtype
        assert np.array_equal(estimator.predict_proba(case.inputs.X), answer(fitted(name), case.inputs.X))
        assert np.array_equal(predicted, classes[estimator.predict_proba(case.inputs.X).argmax(axis=1)])


@each_classifier
def test_class_weights_are_sample_weights_by_class(name: str) -> None:
    case, y = CASES[name], (np.arange(N_SAMPLES) % 4 == 0).astype(int)
    balanced = compute_class_weight("balanced", classes=np.arange(2), y=y)
    by_sample = case.new().fit(case.inputs.X, y, sample_weight=balanced[y])
    for class_weight in ("balanced", dict(enumerate(balanced))):
        by_class = case.new(class_weight=class_weight).fit(case.inputs.X, y)
        np.testing.assert_allclose(answer(by_class, case.inputs.X), answer(by_sample, case.inputs.X), atol=1e-6)
    plain = case.new().fit(case.inputs.X, y)
    assert not equal(plain.weights_, by_sample.weights_)


@each_classifier
def test_one_sample_a_class_is_enough_and_one_class_is_not(name: str) -> None:
    case = CASES[name]
    labels = np.array(["a", "b", "c"])[case.labels(3)]
    estimator = case.new().fit(case.inputs.X[:3], labels)
    probabilities = estimator.predict_proba(case.inputs.X)
    assert probabilities.shape == (N_SAMPLES, len(set(labels))) and np.allclose(probabilities.sum(axis=1), 1)
    for n_samples in (1, N_SAMPLES):
        with pytest.raises(ValueError, match="y has one class only, 'a'; a classifier needs two classes or more"):
            case.new().fit(case.inputs.X[:n_samples], ["a"] * n_samples)


@each_classifier
def test_wrong_labels(name: str) -> None:
    case, X = CASES[name], CASES[name].inputs.X
    with pytest.raises(ValueError, match="requires y to be passed"):
        case.new().fit(X, None)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        case.new().fit(X, LABELS[:-1])
    with pytest.raises(ValueError, match="y contains NaN"):
        case.new().fit(X, np.where(LABELS, np.nan, 1.0))
    with pytest.raises(ValueError, match=r"y\[0\] is 2, which is none of the classes \[0, 1\]"):
        case.new().partial_fit(X, LABELS).partial_fit(X, LABELS + 2)


# Answers -------------------------------------------------------------------------------------------------------------


@each
def test_what_stands_beside_a_sample_does_not_matter(name: str) -> None:
    samples = CASES[name].inputs.X[:5] + CASES[name].inputs.unusual
    together = answer(fitted(name), samples)
    assert np.isfinite(together).all()
    order = np.random.default_rng(1).permutation(len(samples))
    alone = np.concatenate([answer(fitted(name), [sample]) for sample in samples])
    np.testing.assert_allclose(alone, together, atol=1e-5)
    np.testing.assert_allclose(answer(fitted(name), [samples[i] for i in order]), together[order], atol=1e-5)
    np.testing.assert_allclose(answer(fitted(name), samples[::2]), together[::2], atol=1e-5)


@each
def test_containers_are_all_the_same(name: str) -> None:
    X, y = CASES[name].inputs.X, CASES[name].target()
    for container in (tuple, as_objects, lambda X: pd.Series(X, index=range(len(X), 0, -1))):
        assert np.array_equal(answer(fitted(name), container(X)), answer(fitted(name), X))
    assert equal(CASES[name].new().fit(as_objects(X), y.tolist()).weights_, fitted(name).weights_)


@each
def test_before_a_fit_there_are_no_answers(name: str, tmp_path: Path) -> None:
    estimator, X = CASES[name].new(), CASES[name].inputs.X
    asking = [verb for verb in dir(fitted(name)) if not verb.startswith(("_", "fit", "partial_fit", "get_", "set_"))]
    asking = [verb for verb in asking if callable(getattr(type(estimator), verb, None))]
    assert {verb_of(fitted(name)), "export_saved_model"} <= set(asking)
    for verb in asking:
        others = {"export_saved_model": (tmp_path / "served",), "similarity": ("A", "C")}
        with_target = verb == "score" or needs_target(getattr(estimator, verb))
        arguments = others.get(verb, (X, CASES[name].target()) if with_target else (X,))
        with pytest.raises(NotFittedError, match=f"This {type(estimator).__name__} instance is not fitted yet"):
            getattr(estimator, verb)(*arguments)
    with pytest.raises(NotFittedError):
        _ = estimator.model_
    assert not os.listdir(tmp_path)


@each_wrong
def test_wrong_input_gets_one_clear_sentence(name: str, what: str) -> None:
    case, (X, message) = CASES[name], CASES[name].inputs.wrong[what]
    n_samples = len(X) if hasattr(X, "__len__") else 2
    with pytest.raises((TypeError, ValueError), match=message):
        case.new().fit(X, np.arange(n_samples) % 2)
    with pytest.raises((TypeError, ValueError), match=message):
        answer(fitted(name), X)


@each
def test_a_fit_that_fails_changes_nothing(name: str) -> None:
    case, estimator = CASES[name], CASES[name].new()
    X, y = case.inputs.X, case.target()
    wrong = [([], y)]
    if name not in IGNORE_TARGETS:
        wrong += [(X, np.arange(3)), (X, [None] * N_SAMPLES), (case.inputs.unusual, y)]
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples|the list of graphs is empty|X is empty"):
        estimator.fit(*wrong[-1])
    with pytest.raises(NotFittedError):
        answer(estimator, X)
    estimator.fit(X, y)
    state = {attribute: pickle.dumps(value) for attribute, value in vars(estimator).items()}
    for wrong_X, wrong_y in wrong:
        with pytest.raises((TypeError, ValueError)):
            estimator.fit(wrong_X, wrong_y)
        assert {attribute: pickle.dumps(value) for attribute, value in vars(estimator).items()} == state


@pytest.mark.parametrize("name", CASES | MATRIX_CASES)
def test_a_file_without_code_keeps_every_bit(name: str, tmp_path: Path) -> None:
    estimator, X = fitted(name), (CASES | MATRIX_CASES)[name].inputs.X
    skmlbio.save(estimator, tmp_path / "estimator")
    loaded = skmlbio.load(tmp_path / "estimator")
    assert vars(loaded).keys() == vars(estimator).keys() and equal(loaded.weights_, estimator.weights_)
    assert loaded.get_params() == estimator.get_params() == clone(loaded).get_params()
    assert same(answer(loaded, X), answer(estimator, X))


@each
def test_a_saved_model_answers_alike(name: str, tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    case, estimator = CASES[name], fitted(name)
    estimator.export_saved_model(tmp_path / "served")
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    samples = case.inputs.X + [sample for sample in case.inputs.unusual if not isinstance(sample, tuple)]
    inputs = {key: tf.constant(array) for key, array in case.inputs.served(samples).items()}
    others = {"inverse_transform", "sample"}  # which take no samples
    verbs = [verb for verb in signatures if hasattr(estimator, verb) and verb not in others]
    verbs = [verb for verb in verbs if not needs_target(getattr(estimator, verb))]
    assert {"predict", "predict_proba"} <= set(verbs) or not is_classifier(estimator)
    for verb in verbs:
        found, expected = signatures[verb](**inputs)[verb].numpy(), getattr(estimator, verb)(samples)
        if isinstance(expected, list):
            require_labels_of_residues(found, expected)
        else:
            np.testing.assert_allclose(found, expected, atol=1e-5, err_msg=verb)
        if isinstance(case.inputs.X[0], str):
            told = vocabularies_of(tmp_path / "served")
            numbers = tf.constant(numbers_of(samples, told["X"]), tf.int32)
            require_same_of_numbers(signatures[f"{verb}_tokens"](X=numbers)[verb].numpy(), found, told)
            none = signatures[verb](X=tf.constant([], tf.string))[verb]
            length = (1,) if isinstance(expected, list) and found.ndim > 1 else found.shape[1:2]
            assert (none.shape, none.dtype) == ((0, *length, *found.shape[2:]), found.dtype)


def vocabularies_of(folder: Path) -> dict:
    """What an exported model tells of the numbers that it takes and answers in place of letters."""
    return json.loads((folder / "assets.extra" / "skmlbio.json").read_text())["vocabularies"]


def numbers_of(strings: list[str], vocabulary: dict) -> np.ndarray:
    """What a client makes of strings, by what the model tells."""
    known = {token: number for number, token in enumerate(vocabulary["tokens"])}
    padded = np.full((len(strings), max(map(len, strings))), vocabulary["padding"])
    for row, string in zip(padded, strings, strict=True):
        letters = string if vocabulary["case_sensitive"] else string.upper()
        row[: len(string)] = [known.get(letter, vocabulary["unknown"]) for letter in letters]
    return padded


def require_same_of_numbers(found: np.ndarray, of_strings: np.ndarray, vocabularies: dict) -> None:
    """The labels of residues are answered one by one to numbers, and as one string to a string; so are translations."""
    if found.dtype != object and of_strings.dtype == object:
        found = np.array([token.encode() for token in vocabularies["y"]["tokens"]], object)[found]
    if found.dtype == object and found.ndim > of_strings.ndim:
        found = np.array([b"".join(row) for row in found], object)
    np.testing.assert_array_equal(found, of_strings)


def require_labels_of_residues(found: np.ndarray, expected: list) -> None:
    """Strings are those that were expected; all else is padded with zeros."""
    if isinstance(expected[0], str):
        assert [string.decode() for string in found] == expected
        return
    for row, of_string in zip(found, expected, strict=True):
        np.testing.assert_allclose(row[: len(of_string)], of_string, atol=1e-5)
        assert not row[len(of_string) :].any()


# scikit-learn around it ----------------------------------------------------------------------------------------------


@each
def test_in_a_pipeline(name: str) -> None:
    case, y = CASES[name], CASES[name].target()
    pipeline = Pipeline([("same", FunctionTransformer()), ("network", case.new(epochs=7))])
    pipeline.set_params(network__epochs=2)
    pipeline.fit(case.inputs.X, y, network__sample_weight=np.ones(N_SAMPLES))
    assert np.array_equal(answer(pipeline, case.inputs.X), answer(fitted(name), case.inputs.X))


@each
def test_cross_validation(name: str) -> None:
    case = CASES[name]
    scores = cross_val_score(case.new(), case.inputs.X, case.target(), cv=2, error_score="raise")
    assert scores.shape == (2,) and np.isfinite(scores).all()


@each_classifier
def test_bagging(name: str) -> None:
    """BaggingClassifier refuses lists and 1-D arrays, whatever it wraps, so the samples come as one column."""
    case = CASES[name]
    column = as_objects(case.inputs.X).reshape(-1, 1)
    bagging = BaggingClassifier(case.new(), n_estimators=2, random_state=0).fit(column, LABELS)
    members = [member.predict_proba(case.inputs.X) for member in bagging.estimators_]
    assert not np.array_equal(*members)
    np.testing.assert_allclose(bagging.predict_proba(column), np.mean(members, axis=0), atol=1e-6)


# Workers -------------------------------------------------------------------------------------------------------------

SEARCH = """
import os, pickle
from sklearn.model_selection import GridSearchCV, cross_validate

with open("given.pickle", "rb") as file:
    given = pickle.load(file)
found = []
for estimator, X, y, verb in map(pickle.loads, given):
    grid = {"learning_rate": [1e-3, 1e-2]}
    search = GridSearchCV(estimator, grid, cv=2, n_jobs=2, refit=False, error_score="raise").fit(X, y)
    of_folds = cross_validate(estimator, X, y, cv=2, n_jobs=2, return_estimator=True)["estimator"]
    found.append((search.cv_results_["mean_test_score"], [getattr(one, verb)(X) for one in of_folds]))
assert os.listdir() == ["given.pickle"], os.listdir()
with open("found.pickle", "wb") as file:
    pickle.dump(found, file)
"""
# How samples and targets are passed to workers.
ONE_OF_A_KIND = {
    (case.inputs.served, case.tags is None, callable(case.tags)): name for name, case in reversed(CASES.items())
}


def test_workers_find_the_same_bits_and_leave_no_files(run_python: Callable, tmp_path: Path) -> None:
    """Two workers on loky, started anew; that fresh processes fit the same bits is asked by `test_same_bits.py`."""
    own = NetworkClassifier(dropout_network, epochs=3, random_state=0)
    given = [(CASES[name].new(), CASES[name].inputs.X, CASES[name].target()) for name in ONE_OF_A_KIND.values()]
    given = [(estimator, X, y, verb_of(estimator)) for estimator, X, y in [*given, (own, MATRIX.X, LABELS)]]
    (tmp_path / "given.pickle").write_bytes(pickle.dumps([pickle.dumps(one) for one in given]))
    done = run_python(SEARCH, timeout=300)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    found = pickle.loads((tmp_path / "found.pickle").read_bytes())
    for (estimator, X, y, verb), (scores, folds) in zip(given, found, strict=True):
        search = GridSearchCV(estimator, {"learning_rate": [1e-3, 1e-2]}, cv=2, refit=False).fit(X, y)
        assert np.array_equal(scores, search.cv_results_["mean_test_score"]), estimator
        of_folds = cross_validate(estimator, X, y, cv=2, return_estimator=True)["estimator"]
        for answers, one in zip(folds, of_folds, strict=True):
            assert same(answers, getattr(one, verb)(X)), estimator
