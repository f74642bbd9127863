"""The network that tells which nodes of a graph are joined."""

from __future__ import annotations

from typing import Any

import keras

from skmlbio.networks._architecture import Architecture
from skmlbio.networks.dense import dense_stack
from skmlbio.networks.node_network import node_codes
from skmlbio.networks.supervised import with_probabilities


def link_network(n_components: int, decoder: str, joined_class: int = 1, **graph: Any) -> Architecture:
    """z = codes of all nodes, logit(u, v) = Σ_k w_k z_uk z_vk + b, or a dense network of the products z_uk z_vk.

    Parameters
    ----------
    n_components : int
        Length of a code.
    decoder : {"inner_product", "dense"}
        Whether products are summed, by weights that begin at 1, or a hidden layer of as many units comes between.
    joined_class : {0, 1}
        Which class means that nodes are joined; for 0, the logit of class 1, weights of products begin at -1.
    **graph
        Arguments of `node_codes` but the units.

    Returns
    -------
    Architecture
        Inputs: pairs of shape (batch, 2), and those of `node_codes`.  Heads: ``"predict_proba"``,
        ``"decision_function"``.
    """
    dtype = graph.get("dtype")
    pairs = keras.Input((2,), name="pairs", dtype="int32")
    inputs, codes = node_codes(n_components, **graph)
    first, second = (keras.ops.take(codes, pairs[:, end], axis=0) for end in (0, 1))
    x = keras.layers.Multiply(name="products", dtype=dtype)([first, second])
    if decoder == "dense":
        x = dense_stack(x, (n_components,), graph.get("activation", "relu"), name="decoder", dtype=dtype)
    sign = keras.initializers.Constant(1.0 if joined_class else -1.0)
    start = sign if decoder == "inner_product" else "glorot_uniform"
    output = keras.layers.Dense(1, kernel_initializer=start, name="output", dtype=dtype)
    return with_probabilities([pairs, *inputs], output(x), "binary", (2,))
