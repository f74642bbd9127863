"""A network as data: which function builds it, with which arguments."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from skmlbio.training._fingerprint import freeze
from skmlbio.training._keras_settings import KerasSettings
from skmlbio.training._plain import plain


@dataclass(frozen=True)
class Blueprint:
    """A function that returns an `Architecture`, its keyword arguments, and the Keras-wide settings they work under.

    NumPy's numbers among the arguments become Python's.  Two blueprints with equal keys build the same network, so they
    share everything that is compiled for it.  A fitted estimator keeps its blueprint beside its weights: both are plain
    values and pickle.
    """

    network: Callable
    arguments: dict[str, Any] = field(default_factory=dict)
    settings: KerasSettings = field(default_factory=KerasSettings.current)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", plain(self.arguments))

    @cached_property
    def key(self) -> Hashable:
        """Hashable, equal for equal blueprints."""
        return freeze(self.network), freeze(self.arguments), self.settings

    def __getstate__(self) -> dict:
        return {"network": self.network, "arguments": self.arguments, "settings": self.settings}

    def build(self) -> Any:
        """Build the `Architecture`."""
        from skmlbio._tensorflow import require_unforked

        require_unforked()
        with self.settings.in_force():
            return self.network(**self.arguments)
