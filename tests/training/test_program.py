"""Traced functions: the same bits at every call, whatever is added, and nothing changed for anybody else."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import Spy, architecture, fit, same_bits
from tensorflow.python.eager import context

from skmlbio.training._blueprint import Blueprint
from skmlbio.training._program import Program

ROWS = tf.TensorSpec((None, 300), tf.float32)


def gradient(x):
    """Of something that uses x four times, two of them inside a loop."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        _, inside = tf.while_loop(lambda i, _: i < 3, lambda i, z: (i + 1, z * x + tf.sin(z) + z * z), [0, x])
        y = tf.reduce_sum(inside + tf.sin(x) + x * tf.exp(-x * x))
    return {"gradient": tape.gradient(y, x), "sum": tf.add_n([x, 1e-8 * x, -x, x])}


def longest_sum(program: Program) -> int:
    """How many tensors the longest sum adds that is used, in the function and in all functions inside it."""
    graph = program.function.graph.as_graph_def()
    lengths = [1]
    for nodes in (graph.node, *(inner.node_def for inner in graph.library.function)):
        used = {name.partition(":")[0] for node in nodes for name in node.input}
        lengths += [node.attr["N"].i for node in nodes if node.op == "AddN" and node.name in used]
    return max(lengths)


def test_sums_are_pairs_also_inside_the_gradients_of_loops() -> None:
    usual = tf.function(gradient, autograph=False).get_concrete_function(ROWS)
    assert longest_sum(type("Usual", (), {"function": usual})) > 2
    program = Program(gradient, [ROWS])
    assert longest_sum(program) == 2
    x = np.random.default_rng(0).normal(size=(5, 300)).astype("float32")
    ours, theirs = program(x), usual(tf.constant(x))
    assert np.allclose(ours["gradient"], theirs["gradient"], rtol=1e-4, atol=1e-4)
    assert np.array_equal(ours["sum"], ((x + np.float32(1e-8) * x) + -x) + x)


def test_a_call_answers_in_the_structure_of_the_function() -> None:
    program = Program(lambda x, more: ({"twice": 2 * x}, [more["y"]]), [ROWS, {"y": ROWS}])
    x = np.ones((1, 300), "float32")
    twice, (y,) = program(x, {"y": 3 * x})
    assert (twice["twice"].numpy() == 2).all()
    assert (y.numpy() == 3).all()


def test_nothing_is_changed_for_others() -> None:
    options, callbacks = tf.config.optimizer.get_experimental_options(), list(context.context().op_callbacks)
    Program(gradient, [ROWS])(np.ones((2, 300), "float32"))
    assert tf.config.optimizer.get_experimental_options() == options
    assert context.context().op_callbacks == callbacks
    assert tf.add_n([tf.constant(1.0), tf.constant(2.0), tf.constant(3.0)]).numpy() == 6


def test_a_function_that_fails_while_it_is_traced_leaves_nothing_behind() -> None:
    def fails(x):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Program(fails, [ROWS])
    assert not context.context().op_callbacks


def residual(norm: str):
    """Blocks whose inputs have five uses each."""
    x = h = keras.Input((3,), name="x")
    for i in range(3):
        h = keras.layers.Dense(64, name=f"in_{i}")(h)
        kind = keras.layers.BatchNormalization if norm == "batch" else keras.layers.LayerNormalization
        n = kind(name=f"norm_{i}")(h)
        a, b = (keras.layers.Dense(64, "tanh", name=f"{side}_{i}")(n) for side in "ab")
        h = keras.layers.Add(name=f"add_{i}")([h, a, b, n * a])
    return architecture(keras.Model(x, keras.layers.Dense(1, name="output")(h)))


@pytest.mark.parametrize("norm", ["batch", "layer"])
def test_residual_networks_keep_their_bits(norm) -> None:
    rng = np.random.default_rng(0)
    samples = (rng.normal(size=(2000, 3)).astype("float32"),), (rng.normal(size=(2000, 1)).astype("float32"),)
    blueprint, spy = Blueprint(residual, {"norm": norm}), Spy()
    first, *others = (fit(blueprint, *samples, batch_size=500, learning_rate=1e-3, watchers=[spy]) for _ in range(8))
    assert all(same_bits(first.weights, other.weights) for other in others)
    # They might by chance: nothing is as sure as that no sum has an order to choose.
    assert {longest_sum(program) for program in spy.trainer._programs.values()} == {2}


def raced(x, add):
    """Sums of three, whose first two terms have another use, which has ended when the sum begins, or has not."""
    chains = []
    for chain in range(8):
        total = x + 0.1 * chain
        for i in range(1, 13):
            a, b, c = (tf.tanh(total @ x + shift) for shift in (0.0, 1.0, 2.0))
            uses = a @ tf.tile(x, [1, i]) + b @ tf.tile(x, [1, i])
            total = tf.tanh(add(a, b, c)) + 1e-3 * tf.reduce_mean(uses)
        chains.append(total)
    return tf.stack(chains)


@pytest.mark.parametrize(
    "add", [lambda *terms: tf.add_n(terms), lambda a, b, c: a + b + c], ids=["at once", "in pairs"]
)
def test_sums_do_not_depend_on_which_operation_was_faster(add) -> None:
    x = np.random.default_rng(0).normal(size=(80, 80)).astype("float32")
    program = Program(partial(raced, add=add), [tf.TensorSpec(x.shape, tf.float32)])
    assert len({program(x).numpy().tobytes() for _ in range(60)}) == 1
