"""Weights averaged over the last epochs."""

import numpy as np
import pytest
from small_networks import Spy, fit, linear, same_bits

from skmlbio.training._averaging import WeightAveraging
from skmlbio.training._blueprint import Blueprint

LINEAR = Blueprint(linear)


@pytest.mark.parametrize(("share", "n_averaged", "stop"), [(0.2, 1, None), (0.6, 3, None), (0.6, 3, 4), (0.6, 3, 1)])
def test_the_last_epochs_count_alike(share: float, n_averaged: int, stop: int | None) -> None:
    """Five epochs; `stop` is the one, counted from 0, after which something ends the fit."""
    seen = []

    def watch(epoch, logs, trainer):
        seen.append(trainer.weights())
        return epoch == stop

    result = fit(LINEAR, epochs=5, watchers=[Spy(watch)], averaged=share)
    expected = [np.mean(w, axis=0) for w in zip(*(seen[5 - n_averaged :] or seen[-1:]), strict=True)]
    assert len(seen) == (5 if stop is None else stop + 1)
    for found, mean in zip(result.weights, expected, strict=True):
        np.testing.assert_allclose(found, mean, rtol=1e-6)
    assert same_bits(result.weights, seen[-1]) == (n_averaged == 1 or stop == 1)


def test_patience_keeps_the_best_epoch() -> None:
    seen = []
    spy = Spy(lambda epoch, logs, trainer: seen.append(trainer.weights()))
    result = fit(LINEAR, epochs=4, patience=9, watchers=[spy], averaged=0.75)
    assert same_bits(result.weights, seen[result.best_epoch - 1])


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9, 1.0])
def test_a_fit_that_ends_by_itself_averages_about_that_share(share: float) -> None:
    seen = []
    spy = Spy(lambda epoch, logs, trainer: seen.append(trainer.weights()))
    result = fit(LINEAR, epochs=1000, least_gain=0.01, watchers=[spy], averaged=share)
    n_epochs = len(result.history["loss"])
    assert n_epochs == len(fit(LINEAR, epochs=1000, least_gain=0.01).history["loss"]) < 1000
    assert share * n_epochs <= result.n_averaged <= min(n_epochs, share * n_epochs + n_epochs / 8 + 1)
    expected = [np.mean(w, axis=0) for w in zip(*seen[-result.n_averaged :], strict=True)]
    for found, mean in zip(result.weights, expected, strict=True):
        np.testing.assert_allclose(found, mean, rtol=1e-5)


def test_few_marks_are_kept() -> None:
    class Trainer:
        def weights(self):
            return [np.ones(1, "float32")]

    averaging, kept = WeightAveraging(0.5, None), []
    for epoch in range(300):
        averaging.after_epoch(epoch, {}, Trainer())
        kept.append(len(averaging._marks))
    assert max(kept) <= 10
