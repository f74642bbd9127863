"""Convolutional networks over lists of graphs, as a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal

from sklearn.utils._param_validation import StrOptions, validate_parameter_constraints

from skmlbio.base import ClassifierBase, parameter, with_parameters
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import (
    COUNT,
    SHARE,
    AveragedWeights,
    HiddenLayers,
    KernelPenalties,
    require_layer_sizes,
)
from skmlbio.estimators._graph_input import GraphInput
from skmlbio.training._blueprint import Blueprint

_POOLINGS = ("mean", "sum", "max", "attention")
_CONV_PARAMS: dict[str, dict[str, list]] = {
    "gcn": {"self_connections": ["boolean"], "normalization": [StrOptions({"symmetric", "row"}), None]},
    "gat": {"n_heads": COUNT, "self_connections": ["boolean"]},
    "gin": {"hidden_units": [*COUNT, None], "learn_epsilon": ["boolean"]},
    "sage": {"self_connections": ["boolean"]},
    "tag": {"n_hops": [Interval(Integral, 0, None, closed="left")]},
    "arma": {"n_stacks": COUNT, "n_steps": COUNT},
}


@with_parameters
class GCNClassifier(HiddenLayers, KernelPenalties, AveragedWeights, GraphInput, ClassifierBase):
    """Classify graphs with a graph convolutional network.

    Nodes collect from their neighbours, layer by layer, h_i = σ(normalize(conv(h_(i-1), A))); the nodes of each layer
    are pooled, h_i to one vector a graph, and dense layers read the classes from these vectors [1]_ [2]_.  Small graphs
    are trained in padded batches, large ones as lists of edges; what is predicted for a graph does not depend on the
    graphs beside it.

    X is a list of graphs: `skmlbio.graphs.Graph`, networkx graphs, ``spektral.data.Graph``, or pairs (node features,
    adjacency); see `skmlbio.graphs.ensure_graphs`.  Nodes carry numeric features or types, all integers or all strings.
    Along a directed edge (source, target), the source collects from the target, which is opposite to PyTorch
    Geometric's default; `flow` turns it round.

    Parameters
    ----------
    conv : {"gin", "gcn", "gat", "sage", "tag", "arma"}
        The convolution: graph isomorphism network [2]_, the graph convolution X' = σ(A X Wᵀ) [1]_, attention over
        neighbours, GraphSAGE, several hops at once, recursive filters; the formulas stand in `skmlbio.layers`.
    hidden_layer_sizes : sequence of int
        Units of the convolutions.
    conv_params : dict or None
        What else the convolution takes: ``self_connections`` and ``normalization`` ("symmetric", "row" or None) for
        "gcn", ``n_heads`` and ``self_connections`` for "gat", ``hidden_units`` and ``learn_epsilon`` for "gin",
        ``self_connections`` for "sage", ``n_hops`` for "tag", ``n_stacks`` and ``n_steps`` for "arma".
    activation : str
        Keras' name of σ, and of the activation of the read-out layers.
    batch_normalization : bool
        Whether convolutions are followed by batch normalisation over the nodes of a batch, and pooling by the same over
        graphs, there by running means, because the graphs of a batch are of about one size.
    residual : bool
        Whether h_(i-1) is added to h_i, from the second layer on where they are equally wide.
    dropout : float
        Share of node features that are dropped after each convolution in training.
    pooling : {"mean", "sum", "max", "attention"} or sequence of these
        How the vectors of a graph's nodes become one; several stand side by side.
    pooled_layers : {"all", "last"}
        Which layers are pooled; "all" begins with the node features themselves.
    readout_layer_sizes : sequence of int
        Widths of the dense layers between the pooled vectors and the classes.
    readout_dropout : float
        Share of units that are dropped after each of these layers in training.

    See Also
    --------
    skmlbio.graphs.ensure_graphs : What counts as a list of graphs.

    References
    ----------
    .. [1] Kipf, Welling: Semi-supervised classification with graph convolutional networks. ICLR (2017).
    .. [2] Xu et al.: How powerful are graph neural networks? ICLR (2019).

    Examples
    --------
    >>> import networkx
    >>> from skmlbio import GCNClassifier
    >>> rings = [networkx.cycle_graph(n) for n in range(4, 24, 2)]
    >>> chains = [networkx.path_graph(n) for n in range(4, 24, 2)]
    >>> y = ["ring"] * 10 + ["chain"] * 10
    >>> classifier = GCNClassifier(epochs=100, random_state=0).fit(rings + chains, y)
    >>> classifier.predict([networkx.cycle_graph(15), networkx.path_graph(15)])
    array(['ring', 'chain'], dtype='<U5')
    """

    conv: str = parameter(default="gin", allowed=[StrOptions(set(_CONV_PARAMS))], kw_only=False)
    hidden_layer_sizes: Sequence[int] = parameter(default=(64, 64, 64))
    conv_params: dict | None = parameter(default=None, allowed=[dict, None])
    batch_normalization: bool = parameter(default=True, allowed=["boolean"])
    residual: bool = parameter(default=False, allowed=["boolean"])
    pooling: str | Sequence[str] = parameter(
        default=("mean", "sum", "max"), allowed=[StrOptions(set(_POOLINGS)), list, tuple]
    )
    pooled_layers: Literal["all", "last"] = parameter(default="all", allowed=[StrOptions({"all", "last"})])
    readout_layer_sizes: Sequence[int] = parameter(default=(64,), allowed=["array-like"])
    readout_dropout: float = parameter(default=0.3, allowed=SHARE)
    weight_averaging: float = parameter(default=0.5)

    def _check_parameters(self):
        super()._check_parameters()
        require_layer_sizes(self.readout_layer_sizes, "readout_layer_sizes")
        if not len(self.hidden_layer_sizes):
            raise ValueError("hidden_layer_sizes is empty; a graph network needs one convolution or more.")
        for how in self._poolings() or [None]:
            if how not in _POOLINGS:
                raise ValueError(f"pooling must name some of {', '.join(_POOLINGS)}, got {self.pooling!r}.")
        self._check_conv_params()

    def _check_conv_params(self):
        params, known = self.conv_params or {}, _CONV_PARAMS[self.conv]
        for name in params:
            if name not in known:
                raise ValueError(f"conv_params has {name!r}, but conv={self.conv!r} takes {', '.join(known)}.")
        validate_parameter_constraints(known, params, caller_name=f"conv_params of {type(self).__name__}")
        n_heads = params.get("n_heads", 4) if self.conv == "gat" else 1
        for position, size in enumerate(self.hidden_layer_sizes):
            if size % n_heads:
                raise ValueError(
                    f"hidden_layer_sizes[{position}] must be a multiple of the {n_heads} heads of 'gat', got {size}."
                )

    def _poolings(self) -> tuple[str, ...]:
        return (self.pooling,) if isinstance(self.pooling, str) else tuple(self.pooling)

    def _make_blueprint(self):
        from skmlbio.networks.graph_classifier import graph_classifier

        n_types = None if self.node_types_ is None else len(self.node_types_)
        arguments: dict[str, Any] = self._target_arguments() | {
            "n_features": n_types or self.n_features_in_,
            "conv": self.conv,
            "conv_params": dict(self.conv_params or {}),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "batch_normalization": bool(self.batch_normalization),
            "residual": bool(self.residual),
            "dropout": float(self.dropout),
            "pooling": self._poolings(),
            "pooled_layers": self.pooled_layers,
            "readout_layer_sizes": require_layer_sizes(self.readout_layer_sizes),
            "readout_dropout": float(self.readout_dropout),
            "n_types": n_types,
            "node_embedding_dim": self.node_embedding_dim if n_types else None,
            "standardize": self._standardizes(),
            "dtype": self.dtype,
        }
        return Blueprint(graph_classifier, arguments)
