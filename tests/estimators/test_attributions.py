"""What counts in a string, by gradients, integrated gradients and mutagenesis, of every network of strings."""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from battery_cases import CASES, LABELS, STRINGS
from explained_cases import explained, fitted, options
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import AttentionClassifier, AttentionRegressor, SequenceCNNRegressor
from skmlbio.training._cache import get_network

METHODS = ("integrated_gradients", "gradient_times_input", "mutagenesis")
OF_STRINGS = [
    name for name, case in CASES.items() if case.inputs is STRINGS and hasattr(case.estimator, "attributions")
]
SMALL = {"embedding_dim": 4, "n_heads": 2, "feed_forward_dim": 4, "kernel_width": 3, "random_state": 0}
SOME = [*STRINGS.X[:3], "acgtnACGRTT" * 4, "A", STRINGS.X[0] * 2]
each = pytest.mark.parametrize("name", OF_STRINGS)


def one_hot(string: str) -> np.ndarray:
    return np.array([[letter == column for column in "ACGT"] for letter in string.upper()], float)


# Every estimator of strings ------------------------------------------------------------------------------------------


def test_there_are_estimators_to_try() -> None:
    assert {"attention", "attention regressor"} <= set(OF_STRINGS)


@each
def test_shapes_and_independence(name: str) -> None:
    """A string has a row a letter, whatever stands beside it."""
    estimator = fitted(name)
    for method in METHODS:
        ask = functools.partial(estimator.attributions, method=method, n_steps=4)
        together = ask(SOME)
        assert [found.shape for found in together] == [(len(string), 4) for string in SOME]
        assert {found.dtype for found in together} == {explained(estimator, SOME).dtype}
        for string, found in zip(SOME[1:5], together[1:5], strict=True):
            np.testing.assert_allclose(*ask([string]), found, rtol=1e-3, atol=1e-5, err_msg=f"{method} of {string}")
        assert all(np.array_equal(*pair) for pair in zip(together, ask(SOME), strict=True))


@each
def test_integrated_gradients_are_complete(name: str) -> None:
    estimator = fitted(name)
    change = explained(estimator, SOME) - explained(estimator, ["N" * len(string) for string in SOME])
    sums = [found.sum() for found in estimator.attributions(SOME, **options(estimator))]
    np.testing.assert_allclose(sums, change, rtol=0.01, atol=2e-4)


@each
def test_gradient_times_input_is_the_slope(name: str) -> None:
    """That of a network in double precision, which is what finite differences take."""
    case, string = CASES[name], STRINGS.X[0]
    estimator = case.new(dtype="float64", epochs=1).fit(case.inputs.X, case.target())
    (found,) = estimator.attributions([string], method="gradient_times_input", **options(estimator))
    outputs = from_vectors(estimator)
    x, step, places = one_hot(string), 1e-6, range(0, len(string), 5)
    factors = np.ones((2, len(places), len(string), 1))
    for i, place in enumerate(places):
        factors[:, i, place, 0] += step, -step
    up, down = (outputs(x * factor) for factor in factors)
    np.testing.assert_allclose(found.sum(axis=1)[places], (up - down) / (2 * step), rtol=1e-3, atol=1e-7)
    assert not found[x == 0].any()  # of letters that are not there


def from_vectors(estimator: BaseEstimator) -> Callable[[np.ndarray], np.ndarray]:
    """What is explained, as a function of vectors in the place of letters, of shape (n_strings, length, 4)."""
    model = get_network(estimator.blueprint_).heads["decision_function" if is_classifier(estimator) else "predict"]
    own = keras.models.clone_model(model)
    own.set_weights(estimator.model_.get_weights())
    outputs = keras.Model(own.get_layer("letters").output, own.output)
    return lambda x: np.ravel(outputs([x, np.ones(x.shape[:2], bool)]))


@each
def test_mutagenesis_is_the_change_of_what_is_predicted(name: str) -> None:
    estimator = fitted(name)
    strings = ["GATTRACA" * 3, STRINGS.X[1]]
    found = estimator.attributions(strings, method="mutagenesis", **options(estimator))
    for string, changes in zip(strings, found, strict=True):
        (before,) = explained(estimator, [string])
        places = [(i, k) for i in (0, 4, len(string) - 1) for k in range(4)]
        for i, k in places:
            (after,) = explained(estimator, [string[:i] + "ACGT"[k] + string[i + 1 :]])
            assert abs(changes[i, k] - (after - before)) < 1e-5
        assert not changes[one_hot(string).astype(bool)].any()


# What is explained ---------------------------------------------------------------------------------------------------


def trained(y: object, **changes: object) -> AttentionClassifier:
    return AttentionClassifier("dna", **SMALL, **{"epochs": 1, **changes}).fit(STRINGS.X, y)


def changes_of(logits: Callable, string: str, i: int = 3) -> np.ndarray:
    """What mutations of one letter change, one row a letter."""
    mutants = [string[:i] + letter + string[i + 1 :] for letter in "ACGT"]
    return logits(mutants) - logits([string])


def test_the_predicted_class_is_explained_unless_a_class_is_asked_for() -> None:
    string = STRINGS.X[0]
    binary = trained(np.array(["no", "yes"])[np.arange(20) % 2])
    expected = changes_of(binary.decision_function, string)
    for target, sign in {"yes": 1, "no": -1, None: 1 if binary.decision_function([string])[0] > 0 else -1}.items():
        (found,) = binary.attributions([string], method="mutagenesis", target=target)
        np.testing.assert_allclose(found[3], sign * expected, atol=1e-5)
    several = trained(np.arange(20) % 3)
    expected = changes_of(several.decision_function, string)
    for target in (0, 1, np.int64(2), None):
        column = several.predict([string])[0] if target is None else target
        (found,) = several.attributions([string], method="mutagenesis", target=target)
        np.testing.assert_allclose(found[3], expected[:, column], atol=1e-5)


def test_one_of_several_labels_outputs_and_columns() -> None:
    string = STRINGS.X[0]
    labels = trained(np.array([[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 0]] * 5))
    (found,) = labels.attributions([string], method="mutagenesis", target=1)
    np.testing.assert_allclose(found[3], changes_of(labels.decision_function, string)[:, 1], atol=1e-5)
    outputs = trained(np.column_stack([np.arange(20) % 2, np.array(["a", "b", "c"])[np.arange(20) % 3]]).astype(object))
    for column, target in ((1, (0, "1")), (3, (1, "b"))):
        (found,) = outputs.attributions([string], method="mutagenesis", target=target)
        np.testing.assert_allclose(found[3], changes_of(outputs._logits, string)[:, column], atol=1e-5)
    y = np.column_stack([np.sin(np.arange(20)), 1000 * np.cos(np.arange(20))])
    regressor = AttentionRegressor("dna", **SMALL, epochs=1).fit(STRINGS.X, y)
    for target in (0, 1):
        (found,) = regressor.attributions([string], method="mutagenesis", target=target)
        np.testing.assert_allclose(found[3], changes_of(regressor.predict, string)[:, target], rtol=1e-3, atol=1e-3)
    (found,) = regressor.attributions([string], target=1)
    change = (regressor.predict([string]) - regressor.predict(["N" * len(string)]))[0, 1]
    np.testing.assert_allclose(found.sum(), change, rtol=0.01)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"method": "saliency"},
            "method must be 'integrated_gradients', 'gradient_times_input' or 'mutagenesis', got 's",
        ),
        ({"method": None}, "method must be .*, got None"),
        ({"target": 2}, r"target 2 is none of the classes \[0, 1\]"),
        ({"target": [0]}, r"target \[0\] is none of the classes"),
        ({"baseline": "shuffled"}, "baseline must be 'uniform' or 'zero', got 'shuffled'"),
        ({"baseline": [0.5, 0.5]}, "baseline must be .* 4 finite numbers, one for each of the letters ACGT"),
        ({"baseline": [0.5, 0.5, np.nan, 0]}, "4 finite numbers"),
        ({"baseline": list("ACGT")}, r"4 finite numbers.*; got \['A', 'C', 'G', 'T'\]"),
        ({"baseline": None}, "4 finite numbers.*; got None"),
        ({"n_steps": 0}, "n_steps must be 'auto' or an int from 1 to 512, got 0"),
        ({"n_steps": "many"}, "n_steps must be .*, got 'many'"),
    ],
)
def test_what_is_not_there_is_refused(asked: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fitted("attention").attributions(STRINGS.X, **asked)


def test_labels_and_columns_that_are_not_there_are_refused() -> None:
    labels = trained(np.array([[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 0]] * 5))
    for target in (None, 3, -1, True, "a"):
        with pytest.raises(ValueError, match="target must be the index of one of the 3 labels, from 0 on; got"):
            labels.attributions(STRINGS.X, target=target)
    with pytest.raises(ValueError, match="target must be the index of one of the 1 columns of y, from 0 on; got 1"):
        fitted("attention regressor").attributions(STRINGS.X, target=1)


def test_before_a_fit_and_for_wrong_strings_there_are_none() -> None:
    with pytest.raises(NotFittedError, match="This AttentionClassifier instance is not fitted yet"):
        AttentionClassifier().attributions(["ACGT"])
    with pytest.raises(ValueError, match="sequence 1 has 'J' at position 2"):
        fitted("attention").attributions(["ACGT", "ACJT"])


# How it is computed --------------------------------------------------------------------------------------------------


def test_a_planted_motif_is_found_by_every_method() -> None:
    random = np.random.default_rng(0)
    strings = ["".join(random.choice(list("ACGT"), 30)) for _ in range(300)]
    places = random.integers(0, 23, 150)
    for i, place in enumerate(places):
        strings[2 * i] = strings[2 * i][:place] + "GATTACA" + strings[2 * i][place + 7 :]
    y = np.array(["motif", "none"])[np.arange(300) % 2]
    sizes = {"embedding_dim": 16, "n_heads": 2, "feed_forward_dim": 16, "kernel_width": 7}
    classifier = AttentionClassifier("dna", epochs=30, learning_rate=5e-3, random_state=0, **sizes).fit(strings, y)
    assert classifier.score(strings, y) > 0.95
    shown = slice(0, 40, 2)
    for method in METHODS:
        n_found = 0
        attributions = classifier.attributions(strings[shown], method=method, target="motif")
        for place, found in zip(places[:20], attributions, strict=True):
            importance = -found.sum(axis=1) if method == "mutagenesis" else found.sum(axis=1)
            n_found += place <= np.convolve(importance, np.ones(7), "valid").argmax() + 2 <= place + 4
        assert n_found >= 18, method


def test_baselines_and_steps() -> None:
    classifier, strings = fitted("attention"), STRINGS.X[:4]
    after = classifier.decision_function(strings)
    as_unknown = classifier.attributions(strings, target=1)
    for found, same in zip(as_unknown, classifier.attributions(strings, target=1, baseline=[0.25] * 4), strict=True):
        assert np.array_equal(found, same)
    of_adenine = classifier.attributions(strings, target=1, baseline=[1, 0, 0, 0])
    before = classifier.decision_function(["A" * len(string) for string in strings])
    np.testing.assert_allclose([found.sum() for found in of_adenine], after - before, rtol=0.01, atol=1e-4)
    before = path_start(classifier, strings)
    zeros = classifier.attributions(strings, target=1, baseline="zero")
    np.testing.assert_allclose([found.sum() for found in zeros], after - before, rtol=0.01, atol=1e-4)
    assert all(not found[one_hot(string) == 0].any() for string, found in zip(strings, zeros, strict=True))
    with pytest.raises(AssertionError):
        np.testing.assert_allclose([found.sum() for found in zeros], [found.sum() for found in as_unknown], rtol=0.01)


def test_units_of_targets_do_not_matter() -> None:
    """Beside a large mean, changes are no rounding, and what single precision cannot hold is none of its business."""
    strings, y = STRINGS.X[:12], np.arange(12.0)
    expected = {}
    for mean, scale in [(0, 1), (1e6, 1e-3), (0, 1e-50), (0, 1e200)]:
        regressor = SequenceCNNRegressor("dna", n_filters=4, n_layers=1, epochs=5, random_state=0)
        regressor.fit(strings, mean + scale * y)
        for method in METHODS:
            found = np.concatenate(regressor.attributions(strings[:4], method=method)) / scale
            np.testing.assert_allclose(found, expected.setdefault(method, found), rtol=1e-3, atol=1e-4)
    assert all(np.abs(found).max() > 0.01 for found in expected.values())


def path_start(classifier: AttentionClassifier, strings: list) -> np.ndarray:
    outputs = from_vectors(classifier)
    return np.concatenate([outputs(np.zeros((1, len(string), 4), "float32")) for string in strings])


def test_half_precision() -> None:
    classifier = trained(LABELS, dtype="mixed_bfloat16")
    for method in METHODS:
        (found,) = classifier.attributions(SOME[:1], method=method, target=1, n_steps=64)
        assert found.dtype == np.float32 and np.isfinite(found).all() and np.abs(found).max() > 1e-3
        if method == "mutagenesis":
            np.testing.assert_allclose(found[3], changes_of(classifier.decision_function, SOME[0]), atol=0.02)


def test_few_programs_and_untouched_weights() -> None:
    classifier = fitted("attention")
    network = get_network(classifier.blueprint_)
    weights = [weight.numpy() for weight in network.weights]
    for strings in (STRINGS.X[:1], STRINGS.X, ["ACGT" * 20]):
        for method in METHODS:
            classifier.attributions(strings, method=method)
    assert {head for head, _ in network._programs if head == "path_gradients"} == {"path_gradients"}
    assert len([name for name in network._programs if "decision_function" in name]) == 2
    assert all(np.array_equal(*pair) for pair in zip(weights, (w.numpy() for w in network.weights), strict=True))


def test_threads_find_the_same_bits() -> None:
    classifier = fitted("attention")
    expected = classifier.attributions(STRINGS.X)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: classifier.attributions(STRINGS.X), range(4)):
            assert all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))


def test_in_a_pipeline() -> None:
    pipeline = make_pipeline(FunctionTransformer(), CASES["attention"].new()).fit(
        STRINGS.X, CASES["attention"].target()
    )
    for one, other in zip(pipeline[-1].attributions(SOME), fitted("attention").attributions(SOME), strict=True):
        assert np.array_equal(one, other)


def test_small_batches_give_what_large_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = fitted("attention")
    expected = {method: classifier.attributions(SOME, method=method, n_steps=8) for method in METHODS}
    monkeypatch.setattr("skmlbio.estimators._attributions._MOST_ROWS", 5)
    monkeypatch.setattr("skmlbio.estimators._attributions._ENTRIES_KEPT", 1)
    for method in METHODS:
        for pair in zip(classifier.attributions(SOME, method=method, n_steps=8), expected[method], strict=True):
            np.testing.assert_allclose(*pair, atol=1e-5)


def test_gradients_need_more_memory_than_predictions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: 10**9)
    monkeypatch.setattr("skmlbio.estimators._attention_memory._SURELY_AVAILABLE", 0)
    classifier = fitted("attention")
    monkeypatch.setattr(type(classifier), "_ask_encoded", lambda self, head, data: np.ones((len(data), 1)))
    message = r"sequence 1, the longest, has 10000 residues: .* 1\.6 GB of memory, .* take method='mutagenesis'"
    with pytest.raises(MemoryError, match=message):
        classifier.attributions(["ACGT", "A" * 10_000])


# Lists of tokens -----------------------------------------------------------------------------------------------------


def test_lists_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    X = [[str(word) for word in random.choice(["b", "cc", "d", "e"], length)] for length in random.integers(5, 9, 60)]
    for words in X[::2]:
        words[random.integers(len(words))] = "a"
    # Gradients where the answer is sure point elsewhere with two states of three.
    options = {"embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8, "kernel_width": None, "random_state": 12}
    classifier = AttentionClassifier(epochs=40, learning_rate=0.01, **options).fit(X, np.arange(60) % 2 == 0)
    assert classifier.score(X, np.arange(60) % 2 == 0) == 1
    for method in METHODS[:2]:
        found = classifier.attributions(X[:20:2], method=method, target=True)
        assert [values.shape for values in found] == [(len(words),) for words in X[:20:2]]
        hits = [values.argmax() == words.index("a") for words, values in zip(X[:20:2], found, strict=True)]
        assert np.mean(hits) >= 0.9
    mutated = classifier.attributions(X[:20:2], method="mutagenesis", target=True)
    for words, changes in zip(X[:20:2], mutated, strict=True):
        assert changes.shape == (len(words), 5)
        assert changes.sum(axis=1).argmin() == words.index("a")
    with pytest.raises(ValueError, match="baseline must be 'uniform' or 'zero' for lists of tokens"):
        classifier.attributions(X, baseline=[0.2] * 5)
    values = classifier.attributions(X[:1], baseline="zero", target=True)[0]
    assert values.shape == (len(X[0]),) and np.isfinite(values).all()
    monkeypatch.setattr("skmlbio.estimators._attributions._MOST_TOKENS", 4)
    message = "tries every token at every place, which is too much for the vocabulary of 5 tokens, more than 4; take"
    with pytest.raises(ValueError, match=message):
        classifier.attributions(X, method="mutagenesis")
