"""Keras layers: one idea a file, the pure function before the layer."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from skmlbio import _tensorflow  # noqa: F401  (first: it starts TensorFlow quietly)

if TYPE_CHECKING:
    from skmlbio.layers._spektral import SpektralConvolution
    from skmlbio.layers.attention import KeyValueAttention, MultiHeadSelfAttention, SelfAttention
    from skmlbio.layers.graph_convolution import (
        ARMAConvolution,
        GATConvolution,
        GINConvolution,
        GraphConvolution,
        SAGEConvolution,
        TAGConvolution,
    )
    from skmlbio.layers.graph_normalization import NodeNormalization
    from skmlbio.layers.graph_pooling import GraphPooling
    from skmlbio.layers.positions import LearnedPositions, SinusoidalPositions
    from skmlbio.layers.sequence_convolution import SequenceConvolution
    from skmlbio.layers.sequence_pooling import SequencePooling
    from skmlbio.layers.tokens import TokenVectors
    from skmlbio.layers.transformer_block import TransformerBlock

__all__ = [
    "ARMAConvolution",
    "GATConvolution",
    "GINConvolution",
    "GraphConvolution",
    "GraphPooling",
    "KeyValueAttention",
    "LearnedPositions",
    "MultiHeadSelfAttention",
    "NodeNormalization",
    "SAGEConvolution",
    "SelfAttention",
    "SequenceConvolution",
    "SequencePooling",
    "SinusoidalPositions",
    "SpektralConvolution",
    "TAGConvolution",
    "TokenVectors",
    "TransformerBlock",
]

# Where each name lives.  It is loaded when first asked for, so that no network waits for the layers of another.
_MODULE_OF = {
    "ARMAConvolution": "graph_convolution",
    "GATConvolution": "graph_convolution",
    "GINConvolution": "graph_convolution",
    "GraphConvolution": "graph_convolution",
    "GraphPooling": "graph_pooling",
    "KeyValueAttention": "attention",
    "LearnedPositions": "positions",
    "MultiHeadSelfAttention": "attention",
    "NodeNormalization": "graph_normalization",
    "SAGEConvolution": "graph_convolution",
    "SelfAttention": "attention",
    "SequenceConvolution": "sequence_convolution",
    "SequencePooling": "sequence_pooling",
    "SinusoidalPositions": "positions",
    "SpektralConvolution": "_spektral",
    "TAGConvolution": "graph_convolution",
    "TokenVectors": "tokens",
    "TransformerBlock": "transformer_block",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'skmlbio.layers' has no attribute {name!r}")
    return getattr(import_module(f"skmlbio.layers.{_MODULE_OF[name]}"), name)
