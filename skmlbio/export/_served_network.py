"""A fitted network as TensorFlow functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from skmlbio.training._blueprint import Blueprint

if TYPE_CHECKING:
    import tensorflow as tf


class ServedNetwork:
    """The network of a blueprint with weights that travel in a TensorFlow module.

    Parameters
    ----------
    blueprint : Blueprint
        Builds the architecture.
    weights : list of ndarray
        Its weights.

    Attributes
    ----------
    module : tf.Module
        Owns everything that `answer` reads.
    keeps_gradients : bool
        Whether functions that define gradients of their own are written with them; TensorFlow cannot write all.
    """

    def __init__(self, blueprint: Blueprint, weights: list[np.ndarray]):
        from skmlbio._tensorflow import tf
        from skmlbio.training._cache import get_network
        from skmlbio.training._network import is_seed

        self.network = get_network(blueprint)
        self.module, self.keeps_gradients = tf.Module(), True
        self.module.tables = []  # of strings, which ways in add to
        self.module.weights = [tf.Variable(w, trainable=False) for w in weights]
        # A network of the user's own may draw random numbers when it predicts.
        self.module.seeds = [v.value for v in self.network.state if is_seed(v)]

    def answer(self, head: str, *inputs: tf.Tensor, form: str = "") -> Any:
        """Return what a head answers, in its own structure; to be called where a function is traced."""
        weights = [variable.read_value() for variable in self.module.weights]
        return self.network.forward_program(head, form).function(weights, *inputs)

    def inputs(self, head: str | None = None, form: str = "") -> list[tf.TensorSpec]:
        """Return shape and dtype of what a head takes, or what all take; the first axis, that of samples, is free."""
        from skmlbio._tensorflow import keras, tf

        architecture = self.network.forms[form]
        model = architecture.training if head is None else architecture.heads[head]
        return [tf.TensorSpec(t.shape, t.dtype) for t in keras.tree.flatten(model.input)]
