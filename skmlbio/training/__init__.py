"""The training engine: compiled programs, their cache, and the one epoch loop."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skmlbio.training._cache import ProgramInfo, clear_programs, program_info

__all__ = ["ProgramInfo", "clear_programs", "program_info"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'skmlbio.training' has no attribute {name!r}")
    from skmlbio import _tensorflow  # noqa: F401  (first: it starts TensorFlow quietly)
    from skmlbio.training import _cache

    return getattr(_cache, name)
