"""Layers that change samples at random while a network trains, and pass them as they are afterwards.

Their seeds are part of the network's state, as those of dropout are: the same fit changes the same samples.  Validation
samples and running moments never see a change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skmlbio.layers.noise import decisions

Tensor = Any


def other_strand(tokens: Tensor, complement: Tensor) -> Tensor:
    """Return the reverse complement of strings; padding stays at their ends.

    Parameters
    ----------
    tokens : tensor of shape (batch, length), int
        Token 0 is padding, after the end of a string.
    complement : tensor of shape (n_tokens,), int
        The partner of each token.

    Returns
    -------
    tensor of shape (batch, length), of the type of the tokens

    Examples
    --------
    >>> import tensorflow as tf
    >>> other_strand(tf.constant([[1, 1, 2, 0]]), tf.constant([0, 4, 3, 2, 1])).numpy().tolist()
    [[3, 4, 4, 0]]
    """
    lengths = tf.math.count_nonzero(tokens, axis=1)
    partners = tf.gather(tf.cast(complement, tokens.dtype), tf.cast(tokens, tf.int32))
    return tf.reverse_sequence(partners, lengths, seq_axis=1)


class RandomTransform(keras.layers.Layer):
    """Changes each sample of a batch with a probability, in training; a base for layers of one's own.

    A subclass says how samples are changed, in `changes`.  Each of its changes is made or not, for each sample anew and
    independently of the others.

    Parameters
    ----------
    probability : float, default=0.5
        Of each change of each sample.
    seed : int, optional
        Where the layer is called by itself; a fit draws its own.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import RandomTransform
    >>> class RandomSign(RandomTransform):
    ...     def changes(self):
    ...         return [lambda x: -x]
    >>> sorted(set(RandomSign(seed=0)(np.ones((50, 1), "float32"), training=True).numpy().ravel().tolist()))
    [-1.0, 1.0]
    """

    def __init__(self, probability: float = 0.5, seed: int | None = None, **options):
        super().__init__(**options)
        self.supports_masking = True
        self.probability, self.seed = probability, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def changes(self) -> list[Callable[[Tensor], Tensor]]:
        """Return functions from a batch to the changed batch, of the same shape and type."""
        raise NotImplementedError(f"{type(self).__name__} must say how samples are changed, in the method 'changes'.")

    def call(self, x, training=False):
        if training and self.probability:
            for change in self.changes():
                x = tf.where(self._chosen(x), change(x), x)
        return x

    def _chosen(self, x: Tensor) -> Tensor:
        """Draw which samples are changed: one decision a sample, of a shape that goes with x."""
        shape = tf.concat([tf.shape(x)[:1], tf.ones(x.shape.rank - 1, tf.int32)], axis=0)
        if self.probability >= 1:
            return tf.ones(shape, tf.bool)
        drawn = decisions(tf.zeros(tf.shape(x)[:1]), self.probability, self.seed_generator)
        return tf.reshape(drawn > 0, shape)

    def compute_output_shape(self, x_shape):
        return x_shape

    def get_config(self):
        return super().get_config() | {"probability": self.probability, "seed": self.seed}


@keras.saving.register_keras_serializable(package="skmlbio")
class RandomFlip(RandomTransform):
    """Flips images, in training.

    Called on images of shape (batch, rows, columns, channels), or whatever has the axes.

    Parameters
    ----------
    axes : sequence of int, default=(2,)
        Along which a sample is flipped, each by a decision of its own: 1 swaps top and bottom, 2 left and right.
    **options
        `probability` and `seed` of `RandomTransform`; `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import RandomFlip
    >>> image = np.array([[[[1.0], [2.0]], [[3.0], [4.0]]]], "float32")
    >>> RandomFlip((1, 2), probability=1.0)(image, training=True).numpy()[0, :, :, 0].tolist()
    [[4.0, 3.0], [2.0, 1.0]]
    """

    def __init__(self, axes: Sequence[int] = (2,), **options):
        super().__init__(**options)
        self.axes = axes

    def build(self, x_shape):
        wrong = [axis for axis in self.axes if not 0 < axis < len(x_shape)]
        if wrong:
            raise ValueError(
                f"RandomFlip cannot flip along axis {wrong[0]} of samples of shape {tuple(x_shape)}; axes are from 1 "
                f"to {len(x_shape) - 1}."
            )

    def changes(self):
        return [partial(tf.reverse, axis=[axis]) for axis in self.axes]

    def get_config(self):
        return super().get_config() | {"axes": list(self.axes)}


@keras.saving.register_keras_serializable(package="skmlbio")
class RandomReverseComplement(RandomTransform):
    """Reads the other strand of nucleic acids, in training.

    Called on tokens of shape (batch, length), an integer dtype; token 0 is padding, after the end of a string, and it
    stays there.

    Parameters
    ----------
    complement : array-like of shape (n_tokens,), int
        The partner of each token.  With k-mers as tokens, it is the token of the reverse complement.
    **options
        `probability` and `seed` of `RandomTransform`; `name` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import RandomReverseComplement
    >>> layer = RandomReverseComplement([0, 4, 3, 2, 1], probability=1.0)
    >>> layer(np.array([[1, 1, 2, 0]], "uint8"), training=True).numpy().tolist()
    [[3, 4, 4, 0]]
    """

    def __init__(self, complement, **options):
        super().__init__(**options)
        self.complement = np.asarray(complement)

    def changes(self):
        return [partial(other_strand, complement=tf.constant(self.complement))]

    def get_config(self):
        return super().get_config() | {"complement": self.complement.tolist()}
