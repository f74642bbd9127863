"""Which output is explained, for every kind of label."""

import numpy as np
import pytest

from skmlbio.base._labels import Labels
from skmlbio.estimators._explained_output import chosen_column, chosen_logits

BINARY = Labels.learn(["no", "yes"])
THREE = Labels.learn([1, 2, 3])
LABELS = Labels("multilabel-indicator", (np.arange(3),))
OUTPUTS = Labels("multiclass-multioutput", (np.array(["a", "b"]), np.array([1, 2, 3])))


@pytest.mark.parametrize(
    ("labels", "target", "logits", "expected"),
    [
        (BINARY, None, [[-2.0], [3.0]], [[-1], [1]]),
        (BINARY, "no", [[-2.0], [3.0]], [[-1], [-1]]),
        (BINARY, np.str_("yes"), [[-2.0], [3.0]], [[1], [1]]),
        (THREE, None, [[0.0, 2, 1], [3, 2, 1]], [[0, 1, 0], [1, 0, 0]]),
        (THREE, 3, [[0.0, 2, 1], [3, 2, 1]], [[0, 0, 1], [0, 0, 1]]),
        (LABELS, 2, [[1.0, 2, 3]], [[0, 0, 1]]),
        (OUTPUTS, (0, "b"), [[0.0] * 5], [[0, 1, 0, 0, 0]]),
        (OUTPUTS, (1, 3), [[0.0] * 5], [[0, 0, 0, 0, 1]]),
    ],
)
def test_the_factors_of_logits(labels: Labels, target: object, logits: list, expected: list) -> None:
    assert chosen_logits(labels, target, np.array(logits)).tolist() == expected


@pytest.mark.parametrize(
    ("labels", "target", "message"),
    [
        (BINARY, "maybe", r"target 'maybe' is none of the classes \['no', 'yes'\]"),
        (THREE, "1", "target '1' is none of the classes"),
        (THREE, np.array([1, 2]), "is none of the classes"),
        (LABELS, None, "target must be the index of one of the 3 labels, from 0 on; got None"),
        (
            OUTPUTS,
            None,
            "target must be a pair of the index of one of the 2 outputs, from 0 on, and one of its classes",
        ),
        (OUTPUTS, (2, 1), r"target must be a pair .*; got \(2, 1\)"),
        (OUTPUTS, (1, "a"), r"target 'a' is none of the classes \[1, 2, 3\]"),
    ],
)
def test_what_is_not_there(labels: Labels, target: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chosen_logits(labels, target, np.zeros((1, labels.n_outputs)))


def test_the_only_column_goes_without_saying() -> None:
    assert chosen_column("columns of y", None, np.zeros((2, 1))).tolist() == [[1], [1]]
    assert chosen_column("columns of y", np.int8(1), np.zeros((1, 2))).tolist() == [[0, 1]]
    with pytest.raises(ValueError, match="index of one of the 2 columns of y"):
        chosen_column("columns of y", None, np.zeros((1, 2)))
