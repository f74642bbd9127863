"""Strings whose classes differ by what follows what."""

from itertools import pairwise

import numpy as np
import pytest

from skmlbio import MarkovChain, MarkovClassifier
from skmlbio.datasets import make_markov_sequences


@pytest.mark.parametrize("order", [0, 1, 2])
def test_strings_follow_the_chain_of_their_class(order: int) -> None:
    data = make_markov_sequences(200, order=order, lengths=(400, 600), random_state=0, return_X_y=False)
    assert data.transition_matrices.shape == (2, 4**order, 4)
    assert np.allclose(data.transition_matrices.sum(axis=-1), 1)
    for number, table in enumerate(data.transition_matrices):
        strings = [data.X[row] for row in np.flatnonzero(data.classes == number)]
        learned = MarkovChain(order, alphabet="dna", pseudocount=0).fit(strings).transition_matrix_
        assert np.abs(learned - table).max() < 0.03


def test_log_probabilities_are_those_of_the_chains() -> None:
    tables = [[[0.5, 0.5], [1.0, 0.0]], [[0.9, 0.1], [0.2, 0.8]]]
    data = make_markov_sequences(
        50, alphabet="HP", lengths=(1, 6), transition_matrices=tables, random_state=0, return_X_y=False
    )
    for row, string in enumerate(data.X):
        for number in range(2):
            steps = [tables[number]["HP".index(a)]["HP".index(b)] for a, b in pairwise(string)]
            assert np.isclose(np.exp(data.log_probabilities[row, number]), 0.5 * np.prod(steps))
    assert "PP" not in "".join(f" {data.X[row]}" for row in np.flatnonzero(data.classes == 0))
    assert np.isneginf(data.log_probabilities[:, 0]).any()
    assert np.isfinite(data.log_probabilities[np.arange(50), data.classes]).all()


def test_the_best_prediction_is_better_than_a_learned_one() -> None:
    data = make_markov_sequences(600, lengths=30, noise=0.7, random_state=0, return_X_y=False)
    best = (data.log_probabilities.argmax(axis=1) == data.y)[300:].mean()
    learned = MarkovClassifier(1, alphabet="dna").fit(data.X[:300], data.y[:300]).score(data.X[300:], data.y[300:])
    assert 0.65 < learned < best < 1


def test_noise_makes_classes_alike() -> None:
    half = make_markov_sequences(10, noise=0.5, random_state=0, return_X_y=False).transition_matrices
    none = make_markov_sequences(10, noise=0, random_state=0, return_X_y=False).transition_matrices
    assert np.allclose(half, (none + 0.25) / 2)
    data = make_markov_sequences(10, noise=1, random_state=0, return_X_y=False)
    assert np.allclose(data.transition_matrices, 0.25) and np.allclose(np.diff(data.log_probabilities), 0)


def test_concentration() -> None:
    few, many = (
        make_markov_sequences(2, order=3, concentration=alpha, random_state=0, return_X_y=False).transition_matrices
        for alpha in (1e-3, 1e6)
    )
    assert np.isfinite(few).all() and np.median(few.max(axis=-1)) > 0.99
    assert np.abs(many - 0.25).max() < 0.01


def test_tables_of_fitted_chains() -> None:
    chains = [MarkovChain(2, alphabet="dna").fit(strings) for strings in (["ACACAC"], ["GTGTGT", "ACGT"])]
    tables = [chain.transition_matrix_ for chain in chains]
    data = make_markov_sequences(9, order=2, transition_matrices=tables, random_state=0, return_X_y=False)
    assert np.allclose(data.transition_matrices, tables)
    assert make_markov_sequences(9, order=2, transition_matrices=tables, n_classes=2, random_state=0)[0] == data.X


def test_strings_shorter_than_the_order() -> None:
    data = make_markov_sequences(40, order=3, lengths=(1, 2), random_state=0, return_X_y=False)
    assert {len(string) for string in data.X} == {1, 2}
    assert np.allclose(data.log_probabilities, [[-len(string) * np.log(4)] * 2 for string in data.X])


def test_narrow_numbers_of_numpy_count_as_others() -> None:
    options = {"order": 4, "n_classes": 3, "lengths": 100, "noise": 0.1, "concentration": 0.5, "random_state": 1}
    narrow = {name: (np.int8 if isinstance(value, int) else np.float64)(value) for name, value in options.items()}
    wide, same = make_markov_sequences(120, **options), make_markov_sequences(np.int8(120), **narrow)
    assert wide[0] == same[0] and wide[1].tolist() == same[1].tolist()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"order": -1}, "'order' parameter of make_markov_sequences must be an int"),
        ({"concentration": 0}, "'concentration' parameter of make_markov_sequences must be a float"),
        (
            {"order": 20},
            "order=20 with 2 classes and 4 letters has 8,796,093,022,208 probabilities; at most 67,1",
        ),
        ({"transition_matrices": np.eye(4)}, r"transition_matrices of order=1 must have the shape \(any, 4, 4\); got"),
        (
            {"transition_matrices": [np.eye(4)], "order": 2},
            r"must have the shape \(any, 16, 4\); got \(1, 4, 4\)",
        ),
        ({"transition_matrices": [np.eye(4)], "n_classes": 2}, r"must have the shape \(2, 4, 4\); got \(1, 4, 4\)"),
        ({"transition_matrices": [np.eye(4) - 0.1]}, "transition_matrices of order=1 must hold probabilities"),
        ({"transition_matrices": np.zeros((0, 4, 4))}, r"must have the shape \(any, 4, 4\)"),
        ({"lengths": [3, 2]}, r"lengths must be an int of 1 or more, or a pair of them, .*; got \[3, 2\]"),
        ({"weights": "ab"}, "'weights' parameter"),
        ({"weights": ["a", "b"]}, r"weights must be 2 numbers, .* not all 0; got \['a', 'b'\]"),
        ({"transition_matrices": [["A"]]}, r"transition_matrices of order=1 must hold probabilities; got \[\['A'\]\]"),
    ],
)
def test_what_is_refused(fault: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_markov_sequences(**fault)
