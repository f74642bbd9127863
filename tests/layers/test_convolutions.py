"""What all graph convolutions do: the same in all layouts, symmetry, the way of messages, saving."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from graph_layers import flat_inputs, make, random_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_models import model_of, require_the_same_answers_once_saved
from scipy import sparse

from skmlbio.graphs import Graph, dense_batch, edge_batch, ensure_graphs, flat_batch
from skmlbio.layers.convolutions import CONVOLUTIONS

OPTIONS: dict[str, list[dict]] = {
    "gcn": [{}, {"self_connections": False, "normalization": None}, {"normalization": "row"}],
    "gat": [{}, {"n_heads": 2, "self_connections": False}],
    "gin": [{}, {"hidden_units": 5, "learn_epsilon": True}],
    "sage": [{}, {"self_connections": True}],
    "tag": [{}, {"n_hops": 0}],
    "arma": [{}, {"n_stacks": 2, "n_steps": 3}],
    "cheb": [{}, {"n_hops": 0}, {"n_hops": 3}],
    "appnp": [{"n_steps": 2, "hidden_units": 5}],
    "diffusion": [{}, {"n_hops": 0}],
    "general": [{}, {"aggregation": "mean"}, {"aggregation": "max"}, {"aggregation": "max", "self_connections": False}],
    "gine": [{}, {"hidden_units": 5, "learn_epsilon": True}],
    "ecc": [{}, {"hidden_units": 3}],
    "edge": [{}, {"aggregation": "sum", "hidden_units": 5}, {"aggregation": "mean"}],
}
SEVERAL_HOPS: dict[str, dict] = {"tag": {}, "diffusion": {}}  # whose last options have none
OPTIONS = {conv: OPTIONS.get(conv, [{}]) for conv in CONVOLUTIONS}
CASES = [(conv, options) for conv, many in OPTIONS.items() for options in many]


def as_tensor(matrix: sparse.coo_array) -> tf.SparseTensor:
    return tf.SparseTensor(np.stack([matrix.row, matrix.col], axis=1), matrix.data, matrix.shape)


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
def test_sparse_matrices_give_the_same_too(conv: str, options: dict) -> None:
    batch, layer = flat_batch(ensure_graphs(GRAPHS)), make(conv, options)
    features = np.where(np.abs(batch.features) > 0.5, batch.features, 0).astype("float32")
    adjacency = sparse.coo_array((batch.edge_weight, batch.edge_index), (len(features), len(features)))
    rows, columns = np.nonzero(features)
    entries = sparse.coo_array((features[rows, columns], (rows, columns)), features.shape)
    expected = layer([features, batch.edge_index, batch.edge_weight])
    for x in (features, as_tensor(entries)):
        np.testing.assert_allclose(layer([x, as_tensor(adjacency)]), expected, atol=1e-5)


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
@settings(max_examples=10, deadline=None)
@given(n_nodes=st.integers(1, 8), density=st.floats(0, 1), seed=st.integers(0, 99), data=st.data())
def test_permutation_equivariance(conv: str, n_nodes: int, density: float, seed: int, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(n_nodes))))
    graph, layer = random_graph(n_nodes, seed, density), make(conv, OPTIONS[conv][0])
    permuted = Graph(graph.features[order], np.argsort(order)[graph.edge_index], graph.edge_weight)
    one, other = (layer(flat_inputs(flat_batch(ensure_graphs([it])))) for it in (graph, permuted))
    np.testing.assert_allclose(np.asarray(one)[order], other, atol=1e-5)


@pytest.mark.parametrize("conv", CONVOLUTIONS)
def test_messages_go_against_the_edge(conv: str) -> None:
    # 0 -> 1 -> 2 -> 2: what node 1 has is told to node 0, its source, and never to node 2, its target.
    graph = Graph([[1.0, 2, 3], [2, -1, 1], [0, 1, -2]], [[0, 1, 2], [1, 2, 2]])
    changed = Graph(graph.features + np.array([[0], [3], [0]]), graph.edge_index)
    layer = make(conv, {})
    before, after = (np.asarray(layer(flat_inputs(flat_batch(ensure_graphs([it]))))) for it in (graph, changed))
    receives = np.abs(after - before).max(axis=1) > 1e-3
    assert receives[[0, 2]].tolist() == [True, conv == "diffusion"]


@pytest.mark.parametrize(("conv", "options"), CASES)
def test_gates_are_put_on_what_edges_tell(conv: str, options: dict) -> None:
    """Open ones change nothing; behind closed ones, no node hears of another, but for the shares of attention."""
    layer, (x, edge_index, edge_weight) = make(conv, options), flat_inputs(flat_batch(ensure_graphs(GRAPHS), 30, 150))

    def answers(x: np.ndarray, gate: float) -> np.ndarray:
        return np.asarray(layer([x, edge_index, np.stack([edge_weight, np.full_like(edge_weight, gate)], axis=1)]))

    np.testing.assert_allclose(answers(x, 1), layer([x, edge_index, edge_weight]), atol=1e-6)
    changed = x.copy()
    changed[::2] += 1
    closed = answers(x, 0)
    if conv != "gat":
        np.testing.assert_array_equal(answers(changed, 0)[1::2], closed[1::2])
    if options.get("n_hops") != 0:
        assert np.abs(closed - answers(x, 1)).max() > 0.01


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("conv", CONVOLUTIONS)
def test_gradients_reach_all_weights_and_agree(conv: str, jit_compile: bool) -> None:
    samples, layer = ensure_graphs(GRAPHS), make(conv, SEVERAL_HOPS.get(conv, OPTIONS[conv][-1]))
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
@pytest.mark.parametrize("conv", CONVOLUTIONS)
def test_keras_and_saved_model_round_trips(conv: str, tmp_path: Path) -> None:
    model, inputs = model_of(make(conv, OPTIONS[conv][-1])), flat_inputs(flat_batch(ensure_graphs(GRAPHS), 30, 150))
    require_the_same_answers_once_saved(model, inputs, tmp_path)


@pytest.mark.parametrize("conv", CONVOLUTIONS)
def test_symbolic_shapes(conv: str) -> None:
    assert model_of(make(conv, {})).output_shape == (None, 8)
    dense = [keras.Input((None, 3)), keras.Input((None, None))]
    assert make(conv, {})(dense).shape == (None, None, 8)
