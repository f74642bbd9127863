"""The network that translates beside a plain one in NumPy: masks, padding, caches and beams change nothing."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_translator import translate

from skmlbio.networks.translation import transformer_translation
from skmlbio.sequences import get_alphabet
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network

LETTERS, N_TARGETS, LONGEST, N_HEADS = get_alphabet("ACGT"), 6, 9, 2
each_norm = pytest.mark.parametrize("norm", ["pre", "post"])


@functools.cache
def network(norm: str):
    arguments = {
        "tokens": {"vectors": LETTERS.one_hot_vectors}, "n_targets": N_TARGETS, "target_dtype": "uint8",
        "max_length": LONGEST, "max_target_length": LONGEST + 1, "embedding_dim": 8, "n_heads": N_HEADS, "n_blocks": 2,
        "feed_forward_dim": 12, "positions": "learned", "norm": norm,
    }  # fmt: skip
    return get_network(Blueprint(transformer_translation, arguments))


@functools.cache
def weights(norm: str, end: float = -2.0) -> list[np.ndarray]:
    """Biases and normalisations too are drawn: zeros and ones would hide what is wrong.  An end comes seldom."""
    rng = np.random.default_rng(0)
    drawn = [w + rng.normal(scale=0.3, size=w.shape).astype(w.dtype) for w in network(norm).initial_weights(rng)]
    drawn[[v.path for v in network(norm).weights].index("decoder/output/bias")][0] += end
    return drawn


def padded(rows: list[list[int]], length: int) -> np.ndarray:
    return np.array([[*row, *[0] * (length - len(row))] for row in rows], np.uint8)


def log_p(norm: str, sources: list, targets: list, more: int = 0) -> np.ndarray:
    """What the network says of pairs, padded to the longest or to more."""
    shape = (max(map(len, rows)) + more for rows in (sources, targets))
    arrays = tuple(padded(rows, length) for rows, length in zip((sources, targets), shape, strict=True))
    return network(norm).forward("log_probabilities", weights(norm), [arrays])[0]


def plain(norm: str, source: list[int], target: list[int]) -> np.ndarray:
    by_path = {v.path: w.astype(float) for v, w in zip(network(norm).weights, weights(norm), strict=True)}
    vectors = (
        LETTERS.one_hot_vectors[source] @ by_path["embedding/kernel"] + by_path["positions/positions"][: len(source)]
    )
    return translate(by_path, vectors, np.array(target, int), N_HEADS, norm)


def written(
    norm: str, sources: list, width: int, limit: int = LONGEST, more: int = 0, end: float = -2.0
) -> list[list[int]]:
    inputs = padded(sources, max(map(len, sources)) + more)
    n = len(sources)
    of_search = np.full(n, limit, np.int32), np.full(n, width, np.int32), np.zeros(n, np.float32)
    (found,) = network(norm).forward("predict", weights(norm, end), [(inputs, *of_search)])
    return [row[row > 0].tolist() for row in found]


def sequences(least: int, last: int) -> st.SearchStrategy:
    return st.lists(st.lists(st.integers(2, last), min_size=least, max_size=LONGEST), min_size=3, max_size=3)


@each_norm
@given(sources=sequences(1, 5), targets=sequences(1, N_TARGETS - 1), more=st.integers(0, 3))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_padded_batches_give_what_a_plain_transformer_gives(norm: str, sources, targets, more: int) -> None:
    for source, target, found in zip(sources, targets, log_p(norm, sources, targets, more), strict=True):
        expected = plain(norm, source, target)[np.arange(len(target) + 1), [*target, 0]]
        np.testing.assert_allclose(found[: len(target) + 1], expected, rtol=1e-5, atol=1e-5)
        assert not found[len(target) + 1 :].any()


@each_norm
@given(source=sequences(1, 5), target=sequences(2, N_TARGETS - 1), place=st.integers(0, LONGEST))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_no_token_sees_itself_or_what_comes_after_it(norm: str, source, target, place: int) -> None:
    place = min(place, *(len(row) - 1 for row in target))
    others = [row[:place] + [2 + (token - 1) % 4 for token in row[place:]] for row in target]
    before, after = (log_p(norm, source, rows) for rows in (target, others))
    assert np.array_equal(before[:, :place], after[:, :place])
    assert not np.allclose(before[:, place:], after[:, place:])


@each_norm
def test_cached_decoding_is_greedy_decoding_by_whole_computations(norm: str) -> None:
    rng = np.random.default_rng(1)
    sources = [rng.integers(2, 6, n).tolist() for n in (1, 4, 9, 6)]
    found = written(norm, sources, width=1)
    for source, tokens in zip(sources, found, strict=True):
        expected: list[int] = []
        while len(expected) < LONGEST and (token := int(plain(norm, source, expected)[-1].argmax())):
            expected.append(token)
        assert tokens == expected
    assert len(set(map(tuple, found))) > 1
    assert found == written(norm, sources, width=1, more=3) == [written(norm, [source], 1)[0] for source in sources]


@each_norm
def test_beams_give_the_best_of_all_sequences_and_no_cache_is_mixed_up(norm: str) -> None:
    sources, limit = [[2, 3, 4], [5], [4, 4, 2, 3, 5]], 2
    tokens = range(1, N_TARGETS)
    every = [*([a] for a in tokens), *([a, b] for a in tokens for b in tokens)]
    for source, found in zip(sources, written(norm, sources, N_TARGETS**limit, limit), strict=True):
        assert found == max(every, key=lambda y: plain(norm, source, y)[np.arange(len(y) + 1), [*y, 0]].sum())
    narrow, wide = (written(norm, sources, width, 5) for width in (1, 4))
    gain = log_p(norm, sources, wide).sum(axis=1) - log_p(norm, sources, narrow).sum(axis=1)
    assert (gain > -1e-5).all() and narrow != wide


@pytest.mark.parametrize("width", [1, 3])
def test_an_end_that_is_most_probable_comes_second(width: int) -> None:
    sources = [[2, 3, 4], [5]]
    found = written("pre", sources, width, end=50.0)
    log_p_first = [plain("pre", source, [])[0] for source in sources]
    assert found == [[int(log_p.argmax())] for log_p in log_p_first]


@each_norm
def test_maps_are_shares_of_what_is_real(norm: str) -> None:
    arrays = padded([[2, 3], [4, 5, 2, 3]], 6), padded([[2], [3, 4, 5]], 3)
    (maps,) = network(norm).forward("attention_maps", weights(norm), [arrays])
    assert list(maps) == ["block_0", "block_1"]
    for shares in maps.values():
        assert shares.shape == (2, N_HEADS, 4, 6)
        np.testing.assert_allclose(shares.sum(axis=-1), 1, atol=1e-5)
        assert not shares[0, :, :, 2:].any() and not shares[1, :, :, 4:].any()
