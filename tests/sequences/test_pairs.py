"""What scores of sequences refuse, all alike."""

import pytest

from skmlbio.sequences import exact_match_score, q3_score, q8_score, token_accuracy_score


@pytest.mark.parametrize("score", [q3_score, q8_score, token_accuracy_score, exact_match_score])
@pytest.mark.parametrize(
    ("y_true", "y_pred", "kind", "message"),
    [
        ("HH", "HH", TypeError, r"y_true is a single string, not a list of sequences; a list of one is \[y_true\]"),
        (["HH"], b"HH", TypeError, "y_pred is a single bytes, not a list of sequences"),
        (None, None, TypeError, "y_true must be a list of sequences, got None of type NoneType"),
        ([], [], ValueError, "y_true is empty; at least one sequence is needed"),
        (["HH"], ["HH", "H"], ValueError, "y_true has 1 sequences, but y_pred has 2"),
        (["HH", b"H"], ["HH", "H"], TypeError, r"y_true\[1\] must be a string or a list of tokens, got b'H' of type"),
        (["HH"], [None], TypeError, r"y_pred\[0\] must be a string or a list of tokens, got None of type NoneType"),
    ],
)
def test_what_are_no_lists_of_sequences_gets_one_sentence(score, y_true, y_pred, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        score(y_true, y_pred)
