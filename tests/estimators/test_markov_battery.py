"""What holds for estimators of strings that are no networks: the counterpart of `test_battery.py`."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from battery_cases import CHECKS_WITHOUT_DATA, STRINGS
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags

from skmlbio import MarkovChain, MarkovClassifier
from skmlbio.sequences import KmerCounter, KmerTokenizer

X = STRINGS.X
Y = np.arange(len(X)) % 2
WEIGHTS = 1 + np.arange(len(X)) % 3

each = pytest.mark.parametrize("cls", [MarkovChain, MarkovClassifier])


def fitted(cls: type, **options: Any) -> BaseEstimator:
    return cls(alphabet="dna", **options).fit(X, Y)


def answers(estimator: BaseEstimator, samples: Any = X) -> np.ndarray:
    """What tells most: densities, or log-probabilities of classes."""
    verb = "score_samples" if hasattr(estimator, "score_samples") else "predict_log_proba"
    return getattr(estimator, verb)(samples)


@each
@pytest.mark.parametrize("check", CHECKS_WITHOUT_DATA)
def test_checks_of_scikit_learn_that_need_no_data(cls: type, check: str) -> None:
    getattr(estimator_checks, f"check_{check}")(cls.__name__, cls())


@each
def test_the_order_is_the_first_argument_and_the_only_one_without_a_name(cls: type) -> None:
    assert cls(3).order == 3 and cls(3).alphabet == "auto"
    with pytest.raises(TypeError):
        cls(3, "dna")


@each
def test_parameters_survive_a_fit_a_clone_and_a_pickle(cls: type) -> None:
    estimator = fitted(cls, order=1)
    assert estimator.get_params() == clone(estimator).get_params() == cls(1, alphabet="dna").get_params()
    again = pickle.loads(pickle.dumps(estimator))
    assert np.array_equal(answers(again), answers(estimator))
    assert np.array_equal(answers(again.partial_fit(X, Y)), answers(estimator.partial_fit(X, Y)))
    assert get_tags(estimator).input_tags.string and not get_tags(estimator).input_tags.two_d_array
    with pytest.raises(NotFittedError):
        answers(clone(estimator))


@each
def test_numbers_of_numpy_are_those_of_python(cls: type) -> None:
    plain = fitted(cls, order=2, pseudocount=0.5, smoothing="additive", case_sensitive=False)
    numpy = {"order": np.int8(2), "pseudocount": np.float32(0.5), "smoothing": np.str_("additive")}
    assert np.array_equal(answers(fitted(cls, **numpy, case_sensitive=np.False_)), answers(plain))


@each
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": -1}, r"'order' parameter .* range \[0, inf\). Got -1"),
        ({"order": 1.5}, "'order' parameter"),
        ({"order": True}, "'order' parameter"),
        ({"pseudocount": -0.1}, "'pseudocount' parameter"),
        ({"pseudocount": np.inf}, "'pseudocount' parameter"),
        ({"pseudocount": np.nan}, "'pseudocount' parameter"),
        ({"smoothing": "kneser"}, "'smoothing' parameter .* Got 'kneser'"),
        ({"unknown": "skip"}, "'unknown' parameter"),
        ({"alphabet": 3}, "'alphabet' parameter"),
    ],
)
def test_wrong_parameters(cls: type, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cls(**options).fit(X, Y)


@each
@pytest.mark.parametrize("what", STRINGS.wrong)
def test_wrong_input_gets_one_clear_sentence(cls: type, what: str) -> None:
    wrong, message = STRINGS.wrong[what]
    n_samples = len(wrong) if hasattr(wrong, "__len__") else 2
    estimator = fitted(cls)
    before = answers(estimator)
    with pytest.raises((TypeError, ValueError), match=message):
        cls(alphabet="dna").fit(wrong, np.arange(n_samples) % 2)
    with pytest.raises((TypeError, ValueError), match=message):
        answers(estimator, wrong)
    for fit in (estimator.fit, estimator.partial_fit):  # which leave the estimator as it was
        with pytest.raises((TypeError, ValueError), match=message):
            fit(wrong, np.arange(n_samples) % 2)
        assert np.array_equal(answers(estimator), before)


@each
def test_wrong_weights_and_arguments(cls: type) -> None:
    for weights, message in (
        (np.zeros(len(X)), "at least one non-zero number"),
        (-np.ones(len(X)), "sample_weight must not be negative, but sample 0 has"),
        (np.ones(3), "sample_weight"),
        (np.full(len(X), np.nan), "sample_weight contains NaN"),
        (np.full(len(X), 1e308), r"sample_weight must be at most 1e\+100"),
    ):
        with pytest.raises(ValueError, match=message):
            cls().fit(X, Y, sample_weight=weights)
    with pytest.raises(
        TypeError, match=rf"{cls.__name__}\.fit\(\) got an unexpected .*; it takes X, y and sample_weight"
    ):
        cls().fit(X, Y, weight=WEIGHTS)


@each
def test_weights_are_repetitions_and_samples_of_weight_zero_are_absent(cls: type) -> None:
    weighted = cls(alphabet="dna").fit(X, Y, sample_weight=WEIGHTS)
    repeated = cls(alphabet="dna").fit(
        [x for x, w in zip(X, WEIGHTS, strict=True) for _ in range(w)], Y.repeat(WEIGHTS)
    )
    assert np.array_equal(answers(weighted), answers(repeated))
    weights = np.where(np.arange(len(X)) % 5 == 2, 0.0, 0.7 * WEIGHTS)
    kept = np.flatnonzero(weights)
    some = cls(alphabet="dna").fit(X, Y, sample_weight=weights)
    rest = cls(alphabet="dna").fit([X[i] for i in kept], Y[kept], sample_weight=weights[kept])
    np.testing.assert_allclose(answers(some), answers(rest), rtol=1e-12)
    assert not np.allclose(answers(some), answers(weighted))


@each
def test_the_order_of_samples_and_what_stands_beside_them_do_not_matter(cls: type) -> None:
    estimator, order = fitted(cls), np.random.default_rng(0).permutation(len(X))
    shuffled = cls(alphabet="dna").fit([X[i] for i in order], Y[order])
    assert np.array_equal(answers(shuffled), answers(estimator))
    samples = X[:5] + STRINGS.unusual
    together = answers(estimator, samples)
    assert np.isfinite(together).all()
    np.testing.assert_allclose(
        np.concatenate([answers(estimator, [s]) for s in samples]), together, rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(answers(estimator, samples[::-1]), together[::-1], rtol=1e-12, atol=1e-12)


@each
def test_containers_and_cases_are_all_the_same(cls: type) -> None:
    estimator = fitted(cls)
    for container in (tuple, lambda X: np.array(X, object), pd.Series, lambda X: [x.lower() for x in X]):
        assert np.array_equal(answers(estimator, container(X)), answers(estimator))
    assert np.array_equal(answers(cls(alphabet="dna").fit(pd.Series(X), Y.tolist())), answers(estimator))


@each
def test_parts_and_refits(cls: type) -> None:
    whole = fitted(cls)
    parts = cls(alphabet="dna").partial_fit(X[:8], Y[:8], sample_weight=np.ones(8)).partial_fit(X[8:], Y[8:])
    assert np.array_equal(answers(parts), answers(whole))
    refitted = cls(alphabet="dna").fit(X[:4], Y[:4]).fit(X, Y)
    assert np.array_equal(answers(refitted), answers(whole))
    assert vars(refitted).keys() == vars(whole).keys()


@each
def test_a_search_in_a_pipeline_with_two_workers(cls: type) -> None:
    pipeline = make_pipeline(FunctionTransformer(), cls(alphabet="dna"))
    name = cls.__name__.lower()
    grid = {
        f"{name}__order": [0, 1, 2],
        f"{name}__smoothing": ["additive", "backoff"],
        f"{name}__pseudocount": [0.5, 1],
    }
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, error_score="raise")
    found = search.fit(X, Y).cv_results_["mean_test_score"]
    alone = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, Y).cv_results_["mean_test_score"]
    assert np.array_equal(found, alone)
    weighted = clone(pipeline).fit(X, Y, **{f"{name}__sample_weight": WEIGHTS})
    assert np.array_equal(answers(weighted), answers(cls(alphabet="dna").fit(X, Y, WEIGHTS)))


@pytest.mark.parametrize("made", [MarkovChain(2), MarkovClassifier(2), KmerTokenizer(2), KmerCounter(2)])
def test_lists_of_tokens_are_refused_where_letters_are_needed(made: BaseEstimator) -> None:
    with pytest.raises(TypeError, match=f"^{type(made).__name__} takes strings, but X holds lists of tokens"):
        made.fit([["ATG", "TAA"], ["ATG"]] * 3, [0, 1] * 3)
    made.set_params(alphabet="dna").fit(X, Y)
    with pytest.raises((TypeError, ValueError), match="list"):
        (made.transform if hasattr(made, "transform") else made.score)(
            [["ATG", "TAA"]], *[[0]] * hasattr(made, "classes_")
        )
