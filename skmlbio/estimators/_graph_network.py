"""What networks of whole graphs share: the keywords, and the way to a blueprint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._layer_parameters import SHARE, AveragedWeights, HiddenLayers, KernelPenalties, require_layer_sizes
from skmlbio.base._pretrained import PretrainedEncoder
from skmlbio.estimators._graph_attributions import AttributedGraphs
from skmlbio.estimators._graph_convolutions import GraphConvolutions
from skmlbio.estimators._graph_input import GraphInput
from skmlbio.training._blueprint import Blueprint

_POOLINGS = ("mean", "sum", "max", "attention")


@with_parameters
class GraphReadout:
    """From the vectors of nodes to those of graphs.

    Parameters
    ----------
    pooling : {"mean", "sum", "max", "attention"} or sequence of these
        How the vectors of a graph's nodes become one; several stand side by side.
    pooled_layers : {"all", "last"}
        Which layers are pooled; "all" begins with the node features themselves.
    readout_layer_sizes : sequence of int
        Widths of the dense layers between the pooled vectors and the output.
    readout_dropout : float
        Share of units that are dropped after each of these layers in training.
    """

    pooling: str | Sequence[str] = parameter(
        default=("mean", "sum", "max"), allowed=[StrOptions(set(_POOLINGS)), list, tuple]
    )
    pooled_layers: Literal["all", "last"] = parameter(default="all", allowed=[StrOptions({"all", "last"})])
    readout_layer_sizes: Sequence[int] = parameter(default=(64,), allowed=["array-like"])
    readout_dropout: float = parameter(default=0.3, allowed=SHARE)

    def _check_parameters(self):
        super()._check_parameters()
        require_layer_sizes(self.readout_layer_sizes, "readout_layer_sizes")
        for how in self._poolings() or [None]:
            if how not in _POOLINGS:
                raise ValueError(f"pooling must name some of {', '.join(_POOLINGS)}, got {self.pooling!r}.")

    def _poolings(self) -> tuple[str, ...]:
        return (self.pooling,) if isinstance(self.pooling, str) else tuple(self.pooling)


@with_parameters
class GraphNetwork(
    PretrainedEncoder, AttributedGraphs, GraphConvolutions, GraphReadout, HiddenLayers, KernelPenalties,
    AveragedWeights, GraphInput,
):  # fmt: skip
    """A network of whole graphs; together with `ClassifierBase` or `RegressorBase`, an estimator.

    Parameters
    ----------
    activation : str
        Keras' name of σ, and of the activation of the read-out layers.
    batch_normalization : bool
        Whether convolutions are followed by batch normalisation over the nodes of a batch, and pooling by the same over
        graphs, there by running means, because the graphs of a batch are of about one size.
    """

    weight_averaging: float = parameter(default=0.5)

    _encoder_kind, _way_in = GraphInput, ("n_features_in_", "node_types_", "edge_types_", "n_edge_features_")

    def _make_blueprint(self):
        from skmlbio.networks.graph_network import graph_network

        if self.encoder is not None:
            return self._blueprint_on_encoder(
                hidden_layer_sizes=require_layer_sizes(self.readout_layer_sizes),
                activation=self.activation,
                dropout=float(self.readout_dropout),
            )
        readout = {
            "targets": self._target_arguments(),
            "pooling": self._poolings(),
            "pooled_layers": self.pooled_layers,
            "readout_layer_sizes": require_layer_sizes(self.readout_layer_sizes),
            "readout_dropout": float(self.readout_dropout),
        }
        return Blueprint(graph_network, self._node_arguments() | self._convolution_arguments() | readout)
