"""A traced function that gives the same bits whenever it is called with the same arguments.

Outside XLA, TensorFlow adds three tensors or more beginning with one whose memory happens to be free, so that the last
bits of their sum depend on which operation was faster.  Gradients of what is used in three places are such sums (the
input of a residual block, of a normalisation), and TensorFlow's arithmetic optimiser makes them of any a + b + c.  The
sum of two tensors has no order.  So sums are traced in pairs, and calls ask TensorFlow to leave them so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tensorflow.python.framework import op_callbacks  # the one way to see the sums inside gradients of loops

from skmlbio._tensorflow import keras, tf


def _call_options() -> bytes:
    """Return TensorFlow's options of a call: they go with the call, and are nobody else's."""
    options = tf.compat.v1.ConfigProto(allow_soft_placement=True)
    rewriting = options.graph_options.rewrite_options
    rewriting.arithmetic_optimization = rewriting.OFF
    return options.SerializeToString(deterministic=True)


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
        traced = tf.function(_adding_in_pairs(function), jit_compile=jit, autograph=False)
        self.function = traced.get_concrete_function(*specs)
        self._jit = jit
        self._types = [tensor.dtype for tensor in self.function.outputs]

    def __call__(self, *arguments: Any) -> Any:
        """Return what the function returns for arguments of the structure in which it was traced."""
        if self._jit:
            return self.function(*arguments)
        return self.pack(self.call_flat(keras.tree.flatten(arguments)))

    def call_flat(self, arguments: list[Any]) -> list[tf.Tensor]:
        """Take and return tensors or arrays without structure, by the operation itself.

        That is a twentieth of the time that TensorFlow takes to check arguments which are known to fit, and most of
        what a single sample costs.
        """
        return tf.raw_ops.StatefulPartitionedCall(
            args=[*arguments, *self.function.captured_inputs], Tout=self._types, f=self.function, config_proto=_OPTIONS
        )

    def pack(self, outputs: list[Any]) -> Any:
        """Give outputs without structure the one that the function returns."""
        return keras.tree.pack_sequence_as(self.function.structured_outputs, outputs)


def _adding_in_pairs(function: Callable) -> Callable:
    def traced(*arguments):
        with _sums_in_pairs():
            return function(*arguments)

    return traced


@contextmanager
def _sums_in_pairs() -> Iterator[None]:
    """While this thread traces, write a + b + c as (a + b) + c."""

    def in_pairs(kind, inputs, attributes, outputs, op_name=None, graph=None):
        if kind != "AddN" or len(inputs) < 3:
            return None
        total = inputs[0]
        for tensor in inputs[1:]:
            total = tf.raw_ops.AddN(inputs=[total, tensor])
        return [total]

    op_callbacks.add_op_callback(in_pairs)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(in_pairs)
