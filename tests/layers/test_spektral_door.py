"""The door to Spektral: its layers on Keras 3, held against our own."""

from pathlib import Path

import keras
import numpy as np
import pytest
import spektral.layers
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_models import model_of, require_the_same_answers_once_saved

from skmlbio.graphs import Graph, ensure_graphs, flat_batch
from skmlbio.layers import _spektral as door
from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.layers.graph_pooling import GraphPooling

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
NAMES = ["gcn", "gat", "gin", "sage", "tag", "arma"]
LAYERS = {
    "gcn": door.GCNConv,
    "gat": door.GATConv,
    "gin": door.GINConv,
    "sage": door.GraphSageConv,
    "tag": door.TAGConv,
    "arma": door.ARMAConv,
}


def random_graph(n_nodes: int, seed: int, density: float = 0.4, weighted: bool = False) -> Graph:
    """A directed graph without edges of nodes to themselves."""
    random = np.random.default_rng(seed)
    edges = np.stack(np.nonzero((random.random((n_nodes, n_nodes)) < density) & ~np.eye(n_nodes, dtype=bool)))
    weights = random.uniform(0.5, 2, edges.shape[1]) if weighted else None
    return Graph(random.normal(size=(n_nodes, 3)), edges, weights)


def inputs_of(*graphs: Graph, pad: bool = False) -> list[np.ndarray]:
    batch = flat_batch(ensure_graphs(list(graphs)), *((30, 150) if pad else ()))
    return [batch.features.astype("float32"), batch.edge_index, batch.edge_weight]


def make(conv: str, activation: str = "tanh") -> door.SpektralConvolution:
    """A layer whose weights, biases included, differ from their start."""
    layer = door.SpektralConvolution(conv, 8, activation=activation)
    layer.build([(None, 3), (2, None), (None,)])
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(scale=0.5, size=weight.shape) for weight in layer.weights])
    return layer


GRAPHS = [random_graph(n_nodes, seed) for seed, n_nodes in enumerate([6, 1, 4, 9])]
OURS = {
    "gat": {"n_heads": 1},
    "gin": {"learn_epsilon": True},
    "sage": {"self_connections": True},
    "tag": {"n_hops": 1},
}


def our_weights(conv: str, theirs: list[np.ndarray]) -> list[np.ndarray]:
    """Spektral's weights in the order and shapes of our layer of that name."""
    if conv == "gat":
        kernel, own, neighbour, bias = theirs
        return [kernel, own[..., 0].T, neighbour[..., 0].T, bias]
    if conv == "gin":
        epsilon, hidden_kernel, hidden_bias, kernel, bias = theirs
        return [hidden_kernel, hidden_bias, kernel, epsilon[0], bias]
    if conv == "sage":
        return [*np.split(theirs[0], 2), theirs[1]]
    if conv == "tag":
        # Spektral takes one hop three times instead of three hops.
        here, *once = np.split(theirs[0], 4)
        return [here, sum(once), theirs[1]]
    if conv == "arma":
        return [*theirs, np.zeros_like(theirs[2])]
    return theirs


@pytest.mark.parametrize("conv", NAMES)
@pytest.mark.parametrize("pad", [False, True])
def test_same_weights_give_the_numbers_of_our_own_layers(conv: str, pad: bool) -> None:
    graphs = GRAPHS
    if conv in ("gcn", "tag", "arma"):
        graphs = [random_graph(graph.n_nodes, 10 + seed, weighted=True) for seed, graph in enumerate(GRAPHS)]
    layer, inputs = make(conv), inputs_of(*graphs, pad=pad)
    ours = CONVOLUTIONS[conv](8, activation="tanh", **OURS.get(conv, {}))
    ours.build([(None, 3), (2, None), (None,)])
    ours.set_weights(our_weights(conv, layer.get_weights()))
    theirs, expected = np.asarray(layer(inputs))[:20], np.asarray(ours(inputs))[:20]
    if conv == "sage":
        # Spektral brings each node to length 1 before the activation.
        before = np.arctanh(expected.astype("float64"))
        expected = np.tanh(before / np.linalg.norm(before, axis=1, keepdims=True))
    assert expected.std() > 0.1
    np.testing.assert_allclose(theirs, expected, atol=1e-5 if conv != "sage" else 1e-3)


@pytest.mark.parametrize("conv", NAMES)
def test_gradients_reach_all_weights(conv: str) -> None:
    layer, inputs = make(conv), inputs_of(*GRAPHS)

    @tf.function
    def gradients() -> list:
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(tf.square(layer(inputs)))
        return tape.gradient(total, [weight.value for weight in layer.trainable_weights])

    for weight, gradient in zip(layer.trainable_weights, gradients(), strict=True):
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, weight.path


@saves_variables
@pytest.mark.parametrize("conv", NAMES)
def test_keras_and_saved_model_round_trips(conv: str, tmp_path: Path) -> None:
    model, inputs = model_of(make(conv)), inputs_of(*GRAPHS, pad=True)
    assert model.output_shape == (None, 8)
    require_the_same_answers_once_saved(model, inputs, tmp_path)


@pytest.mark.parametrize("conv", NAMES)
@settings(max_examples=10, deadline=None)
@given(n_nodes=st.integers(1, 8), density=st.floats(0, 1), seed=st.integers(0, 99), data=st.data())
def test_permutation_equivariance_and_invariance_of_the_pooled(
    conv: str, n_nodes: int, density: float, seed: int, data: st.DataObject
) -> None:
    order = np.array(data.draw(st.permutations(range(n_nodes))))
    graph, layer = random_graph(n_nodes, seed, density), make(conv)
    permuted = Graph(graph.features[order], np.argsort(order)[graph.edge_index], graph.edge_weight)
    one, other = (layer(inputs_of(it)) for it in (graph, permuted))
    np.testing.assert_allclose(np.asarray(one)[order], other, atol=1e-5)
    membership = np.zeros(n_nodes, "int32")
    for pooling in ("mean", "sum", "max"):
        pool = GraphPooling(pooling)
        np.testing.assert_allclose(pool([one, membership]), pool([other, membership]), atol=1e-4)


@saves_variables
@pytest.mark.parametrize("conv", NAMES)
def test_spektral_layers_run_train_and_save_in_a_model_of_sparse_matrices(conv: str, tmp_path: Path) -> None:
    x, edge_index, edge_weight = inputs_of(GRAPHS[0])
    x = tf.constant(x)
    adjacency = tf.sparse.reorder(tf.SparseTensor(edge_index.T.astype("int64"), edge_weight, (len(x), len(x))))
    inputs = [keras.Input(batch_shape=(None, 3)), keras.Input(batch_shape=(None, None), sparse=True)]
    model = keras.Model(inputs, LAYERS[conv](4, activation="tanh")(inputs))
    before = np.asarray(model([x, adjacency]))
    optimizer = keras.optimizers.SGD(1e-3)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.square(model([x, adjacency])))
    optimizer.apply_gradients(
        zip(tape.gradient(total, model.trainable_variables), model.trainable_variables, strict=True)
    )
    after = np.asarray(model([x, adjacency]))
    assert np.square(after).sum() < np.square(before).sum()
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.saving.load_model(tmp_path / "model.keras")([x, adjacency]), after, atol=1e-6)


# Convolutions that have no name at the door, each with what Spektral's layer is told, ours, the matrix that Spektral's
# expects, and its weights as ours.
X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
DIRECTED = np.array([[0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], "float32")
SYMMETRIC = np.maximum(DIRECTED, DIRECTED.T)


def normalized(adjacency: np.ndarray) -> np.ndarray:
    scale = adjacency.sum(axis=1) ** -0.5
    return scale[:, None] * adjacency * scale


OTHERS = [
    ("cheb", "ChebConv", {"K": 4}, {"n_hops": 3}, SYMMETRIC, -normalized(SYMMETRIC),
     lambda kernels, bias: [*kernels, bias]),
    ("appnp", "APPNPConv", {"alpha": 0.3, "propagations": 3, "mlp_hidden": [5]},
     {"teleport": 0.3, "n_steps": 3, "hidden_units": 5}, SYMMETRIC, normalized(SYMMETRIC + np.eye(4)),
     lambda *theirs: theirs),
    ("general", "GeneralConv", {"batch_norm": False, "activation": "prelu", "aggregate": "sum"},
     {"self_connections": False}, DIRECTED, DIRECTED.T,
     lambda kernel, bias, slope: [kernel, bias, slope, np.zeros(8)]),
    ("edge", "EdgeConv", {"mlp_hidden": [5], "aggregate": "max"}, {"hidden_units": 5}, DIRECTED, DIRECTED.T,
     lambda *theirs: theirs),
]  # fmt: skip


@pytest.mark.parametrize(("conv", "name", "their_options", "our_options", "adjacency", "expected", "weights"), OTHERS)
def test_further_layers_of_spektral_give_the_numbers_of_ours(
    conv, name, their_options, our_options, adjacency, expected, weights
) -> None:
    theirs = door.on_keras_3(getattr(spektral.layers, name))(8, **({"activation": "tanh"} | their_options))
    matrix = tf.sparse.from_dense(expected) if name in ("GeneralConv", "EdgeConv") else expected
    theirs([X, matrix])
    random = np.random.default_rng(1)
    start = [random.normal(scale=0.5, size=weight.shape) for weight in theirs.weights]
    if conv == "appnp":
        start[-1] = np.zeros(8)  # this bias is propagated there, and added afterwards here
    theirs.set_weights(start)
    ours = CONVOLUTIONS[conv](8, activation=None if conv == "general" else "tanh", **our_options)
    ours.build([(None, 4, 3), (None, 4, 4)])
    ours.set_weights(weights(*theirs.get_weights()))
    np.testing.assert_allclose(ours([X[None], adjacency[None]])[0], theirs([X, matrix]), atol=1e-5)


def test_a_real_mask_is_still_used() -> None:
    x, mask = np.ones((1, 3, 3), "float32"), np.array([[True, True, False]])
    layer = door.on_keras_3(spektral.layers.GCSConv)(4)
    inputs = [x, np.ones((1, 3, 3), "float32")]
    masked = np.asarray(layer(inputs, mask=[mask[..., None].astype("float32"), None]))
    np.testing.assert_allclose(masked[0, :2], np.asarray(layer(inputs))[0, :2], atol=1e-6)
    assert not masked[0, 2].any()


def test_unknown_convolution_is_refused() -> None:
    with pytest.raises(ValueError, match="conv must be one of gcn, gat, gin, sage, tag, arma, not 'cheb'"):
        door.SpektralConvolution("cheb", 8)
