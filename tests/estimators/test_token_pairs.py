"""What stands beside what, against counts by hand."""

from collections import Counter

import numpy as np
import pytest

from skmlbio.estimators._token_pairs import (
    Pairs,
    frequencies,
    noise_tables,
    pairs_of_rows,
    pairs_of_sequences,
    shared_out,
    thinned,
)

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("ordered", [False, True])
def test_pairs_of_sequences_are_those_of_two_loops(ordered: bool) -> None:
    lengths, window, n = np.array([5, 1, 9, 3]), 3, 4
    categories, weights = RANDOM.integers(-1, n, lengths.sum()), np.array([1.0, 2.0, 0.5, 3.0])
    expected: Counter = Counter()
    for sequence, weight in zip(np.split(categories, np.cumsum(lengths)[:-1]), weights, strict=True):
        for i, a in enumerate(sequence.tolist()):
            for j, b in enumerate(sequence.tolist()):
                distance = j - i
                if 0 < abs(distance) <= window and min(a, b) >= 0:
                    place = distance + window - (distance > 0) if ordered else 0
                    share = 1.0 if ordered else (window + 1 - abs(distance)) / window
                    expected[a, b + n * place] += weight * share
    pairs, n_counted = pairs_of_sequences(categories, lengths, weights, window, n, ordered)
    found = {(a, b): w for a, b, w in zip(*(array.tolist() for array in pairs), strict=True)}
    assert found == pytest.approx(dict(expected))
    assert n_counted >= len(found) == len(expected)


def test_pairs_of_rows_are_those_of_different_columns() -> None:
    pairs, n_counted = pairs_of_rows(np.array([[0, 2], [0, 2], [1, -1]]), np.array([1.0, 2.0, 4.0]), 4)
    assert [array.tolist() for array in pairs] == [[0, 2], [2, 0], [3.0, 3.0]]
    assert n_counted == 4


def test_rows_are_repeated_and_keep_their_weight() -> None:
    pairs = Pairs(np.array([0, 1], np.int32), np.array([1, 0], np.int32), np.array([9.0, 1.0]))
    found = shared_out(pairs, 10)
    assert found.categories.tolist() == [0] * 9 + [1] and found.weights.tolist() == [1.0] * 10
    assert shared_out(pairs._replace(weights=np.array([1e9, 1e-9])), 10).weights.sum() == pytest.approx(1e9)


def test_frequent_pairs_count_less() -> None:
    pairs = Pairs(np.array([0, 1], np.int32), np.array([0, 1], np.int32), np.array([9.0, 1.0]))
    column = np.zeros(2, int)
    assert thinned(pairs, 0.1, column, column).weights == pytest.approx([9.0 * 0.1 / 0.9, 1.0])
    assert thinned(pairs, 1.0, column, column).weights == pytest.approx(pairs.weights)


def test_noise_is_drawn_by_the_power_of_frequencies() -> None:
    columns = np.array([0, 0, 0, 1, 1])
    frequency = frequencies(np.array([0, 1, 1, 3]), np.array([1.0, 1.0, 2.0, 5.0]), columns)
    assert frequency.tolist() == [0.25, 0.75, 0, 1, 0]
    tables = noise_tables(frequency, columns, 0.75, draws=False)
    powers = np.array([0.25, 0.75]) ** 0.75
    assert tables["chances"] == pytest.approx([*powers / powers.sum(), 0, 1, 0])
    assert tables["offsets"] == pytest.approx([*np.log([0.25, 0.75] / (powers / powers.sum())), 0, 0, 0])


def test_the_alias_method_gives_back_the_probabilities() -> None:
    columns = np.repeat([0, 1], [300, 20])
    frequency = np.concatenate([RANDOM.dirichlet(np.full(n, 0.3)) for n in (300, 20)])
    tables = noise_tables(frequency, columns, 1.0, draws=True)
    sizes = np.bincount(columns)[columns]
    drawn = tables["chances"] / sizes
    np.add.at(drawn, tables["others"], (1 - tables["chances"]) / sizes)
    np.testing.assert_allclose(drawn, frequency, atol=1e-12)
    assert (columns[tables["others"]] == columns).all()
