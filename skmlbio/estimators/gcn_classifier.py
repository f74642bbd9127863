"""Convolutional networks over lists of graphs, as a classifier."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import StrOptions, validate_parameter_constraints

from skmlbio.base import ClassifierBase
from skmlbio.base._dense import LAYER_CONSTRAINTS, require_activation, require_layer_sizes
from skmlbio.base._fit_data import column_statistics
from skmlbio.base._intervals import Interval
from skmlbio.estimators._graph_data import GraphData
from skmlbio.graphs import ensure_graphs
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint

_POOLINGS = ("mean", "sum", "max", "attention")
_COUNT = [Interval(Integral, 1, None, closed="left")]
_CONV_PARAMS: dict[str, dict[str, list]] = {
    "gcn": {"self_connections": ["boolean"], "normalization": [StrOptions({"symmetric", "row"}), None]},
    "gat": {"n_heads": _COUNT, "self_connections": ["boolean"]},
    "gin": {"hidden_units": [*_COUNT, None], "learn_epsilon": ["boolean"]},
    "sage": {"self_connections": ["boolean"]},
    "tag": {"n_hops": [Interval(Integral, 0, None, closed="left")]},
    "arma": {"n_stacks": _COUNT, "n_steps": _COUNT},
}


class GCNClassifier(ClassifierBase):
    """Classify graphs with a graph convolutional network.

    Nodes collect from their neighbours, layer by layer, h_i = σ(normalize(conv(h_(i-1), A))); the nodes of each layer
    are pooled, h_i to one vector a graph, and dense layers read the classes from these vectors [1]_ [2]_.  Small graphs
    are trained in padded batches, large ones as lists of edges; what is predicted for a graph does not depend on the
    graphs beside it.

    X is a list of graphs: `skmlbio.graphs.Graph`, networkx graphs, ``spektral.data.Graph``, or pairs (node features,
    adjacency); see `skmlbio.graphs.ensure_graphs`.  Nodes carry numeric features or types, all integers or all strings.
    Along a directed edge (source, target), the source collects from the target, which is opposite to PyTorch
    Geometric's default; `flow` turns it round.

    Parameters
    ----------
    conv : {"gin", "gcn", "gat", "sage", "tag", "arma"}, default="gin"
        The convolution: graph isomorphism network [2]_, the graph convolution X' = σ(A X Wᵀ) [1]_, attention over
        neighbours, GraphSAGE, several hops at once, recursive filters; the formulas stand in `skmlbio.layers`.
    hidden_layer_sizes : sequence of int, default=(64, 64, 64)
        Units of the convolutions.
    conv_params : dict or None, default=None
        What else the convolution takes: ``self_connections`` and ``normalization`` ("symmetric", "row" or None) for
        "gcn", ``n_heads`` and ``self_connections`` for "gat", ``hidden_units`` and ``learn_epsilon`` for "gin",
        ``self_connections`` for "sage", ``n_hops`` for "tag", ``n_stacks`` and ``n_steps`` for "arma".
    activation : str, default="relu"
        Keras' name of σ, and of the activation of the read-out layers.
    batch_normalization : bool, default=True
        Whether convolutions are followed by batch normalisation over the nodes of a batch, and pooling by the same over
        graphs, there by running means, because the graphs of a batch are of about one size.
    residual : bool, default=False
        Whether h_(i-1) is added to h_i, from the second layer on where they are equally wide.
    dropout : float, default=0.0
        Share of node features that are dropped after each convolution in training.
    pooling : {"mean", "sum", "max", "attention"} or sequence of these, default=("mean", "sum", "max")
        How the vectors of a graph's nodes become one; several stand side by side.
    pooled_layers : {"all", "last"}, default="all"
        Which layers are pooled; "all" begins with the node features themselves.
    readout_layer_sizes : sequence of int, default=(64,)
        Widths of the dense layers between the pooled vectors and the classes.
    readout_dropout : float, default=0.3
        Share of units that are dropped after each of these layers in training.
    weight_averaging : float, default=0.5
        Share of the epochs, the last ones, whose weights are averaged [3]_; 0 keeps the last weights as they are, and
        `patience` the best ones.
    node_embedding_dim : int or None, default=None
        Where nodes carry types: the length of the vector that is learned for each type; None makes them one-hot.
    node_types : array-like of shape (n_types,) or None, default=None
        All node types that will ever come; None takes those of the training graphs.
    unknown : {"error", "mask"}, default="error"
        What to do in prediction about a node of another type: refuse the graph, or treat the node as one of no type.
    node_attributes : str, sequence of str or None, default=None
        For networkx graphs: the attribute with the type of a node, or a sequence of attributes with numeric features.
    edge_attribute : str or None, default="weight"
        For networkx graphs: the attribute with the weight of an edge, which must be there at every edge of every graph.
        Where no edge has a "weight", each weighs 1; None gives every edge the weight 1.
    flow : {"target_to_source", "source_to_target"}, default="target_to_source"
        Which way messages go along an edge (source, target), the entry A[source, target]: "target_to_source" is A X,
        where the source collects from the target; "source_to_target" is Aᵀ X, PyTorch Geometric's default, where the
        target collects from the source.  Without directed edges both are the same.
    l1 : float, default=0.0
        Strength of the penalty sum(abs(w)) over the kernels.
    l2 : float or "auto", default=1e-3
        Strength of the penalty sum(w ** 2) over the kernels; "auto" takes 0.1 / sqrt(n_samples),
        or 0.005 for full batches.
    standardize : bool, default=True
        Whether numeric node features are brought to mean 0 and variance 1 before the network.
    dtype : str or None, default=None
        Keras' dtype policy of the hidden layers, such as "mixed_bfloat16"; None takes the one set for all of Keras.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weight of each class; "balanced" weighs classes inversely to their frequency.
    optimizer : str or dict, default="adam"
        Keras' name of the optimizer, or its configuration: ``{"class_name": "Adam", "config": {"clipnorm": 1.0}}``.
    learning_rate : float or dict, default=1e-3
        Step size, or the configuration of a Keras schedule:
        ``{"class_name": "CosineDecay", "config": {"initial_learning_rate": 1e-2, "decay_steps": 1000}}``.
    epochs : int or "auto", default="auto"
        How often each sample is seen; "auto" ends where the median loss of the last third of the epochs is hardly below
        that of the third before: by less than 1 % of its whole fall, or 5 % where weights are averaged; after 20 epochs
        at least, and 300 at most.
    batch_size : int, None or "auto", default="auto"
        Samples in a step; None takes all at once, "auto" takes 32 up to 4,096 samples, then n_samples / 128, at most
        256.
    validation_fraction : float or None, default=None
        Share of the samples to watch the loss on instead of training on them.
    patience : int or None, default=None
        Stop when the loss (on validation samples, if any) has not improved for so many epochs, and keep the best
        weights.
    callbacks : list of callable or None, default=None
        Each returns a fresh Keras callback, called at the ends of epochs.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last fit.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, shuffles, dropout and noise: the same seed gives the same bits.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), or list of them where there are several outputs
        The labels, sorted.
    weights_ : list of ndarray
        Weights of the network.
    model_ : keras.Model
        The network with these weights, built when asked for.
    history_ : dict of str to list of float
        Loss of every epoch; ``pandas.DataFrame(estimator.history_)`` tabulates it.
    n_iter_ : int
        Number of epochs.
    best_epoch_ : int
        Epoch of the lowest loss (on validation samples, if any), counted from 1.  Only where `patience` is set are the
        weights those of this epoch; else they are those of the end, averaged over the last epochs (`weight_averaging`).
    n_features_in_ : int
        Number of features of a node; 1 where nodes carry a type.
    node_types_ : ndarray of shape (n_types,) or None
        The sorted node types, where nodes carry types.

    See Also
    --------
    skmlbio.graphs.ensure_graphs : What counts as a list of graphs.

    References
    ----------
    .. [1] Kipf, Welling: Semi-supervised classification with graph convolutional networks. ICLR (2017).
    .. [2] Xu et al.: How powerful are graph neural networks? ICLR (2019).
    .. [3] Izmailov et al.: Averaging weights leads to wider optima and better generalization. UAI (2018).

    Examples
    --------
    >>> import networkx
    >>> from skmlbio import GCNClassifier
    >>> rings = [networkx.cycle_graph(n) for n in range(4, 24, 2)]
    >>> chains = [networkx.path_graph(n) for n in range(4, 24, 2)]
    >>> y = ["ring"] * 10 + ["chain"] * 10
    >>> classifier = GCNClassifier(epochs=100, random_state=0).fit(rings + chains, y)
    >>> classifier.predict([networkx.cycle_graph(15), networkx.path_graph(15)])
    array(['ring', 'chain'], dtype='<U5')
    """

    _parameter_constraints: dict = (
        ClassifierBase._parameter_constraints
        | LAYER_CONSTRAINTS
        | {
            "conv": [StrOptions(set(_CONV_PARAMS))],
            "conv_params": [dict, None],
            "batch_normalization": ["boolean"],
            "residual": ["boolean"],
            "pooling": [StrOptions(set(_POOLINGS)), list, tuple],
            "pooled_layers": [StrOptions({"all", "last"})],
            "readout_layer_sizes": ["array-like"],
            "readout_dropout": [Interval(Real, 0, 1, closed="left")],
            "weight_averaging": [Interval(Real, 0, 1, closed="both")],
            "node_embedding_dim": [*_COUNT, None],
            "node_types": ["array-like", None],
            "unknown": [StrOptions({"error", "mask"})],
            "node_attributes": [str, list, tuple, None],
            "edge_attribute": [str, None],
            "flow": [StrOptions({"target_to_source", "source_to_target"})],
        }
    )

    def __init__(
        self,
        conv="gin",
        *,
        hidden_layer_sizes=(64, 64, 64),
        conv_params=None,
        activation="relu",
        batch_normalization=True,
        residual=False,
        dropout=0.0,
        pooling=("mean", "sum", "max"),
        pooled_layers="all",
        readout_layer_sizes=(64,),
        readout_dropout=0.3,
        weight_averaging=0.5,
        node_embedding_dim=None,
        node_types=None,
        unknown="error",
        node_attributes=None,
        edge_attribute="weight",
        flow="target_to_source",
        l1=0.0,
        l2=1e-3,
        standardize=True,
        dtype=None,
        class_weight=None,
        optimizer="adam",
        learning_rate=1e-3,
        epochs="auto",
        batch_size="auto",
        validation_fraction=None,
        patience=None,
        callbacks=None,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.conv = conv
        self.hidden_layer_sizes = hidden_layer_sizes
        self.conv_params = conv_params
        self.activation = activation
        self.batch_normalization = batch_normalization
        self.residual = residual
        self.dropout = dropout
        self.pooling = pooling
        self.pooled_layers = pooled_layers
        self.readout_layer_sizes = readout_layer_sizes
        self.readout_dropout = readout_dropout
        self.weight_averaging = weight_averaging
        self.node_embedding_dim = node_embedding_dim
        self.node_types = node_types
        self.unknown = unknown
        self.node_attributes = node_attributes
        self.edge_attribute = edge_attribute
        self.flow = flow
        self.l1 = l1
        self.l2 = l2
        self.standardize = standardize
        self.dtype = dtype
        self.class_weight = class_weight
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def _check_parameters(self):
        super()._check_parameters()
        require_activation(self.activation)
        require_layer_sizes(self.readout_layer_sizes, "readout_layer_sizes")
        if not require_layer_sizes(self.hidden_layer_sizes):
            raise ValueError("hidden_layer_sizes is empty; a graph network needs one convolution or more.")
        for how in self._poolings() or [None]:
            if how not in _POOLINGS:
                raise ValueError(f"pooling must name some of {', '.join(_POOLINGS)}, got {self.pooling!r}.")
        self._check_conv_params()

    def _check_conv_params(self):
        params, known = self.conv_params or {}, _CONV_PARAMS[self.conv]
        for name in params:
            if name not in known:
                raise ValueError(f"conv_params has {name!r}, but conv={self.conv!r} takes {', '.join(known)}.")
        validate_parameter_constraints(known, params, caller_name=f"conv_params of {type(self).__name__}")
        n_heads = params.get("n_heads", 4) if self.conv == "gat" else 1
        for position, size in enumerate(self.hidden_layer_sizes):
            if size % n_heads:
                raise ValueError(
                    f"hidden_layer_sizes[{position}] must be a multiple of the {n_heads} heads of 'gat', got {size}."
                )

    def _poolings(self) -> tuple[str, ...]:
        return (self.pooling,) if isinstance(self.pooling, str) else tuple(self.pooling)

    def _encode(self, X, *, reset):
        samples = ensure_graphs(
            X,
            node_attributes=self.node_attributes,
            edge_attribute=self.edge_attribute,
            flow=self.flow,
            node_types=self.node_types if reset else self.node_types_,
            node_encoding="one_hot" if self.node_embedding_dim is None else "ids",
            unknown="error" if reset else self.unknown,
            n_features=None if reset or self.node_types_ is not None else self.n_features_in_,
        )
        if reset:
            self.node_types_ = samples.node_types
            self.n_features_in_ = samples.features.shape[1] if samples.node_types is None else 1
            self._input_dtype = np.float64 if self._standardizes() else np.float32
        if self.node_types_ is None:
            samples = replace(samples, features=samples.features.astype(self._input_dtype, copy=False))
        return GraphData(samples)

    def _adapted(self, training):
        if not self._standardizes():
            return {}
        mean, scale = _node_statistics(training)
        return {"standardize/mean": mean, "standardize/scale": scale}

    def _standardizes(self) -> bool:
        return super()._standardizes() and self.node_types_ is None

    def _make_blueprint(self):
        from skmlbio.networks.graph_classifier import graph_classifier

        n_types = None if self.node_types_ is None else len(self.node_types_)
        arguments: dict[str, Any] = {
            "n_features": n_types or self.n_features_in_,
            "n_outputs": self._labels.n_outputs,
            "kind": self._labels.kind,
            "sizes": self._labels.sizes,
            "conv": self.conv,
            "conv_params": dict(self.conv_params or {}),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "batch_normalization": bool(self.batch_normalization),
            "residual": bool(self.residual),
            "dropout": float(self.dropout),
            "pooling": self._poolings(),
            "pooled_layers": self.pooled_layers,
            "readout_layer_sizes": require_layer_sizes(self.readout_layer_sizes),
            "readout_dropout": float(self.readout_dropout),
            "n_types": n_types,
            "node_embedding_dim": self.node_embedding_dim if n_types else None,
            "standardize": self._standardizes(),
            "dtype": self.dtype,
        }
        return Blueprint(graph_classifier, arguments)

    def _entrances(self, network):
        from skmlbio.estimators._graph_entrance import graph_entrance

        types = self.node_types_, self.node_embedding_dim, self.unknown
        return {"": graph_entrance(self.n_features_in_, *types, self.flow, self._input_dtype)}

    def export_saved_model(self, path, *, overwrite=False):
        """Write the network as a SavedModel, which TensorFlow alone can serve, without skmlbio and without Keras.

        It has the signatures ``predict``, ``predict_proba`` and ``decision_function``, and ``serving_default``, which
        is the first of them.  They take any number of graphs joined into one: ``node_features`` of shape (n_nodes,
        n_features), float64 (float32 unless `standardize`), or ``node_types`` of shape (n_nodes,), strings or int64;
        ``edge_index`` of shape (2, n_edges), int32, which counts the nodes of all graphs from 0; ``edge_weight`` of
        shape (n_edges,), float32; and ``graph_index`` of shape (n_nodes,), int32, the graph of each node from 0.  An
        edge (source, target) stands once, an undirected one once in each direction, and messages go along it as `flow`
        says.  The output has the name of the method, and one row a graph; labels are what they were in `fit`, strings
        as ``tf.string``.

        Features that are not finite, edges that point past the nodes or from one graph to another, and, unless
        ``unknown="mask"``, unknown node types stop a call with an error.

        Parameters
        ----------
        path : str or path-like
            The folder to make.  It appears once it is whole; if anything fails, all is as before.
        overwrite : bool, default=False
            Whether a SavedModel or a file at `path` is replaced; an empty folder is taken without asking.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the estimator is not fitted.
        FileExistsError
            If there is something at `path` that is not to be replaced; a folder that holds anything else than a
            SavedModel, a link, a pipe or a device never is.
        FileNotFoundError
            If the folder that `path` shall be in does not exist.
        """
        super().export_saved_model(path, overwrite=overwrite)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.sparse = False
        return tags


def _node_statistics(training: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each feature over all nodes, a node weighing what its graph weighs.

    A constant feature is not moved to 0, where no convolution would see the structure any more, but scaled to 1.
    """
    samples = training.data.samples
    weights = np.repeat(training.weights, samples.n_nodes)
    mean, deviation = column_statistics(ArrayData(samples.features), weights)
    constant = deviation == 0
    return np.where(constant, 0.0, mean), np.where(constant, np.where(mean == 0, 1.0, np.abs(mean)), deviation)
