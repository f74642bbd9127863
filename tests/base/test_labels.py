"""Labels on their way in, and what is refused or warned about."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skmlbio.base._labels import Labels

MULTILABEL = np.array([[0, 1, 1], [1, 0, 1], [0, 0, 0]])
OUTPUTS = np.array([[0, 1], [1, 2], [2, 0]])


def with_value(value: float) -> np.ndarray:
    y = MULTILABEL.astype(float)
    y[1, 2] = value
    return y


@pytest.mark.parametrize(("value", "shown"), [(7, "7.0"), (-1, "-1.0"), (0.3, "0.3")])
@pytest.mark.parametrize("container", [np.asarray, scipy.sparse.csr_matrix, pd.DataFrame, np.ndarray.tolist])
def test_labels_that_are_neither_0_nor_1_are_refused(container, value: float, shown: str) -> None:
    labels = Labels.learn(MULTILABEL)
    with pytest.raises(ValueError, match=rf"^y\[1, 2\] is {shown}, but labels are 0 or 1"):
        labels.encode(container(with_value(value)))


def test_two_values_other_than_0_and_1_are_no_labels_either() -> None:
    y = np.where(MULTILABEL == 1, 1, -1)
    with pytest.raises(ValueError, match=r"^y\[0, 0\] is -1, but labels are 0 or 1"):
        Labels.learn(y).encode(y)


@pytest.mark.parametrize("dtype", [bool, np.uint8, float, object, "Int64", "boolean"])
def test_zeros_and_ones_of_any_type(dtype) -> None:
    y = pd.DataFrame(MULTILABEL).astype(dtype)
    y = y if isinstance(dtype, str) else y.to_numpy()
    np.testing.assert_array_equal(Labels.learn(y).encode(y), MULTILABEL)


@pytest.mark.parametrize(
    ("first", "later", "message"),
    [
        (MULTILABEL, MULTILABEL[:, :2], r"y must have 3 columns, one a label, got shape \(3, 2\)"),
        (MULTILABEL, [0, 1, 1], r"y must have 3 columns, one a label, got shape \(3,\)"),
        (OUTPUTS, [0, 1, 2], r"y must have 2 columns, one an output, got shape \(3,\)"),
        (OUTPUTS, np.zeros((3, 3), int), r"y must have 2 columns, one an output, got shape \(3, 3\)"),
        (OUTPUTS, OUTPUTS + 1, r"y\[2\] is 3, which is none of the classes \[0, 1, 2\]"),
        ([0, 1, 2], [0, 7, 2], r"y\[1\] is 7, which is none of the classes \[0, 1, 2\]"),
        ([0, 1, 1], [0.0, np.nan, 1.0], r"y\[1\] is nan, which is none of the classes \[0, 1\]"),
    ],
)
def test_what_does_not_fit_the_labels_of_the_fit(first, later, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Labels.learn(np.asarray(first)).encode(np.asarray(later))


@pytest.mark.parametrize("y", [[3, 1, 3], [0.0, 1.0, 1.0], [True, False, True], [1, 2, 3]])
def test_numbers_in_an_array_of_objects(y: list) -> None:
    labels = Labels.learn(np.array(y, object))
    assert labels.classes[0].dtype == np.array(y).dtype
    for given in (np.array(y, object), pd.Series(y, dtype=object), y):
        np.testing.assert_array_equal(labels.encode(given), Labels.learn(y).encode(y))


@pytest.mark.parametrize("container", [np.asarray, scipy.sparse.csr_matrix, pd.DataFrame])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_one_hot_rows_are_pointed_out_once(container, n_classes: int) -> None:
    y = container(np.eye(n_classes, dtype=int)[[0, 1, n_classes - 1, 0]])
    with pytest.warns(UserWarning, match=r"exactly one 1 in every row.* pass y.argmax\(axis=1\)") as caught:
        labels = Labels.learn(y)
    labels.encode(y)
    assert len(caught) == 1 and labels.kind == "multilabel-indicator"


@pytest.mark.parametrize(
    ("y", "classes"),
    [([0, 1, 2], [0, 1]), ([0, 1, 2], [0, 1, 3]), (["a", "b"], ["a", "c"]), (MULTILABEL, [0, 1]), (OUTPUTS, [0, 1, 2]),
     (OUTPUTS, [[0, 1, 2], [0, 1]])],
)  # fmt: skip
def test_other_classes_than_before_are_refused(y, classes) -> None:
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit or fit, was: "):
        Labels.learn(np.asarray(y)).require_same(classes)


@pytest.mark.parametrize(
    ("y", "classes"),
    [([0, 1, 2], [2, 1, 0]), (["a", "b"], np.array(["b", "a"])), (MULTILABEL, range(3)),
     (OUTPUTS, [[0, 1, 2], [0, 2, 1]])],
)  # fmt: skip
def test_the_same_classes_in_any_order(y, classes) -> None:
    Labels.learn(np.asarray(y)).require_same(classes)


def test_classes_of_outputs_that_begin_with_zeros_and_ones() -> None:
    labels = Labels.learn(MULTILABEL, classes=[[0, 1, 2], [0, 1], [0, 1]])
    assert labels.kind == "multiclass-multioutput" and labels.sizes == (3, 2, 2)
    np.testing.assert_array_equal(labels.encode(MULTILABEL), MULTILABEL)
    assert Labels.learn(MULTILABEL, classes=[0, 1, 2]).kind == "multilabel-indicator"
    with pytest.raises(ValueError, match="classes lists 2 outputs, but y has 3"):
        Labels.learn(MULTILABEL, classes=[0, 1])


def test_no_class_is_too_few() -> None:
    with pytest.raises(ValueError, match="y has no class; a classifier needs two classes or more"):
        Labels.learn([0, 1], classes=[])
    with pytest.raises(ValueError, match="y has one class only, 1; a classifier needs two classes or more"):
        Labels.learn([0, 1], classes=[1])


def test_labels_with_gaps_are_labels_where_their_columns_are_the_classes() -> None:
    y = np.array([[0, 1.0], [np.nan, 0], [1, np.nan]])
    assert Labels.learn(y, classes=[0, 1]).kind == Labels.learn(y).kind == "multilabel-indicator"
    with pytest.raises(ValueError, match="NaN"):
        Labels.learn(y, classes=[[0, 1], [0, 1, 2]])


@pytest.mark.parametrize(
    "y",
    [
        ["a", "b", None],
        ["a", "b", np.nan],
        ("a", "b", float("nan")),
        np.array(["a", "b", np.nan], object),
        pd.Series(["a", "b", None], dtype="string"),
        pd.Series(["a", "b", None], dtype="category"),
        pl.Series(["a", "b", None]),
        [0, 1, None],
    ],
)
def test_a_missing_label_is_named(y) -> None:
    with pytest.raises(ValueError, match=r"^y\[2\] is (None|nan|<NA>): the label is missing; leave such samples out"):
        Labels.learn(y)
    with pytest.raises(ValueError, match=r"^y\[2\] is (None|nan|<NA>): the label is missing"):
        Labels.learn([0, 1] if y[0] == 0 else ["a", "b"]).encode(y)


@pytest.mark.parametrize("container", [list, lambda y: np.array(y, object)])
def test_labels_of_two_types_are_named(container) -> None:
    with pytest.raises(ValueError, match=r"^y\[0\] is 'a', but y\[1\] is 3; give labels of one type"):
        Labels.learn(container(["a", 3, "a"]))


def test_a_missing_label_of_several_is_named() -> None:
    with pytest.raises(ValueError, match=r"^y\[0, 0\] is 'a', but beside entries that are missing, y holds numbers"):
        Labels.learn([["a", np.nan], ["b", "x"]])
    assert Labels.learn([["a", np.str_("x")], ["b", "y"]]).kind == "multiclass-multioutput"
