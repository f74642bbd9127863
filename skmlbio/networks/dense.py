"""The dense network, the default for matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from skmlbio.layers.gaps import DenseBesideGaps
from skmlbio.layers.noise import Dropout
from skmlbio.networks._architecture import output_dtype


def kernel_initializer(activation: str) -> str:
    """Return Keras' name of the initialiser that suits an activation."""
    return "he_uniform" if activation in ("relu", "leaky_relu", "elu", "gelu", "silu") else "glorot_uniform"


def dense_layer(x, *arguments, **options):
    """Return what a dense layer makes of x, or of the list of x and the mask of what is known of it."""
    kind = DenseBesideGaps if isinstance(x, list) else keras.layers.Dense
    return kind(*arguments, **options)(x)


def dense_stack(x, sizes: Sequence[int], activation: str, dropout: float = 0.0, name: str = "hidden", dtype=None):
    """h_i = activation(h_(i-1) W_i + b_i), each followed by dropout."""
    initializer = kernel_initializer(activation)
    for i, size in enumerate(sizes):
        x = dense_layer(x, size, activation, kernel_initializer=initializer, name=f"{name}_{i}", dtype=dtype)
        if dropout:
            x = Dropout(dropout, name=f"{name}_{i}_dropout", dtype=dtype)(x)
    return x


def dense(
    input_shape: tuple[int, ...],
    n_outputs: int,
    hidden_layer_sizes: Sequence[int] = (64,),
    activation: str = "relu",
    dropout: float = 0.0,
    dtype: str | None = None,
) -> keras.Model:
    """y = W h(x) + b with h a stack of dense layers.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one sample; more than one axis is flattened.
    n_outputs : int
        Width of the linear output.
    hidden_layer_sizes : sequence of int
        Width of each hidden layer.
    activation : str
        Keras' name of the activation of the hidden layers.
    dropout : float
        Share of hidden units that are dropped in training.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.

    Returns
    -------
    keras.Model
        From (batch, *input_shape) to (batch, n_outputs), float32, or float64 under that policy.
    """
    inputs, x = _flat_input(input_shape)
    x = dense_stack(x, hidden_layer_sizes, activation, dropout, dtype=dtype)
    return keras.Model(inputs, keras.layers.Dense(n_outputs, name="output", dtype=output_dtype(dtype))(x), name="dense")


def dense_auto_encoder(
    input_shape: tuple[int, ...],
    n_outputs: int,
    n_components: int = 2,
    hidden_layer_sizes: Sequence[int] = (64,),
    activation: str = "relu",
    dtype: str | None = None,
) -> keras.Model:
    """A dense network through a layer called ``code``, the default for transformers.

    Parameters
    ----------
    input_shape, n_outputs
        As in `dense`.
    n_components : int
        Width of the code.
    hidden_layer_sizes : sequence of int
        Widths of the layers before the code; those behind it mirror them.
    activation, dtype
        As in `dense`.

    Returns
    -------
    keras.Model
        From (batch, *input_shape) to (batch, n_outputs), float32, or float64 under that policy.
    """
    inputs, x = _flat_input(input_shape)
    wide = output_dtype(dtype)
    x = dense_stack(x, hidden_layer_sizes, activation, name="encoder", dtype=dtype)
    x = keras.layers.Dense(n_components, name="code", dtype=wide)(x)
    x = dense_stack(x, tuple(hidden_layer_sizes)[::-1], activation, name="decoder", dtype=dtype)
    outputs = keras.layers.Dense(n_outputs, name="output", dtype=wide)(x)
    return keras.Model(inputs, outputs, name="dense_auto_encoder")


def _flat_input(input_shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Return the input, and what it is as rows of numbers."""
    inputs = keras.Input(input_shape, name="x", dtype="float32")
    x = keras.layers.Reshape((math.prod(input_shape),), name="flat")(inputs) if len(input_shape) > 1 else inputs
    return inputs, x
