"""The graph convolutions by name."""

from .edge_feature_convolution import EdgeConditionedConvolution, GatedConvolution, GINEConvolution
from .graph_convolution import GATConvolution, GINConvolution, GraphConvolution, SAGEConvolution
from .graph_filters import (
    APPNPConvolution,
    ARMAConvolution,
    ChebyshevConvolution,
    DiffusionConvolution,
    TAGConvolution,
)
from .graph_messages import EdgeConvolution, GeneralConvolution

CONVOLUTIONS = {
    "gcn": GraphConvolution,
    "gat": GATConvolution,
    "gin": GINConvolution,
    "sage": SAGEConvolution,
    "tag": TAGConvolution,
    "arma": ARMAConvolution,
    "cheb": ChebyshevConvolution,
    "appnp": APPNPConvolution,
    "diffusion": DiffusionConvolution,
    "general": GeneralConvolution,
    "edge": EdgeConvolution,
    "gine": GINEConvolution,
    "ecc": EdgeConditionedConvolution,
    "gated": GatedConvolution,
}
