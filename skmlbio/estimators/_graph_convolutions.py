"""The keywords of graph convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

from sklearn.utils._param_validation import validate_parameter_constraints

from skmlbio.base import parameter, with_parameters
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import COUNT, HiddenLayers, require_layer_sizes
from skmlbio.base._options import StrOptions

_HOPS = [Interval(Integral, 0, None, closed="left")]
_AGGREGATIONS = [StrOptions({"sum", "mean", "max"})]
_CONV_PARAMS: dict[str, dict[str, list]] = {
    "auto": {"hidden_units": [*COUNT, None], "learn_epsilon": ["boolean"]},
    "gcn": {"self_connections": ["boolean"], "normalization": [StrOptions({"symmetric", "row"}), None]},
    "gat": {"n_heads": COUNT, "self_connections": ["boolean"]},
    "gin": {"hidden_units": [*COUNT, None], "learn_epsilon": ["boolean"]},
    "sage": {"self_connections": ["boolean"]},
    "tag": {"n_hops": _HOPS},
    "arma": {"n_stacks": COUNT, "n_steps": COUNT},
    "cheb": {"n_hops": _HOPS},
    "appnp": {
        "n_steps": COUNT,
        "teleport": [Interval(Real, 0, 1, closed="both")],
        "hidden_units": [*COUNT, None],
    },
    "diffusion": {"n_hops": _HOPS},
    "general": {"aggregation": _AGGREGATIONS, "self_connections": ["boolean"]},
    "edge": {"aggregation": _AGGREGATIONS, "hidden_units": [*COUNT, None]},
    "gine": {"hidden_units": [*COUNT, None], "learn_epsilon": ["boolean"]},
    "ecc": {"hidden_units": COUNT},
    "gated": {},
}
_HOPS_BY_DEFAULT = {"tag": 3, "arma": 1, "cheb": 2, "appnp": 10, "diffusion": 2}  # all others go to neighbours only
_CONVOLUTIONS_OF_EDGE_FEATURES = ("gine", "ecc", "gated")


@with_parameters
class GraphConvolutions(HiddenLayers):
    """Nodes that collect from their neighbours, layer by layer.

    Parameters
    ----------
    conv : str
        The convolution; the formulas stand in `skmlbio.layers`.  "auto" is "gine" where edges have features in the fit,
        else "gin".  Of direct neighbours: "gin", graph isomorphism network; "gcn", the graph convolution
        X' = σ(A X Wᵀ); "gat", attention; "sage", GraphSAGE; "general", sums of rectified messages; "edge", a network of
        a node and its difference to each neighbour, which tells apart what sums mix up.  Over several hops: "tag",
        powers of the adjacency; "arma", recursive filters; "cheb", Chebyshev's polynomials; "appnp", a network of each
        node, then PageRank; "diffusion", random walks along directed edges and against them, so that messages go both
        ways.  With features of edges, or else with their weights in place of these: "gine", the isomorphism network
        with edges; "ecc", a matrix that follows from the edge; "gated", gates that follow from both ends and the edge.
        "gat", and "edge" and "general" where they take the maximum, do not look at the weights of edges.
    hidden_layer_sizes : sequence of int
        Units of the convolutions.
    conv_params : dict or None
        What else the convolution takes: ``self_connections`` and ``normalization`` ("symmetric", "row" or None) for
        "gcn", ``n_heads`` and ``self_connections`` for "gat", ``hidden_units`` and ``learn_epsilon`` for "auto", "gin"
        and "gine", ``self_connections`` for "sage", ``n_hops`` for "tag", "cheb" and "diffusion", ``n_stacks`` and
        ``n_steps`` for "arma", ``n_steps``, ``teleport`` (the share of its own that a node keeps in each step) and
        ``hidden_units`` for "appnp", ``aggregation`` ("sum", "mean" or "max") for "general" and "edge", with
        ``self_connections`` for the first and ``hidden_units`` for the second, ``hidden_units`` (of the network that
        makes the matrix) for "ecc".
    batch_normalization : bool
        Whether convolutions are followed by batch normalisation over the nodes of a batch.
    residual : bool
        Whether h_(i-1) is added to h_i, from the second layer on where they are equally wide.
    dropout : float
        Share of node features that are dropped after each convolution in training.

    Attributes
    ----------
    conv_ : str
        The convolution of the fit: `conv`, or what "auto" came to.
    """

    conv: str = parameter(default="auto", allowed=[StrOptions(_CONV_PARAMS)], kw_only=False)
    hidden_layer_sizes: Sequence[int] = parameter(default=(64, 64, 64))
    conv_params: dict | None = parameter(default=None, allowed=[dict, None])
    batch_normalization: bool = parameter(default=True, allowed=["boolean"])
    residual: bool = parameter(default=False, allowed=["boolean"])

    _needs_hidden_layers = True

    def _check_parameters(self):
        super()._check_parameters()
        if self._needs_hidden_layers and not len(self.hidden_layer_sizes):
            raise ValueError("hidden_layer_sizes is empty; a graph network needs one convolution or more.")
        params, known = self.conv_params or {}, _CONV_PARAMS[self.conv]
        for name in params:
            if name not in known:
                raise ValueError(
                    f"conv_params has {name!r}, but conv={self.conv!r} takes {', '.join(known) or 'none'}."
                )
        validate_parameter_constraints(known, params, caller_name=f"conv_params of {type(self).__name__}")
        n_heads = params.get("n_heads", 4) if self.conv == "gat" else 1
        for position, size in enumerate(self.hidden_layer_sizes):
            if size % n_heads:
                raise ValueError(
                    f"hidden_layer_sizes[{position}] must be a multiple of the {n_heads} heads of 'gat', got {size}."
                )

    def _asks_for_edge_features(self) -> bool:
        return self.conv in ("auto", *_CONVOLUTIONS_OF_EDGE_FEATURES)

    def _uses_edge_features(self) -> bool:
        return self.conv_ in _CONVOLUTIONS_OF_EDGE_FEATURES

    def _has_vectors_of_edges(self) -> bool:
        aggregation = (self.conv_params or {}).get("aggregation")
        return self._uses_edge_features() or self.conv_ == "edge" or aggregation == "max"

    def _learn_kinds(self, samples):
        self.conv_ = self._chosen_conv(samples.edge_features is not None)
        super()._learn_kinds(samples)

    def _chosen_conv(self, has_edge_features: bool) -> str:
        if self.conv != "auto":
            return self.conv
        return "gine" if has_edge_features else "gin"

    def _n_hops(self) -> int:
        """Return over how many edges what one convolution collects may come."""
        params = self.conv_params or {}
        return params.get("n_hops", params.get("n_steps", _HOPS_BY_DEFAULT.get(self.conv_, 1)))

    def _convolution_arguments(self) -> dict[str, Any]:
        """Return what tells a network about its convolutions."""
        return {
            "conv": self._chosen_conv(self.n_edge_features_ > 0),
            "conv_params": dict(self.conv_params or {}),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "batch_normalization": bool(self.batch_normalization),
            "residual": bool(self.residual),
            "dropout": float(self.dropout),
            "dtype": self.dtype,
        }
