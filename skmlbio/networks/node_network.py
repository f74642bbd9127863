"""The network of one large graph: convolutions over all of its nodes, of which some are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.layers.noise import Dropout
from skmlbio.layers.sparse_product import SparseMatrix
from skmlbio.networks._architecture import Architecture
from skmlbio.networks._graph_blocks import convolution_block
from skmlbio.networks.supervised import target_heads


def node_network(targets: dict[str, Any], **graph: Any) -> Architecture:
    """h_i = dropout(σ(conv(h_(i-1), A))), outputs = conv(h_n, A), of which the rows of some nodes are taken.

    Parameters
    ----------
    targets : dict
        Arguments of `with_targets`.
    **graph
        Arguments of `node_codes` but the units.

    Returns
    -------
    Architecture
        Inputs: nodes of shape (batch,), and those of `node_codes`.  Heads: those of `with_targets`.
    """
    nodes = keras.Input((), name="nodes", dtype="int32")
    inputs, outputs = node_codes(targets["n_outputs"], **graph)
    finish = target_heads(targets["kind"], targets.get("sizes", ()), dtype=graph.get("dtype"))
    return finish([nodes, *inputs], keras.ops.take(outputs, nodes, axis=0))


def node_codes(
    units: int,
    n_features: int,
    conv: str = "gcn",
    conv_params: dict[str, Any] | None = None,
    hidden_layer_sizes: Sequence[int] = (64,),
    activation: str = "relu",
    batch_normalization: bool = False,
    residual: bool = False,
    dropout: float = 0.5,
    sparse: bool = False,
    n_types: int | None = None,
    node_embedding_dim: int | None = None,
    n_edge_features: int = 0,
    dtype: str | None = None,
) -> tuple[list[Any], Any]:
    """Return the inputs that describe a graph, and some numbers for every node.

    Parameters
    ----------
    units : int
        How many numbers.
    n_features : int
        Features of a node; unused where there is an embedding.
    conv, conv_params, hidden_layer_sizes, activation, batch_normalization, residual
        As in `graph_network`; one more convolution, without activation, comes last.
    dropout : float
        Share of node features that are dropped after each convolution but the last, and of the entries of sparse
        features before the first.
    sparse : bool
        Whether features come as the entries of a sparse matrix.
    n_types, node_embedding_dim : int, optional
        With a width, nodes come as ids of types and get a learned vector each.
    n_edge_features : int
        Features of an edge, for convolutions that use them.
    dtype : str, optional
        Keras' dtype policy of the layers.

    Returns
    -------
    inputs : list of keras.KerasTensor
        node_types (n_nodes,); or features (n_nodes, n_features); or feature_places (n_entries, 2) and feature_values
        (n_entries,).  Then edges (n_edges, 2), ordered, edge_weight (n_edges,), perhaps edge_features (n_edges,
        n_edge_features), and n_nodes, a scalar.
    codes : keras.KerasTensor of shape (n_nodes, units)
    """
    n_nodes = keras.Input(batch_shape=(), name="n_nodes", dtype="int64")
    edges = [keras.Input((2,), name="edges", dtype="int64"), keras.Input((), name="edge_weight", dtype="float32")]
    if n_edge_features:
        edges += [keras.Input((n_edge_features,), name="edge_features", dtype="float32")]
        adjacency = [keras.ops.transpose(edges[0]), *edges[1:]]
    else:
        adjacency = [SparseMatrix(name="adjacency", dtype="float32")([*edges, n_nodes])]
    if node_embedding_dim is not None:
        nodes = [keras.Input((), name="node_types", dtype="int32")]
        h = keras.layers.Embedding(n_types + 1, node_embedding_dim, name="node_embedding", dtype=dtype)(*nodes)
    elif sparse:
        nodes = [keras.Input((2,), name="feature_places", dtype="int64"), keras.Input((), name="feature_values")]
        values = Dropout(dropout, name="feature_dropout", dtype=dtype)(nodes[1]) if dropout else nodes[1]
        h = SparseMatrix(n_features, name="features", dtype=dtype)([nodes[0], values, n_nodes])
    else:
        nodes = [keras.Input((n_features,), name="features", dtype="float32")]
        (h,) = nodes
    params = conv_params or {}
    options = conv, params, activation, batch_normalization, residual, dropout, dtype
    for i, size in enumerate(hidden_layer_sizes):
        h = convolution_block(f"layer_{i}", size, *options)(h, adjacency, None)
    last = params | ({"n_heads": 1} if conv == "gat" else {})  # heads of one number each would be no attention
    h = CONVOLUTIONS[conv](units, name=f"output_{conv}", dtype=dtype, **last)([h, *adjacency])
    return [*nodes, *edges, n_nodes], h
