"""WeisfeilerLehmanTransformer: counts, kernels, kinds of graphs, rejections, scikit-learn around it."""

import pickle
from typing import Any

import networkx
import numpy as np
import pandas as pd
import pytest
from battery_cases import CHECKS_WITHOUT_DATA, GRAPHS
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from sklearn.utils import estimator_checks, get_tags

from skmlbio import WeisfeilerLehmanTransformer
from skmlbio.graphs import Graph

RANDOM = np.random.default_rng(0)


def some_graph(n_nodes: int, letters: str = "CNO") -> Graph:
    edges = RANDOM.integers(0, n_nodes, (2, n_nodes))
    return Graph(RANDOM.choice(list(letters), n_nodes), np.concatenate([edges, edges[::-1]], axis=1))


TYPED = [some_graph(n) for n in RANDOM.integers(2, 12, 30)]
Y = np.arange(30) % 2
PATH = Graph(["C", "C", "O"], [[0, 1, 1, 2], [1, 0, 2, 1]])


def bonds(kinds: list, ndim: int = 0) -> Graph:
    """The path with something at its four edges."""
    return Graph(PATH.features, PATH.edge_index, edge_features=np.array(kinds)[(...,) + (np.newaxis,) * ndim])


def dense(X: list, **options: Any) -> np.ndarray:
    return WeisfeilerLehmanTransformer(**{"normalize": None, **options}).fit_transform(X).toarray()


def kernel_by_definition(graphs: list[Graph], n_iterations: int) -> np.ndarray:
    """The normalised kernel, by labels that are nested tuples."""
    total = np.zeros((len(graphs), len(graphs)))
    labels = [graph.features.tolist() for graph in graphs]
    for _ in range(n_iterations + 1):
        different = sorted({label for of_graph in labels for label in of_graph}, key=str)
        counts = np.array([[of_graph.count(label) for label in different] for of_graph in labels])
        total += counts @ counts.T
        edges = [{tuple(edge) for edge in graph.edge_index.T.tolist()} for graph in graphs]
        labels = [
            [(old[node], tuple(sorted((old[b] for a, b in pairs if a == node), key=str))) for node in range(len(old))]
            for old, pairs in zip(labels, edges, strict=True)
        ]
    return total / np.sqrt(np.outer(np.diag(total), np.diag(total)))


def test_counts_of_a_path_by_hand() -> None:
    transformer = WeisfeilerLehmanTransformer(1, normalize=None)
    counts = transformer.fit_transform([PATH])
    assert sparse.issparse(counts) and counts.format == "csr" and counts.dtype == np.int64
    assert sorted(counts.toarray()[0, :2].tolist()) == [1, 2]  # O and C
    assert counts.toarray()[0, 2:].tolist() == [1, 1, 1]  # an end, the middle, and the other end
    assert transformer.n_features_out_ == 5 and [len(known) for known in transformer.labels_] == [2, 3]
    assert transformer.node_types_.tolist() == ["C", "O"]
    assert transformer.get_feature_names_out().tolist() == [
        "round0_label0", "round0_label1", "round1_label0", "round1_label1", "round1_label2",
    ]  # fmt: skip


@pytest.mark.parametrize("n_iterations", [0, 1, 3])
def test_a_linear_kernel_of_the_rows_is_the_normalised_kernel(n_iterations: int) -> None:
    train, test = TYPED[:20], [*TYPED[20:], some_graph(6, "XY"), some_graph(7, "CX")]  # with types never seen before
    expected = kernel_by_definition(train + test, n_iterations)
    transformer = WeisfeilerLehmanTransformer(n_iterations)
    rows, new = transformer.fit_transform(train), transformer.transform(test)
    np.testing.assert_allclose((rows @ rows.T).toarray(), expected[:20, :20], rtol=1e-12)
    np.testing.assert_allclose((new @ rows.T).toarray(), expected[20:, :20], rtol=1e-12)


def test_unseen_labels_are_left_out() -> None:
    transformer = WeisfeilerLehmanTransformer(2, normalize=None).fit([PATH])
    star = Graph(["C", "C", "C", "X"], [[0, 0, 0, 1, 2, 3], [1, 2, 3, 0, 0, 0]])
    assert transformer.transform([star]).toarray()[0].sum() == 3 + 2  # three C, two of them ends beside a C
    for normalize in (None, "cosine"):
        alien = transformer.set_params(normalize=normalize).transform([Graph(["X", "Y"])])
        assert alien.shape == (1, transformer.n_features_out_) and alien.sum() == 0


def test_columns_of_nodes() -> None:
    transformer = WeisfeilerLehmanTransformer(2, normalize=None).fit(TYPED[:20])
    graphs = [*TYPED, some_graph(5, "CX")]
    counts, columns = transformer.transform(graphs).toarray(), transformer.node_columns(graphs)
    assert [of_graph.shape for of_graph in columns] == [(graph.n_nodes, 3) for graph in graphs]
    for row, of_graph in zip(counts, columns, strict=True):
        assert np.array_equal(row, np.bincount(of_graph[of_graph >= 0], minlength=transformer.n_features_out_))
    names = transformer.get_feature_names_out()[columns[0]]
    assert [{name[:6] for name in names[:, step]} for step in range(3)] == [{"round0"}, {"round1"}, {"round2"}]
    assert (columns[-1][graphs[-1].features == "X"] == -1).all()


def test_what_the_other_graphs_are_does_not_matter() -> None:
    transformer = WeisfeilerLehmanTransformer(3).fit(TYPED)
    together = transformer.transform(TYPED).toarray()
    assert np.array_equal(together, transformer.fit_transform(TYPED).toarray())
    assert np.array_equal(together[4:5], transformer.transform(TYPED[4:5]).toarray())
    assert np.array_equal(together[::-1], transformer.transform(TYPED[::-1]).toarray())
    shuffled = clone(transformer).fit(TYPED[::-1])
    assert np.array_equal(together, shuffled.transform(TYPED).toarray())


def test_the_order_of_nodes_and_edges_does_not_matter() -> None:
    graph = some_graph(30)
    place = RANDOM.permutation(30)
    types = np.empty(30, "U1")
    types[place] = graph.features
    other = Graph(types, place[graph.edge_index][:, RANDOM.permutation(graph.n_edges)])
    rows = dense([graph, other])
    assert np.array_equal(rows[0], rows[1])


def test_kinds_of_graphs_that_mean_the_same() -> None:
    nodes = [(0, {"atom": "C"}), (1, {"atom": "C"}), (2, {"atom": "O"})]
    molecule = networkx.Graph([(0, 1), (1, 2)])
    molecule.add_nodes_from(nodes)
    rows = dense([PATH, molecule], node_attributes="atom")
    assert np.array_equal(rows[0], rows[1])
    ring, adjacency = networkx.cycle_graph(4), networkx.to_numpy_array(networkx.cycle_graph(4))
    plain = [ring, (np.ones((4, 1)), adjacency), Graph(np.ones((4, 1)), np.array(np.nonzero(adjacency)))]
    weighted = [(np.ones((4, 1)), 0.5 * adjacency)]
    for container in (list, tuple, pd.Series):
        assert (dense(container(plain + weighted)) == 4).all()
    sixes, strings = Graph([6, 6, 8], PATH.edge_index), Graph(["6", "6", "8"], PATH.edge_index)
    assert np.array_equal(dense([sixes]), dense([strings]))


def test_directed_edges_go_the_way_that_flow_says() -> None:
    joint, fork = (Graph(["a"] * 3, edges) for edges in ([[0, 1], [2, 2]], [[2, 2], [0, 1]]))
    counts = dense([joint], n_iterations=1)[0, 1:]
    assert sorted(counts.tolist()) == [1, 2]  # two sources, which collect, and one target
    assert np.array_equal(
        dense([joint, fork], n_iterations=1), dense([fork, joint], n_iterations=1, flow="source_to_target")
    )
    both = Graph(["a"] * 3, [[0, 1, 2, 2], [2, 2, 0, 1]])
    assert np.array_equal(dense([both]), dense([both], flow="source_to_target"))


@pytest.mark.parametrize(
    ("graphs", "message"),
    [
        ([Graph([[0.5], [1.0]])], "counts what is equal, but the nodes of graph 0 have numeric features"),
        ([Graph(np.ones((2, 1))), Graph([[1.0], [2.0]])], "the nodes of graph 1 have numeric features"),
        (
            [Graph(["C"]), bonds([0.1, 0.1, 0.2, 0.2], 1)],
            "the edges of graph 1 have numeric features; give each edge a type",
        ),
        ([Graph(np.eye(3))], r"of graph 0 have numeric features; .*argmax\(axis=1\) of one-hot rows"),
    ],
)
def test_numbers_are_refused(graphs: list, message: str) -> None:
    with pytest.raises(ValueError, match=f"^WeisfeilerLehmanTransformer .*{message}"):
        WeisfeilerLehmanTransformer().fit(graphs)


def test_edges_may_have_types() -> None:
    single, double, both = bonds(["-"] * 4), bonds(["="] * 4), bonds(["-", "-", "=", "="])
    rows = dense([single, double, both, Graph(["C", "C", "O"])], n_iterations=1)
    assert (rows[:, :2] == rows[0, :2]).all()  # as types of nodes they are alike
    in_common = rows[:, 2:] @ rows[:, 2:].T  # the end with C, and the one with O
    assert in_common.tolist() == [[3, 0, 1, 0], [0, 3, 1, 0], [1, 1, 3, 0], [0, 0, 0, 5]]
    numbered = [bonds([kind] * 4) for kind in (1, 2)]
    assert np.array_equal(dense(numbered, n_iterations=1), dense([bonds([k] * 4) for k in "12"], n_iterations=1))
    transformer = WeisfeilerLehmanTransformer(1, normalize=None).fit([single])
    assert transformer.edge_types_.tolist() == ["-"]
    assert transformer.transform([double]).toarray()[0, 2:].sum() == 0
    for known, other in (([single], PATH), ([PATH], single), ([single], bonds([1] * 4))):
        with pytest.raises(ValueError, match=r"^the edges of the graphs have .* types, but those of the fit had"):
            WeisfeilerLehmanTransformer().fit(known).transform([other])


def test_types_of_edges_of_networkx_and_parallel_ones() -> None:
    molecule = networkx.Graph()
    molecule.add_nodes_from([(0, {"atom": "C"}), (1, {"atom": "C"}), (2, {"atom": "O"})])
    molecule.add_edges_from([(0, 1, {"bond": "-"}), (1, 2, {"bond": "="})])
    rows = dense([bonds(["-", "-", "=", "="]), molecule], node_attributes="atom", edge_attributes="bond")
    assert np.array_equal(rows[0], rows[1])
    twice = Graph(["C", "C"], [[0, 0, 1, 1], [1, 1, 0, 0]], edge_features=["-", "=", "-", "="])
    once = Graph(["C", "C"], [[0, 1], [1, 0]], edge_features=["-", "-"])
    rows = dense([twice, once], n_iterations=1)
    assert rows[:, 1:].tolist() in ([[2, 0], [0, 2]], [[0, 2], [2, 0]])


def test_nodes_of_another_kind_than_in_the_fit_are_refused() -> None:
    kinds = {
        "strings for types": [PATH],
        "integers for types": [Graph([6, 6, 8], PATH.edge_index)],
        "no types": [Graph(np.ones((3, 1)), PATH.edge_index)],
    }
    for known, training in kinds.items():
        transformer = WeisfeilerLehmanTransformer().fit(training)
        for kind, graphs in kinds.items():
            if kind != known:
                with pytest.raises(ValueError, match=f"^the nodes of the graphs have {kind}, .* fit had {known}"):
                    transformer.transform(graphs)


@pytest.mark.parametrize("what", GRAPHS.wrong)
def test_wrong_input_gets_one_clear_sentence(what: str) -> None:
    wrong, message = GRAPHS.wrong[what]
    transformer = WeisfeilerLehmanTransformer().fit(TYPED)
    before = transformer.transform(TYPED).toarray()
    for method in (transformer.fit, transformer.fit_transform, transformer.transform):
        with pytest.raises((TypeError, ValueError), match=message):
            method(wrong)
    assert np.array_equal(transformer.transform(TYPED).toarray(), before)  # as it was


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_iterations": -1}, r"'n_iterations' parameter .* range \[0, inf\). Got -1"),
        ({"n_iterations": 1.5}, "'n_iterations' parameter"),
        ({"n_iterations": True}, "'n_iterations' parameter"),
        ({"normalize": "l2"}, "'normalize' parameter .* Got 'l2'"),
        ({"flow": "both"}, "'flow' parameter"),
    ],
)
def test_wrong_parameters(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WeisfeilerLehmanTransformer(**options).fit(TYPED)


@pytest.mark.parametrize("check", CHECKS_WITHOUT_DATA)
def test_checks_of_scikit_learn_that_need_no_data(check: str) -> None:
    getattr(estimator_checks, f"check_{check}")("WeisfeilerLehmanTransformer", WeisfeilerLehmanTransformer())


def test_parameters_survive_a_fit_a_clone_and_a_pickle() -> None:
    transformer = WeisfeilerLehmanTransformer(np.int8(2), normalize=np.str_("cosine")).fit(TYPED)
    plain = WeisfeilerLehmanTransformer(2).fit(TYPED)
    assert transformer.get_params() == clone(transformer).get_params() == plain.get_params()
    rows = plain.transform(TYPED).toarray()
    assert np.array_equal(transformer.transform(TYPED).toarray(), rows)
    assert np.array_equal(pickle.loads(pickle.dumps(transformer)).transform(TYPED).toarray(), rows)
    transformer.set_params(n_iterations=4)  # which waits for the next fit
    assert np.array_equal(transformer.transform(TYPED).toarray(), rows)
    assert not get_tags(transformer).input_tags.two_d_array
    assert get_tags(transformer).transformer_tags.preserves_dtype == []
    assert len(plain.get_feature_names_out()) == plain.n_features_out_ == rows.shape[1]
    with pytest.raises(NotFittedError):
        clone(transformer).transform(TYPED)
    with pytest.raises(NotFittedError):
        clone(transformer).get_feature_names_out()


def test_a_search_over_rounds_in_a_pipeline() -> None:
    rings = [networkx.cycle_graph(n) for n in range(4, 24)]
    chains = [networkx.path_graph(n) for n in range(4, 24)]
    graphs, y = rings + chains, np.repeat(["ring", "chain"], 20)
    pipeline = make_pipeline(WeisfeilerLehmanTransformer(), SVC(kernel="linear"))
    grid = {"weisfeilerlehmantransformer__n_iterations": [0, 1], "svc__C": [1, 100]}
    search = GridSearchCV(pipeline, grid, cv=4, error_score="raise").fit(graphs, y)
    assert search.best_params_["weisfeilerlehmantransformer__n_iterations"] == 1 and search.best_score_ == 1
    assert cross_val_score(pipeline, TYPED, Y, cv=3, error_score="raise").shape == (3,)
