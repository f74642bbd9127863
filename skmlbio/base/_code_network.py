"""What auto-encoders of matrices share, variational ones and others."""

from __future__ import annotations

from typing import Any

from skmlbio.base._layer_parameters import HiddenLayers, require_layer_sizes, require_probabilities
from skmlbio.base._matrix_input import MatrixInput
from skmlbio.base._transformer import DecoderMixin


class CodeNetwork(HiddenLayers, MatrixInput, DecoderMixin):
    """Dense layers to a code of `latent_dim` numbers and back, of features that may be probabilities."""

    def _of_probabilities(self) -> str:
        """Return which keyword takes features for probabilities, as the user wrote it, if one does."""
        raise NotImplementedError

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if keyword := self._of_probabilities():
            require_probabilities(data.columns[0], keyword)
        return data

    def _standardizes(self):
        return super()._standardizes() and not self._of_probabilities()

    def _network_arguments(self) -> dict[str, Any]:
        return {
            "n_features": self.n_features_in_,
            "latent_dim": int(self.latent_dim),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "dropout": float(self.dropout),
            "standardize": self._standardizes(),
            "dtype": self.dtype,
        }

    def _code_size(self):
        return self.blueprint_.arguments["latent_dim"]
