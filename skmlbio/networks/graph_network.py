"""The network of whole graphs: convolutions, pooled layer by layer, and a dense read-out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras

from skmlbio.layers.graph_normalization import NodeNormalization
from skmlbio.layers.graph_pooling import GraphPooling
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._graph_blocks import convolution_block, embed_nodes, graph_inputs, node_input
from skmlbio.networks.dense import dense_stack
from skmlbio.networks.supervised import target_layers


def graph_network(
    n_features: int,
    targets: dict[str, Any],
    conv: str = "gin",
    conv_params: dict[str, Any] | None = None,
    hidden_layer_sizes: Sequence[int] = (64, 64, 64),
    activation: str = "relu",
    batch_normalization: bool = True,
    residual: bool = False,
    dropout: float = 0.0,
    pooling: Sequence[str] = ("mean", "sum", "max"),
    pooled_layers: str = "all",
    readout_layer_sizes: Sequence[int] = (64,),
    readout_dropout: float = 0.3,
    n_types: int | None = None,
    node_embedding_dim: int | None = None,
    standardize: bool = True,
    n_edge_features: int = 0,
    standardize_edges: bool = False,
    dtype: str | None = None,
) -> Architecture:
    """h_i = σ(normalize(conv(h_(i-1), A))), outputs = W readout(pool(h_0), ..., pool(h_n)) + b.

    Parameters
    ----------
    n_features : int
        Features of a node; unused where there is an embedding.
    targets : dict
        Arguments of `with_targets`.
    conv : str
        A key of `CONVOLUTIONS`.
    conv_params : dict, optional
        Arguments of the convolutions, beside their units.
    hidden_layer_sizes, activation : sequence of int, str
        Units of the convolutions, and σ.
    batch_normalization : bool
        Whether convolutions are followed by `NodeNormalization`, and pooling by one of running moments.
    residual : bool
        Whether h_(i-1) is added to h_i where they are equally wide.
    dropout : float
        Share of node features that are dropped after each convolution in training.
    pooling : sequence of {"mean", "sum", "max", "attention"}
        How nodes become one vector; the vectors of several ways stand side by side.
    pooled_layers : {"all", "last"}
        Which h_i are pooled; "all" begins with h_0, the nodes as they come.
    readout_layer_sizes, readout_dropout : sequence of int, float
        Hidden layers between the pooled vectors and the outputs.
    n_types, node_embedding_dim : int, optional
        With a width, nodes come as ids of types and get a learned vector each; id 0 is padding.
    standardize : bool
        Whether node features are brought to mean 0 and variance 1; they are then float64, else float32.
    n_edge_features : int
        Features of an edge, which only some convolutions use; 0 for none.
    standardize_edges : bool
        The same for edge features.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.

    Returns
    -------
    Architecture
        Inputs of the main form: features of shape (batch, n_nodes, n_features), adjacency (batch, n_nodes, n_nodes) and
        mask (batch, n_nodes).  The form ``"edges"`` has edge_index (batch, 2, n_edges) and edge_weight (batch, n_edges)
        in place of the adjacency; the form ``"flat"``, many graphs joined into one, has features (n_nodes, n_features),
        edge_index (2, n_edges), edge_weight (n_edges,), graph_index (n_nodes,).  The form ``"gated"``, for
        explanations, is flat with h_0 for the features and edge_weight of shape (n_edges, 2), see `EdgeList`.  Edge
        features stand behind the adjacency, of shape (batch, n_nodes, n_nodes, n_edge_features), (batch, n_edges,
        n_edge_features) or (n_edges, n_edge_features).  Heads: those of `with_targets`, and
        ``"vectors"``, what their linear layer sees.
    """
    node = node_input(n_features, node_embedding_dim, standardize)
    edge_features = (n_edge_features, "float64" if standardize_edges else "float32") if n_edge_features else None
    embed = embed_nodes(n_types, node_embedding_dim, standardize, dtype)
    scale_edges = Standardize(name="standardize_edges", dtype=output_dtype(dtype)) if standardize_edges else None
    options = conv, conv_params or {}, activation, batch_normalization, residual, dropout, dtype
    blocks = [convolution_block(f"layer_{i}", size, *options) for i, size in enumerate(hidden_layer_sizes)]
    n_inputs = n_features if node_embedding_dim is None else node_embedding_dim
    vectors = {"shape": (n_inputs,), "name": "vectors", "dtype": output_dtype(dtype)}
    pooled_sizes = [n_inputs, *hidden_layer_sizes] if pooled_layers == "all" else [hidden_layer_sizes[-1]]
    n_pooled = len(pooled_sizes)
    pools = [_pooling(f"pooling_{i}", pooling, dtype) for i in range(n_pooled)]
    width = len(pooling) * sum(pooled_sizes)
    readout = _readout(width, readout_layer_sizes, activation, batch_normalization, readout_dropout, dtype)
    finish = target_layers(**targets, dtype=dtype)

    def architecture(form: str) -> Architecture:
        inputs = graph_inputs(form, **(vectors if form == "gated" else node), edge_features=edge_features)
        nodes, *adjacency, membership = inputs
        if scale_edges is not None:
            adjacency[-1] = scale_edges(adjacency[-1])
        h = [nodes if form == "gated" else embed(nodes)]
        for block in blocks:
            h.append(block(h[-1], adjacency, membership))
        pooled = [part for pool, x in zip(pools, h[-n_pooled:], strict=True) for part in pool(x, membership)]
        pooled = keras.layers.Concatenate(name="pooled", dtype=dtype)(pooled) if len(pooled) > 1 else pooled[0]
        seen = readout(pooled)
        finished = finish(inputs, seen)
        return finished._replace(heads=finished.heads | {"vectors": keras.Model(inputs, seen, name="vectors")})

    other_forms = {form: partial(architecture, form) for form in ("edges", "flat", "gated")}
    return architecture("")._replace(other_forms=other_forms)


def _pooling(name: str, pooling: Sequence[str], dtype: str | None) -> Callable:
    """Return what makes some vectors a graph of vectors of its nodes."""
    layers = [GraphPooling(how, name=f"{name}_{how}", dtype=dtype) for how in pooling]
    return lambda x, membership: [layer([x, membership]) for layer in layers]


def _readout(
    width: int, sizes: Sequence[int], activation: str, normalized: bool, dropout: float, dtype: str | None
) -> keras.Model:
    """Return the dense network from pooled vectors to what the output layer sees."""
    x = pooled = keras.Input((width,), name="pooled", dtype=output_dtype(dtype))
    if normalized:  # by running moments, because the graphs of a batch have about one size
        x = NodeNormalization(running=True, name="pooled_normalization", dtype=dtype)(x)
    x = dense_stack(x, sizes, activation, dropout, name="readout", dtype=dtype)
    return keras.Model(pooled, x, name="readout")
