"""Scores of translations: values worked out by hand, and those of sacrebleu's own command."""

import sys

import pytest
from sklearn.base import BaseEstimator
from sklearn.metrics import make_scorer

from skmlbio.sequences import bleu_score, chrf_score, exact_match_score, token_accuracy_score

WANTED, WRITTEN = ["MKVLA", "MA", "GG"], ["MKVLA", "MAAA", ""]


def test_exact_matches_and_tokens_at_their_place() -> None:
    assert exact_match_score(WANTED, WRITTEN) == pytest.approx(1 / 3)
    assert token_accuracy_score(WANTED, WRITTEN) == pytest.approx((5 + 2) / (5 + 4 + 2))
    assert token_accuracy_score(["A"], ["A"]) == exact_match_score(["A"], ["A"]) == 1.0
    assert token_accuracy_score([""], [""]) == exact_match_score([""], [""]) == 1.0


def test_lists_of_tokens_are_compared_token_by_token() -> None:
    wanted, written = [["forty", "two"], ["ten"]], [("forty", "one"), ["ten"]]
    assert exact_match_score(wanted, written) == 0.5
    assert token_accuracy_score(wanted, written) == pytest.approx(2 / 3)


def test_bleu_and_chrf_are_those_of_sacrebleu() -> None:
    pytest.importorskip("sacrebleu")
    assert bleu_score(WANTED[:2], WANTED[:2]) == pytest.approx(100)
    wanted = [["the", "cat", "sat", "on", "the", "mat"]]
    written = [["the", "cat", "sat", "on", "a", "mat"]]
    # Precisions 5/6, 3/5, 2/4 and 1/3, no brevity penalty.
    assert bleu_score(wanted, written) == pytest.approx(100 * (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25)
    assert chrf_score(wanted, wanted) == pytest.approx(100)
    assert 0 < chrf_score(wanted, written) < 100 and chrf_score(["abc"], ["xyz"]) == 0


@pytest.mark.parametrize("score", [bleu_score, chrf_score])
def test_without_sacrebleu_the_error_says_what_to_install(score, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(ImportError, match=rf'{score.__name__} needs sacrebleu: pip install "skmlbio\[translation\]"'):
        score(WANTED, WRITTEN)


@pytest.mark.parametrize("score", [exact_match_score, token_accuracy_score, bleu_score, chrf_score])
def test_other_numbers_of_sequences_are_refused(score) -> None:
    with pytest.raises(ValueError, match="y_true has 3 sequences, but y_pred has 2"):
        score(WANTED, WRITTEN[:2])
    with pytest.raises(TypeError, match="y_true is a single string, not a list of sequences"):
        score("MKV", WRITTEN)


def test_a_scorer_of_scikit_learn_can_be_made_of_them() -> None:
    class Parrot(BaseEstimator):
        def fit(self, X, y):
            return self

        def predict(self, X):
            return list(X)

    assert make_scorer(token_accuracy_score)(Parrot(), WRITTEN, WANTED) == pytest.approx(7 / 11)
