"""The one epoch loop: histories, patience, interruption, seeds, and what causes a new program."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import RANDOM, Spy, X, Y, architecture, dense, fit, linear, same_bits, training_set

from skmlbio.layers.graph_normalization import NodeNormalization
from skmlbio.layers.noise import Dropout
from skmlbio.training import _batches, clear_programs, program_info
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._network import Network
from skmlbio.training._trainer import Trainer

LINEAR = Blueprint(linear)
ZEROS = [np.zeros((3, 1), "float32"), np.zeros(1, "float32")]


def with_dropout(seed=None):
    x = keras.Input((3,), name="x")
    h = keras.layers.Dropout(0.5, seed=seed, name="dropout")(keras.layers.Dense(8, name="hidden")(x))
    h = keras.layers.BatchNormalization(name="norm")(h)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def constant(outputs, inputs, targets, scalars):
    """A loss that says by which path it goes: a number by epoch, whatever the network does."""
    return 0.0 * outputs[:, 0] + tf.cast(scalars["value"], outputs.dtype)


def values(*numbers):
    return {"loss": constant, "scalars": lambda epoch: {"value": float(numbers[epoch])}, "epochs": len(numbers)}


def test_the_history_is_the_mean_loss_of_an_epoch_and_of_the_validation_samples() -> None:
    result = fit(LINEAR, initial=ZEROS, learning_rate=1e-12, validation=training_set((X[:7],), (Y[:7],)))
    np.testing.assert_allclose(result.history["loss"], 3 * [(Y**2).mean()], rtol=1e-5)
    np.testing.assert_allclose(result.history["val_loss"], 3 * [(Y[:7] ** 2).mean()], rtol=1e-5)
    assert set(result.history) == {"loss", "val_loss"}
    assert result.interrupted is None


def test_epochs_that_nobody_watches_share_a_call_and_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, train = [], Trainer.train
    monkeypatch.setattr(Trainer, "train", lambda self, *arguments: calls.append(1) or train(self, *arguments))
    blueprint = Blueprint(with_dropout)
    alone = fit(blueprint, epochs=9)
    n_alone, seen = len(calls), []
    watched = fit(blueprint, epochs=9, watchers=[Spy(lambda epoch, logs, trainer: seen.append((epoch, dict(logs))))])
    assert n_alone == 1 and len(calls) - n_alone == 9
    assert same_bits(alone.weights, watched.weights) and alone.history == watched.history
    assert seen == [(epoch, {"loss": loss}) for epoch, loss in enumerate(watched.history["loss"])]
    n_calls = len(calls)
    fit(blueprint, **values(*range(9)))  # a number that changes with the epoch is an argument of the call
    assert len(calls) - n_calls == 9


def test_samples_too_many_for_one_block_are_trained_on_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal to rounding: another layout makes another program, whose products may be divided in another way."""
    whole = fit(Blueprint(with_dropout), epochs=4)
    for name in ("_BLOCK_BYTES", "_SMALL_BLOCK_BYTES"):
        monkeypatch.setattr(_batches, name, 400)
    (plan,) = _batches.plan_blocks(training_set((X,), (Y,)), 8)
    assert plan.most_steps < plan.steps_of_an_epoch  # several blocks an epoch
    in_parts = fit(Blueprint(with_dropout), epochs=4)
    for one, other in zip(whole.weights, in_parts.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(whole.history["loss"], in_parts.history["loss"], rtol=1e-5)


def with_running_moments():
    x = keras.Input((3,), name="x")
    h = Dropout(0.5, name="dropout")(keras.layers.Dense(8, name="hidden")(x))
    h = NodeNormalization(name="norm")(h)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


@pytest.mark.parametrize("averaged", [False, True])
def test_running_moments_are_those_of_the_weights_that_are_kept(averaged: bool) -> None:
    network = Network(Blueprint(with_running_moments))
    result = fit(network.blueprint, epochs=20, batch_size=8, learning_rate=0.05, averaged=0.5 if averaged else 0.0)
    weights = {v.path: value for v, value in zip(network.weights, result.weights, strict=True)}
    hidden = X @ weights["hidden/kernel"] + weights["hidden/bias"]
    assert len(X) % 8 == 0 and weights["norm/n_steps"] == len(X) // 8
    np.testing.assert_allclose(weights["norm/moving_mean"], hidden.mean(axis=0), rtol=1e-4, atol=1e-5)


def test_patience_keeps_the_running_moments_of_the_best_epoch() -> None:
    seen = []
    spy = Spy(lambda epoch, logs, trainer: seen.append(trainer.weights()))
    result = fit(Blueprint(with_running_moments), patience=2, watchers=[spy], **values(3, 1, 2, 2))
    assert same_bits(result.weights, seen[1])


def test_validation_samples_come_in_parts_with_their_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = RANDOM.uniform(0.1, 2, 40)
    held_out = training_set((X,), (Y,), weights)
    whole = fit(LINEAR, validation=held_out).history
    monkeypatch.setattr("skmlbio.training._loop._VALIDATION_ROWS_AT_ONCE", 16)
    parts = fit(LINEAR, validation=held_out).history
    np.testing.assert_allclose(whole["val_loss"], parts["val_loss"], rtol=1e-5)
    first = fit(LINEAR, initial=ZEROS, learning_rate=1e-12, epochs=1, validation=held_out).history["val_loss"]
    np.testing.assert_allclose(first, [(weights[:, None] * Y**2).sum() / weights.sum()], rtol=1e-5)


def test_patience_goes_back_to_the_best_weights() -> None:
    seen = []
    spy = Spy(lambda epoch, logs, trainer: seen.append(trainer.weights()))
    blueprint = Blueprint(with_dropout)
    result = fit(blueprint, patience=2, watchers=[spy], **values(3, 1, 2, 1, 0))
    assert result.history["loss"] == [3, 1, 2, 1]  # equal is no improvement
    assert result.best_epoch == 2
    assert same_bits(result.weights, seen[1]) and not same_bits(seen[1], seen[3])  # batch statistics moved on
    without = fit(blueprint, **values(3, 1, 2, 1, 0))
    assert without.best_epoch == 5 and len(without.history["loss"]) == 5


def test_a_learning_rate_that_fades_falls_along_half_a_cosine() -> None:
    """The mean output is made small, so that a step moves the bias by the learning rate."""

    def output(outputs, inputs, targets, scalars):
        return outputs[:, 0]

    result = fit(Blueprint(linear), loss=output, learning_rate=0.5, epochs=4, batch_size=None, fades=True)
    (bias,) = (w for w in result.weights if w.shape == (1,))
    shares = (1 + np.cos(np.pi * np.arange(4) / 4)) / 2
    np.testing.assert_allclose(bias, [-0.5 * shares.sum()], rtol=1e-6)


def test_patience_watches_the_validation_samples() -> None:
    def loss(outputs, inputs, targets, scalars):
        return 0.0 * outputs[:, 0] + tf.where(inputs[:, 0] == 100.0, scalars["value"], -scalars["value"])

    held_out = training_set((np.full((4, 3), 100.0, "float32"),), (Y[:4],))
    result = fit(LINEAR, patience=1, validation=held_out, **values(1, 2, 3) | {"loss": loss})
    assert result.history == {"loss": [-1, -2], "val_loss": [1, 2]} and result.best_epoch == 1


def test_a_watcher_stops_the_fit_and_all_others_are_told() -> None:
    spies = [Spy(lambda epoch, logs, trainer: epoch == 1), Spy()]
    result = fit(LINEAR, epochs=5, watchers=spies)
    assert len(result.history["loss"]) == 2 and result.interrupted is None
    assert [len(spy.logs) for spy in spies] == [2, 2]
    assert spies[0].logs[1]["loss"] == result.history["loss"][1]


def test_an_interruption_keeps_what_was_learned() -> None:
    def interrupt(epoch, logs, trainer):
        if epoch == 2:
            raise KeyboardInterrupt
        return False

    result = fit(LINEAR, epochs=9, watchers=[Spy(interrupt)])
    assert result.interrupted == 3 and len(result.history["loss"]) == 3
    assert same_bits(result.weights, fit(LINEAR, epochs=3).weights)
    again = fit(LINEAR, epochs=3)
    assert again.interrupted is None and same_bits(again.weights, result.weights)


def test_an_interruption_before_the_first_epoch_ends_is_passed_on() -> None:
    def interrupt(epoch):
        raise KeyboardInterrupt

    spy = Spy()
    spy.before_epoch = interrupt
    with pytest.raises(KeyboardInterrupt):
        fit(LINEAR, initial=ZEROS, watchers=[spy])
    assert fit(LINEAR, epochs=2).interrupted is None  # the program is as good as before


@pytest.mark.parametrize("where", ["loss", "val_loss"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_no_number_stops_the_fit(where: str, value: float) -> None:
    bad = np.full_like(Y, value)
    targets, held_out = ((bad,), Y) if where == "loss" else ((Y,), bad)
    with pytest.raises(ValueError, match=rf"^the {where} became (nan|inf) in epoch 1: try a smaller learning_rate, "):
        fit(LINEAR, targets=targets, validation=training_set((X,), (held_out,)))
    assert np.isfinite(fit(LINEAR).weights[0]).all()  # the program is as good as before


@pytest.mark.parametrize("optimizer", ["adam", {"class_name": "SGD", "config": {"momentum": 0.9}}])
def test_training_goes_on_from_the_state_of_the_optimizer(optimizer) -> None:
    options = {"optimizer": optimizer, "batch_size": 40, "seed": 1}
    whole = fit(LINEAR, initial=ZEROS, epochs=6, **options)
    half = fit(LINEAR, initial=ZEROS, epochs=3, **options)
    rest = fit(LINEAR, initial=half.weights, epochs=3, optimizer_state=half.optimizer_state, **options)
    for value, expected in zip(rest.weights, whole.weights, strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-5)
    fresh = fit(LINEAR, initial=half.weights, epochs=3, **options)
    assert np.abs(fresh.weights[0] - whole.weights[0]).max() > 1e-3


def test_the_same_seed_gives_the_same_bits() -> None:
    blueprint = Blueprint(with_dropout)
    first, second, other = (fit(blueprint, optimizer="adam", seed=seed) for seed in (0, 0, 1))
    assert same_bits(first.weights, second.weights) and first.history == second.history
    assert not same_bits(first.weights, other.weights)
    clear_programs()
    anew = fit(blueprint, optimizer="adam", seed=0)
    assert same_bits(first.weights, anew.weights)


def test_a_seed_inside_the_network_does_not_replace_the_estimator_s() -> None:
    runs = [fit(Blueprint(with_dropout, {"seed": 3}), seed=seed).history["loss"] for seed in (0, 1)]
    assert runs[0] != runs[1]


def test_looking_at_validation_samples_changes_no_bit() -> None:
    blueprint = Blueprint(with_dropout)
    alone = fit(blueprint, optimizer="adam")
    watched = fit(blueprint, optimizer="adam", validation=training_set((X,), (Y,)))
    assert same_bits(alone.weights, watched.weights)
    assert alone.history["loss"] == watched.history["loss"]


def test_validation_uses_no_dropout() -> None:
    blueprint = Blueprint(with_dropout)
    weights = Network(blueprint).initial_weights(np.random.default_rng(0))
    result = fit(blueprint, initial=weights, learning_rate=1e-12, epochs=3, validation=training_set((X,), (Y,)))
    # Only the batch statistics move, so the validation loss is what the network says without dropout.
    (answer,) = Network(blueprint).forward("predict", result.weights, [(X,)])
    assert result.history["val_loss"][-1] == pytest.approx(float(((answer - Y) ** 2).mean()), rel=1e-5)
    assert len(set(result.history["loss"])) == 3


def traces_of(fits) -> list[int]:
    clear_programs()
    counts = []
    for arguments in fits:
        fit(**arguments)
        counts.append(program_info().n_traces)
    return counts


def rows(n_rows: int) -> dict:
    return {"inputs": (np.resize(X, (n_rows, 3)),), "targets": (np.resize(Y, (n_rows, 1)),)}


@pytest.mark.parametrize("jit", [False, True])
def test_the_number_of_rows_causes_no_trace(jit: bool) -> None:
    assert traces_of({"blueprint": LINEAR, "jit": jit, **rows(n)} for n in (40, 5, 300, 1000)) == [1, 1, 1, 1]


def test_numbers_of_a_fit_cause_no_trace_and_settings_do() -> None:
    base = {"blueprint": LINEAR, "scalars": lambda epoch: {"l2": 0.1 * epoch}}
    assert traces_of([base, base | {"learning_rate": 0.3}, base | {"seed": 5}, base | {"epochs": 7}]) == [1, 1, 1, 1]
    settings = [{}, {"batch_size": 4}, {"optimizer": "adam"}, {"scalars": lambda epoch: {}}]
    assert traces_of(base | setting for setting in settings) == [1, 1, 2, 3]
    assert traces_of(base | setting | {"jit": True} for setting in settings) == [1, 2, 3, 4]


def test_full_batches_of_folds_share_a_program() -> None:
    fits = ({"blueprint": LINEAR, "batch_size": None, **rows(n)} for n in (100, 101, 99, 107))
    assert traces_of(fits) == [1, 1, 1, 1]


def test_two_architectures_have_a_program_each_whatever_is_searched() -> None:
    fits = [
        {"blueprint": Blueprint(dense, {"units": units}), "learning_rate": rate, "epochs": 1, **rows(n_rows)}
        for units in (3, 5)
        for rate in (0.1, 0.2)
        for n_rows in (20, 21, 22)
    ]
    assert traces_of(fits) == [1] * 6 + [2] * 6
    assert program_info().n_networks == 2


def test_xla_is_chosen_by_the_amount_of_work() -> None:
    spy = Spy()
    chosen = []
    for epochs, n_rows in ((51, 40), (52, 40), (1, 2048), (1, 2040)):
        fit(LINEAR, jit=None, epochs=epochs, watchers=[spy], **rows(n_rows))
        chosen.append(spy.trainer._jit)
    assert chosen == [False, True, True, False]  # 256 steps or more
    fit(Blueprint(with_dropout), jit=None, epochs=52, watchers=[spy])
    assert spy.trainer._jit is False  # Keras' own dropout draws too slowly under XLA


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_weights_do_what_repeated_rows_do(optimizer: str) -> None:
    blueprint = Blueprint(dense, {"dtype": "float64"})
    initial = Network(blueprint).initial_weights(np.random.default_rng(0))
    times = RANDOM.integers(0, 4, 40)
    kept = times > 0
    options = {"initial": initial, "optimizer": optimizer, "batch_size": None, "epochs": 20}
    weighted = fit(blueprint, (X[kept],), (Y[kept],), weights=times[kept], **options)
    repeated = fit(blueprint, (np.repeat(X, times, 0),), (np.repeat(Y, times, 0),), **options)
    for value, expected in zip(weighted.weights, repeated.weights, strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(weighted.history["loss"], repeated.history["loss"], rtol=1e-9)


def test_rows_of_weight_0_teach_nothing() -> None:
    n_kept = 24
    poisoned = X.copy()
    poisoned[n_kept:] = 1e6
    weights = np.r_[np.ones(n_kept), np.zeros(40 - n_kept)]
    options = {"initial": ZEROS, "batch_size": None, "epochs": 3}
    found = fit(LINEAR, (poisoned,), (Y,), weights=weights, **options)
    expected = fit(LINEAR, (X[:n_kept],), (Y[:n_kept],), **options)
    # Their share of the batch is left out of the mean, so weights of mean 1 make steps 40 / 24 times as long.
    slower = fit(LINEAR, (poisoned,), (Y,), weights=weights, **options | {"learning_rate": 0.05 * n_kept / 40})
    assert np.isfinite(found.weights[0]).all()
    for value, reference in zip(slower.weights, expected.weights, strict=True):
        np.testing.assert_allclose(value, reference, rtol=1e-4)


def test_statistics_of_a_partial_batch_are_those_of_real_rows() -> None:
    x = np.full((11, 3), 5.0, "float32")  # 11 rows in batches of 8: five rows fill the last batch
    result = fit(Blueprint(with_norm), (x,), (np.zeros((11, 3), "float32"),), epochs=200, learning_rate=1e-12)
    _, _, mean, variance = result.weights
    np.testing.assert_allclose(mean, 5.0, rtol=1e-3)
    np.testing.assert_allclose(variance, 0.0, atol=1e-3)


def with_norm():
    x = keras.Input((3,), name="x")
    return architecture(keras.Model(x, keras.layers.BatchNormalization(momentum=0.9, name="norm")(x)))
