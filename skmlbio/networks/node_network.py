"""The network of one large graph: convolutions over all of its nodes, of which some are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras

from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.layers.first_nodes import FirstNodes
from skmlbio.layers.noise import Dropout
from skmlbio.layers.sparse_product import SparseMatrix
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._graph_blocks import convolution_block, graph_inputs, node_input
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
        Inputs: nodes of shape (batch,), and those of `node_codes`.  The forms ``"flat"`` and ``"gated"``, for
        explanations, take many graphs joined into one as those of `GraphLayers` do, and answer for the first node of
        each.  Heads: those of `with_targets`.
    """
    layers = _NodeLayers(targets["n_outputs"], **graph)
    nodes = keras.Input((), name="nodes", dtype="int32")
    inputs, outputs = layers.of_one_graph()
    finish = target_heads(targets["kind"], targets.get("sizes", ()), dtype=graph.get("dtype"))

    def of_first_nodes(form: str) -> Architecture:
        inputs, outputs = layers.of_joined_graphs(form)
        return finish(inputs, FirstNodes(name="first_nodes")([outputs, inputs[-1]]))

    other_forms = {form: partial(of_first_nodes, form) for form in ("flat", "gated")}
    return finish([nodes, *inputs], keras.ops.take(outputs, nodes, axis=0))._replace(other_forms=other_forms)


def node_codes(units: int, n_features: int, **options: Any) -> tuple[list[Any], Any]:
    """Return the inputs that describe a graph, and some numbers for every node.

    Parameters
    ----------
    units : int
        How many numbers.
    n_features : int
        Features of a node; unused where there is an embedding.
    conv, conv_params, hidden_layer_sizes, activation, batch_normalization, residual
        As in `GraphLayers`; one more convolution, without activation, comes last.
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
    return _NodeLayers(units, n_features, **options).of_one_graph()


class _NodeLayers:
    """The layers of `node_codes`, for a graph in any form."""

    def __init__(
        self,
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
    ):
        self._width = n_features if node_embedding_dim is None else node_embedding_dim
        self._sparse, self._n_edge_features, self._dtype = sparse, n_edge_features, dtype
        self._feature_dropout = Dropout(dropout, name="feature_dropout", dtype=dtype) if dropout else None
        self._embedding = None
        if node_embedding_dim is not None:
            self._embedding = keras.layers.Embedding(
                n_types + 1, node_embedding_dim, name="node_embedding", dtype=dtype
            )
        params = conv_params or {}
        options = conv, params, activation, batch_normalization, residual, dropout, dtype
        self._blocks = [convolution_block(f"layer_{i}", size, *options) for i, size in enumerate(hidden_layer_sizes)]
        last = params | ({"n_heads": 1} if conv == "gat" else {})  # heads of one number each would be no attention
        self._output = CONVOLUTIONS[conv](units, name=f"output_{conv}", dtype=dtype, **last)

    def of_one_graph(self) -> tuple[list[Any], Any]:
        """Return what `node_codes` returns."""
        n_nodes = keras.Input(batch_shape=(), name="n_nodes", dtype="int64")
        edges = [keras.Input((2,), name="edges", dtype="int64"), keras.Input((), name="edge_weight", dtype="float32")]
        if self._n_edge_features:
            edges += [keras.Input((self._n_edge_features,), name="edge_features", dtype="float32")]
            adjacency = [keras.ops.transpose(edges[0]), *edges[1:]]
        else:
            adjacency = [SparseMatrix(name="adjacency", dtype="float32")([*edges, n_nodes])]
        if self._embedding is not None:
            nodes = [keras.Input((), name="node_types", dtype="int32")]
            h = self._embedding(*nodes)
        elif self._sparse:
            nodes = [keras.Input((2,), name="feature_places", dtype="int64"), keras.Input((), name="feature_values")]
            values = self._feature_dropout(nodes[1]) if self._feature_dropout else nodes[1]
            h = SparseMatrix(self._width, name="features", dtype=self._dtype)([nodes[0], values, n_nodes])
        else:
            nodes = [keras.Input((self._width,), name="features", dtype="float32")]
            (h,) = nodes
        return [*nodes, *edges, n_nodes], self._convolved(h, adjacency)

    def of_joined_graphs(self, form: str) -> tuple[list[Any], Any]:
        """Return the inputs of a flat form, where features are dense, and the same numbers for every node."""
        is_typed = self._embedding is not None and form == "flat"
        node = {"shape": (self._width,), "name": "vectors", "dtype": output_dtype(self._dtype)}
        if form == "flat":
            node = node_input(self._width, self._width if is_typed else None, standardize=False)
        edge_features = (self._n_edge_features, "float32") if self._n_edge_features else None
        inputs = graph_inputs(form, **node, edge_features=edge_features)
        nodes, *adjacency, _ = inputs
        return inputs, self._convolved(self._embedding(nodes) if is_typed else nodes, adjacency)

    def _convolved(self, h: Any, adjacency: list[Any]) -> Any:
        for block in self._blocks:
            h = block(h, adjacency, None)
        return self._output([h, *adjacency])
