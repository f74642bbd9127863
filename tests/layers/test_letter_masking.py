"""Letters that are hidden: how many, which, what becomes of them, and from which seed."""

import numpy as np
import pytest

from skmlbio.layers.letter_masking import LetterMasking, with_mask
from skmlbio.sequences import get_alphabet

RANDOM = np.random.default_rng(0)
TOKENS = RANDOM.integers(0, 9, (400, 250)).astype("uint8")  # padding, unknown, four letters, codes
IS_LETTER = (TOKENS >= 2) & (TOKENS < 6)


def masked(seed: int = 0, amount: float = 0.3, **options) -> tuple[np.ndarray, np.ndarray]:
    read, wanted = LetterMasking(amount, 4, seed=seed)(TOKENS, **{"training": True, **options})
    return read.numpy(), wanted.numpy()


def near(share: float, n: int) -> object:
    return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def test_letters_are_chosen_and_nothing_else() -> None:
    read, wanted = masked()
    chosen = wanted >= 0
    assert read.dtype == TOKENS.dtype and not chosen[~IS_LETTER].any()
    assert chosen[IS_LETTER].mean() == near(0.3, IS_LETTER.sum())
    np.testing.assert_array_equal(wanted[chosen], TOKENS[chosen] - 2)
    np.testing.assert_array_equal(read[~chosen], TOKENS[~chosen])


def test_most_are_hidden_some_replaced_and_some_shown() -> None:
    read, wanted = masked()
    read, wanted = read[wanted >= 0], wanted[wanted >= 0]
    n = len(read)
    assert (read == 1).mean() == near(0.8, n)
    assert (read == wanted + 2).mean() == near(0.1 + 0.1 / 4, n)
    others = read[(read != 1) & (read != wanted + 2)]
    assert np.bincount(others, minlength=6)[2:] / n == near(0.1 * 3 / 16, n)
    assert set(others) == {2, 3, 4, 5}


def test_draws_follow_from_the_seed_and_are_made_anew() -> None:
    layer = LetterMasking(0.3, 4, seed=0)
    first, second = (layer(TOKENS, training=True)[1].numpy() for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, masked()[1])
    assert not np.array_equal(first, masked(seed=1)[1])


def test_where_a_fit_is_validated_the_same_places_are_drawn() -> None:
    layer = LetterMasking(0.3, 4, seed=0)
    (read, wanted), (again, also) = (layer(TOKENS) for _ in range(2))
    np.testing.assert_array_equal(read, again)
    np.testing.assert_array_equal(wanted, also)
    assert (wanted.numpy() >= 0)[IS_LETTER].mean() == near(0.3, IS_LETTER.sum())


@pytest.mark.parametrize("name", ["dna", "protein"])
def test_what_may_be_any_letter_is_read_as_masked(name: str) -> None:
    alphabet = get_alphabet(name)
    vectors, given = with_mask(alphabet.one_hot_vectors), alphabet.one_hot_vectors
    any_letter = {1, alphabet.lookup[ord("N" if name == "dna" else "X")]}
    assert {int(token) for token in np.flatnonzero(vectors[:, -1])} == any_letter
    assert not vectors[list(any_letter), :-1].any()
    others = [token for token in range(alphabet.n_tokens) if token not in any_letter]
    np.testing.assert_array_equal(vectors[others, :-1], given[others])


def test_the_only_letter_is_not_masked() -> None:
    assert with_mask(get_alphabet("A").one_hot_vectors).tolist() == [[0, 0], [0, 1], [1, 0]]
