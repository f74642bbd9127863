"""Nucleic acids read on both strands, by the same weights.

`BothStrands` puts beside each string the other strand, read in its own direction, and `JoinedStrands` makes one string
of the two again.  Whatever a network does in between, to each of them alike, and whatever pooling comes behind, a
string and its reverse complement get the same answer.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

Tensor = Any


def both_strands(x: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Follow each string by its reverse complement.

    Parameters
    ----------
    x : tensor of shape (batch, length, n_letters)
        Vectors of letters in an order whose reverse are their partners, as in A, C, G, T; zero behind the end.
    real : tensor of shape (batch, length), bool
        Which positions are real: the first ones of each string.

    Returns
    -------
    x : tensor of shape (2 * batch, length, n_letters)
        Each string, then its other strand, which begins at position 0 too.
    real : tensor of shape (2 * batch, length), bool

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.strands import both_strands
    >>> x, real = both_strands(np.eye(4, dtype="float32")[None, [0, 0, 1, 3]], np.array([[True, True, True, False]]))
    >>> "".join("ACGT"[i] for i in x.numpy()[1, :3].argmax(axis=-1)), real.numpy().tolist()[1]
    ('GTT', [True, True, True, False])
    """
    lengths = tf.reduce_sum(tf.cast(real, tf.int32), axis=1)
    others = tf.reverse_sequence(tf.reverse(x, axis=[-1]), lengths, seq_axis=1)
    n_strings, length = tf.unstack(tf.shape(real))
    x = tf.reshape(tf.stack([x, others], axis=1), [2 * n_strings, length, x.shape[-1]])
    return x, tf.reshape(tf.stack([real, real], axis=1), [2 * n_strings, length])


def joined_strands(x: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Put the positions of both strands into one row.

    Parameters
    ----------
    x : tensor of shape (2 * batch, length, n_features)
        Features of the positions of each string, then of its other strand.
    real : tensor of shape (2 * batch, length), bool
        Which positions are real.

    Returns
    -------
    x : tensor of shape (batch, 2 * length, n_features)
    real : tensor of shape (batch, 2 * length), bool
    """
    n_rows, length = tf.unstack(tf.shape(real))
    x = tf.reshape(x, [n_rows // 2, 2 * length, x.shape[-1]])
    return x, tf.reshape(real, [n_rows // 2, 2 * length])


@keras.saving.register_keras_serializable(package="skmlbio")
class BothStrands(keras.layers.Layer):
    """Each string, followed by its reverse complement; see `both_strands`.

    Called on vectors of letters of shape (batch, length, n_letters), in an order whose reverse are their partners, as
    in A, C, G, T, and `real` of shape (batch, length), bool; returns the pair of both for twice as many strings.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import BothStrands
    >>> x, real = BothStrands()(np.ones((3, 10, 4), "float32"), real=np.ones((3, 10), bool))
    >>> x.shape, real.shape
    (TensorShape([6, 10, 4]), TensorShape([6, 10]))
    """

    def call(self, x, real):
        return both_strands(x, real)


@keras.saving.register_keras_serializable(package="skmlbio")
class JoinedStrands(keras.layers.Layer):
    """One row of positions for both strands, so that they can be pooled as one; see `joined_strands`.

    Called on x of shape (2 * batch, length, n_features) and `real` of shape (2 * batch, length), bool, as they come of
    `BothStrands`; returns the pair of both for half as many rows of twice the length.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import JoinedStrands
    >>> x, real = JoinedStrands()(np.ones((6, 10, 8), "float32"), real=np.ones((6, 10), bool))
    >>> x.shape, real.shape
    (TensorShape([3, 20, 8]), TensorShape([3, 20]))
    """

    def call(self, x, real):
        return joined_strands(x, real)
