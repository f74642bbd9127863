"""Batch normalisation over the nodes of a padded batch of graphs."""

from __future__ import annotations

import keras
from keras import ops

from ._precision import wide_dtype
from .graph_propagation import Tensor


def node_moments(x: Tensor, real: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Mean and variance of every feature over the real nodes of a batch.

    Parameters
    ----------
    x : tensor of shape (n_graphs, n_nodes, n_features), (n_graphs, n_features) or (batch, height, width, n_features)
        Features of nodes, of whole graphs, or of pixels.
    real : tensor of shape (n_graphs, n_nodes) or (batch, height, width), bool, optional
        Which nodes or pixels are not padding; without it, all count.

    Returns
    -------
    mean, variance : tensors of shape (n_features,)

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.graph_normalization import node_moments
    >>> x, real = np.array([[[1.0], [3.0], [9.0]]], "float32"), np.array([[True, True, False]])
    >>> [np.asarray(moment).tolist() for moment in node_moments(x, real)]
    [[2.0], [1.0]]
    """
    axes = tuple(range(len(x.shape) - 1))
    if real is None:
        return ops.moments(x, axes=axes)
    real = ops.expand_dims(real, -1)
    n_nodes = ops.maximum(ops.sum(ops.cast(real, x.dtype)), 1)
    mean = ops.sum(ops.where(real, x, 0), axis=axes) / n_nodes
    variance = ops.sum(ops.where(real, ops.square(x - mean), 0), axis=axes) / n_nodes
    return mean, variance


@keras.saving.register_keras_serializable(package="skmlbio")
class NodeNormalization(keras.layers.Layer):
    """γ (x - mean) / sqrt(variance + ε) + β, with the moments of the batch in training (Ioffe & Szegedy 2015).

    Afterwards it takes running means of the moments: the plain mean over the first steps, then one that forgets with
    `momentum`.  So a network is usable after a few steps, where Keras' layer would still remember its initial values.

    Parameters
    ----------
    running : bool, default=False
        Whether training, too, takes the running means, as constants.  That is for what differs from batch to batch,
        such as sums over graphs that are batched by size: a batch's own moments would hide the size, or all there is
        if it is a batch of one graph.
    momentum : float, default=0.99
        What a running mean keeps of itself at each step.
    epsilon : float, default=1e-3
        ε.
    **kwargs
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import NodeNormalization
    >>> x = np.array([[[1.0], [3.0], [0.0]]])  # the last node is padding
    >>> NodeNormalization()(x, np.array([[True, True, False]]), training=True).numpy().round(1).ravel()
    array([-1.,  1., -2.], dtype=float32)
    """

    def __init__(self, running=False, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.running = running
        self.momentum = momentum
        self.epsilon = epsilon
        self.observing = False  # whether moments are taken from batches though nothing is trained

    def build(self, x_shape, real_shape=None):
        shape = (x_shape[-1],)
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        # Half precision would lose the small changes of a running mean.
        options = {"trainable": False, "dtype": wide_dtype(self.compute_dtype)}
        self.moving_mean = self.add_weight(shape=shape, initializer="zeros", name="moving_mean", **options)
        self.moving_variance = self.add_weight(shape=shape, initializer="ones", name="moving_variance", **options)
        self.n_steps = self.add_weight(shape=(), initializer="zeros", name="n_steps", **options)

    def call(self, x, real=None, training=False):
        wide = self.moving_mean.dtype
        observing = (training and self.trainable) or self.observing
        if observing:
            mean, variance = node_moments(ops.cast(x, wide), real)
            self._remember(ops.stop_gradient(mean), ops.stop_gradient(variance))
        if self.running or not observing:
            mean, variance = ops.convert_to_tensor(self.moving_mean), ops.convert_to_tensor(self.moving_variance)
        scale = ops.rsqrt(variance + self.epsilon) * ops.cast(self.gamma, wide)
        shift = ops.cast(self.beta, wide) - mean * scale
        return x * ops.cast(scale, x.dtype) + ops.cast(shift, x.dtype)

    def _remember(self, mean, variance):
        share = ops.maximum(1 / (self.n_steps + 1), 1 - self.momentum)
        if self.running:  # the spread of the batches counts as well
            variance = variance + (1 - share) * ops.square(mean - self.moving_mean)
        self.moving_mean.assign(self.moving_mean + share * (mean - self.moving_mean))
        self.moving_variance.assign(self.moving_variance + share * (variance - self.moving_variance))
        self.n_steps.assign(self.n_steps + 1)

    def compute_output_shape(self, x_shape, real_shape=None):
        return x_shape

    def get_config(self):
        return super().get_config() | {"running": self.running, "momentum": self.momentum, "epsilon": self.epsilon}
