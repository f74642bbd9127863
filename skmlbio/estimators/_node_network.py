"""What networks of one large graph share: the keywords, and the way to a blueprint."""

from __future__ import annotations

from collections.abc import Sequence

from skmlbio.base import parameter, with_parameters
from skmlbio.base._layer_parameters import AveragedWeights, HiddenLayers, KernelPenalties
from skmlbio.base._supervised import SupervisedBase
from skmlbio.estimators._graph_convolutions import GraphConvolutions
from skmlbio.estimators._node_input import NodeInput
from skmlbio.training._blueprint import Blueprint


@with_parameters
class NodeNetwork(GraphConvolutions, HiddenLayers, KernelPenalties, AveragedWeights, NodeInput, SupervisedBase):
    """A network of the nodes of one graph; together with `ClassifierBase` or `RegressorBase`, an estimator.

    Every step runs over the whole graph, so by default all training nodes are one batch, and an epoch is a step.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int
        Units of the convolutions; one more, which gives the output, comes after them.  It is the only one where this is
        empty, as suits ``conv="appnp"``, which has a hidden layer within: ``conv_params={"hidden_units": 64}``.
    activation : str
        Keras' name of σ.
    batch_normalization : bool
        Whether convolutions but the last are followed by batch normalisation over all nodes.
    dropout : float
        Share of node features that are dropped after each convolution but the last in training, and of the entries of
        sparse features before the first.
    """

    conv: str = parameter(default="gcn")
    hidden_layer_sizes: Sequence[int] = parameter(default=(64,))
    batch_normalization: bool = parameter(default=False)
    dropout: float = parameter(default=0.5)
    l2: float = parameter(default=5e-4)
    weight_averaging: float = parameter(default=0.0)
    learning_rate: float = parameter(default=0.01)
    epochs: int = parameter(default=200)
    batch_size: int | None = parameter(default=None)

    _needs_hidden_layers = False

    def _make_blueprint(self):
        from skmlbio.networks.node_network import node_network

        targets = {"targets": self._target_arguments()}
        return Blueprint(node_network, targets | self._node_arguments() | self._convolution_arguments())
