"""Optimizers and learning-rate schedules by name or configuration."""

from __future__ import annotations

import copy
import difflib
from numbers import Real
from typing import Any

_CLASSES = (
    "Adadelta", "Adafactor", "Adagrad", "Adam", "Adamax", "AdamW", "Ftrl", "Lamb", "Lion", "Muon", "Nadam", "RMSprop",
    "SGD",
)  # fmt: skip
OPTIMIZERS = tuple(name.lower() for name in _CLASSES)
SCHEDULES = (
    "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay",
    "PolynomialDecay",
)  # fmt: skip


def optimizer_configuration(optimizer: Any, learning_rate: Any) -> dict[str, Any]:
    """Return Keras' configuration of an optimizer, checked without loading Keras.

    Parameters
    ----------
    optimizer : str or dict
        A name such as ``"adam"``, or ``{"class_name": "Adam", "config": {"beta_1": 0.8, "clipnorm": 1.0}}``.
    learning_rate : float or dict
        A number, which stays out of the result because it is a run-time argument of a compiled program, or a schedule
        such as ``{"class_name": "CosineDecay", "config": {...}}``.

    Raises
    ------
    ValueError
        For names that Keras does not know.
    TypeError
        For an instance, which could train only one network.
    """
    if isinstance(optimizer, str):
        configuration = {"class_name": optimizer, "config": {}}
    elif isinstance(optimizer, dict) and isinstance(optimizer.get("class_name"), str):
        configuration = {"class_name": optimizer["class_name"], "config": copy.deepcopy(optimizer.get("config", {}))}
    else:
        raise TypeError(
            f"optimizer must be a name or a dict with 'class_name' and 'config', got {type(optimizer).__name__}; "
            "an optimizer instance can train only one network, so pass its configuration: "
            "{'class_name': 'Adam', 'config': {'clipnorm': 1.0}}."
        )
    name = configuration["class_name"].lower()
    if name not in OPTIMIZERS:
        raise ValueError(unknown_name("optimizer", configuration["class_name"], OPTIMIZERS))
    configuration["class_name"] = _CLASSES[OPTIMIZERS.index(name)]
    configuration["config"].pop("learning_rate", None)
    if isinstance(learning_rate, dict):
        if learning_rate.get("class_name") not in SCHEDULES:
            raise ValueError(unknown_name("learning_rate schedule", learning_rate.get("class_name"), SCHEDULES))
        configuration["config"]["learning_rate"] = learning_rate
    elif not (isinstance(learning_rate, Real) and 0 < learning_rate < float("inf")):
        raise ValueError(
            f"learning_rate must be a positive number or the configuration of a schedule, got {learning_rate!r}."
        )
    return configuration


def warmed_up(learning_rate: float, n_steps: int) -> dict[str, Any]:
    """Return Keras' configuration of a learning rate that rises from 0, and stays after so many steps."""
    config = {"initial_learning_rate": 0.0, "warmup_target": learning_rate, "warmup_steps": n_steps}
    return {"class_name": "CosineDecay", "config": config | {"decay_steps": 1, "alpha": 1.0}}


def unknown_name(what: str, name: Any, known: tuple[str, ...]) -> str:
    """Say that a name is unknown, which are known, and which of them may be meant."""
    close = difflib.get_close_matches(str(name), known, 1, 0.6)
    hint = f" did you mean {close[0]!r}?" if close else ""
    return f"{what} {name!r} is unknown;{hint} known are {', '.join(known)}."
