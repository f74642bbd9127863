"""Markov chains against the formula, letter by letter, and against sums over all strings."""

import itertools
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GridSearchCV
from sklearn.utils import get_tags
from test_reproducibility import global_states

from skmlbio import MarkovChain
from skmlbio.estimators import _markov_base, _markov_codes
from skmlbio.estimators._markov_codes import _read, _stretches, letters_of_tokens
from skmlbio.sequences import Alphabet, _windows, ensure_sequences, get_alphabet

MEANT = dict(get_alphabet("dna").ambiguity) | {letter: letter for letter in "ACGT"}
STRINGS = ["ACGTTAGGACA", "GATTACA", "CCGTA", "TTTAGGGACCA", "A"]
WITH_CODES = [*STRINGS, "ANCGTNNA", "RYACGT", "GGN"]

smoothings = pytest.mark.parametrize("smoothing", ["additive", "backoff"])


def probability(strings: list[str], order: int, smoothing: str, pseudocount: float, letter: str, context: str) -> float:
    """p(letter | context) by the formula, from counts in strings without codes or between them."""
    parts = [
        "".join(run) for string in strings for plain, run in itertools.groupby(string, "ACGT".__contains__) if plain
    ]
    windows = Counter(
        part[max(0, end - shorter) : end + 1]
        for part in parts
        for end in range(len(part))
        for shorter in range(min(end, order) + 1)
    )
    context = context[len(context) - min(order, len(context)) :]
    q = 0.25
    if smoothing == "backoff" and context:
        q = probability(strings, len(context) - 1, smoothing, pseudocount, letter, context[1:])
    total = sum(windows[context + other] for other in "ACGT") + 4 * pseudocount
    return (windows[context + letter] + 4 * pseudocount * q) / total if total else q


def log_probability(strings: list[str], order: int, smoothing: str, pseudocount: float, string: str) -> float:
    """log p of a string, summed over all strings that it stands for."""
    total = 0.0
    for letters in itertools.product(*(MEANT[code] for code in string)):
        one = 1.0
        for place, letter in enumerate(letters):
            one *= probability(strings, order, smoothing, pseudocount, letter, "".join(letters[:place]))
        total += one
    return np.log(total)


def all_strings(length: int, letters: str = "ACGT") -> list[str]:
    return ["".join(letters_of_string) for letters_of_string in itertools.product(letters, repeat=length)]


@smoothings
@pytest.mark.parametrize("order", [0, 1, 2, 4])
@pytest.mark.parametrize("pseudocount", [0.25, 1.0])
def test_the_formula_and_its_sums_over_codes(order: int, smoothing: str, pseudocount: float) -> None:
    chain = MarkovChain(order, smoothing=smoothing, pseudocount=pseudocount, alphabet="dna").fit(WITH_CODES)
    asked = ["A", "GATTACA", "TTTTT", "N", "ANT", "NNAC", "RCGTY", "CCSNA", "ACGTACGTN", "NACGTAN", "VA"]
    expected = [log_probability(WITH_CODES, order, smoothing, pseudocount, string) for string in asked]
    np.testing.assert_allclose(chain.score_samples(asked), expected, rtol=1e-12, atol=1e-12)
    assert chain.score(asked) == pytest.approx(np.mean(expected))
    assert chain.perplexity(asked) == pytest.approx(np.exp(-sum(expected) / sum(map(len, asked))))


@smoothings
@pytest.mark.parametrize("pseudocount", [0, 0.5])
def test_probabilities_of_all_strings_of_a_length_sum_to_one(smoothing: str, pseudocount: float) -> None:
    for order in (0, 1, 3, 5):
        chain = MarkovChain(order, smoothing=smoothing, pseudocount=pseudocount, alphabet="dna").fit(STRINGS)
        for length in (1, 2, 4, 6):
            assert np.exp(chain.score_samples(all_strings(length))).sum() == pytest.approx(1, abs=1e-12)
            assert chain.score_samples(["N" * length])[0] == pytest.approx(0, abs=1e-12)


@given(st.lists(st.text("ACGTNRYV", min_size=1, max_size=6), min_size=1, max_size=5), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_a_code_is_the_sum_over_its_letters(asked: list[str], order: int) -> None:
    chain = MarkovChain(order, alphabet="dna").fit(WITH_CODES)
    meant = [all_meant for string in asked for all_meant in [list(itertools.product(*(MEANT[c] for c in string)))]]
    expected = [np.log(np.exp(chain.score_samples(["".join(s) for s in of_one])).sum()) for of_one in meant]
    np.testing.assert_allclose(chain.score_samples(asked), expected, atol=1e-12)


def test_long_runs_of_codes_are_neither_slow_nor_wrong() -> None:
    chain = MarkovChain(3, alphabet="dna").fit(WITH_CODES)
    letters, tables = letters_of_tokens(chain.alphabet_), chain._tables()
    string = "ACG" + "N" * 400 + "R" * 50 + "TT" + "N" * 30
    tokens = ensure_sequences([string], alphabet="dna").tokens
    ((start, stop),) = _stretches(tokens, 3, letters)
    assert (start, stop) == (3, len(string))
    state, slow = _read(tables, _markov_state(chain, "ACG"), tokens[3:4], letters)[::-1]
    for place in range(4, len(tokens)):  # a letter at a time, where runs cannot be passed over
        mass, state = _read(tables, state, tokens[place : place + 1], letters)
        slow += mass
    expected = chain.score_samples(["ACG"])[0] + slow
    assert chain.score_samples([string])[0] == pytest.approx(expected, rel=1e-12)
    million = chain.score_samples(["ACG" + "N" * 10**6 + "TTTT"])[0]
    assert million == pytest.approx(chain.score_samples(["ACG" + "N" * 1000 + "TTTT"])[0], rel=1e-12)
    letters_alone = MarkovChain(0, alphabet="dna").fit(STRINGS)
    pair = letters_alone.score_samples(["RY"])[0]
    assert letters_alone.score_samples(["RY" * 10**4])[0] == pytest.approx(10**4 * pair, rel=1e-10)


def test_codes_cost_no_more_than_so_many_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    high = MarkovChain(8, alphabet="dna").fit(WITH_CODES)
    assert len(_markov_state(high, "ACGTACGT" + "N" * 20).contexts) == 4**6
    assert _markov_state(high, "ACGT" + "N" * 20 + "ACGT").length == 8
    assert np.isfinite(high.score_samples(["A" * 50 + "N" * 100 + "A" * 50] * 5)).all()
    chain = MarkovChain(3, alphabet="dna").fit(WITH_CODES)
    exact = chain.score_samples(["NNNA", "ACGNTNNAC"])
    weights = [np.exp(chain.score_samples(["N" + pair])[0]) for pair in all_strings(2)]
    monkeypatch.setattr(_markov_codes, "_MOST_CONTEXTS", 16)
    after_pairs = np.exp(chain._tables()[2][:, 0])  # p(A | pair)
    np.testing.assert_allclose(chain.score_samples(["NNNA"]), np.log(np.dot(weights, after_pairs)), rtol=1e-12)
    np.testing.assert_allclose(chain.score_samples(["NNNA", "ACGNTNNAC"]), exact, atol=0.2)
    four = chain.score_samples(["CNNNNT" + letter for letter in "ACGT"])
    assert np.exp(four).sum() == pytest.approx(np.exp(chain.score_samples(["CNNNNT"])[0]), rel=1e-12)


def _markov_state(chain: MarkovChain, string: str):
    from skmlbio.estimators._markov_codes import state_after

    tokens = ensure_sequences([string], alphabet="dna").tokens
    return state_after(chain._tables(), tokens, letters_of_tokens(chain.alphabet_))


@smoothings
def test_predict_next_is_the_ratio_of_two_probabilities(smoothing: str) -> None:
    for order in (0, 1, 3):
        chain = MarkovChain(order, smoothing=smoothing, alphabet="dna").fit(WITH_CODES)
        asked = ["A", "GATTACA", "CN", "RNA", "NAAAA", "NNNN", "ANTGNCC"]
        following = chain.predict_next(asked)
        assert following.shape == (7, 4)
        np.testing.assert_allclose(following.sum(axis=1), 1)
        for column, letter in enumerate("ACGT"):
            longer = chain.score_samples([string + letter for string in asked])
            np.testing.assert_allclose(np.log(following[:, column]), longer - chain.score_samples(asked), atol=1e-12)


def test_without_a_pseudocount_what_was_never_seen_is_impossible_and_unseen_contexts_are_not() -> None:
    chain = MarkovChain(1, pseudocount=0, smoothing="additive", alphabet="dna").fit(["ACAC"])
    np.testing.assert_allclose(
        chain.score_samples(["ACA", "AA", "G", "ANA"]), [np.log(0.5), -np.inf, -np.inf, np.log(0.5)]
    )
    np.testing.assert_allclose(chain.transition_matrix_[2], 0.25)  # nothing follows G: uniform
    backing_off = MarkovChain(1, pseudocount=0, alphabet="dna").fit(["ACAC"])
    np.testing.assert_allclose(backing_off.transition_matrix_[2], [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(backing_off.predict_next(["GN", "G"]), [[0.5, 0.5, 0, 0]] * 2)
    smoothed = MarkovChain(1, pseudocount=1e-300, alphabet="dna").fit(["ACAC"])
    assert np.isfinite(smoothed.score_samples(["ACA", "AA", "G", "GGGGG", "GNGNG"])).all()


@smoothings
def test_with_a_huge_pseudocount_all_letters_are_alike(smoothing: str) -> None:
    chain = MarkovChain(2, smoothing=smoothing, pseudocount=1e308, alphabet="dna").fit(STRINGS)
    np.testing.assert_allclose(chain.score_samples(["ACGT", "ANT"]), np.log([0.25**4, 0.25**2]), rtol=1e-12)
    assert set("".join(chain.sample(3, random_state=0))) == set("ACGT")


def test_transition_matrices_as_arrays_and_as_data_frames() -> None:
    chain = MarkovChain(2).fit(STRINGS)
    assert chain.transition_matrix_.shape == (16, 4)
    np.testing.assert_allclose(chain.transition_matrix_.sum(axis=1), 1)
    frame = chain.transition_frame()
    assert frame.index.tolist() == all_strings(2) and frame.columns.tolist() == list("ACGT")
    assert (frame.index.name, frame.columns.name) == ("context", "letter")
    np.testing.assert_array_equal(frame, chain.transition_matrix_)
    assert frame.loc["TA", "G"] == pytest.approx(probability(STRINGS, 2, "backoff", 1.0, "G", "TA"))
    assert chain.transition_frame(0).index.tolist() == [""]
    assert chain.transition_frame(1).loc["C"].sum() == pytest.approx(1)
    for order in (3, -1, 1.0, True):
        with pytest.raises(ValueError, match="order must be an int from 0 to the 2 of this chain"):
            chain.transition_frame(order)


def test_samples_have_the_frequencies_of_the_chain() -> None:
    chain = MarkovChain(2, alphabet="dna").fit(STRINGS)
    drawn = chain.sample(4000, length=25, random_state=0)
    assert drawn == chain.sample(4000, length=25, random_state=0) != chain.sample(4000, length=25, random_state=1)
    assert {len(string) for string in drawn} == {25}
    again = MarkovChain(2, alphabet="dna", pseudocount=0).fit(drawn)
    np.testing.assert_allclose(again.transition_matrix_, chain.transition_matrix_, atol=0.05)
    begin = Counter(string[:2] for string in drawn)
    expected = np.exp(chain.score_samples(all_strings(2)))
    np.testing.assert_allclose([begin[pair] / 4000 for pair in all_strings(2)], expected, atol=0.03)


def test_what_samples_may_be() -> None:
    chain = MarkovChain(3, pseudocount=0, alphabet="learned").fit(["abab", "ba"])
    assert [len(string) for string in chain.sample(3, length=[1, 5, 2], random_state=0)] == [1, 5, 2]
    assert set("".join(chain.sample(5, random_state=np.random.RandomState(0)))) <= set("ABab")
    chain.set_params(pseudocount=1.0).fit(["abab", "ba"])
    assert len(chain.sample()) == 1 and chain.sample(length=50) != chain.sample(length=50)
    for n_samples in (0, 2.0, True):
        with pytest.raises(ValueError, match="n_samples must be an int of 1 or more"):
            chain.sample(n_samples)
    for length in (0, 1.5, [1, 2], [3, 0, 1], "10"):
        with pytest.raises(ValueError, match="length must be an int of 1 or more, or 3 of them"):
            chain.sample(3, length=length)


def test_sampling_touches_no_global_generator() -> None:
    before, chain = global_states(), MarkovChain(1).fit(STRINGS)
    chain.sample(3, random_state=1), chain.sample(3)
    assert global_states() == before


def test_parts_at_once_and_blocks_make_the_same_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = MarkovChain(2, alphabet="dna").fit(WITH_CODES)
    parts = MarkovChain(2, alphabet="dna").partial_fit(WITH_CODES[:3]).partial_fit(WITH_CODES[3:])
    np.testing.assert_array_equal(parts.transition_matrix_, whole.transition_matrix_)
    scores = whole.score_samples(WITH_CODES)
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(_windows, "_BLOCK", size)
        np.testing.assert_array_equal(whole.fit(WITH_CODES).transition_matrix_, parts.transition_matrix_)
        np.testing.assert_allclose(whole.score_samples(WITH_CODES), scores, rtol=1e-12)
    with pytest.raises(
        ValueError, match=r"has counted for order=2, but is now to have order=3: set it back, or call fit"
    ):
        parts.set_params(order=3).partial_fit(WITH_CODES)
    assert parts.set_params(order=3).fit(WITH_CODES).transition_matrix_.shape == (64, 4)


def test_a_first_part_recognises_the_alphabet_for_all() -> None:
    chain = MarkovChain(1).partial_fit(["ACGTACGTACGTACGTACGTA"])
    with pytest.raises(ValueError, match="sequence 0 has 'L' at position 1, not in the dna alphabet"):
        chain.partial_fit(["MLK"])
    assert chain.alphabet_.name == "dna" and np.isfinite(chain.score(["ACGT"]))


def test_proteins_their_codes_and_unknown_characters() -> None:
    chain = MarkovChain(1, alphabet="protein", unknown="mask").fit(["MKUVLAO", "MTEYK-LA"])
    read_as = MarkovChain(1, alphabet="protein").fit(["MKCVLAK", "MTEYK", "LA"])
    np.testing.assert_allclose(chain.transition_matrix_, read_as.transition_matrix_)
    np.testing.assert_allclose(chain.score_samples(["MU-B"]), chain.score_samples(["MCXB"]))
    one = MarkovChain(3, alphabet=Alphabet("one", "A")).fit(["AAA"])
    assert one.score_samples(["AAAAA"])[0] == pytest.approx(0, abs=1e-14) and one.sample(length=3) == ["AAA"]


def test_large_orders_are_refused_by_their_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_markov_base, "host_memory", lambda: 2 * 10**9)
    with pytest.raises(MemoryError, match=r"order=12 makes 16,777,216 contexts of 4 letters, whose tables take 3.6 GB"):
        MarkovChain(12, alphabet="dna").fit(STRINGS)
    monkeypatch.undo()
    with pytest.raises(MemoryError, match=r"order=29 makes 288,230,376,151,711,744 contexts .* take a lower order"):
        MarkovChain(29, alphabet="dna").fit(STRINGS)
    for order in (200, 10**9):
        with pytest.raises(MemoryError, match=rf"order={order} makes more than 10¹⁸ contexts .* take a lower order"):
            MarkovChain(order, alphabet="dna").fit(STRINGS)
    large = MarkovChain(9, alphabet="dna").fit(STRINGS)  # more windows than letters
    np.testing.assert_allclose(
        large.score_samples(["GATTACAT"]), log_probability(STRINGS, 9, "backoff", 1.0, "GATTACAT"), rtol=1e-12
    )


def test_a_search_chooses_the_order_by_likelihood() -> None:
    strings = MarkovChain(2, pseudocount=0.1, alphabet="dna").fit(["AAC" * 30, "GTT" * 30]).sample(40, random_state=0)
    search = GridSearchCV(MarkovChain(alphabet="dna"), {"order": [0, 1, 2]}, cv=2).fit(strings)
    assert search.best_params_ == {"order": 2}
    assert search.best_score_ == pytest.approx(search.cv_results_["mean_test_score"].max())
    assert get_tags(search.best_estimator_).estimator_type == "density_estimator"


def test_no_estimator_of_these_loads_tensorflow() -> None:
    program = """
import sys
from skmlbio import MarkovChain, MarkovClassifier
MarkovChain(1).fit(["ACGTACGTAA", "NNACA"]).sample(2)
MarkovClassifier(1).fit(["ACGTACGTAA", "TTGACA"], [0, 1]).predict(["ACN"])
assert not {"tensorflow", "keras", "matplotlib"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
