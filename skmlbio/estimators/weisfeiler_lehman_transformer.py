"""Weisfeiler-Lehman features of graphs."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import parameter, with_parameters
from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._intervals import Interval
from skmlbio.estimators._graph_keywords import GraphKeywords
from skmlbio.graphs import GraphSamples, ensure_graphs
from skmlbio.graphs._graph_samples import positions, starts
from skmlbio.graphs._subtree_labels import subtree_labels, type_labels


@with_parameters
class WeisfeilerLehmanTransformer(GraphKeywords, TransformerMixin, BaseEstimator):
    """Count the subtrees of graphs: the Weisfeiler-Lehman features, without a network.

    At the beginning the label of a node is its type.  In each round it becomes a label for itself and those of its
    neighbours, as often as each occurs and together with the types of the edges that lead there, so that after round h
    it stands for all that is at most h edges away.  There is a column for every label of every round that occurs in
    training, and it holds the number of such nodes in a graph; other labels are left out later on.

    The scalar product of two rows is the Weisfeiler-Lehman subtree kernel of two graphs [1]_, so that a support vector
    machine with a linear kernel is the classic baseline of graph classification.

    X is a list of graphs: `skmlbio.graphs.Graph`, networkx graphs, ``spektral.data.Graph``, or pairs (node features,
    adjacency); see `skmlbio.graphs.ensure_graphs`.  Nodes carry types, all integers or all strings, or nothing, which
    is the one feature 1; edges may carry types, too, and then parallel edges count each.  Other numbers cannot be
    counted and are refused.  Weights of edges count for nothing, but an edge of weight 0 is none.  Along a directed
    edge (source, target), the source collects from the target; `flow` turns it round.

    Parameters
    ----------
    n_iterations : int
        Number of rounds: how many edges away a node sees.
    normalize : "cosine" or None
        Whether counts are divided by the length of their row, labels that are left out included, which makes the
        product of rows the normalised kernel k(G, H) / sqrt(k(G, G) k(H, H)), 1 for equal graphs; or stay as they are.

    Attributes
    ----------
    labels_ : list of n_iterations + 1 ndarrays of shape (n_labels,), uint64
        The labels of each round that occurred in training, sorted; columns are in this order.
    node_types_ : ndarray of shape (n_types,) or None
        The sorted node types of training, where nodes carry types.
    edge_types_ : ndarray of shape (n_edge_types,) or None
        The sorted edge types of training, where edges carry types.
    n_features_out_ : int
        Number of columns.

    See Also
    --------
    GCNClassifier : Learns what matters from the graphs.
    skmlbio.graphs.ensure_graphs : What counts as a list of graphs.

    Notes
    -----
    Labels are hashes of 64 bits, equal in all processes: that any two different subtrees among a million share one has
    a probability of 3 in 10⁸.

    References
    ----------
    .. [1] Shervashidze et al.: Weisfeiler-Lehman graph kernels. Journal of Machine Learning Research 12 (2011).

    Examples
    --------
    >>> import networkx
    >>> from skmlbio import WeisfeilerLehmanTransformer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> rings = [networkx.cycle_graph(n) for n in range(4, 24, 2)]
    >>> chains = [networkx.path_graph(n) for n in range(4, 24, 2)]
    >>> transformer = WeisfeilerLehmanTransformer(1, normalize=None).fit(rings + chains)
    >>> transformer.get_feature_names_out().tolist()
    ['round0_label0', 'round1_label0', 'round1_label1']
    >>> transformer.transform([networkx.cycle_graph(15), networkx.path_graph(15)]).toarray()
    array([[15, 15,  0],
           [15, 13,  2]])
    >>> y = ["ring"] * 10 + ["chain"] * 10
    >>> classifier = make_pipeline(WeisfeilerLehmanTransformer(), SVC(kernel="linear", C=100)).fit(rings + chains, y)
    >>> classifier.predict([networkx.cycle_graph(15), networkx.path_graph(15)]).tolist()
    ['ring', 'chain']
    """

    n_iterations: int = parameter(default=5, allowed=[Interval(Integral, 0, None, closed="left")], kw_only=False)
    normalize: Literal["cosine"] | None = parameter(default="cosine", allowed=[StrOptions({"cosine"}), None])

    @said_by_estimator
    @all_or_nothing
    def fit(self, X, y=None):
        """Learn which labels there are.

        Parameters
        ----------
        X : list of n_graphs graphs
            Graphs of any sizes.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        TypeError, ValueError
            For unusable parameters or graphs, and for numeric features of nodes or edges.
        """
        self._learn(X)
        return self

    @said_by_estimator
    @all_or_nothing
    @completed_by(fit)
    def fit_transform(self, X, y=None) -> sparse.csr_matrix:
        """Learn which labels there are, and count them; the same as ``fit(X).transform(X)``.

        Returns
        -------
        csr_matrix of shape (n_graphs, n_labels), float64, or int64 if `normalize` is None
            The counts.
        """
        return self._counts(*self._learn(X))

    @completed_by(fit)
    def transform(self, X) -> sparse.csr_matrix:
        """Count the labels of the fit.

        Returns
        -------
        csr_matrix of shape (n_graphs, n_labels), float64, or int64 if `normalize` is None
            The counts.

        Raises
        ------
        TypeError, ValueError
            For unusable graphs, and for nodes or edges of another kind than in `fit`.
        """
        return self._counts(*self._labelled(X))

    @completed_by(transform)
    def node_columns(self, X) -> list[NDArray[np.int64]]:
        """Return the column that each node is counted in, in each round, to tell what columns stand for.

        Returns
        -------
        list of n_graphs ndarrays of shape (n_nodes, n_iterations + 1), int64
            Numbers of columns; -1 where the label did not occur in `fit`.
        """
        samples, labels = self._labelled(X)
        columns, offset = [], 0
        for known, found in zip(self.labels_, labels, strict=True):
            place = np.minimum(np.searchsorted(known, found), len(known) - 1)
            columns.append(np.where(known[place] == found, offset + place, -1))
            offset += len(known)
        return np.split(np.stack(columns, axis=1), np.cumsum(samples.n_nodes)[:-1])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return names of the columns.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        feature_names_out : ndarray of shape (n_labels,), dtype object
            Round and number of each label, such as ``"round2_label7"``; without a round, labels are node types.
        """
        check_is_fitted(self)
        places = ((step, place) for step, known in enumerate(self.labels_) for place in range(len(known)))
        return np.array([f"round{step}_label{place}" for step, place in places], object)

    def _samples(self, X: Any) -> GraphSamples:
        samples = ensure_graphs(
            X,
            node_attributes=self.node_attributes,
            edge_attribute=self.edge_attribute,
            edge_attributes=self.edge_attributes,
            flow=self.flow,
            node_encoding="ids",
        )
        numeric = np.zeros(len(samples.features), bool)
        if samples.node_types is None:  # the single 1 that nodes have in place of features is none
            numeric |= (samples.features.shape[1] > 1) | (samples.features != 1).any(axis=1)
        self._require_none("node", numeric, samples.n_nodes, ", or nothing but the feature 1")
        with_numbers = samples.edge_features is not None and samples.edge_types is None
        self._require_none("edge", np.full(samples.n_edges.sum(), with_numbers), samples.n_edges, ", or nothing")
        return samples

    def _require_none(self, owner: str, numeric: NDArray[np.bool_], sizes: NDArray[np.int64], otherwise: str) -> None:
        """Refuse the graph that the first node or edge with numeric features belongs to."""
        if numeric.any():
            raise ValueError(
                f"{type(self).__name__} counts what is equal, but the {owner}s of graph "
                f"{positions(sizes)[0][numeric.argmax()]} have numeric features; give each {owner} a type, an integer "
                f"or a string, such as features.argmax(axis=1) of one-hot rows{otherwise}."
            )

    def _labelled(self, X: Any) -> tuple[GraphSamples, list[NDArray[np.uint64]]]:
        """Check graphs like those of the fit, and return the labels of their nodes."""
        check_is_fitted(self)
        samples = self._samples(X)
        _require_same_kind("nodes", samples.node_types, self.node_types_)
        if samples.n_edges.any():
            _require_same_kind("edges", samples.edge_types, self.edge_types_)
        return samples, self._labels(samples, len(self.labels_) - 1)

    def _learn(self, X: Any) -> tuple[GraphSamples, list[NDArray[np.uint64]]]:
        self._validate_params()
        samples = self._samples(X)
        labels = self._labels(samples, int(self.n_iterations))
        self.labels_ = [np.unique(found) for found in labels]
        self.node_types_, self.edge_types_ = samples.node_types, samples.edge_types
        self.n_features_in_, self.n_features_out_ = 1, sum(map(len, self.labels_))
        return samples, labels

    def _labels(self, samples: GraphSamples, n_iterations: int) -> list[NDArray[np.uint64]]:
        """Return the labels of the nodes of all graphs, round by round."""
        if samples.node_types is None:
            labels = np.zeros(len(samples.features), np.uint64)
        else:
            labels = type_labels(samples.node_types)[samples.features - 1]
        edge_labels = None
        if samples.edge_types is not None:
            edge_labels = type_labels(samples.edge_types)[samples.edge_features.argmax(axis=1)]
        edge_index = samples.edge_index + np.repeat(starts(samples.n_nodes), samples.n_edges)
        return list(subtree_labels(labels, edge_index, edge_labels, n_iterations))

    def _counts(self, samples: GraphSamples, labels: list[NDArray[np.uint64]]) -> sparse.csr_matrix:
        graph = positions(samples.n_nodes)[0]
        counts, squares = [], np.zeros(len(samples))
        for known, found in zip(self.labels_, labels, strict=True):
            different, place = np.unique(found, return_inverse=True)
            ones = np.ones(len(graph), np.int64)
            of_all = sparse.csr_matrix((ones, (graph, place)), (len(samples), len(different)))
            counts.append(of_all @ _selection(different, known))
            squares += of_all.multiply(of_all).sum(axis=1).A1
        joined = sparse.hstack(counts, format="csr")
        return joined if self.normalize is None else sparse.diags(1 / np.sqrt(squares), format="csr") @ joined

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def _selection(different: NDArray[np.uint64], known: NDArray[np.uint64]) -> sparse.csr_matrix:
    """The matrix that takes columns of sorted labels to those of known ones, and leaves the others out."""
    rows = np.flatnonzero(np.isin(different, known))
    columns = np.searchsorted(known, different[rows])
    return sparse.csr_matrix((np.ones(len(rows), np.int64), (rows, columns)), (len(different), len(known)))


def _require_same_kind(owners: str, types: np.ndarray | None, fitted: np.ndarray | None) -> None:
    kinds = [
        "no types" if given is None else "strings for types" if given.dtype.kind == "U" else "integers for types"
        for given in (types, fitted)
    ]
    if kinds[0] != kinds[1]:
        raise ValueError(f"the {owners} of the graphs have {kinds[0]}, but those of the fit had {kinds[1]}.")
