"""Constraints on parameters that are one of some strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn.utils import _param_validation


class StrOptions(_param_validation.StrOptions):
    """scikit-learn's constraint, but errors list the options in their order, and not in that of a set."""

    def __init__(self, options: Iterable[str]) -> None:
        super().__init__(set(options))
        self.options = dict.fromkeys(sorted(options))


def in_order(constraint: Any) -> Any:
    """Return what scikit-learn has for some strings as what has them in order; all else as it is."""
    is_plain = type(constraint) is _param_validation.StrOptions
    return StrOptions(constraint.options) if is_plain else constraint
