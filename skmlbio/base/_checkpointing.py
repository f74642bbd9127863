"""Which checkpoint belongs to a fit."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from skmlbio.training._batches import TrainingSet
from skmlbio.training._keras_settings import KerasSettings
from skmlbio.training._plain import plain

if TYPE_CHECKING:
    from skmlbio.training._checkpoint import Checkpoint

_FORMAT = 1  # of the file: another when the engine keeps other things
_OF_NO_CONSEQUENCE = ("checkpoint", "random_state", "verbose")


def open_checkpoint(
    estimator: Any,
    samples: TrainingSet,
    held_out: TrainingSet | None,
    groups: Any,
    rng: np.random.Generator,
    warm: bool,
) -> Checkpoint:
    """Return the checkpoint of a fit, known by all that its result follows from.

    That is the kind of the estimator and its parameters, every number of the samples, the settings of Keras, the
    weights to begin with if there are any, and the seed.  Without a seed, `rng` is put back to where a fit that has
    been stopped began, so that the same samples are held out.

    Raises
    ------
    TypeError
        If a parameter cannot be told apart from others, in another process.
    """
    from skmlbio.training._checkpoint import Checkpoint
    from skmlbio.training._digest import Digest

    if not os.fspath(estimator.checkpoint):
        raise ValueError("checkpoint must name a folder, got ''.")
    digest, kind = Digest(), type(estimator)
    seeded = estimator.random_state is not None
    digest.add((_FORMAT, kind, tuple(KerasSettings.current())))
    for name, value in plain(estimator._checkpoint_parameters()).items():
        if name not in _OF_NO_CONSEQUENCE:
            digest.add(name)
            try:
                digest.add(value)
            except TypeError as error:
                raise TypeError(f"checkpoint has to know a fit again, but the parameter {name} {error}") from error
    digest.add(rng.bit_generator.state if seeded else "drawn")
    digest.add(None if groups is None else np.asarray(groups).tolist())
    digest.add(estimator.weights_ if warm else None)
    digest.add_samples(samples)
    digest.add_samples(held_out)
    checkpoint = Checkpoint(estimator.checkpoint, f"{kind.__name__}-{digest.hexdigest()}", rng, keep=seeded)
    if checkpoint.found is not None and estimator.callbacks:
        warnings.warn(
            f"{kind.__name__} goes on after epoch {checkpoint.found['n_done']} from a checkpoint, which does not hold "
            "what callbacks remember: they begin anew.",
            stacklevel=2,
        )
    return checkpoint
