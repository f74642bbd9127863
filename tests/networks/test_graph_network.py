"""The network of whole graphs: its three forms, symmetry, padding, options."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from skmlbio.graphs import Graph, GraphSamples, dense_batch, edge_batch, ensure_graphs, flat_batch
from skmlbio.layers.convolutions import CONVOLUTIONS
from skmlbio.networks.graph_network import graph_network

RANDOM = np.random.default_rng(0)
OPTIONS = [
    {},
    {
        "conv": "gcn",
        "batch_normalization": False,
        "pooling": ["mean"],
        "pooled_layers": "last",
        "readout_layer_sizes": (),
    },
    {"conv": "gat", "conv_params": {"n_heads": 2}, "residual": True, "dropout": 0.2, "pooling": ("attention",)},
    {"conv": "sage", "pooling": ("max", "mean"), "activation": "tanh"},
    {"conv": "tag", "hidden_layer_sizes": (8, 4)},
    {"conv": "arma", "conv_params": {"n_stacks": 2}},
    {"conv": "gine", "n_edge_features": 2, "standardize_edges": True},
]


def random_graph(n_nodes: int) -> Graph:
    adjacency = np.triu(RANDOM.random((n_nodes, n_nodes)) < 0.4, 1)
    return Graph(RANDOM.normal(size=(n_nodes, 3)), np.nonzero(adjacency | adjacency.T))


GRAPHS = ensure_graphs([random_graph(n_nodes) for n_nodes in (5, 1, 9, 2)])
FEATURED = replace(GRAPHS, edge_features=RANDOM.normal(size=(GRAPHS.n_edges.sum(), 2)))


def graphs_for(options: dict) -> GraphSamples:
    return FEATURED if "n_edge_features" in options else GRAPHS


THREE_CLASSES = {"n_outputs": 3, "kind": "multiclass", "sizes": (3,)}


def make(**options):
    """A network for three classes whose weights, moving means included, differ from their start."""
    arguments = {"n_features": 3, "targets": THREE_CLASSES, "hidden_layer_sizes": (8, 8)}
    architecture = graph_network(**(arguments | options))
    random = np.random.default_rng(1)
    for weight in architecture.training.weights:
        if weight.name != "seed_generator_state":
            weight.assign(weight + abs(random.normal(scale=0.1, size=weight.shape)))
    return architecture


def unchanged(model: keras.Model, call):
    """Call something that trains, and undo what it did to the running moments, so that the next call starts alike."""
    before = [variable.numpy() for variable in model.variables]
    answer = call()
    for variable, value in zip(model.variables, before, strict=True):
        variable.assign(value)
    return answer


@pytest.mark.parametrize("options", OPTIONS)
def test_the_forms_give_the_same_and_share_their_variables(options: dict) -> None:
    architecture = make(**options)
    others = {form: build() for form, build in architecture.other_forms.items()}
    assert set(others) == {"edges", "flat", "gated"}
    for head in ("predict_proba", "decision_function"):
        expected = np.asarray(architecture.heads[head](list(dense_batch(graphs_for(options), 12))))
        assert expected.shape == (4, 3)
        assert head == "predict_proba" or expected.std(axis=0).min() > 1e-3
        of_edges = others["edges"].heads[head](list(edge_batch(graphs_for(options), 15, 90)))
        of_flat = others["flat"].heads[head](list(flat_batch(graphs_for(options), 30, 90)))
        np.testing.assert_allclose(of_edges, expected, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(of_flat, expected, rtol=1e-5, atol=1e-5)
        flat = flat_batch(graphs_for(options), 30, 90)
        vectors = architecture.training.get_layer("standardize")(flat.features).numpy()
        weights_and_gates = np.stack([flat.edge_weight, np.ones_like(flat.edge_weight)], axis=1)
        of_gated = others["gated"].heads[head](list(flat._replace(features=vectors, edge_weight=weights_and_gates)))
        np.testing.assert_allclose(of_gated, expected, rtol=1e-5, atol=1e-5)
    before_convolutions = {id(v) for v in architecture.training.get_layer("standardize").variables}
    for form, other in others.items():
        shared = {id(v) for v in other.training.variables} | (before_convolutions if form == "gated" else set())
        assert shared == {id(v) for v in architecture.training.variables}


@pytest.mark.parametrize("options", OPTIONS)
def test_training_steps_agree_between_padded_forms(options: dict) -> None:
    architecture = make(**(options | {"dropout": 0.0, "readout_dropout": 0.0}))
    edges = architecture.other_forms["edges"]()
    model = architecture.training
    of_dense = unchanged(model, lambda: model(list(dense_batch(graphs_for(options), 12)), training=True))
    of_edges = unchanged(model, lambda: edges.training(list(edge_batch(graphs_for(options), 15, 90)), training=True))
    np.testing.assert_allclose(of_edges, of_dense, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("options", OPTIONS)
def test_gradients_reach_all_weights(options: dict, jit_compile: bool) -> None:
    architecture = make(**(options | {"activation": "tanh", "dropout": 0.0, "readout_dropout": 0.0}))
    variables = [weight.value for weight in architecture.training.trainable_variables]

    def gradients(model: keras.Model, *inputs: tf.Tensor) -> list:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(list(inputs), training=True)))
        return [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]

    compiled = tf.function(gradients, jit_compile=jit_compile)
    model, edges = architecture.training, architecture.other_forms["edges"]().training
    of_dense = unchanged(model, lambda: compiled(model, *map(tf.constant, dense_batch(graphs_for(options), 12))))
    of_edges = unchanged(model, lambda: compiled(edges, *map(tf.constant, edge_batch(graphs_for(options), 15, 90))))
    for dense, edge, weight in zip(of_dense, of_edges, architecture.training.trainable_variables, strict=True):
        assert np.isfinite(dense).all(), weight.path
        np.testing.assert_allclose(dense, edge, rtol=2e-2, atol=1e-3, err_msg=weight.path)
    assert sum(bool(np.any(gradient)) for gradient in of_dense) == len(variables)


NETWORKS = {conv: make(conv=conv, hidden_layer_sizes=(4, 4)).heads["decision_function"] for conv in CONVOLUTIONS}


@pytest.mark.parametrize("conv", CONVOLUTIONS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_nodes=st.integers(1, 8))
def test_the_numbering_of_the_nodes_does_not_matter(conv: str, seed: int, n_nodes: int) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n_nodes, 3))
    adjacency = random.random((n_nodes, n_nodes)) < 0.4
    order = random.permutation(n_nodes)
    graphs = ensure_graphs([(x, adjacency), (x[order], adjacency[np.ix_(order, order)])])
    first, second = np.asarray(NETWORKS[conv](list(dense_batch(graphs, 8))))
    np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-4)


def test_nodes_of_one_type_share_their_vector() -> None:
    types = ensure_graphs([Graph(["C", "C", "O"], [[0, 1], [1, 2]])], node_encoding="ids")
    model = make(n_features=2, n_types=2, node_embedding_dim=5).training
    vectors = np.asarray(model.get_layer("node_embedding")(types.features))
    assert vectors.shape == (3, 5)
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert np.abs(vectors[0] - vectors[2]).max() > 1e-3


def test_residuals_are_added_where_widths_agree() -> None:
    names = [layer.name for layer in make(residual=True, hidden_layer_sizes=(8, 8, 4, 4)).training.layers]
    assert [name for name in names if "residual" in name] == ["layer_1_residual", "layer_3_residual"]


@pytest.mark.parametrize(("kind", "sizes", "n_outputs"), [("binary", (2,), 1), ("multiclass-multioutput", (2, 3), 5)])
def test_other_kinds_of_labels(kind: str, sizes: tuple, n_outputs: int) -> None:
    found = make(targets={"kind": kind, "sizes": sizes, "n_outputs": n_outputs}).heads["predict_proba"](
        list(dense_batch(GRAPHS))
    )
    found = [found] if kind == "binary" else found
    assert [tuple(part.shape) for part in found] == [(4, 1)] if kind == "binary" else [(4, size) for size in sizes]
