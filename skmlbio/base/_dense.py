"""What estimators around dense layers share."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from sklearn.utils._param_validation import StrOptions

from skmlbio.base._intervals import Interval

LAYER_CONSTRAINTS: dict[str, list] = {
    "hidden_layer_sizes": ["array-like"],
    "activation": [str],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "l1": [Interval(Real, 0, None, closed="left")],
    "l2": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
    "standardize": ["boolean"],
    "dtype": [StrOptions({"float32", "float64", "mixed_bfloat16", "mixed_float16"}), None],
}


def require_layer_sizes(sizes: Iterable, name: str = "hidden_layer_sizes") -> tuple[int, ...]:
    """Return layer widths as a tuple; raise a ValueError unless every layer has at least one unit."""
    for position, size in enumerate(sizes):
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{name}[{position}] must be an int of 1 or more, got {size!r}.")
    return tuple(int(size) for size in sizes)


class DenseNetworkMixin:
    """A dense network from `hidden_layer_sizes`, `activation`, `dropout` and `dtype`."""

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_layer_sizes(self.hidden_layer_sizes)
        require_activation(self.activation)

    def _network_arguments(self, n_outputs: int) -> dict[str, Any]:
        from skmlbio.networks.dense import dense

        params = {
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "dropout": float(self.dropout),
            "dtype": self.dtype,
        }
        return {
            "network": dense,
            "input_shape": (self.n_features_in_,),
            "n_outputs": n_outputs,
            "params": params,
            "standardize": bool(self.standardize),
        }


ACTIVATIONS = (
    "celu", "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu",
    "linear", "log_sigmoid", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softplus", "softsign", "swish",
    "tanh", "tanh_shrink",
)  # fmt: skip


def require_activation(activation: str) -> None:
    """Raise a ValueError for a name that Keras does not know, without loading Keras."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation {activation!r} is unknown; known are {', '.join(ACTIVATIONS)}.")


def require_probabilities(X: Any, parameter: str) -> None:
    """Raise a ValueError unless every number of a matrix, dense or CSR, is between 0 and 1."""
    values = X.data if hasattr(X, "toarray") else X
    outside = (values < 0) | (values > 1)
    if outside.any():
        value = values[outside].flat[0]
        raise ValueError(f"{parameter} needs features between 0 and 1, but X holds {value:.6g}.")
