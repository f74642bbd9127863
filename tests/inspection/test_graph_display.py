"""Graphs with colours: nodes, edges, arrows, molecules, and what does not fit."""

import networkx
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import FancyArrowPatch
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmlbio import GCNNodeClassifier, MoleculeGraphTransformer
from skmlbio.graphs import Graph, GraphAttributions, as_graph
from skmlbio.inspection import GraphDisplay

PATH = Graph(["C", "N", "O"], [[0, 1, 1, 2], [1, 0, 2, 1]])
COUNTS = GraphAttributions(np.array([1.0, -2, 0]), np.array([0.5, 1.5, 0, 0]))


class Attributing(BaseEstimator):
    """An estimator that returns known numbers."""

    node_attributes = None
    edge_attribute = None

    def fit(self, X, y=None):
        self.node_types_ = None
        return self

    def attributions(self, X, *, method="integrated_gradients", target=None):
        scale = 1 if target is None else target
        return [GraphAttributions(scale * np.arange(graph.n_nodes), np.ones(graph.n_edges)) for graph in X]


def drawn(display: GraphDisplay, kind: type) -> list:
    return [each for each in [*display.ax_.collections, *display.ax_.patches] if isinstance(each, kind)]


def test_nodes_and_edges_have_the_colours_of_their_numbers() -> None:
    display = GraphDisplay.from_graph(PATH, COUNTS)
    colors = display.colorbar_.mappable
    assert colors.get_clim() == (-2, 2)
    (nodes,) = drawn(display, PathCollection)
    np.testing.assert_allclose(nodes.get_facecolors(), colors.to_rgba(COUNTS.nodes))
    np.testing.assert_allclose(nodes.get_offsets(), display.positions_)
    marks, edges = drawn(display, LineCollection)
    np.testing.assert_allclose(marks.get_colors(), colors.to_rgba([1.0, 0.0]))  # means of both directions
    np.testing.assert_allclose(marks.get_linewidths(), [4.5, 0])
    assert len(edges.get_segments()) == 2 and not drawn(display, FancyArrowPatch)
    assert [text.get_text() for text in display.ax_.texts] == ["C", "N", "O"]


def test_edges_that_lead_one_way_are_arrows() -> None:
    display = GraphDisplay.from_graph(Graph(np.ones((3, 1)), [[2, 0, 1], [1, 1, 0]]), positions=np.eye(3, 2))
    (arrow,) = drawn(display, FancyArrowPatch)
    assert np.linalg.norm(arrow.get_path().vertices[0] - [0, 0]) < np.linalg.norm(arrow.get_path().vertices[-1])
    assert display.colorbar_ is None and display.positions_.tolist() == np.eye(3, 2).tolist()


def test_the_same_graph_is_drawn_alike() -> None:
    for graph in (networkx.karate_club_graph(), networkx.empty_graph(3), networkx.path_graph(250)):
        first, second = (GraphDisplay.from_graph(graph) for _ in range(2))
        np.testing.assert_array_equal(first.positions_, second.positions_)
        assert np.isfinite(first.positions_).all()
    assert not first.ax_.texts  # too many for names


def test_names_of_a_networkx_graph_and_labels_of_ones_own() -> None:
    named = networkx.Graph([("RAD51", "BRCA2"), ("BRCA2", "_x$y$")])
    display = GraphDisplay.from_graph(named)
    assert [text.get_text() for text in display.ax_.texts] == ["RAD51", "BRCA2", "\u200b_x\\$y\\$"]
    assert [text.get_text() for text in display.from_graph(named, labels=range(3)).ax_.texts] == ["0", "1", "2"]
    assert not GraphDisplay.from_graph(named, labels=None).ax_.texts


def test_estimators_and_pipelines_are_asked() -> None:
    trained = Attributing().fit([])
    display = GraphDisplay.from_estimator(trained, PATH, target=3)
    assert display.attributions.nodes.tolist() == [0, 3, 6] and display.graph is PATH
    pipeline = make_pipeline(MoleculeGraphTransformer(), trained)
    of_molecule = GraphDisplay.from_estimator(pipeline.fit(["CCO"]), "CC(=O)O")
    assert of_molecule.attributions.nodes.tolist() == [0, 1, 2, 3] and of_molecule.molecule.GetNumAtoms() == 4
    (image,) = of_molecule.ax_.images
    assert len(np.unique(image.get_array().reshape(-1, image.get_array().shape[-1]), axis=0)) > 20
    with_hydrogens = make_pipeline(MoleculeGraphTransformer(explicit_hydrogens=True), trained).fit(["CCO"])
    assert GraphDisplay.from_estimator(with_hydrogens, "CO").molecule.GetNumAtoms() == 6


def test_of_an_estimator_of_nodes_its_graph_is_drawn() -> None:
    of_nodes = Attributing().fit([])
    of_nodes.graph_ = as_graph(networkx.Graph([("a", "b"), ("b", "CC")]))
    of_nodes._reach = lambda: 2
    of_nodes.attributions = lambda X, **options: [GraphAttributions(np.arange(3), np.ones(4))] * (X == ["CC"])
    display = GraphDisplay.from_estimator(of_nodes, "CC")
    assert display.graph.node_names == ("a", "b", "CC") and display.molecule is None
    assert display.ax_.get_title() == "node CC"
    (nodes,) = drawn(display, PathCollection)
    assert list(nodes.get_linewidths()) == [0.8, 0.8, 2.5]


def test_of_a_large_graph_the_neighbourhood_is_drawn() -> None:
    n = 5000  # a ring, of which node 7 is joined to 200 others
    spokes = np.stack([np.full(200, 7), np.arange(1000, 1200)])
    edges = np.concatenate([[np.arange(n), (np.arange(n) + 1) % n], spokes], axis=1)
    of_nodes = Attributing().fit([])
    of_nodes.graph_ = Graph(np.ones((n, 1)), edges)
    of_nodes._reach = lambda: 2
    counts = GraphAttributions(-np.arange(n, dtype=float), np.arange(float(edges.shape[1])))
    of_nodes.attributions = lambda X, **options: [counts]
    display = GraphDisplay.from_estimator(of_nodes, 7, max_nodes=5)
    assert display.graph.node_names == (7, 1197, 1198, 1199, 1200) and display.node == 0
    assert display.attributions.nodes.tolist() == [-7, -1197, -1198, -1199, -1200]
    listed = np.array(display.graph.node_names)[display.graph.edge_index]
    for edge, number in zip(listed.T, display.attributions.edges, strict=True):
        assert edges[:, int(number)].tolist() == edge.tolist()
    at_the_edge = GraphDisplay.from_estimator(of_nodes, 3000, positions=np.arange(2 * n).reshape(n, 2))
    assert at_the_edge.graph.node_names == (2998, 2999, 3000, 3001, 3002)
    assert at_the_edge.positions_[0].tolist() == [5996, 5997]
    assert [text.get_text() for text in at_the_edge.ax_.texts] == ["2998", "2999", "3000", "3001", "3002"]
    named = GraphDisplay.from_estimator(of_nodes, 3000, labels=[f"gene {i}" for i in range(n)])
    assert named.ax_.texts[0].get_text() == "gene 2998"
    with pytest.raises(ValueError, match="max_nodes must be an int of 1 or more, got 0"):
        GraphDisplay.from_estimator(of_nodes, 7, max_nodes=0)


def test_loops_are_drawn() -> None:
    plain, looped = (Graph(["C", "N"], edges) for edges in ([[0, 1], [1, 0]], [[0, 1, 1], [1, 0, 1]]))
    assert not drawn(GraphDisplay.from_graph(plain), FancyArrowPatch)
    mark, loop = drawn(GraphDisplay.from_graph(looped, ([0, 0], [0, 0, 1])), FancyArrowPatch)
    assert mark.get_linewidth() == 9 and loop.get_linewidth() == 1


def test_molecules_at_hand_list_their_bonds_as_the_transformer_does() -> None:
    display = GraphDisplay.from_graph("CC(=O)O")
    (graph,) = MoleculeGraphTransformer().fit_transform(["CC(=O)O"])
    assert display.graph.edge_index.tolist() == graph.edge_index.tolist()
    assert display.positions_ is None and display.colorbar_ is None
    colored = GraphDisplay.from_graph(display.molecule, ([0, 1, 2, 3], range(6)))
    assert not np.array_equal(colored.ax_.images[0].get_array(), display.ax_.images[0].get_array())
    darkest = colored.colorbar_.mappable.to_rgba([-5, 5])  # behind letters, which are black
    assert (darkest[:, :3] @ [0.3, 0.6, 0.1] > 0.45).all()


def test_who_cannot_be_asked() -> None:
    with pytest.raises(NotFittedError, match=r"this Attributing is not fitted yet: .*GraphDisplay\.from_estimator"):
        GraphDisplay.from_estimator(Attributing(), PATH)
    other = LogisticRegression().fit([[0], [1]], [0, 1])
    with pytest.raises(TypeError, match="needs an estimator of graphs with attributions, and LogisticRegression is"):
        GraphDisplay.from_estimator(other, PATH)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attributions": ([1, 2], [0] * 4)}, r"attributions of 3 nodes must be of shape \(3,\); theirs is \(2,\)"),
        ({"attributions": ([1, 2, 3], [0])}, r"attributions of 4 edges must be of shape \(4,\); theirs is \(1,\)"),
        ({"attributions": ([1, np.nan, 3], [0] * 4)}, "number 1 of the nodes is nan"),
        ({"labels": "all"}, "labels must be 'auto', None or one label a node, got 'all'"),
        ({"labels": ["a"]}, "labels must be 'auto', None or 3 labels, one a node; got 1"),
        ({"positions": np.ones((2, 2))}, r"positions must be finite numbers of shape \(3, 2\)"),
        ({"positions": ["a"] * 3}, r"positions must be numbers, all rows of them alike, got \['a'"),
    ],
)
def test_what_does_not_fit_is_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GraphDisplay.from_graph(PATH, **options)


def test_all_zero_and_large_numbers_are_drawn() -> None:
    assert GraphDisplay.from_graph(PATH, (np.zeros(3), np.zeros(4))).colorbar_.mappable.get_clim() == (-1, 1)
    large = as_graph(networkx.gnp_random_graph(300, 0.02, seed=0))
    assert GraphDisplay.from_graph(large, (np.ones(300), np.ones(large.n_edges))).positions_.shape == (300, 2)


def test_a_graph_in_place_of_a_node_is_told_so() -> None:
    graph = Graph([[0.0], [1.0], [0.5]], [[0, 1, 1, 2], [1, 0, 2, 1]])
    fitted = GCNNodeClassifier(graph, hidden_layer_sizes=(2,), epochs=1, random_state=0).fit([0, 1], [0, 1])
    for given in (graph, networkx.path_graph(3)):
        with pytest.raises(TypeError, match="GCNNodeClassifier answers for nodes of its own graph: give a node"):
            GraphDisplay.from_estimator(fitted, given)
