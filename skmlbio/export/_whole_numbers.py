"""Whole numbers that a user gives."""

from __future__ import annotations

from numbers import Integral
from typing import Any

_LARGEST = 2**63 - 1


def require_whole_number(name: str, value: Any) -> None:
    """Raise a ValueError unless a value is a whole number that 64 bits hold, from 0 up, or None."""
    if value is None or (isinstance(value, Integral) and not isinstance(value, bool) and 0 <= value <= _LARGEST):
        return
    raise ValueError(f"{name} must be an int from 0 to {_LARGEST}, or None, got {value!r}.")
