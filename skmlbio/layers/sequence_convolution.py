"""Convolution along strings, as the matrix product that it is."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


def patches(x: Tensor, width: int, dilation: int = 1) -> Tensor:
    """X̃: beside each position its neighbours, zeros where there are none.

    Parameters
    ----------
    x : tensor of shape (batch, length, n_features)
        X.
    width : int
        How many positions a patch has; where it cannot have as many on both sides, it reaches further to the right.
    dilation : int, default=1
        Steps from one of them to the next.

    Returns
    -------
    tensor of shape (batch, length, width * n_features)
        The features of the patch's first position, then those of its second, and so on.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.sequence_convolution import patches
    >>> patches(np.array([[[1.0], [2.0], [3.0]]], "float32"), 3).numpy().tolist()
    [[[0.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 0.0]]]
    """
    reach = (width - 1) * dilation
    padded = ops.pad(x, ((0, 0), (reach // 2, reach - reach // 2), (0, 0)))
    shifts = range(0, reach + 1, dilation)
    return ops.concatenate([padded[:, shift : (shift - reach) or None] for shift in shifts], axis=-1)


def sequence_convolution(x: Tensor, kernel: Tensor, real: Tensor | None = None, dilation: int = 1) -> Tensor:
    """X̃ W, the patches of X times the kernel matrix.

    Parameters
    ----------
    x : tensor of shape (batch, length, n_features)
        X.
    kernel : tensor of shape (width, n_features, units)
        W.
    real : tensor of shape (batch, length), bool, default=None
        Which positions are real; the others contribute zero.
    dilation : int, default=1
        Steps between the positions of a patch.

    Returns
    -------
    tensor of shape (batch, length, units)
    """
    width, n_features, units = kernel.shape
    if real is not None:
        x = ops.where(ops.expand_dims(real, -1), x, ops.zeros_like(x))
    rows = ops.reshape(patches(x, width, dilation), (-1, width * n_features))
    y = ops.matmul(rows, ops.reshape(kernel, (width * n_features, units)))
    return ops.reshape(y, (-1, ops.shape(x)[1], units))


@keras.saving.register_keras_serializable(package="skmlbio")
class SequenceConvolution(keras.layers.Layer):
    """σ(X̃ W + b); see `sequence_convolution`.

    Does what `keras.layers.Conv1D` with ``padding="same"`` does, several times faster where XLA compiles it for a
    processor.  Called on x of shape (batch, length, n_features) and, optionally, `real` of shape (batch, length), bool.

    Parameters
    ----------
    units : int
        Features of each position afterwards.
    kernel_width : int, default=9
        Positions that are seen together.
    activation : str or callable, default=None
        σ.
    kernel_initializer : str, dict or keras.Initializer, default="glorot_uniform"
        For W.
    dilation : int, default=1
        Steps between the positions that are seen together.
    use_bias : bool, default=True
        Whether b is added.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.sequence_convolution import SequenceConvolution
    >>> SequenceConvolution(8)(np.zeros((2, 20, 4), "float32")).shape
    TensorShape([2, 20, 8])
    """

    def __init__(
        self, units: int, kernel_width: int = 9, activation=None, kernel_initializer="glorot_uniform",
        dilation: int = 1, use_bias: bool = True, **options,
    ):  # fmt: skip
        super().__init__(**options)
        self.units, self.kernel_width, self.dilation, self.use_bias = units, kernel_width, dilation, use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        shape = self.kernel_width, input_shape[-1], self.units
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer=self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.built = True

    def call(self, x, real=None):
        return self._convolved(x, self.kernel, real)

    def compute_output_spec(self, x, real=None):
        return keras.KerasTensor((*x.shape[:-1], self.units), self.compute_dtype)

    def _convolved(self, x, kernel, real):
        x = sequence_convolution(x, kernel, real, self.dilation)
        return self.activation(x + self.bias if self.use_bias else x)

    def get_config(self):
        return super().get_config() | {
            "units": self.units,
            "kernel_width": self.kernel_width,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "dilation": self.dilation,
            "use_bias": self.use_bias,
        }


@keras.saving.register_keras_serializable(package="skmlbio")
class LetterConvolution(SequenceConvolution):
    """σ(Ẽ W + b), where each letter has a learned vector, its row of E, and Ẽ are the patches of these vectors.

    What is computed is X̃ (E W), with X̃ the patches of the letters and E W the product of E with the kernel of every
    place: the same for a fraction of the work, since there are fewer letters than features.  It is learned as two
    matrices, many times faster than one would be, the more so where the first is large.

    Called on x of shape (batch, length, n_letters).

    Parameters
    ----------
    units : int
        Features of each position afterwards, and of the vector of a letter.
    kernel_width : int, default=9
        Positions that are seen together.
    activation : str or callable, default=None
        σ.
    **options
        Of `SequenceConvolution`.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.sequence_convolution import LetterConvolution
    >>> LetterConvolution(8)(np.zeros((2, 20, 4), "float32")).shape
    TensorShape([2, 20, 8])
    """

    def __init__(self, units: int, kernel_width: int = 9, activation=None, **options):
        super().__init__(units, kernel_width, activation, **options)
        self.letters_initializer = keras.initializers.RandomNormal(stddev=1.0)

    def build(self, input_shape):
        shape = input_shape[-1], self.units
        self.letters = self.add_weight(name="letters", shape=shape, initializer=self.letters_initializer)
        super().build((*input_shape[:-1], self.units))

    def call(self, x, real=None):
        kernel = ops.matmul(ops.convert_to_tensor(self.letters), ops.convert_to_tensor(self.kernel))
        return self._convolved(x, kernel, real)
