"""Initial weights: each layer's own initialisers, drawn from the estimator's seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from skmlbio._tensorflow import keras


@contextmanager
def preserved_python_random(seed: int | None = None) -> Iterator[None]:
    """Give Python's global generator back as it was: Keras reads it wherever a layer is made without a seed."""
    state = random.getstate()
    if seed is not None:
        random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


class InitialWeights:
    """Draws a fresh set of initial values for the variables of a model, without building the model again.

    A variable called ``kernel`` belongs to the layer attribute ``kernel_initializer``, and so on; that holds for the
    layers of Keras and for most others.  Where a layer keeps its initialiser elsewhere, the model is built once more
    for every draw, under a seeded generator, and the value is read from there: slower, equally reproducible.

    Parameters
    ----------
    model : keras.Model
        The built model.
    variables : list of keras.Variable
        The variables to draw for, in the order of the result.
    rebuild : callable
        Builds the model anew and returns the same variables of the new one.
    """

    def __init__(self, model: keras.Model, variables: list, rebuild: Callable[[], list]):
        self._rebuild = rebuild
        owners = {id(variable): layer for layer in model._flatten_layers() for variable in layer._trainable_variables}
        owners |= {id(v): layer for layer in model._flatten_layers() for v in layer._non_trainable_variables}
        self._recipes = [_recipe(owners.get(id(variable)), variable) for variable in variables]

    def draw(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Return one array a variable."""
        rebuilt = None
        values = []
        for position, recipe in enumerate(self._recipes):
            seed = int(rng.integers(2**31 - 1))
            if recipe is None:
                if rebuilt is None:
                    with preserved_python_random(seed):
                        rebuilt = self._rebuild()
                values.append(rebuilt[position].numpy())
            else:
                values.append(recipe(seed))
        return values


def _recipe(layer: keras.Layer | None, variable: keras.Variable) -> Callable[[int], np.ndarray] | None:
    """Return a function from a seed to an initial value, or None where the initialiser is not in sight."""
    initializer = _initializer_of(layer, variable)
    shape, dtype = tuple(variable.shape), variable.dtype
    if initializer is not None:
        kind, config = type(initializer), initializer.get_config()
        if "seed" not in config:
            constant = np.asarray(initializer(shape, dtype=dtype))
            return lambda seed: constant
        return lambda seed: np.asarray(kind(**(config | {"seed": seed}))(shape, dtype=dtype))
    value = variable.numpy()
    if value.size and (value == value.flat[0]).all():  # zeros, ones: nothing was drawn
        return lambda seed: value
    return None


def _initializer_of(layer: keras.Layer | None, variable: keras.Variable) -> keras.initializers.Initializer | None:
    stem = variable.name.removesuffix("_kernel") if variable.name == "recurrent_kernel" else variable.name
    found = getattr(layer, f"{stem}_initializer", None)
    return found if isinstance(found, keras.initializers.Initializer) else None
