"""The answers of a regressor before its last layer brings them to the units of the targets."""

from __future__ import annotations

import numpy as np

from skmlbio._tensorflow import keras
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._cache import get_network


def before_units(model: keras.Model) -> keras.Model:
    """Return the head of a network up to its standardised answers; one that has none is returned as it is.

    Gradients are single, and units may be beyond single precision; and beside a large mean, changes of an answer look
    like rounding.
    """
    if "target" not in [layer.name for layer in model.layers]:
        return model
    return keras.Model(model.input, model.get_layer("standardized").output, name="before_units")


def target_scales(blueprint: Blueprint, weights: list[np.ndarray]) -> np.ndarray:
    """Return by what the standardised answers of a regressor are multiplied, shape (n_outputs,), float64."""
    network = get_network(blueprint)
    return next(w for v, w in zip(network.weights, weights, strict=True) if v.path == "target/scale")
