"""The graph convolutions: formulas, both forms, symmetry, saving."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_models import model_of, require_the_same_answers_once_saved

from skmlbio.graphs import FlatGraphs, Graph, dense_batch, edge_batch, ensure_graphs, flat_batch
from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.layers.graph_convolution import GATConvolution, GraphConvolution

OPTIONS = {
    "gcn": [{}, {"self_connections": False, "normalization": None}, {"normalization": "row"}],
    "gat": [{}, {"n_heads": 2, "self_connections": False}],
    "gin": [{}, {"hidden_units": 5, "learn_epsilon": True}],
    "sage": [{}, {"self_connections": True}],
    "tag": [{}, {"n_hops": 0}],
    "arma": [{}, {"n_stacks": 2, "n_steps": 3}],
}
CASES = [(conv, options) for conv, many in OPTIONS.items() for options in many]


def random_graph(n_nodes: int, seed: int, density: float = 0.4) -> Graph:
    """A directed weighted graph, with some edges of nodes to themselves."""
    random = np.random.default_rng(seed)
    edges = np.stack(np.nonzero(random.random((n_nodes, n_nodes)) < density))
    return Graph(random.normal(size=(n_nodes, 3)), edges, random.uniform(0.5, 2, edges.shape[1]))


def make(conv: str, options: dict) -> keras.layers.Layer:
    """A layer whose weights, biases included, differ from their start."""
    layer = CONVOLUTIONS[conv](8, activation="tanh", **options)
    layer.build([(None, 3), (2, None), (None,)])
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(scale=0.5, size=weight.shape) for weight in layer.weights])
    return layer


def flat_inputs(batch: FlatGraphs) -> list[np.ndarray]:
    return [batch.features.astype("float32"), batch.edge_index, batch.edge_weight]


# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
GRAPHS = [random_graph(n_nodes, seed) for seed, n_nodes in enumerate([6, 1, 4, 9])] + [Graph(np.ones((3, 3)))]


@pytest.mark.parametrize(("conv", "options"), CASES)
def test_dense_batches_and_edge_lists_give_the_same(conv: str, options: dict) -> None:
    samples, layer = ensure_graphs(GRAPHS), make(conv, options)
    dense, flat = dense_batch(samples, 12, 7), flat_batch(samples, 30, 150)
    of_dense = np.asarray(layer([dense.features, dense.adjacency]))[dense.mask]
    of_flat = np.asarray(layer(flat_inputs(flat)))[flat.graph_index >= 0]
    assert of_flat.std() > 0.1
    np.testing.assert_allclose(of_dense, of_flat, atol=1e-5)


@pytest.mark.parametrize(("conv", "options"), CASES)
def test_padded_edge_lists_give_the_same_too(conv: str, options: dict) -> None:
    samples, layer = ensure_graphs(GRAPHS), make(conv, options)
    dense, edges = dense_batch(samples, 12), edge_batch(samples, 11, 60)
    of_dense = np.asarray(layer([dense.features, dense.adjacency]))[dense.mask]
    of_edges = np.asarray(layer([edges.features, edges.edge_index, edges.edge_weight]))
    assert of_edges.shape == (len(GRAPHS), 11, 8)
    np.testing.assert_allclose(of_dense, of_edges[edges.mask], atol=1e-5)


@pytest.mark.parametrize(("conv", "options"), CASES)
def test_one_graph_gives_the_same_alone(conv: str, options: dict) -> None:
    layer = make(conv, options)
    flat = flat_batch(ensure_graphs(GRAPHS), 30, 150)
    together = np.asarray(layer(flat_inputs(flat)))
    for place, graph in enumerate(GRAPHS):
        alone = layer(flat_inputs(flat_batch(ensure_graphs([graph]))))
        np.testing.assert_allclose(together[flat.graph_index == place], alone, atol=1e-5)


@pytest.mark.parametrize(("conv", "options"), CASES)
def test_what_stands_in_padded_nodes_does_not_matter(conv: str, options: dict) -> None:
    layer, dense = make(conv, options), dense_batch(ensure_graphs(GRAPHS), 12)
    filled = np.where(dense.mask[..., None], dense.features, 1e3).astype("float32")
    before, after = (np.asarray(layer([x, dense.adjacency])) for x in (dense.features, filled))
    np.testing.assert_array_equal(before[dense.mask], after[dense.mask])


@pytest.mark.parametrize("conv", CONVOLUTIONS)
@settings(max_examples=15, deadline=None)
@given(n_nodes=st.integers(1, 8), density=st.floats(0, 1), seed=st.integers(0, 99), data=st.data())
def test_permutation_equivariance(conv: str, n_nodes: int, density: float, seed: int, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(n_nodes))))
    graph, layer = random_graph(n_nodes, seed, density), make(conv, {})
    permuted = Graph(graph.features[order], np.argsort(order)[graph.edge_index], graph.edge_weight)
    one, other = (layer(flat_inputs(flat_batch(ensure_graphs([it])))) for it in (graph, permuted))
    np.testing.assert_allclose(np.asarray(one)[order], other, atol=1e-5)


ADJACENCY = np.array([[0, 2, 0], [2, 1, 0.5], [0, 0.5, 0]], "float32")
X = np.array([[1, -2, 3], [0, 1, 1], [2, 0, -1]], "float32")


def symmetric(adjacency: np.ndarray) -> np.ndarray:
    scale = 1 / np.sqrt(adjacency.sum(axis=1))
    return scale[:, None] * adjacency * scale


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def gcn_formula(kernel, bias):
    return symmetric(ADJACENCY + np.eye(3)) @ X @ kernel + bias


def gin_formula(hidden_kernel, hidden_bias, kernel, epsilon, bias):
    return relu(((1 + epsilon) * X + ADJACENCY @ X) @ hidden_kernel + hidden_bias) @ kernel + bias


def sage_formula(kernel, neighbour_kernel, bias):
    mean = ADJACENCY @ X / ADJACENCY.sum(axis=1, keepdims=True)
    return np.concatenate([X, mean], axis=1) @ np.concatenate([kernel, neighbour_kernel]) + bias


def tag_formula(*weights):
    *kernels, bias = weights
    powers = [np.linalg.matrix_power(symmetric(ADJACENCY), hop) for hop in range(len(kernels))]
    return sum(power @ X @ kernel for power, kernel in zip(powers, kernels, strict=True)) + bias


def arma_formula(first, first_skip, first_bias, second, second_skip, second_bias, bias):
    z = relu(symmetric(ADJACENCY) @ X @ first + X @ first_skip + first_bias)
    return relu(symmetric(ADJACENCY) @ z @ second + X @ second_skip + second_bias) + bias


def gat_formula(kernel, own_kernel, neighbour_kernel, bias):
    heads = []
    for head in range(kernel.shape[1]):
        values = X @ kernel[:, head]
        scores = (values @ own_kernel[head])[:, None] + values @ neighbour_kernel[head]
        scores = np.where(scores > 0, scores, 0.2 * scores)
        shares = np.where((ADJACENCY != 0) | np.eye(3, dtype=bool), np.exp(scores), 0)
        heads.append(shares / shares.sum(axis=1, keepdims=True) @ values)
    return np.concatenate(heads, axis=1) + bias


@pytest.mark.parametrize(
    ("conv", "options", "formula"),
    [
        ("gcn", {}, gcn_formula),
        ("gat", {}, gat_formula),
        ("gin", {"learn_epsilon": True}, gin_formula),
        ("sage", {}, sage_formula),
        ("tag", {}, tag_formula),
        ("arma", {"n_steps": 2}, arma_formula),
    ],
)
def test_layers_compute_their_formula(conv: str, options: dict, formula: object) -> None:
    layer = make(conv, options)
    expected = np.tanh(formula(*(np.asarray(weight) for weight in layer.weights)))
    np.testing.assert_allclose(layer([X[None], ADJACENCY[None]])[0], expected, atol=1e-5)


def test_lecture_convolution_with_and_without_self_connections() -> None:
    for self_connections in (False, True):
        layer = make("gcn", {"self_connections": self_connections, "normalization": None})
        kernel, bias = (np.asarray(weight) for weight in layer.weights)
        expected = np.tanh((ADJACENCY + self_connections * np.eye(3)) @ X @ kernel + bias)
        np.testing.assert_allclose(layer([X[None], ADJACENCY[None]])[0], expected, atol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("conv", CONVOLUTIONS)
def test_gradients_reach_all_weights_and_agree(conv: str, jit_compile: bool) -> None:
    samples, layer = ensure_graphs(GRAPHS), make(conv, OPTIONS[conv][-1] if conv != "tag" else {})
    dense, flat = dense_batch(samples, 12, 7), flat_batch(samples, 30, 150)

    @tf.function(jit_compile=jit_compile)
    def gradients(inputs: list, real: np.ndarray) -> list:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.where(real[..., None], tf.square(layer(inputs)), 0.0))
        return tape.gradient(y, [weight.value for weight in layer.trainable_weights])

    # One node at least must have two neighbours, or attention would have nothing to weigh.
    of_dense = gradients([dense.features, dense.adjacency], dense.mask)
    of_flat = gradients(flat_inputs(flat), flat.graph_index >= 0)
    for weight, one, other in zip(layer.trainable_weights, of_dense, of_flat, strict=True):
        assert np.abs(one).max() > 0, weight.name
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4, err_msg=weight.name)


@saves_variables
@pytest.mark.parametrize(("conv", "options"), CASES)
def test_keras_and_saved_model_round_trips(conv: str, options: dict, tmp_path: Path) -> None:
    model, inputs = model_of(make(conv, options)), flat_inputs(flat_batch(ensure_graphs(GRAPHS), 30, 150))
    require_the_same_answers_once_saved(model, inputs, tmp_path)


@pytest.mark.parametrize("conv", CONVOLUTIONS)
def test_symbolic_shapes(conv: str) -> None:
    assert model_of(make(conv, {})).output_shape == (None, 8)
    dense = [keras.Input((None, 3)), keras.Input((None, None))]
    assert make(conv, {})(dense).shape == (None, None, 8)


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="normalization must be None, 'symmetric' or 'row', not 'both'"):
        GraphConvolution(4, normalization="both")
    with pytest.raises(ValueError, match="units must be a multiple of n_heads, but 10 is none of 4"):
        GATConvolution(10, n_heads=4)
