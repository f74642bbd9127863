"""The network of whole graphs: convolutions, pooled layer by layer, and a dense read-out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras

from skmlbio.layers.graph_normalization import NodeNormalization
from skmlbio.layers.graph_pooling import GraphPooling
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._graph_layers import GraphLayers
from skmlbio.networks.dense import dense_stack
from skmlbio.networks.supervised import target_layers


def graph_network(
    targets: dict[str, Any],
    pooling: Sequence[str] = ("mean", "sum", "max"),
    pooled_layers: str = "all",
    readout_layer_sizes: Sequence[int] = (64,),
    readout_dropout: float = 0.3,
    **graph: Any,
) -> Architecture:
    """h_i = σ(normalize(conv(h_(i-1), A))), outputs = W readout(pool(h_0), ..., pool(h_n)) + b.

    Parameters
    ----------
    targets : dict
        Arguments of `with_targets`.
    pooling : sequence of {"mean", "sum", "max", "attention"}
        How nodes become one vector; the vectors of several ways stand side by side.
    pooled_layers : {"all", "last"}
        Which h_i are pooled; "all" begins with h_0, the nodes as they come.
    readout_layer_sizes, readout_dropout : sequence of int, float
        Hidden layers between the pooled vectors and the outputs.
    **graph
        Arguments of `GraphLayers`; where those normalise, so are pooled vectors, by running moments.

    Returns
    -------
    Architecture
        It has all forms of `GraphLayers`.  Heads: those of `with_targets`, and ``"vectors"``, what their linear layer
        sees.
    """
    layers = GraphLayers(**graph)
    dtype = layers.dtype
    pooled_sizes = layers.widths if pooled_layers == "all" else layers.widths[-1:]
    n_pooled = len(pooled_sizes)
    pools = [_pooling(f"pooling_{i}", pooling, dtype) for i in range(n_pooled)]
    width = len(pooling) * sum(pooled_sizes)
    options = layers.activation, layers.batch_normalization, readout_dropout, dtype
    readout = _readout(width, readout_layer_sizes, *options)
    finish = target_layers(**targets, dtype=dtype)

    def architecture(form: str) -> Architecture:
        inputs, _, membership, h = layers.convolved(form)
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
