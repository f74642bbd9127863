"""Q3 and Q8."""

import pytest
from sklearn.base import BaseEstimator
from sklearn.metrics import make_scorer

from skmlbio.sequences import q3_score, q8_score


class Fixed(BaseEstimator):
    """Predicts what it is told."""

    def predict(self, X):
        return X

    def fit(self, X, y):
        return self


def test_eight_states_become_three() -> None:
    eight, three = "HGIEBTSC-L P", "HHHEECCCCCCC"
    assert q3_score([eight], [three]) == q3_score([three], [eight]) == q3_score([eight], [eight]) == 1
    assert q8_score([eight], ["HGIEBTSCCCCC"]) == 1
    assert q8_score([eight], [three]) == 7 / 12
    assert q3_score(["HHHH", "EE"], ["HGEE", "EB"]) == 4 / 6


def test_labels_that_are_not_known_are_left_out() -> None:
    assert q3_score(["H?E", "??"], ["HHC", "HH"]) == 1 / 2
    assert q3_score(["HxE"], ["HHC"], missing_labels="x?") == 1 / 2
    with pytest.raises(ValueError, match="y_true has no label that is known"):
        q3_score(["??"], ["HH"])


def test_residues_count_by_the_weights_of_their_strings() -> None:
    assert q8_score(["HH", "C"], ["HE", "C"], sample_weight=[1, 3]) == 4 / 5
    with pytest.raises(ValueError, match=r"sample_weight must have shape \(2,\)"):
        q8_score(["HH", "C"], ["HE", "C"], sample_weight=[1])


def test_they_score_an_estimator() -> None:
    assert make_scorer(q3_score)(Fixed(), ["HGE"], ["HHH"]) == 2 / 3
    assert make_scorer(q8_score)(Fixed(), ["HGE"], ["HHH"]) == 1 / 3


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        (["HH"], ["HH", "H"], "y_true has 1 sequences, but y_pred has 2"),
        (["H", "HHH"], ["H", "HH"], r"y_true\[1\] has 3 labels, but y_pred\[1\] has 2"),
        (["H", "HxH"], ["H", "HHH"], r"y_true\[1\] has at position 1 the label 'x', which is no state of DSSP: H, G"),
        (["H", "?HH"], ["H", "?HX"], r"y_pred\[1\] has at position 2 the label 'X', which is no state of DSSP"),
    ],
)
def test_wrong_labels(y_true: list, y_pred: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        q3_score(y_true, y_pred)
