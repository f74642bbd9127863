"""What two players lose against each other: a critic who tells real from made, and the maker who deceives it.

The critic wants high answers r to real rows and low answers d to made ones.  One loss trains both, if its gradient is
turned around where it reaches the maker, and rescaled to that of the maker's own loss, which therefore is never added.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

_LARGEST_EXPONENT = 80.0  # e^80 times σ(-80) is a number; beyond, σ(d) soon is none in single precision
# The slope of a hinge where there should be none: what is nothing to the critic still tells the maker which way to go,
# and a power of two is put in and taken out without rounding.
_NEXT_TO_NOTHING = 2.0**-60


class AdversarialLoss(NamedTuple):
    """The rules of one game, as functions of answers, element by element.

    Attributes
    ----------
    real, made : callable
        What the critic loses by its answers to real and to made rows.
    maker : callable
        What the maker loses by the answers to made rows.
    factor : callable
        -maker'(d) / made'(d).
    """

    real: Callable[[tf.Tensor], tf.Tensor]
    made: Callable[[tf.Tensor], tf.Tensor]
    maker: Callable[[tf.Tensor], tf.Tensor]
    factor: Callable[[tf.Tensor], tf.Tensor]


def _softplus_of_minus(d: tf.Tensor) -> tf.Tensor:
    return tf.nn.softplus(-d)


def _odds_of_made(d: tf.Tensor) -> tf.Tensor:
    """σ(-d) / σ(d) = exp(-d)."""
    return tf.exp(tf.minimum(-d, _LARGEST_EXPONENT))


def _hinge_of_real(r: tf.Tensor) -> tf.Tensor:
    return tf.nn.relu(1.0 - r)


def _hinge_of_made(d: tf.Tensor) -> tf.Tensor:
    return tf.nn.leaky_relu(1.0 + d, _NEXT_TO_NOTHING)


def _undone_hinge(d: tf.Tensor) -> tf.Tensor:
    return tf.where(1.0 + d > 0, tf.ones_like(d), tf.fill(tf.shape(d), tf.constant(1.0 / _NEXT_TO_NOTHING, d.dtype)))


ADVERSARIAL_LOSSES = {
    # softplus(-r) + softplus(d) against softplus(-d), which does not vanish where the critic is sure (Goodfellow et al.
    # 2014).
    "non_saturating": AdversarialLoss(_softplus_of_minus, tf.nn.softplus, _softplus_of_minus, _odds_of_made),
    # max(0, 1 - r) + max(0, 1 + d) against -d (Lim, Ye 2017).
    "hinge": AdversarialLoss(_hinge_of_real, _hinge_of_made, tf.negative, _undone_hinge),
    # d - r against -d (Arjovsky et al. 2017).
    "wasserstein": AdversarialLoss(tf.negative, tf.identity, tf.negative, tf.ones_like),
}


@keras.saving.register_keras_serializable(package="skmlbio")
class LossesOfPlayers(keras.layers.Layer):
    """What critic and maker lose by the answers to a real row and to a made one, both of shape (batch, 1).

    The critic's is the one that trains both; the maker's has no gradient, and is there to be seen.

    Parameters
    ----------
    loss : {"non_saturating", "hinge", "wasserstein"}
        Of `ADVERSARIAL_LOSSES`.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> critic, maker = LossesOfPlayers("hinge")(tf.constant([[0.5]]), tf.constant([[2.0]]))
    >>> critic.numpy().tolist(), maker.numpy().tolist()
    ([3.5], [-2.0])
    """

    def __init__(self, loss: str, **options):
        super().__init__(**options)
        self.loss = loss

    def get_config(self):
        return super().get_config() | {"loss": self.loss}

    def call(self, real, made):
        rules = ADVERSARIAL_LOSSES[self.loss]
        critic = rules.real(real) + rules.made(made)
        return critic[:, 0], rules.maker(tf.stop_gradient(made))[:, 0]
