"""The auto-encoder of graphs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras

from skmlbio.layers.graph_pooling import GraphPooling
from skmlbio.layers.graph_reconstruction import EdgeError, NodeError
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._graph_blocks import convolution_block, embed_nodes, graph_inputs, node_input
from skmlbio.networks.dense import dense_stack


def graph_auto_encoder(
    n_components: int,
    n_features: int,
    conv: str = "gin",
    conv_params: dict[str, Any] | None = None,
    hidden_layer_sizes: Sequence[int] = (64, 64, 64),
    activation: str = "relu",
    batch_normalization: bool = True,
    residual: bool = False,
    dropout: float = 0.0,
    pooling: str = "mean",
    n_types: int | None = None,
    node_embedding_dim: int | None = None,
    standardize: bool = True,
    n_edge_features: int = 0,
    standardize_edges: bool = False,
    dtype: str | None = None,
) -> Architecture:
    """z_i = W h_n(i) + b, code = pool(z); z_i shall tell the features of node i, and z_i · z_j the edge (i, j).

    Parameters
    ----------
    n_components : int
        Length of z_i, and of the code.
    pooling : {"mean", "sum", "max"}
        How the codes of nodes become that of the graph.
    n_features, conv, conv_params, hidden_layer_sizes, activation, batch_normalization, residual, dropout, n_types, \
    node_embedding_dim, standardize, n_edge_features, standardize_edges, dtype
        As in `graph_network`, whose forms it has, but the one with gates.

    Returns
    -------
    Architecture
        Training outputs ``"features"`` and ``"edges"`` are the errors of each graph, see `node_error` and `edge_error`.
        Heads: ``"transform"``, of shape (batch, n_components), and ``"errors"``, but for the form ``"flat"``.
    """
    node = node_input(n_features, node_embedding_dim, standardize)
    edge_features = (n_edge_features, "float64" if standardize_edges else "float32") if n_edge_features else None
    embed = embed_nodes(n_types, node_embedding_dim, standardize, dtype)
    scale_edges = Standardize(name="standardize_edges", dtype=output_dtype(dtype)) if standardize_edges else None
    options = conv, conv_params or {}, activation, batch_normalization, residual, dropout, dtype
    blocks = [convolution_block(f"layer_{i}", size, *options) for i, size in enumerate(hidden_layer_sizes)]
    wide = output_dtype(dtype)
    code = keras.layers.Dense(n_components, name="node_codes", dtype=dtype)
    pool = GraphPooling(pooling, name="pooling", dtype=wide)
    decode = _decoder(n_components, hidden_layer_sizes[-1], n_types or n_features, activation, dtype)
    edge_error = EdgeError(name="edge_error", dtype=wide)
    node_error = NodeError(n_types is not None, name="node_error", dtype=wide)

    def architecture(form: str) -> Architecture:
        inputs = graph_inputs(form, **node, edge_features=edge_features)
        nodes, *adjacency, membership = inputs
        if scale_edges is not None:
            adjacency[-1] = scale_edges(adjacency[-1])
        h = x = embed(nodes)
        for block in blocks:
            h = block(h, adjacency, membership)
        z = code(h)
        encoder = keras.Model(inputs, pool([z, membership]), name="encoder")
        if form == "flat":
            return Architecture(encoder, {"transform": encoder})
        target = x if n_types is None else nodes
        errors = {
            "features": node_error([target, decode(z), membership]),
            "edges": edge_error([z, *adjacency, membership]),
        }
        training = keras.Model(inputs, errors, name="graph_auto_encoder")
        return Architecture(training, {"transform": encoder, "errors": training})

    other_forms = {form: partial(architecture, form) for form in ("edges", "flat")}
    return architecture("")._replace(other_forms=other_forms)


def _decoder(n_components: int, width: int, n_features: int, activation: str, dtype: str | None) -> keras.Model:
    """Return the dense network from the code of a node to its features."""
    z = keras.Input((None, n_components), name="codes", dtype=output_dtype(dtype))
    hidden = dense_stack(z, (width,), activation, name="decoder", dtype=dtype)
    return keras.Model(z, keras.layers.Dense(n_features, name="node_features", dtype=dtype)(hidden), name="decoder")
