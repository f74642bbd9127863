"""What networks of whole graphs are, before the vectors of nodes become what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import output_dtype
from skmlbio.networks._graph_blocks import convolution_block, embed_nodes, graph_inputs, node_input


class Convolved(NamedTuple):
    """Inputs of a form, and the vectors h_0 to h_n that nodes have before and after each convolution."""

    inputs: list[Any]
    adjacency: list[Any]
    membership: Any
    vectors: list[Any]


class GraphLayers:
    """h_i = σ(normalize(conv(h_(i-1), A))), for graphs in any form.

    Parameters
    ----------
    n_features : int
        Features of a node; unused where there is an embedding.
    conv : str
        A key of `CONVOLUTIONS`.
    conv_params : dict, optional
        Arguments of the convolutions, beside their units.
    hidden_layer_sizes, activation : sequence of int, str
        Units of the convolutions, and σ.
    batch_normalization : bool
        Whether convolutions are followed by `NodeNormalization`.
    residual : bool
        Whether h_(i-1) is added to h_i where they are equally wide.
    dropout : float
        Share of node features that are dropped after each convolution in training.
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

    Notes
    -----
    Inputs of the main form: features of shape (batch, n_nodes, n_features), adjacency (batch, n_nodes, n_nodes) and
    mask (batch, n_nodes).  The form ``"edges"`` has edge_index (batch, 2, n_edges) and edge_weight (batch, n_edges) in
    place of the adjacency; the form ``"flat"``, many graphs joined into one, has features (n_nodes, n_features),
    edge_index (2, n_edges), edge_weight (n_edges,), graph_index (n_nodes,).  The form ``"gated"``, for explanations, is
    flat with h_0 for the features and edge_weight of shape (n_edges, 2), see `EdgeList`.  Edge features stand behind
    the adjacency, of shape (batch, n_nodes, n_nodes, n_edge_features), (batch, n_edges, n_edge_features) or (n_edges,
    n_edge_features).
    """

    def __init__(
        self,
        n_features: int,
        conv: str = "gin",
        conv_params: dict[str, Any] | None = None,
        hidden_layer_sizes: Sequence[int] = (64, 64, 64),
        activation: str = "relu",
        batch_normalization: bool = True,
        residual: bool = False,
        dropout: float = 0.0,
        n_types: int | None = None,
        node_embedding_dim: int | None = None,
        standardize: bool = True,
        n_edge_features: int = 0,
        standardize_edges: bool = False,
        dtype: str | None = None,
    ):
        self.activation, self.batch_normalization, self.dtype = activation, batch_normalization, dtype
        self.n_told = n_types or n_features
        self.is_typed = n_types is not None
        self.widths = [n_features if node_embedding_dim is None else node_embedding_dim, *hidden_layer_sizes]
        self._node = node_input(n_features, node_embedding_dim, standardize)
        edge_dtype = "float64" if standardize_edges else "float32"
        self._edge_features = (n_edge_features, edge_dtype) if n_edge_features else None
        self._embed = embed_nodes(n_types, node_embedding_dim, standardize, dtype)
        self._scale_edges = None
        if standardize_edges:
            self._scale_edges = Standardize(name="standardize_edges", dtype=output_dtype(dtype))
        options = conv, conv_params or {}, activation, batch_normalization, residual, dropout, dtype
        self._blocks = [convolution_block(f"layer_{i}", size, *options) for i, size in enumerate(hidden_layer_sizes)]

    def convolved(self, form: str) -> Convolved:
        """Call the layers on the inputs of a form."""
        is_gated = form == "gated"
        vectors = {"shape": (self.widths[0],), "name": "vectors", "dtype": output_dtype(self.dtype)}
        inputs = graph_inputs(form, **(vectors if is_gated else self._node), edge_features=self._edge_features)
        nodes, *adjacency, membership = inputs
        if self._scale_edges is not None:
            adjacency[-1] = self._scale_edges(adjacency[-1])
        h = [nodes if is_gated else self._embed(nodes)]
        for block in self._blocks:
            h.append(block(h[-1], adjacency, membership))
        return Convolved(inputs, adjacency, membership, h)
