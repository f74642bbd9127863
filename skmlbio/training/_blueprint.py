"""A network as data: which function builds it, with which arguments."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from skmlbio.training._fingerprint import freeze


@dataclass(frozen=True)
class Blueprint:
    """A function that returns an `Architecture`, and its keyword arguments.

    Two blueprints with equal keys build the same network, so they share everything that is compiled for it.  A fitted
    estimator keeps its blueprint beside its weights: both are plain values and pickle.
    """

    network: Callable
    arguments: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> Hashable:
        """Hashable, equal for equal blueprints under the same Keras-wide settings."""
        return freeze(self.network), freeze(self.arguments)

    def __getstate__(self) -> dict:
        return {"network": self.network, "arguments": self.arguments}

    def build(self) -> Any:
        """Build the `Architecture`."""
        return self.network(**self.arguments)
