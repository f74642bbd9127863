"""The auto-encoder of graphs."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras

from skmlbio.layers.graph_pooling import GraphPooling
from skmlbio.layers.graph_reconstruction import EdgeError, NodeError
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._graph_layers import GraphLayers
from skmlbio.networks.dense import dense_stack


def graph_auto_encoder(n_components: int, pooling: str = "mean", **graph: Any) -> Architecture:
    """z_i = W h_n(i) + b, code = pool(z); z_i shall tell the features of node i, and z_i · z_j the edge (i, j).

    Parameters
    ----------
    n_components : int
        Length of z_i, and of the code.
    pooling : {"mean", "sum", "max"}
        How the codes of nodes become that of the graph.
    **graph
        Arguments of `GraphLayers`, whose forms it has.

    Returns
    -------
    Architecture
        Training outputs ``"features"`` and ``"edges"`` are the errors of each graph, see `node_error` and `edge_error`.
        Heads: ``"transform"``, of shape (batch, n_components), and ``"errors"``, which the forms ``"flat"`` and
        ``"gated"`` do without.
    """
    layers = GraphLayers(**graph)
    dtype, wide = layers.dtype, output_dtype(layers.dtype)
    code = keras.layers.Dense(n_components, name="node_codes", dtype=dtype)
    pool = GraphPooling(pooling, name="pooling", dtype=wide)
    decode = _decoder(n_components, layers.widths[-1], layers.n_told, layers.activation, dtype)
    edge_error = EdgeError(name="edge_error", dtype=wide)
    node_error = NodeError(layers.is_typed, name="node_error", dtype=wide)

    def architecture(form: str) -> Architecture:
        inputs, adjacency, membership, h = layers.convolved(form)
        z = code(h[-1])
        encoder = keras.Model(inputs, pool([z, membership]), name="encoder")
        if form in ("flat", "gated"):
            return Architecture(encoder, {"transform": encoder})
        target = inputs[0] if layers.is_typed else h[0]
        errors = {
            "features": node_error([target, decode(z), membership]),
            "edges": edge_error([z, *adjacency, membership]),
        }
        training = keras.Model(inputs, errors, name="graph_auto_encoder")
        return Architecture(training, {"transform": encoder, "errors": training})

    other_forms = {form: partial(architecture, form) for form in ("edges", "flat", "gated")}
    return architecture("")._replace(other_forms=other_forms)


def _decoder(n_components: int, width: int, n_features: int, activation: str, dtype: str | None) -> keras.Model:
    """Return the dense network from the code of a node to its features."""
    z = keras.Input((None, n_components), name="codes", dtype=output_dtype(dtype))
    hidden = dense_stack(z, (width,), activation, name="decoder", dtype=dtype)
    return keras.Model(z, keras.layers.Dense(n_features, name="node_features", dtype=dtype)(hidden), name="decoder")
