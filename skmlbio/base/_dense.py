"""What estimators around dense layers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from skmlbio.base._layer_parameters import HiddenLayers, KernelPenalties, require_layer_sizes
from skmlbio.base._matrix_input import MatrixInput
from skmlbio.base._parameters import parameter, with_parameters


@with_parameters
class DenseNetwork(HiddenLayers, KernelPenalties, MatrixInput):
    """A dense network: h_i = activation(h_(i-1) W_i + b_i)."""

    hidden_layer_sizes: Sequence[int] = parameter(default=(64,), kw_only=False)
    l2: float | Literal["auto"] = parameter(default="auto")

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
            "standardize": self._standardizes(),
        }
