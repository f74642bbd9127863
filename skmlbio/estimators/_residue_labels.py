"""Labels of residues on their way into a network, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from numbers import Integral
from typing import Any

import numpy as np

from skmlbio.training._targets import RaggedTarget

_LISTS = (list, tuple, np.ndarray)


@dataclass(frozen=True)
class ResidueLabels:
    """What the labels of residues were, and how a network speaks of them.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    of_strings : bool
        Whether they are characters of strings, not items of lists.
    missing : tuple
        What stands where a label is not known.
    """

    classes: np.ndarray
    of_strings: bool
    missing: tuple

    @classmethod
    def learn(cls, labels: GivenLabels, classes: Any = None) -> ResidueLabels:
        """Find the labels that occur, or take those that the user gives.

        Raises
        ------
        ValueError
            If there is one label only, or none.
        """
        found = np.unique(labels.known if classes is None else np.array(list(classes)))
        if marks := [label for label in found.tolist() if label in labels.missing]:
            raise ValueError(f"classes has {marks[0]!r}, which stands for labels that are not known (missing_labels).")
        if len(found) < 2:
            counted = f"one class only, {found.tolist()[0]!r}" if len(found) else "no label that is known"
            raise ValueError(f"y has {counted}; a tagger needs two classes or more.")
        return cls(found, labels.of_strings, labels.missing)

    def require_same(self, classes: Any) -> None:
        """Raise a ValueError if the user names other classes than these."""
        if not np.array_equal(np.unique(np.array(list(classes))), self.classes):
            raise ValueError(
                f"classes={classes!r} is not the same as on last call to partial_fit or fit, was: "
                f"{self.classes.tolist()}."
            )

    def encode(self, labels: GivenLabels, *, refuse_foreign: bool = True) -> RaggedTarget:
        """Return the number of every label, -1 where it is not known, and n_classes for one that was not there before.

        Parameters
        ----------
        labels : GivenLabels
            Labels of residues.
        refuse_foreign : bool
            Whether a label that was not there before is refused; one of another kind, such as a number among strings,
            always is.

        Raises
        ------
        ValueError
            If no label is known, or one is refused.
        """
        codes = np.full(len(labels.is_known), -1, np.int32)
        if not labels.is_known.any():
            raise ValueError(f"y has no label that is known, only {_listed(self.missing)}.")
        same_kind = labels.known.dtype.kind == self.classes.dtype.kind
        foreign = ~np.isin(labels.known, self.classes) if same_kind else np.ones(len(labels.known), bool)
        if foreign.any() and (refuse_foreign or not same_kind):
            at = int(np.flatnonzero(labels.is_known)[np.argmax(foreign)])
            label = labels.known.tolist()[int(np.argmax(foreign))]
            raise ValueError(
                f"{labels.place(at)} {label!r:.50}, which is none of the classes {_listed(self.classes.tolist())}."
            )
        codes[labels.is_known] = np.where(foreign, len(self.classes), np.searchsorted(self.classes, labels.known))
        return RaggedTarget(codes, labels.offsets)

    def decode(self, codes: Iterable[np.ndarray]) -> list[str] | list[list]:
        """Return labels by their numbers, in the form in which they came."""
        named = (self.classes[of_sample] for of_sample in codes)
        return ["".join(labels) for labels in named] if self.of_strings else [labels.tolist() for labels in named]


@dataclass(frozen=True)
class GivenLabels:
    """Labels of all residues, end to end.

    Attributes
    ----------
    known : ndarray of shape (n_known,)
        Those that are known.
    is_known : ndarray of shape (n_residues,), bool
        Which those are.
    offsets : ndarray of shape (n_samples + 1,), int
        Where samples begin.
    of_strings : bool
        Whether they are characters of strings, not items of lists.
    missing : tuple
        What stands where a label is not known.
    """

    known: np.ndarray
    is_known: np.ndarray
    offsets: np.ndarray
    of_strings: bool
    missing: tuple

    @classmethod
    def of(cls, y: Any, missing: Iterable) -> GivenLabels:
        """Take labels as the user gives them.

        Raises
        ------
        TypeError, ValueError
            If y has no labels of residues.
        """
        items, missing = _items(y), tuple(missing)
        of_strings = isinstance(items[0], str)
        for index, item in enumerate(items):
            _require_labels(item, index, of_strings)
        offsets = np.cumsum([0, *map(len, items)])
        if of_strings:
            labels = np.frombuffer("".join(items).encode("utf-32-le"), "<U1")
            is_known = ~np.isin(labels, [label for label in missing if isinstance(label, str)])
            return cls(labels[is_known], is_known, offsets, True, missing)
        flat = list(chain.from_iterable(item.tolist() if isinstance(item, np.ndarray) else item for item in items))
        is_known = np.array([label not in missing for label in flat])
        known = [label for label in flat if label not in missing]
        labels = cls(np.array([]), is_known, offsets, False, missing)
        _require_one_kind(known, lambda at: labels.place(int(np.flatnonzero(is_known)[at])))
        return replace(labels, known=np.array(known))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def place(self, at: int) -> str:
        """Say where a residue is, counted over all samples."""
        index = int(np.searchsorted(self.offsets, at, side="right")) - 1
        return f"y[{index}] has at position {at - self.offsets[index]} the label"


def _items(y: Any) -> Sequence:
    if isinstance(y, str | bytes) or not hasattr(y, "__len__"):
        raise TypeError(f"y must be a list of strings, or of lists of labels, got a {type(y).__name__}.")
    items = y if isinstance(y, list | tuple) else y.tolist() if hasattr(y, "tolist") else list(y)
    if not items:
        raise ValueError("y is empty; at least one string of labels is needed.")
    return items


def _require_labels(item: Any, index: int, of_strings: bool) -> None:
    """Refuse what has no labels, one a residue."""
    if not isinstance(item, str if of_strings else _LISTS):
        kinds = "a string, as y[0] is" if of_strings else "a string or a list of labels, one a residue"
        raise TypeError(f"y[{index}] must be {kinds}, got {item!r:.50} of type {type(item).__name__}.")
    if len(item) == 0:
        raise ValueError(f"y[{index}] is empty; it must have one label a residue.")


def _require_one_kind(labels: list, place: Any) -> None:
    """Refuse labels that cannot be sorted, or are no labels."""
    for at, label in enumerate(labels):
        if not isinstance(label, str | Integral | np.bool_):
            raise TypeError(
                f"{place(at)} {label!r:.50}, of type {type(label).__name__}; labels are strings or whole numbers, and "
                "missing_labels says what stands where one is not known."
            )
        if isinstance(label, str) != isinstance(labels[0], str):
            raise TypeError(f"{place(at)} {label!r:.50}, but another is {labels[0]!r:.50}; give labels of one type.")


def _listed(labels: Collection) -> str:
    return ", ".join(map(repr, labels))
