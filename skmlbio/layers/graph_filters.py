"""Graph convolutions over several hops, filters of the graph; inputs are those of `graph_convolution`."""

from __future__ import annotations

import itertools

import keras
from keras import ops

from .graph_convolution_layer import ConvolutionLayer
from .graph_propagation import Adjacency, Tensor, propagate


def tag_convolution(adjacency: Adjacency, x: Tensor, kernels: list[Tensor]) -> Tensor:
    """Σ_k (D^-1/2 A D^-1/2)^k x W_k, over as many hops as there are kernels, beginning at 0.

    References
    ----------
    J. Du et al., "Topology adaptive graph convolutional networks", 2017, arXiv:1710.10370.
    """
    # Horner's rule: W_0 first would propagate n_features columns, this propagates units columns.
    total = ops.matmul(x, kernels[-1])
    for kernel in reversed(kernels[:-1]):
        total = ops.matmul(x, kernel) + propagate(adjacency, total, normalization="symmetric")
    return total


def arma_convolution(adjacency: Adjacency, x: Tensor, stacks: list[list[tuple[Tensor, Tensor, Tensor]]]) -> Tensor:
    """Mean over stacks of the recursion z ← relu(D^-1/2 A D^-1/2 z W + x V + b), begun with z = x.

    `stacks` holds, for each stack, the (W, V, b) of each step.

    References
    ----------
    F. M. Bianchi et al., "Graph neural networks with convolutional ARMA filters", 2019, arXiv:1901.01343.
    """
    filtered = []
    for steps in stacks:
        z = x
        for kernel, skip_kernel, bias in steps:
            z = propagate(adjacency, ops.matmul(z, kernel), normalization="symmetric")
            z = ops.relu(z + ops.matmul(x, skip_kernel) + bias)
        filtered.append(z)
    return sum(filtered) / len(filtered)


@keras.saving.register_keras_serializable(package="skmlbio")
class TAGConvolution(ConvolutionLayer):
    """X' = σ(Σ_k (D^-1/2 A D^-1/2)^k X W_k + b), k from 0 to `n_hops`; see `tag_convolution`."""

    def __init__(self, units, n_hops=3, **kwargs):
        super().__init__(units, **kwargs)
        self.n_hops = n_hops

    def make_weights(self, n_features):
        self.kernels = [self.add_kernel((n_features, self.units), f"kernel_{hop}") for hop in range(self.n_hops + 1)]

    def convolve(self, adjacency, x):
        return tag_convolution(adjacency, x, self.kernels)

    def get_config(self):
        return super().get_config() | {"n_hops": self.n_hops}


@keras.saving.register_keras_serializable(package="skmlbio")
class ARMAConvolution(ConvolutionLayer):
    """X' = σ(mean of `n_stacks` recursive filters of `n_steps` steps + b); see `arma_convolution`."""

    def __init__(self, units, n_stacks=1, n_steps=1, **kwargs):
        super().__init__(units, **kwargs)
        self.n_stacks = n_stacks
        self.n_steps = n_steps

    def make_weights(self, n_features):
        # One flat list: SavedModel does not find the variables of lists within lists.
        self.step_weights = []
        for stack, step in itertools.product(range(self.n_stacks), range(self.n_steps)):
            n_before = n_features if step == 0 else self.units
            self.step_weights += [
                self.add_kernel((n_before, self.units), f"kernel_{stack}_{step}"),
                self.add_kernel((n_features, self.units), f"skip_kernel_{stack}_{step}"),
                self.add_weight(shape=(self.units,), initializer="zeros", name=f"bias_{stack}_{step}"),
            ]

    def convolve(self, adjacency, x):
        weights = iter(self.step_weights)
        steps = list(zip(weights, weights, weights, strict=True))
        stacks = [steps[first : first + self.n_steps] for first in range(0, len(steps), self.n_steps)]
        return arma_convolution(adjacency, x, stacks)

    def get_config(self):
        return super().get_config() | {"n_stacks": self.n_stacks, "n_steps": self.n_steps}
