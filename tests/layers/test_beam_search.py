"""Beam search beside exhaustive search, and greedy decoding beside a loop in Python."""

import itertools

import numpy as np
import pytest
from scipy.special import log_softmax

from skmlbio._tensorflow import keras, tf
from skmlbio.layers.beam_search import beam_search

N_TOKENS, LIMIT = 3, 3
# Logits by place and by the last token, so that what comes next depends on what was written.
TABLES = [np.random.default_rng(seed).normal(scale=2, size=(LIMIT + 1, N_TOKENS, N_TOKENS)) for seed in range(8)]


def searched(tables: list, width: int, penalty: float = 0.0, limits: list | None = None) -> list[tuple[int, ...]]:
    """What the search finds for a batch, a row of which has the logits of one table."""
    stacked = tf.constant(np.stack(tables), tf.float32)
    row = tf.repeat(tf.range(len(tables)), width)

    def step(tokens, place, cache):
        return tf.gather_nd(stacked, tf.stack([row, tf.fill(tf.shape(row), place), tokens], axis=1)), cache

    limits = tf.constant(limits or [LIMIT] * len(tables))
    found = beam_search(step, (), limits, tf.constant(width), tf.constant(penalty)).numpy()
    assert found.dtype == np.int32
    return [tuple(line[line != 0].tolist()) for line in found]


def log_p(table: np.ndarray, tokens: tuple[int, ...]) -> float:
    steps = zip(range(len(tokens) + 1), (0, *tokens), (*tokens, 0), strict=True)
    return sum(log_softmax(table[place, last])[token] for place, last, token in steps)


def best(table: np.ndarray, penalty: float, limit: int = LIMIT) -> tuple[int, ...]:
    """The best of all sequences that there are."""
    every = [tokens for n in range(limit + 1) for tokens in itertools.product(range(1, N_TOKENS), repeat=n)]
    return max(every, key=lambda tokens: log_p(table, tokens) / ((5 + len(tokens) + 1) / 6) ** penalty)


@pytest.mark.parametrize("penalty", [0.0, 0.6, 3.0])
def test_a_beam_that_holds_everything_finds_what_an_exhaustive_search_finds(penalty: float) -> None:
    limits = [LIMIT, 2, 1, LIMIT, LIMIT, 2, 1, LIMIT]
    expected = [best(table, penalty, limit) for table, limit in zip(TABLES, limits, strict=True)]
    assert searched(TABLES, N_TOKENS**LIMIT, penalty, limits) == expected
    assert len(set(expected)) > 2


def test_a_beam_of_one_is_greedy() -> None:
    for table, found in zip(TABLES, searched(TABLES, 1), strict=True):
        tokens: list[int] = []
        while len(tokens) < LIMIT and (token := int(table[len(tokens), [0, *tokens][-1]].argmax())):
            tokens.append(token)
        assert list(found) == tokens


def test_a_wider_beam_is_no_worse_here_and_the_penalty_favours_longer_sequences() -> None:
    by_width = [[log_p(t, s) for t, s in zip(TABLES, searched(TABLES, width), strict=True)] for width in (1, 2, 27)]
    assert np.mean(by_width[0]) < np.mean(by_width[1]) <= np.mean(by_width[2])
    lengths = [sum(map(len, searched(TABLES, 27, penalty))) for penalty in (0.0, 1.0, 5.0)]
    assert lengths[0] < lengths[2] and lengths == sorted(lengths)


def test_rows_do_not_matter_to_each_other_and_there_may_be_none() -> None:
    assert searched(TABLES[:3], 4) == [searched([table], 4)[0] for table in TABLES[:3]]
    none = beam_search(lambda *state: state, (), tf.zeros(0, tf.int32), tf.constant(2), tf.constant(0.0))
    assert none.shape == (0, 0)


def test_steps_end_with_the_longest_sequence() -> None:
    """A limit costs nothing that is not reached."""
    places = []

    def step(tokens, place, cache):
        places.append(int(place))
        return tf.one_hot(tf.fill(tf.shape(tokens), tf.where(place < 4, 1, 0)), N_TOKENS, 9.0, -9.0), cache

    found = beam_search(step, (), tf.constant([1000, 1000]), tf.constant(1), tf.constant(0.0))
    assert found.numpy().tolist() == [[1, 1, 1, 1]] * 2 and places == [0, 1, 2, 3, 4]


def test_what_beams_remember_goes_with_them() -> None:
    """The cache holds the sum of tokens: were it another beam's, the sums would not be those of the answer."""

    def step(tokens, place, cache):
        sums = cache[0] + tf.cast(tokens, tf.float32)[:, tf.newaxis]
        wanted = tf.cast(tf.stack([place < 3, place < 2, place < 3], axis=0), tf.float32)
        return keras.ops.sin(sums * [[1.0, 2.0, 3.0]]) * 4 + wanted, (sums,)

    def steps_alone(tokens: tuple[int, ...]) -> float:
        cache, total = (tf.zeros((1, 1)),), 0.0
        for place, (last, token) in enumerate(zip((0, *tokens), (*tokens, 0), strict=True)):
            logits, cache = step(tf.constant([last]), tf.constant(place), cache)
            total += log_softmax(logits.numpy()[0])[token]
        return total

    every = [tokens for n in range(4) for tokens in itertools.product((1, 2), repeat=n)]
    width = N_TOKENS**3
    found = beam_search(step, (tf.zeros((width, 1)),), tf.constant([3]), tf.constant(width), tf.constant(0.0))
    assert tuple(found.numpy()[0].tolist()) == max(every, key=steps_alone)
