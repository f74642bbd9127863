"""Class labels on their way into a network, and back."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from skmlbio.base._gaps import array_of_labels, is_missing, table_with_gaps
from skmlbio.base._range import require_finite

_KINDS = ("binary", "multiclass", "multilabel-indicator", "multiclass-multioutput")


@dataclass(frozen=True)
class Labels:
    """What the labels of a training set were, and how a network speaks of them.

    Attributes
    ----------
    kind : {"binary", "multiclass", "multilabel-indicator", "multiclass-multioutput"}
        scikit-learn's type of target.
    classes : tuple of ndarray
        The sorted classes of every output.
    """

    kind: str
    classes: tuple[np.ndarray, ...]

    @classmethod
    def learn(cls, y: Any, classes: Any = None) -> Labels:
        """Find the classes of a target, or take those that the user gives.

        Raises
        ------
        ValueError
            If y is no class label, or has one class only.
        """
        y = plain_labels(y)
        table = table_with_gaps(y)
        if table is not None and (classes is None or np.array_equal(classes, np.arange(table.shape[1]))):
            _require_zeros_and_ones(table)
            return cls("multilabel-indicator", (np.arange(table.shape[1]),))
        if np.asarray(y).dtype.kind == "f":
            require_finite(np.asarray(y))
        with np.errstate(invalid="ignore"):  # of a cast of large numbers to integers
            check_classification_targets(y)
            kind = type_of_target(y, input_name="y", raise_unknown=True)
        y = _labels_array(y, kind)
        # Where the user lists classes of outputs, zeros and ones may be only the first of them to come.
        if kind == "multilabel-indicator" and (classes is None or np.array_equal(classes, np.arange(y.shape[1]))):
            _warn_of_one_hot(y)
            return cls(kind, (np.arange(y.shape[1]),))
        columns = [y] if y.ndim == 1 else list(y.T)
        given = columns if classes is None else _as_list(classes, len(columns))
        if len(given) != len(columns):
            raise ValueError(f"classes lists {len(given)} outputs, but y has {len(columns)}.")
        found = tuple(np.unique(column) for column in given)
        for position, column in enumerate(found):
            if len(column) < 2:
                where = "y" if len(found) == 1 else f"output {position} of y"
                counted = f"one class only, {column.tolist()[0]!r}" if len(column) else "no class"
                raise ValueError(f"{where} has {counted}; a classifier needs two classes or more.")
        if len(found) > 1:
            return cls("multiclass-multioutput", found)
        return cls("binary" if len(found[0]) == 2 else "multiclass", found)

    @property
    def n_outputs(self) -> int:
        """How many numbers a network returns for a sample: one for two classes, else one a class or label."""
        return 1 if self.kind == "binary" else sum(map(len, self.classes))

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many of those numbers belong to each output."""
        return tuple(map(len, self.classes))

    def require_same(self, classes: Any) -> None:
        """Raise a ValueError, as scikit-learn does, if the user names other classes than these."""
        given = [np.unique(column) for column in _as_list(classes, len(self.classes))]
        if len(given) != len(self.classes) or not all(map(np.array_equal, given, self.classes)):
            known = [column.tolist() for column in self.classes]
            raise ValueError(
                f"classes={classes!r} is not the same as on last call to partial_fit or fit, was: "
                f"{known[0] if len(known) == 1 else known}."
            )

    def encode(self, y: Any) -> np.ndarray:
        """Return codes: float32 0 and 1 where the network ends in sigmoids, int32 positions where it ends in softmax.

        A label of several that is missing is NaN.

        Raises
        ------
        ValueError
            If y holds a class that was not there before, or another number of outputs.
        """
        y = plain_labels(y)
        table = table_with_gaps(y) if self.kind == "multilabel-indicator" else None
        y = _labels_array(y, self.kind) if table is None else table
        if self.kind == "multilabel-indicator":
            if y.ndim != 2 or y.shape[1] != self.n_outputs:
                raise ValueError(f"y must have {self.n_outputs} columns, one a label, got shape {y.shape}.")
            _require_zeros_and_ones(y)
            return y.astype(np.float32)
        columns = [y] if y.ndim == 1 else list(y.T)
        if len(columns) != len(self.classes):
            raise ValueError(f"y must have {len(self.classes)} columns, one an output, got shape {y.shape}.")
        codes = [_codes(column, classes) for column, classes in zip(columns, self.classes, strict=True)]
        if self.kind == "binary":
            return codes[0].astype(np.float32)
        return codes[0] if len(codes) == 1 else np.stack(codes, axis=1)

    def probabilities(self, logits: np.ndarray) -> np.ndarray | list[np.ndarray]:
        """Turn a network's output of shape (n_samples, n_outputs) into float64 probabilities."""
        logits = logits.astype(np.float64)
        if self.kind == "binary":
            return np.column_stack([expit(-logits[:, 0]), expit(logits[:, 0])])
        if self.kind == "multilabel-indicator":
            return expit(logits)
        parts = [softmax(part, axis=1) for part in np.split(logits, np.cumsum(self.sizes)[:-1], axis=1)]
        return parts[0] if len(parts) == 1 else parts

    def decode(self, logits: np.ndarray) -> np.ndarray:
        """Return the most probable labels, in the form in which they came."""
        if self.kind == "binary":
            return self.classes[0][(logits[:, 0] > 0).astype(int)]
        if self.kind == "multilabel-indicator":
            return (logits > 0).astype(int)
        parts = np.split(logits, np.cumsum(self.sizes)[:-1], axis=1)
        chosen = [classes[part.argmax(axis=1)] for classes, part in zip(self.classes, parts, strict=True)]
        return chosen[0] if len(chosen) == 1 else np.stack(chosen, axis=1)

    def strata(self, codes: np.ndarray) -> np.ndarray | None:
        """Return the class codes to keep in proportion, where there is one label a sample."""
        return codes.astype(int) if self.kind in ("binary", "multiclass") else None


def plain_labels(y: Any) -> Any:
    """Return numbers that come as an array of objects as an array of numbers; a ValueError if a label is missing."""
    require_labels(y)
    if str(getattr(y, "dtype", "")) != "object":
        return y
    y = np.asarray(y)
    return np.array(y.tolist()) if all(isinstance(label, Number | np.bool_) for label in y.flat) else y


def require_labels(y: Any) -> None:
    """Raise a ValueError that names a label which is missing, or of a type that cannot be sorted among the others."""
    labels = array_of_labels(y) if not hasattr(y, "toarray") else np.zeros(0)
    if labels.dtype.kind != "O" or labels.ndim == 0 or labels.size != len(labels):
        return
    kinds = {}
    for row, label in enumerate(labels.ravel().tolist()):
        if is_missing(label):
            raise ValueError(f"y[{row}] is {label}: the label is missing; leave such samples out.")
        kinds.setdefault(isinstance(label, str), (row, label))
    if len(kinds) == 2:
        (row, label), (other_row, other) = kinds.values()
        raise ValueError(f"y[{row}] is {label!r:.50}, but y[{other_row}] is {other!r:.50}; give labels of one type.")


def _require_zeros_and_ones(y: np.ndarray) -> None:
    wrong = ~(np.isin(y, (0, 1)) | (y != y))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"y[{row}, {column}] is {y[row, column]!s}, but labels are 0 or 1.")


def _warn_of_one_hot(y: np.ndarray) -> None:
    if y.shape[1] > 1 and (y.sum(axis=1) == 1).all() and np.isin(y, (0, 1)).all():
        warnings.warn(
            "y has exactly one 1 in every row, and its columns are taken for labels that are independent of each "
            "other: if they stand for classes of which each sample has one, pass y.argmax(axis=1).",
            UserWarning,
            stacklevel=2,
        )


def _labels_array(y: Any, kind: str) -> np.ndarray:
    if hasattr(y, "toarray"):
        return y.toarray()
    y = np.asarray(y)
    if kind in ("binary", "multiclass"):
        return column_or_1d(y, warn=True)
    return y


def _as_list(classes: Any, n_outputs: int) -> list:
    return [classes] if n_outputs == 1 else list(classes)


def _codes(column: np.ndarray, classes: np.ndarray) -> np.ndarray:
    unknown = ~np.isin(column, classes)
    if unknown.any():
        index = int(np.argmax(unknown))
        label = column.tolist()[index]
        raise ValueError(f"y[{index}] is {label!r}, which is none of the classes {classes.tolist()}.")
    return np.searchsorted(classes, column).astype(np.int32)
