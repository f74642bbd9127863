"""Constraints on parameters that are numbers."""

from __future__ import annotations

from typing import Any

from sklearn.utils import _param_validation


class Interval(_param_validation.Interval):
    """As in `skmlbio.base`, which knows of no sequences, nor they of it: True is no number, `k=True` is a slip."""

    def is_satisfied_by(self, val: Any) -> bool:
        return not isinstance(val, bool) and super().is_satisfied_by(val)
