"""The compiled step: what it computes, what makes it compile again, and in which precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import RANDOM, Spy, X, Y, architecture, dense, fit, linear, same_bits, squared_error, training_set

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._loop import FitPlan
from skmlbio.training._network import Network
from skmlbio.training._optimizers import optimizer_configuration
from skmlbio.training._trainer import Trainer

LINEAR = Blueprint(linear)
ZEROS = [np.zeros((3, 1), "float32"), np.zeros(1, "float32")]


class Extra(keras.layers.Layer):
    """Adds terms to the loss: a scalar, and one number a row."""

    def call(self, x):
        self.add_loss(2.0 * keras.ops.mean(x))
        self.add_loss(keras.ops.square(x[:, 0]))
        return x


def with_extra(after: bool = True):
    x = keras.Input((3,), name="x")
    y = keras.layers.Dense(1, name="output")(x)
    return architecture(keras.Model(x, Extra()(y) if after else y))


def half_frozen():
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(4, name="hidden", trainable=False)(x)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def without_kernels():
    x = keras.Input((3,), name="x")
    return architecture(keras.Model(x, keras.layers.LayerNormalization(name="norm")(x)))


def named(outputs, inputs, targets, scalars):
    rows = squared_error(outputs, inputs, targets, scalars)
    return {"loss": scalars["share"] * rows, "plain": rows}


named.names = ("loss", "plain")


def step(blueprint=LINEAR, initial=ZEROS, targets=Y, **options):
    """One step of gradient descent on all 40 rows with a learning rate of 1; return how far each weight went."""
    options = {"learning_rate": 1.0, "epochs": 1, "batch_size": 40} | options
    result = fit(blueprint, (X,), (targets,), initial=initial, **options)
    return [before - after for before, after in zip(initial, result.weights, strict=True)], result


def test_a_step_is_the_gradient_of_the_mean_over_rows() -> None:
    (kernel, bias), result = step()
    np.testing.assert_allclose(kernel, -2 * X.T @ Y / 40, rtol=1e-5)
    np.testing.assert_allclose(bias, -2 * Y.mean(axis=0), rtol=1e-5)
    assert result.history["loss"] == [pytest.approx(float((Y**2).mean()), rel=1e-6)]


def test_sample_weights_weigh_rows_and_rows_that_only_fill_a_batch_count_nothing() -> None:
    weights = RANDOM.uniform(0.5, 2.0, 40)
    weights /= weights.mean()
    (kernel, _), result = step(weights=weights, batch_size=64)
    np.testing.assert_allclose(kernel, -2 * X.T @ (weights[:, None] * Y) / 40, rtol=1e-5)
    assert result.history["loss"] == [pytest.approx(float((weights[:, None] * Y**2).mean()), rel=1e-6)]


def test_regularisers_and_add_loss_count_once_a_step_and_not_in_the_history() -> None:
    initial = [np.full((3, 1), 0.5, "float32"), np.full(1, 0.25, "float32")]
    plain, without = step(Blueprint(with_extra, {"after": False}), initial)
    found, result = step(Blueprint(with_extra), initial)
    y = X @ initial[0] + initial[1]
    np.testing.assert_allclose(found[0] - plain[0], 2 * X.mean(axis=0)[:, None] + 2 * X.T @ y, rtol=1e-4)
    assert result.history == without.history


@pytest.mark.parametrize(
    ("scalars", "gradient"),
    [({"l1": 0.5}, lambda w: 0.5 * np.sign(w)), ({"l2": 0.5}, lambda w: w),
     ({"l1": 0.1, "l2": 0.5}, lambda w: w + 0.1 * np.sign(w))],
)  # fmt: skip
def test_penalties_pull_at_kernels_and_not_at_biases(scalars: dict, gradient) -> None:
    initial = [np.array([[1.0], [-2.0], [0.5]], "float32"), np.ones(1, "float32")]
    (kernel, bias), _ = step(initial=initial, scalars=lambda epoch: scalars)
    (plain, plain_bias), _ = step(initial=initial)
    np.testing.assert_allclose(kernel - plain, gradient(initial[0]), atol=1e-5)
    np.testing.assert_allclose(bias, plain_bias, atol=1e-6)


def test_a_network_without_kernels_has_nothing_to_penalise() -> None:
    def distance(outputs, inputs, targets, scalars):
        return tf.reduce_mean(tf.square(outputs - 1.0), axis=1)

    results = [fit(Blueprint(without_kernels), loss=distance, scalars=lambda epoch, s=s: s) for s in ({}, {"l2": 9.0})]
    assert same_bits(results[0].weights, results[1].weights)


def test_frozen_layers_stay() -> None:
    blueprint = Blueprint(half_frozen)
    initial = Network(blueprint).initial_weights(np.random.default_rng(0))
    moved, _ = step(blueprint, initial)
    assert [bool(difference.any()) for difference in moved] == [False, False, True, True]


def test_named_losses_and_numbers_by_epoch() -> None:
    result = fit(LINEAR, loss=named, initial=ZEROS, scalars=lambda epoch: {"share": 0.5 + epoch}, epochs=3)
    shares = np.divide(result.history["loss"], result.history["plain"])
    np.testing.assert_allclose(shares, [0.5, 1.5, 2.5], rtol=1e-6)


def test_numbers_are_arguments_and_types_are_not() -> None:
    spy = Spy()
    for rate in (0.1, 0.2):
        fit(LINEAR, learning_rate=rate, loss=named, scalars=lambda epoch: {"share": 1.0 + epoch}, watchers=[spy])
    trainer = spy.trainer
    n_traces = trainer.n_traces
    fit(LINEAR, targets=(Y.astype("float64"),), loss=named, scalars=lambda epoch: {"share": 1.0}, watchers=[spy])
    assert n_traces == 1 and spy.trainer is trainer
    assert trainer.n_traces == 2  # double precision targets are another program, no error
    fit(LINEAR, targets=(Y > 0,), loss=named, scalars=lambda epoch: {"share": 1.0}, watchers=[spy])
    assert trainer.n_traces == 3


def test_numbers_that_change_their_names_are_not_mistaken_for_each_other() -> None:
    def loss(outputs, inputs, targets, scalars):
        return squared_error(outputs, inputs, targets, scalars) * scalars.get("one", 0.0)

    result = fit(LINEAR, loss=loss, initial=ZEROS, scalars=lambda epoch: {"one": 1.0} if epoch % 2 else {"two": 1.0})
    assert [value > 0 for value in result.history["loss"]] == [False, True, False]


def test_xla_and_no_xla_agree() -> None:
    blueprint = Blueprint(dense)
    results = [fit(blueprint, optimizer="adam", jit=jit, epochs=4) for jit in (False, True)]
    for one, other in zip(*(result.weights for result in results), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    np.testing.assert_allclose(results[0].history["loss"], results[1].history["loss"], rtol=1e-5)


@pytest.mark.parametrize(
    ("dtype", "kept_as", "error"),
    [("mixed_bfloat16", "float32", 0.1), ("mixed_float16", "float32", 0.02), ("float64", "float64", 1e-5)],
)
def test_precisions(dtype: str, kept_as: str, error: float) -> None:
    narrow, single = (Blueprint(dense, {"dtype": d}) for d in (dtype, None))
    # Small numbers: where the scaled loss overflows in float16, a step is left out.
    initial = [0.2 * value for value in Network(single).initial_weights(np.random.default_rng(0))]
    found, expected = (
        fit(blueprint, targets=(0.1 * Y,), initial=initial, optimizer="adam", epochs=5)
        for blueprint in (narrow, single)
    )
    for value, reference in zip(found.weights, expected.weights, strict=True):
        assert value.dtype == kept_as
        np.testing.assert_allclose(value, reference, atol=error)
    assert found.history["loss"][-1] == pytest.approx(expected.history["loss"][-1], rel=error)


def test_float16_scales_the_loss_and_averages_weights_as_asked() -> None:
    spy, ema = Spy(), {"class_name": "SGD", "config": {"use_ema": True, "ema_momentum": 0.5}}
    results = [
        fit(Blueprint(dense, {"dtype": "mixed_float16"}), optimizer=optimizer, watchers=[spy])
        for optimizer in ("sgd", ema)
    ]
    assert isinstance(spy.trainer.optimizer, keras.optimizers.LossScaleOptimizer)
    assert spy.trainer.optimizer.inner_optimizer.use_ema
    assert not same_bits(results[0].weights, results[1].weights)


def make_trainer(blueprint=LINEAR, optimizer="sgd") -> Trainer:
    return Trainer(Network(blueprint), squared_error, optimizer_configuration(optimizer, 0.1), False)


def test_a_start_forgets_all_that_was_before() -> None:
    trainer = make_trainer(optimizer="adam")
    fresh = trainer.optimizer_state()
    trainer.start(ZEROS, [])
    assert same_bits(trainer.weights(), ZEROS)
    trainer.set_learning_rate(0.5)
    ones = [np.ones_like(value) for value in ZEROS]
    trainer.start(ones, [], [value + 1 for value in fresh])
    assert same_bits(trainer.weights(), ones)
    assert same_bits(trainer.optimizer_state(), [value + 1 for value in fresh])
    trainer.start(ZEROS, [])
    assert same_bits(trainer.optimizer_state(), fresh)


def test_the_learning_rate_of_a_schedule_moves_on_with_the_steps() -> None:
    schedule = {"class_name": "PiecewiseConstantDecay", "config": {"boundaries": [0], "values": [1.0, 1e-9]}}
    (_, bias), result = step(learning_rate=schedule, batch_size=40, epochs=1)
    _, longer = step(learning_rate=schedule, batch_size=40, epochs=5)
    np.testing.assert_allclose(bias, -2 * Y.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(longer.weights[0], result.weights[0], atol=1e-5)


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [({"class_name": "Adam", "config": {"beta_9": 1}}, 0.1), ({"class_name": "SGD", "config": {"momentum": 7}}, 0.1),
     ("sgd", {"class_name": "CosineDecay", "config": {"decay": 1}}), ("sgd", {"class_name": "CosineDecay"})],
)  # fmt: skip
def test_a_configuration_that_keras_refuses_is_named(optimizer, rate) -> None:
    with pytest.raises(ValueError, match=r"optimizer (Adam|SGD) cannot be made from the configuration"):
        fit(LINEAR, optimizer=optimizer, learning_rate=rate)


def test_evaluation_changes_nothing() -> None:
    trainer = make_trainer()
    trainer.start(ZEROS, [])
    before = trainer.optimizer_state()
    for n_rows in (40, 7):
        found = trainer.evaluate("", (X[:n_rows],), (Y[:n_rows],), np.full(n_rows, 2.0), {})
        assert found["loss"] == pytest.approx(2 * float((Y[:n_rows] ** 2).sum()), rel=1e-5)
    assert same_bits(trainer.weights(), ZEROS) and same_bits(trainer.optimizer_state(), before)
    assert trainer.n_traces == 0


def test_plans_have_defaults_of_their_own() -> None:
    plans = [FitPlan(squared_error, {}, 0.1, 1, 8) for _ in range(2)]
    assert plans[0].watchers is not plans[1].watchers and plans[0].scalars(3) == {}
    assert len(training_set((X,)).data) == 40
