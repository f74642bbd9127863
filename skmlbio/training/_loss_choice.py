"""Losses by Keras' configuration, checked without loading Keras."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable
from typing import Any

from skmlbio.training._optimizers import unknown_name

_OF_ANYTHING = ("Huber", "LogCosh", "MeanAbsoluteError", "MeanSquaredError")
_OF_LOGITS = (
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
)
LOSSES_OF_NUMBERS = ("CosineSimilarity", *_OF_ANYTHING)
LOSSES_OF_CLASSES = (*_OF_LOGITS, "CategoricalHinge", "Hinge", *_OF_ANYTHING, "SquaredHinge")
_OF_KERAS_ALONE = ("module", "registered_name", "build_config")  # what keras.losses.serialize says beside
LOSSES_OF_ROWS = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalHinge", "CosineSimilarity")


def loss_choice(loss: str | dict | Callable, known: tuple[str, ...]) -> str | dict[str, Any] | Callable:
    """Return a loss as it is, or Keras' configuration of it, complete.

    Parameters
    ----------
    loss : str, dict or callable
        A name of ours, which is checked elsewhere, ``{"class_name": "Huber", "config": {"delta": 2.0}}``, or a function
        ``(targets, outputs)``.
    known : tuple of str
        The classes of Keras that are of use.

    Raises
    ------
    ValueError
        For classes and configurations that are of no use.
    TypeError
        For a class or an instance, which averages samples that the fit has to weigh.
    """
    keras = sys.modules.get("keras")  # where it is not loaded, nothing is of a class of its
    if isinstance(loss, type) or (keras is not None and isinstance(loss, keras.losses.Loss)):
        raise TypeError(
            f"loss is a {'class' if isinstance(loss, type) else type(loss).__name__}, which averages samples that are "
            "to be weighed; pass its configuration, {'class_name': 'Huber', 'config': {'delta': 2.0}}, or a function."
        )
    if not isinstance(loss, dict):
        _require_logits(loss, known)
        return loss
    loss = {key: value for key, value in loss.items() if key not in _OF_KERAS_ALONE}
    name, config = loss.get("class_name"), loss.get("config", {})
    if set(loss) - {"class_name", "config"} or not isinstance(name, str) or not isinstance(config, dict):
        raise ValueError(f"loss must have a 'class_name' and may have a dict 'config', got {loss!r}.")
    if name not in known:
        raise ValueError(f"{unknown_name('loss', name, known)} A function (targets, outputs) may compute any other.")
    config = copy.deepcopy(config)
    if config.pop("reduction", None) not in (None, "none", "sum_over_batch_size"):
        raise ValueError(f"loss {name} must not have a reduction: samples are weighed and averaged by the fit.")
    if name in _OF_LOGITS and not config.setdefault("from_logits", True):
        raise ValueError(
            f"loss {name} must not have from_logits=False: the network of a classifier answers logits, and their "
            "logarithm would be taken where that of probabilities is meant."
        )
    return {"class_name": name, "config": config}


def _require_logits(loss: str | Callable, known: tuple[str, ...]) -> None:
    """Refuse a function of Keras that takes probabilities unless it is told, where a network answers logits."""
    package = (getattr(loss, "__module__", None) or "").partition(".")[0]
    if known is not LOSSES_OF_CLASSES or package != "keras" or not inspect.isfunction(loss):
        return
    taken = inspect.signature(loss).parameters.get("from_logits")
    if taken is not None and taken.default is False:
        raise ValueError(
            f"loss {loss.__name__} takes probabilities, and the network of a classifier answers logits: pass "
            f"functools.partial(keras.losses.{loss.__name__}, from_logits=True)."
        )
