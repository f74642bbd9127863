"""Weights averaged over the last epochs."""

import numpy as np
import pytest
from small_networks import Spy, fit, linear, same_bits

from skmlbio.training._averaging import WeightAveraging
from skmlbio.training._blueprint import Blueprint

LINEAR = Blueprint(linear)


@pytest.mark.parametrize(("n_averaged", "stop"), [(1, None), (3, None), (3, 4), (3, 1)])
def test_the_last_epochs_count_alike(n_averaged: int, stop: int | None) -> None:
    """Five epochs; `stop` is the one, counted from 0, after which something ends the fit."""
    seen = []

    def watch(epoch, logs, trainer):
        seen.append(trainer.weights())
        return epoch == stop

    result = fit(LINEAR, epochs=5, watchers=[Spy(watch), WeightAveraging(5, n_averaged)])
    expected = [np.mean(w, axis=0) for w in zip(*(seen[5 - n_averaged :] or seen[-1:]), strict=True)]
    assert len(seen) == (5 if stop is None else stop + 1)
    for found, mean in zip(result.weights, expected, strict=True):
        np.testing.assert_allclose(found, mean, rtol=1e-6)
    assert same_bits(result.weights, seen[-1]) == (n_averaged == 1 or stop == 1)


def test_patience_keeps_the_best_epoch() -> None:
    seen = []
    spy = Spy(lambda epoch, logs, trainer: seen.append(trainer.weights()))
    result = fit(LINEAR, epochs=4, patience=9, watchers=[spy, WeightAveraging(4, 3)])
    assert same_bits(result.weights, seen[result.best_epoch - 1])
