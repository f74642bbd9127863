"""A traced function that gives the same bits whenever it is called with the same arguments.

Outside XLA, TensorFlow adds three tensors or more beginning with one whose memory happens to be free, so that the last
bits of their sum depend on which operation was faster.  Gradients of what is used in three places are such sums (the
input of a residual block, of a normalisation), and TensorFlow's arithmetic optimiser makes them of any a + b + c.  The
sum of two tensors has no order.  So sums are traced in pairs, and calls ask TensorFlow to leave them so.
"""

from __future__ import annotations

import functools
import gc
import weakref
from collections.abc import Callable
from typing import Any

from skmlbio._tensorflow import keras, tf

# Private, but nothing else lets one see the operations inside gradients, or give options to one call.
from tensorflow.python.eager import context, execute  # isort: skip
from tensorflow.python.framework import op_callbacks, ops  # isort: skip


def _call_options() -> tuple:
    """Return TensorFlow's options of a call: they go with the call, and are nobody else's.

    Graphs are rewritten once: a second time takes a quarter of the first call, and makes no later one faster.
    """
    options = tf.compat.v1.ConfigProto(allow_soft_placement=True)
    rewriting = options.graph_options.rewrite_options
    rewriting.arithmetic_optimization = rewriting.OFF
    rewriting.meta_optimizer_iterations = rewriting.ONE
    return "executor_type", "", "config_proto", options.SerializeToString(deterministic=True)


_OPTIONS = _call_options()


class Program:
    """A function of tensors, traced once.

    Parameters
    ----------
    function : callable
        Of tensors, in any structure.
    specs : sequence of structures of tf.TensorSpec
        Its arguments.
    jit : bool
        Whether XLA compiles it.

    Attributes
    ----------
    function : ConcreteFunction
        For those who trace a function of their own around it.
    """

    def __init__(self, function: Callable, specs: Any, jit: bool = False):
        watch = _Watch()
        traced = tf.function(watch.traced(function), jit_compile=jit, autograph=False)
        self.function = traced.get_concrete_function(*specs)
        self._name = self.function.name
        weakref.finalize(self, _forget, watch.gradients)

    def __call__(self, *arguments: Any) -> Any:
        """Return what the function returns for arguments of the structure in which it was traced."""
        return self.pack(self.call_flat(keras.tree.flatten(arguments)))

    def call_flat(self, arguments: list[Any]) -> list[tf.Tensor]:
        """Take tensors or arrays without structure, and return tensors likewise.

        TensorFlow's own way to this call checks arguments, which takes twenty times as long as the call, and is most of
        what a single sample costs.
        """
        tensors = [a if isinstance(a, tf.Tensor) else tf.raw_ops.Identity(input=a) for a in arguments]
        return execute.execute(
            self._name,
            len(self.function.outputs),
            [*tensors, *self.function.captured_inputs],
            _OPTIONS,
            context.context(),
        )

    def pack(self, outputs: list[Any]) -> Any:
        """Give outputs without structure the one that the function returns."""
        return keras.tree.pack_sequence_as(self.function.structured_outputs, outputs)


class _Watch:
    """Sees every operation that this thread traces, also inside the gradients of loops."""

    def __init__(self):
        self.gradients: set[str] = set()

    def traced(self, function: Callable) -> Callable:
        """Return the function, watched while it is traced."""

        def watched(*arguments):
            op_callbacks.add_op_callback(self._see)
            try:
                return function(*arguments)
            finally:
                op_callbacks.remove_op_callback(self._see)

        return watched

    def _see(self, kind, inputs, attributes, outputs, op_name=None, graph=None):
        if kind == "AddN" and len(inputs) > 2:
            return [functools.reduce(lambda total, tensor: tf.raw_ops.AddN(inputs=[total, tensor]), inputs)]
        if kind == "IdentityN" and "_gradient_op_type" in outputs[0].op.node_def.attr:
            self.gradients.add(outputs[0].op.get_attr("_gradient_op_type").decode())
        return None


def _forget(gradients: set[str]) -> None:
    """Take the gradients of a graph that is gone out of TensorFlow's list, where they would keep its tensors alive.

    `tf.custom_gradient` puts a new one there whenever it is traced: in Keras' optimizers, in activations such as silu,
    in networks of the user's own.
    """
    for name in gradients:
        ops.gradient_registry._registry.pop(name, None)


def forget_kernels() -> None:
    """Let TensorFlow forget how it carries out operations and functions; it finds out again when they are next called.

    It never does so by itself: a megabyte for every architecture, most of it for variables of shapes that nobody has
    any more.  What XLA has compiled stays until the process ends; TensorFlow has no way to give it back.
    """
    gc.collect()  # graphs are cycles
    context.context().clear_kernel_cache()
