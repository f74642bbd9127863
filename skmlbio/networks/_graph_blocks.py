"""What networks of graphs are built of, beside layers: the way in, and a convolution with what follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.layers.graph_normalization import NodeNormalization
from skmlbio.layers.noise import Dropout
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import output_dtype


def node_input(n_features: int, node_embedding_dim: int | None, standardize: bool) -> dict[str, Any]:
    """Return shape, name and dtype of the input of one node, for `graph_inputs`."""
    if node_embedding_dim is not None:
        return {"shape": (), "name": "node_types", "dtype": "int32"}
    return {"shape": (n_features,), "name": "features", "dtype": "float64" if standardize else "float32"}


def graph_inputs(form: str, shape: tuple[int, ...], name: str, dtype: str) -> list[Any]:
    """Return the inputs of a form; `shape` is that of one node.

    The form ``"gated"`` is the flat one with a gate beside the weight of each edge, see `EdgeList`.
    """

    def tensor(shape, name, dtype="float32"):
        return keras.Input(batch_shape=shape, name=name, dtype=dtype)

    if form in ("flat", "gated"):
        weight = (None,) if form == "flat" else (None, 2)
        edges = tensor((2, None), "edge_index", "int32"), tensor(weight, "edge_weight")
        return [tensor((None, *shape), name, dtype), *edges, tensor((None,), "graph_index", "int32")]
    if form == "edges":
        adjacency = [tensor((None, 2, None), "edge_index", "int32"), tensor((None, None), "edge_weight")]
    else:
        adjacency = [tensor((None, None, None), "adjacency")]
    return [tensor((None, None, *shape), name, dtype), *adjacency, tensor((None, None), "mask", "bool")]


def embed_nodes(n_types: int | None, dim: int | None, standardize: bool, dtype: str | None) -> Callable:
    """Return what is done to nodes before the first convolution."""
    if dim is not None:
        return keras.layers.Embedding(n_types + 1, dim, name="node_embedding", dtype=dtype)
    if standardize:
        return Standardize(name="standardize", dtype=output_dtype(dtype))
    return lambda features: features


def convolution_block(
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
