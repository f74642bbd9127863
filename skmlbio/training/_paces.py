"""How fast the parts of a network learn: at the step size, at a factor of it, from an epoch on, or not at all."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Pace(NamedTuple):
    """How fast a part learns.

    Attributes
    ----------
    factor : float
        What its steps are multiplied by; 0 freezes it.
    from_epoch : int
        The epoch, counted from 0, in which it begins to learn; before, it is frozen.
    """

    factor: float = 1.0
    from_epoch: int = 0

    def at(self, epoch: int) -> float:
        """Return the factor in an epoch; its negative as long as the part waits.

        A part that waits does not move, but its optimizer keeps count of its gradients.  If it began without, its first
        steps would be several times too long: Adam corrects its means for the first epoch of the fit, not of the part.
        """
        return self.factor if epoch >= self.from_epoch else -self.factor


def is_under(path: str, part: str) -> bool:
    """Whether a weight belongs to a part: ``"encoder"`` has ``"encoder/kernel"``, not ``"encoder_2/kernel"``.

    The part ``""`` has all.
    """
    part = part.strip("/")
    return not part or path == part or path.startswith(f"{part}/")


def paces_of(paths: Iterable[str], paces: Mapping[str, Pace]) -> list[Pace]:
    """Return the pace of each weight: that of the smallest part it belongs to, and the usual one if it is in none."""
    by_size = sorted(paces, key=lambda part: -len(part.strip("/")))
    return [next((paces[part] for part in by_size if is_under(path, part)), Pace()) for path in paths]


def ensure_paces(paces: Mapping[str, Pace], paths: list[str]) -> None:
    """Refuse parts that a network does not have, and paces that are none.

    Raises
    ------
    ValueError
        That names the part.
    """
    for part, (factor, from_epoch) in paces.items():
        _require_part(part, paths)
        if not (math.isfinite(factor) and factor >= 0):
            raise ValueError(f"the factor of {part!r} must be a finite number that is not negative, got {factor!r}.")
        if from_epoch < 0:
            raise ValueError(f"the epoch from which {part!r} learns must not be negative, got {from_epoch!r}.")


def _require_part(part: str, paths: list[str]) -> None:
    """Refuse a part of which a network has no weights."""
    if not any(is_under(path, part) for path in paths):
        known = list(dict.fromkeys([*(path.partition("/")[0] for path in paths), *paths]))
        close = difflib.get_close_matches(part.strip("/"), known, 1, 0.6)
        hint = f" did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"the network has no weights under {part!r};{hint} its weights are {', '.join(paths)}.")
