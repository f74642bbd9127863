"""RNNClassifier and RNNRegressor: order, cells and poolings, few traces, long strings, lists of tokens.

What holds for every estimator of strings is in `test_battery.py`.
"""

import numpy as np
import pytest
from sklearn.model_selection import KFold, cross_val_score

from skmlbio import RNNClassifier, RNNRegressor
from skmlbio.training import clear_programs, program_info

SMALL = {"n_units": 4, "embedding_dim": 4, "kernel_width": None, "epochs": 2, "random_state": 0}


def random_strings(lengths: object, seed: int = 0, letters: str = "ACGT") -> list[str]:
    random = np.random.default_rng(seed)
    return ["".join(random.choice(list(letters), length)) for length in lengths]


def in_order(n_strings: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Strings with one A and one C, and whether the A comes first."""
    random = np.random.default_rng(seed)
    strings, y = random_strings(random.integers(8, 15, n_strings), seed, "GT"), np.arange(n_strings) % 2 == 0
    for i, string in enumerate(strings):
        places = sorted(random.choice(len(string), 2, replace=False))
        letters = list(string)
        for place, letter in zip(places, "AC" if y[i] else "CA", strict=True):
            letters[place] = letter
        strings[i] = "".join(letters)
    return strings, y


X = random_strings(np.arange(20, 41))
Y = np.arange(len(X)) % 2


# Learning ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "bidirectional", "pooling"),
    [
        ("lstm", True, "max"),
        ("lstm", False, "last"),
        ("gru", False, "last"),
        ("gru", True, "attention"),
        ("simple", True, "last"),
        ("simple", False, "mean"),
    ],
)
def test_order_is_learned(cell: str, bidirectional: bool, pooling: str) -> None:
    """The letters and their numbers are the same in both classes."""
    classifier = RNNClassifier(
        "dna", cell=cell, bidirectional=bidirectional, pooling=pooling, kernel_width=None, n_units=8, dropout=0.0,
        learning_rate=0.02, epochs=30, random_state=0,
    )  # fmt: skip
    assert classifier.fit(*in_order(200, seed=0)).score(*in_order(200, seed=1)) > 0.9


def test_defaults_find_a_motif_wherever_it_stands() -> None:
    random = np.random.default_rng(0)
    strings, y = random_strings(random.integers(20, 41, 500)), np.arange(500) % 2
    for i in np.flatnonzero(y):
        at = random.integers(0, len(strings[i]) - 7)
        strings[i] = strings[i][:at] + "GATTACA" + strings[i][at + 7 :]
    classifier = RNNClassifier("dna", epochs=30, random_state=0).fit(strings[:300], y[:300])
    assert classifier.score(strings[300:], y[300:]) > 0.9


def test_numbers_that_residues_add_up_to() -> None:
    y = np.array([string.count("G") / len(string) for string in X])
    options = SMALL | {"epochs": 60, "learning_rate": 0.02, "dropout": 0.0}
    assert RNNRegressor("dna", pooling="mean", **options).fit(X, y).score(X, y) > 0.9


# Lengths -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["lstm", "simple"])
def test_no_batch_causes_a_new_trace(cell: str) -> None:
    """Training and prediction are traced once, whatever the lengths and the folds."""
    lengths = np.r_[np.arange(8, 33).repeat(3), np.arange(100, 121), [300] * 9]
    strings, y = random_strings(lengths), np.arange(len(lengths)) % 2
    classifier = RNNClassifier("dna", cell=cell, pooling="last", **SMALL)
    clear_programs()
    classifier.fit(strings, y)
    assert len(classifier.bucket_lengths_) > 1
    cross_val_score(classifier, strings, y, cv=KFold(3, shuffle=True, random_state=0))
    classifier.partial_fit(strings[::3], y[::3])
    classifier.predict(strings + random_strings([1, 77, 500]))
    assert program_info() == program_info()._replace(n_networks=1, n_trainers=1, n_traces=1)


def test_long_strings_go_a_few_at_a_time() -> None:
    strings = random_strings([4000] * 3 + [3000])
    classifier = RNNClassifier("dna", **SMALL | {"epochs": 1}).fit(strings, [0, 1, 0, 1])
    assert np.isfinite(classifier.predict_proba(strings)).all() and np.isfinite(classifier.history_["loss"]).all()
    for options, width in (
        ({}, 4 * 32 * 2),
        ({"bidirectional": False, "n_units": np.int8(100)}, 4 * 100),
        ({"kernel_width": 15, "embedding_dim": 40}, 15 * 40),
    ):
        estimator = RNNClassifier("dna", **{"kernel_width": None, **options})
        assert estimator._encode(strings, reset=True).buckets()[0].max_batch_size == 2**25 // (width * 4096)


# Lists of tokens -----------------------------------------------------------------------------------------------------


def test_lists_of_tokens() -> None:
    words = [["the", "cat", "bit", "the", "dog"], ["the", "dog", "bit", "the", "cat"]] * 12
    options = {"pooling": "last", "n_units": 8, "kernel_width": None, "learning_rate": 0.02, "epochs": 30}
    classifier = RNNClassifier(**options, unknown="mask", random_state=0).fit(words, [0, 1] * 12)
    assert classifier.score(words, [0, 1] * 12) == 1 and "cat" in classifier.vocabulary_.tokens
    assert np.isfinite(classifier.predict_proba([["a", "bird"]])).all()


# Parameters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cell": "rnn"}, "The 'cell' parameter of RNNClassifier must be a str among"),
        ({"pooling": "first"}, "The 'pooling' parameter of RNNClassifier must be a str among"),
        ({"n_units": 0}, "The 'n_units' parameter of RNNClassifier must be an int in the range"),
        ({"bidirectional": 2}, "The 'bidirectional' parameter of RNNClassifier must be"),
    ],
)
def test_wrong_parameters(wrong: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RNNClassifier("dna", **wrong).fit(X, Y)
