"""The epoch loop: the only place that trains."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from skmlbio.training._averaging import WeightAveraging
from skmlbio.training._batches import BlockPlan, TrainingSet, epoch_blocks, plan_blocks
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._budget import Plateau
from skmlbio.training._cache import borrow_trainer, get_network
from skmlbio.training._callbacks import Watcher
from skmlbio.training._checkpoint import Checkpoint
from skmlbio.training._fingerprint import freeze
from skmlbio.training._network import Network
from skmlbio.training._paces import Pace, ensure_paces
from skmlbio.training._targets import take_target
from skmlbio.training._trainer import Loss, Trainer

_STEPS_WORTH_COMPILING, _TENSORS_OF_A_SMALL_NETWORK = 256, 8
_MOMENTS = ("moving_mean", "moving_variance")  # that no loss of training sees
_USUAL_EPOCHS = 50  # of a fit that ends by itself
_VALIDATION_ROWS_AT_ONCE = 1024


@dataclass
class FitPlan:
    """How to train.

    Attributes
    ----------
    loss : callable
        See `Trainer`.
    optimizer : dict
        Keras' configuration of the optimizer, as `optimizer_configuration` returns it.
    learning_rate : float or None
        None where a schedule in the configuration sets it.
    fades : bool
        Whether the learning rate falls, from epoch to epoch, along half a cosine towards 0.
    n_epochs : int
        Epochs at most.
    least_gain : float or None
        Where a `Plateau` of the loss ends the fit: what it takes to go on.
    averaged : float
        Share of the epochs, the last ones, whose weights are averaged.
    batch_size : int or None
        Rows in a batch; None takes all rows at once.
    patience : int or None
        Stop when the watched loss has not improved for so many epochs, and go back to the best weights.
    scalars : callable
        From the epoch, counted from 0, to the numbers that the loss and the penalties ask for.
    jit : bool or None
        Whether XLA compiles the steps; None: where there are enough of them to pay for it.
    watchers : list of Watcher
        Called at the ends of epochs.
    paces : dict of str to Pace
        How fast parts of the network learn, by what the paths of their weights begin with, such as ``"encoder"``; of
        several that fit, the longest counts.  What is in none learns at the step size.  A frozen part keeps its bits,
        and its normalisations act as they do when they predict.
    checkpoint : Checkpoint or None
        Where the fit goes on from, and what it writes its state to.
    """

    loss: Loss
    optimizer: dict
    learning_rate: float | None
    n_epochs: int
    batch_size: int | None
    fades: bool = False
    least_gain: float | None = None
    averaged: float = 0.0
    patience: int | None = None
    scalars: Callable[[int], dict[str, float]] = lambda epoch: {}
    jit: bool | None = None
    watchers: list[Watcher] = field(default_factory=list)
    paces: dict[str, Pace] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None


class FitResult(NamedTuple):
    """What a fit leaves behind.

    Attributes
    ----------
    weights : list of ndarray
        The fitted weights.
    history : dict of str to list of float
        One number an epoch for each loss; those of the validation samples have the prefix ``val_``.
    best_epoch : int
        The epoch, counted from 1, of the lowest watched loss: on validation samples if there are any.
    n_averaged : int
        How many epochs, the last ones, the weights are the mean of; 0 where they are those of one epoch.
    optimizer_state : list of ndarray
        With it, training can go on as if it had not stopped.
    interrupted : int or None
        The epoch, counted from 1, in which the user stopped the fit.
    """

    weights: list[np.ndarray]
    history: dict[str, list[float]]
    best_epoch: int
    n_averaged: int
    optimizer_state: list[np.ndarray]
    interrupted: int | None


def train(
    blueprint: Blueprint,
    plan: FitPlan,
    training: TrainingSet,
    validation: TrainingSet | None,
    rng: np.random.Generator,
    initial: Callable[[Network], list[np.ndarray]],
    optimizer_state: list[np.ndarray] | None = None,
) -> FitResult:
    """Train a network on samples.

    Parameters
    ----------
    blueprint : Blueprint
        The architecture.
    plan : FitPlan
        How to train it.
    training, validation : TrainingSet
        The samples to learn from, and those to watch the loss on, if any.
    rng : numpy.random.Generator
        The source of shuffles, dropout and noise.
    initial : callable
        From the `Network` to the weights to begin with.
    optimizer_state : list of ndarray, optional
        From an earlier result of the same blueprint and plan.

    Returns
    -------
    FitResult

    Raises
    ------
    ValueError
        If the loss is no longer a number, or if a pace is that of a part which the network does not have.
    KeyboardInterrupt
        If the user stops the fit before the first epoch has ended.
    """
    blocks = plan_blocks(training, plan.batch_size)
    jit = _worth_compiling(blueprint, plan, blocks) if plan.jit is None else plan.jit
    paced = bool(plan.paces)
    key = freeze(plan.loss), freeze(plan.optimizer), jit, tuple(sorted(plan.scalars(0))), paced
    if paced:
        ensure_paces(plan.paces, [v.path for v in get_network(blueprint).weights])

    def make(network: Network) -> Trainer:
        return Trainer(network, plan.loss, plan.optimizer, jit, paced)

    found = None if plan.checkpoint is None else plan.checkpoint.found
    with borrow_trainer(blueprint, key, make) as trainer:
        if found is None:
            trainer.start(initial(trainer.network), trainer.network.seeds(rng), optimizer_state)
            if plan.learning_rate is not None:
                trainer.set_learning_rate(plan.learning_rate)
        run = _Fit(trainer, plan, blocks, training, validation, rng)
        if found is not None:
            run.go_on(found)
        try:
            return run.run()
        finally:
            for watcher in plan.watchers:
                if hasattr(watcher, "close"):
                    watcher.close()


def _worth_compiling(blueprint: Blueprint, plan: FitPlan, blocks: list[BlockPlan]) -> bool:
    """Decide on XLA by the amount of work alone, so that the same call always gives the same bits.

    The time to compile grows faster than the network, and what is gained at a step does not.
    """
    network = get_network(blueprint)
    n_epochs = plan.n_epochs if plan.least_gain is None else _USUAL_EPOCHS
    n_steps = n_epochs * sum(block.steps_of_an_epoch for block in blocks) / len(blocks)
    worth = _STEPS_WORTH_COMPILING * max(1, len(network.trainable) / _TENSORS_OF_A_SMALL_NETWORK) ** 2
    return n_steps >= worth and network.gains_from_xla


class _Fit:
    """One run of the loop, cut into the steps that a reader may want to see apart."""

    def __init__(self, trainer: Trainer, plan: FitPlan, blocks: list[BlockPlan], training, validation, rng):
        self.trainer, self.plan, self.blocks, self.rng = trainer, plan, blocks, rng
        self.training, self.validation = training, validation
        self.validation_buckets = [] if validation is None else validation.data.buckets()
        self.history: dict[str, list[float]] = {}
        self.n_done, self.ended = 0, False
        self.best_loss, self.best_epoch, self.best_weights = math.inf, 0, None
        known = plan.n_epochs if plan.least_gain is None else None
        self.averaging = [WeightAveraging(plan.averaged, known)] if plan.averaged else []
        self.watchers = [*self.averaging, *plan.watchers]
        self.stride = self._stride()
        self.changes_of_pace = {0} if plan.paces else set()
        self.changes_of_pace |= {pace.from_epoch for pace in plan.paces.values()}

    def go_on(self, state: dict[str, Any]) -> None:
        """Take up a fit where `_state` has left it."""
        self.trainer.start(state["weights"], state["seeds"], state["optimizer"])
        self.rng.bit_generator.state = state["rng"]
        self.history, self.n_done, self.ended = state["history"], state["n_done"], state["ended"]
        self.best_loss, self.best_epoch, self.best_weights = state["best"]
        for averaging, sums in zip(self.averaging, state["averaging"], strict=True):
            averaging.go_on(sums)
        if self.plan.paces:
            self.trainer.set_paces(self.plan.paces, self.n_done - 1)

    def _state(self) -> dict[str, Any]:
        """Return all that the epochs to come depend on, and all that the result will be made of."""
        return {
            "weights": self.trainer.weights(),
            "seeds": self.trainer.seeds(),
            "optimizer": self.trainer.optimizer_state(),
            "rng": self.rng.bit_generator.state,
            "history": self.history,
            "n_done": self.n_done,
            "ended": self.ended,
            "best": [self.best_loss, self.best_epoch, self.best_weights],
            "averaging": [averaging.state() for averaging in self.averaging],
        }

    def run(self) -> FitResult:
        interrupted = None
        for watcher in self.watchers:
            watcher.before_fit(self.trainer)
        try:
            for epochs in self._strides():
                interrupted = epochs[0] + 1
                if self._epochs(epochs):
                    break
                self._keep_state()
            self._end()
            interrupted = None
        except KeyboardInterrupt:
            if not self.history:
                raise  # nothing has been learned
            # The caller keeps what has been learned, and tells.
        self.trainer.finish()
        for watcher in self.watchers:
            watcher.after_fit(self.trainer)
        if self.trainer.network.counts and self.best_weights is None:
            self._renew_moments()
        weights = self.best_weights or self.trainer.weights()
        self._check_weights(weights)
        n_averaged = 0 if self.best_weights else sum(averaging.n_averaged for averaging in self.averaging)
        state = self.trainer.optimizer_state()
        return FitResult(weights, self.history, self.best_epoch, n_averaged, state, interrupted)

    def _keep_state(self) -> None:
        checkpoint = self.plan.checkpoint
        if checkpoint is not None and self.n_done < self.plan.n_epochs and checkpoint.due():
            checkpoint.write(self._state())

    def _end(self) -> None:
        """Let the checkpoint know that this was the last epoch."""
        if self.plan.checkpoint is not None and not self.ended:
            self.ended = True
            self.plan.checkpoint.end(self._state())

    def _strides(self) -> Iterator[range]:
        """Cut the epochs into what is trained by one call; decide between calls whether it was the last."""
        n_epochs, looked, plateau = self.plan.n_epochs, 0, None
        if self.plan.least_gain is not None:
            plateau = Plateau(self.plan.least_gain, sum(block.steps_of_an_epoch for block in self.blocks))
        while looked < n_epochs and not self.ended:
            last = n_epochs if plateau is None else min(n_epochs, plateau.next_look(looked))
            first = max(looked, self.n_done)
            cuts = {*range(first, last, self.stride), *(e for e in self.changes_of_pace if first < e < last), last}
            yield from (range(*epochs) for epochs in itertools.pairwise(sorted(cuts)))
            looked = last
            # A fit that goes on looks once more at what it has looked at.
            if plateau is not None and plateau.reached(self.history["loss"][:looked]):
                return

    def _stride(self) -> int:
        """Return how many epochs are trained by one call: only one, where somebody looks at the network in between."""
        changes = any(self.plan.scalars(epoch) != self.plan.scalars(0) for epoch in range(self.plan.n_epochs))
        changes = changes or self.plan.fades
        watched = self.watchers or self.validation is not None or self.plan.patience is not None
        return 1 if watched or changes else self.blocks[0].epochs_in_a_block

    def _epochs(self, epochs: range) -> bool:
        """Train for some epochs; return whether they were the last."""
        for watcher in self.watchers:
            watcher.before_epoch(epochs[0])
        if epochs[0] in self.changes_of_pace:
            self.trainer.set_paces(self.plan.paces, epochs[0])
        if self.plan.fades:
            share = 0.5 * (1.0 + math.cos(math.pi * epochs[0] / self.plan.n_epochs))
            self.trainer.set_learning_rate(self.plan.learning_rate * share)
        scalars = self.plan.scalars(epochs[0])
        stop = False
        for epoch, logs in zip(epochs, self._train(scalars, len(epochs)), strict=True):
            if self.validation is not None:
                logs |= {f"val_{name}": value for name, value in self._validate(scalars).items()}
            self._check(logs, epoch)
            for name, value in logs.items():
                self.history.setdefault(name, []).append(value)
            stop = self._watch(logs.get("val_loss", logs["loss"]), epoch)
            for watcher in self.watchers:  # each is told, even when an earlier one stops the fit
                stop = watcher.after_epoch(epoch, logs, self.trainer) or stop
        self.n_done = epochs[-1] + 1
        return stop

    def _train(self, scalars: dict[str, float], n_epochs: int) -> list[dict[str, float]]:
        """Return the losses of each epoch, which all have the same number of steps."""
        blocks = epoch_blocks(self.training.weights, self.blocks, self.rng, n_epochs)
        steps = [self.trainer.train(block, scalars) for block in blocks]
        epochs = {
            name: np.concatenate([step[name] for step in steps]).reshape(n_epochs, -1).sum(axis=1, dtype=float)
            for name in steps[0]
        }
        return [
            {name: float(sums[epoch]) / len(self.training.data) for name, sums in epochs.items()}
            for epoch in range(n_epochs)
        ]

    def _renew_moments(self) -> None:
        """Show all samples once more, now that the weights stand still.

        Running moments lag behind weights that move, and those of averaged weights have never been seen; nor have those
        without dropout.
        """
        self.trainer.restart_moments()
        for block in epoch_blocks(self.training.weights, self.blocks, self.rng):
            self.trainer.renew_moments(block, self.plan.scalars(self.plan.n_epochs - 1))

    def _validate(self, scalars: dict[str, float]) -> dict[str, float]:
        totals: dict[str, float] = {}
        data, targets, weights = self.validation
        for bucket in self.validation_buckets:
            n_rows = bucket.rows_at_once(_VALIDATION_ROWS_AT_ONCE)
            for start in range(0, len(bucket.rows), n_rows):
                rows = bucket.rows[start : start + n_rows]
                goals = tuple(take_target(target, rows, bucket.length) for target in targets)
                _add(totals, self.trainer.evaluate(bucket.form, bucket.inputs(rows), goals, weights[rows], scalars))
        return {name: total / len(data) for name, total in totals.items()}

    def _check(self, logs: dict[str, float], epoch: int) -> None:
        bad = next((name for name, value in logs.items() if not math.isfinite(value)), None)
        if bad is not None:
            raise ValueError(
                f"the {bad} became {logs[bad]} in epoch {epoch + 1}: try a smaller learning_rate, clip gradients with "
                "optimizer={'class_name': 'Adam', 'config': {'clipnorm': 1.0}}, or scale the inputs."
            )

    def _check_weights(self, weights: list[np.ndarray]) -> None:
        """Refuse weights of the last step that let products overflow, and such moments; no loss has seen them yet."""
        network = self.trainer.network
        trained, state = network.split(weights, self.trainer.seeds())
        with np.errstate(over="ignore"):
            squares = sum(np.square(w, dtype=np.promote_types(w.dtype, np.float32)).sum() for w in trained)
        found = {"sum of squared weights": float(squares)}
        for variable, value in zip(network.state, state, strict=True):
            if variable.name in _MOMENTS:
                found[f"{variable.path} of a normalization"] = float(value.sum(dtype=float))
        self._check(found, len(self.history.get("loss", ())) - 1)

    def _watch(self, loss: float, epoch: int) -> bool:
        """Remember the best epoch; return whether patience has run out."""
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, epoch + 1
            if self.plan.patience is not None:
                self.best_weights = self.trainer.weights()
        return self.plan.patience is not None and epoch + 1 - self.best_epoch >= self.plan.patience


def _add(totals: dict[str, float], values: dict[str, float]) -> None:
    for name, value in values.items():
        totals[name] = totals.get(name, 0.0) + value
