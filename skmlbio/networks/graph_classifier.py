"""The graph classifier: convolutions, pooled layer by layer, and a dense read-out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras

from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.layers.graph_normalization import NodeNormalization
from skmlbio.layers.graph_pooling import GraphPooling
from skmlbio.layers.noise import Dropout
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks.dense import dense_stack
from skmlbio.networks.supervised import with_probabilities


def graph_classifier(
    n_features: int,
    n_outputs: int,
    kind: str,
    sizes: tuple[int, ...],
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
    dtype: str | None = None,
) -> Architecture:
    """h_i = σ(normalize(conv(h_(i-1), A))), logits = readout(pool(h_0), ..., pool(h_n)).

    Parameters
    ----------
    n_features : int
        Features of a node; unused where there is an embedding.
    n_outputs : int
        Number of logits.
    kind, sizes
        Of the labels; see `skmlbio.base`.
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
        Hidden layers between the pooled vectors and the logits.
    n_types, node_embedding_dim : int, optional
        With a width, nodes come as ids of types and get a learned vector each; id 0 is padding.
    standardize : bool
        Whether node features are brought to mean 0 and variance 1; they are then float64, else float32.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.

    Returns
    -------
    Architecture
        Inputs of the main form: features of shape (batch, n_nodes, n_features), adjacency (batch, n_nodes, n_nodes) and
        mask (batch, n_nodes).  The form ``"edges"`` has edge_index (batch, 2, n_edges) and edge_weight (batch, n_edges)
        in place of the adjacency; the form ``"flat"``, many graphs joined into one, has features (n_nodes, n_features),
        edge_index (2, n_edges), edge_weight (n_edges,), graph_index (n_nodes,).  Heads: ``"predict_proba"``,
        ``"decision_function"``.
    """
    node = {"shape": (), "name": "node_types", "dtype": "int32"}
    if node_embedding_dim is None:
        node = {"shape": (n_features,), "name": "features", "dtype": "float64" if standardize else "float32"}
    embed = _embedding(n_types, node_embedding_dim, standardize, dtype)
    blocks = [
        _block(f"layer_{i}", size, conv, conv_params or {}, activation, batch_normalization, residual, dropout, dtype)
        for i, size in enumerate(hidden_layer_sizes)
    ]
    n_inputs = n_features if node_embedding_dim is None else node_embedding_dim
    pooled_sizes = [n_inputs, *hidden_layer_sizes] if pooled_layers == "all" else [hidden_layer_sizes[-1]]
    n_pooled = len(pooled_sizes)
    pools = [_pooling(f"pooling_{i}", pooling, dtype) for i in range(n_pooled)]
    width = len(pooling) * sum(pooled_sizes)
    readout = _readout(width, n_outputs, readout_layer_sizes, activation, batch_normalization, readout_dropout, dtype)

    def architecture(form: str) -> Architecture:
        inputs = _inputs(form, **node)
        nodes, *adjacency, membership = inputs
        h = [embed(nodes)]
        for block in blocks:
            h.append(block(h[-1], adjacency, membership))
        pooled = [part for pool, x in zip(pools, h[-n_pooled:], strict=True) for part in pool(x, membership)]
        pooled = keras.layers.Concatenate(name="pooled", dtype=dtype)(pooled) if len(pooled) > 1 else pooled[0]
        return with_probabilities(inputs, readout(pooled), kind, sizes)

    other_forms = {form: partial(architecture, form) for form in ("edges", "flat")}
    return architecture("dense")._replace(other_forms=other_forms)


def _inputs(form: str, shape: tuple[int, ...], name: str, dtype: str) -> list[Any]:
    """Return the inputs of a form; `shape` is that of one node."""

    def tensor(shape, name, dtype="float32"):
        return keras.Input(batch_shape=shape, name=name, dtype=dtype)

    if form == "flat":
        edges = tensor((2, None), "edge_index", "int32"), tensor((None,), "edge_weight")
        return [tensor((None, *shape), name, dtype), *edges, tensor((None,), "graph_index", "int32")]
    if form == "edges":
        adjacency = [tensor((None, 2, None), "edge_index", "int32"), tensor((None, None), "edge_weight")]
    else:
        adjacency = [tensor((None, None, None), "adjacency")]
    return [tensor((None, None, *shape), name, dtype), *adjacency, tensor((None, None), "mask", "bool")]


def _embedding(n_types: int | None, dim: int | None, standardize: bool, dtype: str | None) -> Callable:
    """Return what is done to nodes before the first convolution."""
    if dim is not None:
        return keras.layers.Embedding(n_types + 1, dim, name="node_embedding", dtype=dtype)
    if standardize:
        return Standardize(name="standardize", dtype=output_dtype(dtype))
    return lambda features: features


def _block(
    name: str, units: int, conv: str, conv_params: dict, activation: str, normalized: bool, residual: bool,
    dropout: float, dtype: str | None,
) -> Callable:  # fmt: skip
    """Return h -> dropout(σ(normalize(conv(h, A)))) + h, with only those of the steps that are wanted."""
    convolve = CONVOLUTIONS[conv](units, use_bias=not normalized, name=f"{name}_{conv}", dtype=dtype, **conv_params)
    normalize = NodeNormalization(name=f"{name}_normalization", dtype=dtype) if normalized else None
    activate = keras.layers.Activation(activation, name=f"{name}_{activation}", dtype=dtype)
    drop = Dropout(dropout, name=f"{name}_dropout", dtype=dtype) if dropout else None
    add = keras.layers.Add(name=f"{name}_residual", dtype=dtype) if residual else None

    def block(x, adjacency, membership):
        h = convolve([x, *adjacency])
        h = normalize(h, real=membership) if normalize else h
        h = activate(h)
        h = drop(h) if drop else h
        return add([x, h]) if add and x.shape[-1] == units else h

    return block


def _pooling(name: str, pooling: Sequence[str], dtype: str | None) -> Callable:
    """Return what makes some vectors a graph of vectors of its nodes."""
    layers = [GraphPooling(how, name=f"{name}_{how}", dtype=dtype) for how in pooling]
    return lambda x, membership: [layer([x, membership]) for layer in layers]


def _readout(
    width: int, n_outputs: int, sizes: Sequence[int], activation: str, normalized: bool, dropout: float,
    dtype: str | None,
) -> keras.Model:  # fmt: skip
    """Return the dense network from pooled vectors to logits."""
    x = pooled = keras.Input((width,), name="pooled", dtype=output_dtype(dtype))
    if normalized:  # by running moments, because the graphs of a batch have about one size
        x = NodeNormalization(running=True, name="pooled_normalization", dtype=dtype)(x)
    x = dense_stack(x, sizes, activation, dropout, name="readout", dtype=dtype)
    return keras.Model(pooled, keras.layers.Dense(n_outputs, name="output", dtype=dtype)(x), name="readout")
