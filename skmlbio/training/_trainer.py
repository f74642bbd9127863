"""The compiled training step of one architecture, one loss and one optimizer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from skmlbio._tensorflow import keras, tf
from skmlbio.training._batches import Block
from skmlbio.training._network import Network, at_least_single, is_seed
from skmlbio.training._paces import Pace, paces_of
from skmlbio.training._packing import Packing
from skmlbio.training._program import Program

Loss = Callable[[Any, Any, tuple, dict], Any]


class Trainer:
    """Trains one architecture; serves one fit at a time.

    Its variables are scratch space: `start` writes them, `weights` reads them.  The learning rate, the penalties, the
    numbers that a loss asks for, and the rows are arguments, so fits that differ only in those share what is compiled.

    Parameters
    ----------
    network : Network
        The architecture.
    loss : callable
        ``loss(outputs, inputs, targets, scalars)`` returns a tensor of shape (batch,), or, where the history shall show
        more than the loss, a dict of such tensors.  Outputs and inputs have the model's own structure, targets is a
        tuple, scalars a dict of numbers that may change with the epoch.  The attribute ``names`` of the function lists
        the keys of the dict; without it, there is only ``"loss"``.
    optimizer : dict
        Keras' configuration of the optimizer.
    jit : bool
        Whether XLA compiles the loop over the batches of a block.
    paced : bool
        Whether `set_paces` is called before a block is trained.
    """

    def __init__(self, network: Network, loss: Loss, optimizer: dict, jit: bool, paced: bool = False):
        self.network, self.loss = network, loss
        self.optimizer = _make_optimizer(optimizer, network)
        self._packing = Packing(network.trainable, self.optimizer)
        self.optimizer.build(self._packing.packed)
        spread = self._packing.spread([1.0] * len(network.trainable)) if paced else []
        self._paces, self._frozen = [tf.Variable(factors) for factors in spread], frozenset()
        if paced and self._inner_optimizer.use_ema:
            raise ValueError(
                "an optimizer with use_ema=True averages weights before those of slow and frozen parts are set back; "
                "use weight_averaging, or let all parts learn at one pace."
            )
        self._fresh = [v.numpy() for v in self.optimizer.variables]
        self._state: list = []
        self._dtype = tf.float64 if any(v.dtype == "float64" for v in network.trainable) else tf.float32
        self.n_traces = 0
        self._jit = jit
        self._programs: dict[tuple, Program] = {}

    # Between fits --------------------------------------------------------------------------------

    def start(self, weights: list[np.ndarray], seeds: list[np.ndarray], optimizer_state: list | None = None) -> None:
        """Begin a fit from given weights, with a fresh optimizer unless its state is given."""
        self.set_weights(weights, seeds)
        for variable, value in zip(self.optimizer.variables, optimizer_state or self._fresh, strict=True):
            variable.value.assign(value)

    def set_weights(self, weights: list[np.ndarray], seeds: list[np.ndarray]) -> None:
        """Write the network's weights and the states of its random generators."""
        trainable, state = self.network.split(weights, seeds)
        self._packing.assign(trainable)
        self._state = [tf.convert_to_tensor(value) for value in state]

    def set_learning_rate(self, learning_rate: float) -> None:
        """Set a constant learning rate for the steps to come."""
        self.optimizer.learning_rate = learning_rate

    def set_paces(self, paces: Mapping[str, Pace], epoch: int) -> None:
        """Set how fast the parts of the network learn in the steps to come.

        The layers that keep running moments must not take batches for them where they are frozen.
        """
        factors = [pace.at(epoch) for pace in paces_of((v.path for v in self.network.trainable), paces)]
        for variable, values in zip(self._paces, self._packing.spread(factors), strict=True):
            variable.assign(values)
        kept = [v.path for v in self.network.state if not is_seed(v)]
        self._frozen = frozenset(
            path for path, pace in zip(kept, paces_of(kept, paces), strict=True) if pace.at(epoch) <= 0
        )

    def weights(self) -> list[np.ndarray]:
        """Read the network's weights."""
        return self.network.join(self._packing.numpy(), [t.numpy() for t in self._state])

    def seeds(self) -> list[np.ndarray]:
        """Read the states of the network's random generators."""
        named = zip(self.network.state, self._state, strict=True)
        return [t.numpy() for v, t in named if v.name == "seed_generator_state"]

    def optimizer_state(self) -> list[np.ndarray]:
        """Read the optimizer's own variables."""
        return [v.numpy() for v in self.optimizer.variables]

    def finish(self) -> None:
        """Let an optimizer that averages weights put the average in place."""
        if self._inner_optimizer.use_ema:
            self.optimizer.finalize_variable_values(self._packing.packed)

    def restart_moments(self) -> None:
        """Let running moments forget what they have seen."""
        counts = [id(v) for v in self.network.counts if v.path not in self._frozen]
        pairs = zip(self.network.state, self._state, strict=True)
        self._state = [tf.zeros_like(value) if id(v) in counts else value for v, value in pairs]

    @property
    def _inner_optimizer(self) -> keras.Optimizer:
        """The optimizer itself, where another one scales its loss."""
        return getattr(self.optimizer, "inner_optimizer", self.optimizer)

    # Compiled --------------------------------------------------------------------------------

    def train(self, block: Block, scalars: dict[str, float]) -> dict[str, np.ndarray]:
        """Take one step for every batch of a block; return each loss of every step, summed over weighted rows."""
        arguments = self._block_arguments(block, scalars)
        sums, self._state = self._traced(self._block, block.form, arguments)(*arguments)
        return {name: values.numpy()[: block.n_steps] for name, values in sums.items()}

    def renew_moments(self, block: Block, scalars: dict[str, float]) -> None:
        """Show a block to the network as it predicts, for the sake of its running moments alone.

        Dropout and noise would change the moments (Li et al. 2019, "Understanding the disharmony between dropout and
        batch normalization by variance shift").
        """
        arguments = self._block_arguments(block, scalars)
        self._state = self._traced(self._moments, block.form, arguments)(*arguments)

    def evaluate(
        self, form: str, inputs: tuple, targets: tuple, weights: np.ndarray, scalars: dict
    ) -> dict[str, float]:
        """Return each loss, summed over weighted rows, without training on them."""
        arguments = self._arguments(inputs, targets, weights, scalars)
        sums = self._traced(self._rows, form, arguments)(*arguments)
        return {name: float(value) for name, value in sums.items()}

    def _traced(self, function: Callable, form: str, arguments: tuple) -> Program:
        """Return a function, traced for inputs of a form and types, and under XLA for their shapes.

        Trainers share the network's layers, whose book-keeping while they are traced is no affair of two threads.
        """
        jit = function == self._block and self._jit
        *before, inputs, shared, targets, weights, scalars, _ = arguments
        arrays = (*inputs, *shared, *targets, weights)
        shapes = [t.shape for t in arrays] if jit else [*(t.shape[1:] for t in targets), weights.shape[:-1]]
        key = function.__name__, form, tuple(scalars), tuple(shapes), tuple(t.dtype for t in arrays), self._frozen
        if key not in self._programs:
            specs = keras.tree.map_structure(lambda t: tf.TensorSpec(t.shape, t.dtype), arguments)
            if not jit:  # one trace for all buckets
                model_inputs = keras.tree.flatten(self.network.forms[form].training.input)
                given = zip(model_inputs, (*inputs, *shared), strict=True)
                taken = [tf.TensorSpec(t.shape, spec.dtype) for t, spec in given]
                free = (
                    tuple(taken[: len(inputs)]),
                    tuple(taken[len(inputs) :]),
                    tuple(tf.TensorSpec([None, *t.shape[1:]], t.dtype) for t in targets),
                    tf.TensorSpec([*weights.shape[:-1], None], weights.dtype),
                )
                before = [tf.TensorSpec([*t.shape[:-1], *[None] * min(t.shape.rank, 1)], t.dtype) for t in before]
                specs = *before, *free, *specs[-2:]
            with self.network.lock, self.network.blueprint.settings.in_force(), self.network.frozen(self._frozen):
                self._programs[key] = Program(partial(function, form), specs, jit)
        return self._programs[key]

    def _block(self, form, n_steps, places, inputs, shared, targets, weights, scalars, state):
        self.n_traces += 1
        present = tf.maximum(tf.reduce_sum(tf.cast(weights > 0, self._dtype), axis=1), tf.ones((), self._dtype))
        steps = tf.range(weights.shape[0])

        def body(i, sums, state):
            batch, goals = _rows_at(tf.gather(places, i), (inputs, targets))
            shares, n_rows = _rows_at(i, (weights, present))
            packed = [v.value for v in self._packing.packed]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(packed)
                rows, new_state, penalty = self._losses(
                    form, packed, state, (*batch, *shared), goals, scalars, training=True
                )
                totals = {name: tf.reduce_sum(values * shares) for name, values in rows.items()}
                scaled = self.optimizer.scale_loss(totals["loss"] / n_rows + penalty)
            self._step(tape.gradient(scaled, packed))
            sums = {name: tf.where(steps == i, totals[name], sums[name]) for name in sums}
            return i + 1, sums, new_state

        zeros = {name: tf.zeros(weights.shape[0], self._dtype) for name in getattr(self.loss, "names", ("loss",))}
        _, sums, state = tf.while_loop(lambda i, *_: i < n_steps, body, [tf.constant(0), zeros, state])
        return sums, state

    def _step(self, gradients: list[tf.Tensor | None]) -> None:
        """Let the optimizer change the weights, and take back what parts that learn slowly, or not at all, shall not.

        A factor of the gradient would do nothing: most optimizers take out its scale.  Gradients of parts that never
        learn are left out of norms by which others are clipped.
        """
        if not self._paces:
            self.optimizer.apply(gradients, self._packing.packed)
            return
        old = [tf.identity(variable.value) for variable in self._packing.packed]
        paces = [tf.identity(variable) for variable in self._paces]
        learning = [
            gradient if gradient is None else tf.where(pace != 0, gradient, tf.zeros_like(gradient))
            for gradient, pace in zip(gradients, paces, strict=True)
        ]
        self.optimizer.apply(learning, self._packing.packed)
        for variable, before, pace in zip(self._packing.packed, old, paces, strict=True):
            after = tf.identity(variable.value)
            slow = tf.where(pace == 1, after, before + pace * (after - before))
            variable.value.assign(tf.where(pace > 0, slow, before))

    def _moments(self, form, n_steps, places, inputs, shared, targets, weights, scalars, state):
        packed = [v.value for v in self._packing.packed]

        def body(i, state):
            batch, goals = _rows_at(tf.gather(places, i), (inputs, targets))
            with self.network.observing():
                found = self._losses(form, packed, state, (*batch, *shared), goals, scalars, training=False)
                return i + 1, found[1]

        return tf.while_loop(lambda i, _: i < n_steps, body, [tf.constant(0), state])[1]

    def _rows(self, form, inputs, shared, targets, weights, scalars, state):
        packed = [v.value for v in self._packing.packed]
        rows, _, _ = self._losses(form, packed, state, (*inputs, *shared), targets, scalars, training=False)
        return {name: tf.reduce_sum(values * weights) for name, values in rows.items()}

    def _losses(self, form, packed, state, inputs, targets, scalars, training):
        """Return the loss of every row, the new state, and what the layers and penalties add to the mean."""
        model = self.network.forms[form].training
        trainable = self._packing.unpack(packed, jit=training and self._jit)
        mapping = [*zip(self.network.trainable, trainable, strict=True), *zip(self.network.state, state, strict=True)]
        structured = keras.tree.pack_sequence_as(model.input, list(inputs))
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            outputs = model(structured, training=training)
            added = model.losses
        rows = self.loss(keras.tree.map_structure(at_least_single, outputs), structured, targets, scalars)
        rows = rows if isinstance(rows, dict) else {"loss": rows}
        rows = {name: tf.cast(values, self._dtype) for name, values in rows.items()}
        new_state = [
            old if variable.path in self._frozen else scope.get_current_value(variable)
            for variable, old in zip(self.network.state, state, strict=True)
        ]
        penalty = sum(tf.reduce_sum(tf.cast(term, self._dtype)) for term in added)
        kernels = [tf.cast(t, self._dtype) for t in trainable if len(t.shape) > 1]
        return rows, new_state, penalty + _kernel_penalty(kernels, scalars)

    def _block_arguments(self, block: Block, scalars: dict[str, float]) -> tuple:
        arguments = self._arguments(block.inputs, block.targets, block.weights, scalars, block.shared)
        return tf.constant(block.n_steps), tf.constant(block.places), *arguments

    def _arguments(
        self, inputs: tuple, targets: tuple, weights: np.ndarray, scalars: dict[str, float], shared: tuple = ()
    ) -> tuple:
        numbers = {name: tf.constant(value, self._dtype) for name, value in scalars.items()}
        tensors = _tensors(inputs), _tensors(shared), _tensors(targets)
        return *tensors, tf.constant(weights, self._dtype), numbers, self._state


def _make_optimizer(configuration: dict, network: Network) -> keras.Optimizer:
    name, config = configuration["class_name"], dict(configuration["config"])
    schedule = config.get("learning_rate")
    try:  # by their classes, because Keras' own look-up by name misses some
        if schedule is not None:
            kind = getattr(keras.optimizers.schedules, schedule["class_name"])
            config["learning_rate"] = kind.from_config(schedule.get("config", {}))
        optimizer = getattr(keras.optimizers, name).from_config(config)
    except (TypeError, ValueError) as error:
        raise ValueError(f"optimizer {name} cannot be made from the configuration {config}: {error}") from error
    if any(layer.compute_dtype == "float16" for layer in network.model._flatten_layers()):
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def _kernel_penalty(kernels: list[tf.Tensor], scalars: dict) -> Any:
    """l1 * sum|w| + l2 * sum(w^2) over every weight with two or more axes, where the fit asks for it."""
    penalty = 0.0
    if "l1" in scalars:
        penalty += scalars["l1"] * sum(tf.reduce_sum(tf.abs(kernel)) for kernel in kernels)
    if "l2" in scalars:
        penalty += scalars["l2"] * sum(tf.reduce_sum(tf.square(kernel)) for kernel in kernels)
    return penalty


def _rows_at(places: tf.Tensor, tensors: tuple) -> tuple:
    """Return what all tensors have at some places; slicing one place would take four times the operations to trace."""
    return keras.tree.map_structure(lambda t: tf.gather(t, places), tensors)


def _tensors(arrays: tuple) -> tuple:
    """Return arrays as tensors; aligned ones share their memory, where `tf.constant` would copy."""
    return tuple(tf.raw_ops.Identity(input=array) for array in arrays)
