"""Keywords that networks of our own layers share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any, Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base._intervals import Interval
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.training._budget import automatic_l2
from skmlbio.training._stored_rows import StoredRows

ACTIVATIONS = (
    "celu", "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu",
    "linear", "log_sigmoid", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softplus", "softsign", "swish",
    "tanh", "tanh_shrink",
)  # fmt: skip
COUNT = [Interval(Integral, 1, None, closed="left")]
WIDEST_KERNEL = 1000  # a convolution copies its input as often as it is wide
KERNEL_WIDTH = [Interval(Integral, 1, WIDEST_KERNEL, closed="both")]
MOST_GATES = 4  # of a recurrence: an LSTM has them
SHARE = [Interval(Real, 0, 1, closed="left")]
STRENGTH = [Interval(Real, 0, None, closed="left")]


@with_parameters
class LayerParameters:
    """How the layers of a network compute.

    Parameters
    ----------
    activation : str
        Keras' name of the activation of the hidden layers.
    dropout : float
        Share of hidden units that are dropped in training.
    dtype : str or None
        Keras' dtype policy of the hidden layers, such as "mixed_bfloat16"; None takes the one set for all of Keras.
    """

    activation: str = parameter(default="relu", allowed=[str])
    dropout: float = parameter(default=0.0, allowed=SHARE)
    dtype: str | None = parameter(
        default=None, allowed=[StrOptions({"float32", "float64", "mixed_bfloat16", "mixed_float16"}), None]
    )

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_activation(self.activation)


@with_parameters
class HiddenLayers(LayerParameters):
    """Dense layers one after the other.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int
        Widths of the hidden layers.
    """

    hidden_layer_sizes: Sequence[int] = parameter(default=(64,), allowed=["array-like"])

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_layer_sizes(self.hidden_layer_sizes)


@with_parameters
class KernelPenalties:
    """Penalties on the kernels of a network.

    Parameters
    ----------
    l1 : float
        Strength of the penalty sum(abs(w)) over the kernels.
    l2 : float or "auto"
        Strength of the penalty sum(w ** 2) over the kernels; "auto" takes 0.1 / sqrt(n_samples),
        or 0.005 for full batches.
    """

    l1: float = parameter(default=0.0, allowed=STRENGTH)
    l2: float | Literal["auto"] = parameter(default=1e-3, allowed=[*STRENGTH, StrOptions({"auto"})])

    def _penalties(self, n_samples: int, batch_size: int | None) -> dict[str, float]:
        l2 = self._automatic_l2(n_samples, batch_size) if self.l2 == "auto" else self.l2
        return {name: float(value) for name, value in (("l1", self.l1), ("l2", l2)) if value}

    def _automatic_l2(self, n_samples: int, batch_size: int | None) -> float:
        return automatic_l2(n_samples, batch_size)


@with_parameters
class AveragedWeights:
    """Weights averaged over the last epochs.

    Parameters
    ----------
    weight_averaging : float
        Share of the epochs, the last ones, whose weights are averaged (Izmailov et al. 2018); 0 keeps the last weights
        as they are, and `patience` the best ones.
    """

    weight_averaging: float = parameter(default=0.25, allowed=[Interval(Real, 0, 1, closed="both")])


def require_layer_sizes(sizes: Iterable, name: str = "hidden_layer_sizes") -> tuple[int, ...]:
    """Return layer widths as a tuple; raise a ValueError unless every layer has at least one unit."""
    for position, size in enumerate(sizes):
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{name}[{position}] must be an int of 1 or more, got {size!r}.")
    return tuple(int(size) for size in sizes)


def require_heads(embedding_dim: int, n_heads: int) -> None:
    """Raise a ValueError unless heads can share a width."""
    if embedding_dim % n_heads:
        raise ValueError(f"embedding_dim must be a multiple of the {n_heads} heads that share it, got {embedding_dim}.")


def require_heads_of_body(embedding_dim: int, n_heads: int) -> None:
    """Raise a ValueError unless heads can share a width, of which they turn features in pairs."""
    if embedding_dim % (2 * n_heads):
        raise ValueError(
            f"with body='attention', embedding_dim must be a multiple of {2 * n_heads}, because {n_heads} heads share "
            f"it and turn features in pairs; got {embedding_dim}."
        )


def require_activation(activation: str) -> None:
    """Raise a ValueError for a name that Keras does not know, without loading Keras."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation {activation!r} is unknown; known are {', '.join(ACTIVATIONS)}.")


def require_probabilities(X: Any, parameter: str) -> None:
    """Raise a ValueError unless every number of a matrix, dense, CSR or in a file, is between 0 and 1."""
    blocks = (block for _, block in X.blocks()) if isinstance(X, StoredRows) else [X]
    for block in blocks:
        values = block.data if hasattr(block, "toarray") else block
        outside = (values < 0) | (values > 1)
        if outside.any():
            value = values[outside].flat[0]
            raise ValueError(f"{parameter} needs features between 0 and 1, but X holds {value:.6g}.")
