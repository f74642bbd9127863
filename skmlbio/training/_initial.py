"""Initial weights: each layer's own initialisers, drawn from the estimator's seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from skmlbio._tensorflow import keras
from skmlbio.training._keras_settings import process_wide


@contextmanager
def preserved_python_random(seed: int | None = None) -> Iterator[None]:
    """Give Python's global generator back as it was: Keras reads it wherever a layer is made without a seed.

    One thread at a time, or they would draw from each other's seeds.
    """
    with process_wide:
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
    layers of Keras and for most others.  A value that this initialiser does not give again was made in another way.  If
    it is the same in a second model, nothing was drawn: the ones in the bias of an LSTM, or pretrained weights.  If it
    is not, the model is built once more for every draw, under a seeded generator, and the value is read from there:
    slower, equally reproducible.

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
        if None in self._recipes:
            self._find_constants([variable.numpy() for variable in variables])

    def _find_constants(self, values: list[np.ndarray]) -> None:
        for position, (value, other) in enumerate(zip(values, self._built(0), strict=True)):
            if self._recipes[position] is None and np.array_equal(value, other):
                self._recipes[position] = partial(_constant, value)

    def _built(self, seed: int) -> list[np.ndarray]:
        with preserved_python_random(seed):
            return [variable.numpy() for variable in self._rebuild()]

    def draw(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Return one array a variable."""
        rebuilt = None
        values = []
        for position, recipe in enumerate(self._recipes):
            seed = int(rng.integers(2**31 - 1))
            if recipe is None:
                rebuilt = self._built(seed) if rebuilt is None else rebuilt
                values.append(rebuilt[position])
            else:
                values.append(recipe(seed))
        return values


def _recipe(layer: keras.Layer | None, variable: keras.Variable) -> Callable[[int], np.ndarray] | None:
    """Return a function from a seed to an initial value, or None where the initialiser is not in sight."""
    value = variable.numpy()
    initializer = _initializer_of(layer, variable)
    if initializer is not None and np.array_equal(np.asarray(initializer(value.shape, dtype=variable.dtype)), value):
        config = initializer.get_config()
        if "seed" in config:
            return partial(_drawn, type(initializer), config, value.shape, variable.dtype)
        return partial(_constant, value)
    if value.size and (value == value.flat[0]).all():  # zeros, ones: nothing was drawn
        return partial(_constant, value)
    return None


def _drawn(kind: type, config: dict, shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray:
    return np.asarray(kind(**(config | {"seed": seed}))(shape, dtype=dtype))


def _constant(value: np.ndarray, seed: int) -> np.ndarray:
    return value


def _initializer_of(layer: keras.Layer | None, variable: keras.Variable) -> keras.initializers.Initializer | None:
    """Look for ``kernel_initializer``, and for ``recurrent_initializer`` where the variable is ``recurrent_kernel``."""
    for name in (variable.name, variable.name.removesuffix("_kernel")):
        found = getattr(layer, f"{name}_initializer", None)
        if isinstance(found, keras.initializers.Initializer):
            return found
    return None
