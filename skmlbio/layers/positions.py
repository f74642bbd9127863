"""Where each residue stands: without it, attention sees a string as a bag of residues."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

Tensor = Any


def sinusoidal_positions(length: int | Tensor, n_features: int, start: int | Tensor = 0) -> Tensor:
    """Sines and cosines of the position, of wave lengths from 2π to 10000 · 2π.

    Feature 2i of position p is sin(p / 10000^(2i / n_features)), feature 2i + 1 the cosine of the same.

    Parameters
    ----------
    length : int or scalar tensor
        Number of positions.
    n_features : int
        Width.
    start : int or scalar tensor, default=0
        The first position.

    Returns
    -------
    tensor of shape (length, n_features), float32

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.5.

    Examples
    --------
    >>> from skmlbio.layers.positions import sinusoidal_positions
    >>> sinusoidal_positions(2, 4).numpy().round(2).tolist()
    [[0.0, 1.0, 0.0, 1.0], [0.8399999737739563, 0.5400000214576721, 0.009999999776482582, 1.0]]
    """
    feature = ops.arange(n_features, dtype="float32")
    even = ops.floor(feature / 2) * 2
    frequency = ops.exp(even * (-math.log(10000.0) / n_features))
    place = ops.cast(start, "float32") + ops.arange(length, dtype="float32")
    angle = ops.expand_dims(place, -1) * frequency
    return ops.where(feature == even, ops.sin(angle), ops.cos(angle))


def rotary_positions(length: int | Tensor, n_features: int, start: int | Tensor = 0) -> Tensor:
    """The angles by which `rotate` turns pairs of features: position times 10000^(-2i / n_features) for pair i.

    Parameters
    ----------
    length : int or scalar tensor
        Number of positions.
    n_features : int
        Width, even.
    start : int or scalar tensor, default=0
        The first position.

    Returns
    -------
    tensor of shape (length, n_features / 2), float32

    References
    ----------
    J. Su et al., "RoFormer: enhanced transformer with rotary position embedding", arXiv:2104.09864 (2021).

    Examples
    --------
    >>> from skmlbio.layers.positions import rotary_positions
    >>> rotary_positions(3, 4).numpy().round(2).tolist()
    [[0.0, 0.0], [1.0, 0.009999999776482582], [2.0, 0.019999999552965164]]
    """
    frequency = ops.exp(ops.arange(n_features // 2, dtype="float32") * (-2 * math.log(10000.0) / n_features))
    place = ops.cast(start, "float32") + ops.arange(length, dtype="float32")
    return ops.expand_dims(place, -1) * frequency


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Turn each pair of features (x_i, x_{i + d/2}) of d as a point in the plane.

    The product of a query and a key that are both turned by their positions depends on the distance of the two, and no
    more on where they stand.

    Parameters
    ----------
    x : tensor of shape (..., length, d)
        Queries or keys.
    angles : tensor of shape (length, d / 2)
        See `rotary_positions`.

    Returns
    -------
    tensor of shape (..., length, d)

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.positions import rotate
    >>> rotate(np.array([[3.0, 1.0]], "float32"), np.array([[np.pi / 2]], "float32")).numpy().round(2).tolist()
    [[-1.0, 3.0]]
    """
    # Pairs side by side, so that the other one of each is found by flipping them: no parts to put together.
    pairs = ops.reshape(x, (*ops.shape(x)[:-1], 2, x.shape[-1] // 2))
    angles = ops.expand_dims(angles, -2)
    sign = ops.convert_to_tensor([[-1.0], [1.0]], angles.dtype)
    cosine, sine = ops.cast(ops.cos(angles), x.dtype), ops.cast(sign * ops.sin(angles), x.dtype)
    return ops.reshape(pairs * cosine + ops.flip(pairs, axis=-2) * sine, ops.shape(x))


@keras.saving.register_keras_serializable(package="skmlbio")
class SinusoidalPositions(keras.layers.Layer):
    """X + P with P as in `sinusoidal_positions`; for x of shape (batch, length, n_features) of any length.

    Called on x, and optionally `start`, the position where x begins.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.positions import SinusoidalPositions
    >>> SinusoidalPositions()(np.zeros((1, 2, 2), "float32")).numpy()[0, 0].tolist()
    [0.0, 1.0]
    """

    def call(self, x, start=0):
        return x + ops.cast(sinusoidal_positions(ops.shape(x)[1], x.shape[-1], start), x.dtype)


@keras.saving.register_keras_serializable(package="skmlbio")
class LearnedPositions(keras.layers.Layer):
    """X + P with a learned row of P for each position; for x of shape (batch, length, n_features).

    Called on x, and optionally `start`, the position where x begins.

    Parameters
    ----------
    max_length : int
        Rows of P.  Positions past it share its last row.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.positions import LearnedPositions
    >>> LearnedPositions(max_length=10)(np.zeros((1, 12, 2), "float32")).shape
    TensorShape([1, 12, 2])
    """

    def __init__(self, max_length: int, **options):
        super().__init__(**options)
        self.max_length = max_length
        self.positions_initializer = keras.initializers.RandomNormal(stddev=0.1)

    def build(self, input_shape):
        shape = self.max_length, input_shape[-1]
        self.positions = self.add_weight(name="positions", shape=shape, initializer=self.positions_initializer)
        self.built = True

    def call(self, x, start=0):
        place = ops.minimum(start + ops.arange(ops.shape(x)[1]), self.max_length - 1)
        return x + ops.take(self.positions, place, axis=0)

    def get_config(self):
        return super().get_config() | {"max_length": self.max_length}
