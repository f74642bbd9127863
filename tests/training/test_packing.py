"""Packing many tensors into one changes no arithmetic: every optimizer, against Keras' own on the network itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import X, Y, architecture, dense, fit, same_bits, training_set

from skmlbio.training._batches import epoch_blocks, plan_blocks
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._network import Network
from skmlbio.training._optimizers import OPTIMIZERS, optimizer_configuration
from skmlbio.training._packing import Packing, packs
from skmlbio.training._trainer import _make_optimizer

N_EPOCHS, BATCH_SIZE, RATE = 2, 16, 0.03
SCHEDULE = {"class_name": "ExponentialDecay",
            "config": {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5}}  # fmt: skip


def constrained():
    return dense(
        kernel_constraint=keras.constraints.MaxNorm(0.4),
        bias_constraint=keras.constraints.NonNeg(),
        kernel_regularizer=keras.regularizers.L2(0.05),
    )


def regularised():
    return dense(kernel_regularizer=keras.regularizers.L1L2(0.01, 0.05), activity_regularizer="l2")


def two_types():
    x = keras.Input((3,), name="x")
    h = keras.layers.Dense(4, "tanh", name="hidden", dtype="float64")(x)
    h = keras.layers.Dense(4, "tanh", name="middle")(h)
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


def begin(blueprint: Blueprint) -> list[np.ndarray]:
    return Network(blueprint).initial_weights(np.random.default_rng(1))


def plain_keras(blueprint: Blueprint, initial, optimizer, learning_rate) -> list[np.ndarray]:
    """Train the network itself, step by step, on the batches that the loop takes; no packing, no graph."""
    model = blueprint.build().training
    for variable, value in zip(model.variables, initial, strict=True):
        variable.assign(value)
    configuration = optimizer_configuration(optimizer, learning_rate)
    optimizer = _make_optimizer(configuration, Network(blueprint))
    if not isinstance(learning_rate, dict):
        optimizer.learning_rate = learning_rate
    optimizer.build(model.trainable_variables)
    training, rng = training_set((X,), (Y,)), np.random.default_rng(0)
    plans = plan_blocks(training, BATCH_SIZE)
    for _ in range(N_EPOCHS):
        for block in epoch_blocks(training.weights, plans, rng):
            for i in range(block.n_steps):
                places, weights = block.places[i], block.weights[i]
                x, y = block.inputs[0][places], block.targets[0][places]
                with tf.GradientTape() as tape:
                    rows = tf.reduce_mean((tf.cast(model(x, training=True), tf.float32) - y) ** 2, axis=1)
                    loss = tf.reduce_sum(rows * weights.astype("float32")) / (weights > 0).sum()
                    loss = optimizer.scale_loss(loss + sum(tf.cast(term, tf.float32) for term in model.losses))
                gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
                optimizer.apply(gradients, model.trainable_variables)
    optimizer.finalize_variable_values(model.trainable_variables) if optimizer.use_ema else None
    return [v.numpy() for v in model.variables]


CASES = [
    *((dense, name, RATE) for name in OPTIMIZERS),
    (dense, {"class_name": "SGD", "config": {"momentum": 0.9, "nesterov": True}}, RATE),
    (dense, {"class_name": "SGD", "config": {"momentum": 0.9, "clipnorm": 0.05}}, RATE),
    (dense, {"class_name": "Adam", "config": {"clipnorm": 0.05, "amsgrad": True}}, RATE),
    (dense, {"class_name": "SGD", "config": {"global_clipnorm": 0.1}}, RATE),
    (dense, {"class_name": "SGD", "config": {"clipvalue": 0.05}}, RATE),
    (dense, {"class_name": "AdamW", "config": {"weight_decay": 0.1}}, RATE),
    (dense, {"class_name": "RMSprop", "config": {"centered": True, "momentum": 0.5}}, RATE),
    (dense, {"class_name": "Adam", "config": {"use_ema": True, "ema_momentum": 0.8}}, RATE),
    (
        dense,
        {"class_name": "SGD", "config": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2}},
        RATE,
    ),
    (dense, {"class_name": "Adam", "config": {"gradient_accumulation_steps": 2}}, RATE),
    (dense, {"class_name": "Muon", "config": {"exclude_layers": ["hidden"]}}, RATE),
    (constrained, "adam", RATE),
    (regularised, "adam", RATE),
    (two_types, "adam", RATE),
    (dense, "adam", SCHEDULE),
]


@pytest.mark.parametrize(
    ("network", "optimizer", "rate"), CASES, ids=lambda case: getattr(case, "__name__", None) or str(case)[:70]
)
def test_every_optimizer_does_what_it_does_in_keras(network, optimizer, rate) -> None:
    blueprint = Blueprint(network)
    initial = begin(blueprint)
    result = fit(
        blueprint, initial=initial, optimizer=optimizer, learning_rate=rate, epochs=N_EPOCHS, batch_size=BATCH_SIZE
    )
    expected = plain_keras(blueprint, initial, optimizer, rate)
    assert not same_bits(result.weights, initial)
    for found, value in zip(result.weights, expected, strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-5, atol=1e-6)


def packed(network, optimizer, **config) -> Packing:
    variables = Network(Blueprint(network)).trainable
    return Packing(variables, getattr(keras.optimizers, optimizer)(**config))


@pytest.mark.parametrize(
    ("optimizer", "config", "n_packs"),
    [("Adam", {}, 1), ("SGD", {"global_clipnorm": 1.0}, 1), ("Adam", {"clipnorm": 1.0}, 4), ("Lamb", {}, 4),
     ("Muon", {}, 4), ("Adafactor", {}, 4)],
)  # fmt: skip
def test_what_is_packed(optimizer: str, config: dict, n_packs: int) -> None:
    assert len(packed(dense, optimizer, **config).packed) == n_packs


def test_a_pack_has_one_type_and_constraints_keep_tensors_apart() -> None:
    assert [v.dtype for v in packed(two_types, "Adam").packed] == ["float64", "float32"]
    assert [v.constraint is not None for v in packed(constrained, "Adam").packed] == [True, True, False, False]
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Lamb())
    assert len(packs(Network(Blueprint(dense)).trainable, scaled)) == 4


@pytest.mark.parametrize("optimizer", ["Adam", "Lamb"])
def test_values_come_out_as_they_went_in(optimizer: str) -> None:
    packing = packed(two_types, optimizer)
    values = [v.numpy() + i for i, v in enumerate(Network(Blueprint(two_types)).trainable)]
    packing.assign(values)
    assert same_bits(packing.numpy(), values)
    assert same_bits([t.numpy() for t in packing.unpack([v.value for v in packing.packed])], values)


@pytest.mark.parametrize("optimizer", ["Adam", "Lamb"])
def test_under_xla_values_and_gradients_are_the_same(optimizer: str) -> None:
    packing = packed(dense, optimizer)
    packing.assign([v.numpy() + i for i, v in enumerate(Network(Blueprint(dense)).trainable)])

    def gradients(jit: bool):
        vectors = [v.value for v in packing.packed]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(vectors)
            total = tf.add_n([tf.reduce_sum((i + 1) * t**2) for i, t in enumerate(packing.unpack(vectors, jit))])
        return tape.gradient(total, vectors)

    plain = gradients(jit=False)
    compiled = tf.function(lambda: gradients(jit=True), jit_compile=True, autograph=False)
    for ours, expected in zip(compiled(), plain, strict=True):
        np.testing.assert_array_equal(ours, expected)
    # XLA reads the parts of a concatenation, and what it pads, by masked loads far outside of them.
    operations = compiled.experimental_get_compiler_ir()(stage="optimized_hlo")
    assert " concatenate(" not in operations
    assert " pad(" not in operations
