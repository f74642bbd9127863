"""Where compiled programs are kept: bounded, safe for threads, and emptied by one call."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from skmlbio._tensorflow import require_unforked
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._network import Network
from skmlbio.training._program import forget_kernels
from skmlbio.training._trainer import Trainer

_CAPACITY = 64
_DROPPED_AT_ONCE = 16  # networks and trainers; the others have to fetch their kernels again


class ProgramInfo(NamedTuple):
    """What the cache of compiled programs holds.

    Attributes
    ----------
    n_networks : int
        Architectures, each with its compiled forward passes.
    n_trainers : int
        Compiled training steps that wait for the next fit.
    n_traces : int
        How often those training steps have been traced.
    capacity : int
        How many networks, and how many trainers, are kept at most; the ones unused for longest go first.

    Examples
    --------
    >>> from skmlbio.training import program_info
    >>> program_info()
    ProgramInfo(n_networks=..., n_trainers=..., n_traces=..., capacity=64)
    """

    n_networks: int
    n_trainers: int
    n_traces: int
    capacity: int


_lock = threading.RLock()
_networks: OrderedDict[Hashable, Network] = OrderedDict()
_idle: OrderedDict[tuple[Hashable, int], Trainer] = OrderedDict()
_n_dropped = 0


def get_network(blueprint: Blueprint) -> Network:
    """Return the network of a blueprint, built when it is first asked for."""
    require_unforked()  # first: a fork may leave the lock taken
    key = blueprint.key
    with _lock:
        if key not in _networks:
            _networks[key] = Network(blueprint)
        _networks.move_to_end(key)
        _drop_the_oldest(_networks)
        return _networks[key]


@contextmanager
def borrow_trainer(blueprint: Blueprint, key: Hashable, make: Callable[[Network], Trainer]) -> Iterator[Trainer]:
    """Lend a trainer for one fit.  A second fit at the same time gets one of its own, so none waits or interferes."""
    require_unforked()
    key = blueprint.key, key
    with _lock:
        found = next((name for name in reversed(_idle) if name[0] == key), None)
        trainer = _idle.pop(found) if found else None
    if trainer is None:
        network = get_network(blueprint)
        with blueprint.settings.in_force():
            trainer = make(network)
    try:
        yield trainer
    finally:
        with _lock:
            _idle[key, id(trainer)] = trainer
            _drop_the_oldest(_idle)


def _drop_the_oldest(cache: OrderedDict) -> None:
    """Keep as many as there is room for, and now and then take what the others have left in TensorFlow."""
    global _n_dropped
    while len(cache) > _CAPACITY:
        cache.popitem(last=False)
        _n_dropped += 1
    if _n_dropped >= _DROPPED_AT_ONCE:
        _n_dropped = 0
        forget_kernels()


def clear_programs() -> None:
    """Forget every compiled program.  Fitted estimators stay as they are; the next call compiles anew.

    Examples
    --------
    >>> from skmlbio.training import clear_programs, program_info
    >>> clear_programs()
    >>> program_info().n_networks
    0
    """
    with _lock:
        _networks.clear()
        _idle.clear()
        forget_kernels()


def program_info() -> ProgramInfo:
    """Return how many compiled programs are kept.

    Returns
    -------
    ProgramInfo

    Examples
    --------
    >>> from skmlbio import DenseClassifier
    >>> from skmlbio.training import clear_programs, program_info
    >>> clear_programs()
    >>> for learning_rate in (1e-3, 1e-2):  # two fits, one program
    ...     _ = DenseClassifier(learning_rate=learning_rate, epochs=1).fit([[0.0], [1.0]], [0, 1])
    >>> program_info().n_networks
    1
    """
    with _lock:
        return ProgramInfo(len(_networks), len(_idle), sum(t.n_traces for t in _idle.values()), _CAPACITY)
