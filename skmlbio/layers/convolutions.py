"""The graph convolutions by name."""

from .graph_convolution import GATConvolution, GINConvolution, GraphConvolution, SAGEConvolution
from .graph_filters import ARMAConvolution, TAGConvolution

CONVOLUTIONS = {
    "gcn": GraphConvolution,
    "gat": GATConvolution,
    "gin": GINConvolution,
    "sage": SAGEConvolution,
    "tag": TAGConvolution,
    "arma": ARMAConvolution,
}
