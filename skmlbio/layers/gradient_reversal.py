"""Two players in one loss: what one of them wants to make small, the other wants to make large.

Both learn in one step.  A joint between them lets values pass as they are and turns gradients around.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from skmlbio.layers.adversarial_losses import ADVERSARIAL_LOSSES

Tensor = Any


def reverse_gradient(x: Tensor, factor: float | Tensor | Callable[[], Tensor] = 1.0) -> Tensor:
    """Return x, whose gradient is that of the result times -factor (Ganin & Lempitsky 2015).

    Parameters
    ----------
    x : tensor of shape (batch, ...), float
        What one player hands to the other.
    factor : float, tensor or callable, default=1.0
        One for all, or one for each row, of shape (batch,) or (batch, 1).  A function without arguments is called when
        the gradient is computed: so it may give what is made of the result only later.

    Returns
    -------
    tensor of shape (batch, ...)

    Examples
    --------
    >>> import tensorflow as tf
    >>> x = tf.constant([[1.0], [2.0]])
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = reverse_gradient(x, tf.constant([1.0, 10.0])) ** 2
    >>> tape.gradient(y, x).numpy().ravel().tolist()
    [-2.0, -40.0]
    """

    @tf.custom_gradient
    def joint(x):
        def gradient(upstream):
            wide = tf.float64 if upstream.dtype == tf.float64 else tf.float32  # factors may be large
            scale = tf.cast(factor() if callable(factor) else factor, wide)
            if scale.shape.rank:
                scale = tf.reshape(scale, [-1, *[1] * (upstream.shape.rank - 1)])
            return tf.cast(-scale * tf.cast(upstream, wide), upstream.dtype)

        return tf.identity(x), gradient

    return joint(tf.convert_to_tensor(x))


def play_against(discriminator: Callable[[Tensor], Tensor], x: Tensor, loss: str = "non_saturating") -> Tensor:
    """Ask a discriminator about made samples, so that both players learn from what it loses by its answers.

    The gradient of its loss is turned around for the one who made x, and rescaled row by row, to that of the maker's
    own loss; see `ADVERSARIAL_LOSSES`.

    Parameters
    ----------
    discriminator : callable
        From samples to one logit each, of shape (batch,) or (batch, 1).
    x : tensor of shape (batch, ...), float
        Samples that the other player has made.
    loss : {"non_saturating", "hinge", "wasserstein"}, default="non_saturating"
        Of the discriminator for made samples, as a function of the result.

    Returns
    -------
    tensor of shape (batch,) or (batch, 1)
        d, the discriminator's logits.

    Examples
    --------
    >>> import tensorflow as tf
    >>> x = tf.constant([[1.0], [-5.0]])
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     loss = tf.nn.softplus(play_against(lambda x: 2 * x, x))
    >>> bool(tf.reduce_all(tf.abs(tape.gradient(loss, x) + 2 * tf.sigmoid(-2 * x)) < 1e-5))
    True
    """
    answers: list[Tensor] = []

    def factor() -> Tensor:
        logits = tf.reshape(answers[0], [-1])
        logits = tf.cast(logits, tf.float64 if logits.dtype == tf.float64 else tf.float32)
        return ADVERSARIAL_LOSSES[loss].factor(logits)

    answers.append(discriminator(reverse_gradient(x, factor)))
    return answers[0]


@keras.saving.register_keras_serializable(package="skmlbio")
class GradientReversal(keras.layers.Layer):
    """Lets values pass, and gradients turned around and times `factor`: see `reverse_gradient`.

    What comes before learns to make worse what follows, such as a classifier of batches or laboratories whose mark
    shall not be in a code.

    Parameters
    ----------
    factor : float, default=1.0
        How strong the first player is.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import GradientReversal
    >>> GradientReversal(0.5)(np.array([[1.0, 2.0]], "float32")).numpy().tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, factor: float = 1.0, **options):
        super().__init__(**options)
        self.supports_masking = True
        self.factor = factor

    def call(self, x):
        return reverse_gradient(x, self.factor)

    def compute_output_shape(self, x_shape):
        return x_shape

    def get_config(self):
        return super().get_config() | {"factor": self.factor}


@keras.saving.register_keras_serializable(package="skmlbio")
class Adversary(keras.layers.Wrapper):
    """A discriminator's logits of made samples, which the maker learns to raise: see `play_against`.

    With d the logit of a made sample and r that of a real one, for which the discriminator itself is asked, the one
    loss of both players is softplus(d) + softplus(-r), or that of `ADVERSARIAL_LOSSES`.

    Parameters
    ----------
    layer : keras.Layer
        The discriminator: from samples to one logit each.
    loss : {"non_saturating", "hinge", "wasserstein"}, default="non_saturating"
        Of the discriminator.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import keras
    >>> from skmlbio.layers import Adversary
    >>> discriminator = keras.layers.Dense(1)
    >>> Adversary(discriminator)(keras.ops.ones((5, 3))).shape
    TensorShape([5, 1])
    """

    def __init__(self, layer: keras.Layer, loss: str = "non_saturating", **options):
        super().__init__(layer, **options)
        self.loss = loss

    def call(self, x):
        return play_against(self.layer, x, self.loss)

    def compute_output_shape(self, x_shape):
        return self.layer.compute_output_shape(x_shape)

    def get_config(self):
        return super().get_config() | {"loss": self.loss}
