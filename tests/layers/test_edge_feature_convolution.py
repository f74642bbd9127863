"""Convolutions with features of edges: formulas, all layouts, symmetry, parallel edges, padding."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from graph_layers import ADJACENCY, X, relu, require_formula
from hypothesis import given, settings
from hypothesis import strategies as st

from skmlbio.graphs import Graph, GraphSamples, dense_batch, edge_batch, ensure_graphs, flat_batch
from skmlbio.layers.convolutions import CONVOLUTIONS

CONVS = ["gine", "ecc", "gated"]
each = pytest.mark.parametrize("conv", CONVS)
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def random_graph(n_nodes: int, seed: int, density: float = 0.4) -> Graph:
    """A directed weighted graph with two features an edge, and some edges of nodes to themselves."""
    random = np.random.default_rng(seed)
    edges = np.stack(np.nonzero(random.random((n_nodes, n_nodes)) < density))
    n_edges = edges.shape[1]
    return Graph(
        random.normal(size=(n_nodes, 3)), edges, random.uniform(0.5, 2, n_edges), random.normal(size=(n_edges, 2))
    )


GRAPHS = [random_graph(n_nodes, seed) for seed, n_nodes in enumerate([6, 1, 4, 9])] + [Graph(np.ones((3, 3)))]
SAMPLES = ensure_graphs(GRAPHS)


def make(conv: str, n_edge_features: int = 2) -> keras.layers.Layer:
    """A layer whose weights, biases included, differ from their start."""
    layer = CONVOLUTIONS[conv](8, activation="tanh")
    layer.build([(None, 3), (2, None), (None,), (None, n_edge_features)])
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(scale=0.5, size=weight.shape) for weight in layer.weights])
    return layer


def inputs_of(batch: tuple) -> list[np.ndarray]:
    """All of a batch but what tells its padding."""
    return [part if part.dtype.kind == "i" else part.astype("float32") for part in batch[:-1]]


@each
@pytest.mark.parametrize("n_nodes", [12, 70], ids=["as incidence", "as lists"])
def test_all_layouts_give_the_same(conv: str, n_nodes: int) -> None:
    layer = make(conv)
    dense, edges, flat = dense_batch(SAMPLES, 12), edge_batch(SAMPLES, n_nodes, 60), flat_batch(SAMPLES, 30, 150)
    of_dense = np.asarray(layer(inputs_of(dense)))[dense.mask]
    assert of_dense.std() > 0.1
    np.testing.assert_allclose(np.asarray(layer(inputs_of(edges)))[edges.mask], of_dense, atol=1e-5)
    np.testing.assert_allclose(np.asarray(layer(inputs_of(flat)))[flat.graph_index >= 0], of_dense, atol=1e-5)


@each
def test_what_stands_in_padded_edges_does_not_matter(conv: str) -> None:
    layer, edges = make(conv), edge_batch(SAMPLES, 12, 60)
    filled = np.where(edges.edge_weight[..., None] == 0, 1e3, edges.edge_features)
    before, after = (layer(inputs_of(batch)) for batch in (edges, edges._replace(edge_features=filled)))
    np.testing.assert_array_equal(before, after)


@each
@settings(max_examples=10, deadline=None)
@given(n_nodes=st.integers(1, 8), density=st.floats(0, 1), seed=st.integers(0, 99), data=st.data())
def test_the_numbering_of_nodes_and_the_order_of_edges_do_not_matter(conv, n_nodes, density, seed, data) -> None:
    graph, layer = random_graph(n_nodes, seed, density), make(conv)
    order = np.array(data.draw(st.permutations(range(n_nodes))))
    of_edges = np.array(data.draw(st.permutations(range(graph.n_edges))), int)
    permuted = Graph(
        graph.features[order],
        np.argsort(order)[graph.edge_index[:, of_edges]],
        graph.edge_weight[of_edges],
        graph.edge_features[of_edges],
    )
    one, other = (np.asarray(layer(inputs_of(flat_batch(samples_of(it))))) for it in (graph, permuted))
    np.testing.assert_allclose(one[order], other, atol=1e-5)


def samples_of(graph: Graph) -> GraphSamples:
    """One graph, whose edges have two features though there be none of them."""
    return ensure_graphs([graph], n_edge_features=2)


@each
def test_parallel_edges_send_a_message_each(conv: str) -> None:
    once = Graph(X, [[0, 0, 1], [1, 2, 0]], edge_features=[[1, 2], [3, 4], [5, 6]])
    halves = Graph(X, [[0, 0, 0, 1], [1, 2, 1, 0]], [0.5, 1, 0.5, 1], [[1, 2], [3, 4], [1, 2], [5, 6]])
    different = Graph(X, [[0, 0, 0, 1], [1, 2, 1, 0]], [0.5, 1, 0.5, 1], [[1, 2], [3, 4], [-2, 0], [5, 6]])
    layer = make(conv)
    of_once, of_halves, of_different = (
        np.asarray(layer(inputs_of(flat_batch(ensure_graphs([graph]))))) for graph in (once, halves, different)
    )
    np.testing.assert_allclose(of_halves, of_once, atol=1e-6)
    assert np.abs(of_different - of_once)[0].max() > 1e-3


# e_ij of the formulas below, which `require_formula` asks without features, is the weight.
E = ADJACENCY[..., None]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def gine_formula(edge_kernel, edge_bias, hidden_kernel, hidden_bias, kernel, bias):
    messages = relu(X[None] + E @ edge_kernel + edge_bias)
    return relu((X + np.einsum("ij,ijf->if", ADJACENCY, messages)) @ hidden_kernel + hidden_bias) @ kernel + bias


def ecc_formula(own_kernel, edge_kernel, edge_bias, kernels, bias):
    matrices = np.einsum("ijk,kfu->ijfu", relu(E @ edge_kernel + edge_bias), kernels.reshape(8, 3, 8))
    return X @ own_kernel + np.einsum("ij,jf,ijfu->iu", ADJACENCY, X, matrices) + bias


def gated_formula(own, neighbour, receiver, sender, edge_kernel, edge_bias, bias):
    gates = sigmoid((X @ receiver)[:, None] + X @ sender + E @ edge_kernel + edge_bias) * ADJACENCY[..., None]
    return X @ own + (gates * (X @ neighbour)).sum(axis=1) / gates.sum(axis=1) + bias


@pytest.mark.parametrize(("conv", "formula"), [("gine", gine_formula), ("ecc", ecc_formula), ("gated", gated_formula)])
def test_layers_compute_their_formula(conv: str, formula) -> None:
    require_formula(conv, {}, formula)


@each
@pytest.mark.parametrize("jit_compile", [False, True])
def test_gradients_reach_all_weights_and_agree(conv: str, jit_compile: bool) -> None:
    layer, edges, flat = make(conv), edge_batch(SAMPLES, 12, 60), flat_batch(SAMPLES, 30, 150)

    @tf.function(jit_compile=jit_compile)
    def gradients(inputs: list, real: np.ndarray) -> list:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.where(real[..., None], tf.square(layer(inputs)), 0.0))
        return tape.gradient(y, [weight.value for weight in layer.trainable_weights])

    of_edges = gradients(inputs_of(edges), edges.mask)
    of_flat = gradients(inputs_of(flat), flat.graph_index >= 0)
    for weight, one, other in zip(layer.trainable_weights, of_edges, of_flat, strict=True):
        assert np.abs(one).max() > 0, weight.name
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4, err_msg=weight.name)


@saves_variables
@each
def test_a_file_keeps_the_layer(conv: str, tmp_path: Path) -> None:
    shapes = {"x": (None, 3), "edge_index": (2, None), "edge_weight": (None,), "edge_features": (None, 2)}
    inputs = [
        keras.Input(batch_shape=shape, name=name, dtype="int32" if name == "edge_index" else "float32")
        for name, shape in shapes.items()
    ]
    model, values = keras.Model(inputs, make(conv)(inputs)), inputs_of(flat_batch(SAMPLES, 30, 150))
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.saving.load_model(tmp_path / "model.keras")(values), model(values), atol=1e-6)


def test_other_convolutions_leave_edge_features_out() -> None:
    layer = CONVOLUTIONS["gcn"](8)
    for batch in (dense_batch(SAMPLES), edge_batch(SAMPLES), flat_batch(SAMPLES)):
        inputs = inputs_of(batch)
        np.testing.assert_array_equal(layer(inputs), layer(inputs[:-1]))
