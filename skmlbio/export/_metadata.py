"""What an exported model tells of itself, beside its signatures."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from skmlbio.export._input_names import input_names
from skmlbio.sequences import Alphabet, Vocabulary

FILE = "skmlbio.json"
_PACKAGES = ["skmlbio", "scikit-learn", "tensorflow", "keras", "numpy"]


def metadata(estimator: Any, signatures: list[str], alphabets: dict[str, Alphabet | Vocabulary]) -> dict[str, Any]:
    """Return versions, steps, classes, names of features, and what numbers stand for, as JSON can hold them."""
    told = {
        "format": 1,
        "versions": {name: version(name) for name in _PACKAGES},
        "estimator": _described(estimator),
        "signatures": signatures,
    }
    classes = getattr(estimator, "classes_", None)
    if classes is not None:
        told["classes"] = [part.tolist() for part in classes] if isinstance(classes, list) else classes.tolist()
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        told["feature_names"] = dict(zip(map(str, names), input_names(map(str, names)), strict=True))
    if alphabets:
        told["vocabularies"] = {name: _listed(alphabet) for name, alphabet in alphabets.items()}
    return told


def write_metadata(told: dict[str, Any], folder: Path) -> None:
    """Write metadata among the extra assets, which TensorFlow leaves alone."""
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra" / FILE).write_text(json.dumps(told, indent=1), encoding="utf-8")


def _listed(alphabet: Alphabet | Vocabulary) -> dict[str, Any]:
    """Return what numbers stand for: the place of a token in the list is its number."""
    is_vocabulary = isinstance(alphabet, Vocabulary)
    return {
        "tokens": ["", "<unknown>", *(alphabet.tokens if is_vocabulary else alphabet.letters + alphabet.codes)],
        "padding": alphabet.padding_token,
        "unknown": alphabet.unknown_token,
        "case_sensitive": is_vocabulary or alphabet.case_sensitive,
    }


def _described(step: Any) -> Any:
    """Return the name of a class; of a pipeline, the names of its steps with theirs."""
    if hasattr(step, "steps"):
        return {name: _described(part) for name, part in step.steps}
    return step if step is None or isinstance(step, str) else type(step).__name__
