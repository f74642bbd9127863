"""Many small tensors as one vector.

An optimizer that treats every number alike does in one operation on one long vector what it would do in a dozen
operations on each of twenty tensors.  That halves the time to trace and compile a step, and the step itself.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from skmlbio._tensorflow import keras, tf

_ELEMENTWISE = (
    "SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Nadam", "Ftrl", "Lion", "LossScaleOptimizer",
)  # fmt: skip


def packs(variables: list[keras.Variable], optimizer: keras.Optimizer) -> list[list[int]]:
    """Say which variables can share a vector: all of one type, if the optimizer looks at numbers one by one.

    Clipping by the norm of each tensor, constraints, and optimizers such as Lamb, Muon or Adafactor need the tensors.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    elementwise = type(optimizer).__name__ in _ELEMENTWISE and type(inner).__name__ in _ELEMENTWISE
    if not elementwise or inner.clipnorm is not None or any(v.constraint is not None for v in variables):
        return [[i] for i in range(len(variables))]
    by_type: dict[str, list[int]] = {}
    for i, variable in enumerate(variables):
        by_type.setdefault(variable.dtype, []).append(i)
    return list(by_type.values())


class Packing:
    """The trainable variables of a network as a few variables for an optimizer.

    Parameters
    ----------
    variables : list of keras.Variable
        The trainable variables of the network; only their shapes, types and constraints are used.
    optimizer : keras.Optimizer
        Decides what can be packed together.
    """

    def __init__(self, variables: list[keras.Variable], optimizer: keras.Optimizer):
        self._shapes = [tuple(v.shape) for v in variables]
        self._groups = packs(variables, optimizer)
        self.packed = [self._variable(group, variables) for group in self._groups]

    def _variable(self, group: list[int], variables: list[keras.Variable]) -> keras.Variable:
        first = variables[group[0]]
        shape = self._shapes[group[0]] if len(group) == 1 else (sum(self._size(i) for i in group),)
        if len(group) > 1:
            return keras.Variable(np.zeros(shape, first.dtype), name="packed")
        alone = keras.Variable(np.zeros(shape, first.dtype), name=first.name)
        alone._path = first.path  # Muon goes by it
        if first.constraint is not None:
            alone.constraint = first.constraint
        return alone

    def _size(self, i: int) -> int:
        return math.prod(self._shapes[i])

    def assign(self, values: list[np.ndarray]) -> None:
        """Write one array a trainable variable."""
        for group, packed in zip(self._groups, self.packed, strict=True):
            if len(group) == 1:
                packed.value.assign(values[group[0]])
            else:
                packed.value.assign(np.concatenate([np.ravel(values[i]) for i in group]))

    def spread(self, values: list[float]) -> list[np.ndarray]:
        """Lay out one number a trainable variable as `packed` is, to be multiplied with it."""
        return [
            np.asarray(values[group[0]], packed.dtype)
            if len(group) == 1
            else np.repeat([values[i] for i in group], [self._size(i) for i in group]).astype(packed.dtype)
            for group, packed in zip(self._groups, self.packed, strict=True)
        ]

    def unpack(self, tensors: list[tf.Tensor], jit: bool = False) -> list[tf.Tensor]:
        """Turn the tensors of the packed variables into the tensors of the network, inside a graph.

        `jit` says whether XLA compiles the graph; the values are the same.
        """
        split = _split_for_xla if jit else tf.split
        values: list[tf.Tensor] = [None] * len(self._shapes)
        for group, tensor in zip(self._groups, tensors, strict=True):
            parts = [tensor] if len(group) == 1 else split(tensor, [self._size(i) for i in group])
            for i, part in zip(group, parts, strict=True):
                values[i] = tf.reshape(part, self._shapes[i])
        return values

    def numpy(self) -> list[np.ndarray]:
        """Read one array a trainable variable."""
        values: list[np.ndarray] = [None] * len(self._shapes)
        for group, packed in zip(self._groups, self.packed, strict=True):
            array, start = packed.value.numpy().ravel(), 0
            for i in group:
                values[i] = array[start : start + self._size(i)].reshape(self._shapes[i]).copy()
                start += self._size(i)
        return values


def _split_for_xla(vector: tf.Tensor, sizes: list[int]) -> list[tf.Tensor]:
    """Do what `tf.split` does, with a gradient that writes each part into its place.

    The gradient of `tf.split` is a concatenation, which XLA fuses with what computes its parts.  For a processor, the
    fused loop reads every part by masked loads far past its end, and where memory ends there, each such load is a fault
    that the processor resolves in microcode: ten to fifty times slower, by luck of where the parts lie.
    """
    ends = list(itertools.accumulate(sizes))

    @tf.custom_gradient
    def split(vector):
        return tf.split(vector, sizes), gradient

    def gradient(*parts):
        total = vector  # any values that XLA does not know: writing into zeros becomes padding, which reads as far
        for part, size, end in zip(parts, sizes, ends, strict=True):
            total = tf.raw_ops.TensorStridedSliceUpdate(
                input=total, begin=[end - size], end=[end], strides=[1], value=part
            )
        return total

    vector = tf.convert_to_tensor(vector)
    return split(vector)
