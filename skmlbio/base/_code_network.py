"""What auto-encoders of matrices share, variational ones and others."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmlbio.base._annotated_data import is_annotated
from skmlbio.base._layer_parameters import HiddenLayers, require_layer_sizes, require_probabilities
from skmlbio.base._matrix_input import MatrixInput
from skmlbio.base._transformer import DecoderMixin


class CodeNetwork(HiddenLayers, MatrixInput, DecoderMixin):
    """Dense layers to a code of `latent_dim` numbers and back, of features that may be probabilities."""

    def _of_probabilities(self) -> str:
        """Return which keyword takes features for probabilities, as the user wrote it, if one does."""
        raise NotImplementedError

    def annotate(self, adata: Any, *, key_added: str = "X_latent", layer_added: str | None = None, **params) -> None:
        """Write the codes of cells into an `AnnData`, for what scanpy makes of them, and reconstructions if wanted.

        Parameters
        ----------
        adata : AnnData
            Cells, as `transform` takes them.
        key_added : str
            ``adata.obsm[key_added]`` gets the codes; ``scanpy.pp.neighbors(adata, use_rep=key_added)`` finds them.
        layer_added : str or None
            ``adata.layers[layer_added]`` gets what `reconstruct` answers, which is dense; None does without.
        **params : object
            What `transform` and `reconstruct` take beside X, such as the covariates of a sampler.

        Raises
        ------
        TypeError
            If it is no AnnData.
        """
        if not is_annotated(adata):
            raise TypeError(f"annotate writes into an AnnData, but adata is a {type(adata).__name__}.")
        codes = np.asarray(self.transform(adata, **params))
        if layer_added is not None:
            adata.layers[layer_added] = self.reconstruct(adata, **params)
        adata.obsm[key_added] = codes

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
