"""Graph convolutions over several hops, filters of the graph; inputs are those of `graph_convolution`."""

from __future__ import annotations

import itertools

import keras
from keras import ops

from .graph_convolution_layer import ConvolutionLayer
from .graph_propagation import Adjacency, Tensor, propagate, transposed
from .sparse_product import product


def tag_convolution(adjacency: Adjacency, x: Tensor, kernels: list[Tensor]) -> Tensor:
    """Σ_k (D^-1/2 A D^-1/2)^k x W_k, over as many hops as there are kernels, beginning at 0.

    References
    ----------
    J. Du et al., "Topology adaptive graph convolutional networks", 2017, arXiv:1710.10370.
    """
    # Horner's rule: W_0 first would propagate n_features columns, this propagates units columns.
    total = product(x, kernels[-1])
    for kernel in reversed(kernels[:-1]):
        total = product(x, kernel) + propagate(adjacency, total, normalization="symmetric")
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
            z = propagate(adjacency, product(z, kernel), normalization="symmetric")
            z = ops.relu(z + product(x, skip_kernel) + bias)
        filtered.append(z)
    return sum(filtered) / len(filtered)


def chebyshev_convolution(adjacency: Adjacency, x: Tensor, kernels: list[Tensor]) -> Tensor:
    """Σ_k T_k(L) x W_k with Chebyshev's polynomials T_k, over as many hops as there are kernels, beginning at 0.

    L = -D^-1/2 A D^-1/2, the Laplacian I - D^-1/2 A D^-1/2 brought to the range of the polynomials by the bound 2 of
    its eigenvalues, not by the largest of each graph: a layer then needs no eigenvalues, and does the same in all
    graphs.

    References
    ----------
    M. Defferrard, X. Bresson, P. Vandergheynst, "Convolutional neural networks on graphs with fast localized spectral
    filtering", NeurIPS 2016.
    """

    # Clenshaw's rule propagates units columns, as Horner's does for powers: B_k = x W_k + 2 L B_(k+1) - B_(k+2), and at
    # last 1 L for 2 L.
    after, total = 0.0, product(x, kernels[-1])
    for hop in reversed(range(len(kernels) - 1)):
        propagated = propagate(adjacency, total, normalization="symmetric")
        after, total = total, product(x, kernels[hop]) - (2 if hop else 1) * propagated - after
    return total


def appnp_convolution(adjacency: Adjacency, z: Tensor, n_steps: int, teleport: float) -> Tensor:
    """`n_steps` steps of personalised PageRank, y ← (1 - α) D^-1/2 (A + I) D^-1/2 y + α z, begun with y = z.

    `teleport` is α, the share of its own that a node keeps; the degrees D are those of A + I.

    References
    ----------
    J. Klicpera (now Gasteiger), A. Bojchevski, S. Günnemann, "Predict then propagate: graph neural networks meet
    personalized PageRank", ICLR 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.graph_filters import appnp_convolution
    >>> pair = np.array([[[0, 1], [1, 0]]], "float32")
    >>> y = appnp_convolution(pair, np.array([[[4], [0]]], "float32"), n_steps=1, teleport=0.5)
    >>> np.asarray(y).ravel().round(3)
    array([3., 1.], dtype=float32)
    """
    y = z
    for _ in range(n_steps):
        y = (1 - teleport) * propagate(adjacency, y, self_connections=True, normalization="symmetric") + teleport * z
    return y


def diffusion_convolution(
    adjacency: Adjacency, x: Tensor, kernel: Tensor, kernels: list[Tensor], back_kernels: list[Tensor]
) -> Tensor:
    """x W_0 + Σ_k (D^-1 A)^k x W_k + Σ_k (E^-1 Aᵀ)^k x V_k for k from 1 on: messages go both ways along an edge.

    D and E are the degrees of A and of Aᵀ. `kernel` is W_0, `kernels` are the W_k and `back_kernels` the V_k.

    References
    ----------
    Y. Li, R. Yu, C. Shahabi, Y. Liu, "Diffusion convolutional recurrent neural network: data-driven traffic
    forecasting", ICLR 2018, equation 2.
    """
    total = product(x, kernel)
    for direction, of_hops in ((adjacency, kernels), (transposed(adjacency), back_kernels)):
        collected = 0.0
        for hop_kernel in reversed(of_hops):
            collected = propagate(direction, product(x, hop_kernel) + collected, normalization="row")
        total = total + collected
    return total


@keras.saving.register_keras_serializable(package="skmlbio")
class TAGConvolution(ConvolutionLayer):
    """X' = σ(Σ_k (D^-1/2 A D^-1/2)^k X W_k + b), k from 0 to `n_hops` [1]_.

    Its inputs are those of `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    n_hops : int, default=3
        How far messages come from.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Du et al., "Topology adaptive graph convolutional networks", 2017, arXiv:1710.10370.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import TAGConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> TAGConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([ 6.328, 11.071,  9.328], dtype=float32)
    """

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
    """X' = σ(mean of `n_stacks` recursive filters + b) [1]_.

    Each filter begins with Z = X, and repeats Z ← relu(D^-1/2 A D^-1/2 Z W + X V + c).  Its inputs are those of
    `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    n_stacks : int, default=1
        Filters.
    n_steps : int, default=1
        Steps of each.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Bianchi et al., "Graph neural networks with convolutional ARMA filters", 2019, arXiv:1901.01343.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import ARMAConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> ARMAConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([2.414, 5.536, 5.414], dtype=float32)
    """

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


@keras.saving.register_keras_serializable(package="skmlbio")
class ChebyshevConvolution(ConvolutionLayer):
    """X' = σ(Σ_k T_k(-D^-1/2 A D^-1/2) X W_k + b), k from 0 to `n_hops`, Chebyshev's polynomials T_k [1]_.

    Its inputs are those of `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    n_hops : int, default=2
        Degree of the last polynomial.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Defferrard, Bresson, Vandergheynst, "Convolutional neural networks on graphs with fast localized
       spectral filtering", NeurIPS 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import ChebyshevConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> ChebyshevConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([3.586, 0.464, 3.586], dtype=float32)
    """

    def __init__(self, units, n_hops=2, **kwargs):
        super().__init__(units, **kwargs)
        self.n_hops = n_hops

    def make_weights(self, n_features):
        self.kernels = [self.add_kernel((n_features, self.units), f"kernel_{hop}") for hop in range(self.n_hops + 1)]

    def convolve(self, adjacency, x):
        return chebyshev_convolution(adjacency, x, self.kernels)

    def get_config(self):
        return super().get_config() | {"n_hops": self.n_hops}


@keras.saving.register_keras_serializable(package="skmlbio")
class APPNPConvolution(ConvolutionLayer):
    """X' = σ(Y + b), where Y is MLP(X) after some steps of personalised PageRank [1]_.

    A step is Y ← (1 - α) D^-1/2 (A + I) D^-1/2 Y + α MLP(X), with the degrees D of A + I.  Its inputs are those of
    `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    n_steps : int, default=10
        Steps.
    teleport : float, default=0.1
        α, the share of its own that a node keeps.
    hidden_units : int, default=None
        Rectifiers of the one hidden layer of the MLP; None takes as many as `units`.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Klicpera (now Gasteiger), Bojchevski, Günnemann, "Predict then propagate: graph neural networks meet
       personalized PageRank", ICLR 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import APPNPConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> APPNPConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([1.888, 2.554, 2.434], dtype=float32)
    """

    def __init__(self, units, n_steps=10, teleport=0.1, hidden_units=None, **kwargs):
        super().__init__(units, **kwargs)
        self.n_steps = n_steps
        self.teleport = teleport
        self.hidden_units = hidden_units

    def make_weights(self, n_features):
        hidden_units = self.hidden_units or self.units
        self.hidden_kernel = self.add_kernel((n_features, hidden_units), "hidden_kernel")
        self.hidden_bias = self.add_weight(shape=(hidden_units,), initializer="zeros", name="hidden_bias")
        self.kernel = self.add_kernel((hidden_units, self.units), "kernel")

    def convolve(self, adjacency, x):
        hidden = ops.relu(product(x, self.hidden_kernel) + self.hidden_bias)
        return appnp_convolution(adjacency, ops.matmul(hidden, self.kernel), self.n_steps, self.teleport)

    def get_config(self):
        return super().get_config() | {
            "n_steps": self.n_steps,
            "teleport": self.teleport,
            "hidden_units": self.hidden_units,
        }


@keras.saving.register_keras_serializable(package="skmlbio")
class DiffusionConvolution(ConvolutionLayer):
    """X' = σ(X W_0 + Σ_k (D^-1 A)^k X W_k + Σ_k (E^-1 Aᵀ)^k X V_k + b): random walks both ways along edges [1]_.

    D and E are the degrees of A and of Aᵀ, and k goes from 1 to `n_hops`.  Its inputs are those of `GraphConvolution`.

    Parameters
    ----------
    units : int
        Features of each node afterwards.
    n_hops : int, default=2
        Steps of the walks.
    **kwargs
        `activation` (σ), `use_bias`, `kernel_initializer`, `kernel_regularizer`, and what every Keras layer takes.

    References
    ----------
    .. [1] Li, Yu, Shahabi, Liu, "Diffusion convolutional recurrent neural network: data-driven traffic
       forecasting", ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers import DiffusionConvolution
    >>> x, path = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]])
    >>> DiffusionConvolution(1, kernel_initializer="ones")([x, path]).numpy().ravel().round(3)
    array([10., 11., 13.], dtype=float32)
    """

    def __init__(self, units, n_hops=2, **kwargs):
        super().__init__(units, **kwargs)
        self.n_hops = n_hops

    def make_weights(self, n_features):
        shape, hops = (n_features, self.units), range(1, self.n_hops + 1)
        self.kernel = self.add_kernel(shape, "kernel")
        self.kernels = [self.add_kernel(shape, f"kernel_{hop}") for hop in hops]
        self.back_kernels = [self.add_kernel(shape, f"back_kernel_{hop}") for hop in hops]

    def convolve(self, adjacency, x):
        return diffusion_convolution(adjacency, x, self.kernel, self.kernels, self.back_kernels)

    def get_config(self):
        return super().get_config() | {"n_hops": self.n_hops}
