"""How steep an answer is as a function of its row, for penalties that keep a critic from becoming too steep."""

from __future__ import annotations

import keras
import tensorflow as tf

_LEAST = 1e-12  # a square root has no slope at 0


@keras.saving.register_keras_serializable(package="skmlbio")
class Steepness(keras.layers.Wrapper):
    """The answers of a layer, and the squared norm of their gradient by the row, which can itself be differentiated.

    Parameters
    ----------
    layer : keras.Layer
        From rows to one number each.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> layer = keras.layers.Dense(1, kernel_initializer="ones")
    >>> answers, squares = Steepness(layer)(tf.constant([[1.0, 2.0, 3.0]]))
    >>> answers.numpy().tolist(), squares.numpy().tolist()
    ([[6.0]], [3.0])
    """

    def call(self, x, training=False):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            answers = self.layer(x, training=training)
        return answers, tf.reduce_sum(tape.gradient(answers, x) ** 2, axis=1)


def zero_centred(squares: tf.Tensor) -> tf.Tensor:
    """‖∇f‖² / 2: f is to be flat where data are (R1; Mescheder et al. 2018)."""
    return 0.5 * squares


def one_centred(squares: tf.Tensor) -> tf.Tensor:
    """(‖∇f‖ - 1)²: f is to be as steep as it may be, and no steeper (Gulrajani et al. 2017)."""
    return (tf.sqrt(squares + _LEAST) - 1.0) ** 2


_PENALTIES = {"zero": zero_centred, "one": one_centred}


@keras.saving.register_keras_serializable(package="skmlbio")
class SteepnessPenalty(keras.layers.Layer):
    """What a squared norm of a gradient costs.

    Parameters
    ----------
    centre : {"zero", "one"}
        `zero_centred` or `one_centred`.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> SteepnessPenalty("zero")(tf.constant([4.0])).numpy().tolist()
    [2.0]
    """

    def __init__(self, centre: str, **options):
        super().__init__(**options)
        self.centre = centre

    def get_config(self):
        return super().get_config() | {"centre": self.centre}

    def call(self, squares):
        return _PENALTIES[self.centre](squares)
