"""Convolutional networks over one large graph, as a classifier of pairs of its nodes."""

from __future__ import annotations

import warnings
from numbers import Real
from typing import Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.base._export import ExportMixin
from skmlbio.base._layer_parameters import COUNT
from skmlbio.estimators._node_classifier import NodeClassifier
from skmlbio.estimators._node_data import NodeData
from skmlbio.estimators._node_input import NodesOf
from skmlbio.graphs._ensure_nodes import ensure_pairs
from skmlbio.graphs._link_pairs import is_symmetric
from skmlbio.training._batches import TrainingSet
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._plain import plain


@with_parameters
class GCNLinkPredictor(NodeClassifier):
    """Tell which nodes of a graph are joined, with a graph convolutional network.

    The samples are pairs of nodes, X of shape (n_samples, 2), by name or position; y says whether they are joined, by
    two classes, of which `pos_label` means yes.  Convolutions give every node a code, and a decoder reads from the
    codes of two nodes how likely an edge is, as graph auto-encoders do [1]_.  `skmlbio.graphs.link_pairs` lists the
    edges of a graph, and as many pairs that are not joined.

    Messages go only along those edges of the graph that are pairs of the training samples with a yes, in both
    directions where the graph lists every edge in both; all other edges are as good as absent.  So what is to be
    predicted is never told by an edge, and cross-validation over pairs,
    ``cross_val_score(GCNLinkPredictor(graph), pairs, y, scoring="roc_auc")``, is honest, so long as no two samples are
    the same pair, or one turned round.  `partial_fit` and `warm_start` keep the edges of earlier samples.

    Of another graph, ``predict(X, graph=other)``, messages go along all edges: leave out those that are to be
    predicted.  Which nodes count for an answer is told by `GCNNodeClassifier`, for single nodes; of pairs there are no
    attributions.

    Parameters
    ----------
    n_components : int
        Length of a node's code.
    decoder : {"inner_product", "dense"}
        What reads from codes z and z' whether nodes are joined: Σ_k w_k z_k z'_k + b, or a network of one hidden layer
        of the products z_k z'_k.
    pos_label : int, float, bool, str or None
        The class that means that nodes are joined; None stands for the second of `classes_`, such as 1 or True.

    Attributes
    ----------
    message_edges_ : ndarray of shape (2, n_edges), int32
        The edges along which messages go, by position.

    See Also
    --------
    skmlbio.graphs.link_pairs : Makes samples of a graph.
    GCNNodeClassifier : Classes of single nodes.

    References
    ----------
    .. [1] Kipf, Welling: Variational graph auto-encoders. NIPS workshop on Bayesian deep learning (2016).

    Examples
    --------
    >>> from dataclasses import replace
    >>> import networkx
    >>> from scipy.sparse import eye_array
    >>> from sklearn.model_selection import cross_val_score
    >>> from skmlbio import GCNLinkPredictor
    >>> from skmlbio.graphs import as_graph, link_pairs
    >>> blocks = networkx.stochastic_block_model([30, 30], [[0.5, 0.02], [0.02, 0.5]], seed=0)
    >>> graph = replace(as_graph(networkx.Graph(blocks.edges)), features=eye_array(60, format="csr"))
    >>> pairs, y = link_pairs(graph, random_state=0)
    >>> predictor = GCNLinkPredictor(graph, epochs=50, random_state=0)
    >>> bool(cross_val_score(predictor, pairs, y, cv=2, scoring="roc_auc").mean() > 0.6)
    True
    """

    n_components: int = parameter(default=16, allowed=COUNT)
    decoder: Literal["inner_product", "dense"] = parameter(
        default="inner_product", allowed=[StrOptions({"inner_product", "dense"})]
    )
    pos_label: int | float | bool | str | None = parameter(default=None, allowed=[Real, str, "boolean", None])

    def _places(self, X, graph):
        return ensure_pairs(X, graph)

    def _encode_target(self, y, *, reset):
        targets = super()._encode_target(y, reset=reset)
        if self._labels.kind != "binary":
            raise ValueError(
                f"y has {self._labels.n_outputs} classes or labels; {type(self).__name__} tells two classes apart, "
                "pairs that are not joined and those that are."
            )
        if self.pos_label is not None and self.pos_label not in self.classes_.tolist():
            raise ValueError(
                f"pos_label={plain(self.pos_label)!r} is none of the classes {self.classes_.tolist()} of y."
            )
        return targets

    def _code_of_yes(self) -> int:
        """Return the place in `classes_` of the class that means yes."""
        return 1 if self.pos_label is None else self.classes_.tolist().index(self.pos_label)

    def _training_sets(self, *given, reset):
        training, held_out = super()._training_sets(*given, reset=reset)
        self._learn_messages(training, reset=reset)
        return tuple(part and part._replace(data=self._with_messages(part.data)) for part in (training, held_out))

    def _learn_messages(self, training: TrainingSet, *, reset: bool) -> None:
        """Find the edges that are pairs of the training samples."""
        graph, n_nodes = training.data.graph, training.data.graph.n_nodes
        sources, targets = self._turned(graph.edges.T)
        edges, yes = sources * n_nodes + targets, training.targets[0] == self._code_of_yes()
        first, second = training.data.places.T.astype(np.int64)
        either_way = np.isin(first * n_nodes + second, edges) | np.isin(second * n_nodes + first, edges)
        self._warn_of_turned_classes(either_way, yes)
        first, second = first[yes], second[yes]
        told = np.isin(edges, first * n_nodes + second)
        if is_symmetric(sources, targets, n_nodes):
            told |= np.isin(edges, second * n_nodes + first)
        found = np.stack([sources[told], targets[told]]).astype(np.int32)
        earlier = [] if reset else [self.message_edges_]
        self.message_edges_ = np.unique(np.concatenate([*earlier, found], axis=1), axis=1)

    def _warn_of_turned_classes(self, joined: np.ndarray, yes: np.ndarray) -> None:
        """Say so where the pairs with a no are the edges: then hardly any message is left."""
        if yes.any() and not yes.all() and joined[yes].mean() < 0.5 < joined[~yes].mean():
            yes_label, no_label = self.classes_[[self._code_of_yes(), 1 - self._code_of_yes()]].tolist()
            warnings.warn(
                f"Most pairs of class {no_label!r} are edges of the graph, and most of {yes_label!r} are not, but "
                f"{yes_label!r} means that nodes are joined: set pos_label={no_label!r}.",
                UserWarning,
                stacklevel=2,
            )

    def _with_messages(self, data: NodeData) -> NodeData:
        """Return samples of the graph that has no other edges than those of the messages."""
        graph, n_nodes = data.graph, data.graph.n_nodes
        first, second = self._turned(self.message_edges_.astype(np.int64))
        kept = np.isin(graph.edges[:, 0] * n_nodes + graph.edges[:, 1], first * n_nodes + second)
        return NodeData(graph.with_edges(kept), data.places)

    def _turned(self, edges: np.ndarray) -> np.ndarray:
        """From who collects and who tells to source and target, and back."""
        return edges if self.flow == "target_to_source" else edges[::-1]

    def _samples(self, X):
        data = super()._samples(X)
        return data if isinstance(X, NodesOf) and X.graph is not None else self._with_messages(data)

    def _make_blueprint(self):
        from skmlbio.networks.link_network import link_network

        decoding = {"n_components": self.n_components, "decoder": self.decoder, "joined_class": self._code_of_yes()}
        return Blueprint(link_network, decoding | self._node_arguments() | self._convolution_arguments())

    def _entrances(self, network):
        from skmlbio.estimators._node_entrance import other_graph_entrance, own_graph_entrance

        data = NodeData(self._laid_out(self.graph_, reset=False), np.empty((0, 2), np.int32))
        own = own_graph_entrance(network, self._with_messages(data).graph, "pairs", 2)
        return {"": own, "_graph": other_graph_entrance(self, "pairs", 2)}

    @completed_by(ExportMixin.export_saved_model)
    def export_saved_model(self, path, *, overwrite=False, version=None):
        """Write the network as a SavedModel, which TensorFlow alone can serve, without skmlbio and without Keras.

        It holds the graph with the edges along which messages go.  The signatures ``predict``, ``predict_proba`` and
        ``decision_function``, and ``serving_default``, which is the first of them, take ``pairs`` of shape (n_samples,
        2), int32, positions of nodes in the graph, whatever they are called.  The output has the name of the method;
        labels are what they were in `fit`, strings as ``tf.string``.  Nodes that are not in the graph stop a call with
        an error.

        The signatures ``predict_graph`` and so on take pairs of nodes of another graph, which comes with them as that
        of `GCNNodeClassifier` does.
        """
        super().export_saved_model(path, overwrite=overwrite, version=version)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = tags.classifier_tags.multi_label = False
        tags.target_tags.multi_output = False
        return tags
