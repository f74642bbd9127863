"""Layers of graphs with random weights, and what they take, for the tests of convolutions."""

import keras
import numpy as np

from skmlbio.graphs import FlatGraphs, Graph
from skmlbio.layers.convolutions import CONVOLUTIONS

# One dense graph: weights of its own for each edge, and one that leads back.
ADJACENCY = np.array([[0, 2, 0], [2, 1, 0.5], [0, 0.5, 0]], "float32")
DIRECTED = np.array([[0, 2, 0], [0.25, 1, 0.5], [3, 0, 0]], "float32")
X = np.array([[1, -2, 3], [0, 1, 1], [2, 0, -1]], "float32")


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


def require_formula(conv: str, options: dict, formula, adjacency: np.ndarray = ADJACENCY) -> None:
    """Hold a layer against a function of its weights."""
    layer = make(conv, options)
    expected = np.tanh(formula(*(np.asarray(weight) for weight in layer.weights)))
    assert expected.std() > 0.1
    np.testing.assert_allclose(layer([X[None], adjacency[None]])[0], expected, atol=1e-5)


def symmetric(adjacency: np.ndarray) -> np.ndarray:
    scale = 1 / np.sqrt(adjacency.sum(axis=1))
    return scale[:, None] * adjacency * scale


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)
