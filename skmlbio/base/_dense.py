"""What estimators around dense layers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from skmlbio.base._layer_parameters import HiddenLayers, KernelPenalties, require_layer_sizes
from skmlbio.base._matrix_input import MatrixInput
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._pretrained import PretrainedEncoder


@with_parameters
class DenseNetwork(PretrainedEncoder, HiddenLayers, KernelPenalties, MatrixInput):
    """A dense network: h_i = activation(h_(i-1) W_i + b_i), on what an `encoder` makes of rows if there is one."""

    hidden_layer_sizes: Sequence[int] = parameter(default=(64,), kw_only=False)
    l2: float | Literal["auto"] = parameter(default="auto")

    _encoder_kind, _way_in = MatrixInput, ("n_features_in_", "feature_names_in_")

    def _keras_network(self, encoder):
        from skmlbio.networks.pretrained import keras_features, rows

        encoder.require_samples((self.n_features_in_,), "X has rows")
        encoder.require_axes(1)
        way_in = {"n_features": self.n_features_in_, "standardize": self._standardizes(), "dtype": self.dtype}
        return keras_features, way_in | {"enter": rows}

    def _layer_arguments(self) -> dict[str, Any]:
        return {
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "dropout": float(self.dropout),
        }

    def _network_arguments(self, n_outputs: int) -> dict[str, Any]:
        from skmlbio.networks.dense import dense

        params = self._layer_arguments() | {"dtype": self.dtype}
        return {
            "network": dense,
            "input_shape": (self.n_features_in_,),
            "n_outputs": n_outputs,
            "params": params,
            "standardize": self._standardizes(),
        }
