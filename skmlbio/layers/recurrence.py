"""Recurrence along strings: what was read so far meets the next residue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from keras import ops

from skmlbio.layers._precision import wide_dtype

Tensor = Any
States = tuple[Tensor, ...]


def simple_recurrence(x: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> Tensor:
    """h_t = tanh(x_t W + h_{t-1} R + b), from h_0 = 0 (Elman 1990).

    Parameters
    ----------
    x : tensor of shape (length, batch, n_features), float32 or float64
        x_1, x_2 and so on: positions come first, because they are taken one after the other.
    kernel : tensor of shape (n_features, units)
        W.
    recurrent_kernel : tensor of shape (units, units)
        R.
    bias : tensor of shape (units,)
        b.

    Returns
    -------
    tensor of shape (length, batch, units)
        h_1, h_2 and so on.
    """
    return _states(simple_step, x @ kernel + bias, 1, recurrent_kernel)


def simple_step(before: States, z: Tensor, recurrent_kernel: Tensor) -> States:
    """One step of `simple_recurrence`, from x_t W + b."""
    (h,) = before
    return (tf.tanh(z + h @ recurrent_kernel),)


def gated_recurrent_unit(
    x: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor, candidate_bias: Tensor
) -> Tensor:
    """h_t = u h_{t-1} + (1 - u) tanh(x_t W_c + r (h_{t-1} R_c + d) + b_c), from h_0 = 0.

    The gates are u, r = σ(x_t W + h_{t-1} R + b), each with a part of its own of W, R and b (Cho et al. 2014, in the
    form of Keras and cuDNN, where r meets what has been multiplied by R_c).

    Parameters
    ----------
    x : tensor of shape (length, batch, n_features), float32 or float64
        See `simple_recurrence`.
    kernel : tensor of shape (n_features, 3 * units)
        W: the parts of u, r and c side by side.
    recurrent_kernel : tensor of shape (units, 3 * units)
        R, likewise.
    bias : tensor of shape (3 * units,)
        b, likewise.
    candidate_bias : tensor of shape (units,)
        d.

    Returns
    -------
    tensor of shape (length, batch, units)
        h_1, h_2 and so on.
    """
    return _states(gated_step, x @ kernel + bias, 1, recurrent_kernel, candidate_bias)


def gated_step(before: States, z: Tensor, recurrent_kernel: Tensor, candidate_bias: Tensor) -> States:
    """One step of `gated_recurrent_unit`, from x_t W + b."""
    (h,), units = before, recurrent_kernel.shape[0]
    gates, candidate = tf.split(h @ recurrent_kernel, [2 * units, units], axis=-1)
    update, reset = tf.split(tf.sigmoid(z[:, : 2 * units] + gates), 2, axis=-1)
    candidate = tf.tanh(z[:, 2 * units :] + reset * (candidate + candidate_bias))
    return (candidate + update * (h - candidate),)


def long_short_term_memory(x: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> Tensor:
    """h_t = o tanh(m_t) with m_t = f m_{t-1} + i tanh(x_t W_c + h_{t-1} R_c + b_c), from h_0 = m_0 = 0.

    The gates are i, f, o = σ(x_t W + h_{t-1} R + b), each with a part of its own of W, R and b (Hochreiter and
    Schmidhuber 1997, Gers et al. 2000); 1 is added to what f is made of, so that m begins by keeping what it has
    (Jozefowicz et al. 2015).

    In single precision the loop is one operation, a kernel of TensorFlow's, several times faster than a loop of
    operations.  Its gradient has no gradient.

    Parameters
    ----------
    x : tensor of shape (length, batch, n_features), float32 or float64
        See `simple_recurrence`.
    kernel : tensor of shape (n_features, 4 * units)
        W: the parts of i, c, f and o side by side.
    recurrent_kernel : tensor of shape (units, 4 * units)
        R, likewise.
    bias : tensor of shape (4 * units,)
        b, likewise.

    Returns
    -------
    tensor of shape (length, batch, units)
        h_1, h_2 and so on.
    """
    if x.dtype == tf.float32:
        # Not BlockLSTMV2, whose gradient takes the gates for those of this one, which come in another order.
        (zeros,), unused = no_states(tf.shape(x)[1], 1, recurrent_kernel), tf.zeros(recurrent_kernel.shape[0])
        return tf.raw_ops.BlockLSTM(
            seq_len_max=tf.shape(x, tf.int64)[0], x=x, cs_prev=zeros, h_prev=zeros,
            w=tf.concat([kernel, recurrent_kernel], axis=0), wci=unused, wcf=unused, wco=unused, b=bias,
            forget_bias=1.0, cell_clip=-1.0,
        ).h  # fmt: skip

    return _states(memory_step, x @ kernel + bias, 2, recurrent_kernel)


def memory_step(before: States, z: Tensor, recurrent_kernel: Tensor) -> States:
    """One step of `long_short_term_memory`, from x_t W + b; the second of the states is m."""
    h, memory = before
    write, candidate, keep, read = tf.split(z + h @ recurrent_kernel, 4, axis=-1)
    memory = tf.sigmoid(keep + 1) * memory + tf.sigmoid(write) * tf.tanh(candidate)
    return tf.sigmoid(read) * tf.tanh(memory), memory


def no_states(n_rows: Tensor, n_states: int, recurrent_kernel: Tensor) -> States:
    """Return the states before the first position."""
    return (tf.zeros([n_rows, recurrent_kernel.shape[0]], recurrent_kernel.dtype),) * n_states


def _states(step: Callable, z: Tensor, n_states: int, recurrent_kernel: Tensor, *beside: Tensor) -> Tensor:
    """Return h_1, h_2 and so on, one step after the other."""
    first = no_states(tf.shape(z)[1], n_states, recurrent_kernel)
    return tf.scan(lambda before, z: step(before, z, recurrent_kernel, *beside), z, first)[0]


class Cell(NamedTuple):
    """A recurrence and one step of it, how many parts its kernels have, and how many states go from step to step."""

    recurrence: Callable
    step: Callable
    n_parts: int
    n_states: int


CELLS = {
    "lstm": Cell(long_short_term_memory, memory_step, 4, 2),
    "gru": Cell(gated_recurrent_unit, gated_step, 3, 1),
    "simple": Cell(simple_recurrence, simple_step, 1, 1),
}


@keras.saving.register_keras_serializable(package="skmlbio")
class Recurrence(keras.layers.Layer):
    """The states of a recurrent network that reads strings from one end to the other.

    Called, it answers for all positions at once, and `step` for the next one, from what is remembered of those before.
    See `long_short_term_memory`, `gated_recurrent_unit` and `simple_recurrence`.  What is read backwards begins with
    its last real position, so that padding is never read before what is real, in either direction.  States of padding
    mean nothing.

    Called on x of shape (batch, length, n_features), and optionally `real` of shape (batch, length), bool: true up to
    the end of each string, which has at least one residue.  Returns a tensor of shape (batch, length, units), or
    (batch, units).  Half precision is that of the weights and of the result; states add up in single precision.

    Parameters
    ----------
    units : int
        Length of a state.
    cell : {"lstm", "gru", "simple"}, default="lstm"
        How a state follows from the one before.
    backwards : bool, default=False
        Whether strings are read from their end.
    last_only : bool, default=False
        Whether only the state after the last residue that is read is returned, instead of that at every position.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.recurrence import Recurrence
    >>> real = np.arange(20) < [[20], [7]]
    >>> Recurrence(8)(np.zeros((2, 20, 4), "float32"), real=real).shape
    TensorShape([2, 20, 8])
    >>> Recurrence(8, "gru", backwards=True, last_only=True)(np.zeros((2, 20, 4), "float32"), real=real).shape
    TensorShape([2, 8])
    """

    gains_from_xla = False

    def __init__(
        self, units: int, cell: str = "lstm", backwards: bool = False, last_only: bool = False, **options: Any
    ):
        super().__init__(**options)
        if cell not in CELLS:
            raise ValueError(f"cell must be 'lstm', 'gru' or 'simple', not {cell!r}")
        self.units, self.cell, self.backwards, self.last_only = units, cell, backwards, last_only
        self.kernel_initializer = keras.initializers.GlorotUniform()
        self.recurrent_initializer = keras.initializers.Orthogonal()

    def build(self, input_shape):
        width = CELLS[self.cell].n_parts * self.units
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], width), initializer=self.kernel_initializer
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, width), initializer=self.recurrent_initializer
        )
        self.biases = [self.add_weight(name="bias", shape=(width,), initializer="zeros")]
        if self.cell == "gru":
            self.biases += [self.add_weight(name="candidate_bias", shape=(self.units,), initializer="zeros")]
        self.built = True

    def call(self, x, real=None):
        weights, wide = self._weights()
        real = tf.ones(tf.shape(x)[:2], tf.bool) if real is None else real
        lengths = tf.math.count_nonzero(real, axis=1)
        x = self._in_order(tf.transpose(tf.cast(x, wide), (1, 0, 2)), lengths)
        states = CELLS[self.cell].recurrence(x, *weights)
        if self.last_only:
            last = tf.range(tf.shape(states, tf.int64)[0])[:, tf.newaxis] == lengths - 1
            return tf.cast(tf.reduce_sum(tf.where(last[..., tf.newaxis], states, 0), axis=0), self.compute_dtype)
        return tf.cast(tf.transpose(self._in_order(states, lengths), (1, 0, 2)), self.compute_dtype)

    def compute_output_spec(self, x, real=None):
        outer = x.shape[:1] if self.last_only else x.shape[:-1]
        return keras.KerasTensor((*outer, self.units), self.compute_dtype)

    def no_cache(self, n_rows: int | Tensor) -> States:
        """Return what is remembered before the first residue, each of shape (n_rows, units)."""
        weights, _ = self._weights()
        return no_states(n_rows, CELLS[self.cell].n_states, weights[1])

    def step(self, x: Tensor, cache: States) -> tuple[Tensor, States]:
        """Answer for the next residue alone, x of shape (batch, 1, n_features), and return what is remembered then."""
        (kernel, recurrent_kernel, bias, *beside), wide = self._weights()
        z = tf.cast(x[:, 0], wide) @ kernel + bias
        cache = CELLS[self.cell].step(cache, z, recurrent_kernel, *beside)
        return tf.cast(cache[0][:, tf.newaxis], self.compute_dtype), cache

    def _weights(self) -> tuple[list[Tensor], str]:
        """Return the weights in the precision in which states add up, and that."""
        wide = wide_dtype(self.compute_dtype)
        return [ops.cast(w, wide) for w in (self.kernel, self.recurrent_kernel, *self.biases)], wide

    def _in_order(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Turn the real positions of each string around, where they are read backwards; or turn them back."""
        return tf.reverse_sequence(x, lengths, seq_axis=0, batch_axis=1) if self.backwards else x

    def get_config(self):
        names = "units", "cell", "backwards", "last_only"
        return super().get_config() | {name: getattr(self, name) for name in names}
