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


def graph_inputs(
    form: str, shape: tuple[int, ...], name: str, dtype: str, edge_features: tuple[int, str] | None = None
) -> list[Any]:
    """Return the inputs of a form; `shape` is that of one node, `edge_features` tells their number and dtype.

    The form ``"gated"`` is the flat one with a gate beside the weight of each edge, see `EdgeList`.
    """

    def tensor(shape, name, dtype="float32"):
        return keras.Input(batch_shape=shape, name=name, dtype=dtype)

    is_flat = form in ("flat", "gated")
    of_nodes, of_edges = (1, 1) if is_flat else (2, 2 if form else 3)  # how many axes they stand along
    adjacency = [tensor((None,) * 3, "adjacency")]
    if form:
        weight = (None,) * of_edges + ((2,) if form == "gated" else ())
        edge_index = (None,) * (of_edges - 1) + (2, None)
        adjacency = [tensor(edge_index, "edge_index", "int32"), tensor(weight, "edge_weight")]
    if edge_features is not None:
        adjacency += [tensor((None,) * of_edges + edge_features[:1], "edge_features", edge_features[1])]
    membership = tensor((None,), "graph_index", "int32") if is_flat else tensor((None, None), "mask", "bool")
    return [tensor((None,) * of_nodes + shape, name, dtype), *adjacency, membership]


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
