"""An architecture, built once and shared by every estimator that has it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from skmlbio._tensorflow import keras, tf
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._initial import InitialWeights, preserved_python_random
from skmlbio.training._keras_settings import KerasSettings
from skmlbio.training._program import Program


def is_seed(variable: keras.Variable) -> bool:
    """Whether a variable is the state of a random generator, which is no part of what is learned."""
    return variable.name == "seed_generator_state"


def _has_running_moments(layer: keras.Layer) -> bool:
    """Whether a layer's running moments can be taken anew: `NodeNormalization`."""
    return hasattr(layer, "observing")


class _Forms(dict):
    """The architecture of each form, built when it is first needed."""

    def __init__(self, main: Any, settings: KerasSettings):
        super().__init__({"": main})
        self._others, self._settings = main.other_forms, settings

    def __missing__(self, form: str) -> Any:
        with preserved_python_random(), self._settings.in_force():
            self[form] = self._others[form]()
        return self[form]


class Network:
    """One built architecture: its variables' places, their initial values, and its compiled forward passes.

    The variables of the Keras model are never written after construction.  Weights come in as arrays with every call,
    so one network serves any number of estimators and threads at once.

    Parameters
    ----------
    blueprint : Blueprint
        Builds the architecture.
    """

    def __init__(self, blueprint: Blueprint):
        self.blueprint = blueprint
        with preserved_python_random():
            architecture = blueprint.build()
        self.forms = _Forms(architecture, blueprint.settings)
        self.model, self.heads = architecture.training, architecture.heads
        self.trainable = self.model.trainable_variables
        self.state = [v for v in self.model.variables if not any(v is t for t in self.trainable)]
        self.weights = [v for v in self.model.variables if not is_seed(v)]
        layers = (layer for layer in self.model._flatten_layers() if layer.trainable)
        self._observers = [layer for layer in layers if _has_running_moments(layer)]
        self.counts = [layer.n_steps for layer in self._observers]
        self._initial = InitialWeights(self.model, self.weights, self._rebuild)
        self._programs: dict[tuple[str, str], Program] = {}
        self.lock = threading.Lock()

    def _rebuild(self) -> list[keras.Variable]:
        return [v for v in self.blueprint.build().training.variables if not is_seed(v)]

    @property
    def gains_from_xla(self) -> bool:
        """Whether compiling the steps makes them faster.

        It does not for recurrent layers, nor for layers of Keras that draw random numbers: under XLA, their generator
        costs more than all else.  A layer of our own that does not gain says so.
        """
        slow = (keras.layers.RNN, keras.layers.Bidirectional)
        return not any(
            isinstance(layer, slow)
            or (hasattr(layer, "seed_generator") and layer.__module__.startswith("keras."))
            or not getattr(layer, "gains_from_xla", True)
            for layer in self.model._flatten_layers()
        )

    def initial_weights(
        self, rng: np.random.Generator, known: dict[str | int, np.ndarray] | None = None
    ) -> list[np.ndarray]:
        """Draw initial values, one array for each of `weights`.

        `known` has those that are computed or taken from elsewhere, by the path of the variable or by its place.
        """
        drawn, known = self._initial.draw(rng), known or {}
        values = (known.get(n, known.get(v.path, drawn[n])) for n, v in enumerate(self.weights))
        return [np.asarray(value, v.dtype) for v, value in zip(self.weights, values, strict=True)]

    def seeds(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Draw a state for each random generator of the network (dropout, noise, sampling)."""
        return [np.array([rng.integers(2**31 - 1), 0], v.dtype) for v in self.state if is_seed(v)]

    def split(self, weights: list[np.ndarray], seeds: list[np.ndarray]) -> tuple[list, list]:
        """Sort weights and seeds into the values of `trainable` and of `state`."""
        by_id = {id(v): value for v, value in zip(self.weights, weights, strict=True)}
        drawn = iter(seeds)
        state = [next(drawn) if is_seed(v) else by_id[id(v)] for v in self.state]
        return [by_id[id(v)] for v in self.trainable], state

    def join(self, trainable: list, state: list) -> list[np.ndarray]:
        """Undo `split`; the seeds are left out."""
        by_id = {id(v): value for v, value in zip(self.trainable, trainable, strict=True)}
        by_id |= {id(v): value for v, value in zip(self.state, state, strict=True)}
        return [np.asarray(by_id[id(v)]) for v in self.weights]

    @contextmanager
    def frozen(self, paths: Collection[str]) -> Iterator[None]:
        """Let layers that keep any of some weights take them as they are, as Keras' layers do that are not trainable.

        For the one who holds the lock.
        """
        layers = self.model._flatten_layers()
        kept = [layer for layer in layers if any(v.path in paths for v in layer._non_trainable_variables)]
        before = [(inner, inner.trainable) for layer in kept for inner in layer._flatten_layers()]
        for layer in kept:
            layer.trainable = False
        try:
            yield
        finally:
            for layer, trainable in before:
                layer.trainable = trainable

    @contextmanager
    def observing(self) -> Iterator[None]:
        """Let running moments be taken by calls that do not train; for the one who holds the lock."""
        for layer in self._observers:
            layer.observing = layer.trainable
        try:
            yield
        finally:
            for layer in self._observers:
                layer.observing = False

    def forward(
        self, head: str, weights: list[np.ndarray], batches: Iterable[tuple[np.ndarray, ...]], form: str = ""
    ) -> list[Any]:
        """Return what a head answers for each batch of inputs, as NumPy arrays in the head's own structure."""
        program = self.forward_program(head, form)
        answers = ([t.numpy() for t in program.call_flat([*weights, *inputs])] for inputs in batches)
        return [program.pack(answer) for answer in answers]

    def forward_program(self, head: str, form: str = "") -> Program:
        """Return the traced forward pass of a head, from weights and inputs to its answer."""
        return self.program((head, form), lambda: self._trace_forward(self.forms[form].heads[head]))

    def program(self, name: tuple[str, str], trace: Callable[[], Program]) -> Program:
        """Return the program of that name, traced when it is first asked for."""
        with self.lock:  # tracing once is cheaper than tracing in every thread
            if name not in self._programs:
                with self.blueprint.settings.in_force():
                    self._programs[name] = trace()
            return self._programs[name]

    def _trace_forward(self, model: keras.Model) -> Program:

        def forward(weights, *inputs):
            with keras.StatelessScope(state_mapping=list(zip(self.weights, weights, strict=True))):
                outputs = model(keras.tree.pack_sequence_as(model.input, list(inputs)), training=False)
            return keras.tree.map_structure(at_least_single, outputs)

        specs = [tf.TensorSpec(v.shape, v.dtype) for v in self.weights]
        inputs = [tf.TensorSpec(t.shape, t.dtype) for t in keras.tree.flatten(model.input)]
        return Program(forward, [specs, *inputs])


def at_least_single(tensor: tf.Tensor) -> tf.Tensor:
    """Bring numbers of half precision to single precision; leave all others as they are."""
    return tf.cast(tensor, tf.float32) if tensor.dtype in (tf.float16, tf.bfloat16) else tensor
