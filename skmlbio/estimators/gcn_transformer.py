"""Graphs to vectors: an auto-encoder of graphs, or what a classifier or a regressor sees in them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.callback import with_callbacks
from sklearn.frozen import FrozenEstimator
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import NetworkEstimator, parameter, with_parameters
from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._availability import available_if
from skmlbio.base._docstrings import completed_by
from skmlbio.base._fit_data import mean_of_samples
from skmlbio.base._layer_parameters import COUNT, AveragedWeights, HiddenLayers, KernelPenalties
from skmlbio.base._range import require_answers
from skmlbio.estimators._graph_convolutions import GraphConvolutions
from skmlbio.estimators._graph_input import GraphInput
from skmlbio.estimators._graph_network import GraphNetwork
from skmlbio.training._blueprint import Blueprint

_ONLY_VECTORS = "with an estimator, there is nothing but its vectors; ask the estimator itself."


def _is_auto_encoder(transformer: GCNTransformer) -> bool:
    return transformer.estimator is None


@with_parameters
class GCNTransformer(
    GraphConvolutions,
    HiddenLayers,
    KernelPenalties,
    AveragedWeights,
    GraphInput,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    NetworkEstimator,
):
    """Turn graphs into vectors with an auto-encoder.

    Convolutions give each node i a code z_i of `n_components` numbers, from which a dense layer rebuilds the features
    of the node, or its type; inner products z_i · z_j rebuild the edges [1]_.  The vector of a graph is the mean of the
    codes of its nodes.  What is made small is the error of the features plus ||A + I - Z Zᵀ||² / ||A + I||², both
    averaged over graphs; memory and work go by the edges, not by the pairs of nodes.

    With an `estimator`, vectors are what the last layer of that one sees.

    X is a list of graphs, as `GCNClassifier` takes them.

    Parameters
    ----------
    n_components : int
        Length of the vectors.
    estimator : GCNClassifier, GCNRegressor, FrozenEstimator of one, or None
        Whose vectors to take, in place of the auto-encoder's: they are what its last, linear layer sees.  It is fitted
        in `fit`, to y, unless it has been fitted and comes in scikit-learn's ``FrozenEstimator``.  All other parameters
        are without effect then.
    pooling : {"mean", "sum", "max"}
        How the codes of a graph's nodes become one vector.

    Attributes
    ----------
    estimator_ : GCNClassifier or GCNRegressor
        The fitted `estimator`, where one is given.

    See Also
    --------
    WeisfeilerLehmanTransformer : Counts of subtrees, without a network.
    LatentSpaceDisplay : Draws the vectors.

    References
    ----------
    .. [1] Kipf, Welling: Variational graph auto-encoders. arXiv:1611.07308 (2016).

    Examples
    --------
    >>> import networkx
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmlbio import GCNTransformer
    >>> graphs = [networkx.cycle_graph(n) for n in range(4, 24)] + [networkx.star_graph(n) for n in range(4, 24)]
    >>> y = ["ring"] * 20 + ["star"] * 20
    >>> model = make_pipeline(GCNTransformer(4, epochs=20, random_state=0), LogisticRegression()).fit(graphs, y)
    >>> model.predict([networkx.cycle_graph(30), networkx.star_graph(30)])
    array(['ring', 'star'], dtype='<U4')
    """

    n_components: int = parameter(default=16, allowed=COUNT, kw_only=False)
    estimator: BaseEstimator | None = parameter(default=None, allowed=[HasMethods("fit"), None])
    conv: str = parameter(default="auto")
    pooling: Literal["mean", "sum", "max"] = parameter(default="mean", allowed=[StrOptions({"mean", "sum", "max"})])

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(self, X, y=None, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        y, y_val : array-like, optional
            Targets of `estimator`; without one, ignored.
        """
        if self.estimator is None:
            return self._fit(X, None, sample_weight, (X_val, None, sample_weight_val), groups)
        validation = {"X_val": X_val, "y_val": y_val, "sample_weight_val": sample_weight_val, "groups": groups}
        return self._fit_estimator(X, y, sample_weight, validation)

    @all_or_nothing
    def _fit_estimator(self, X, y, sample_weight, validation: dict[str, Any]):
        self._check_parameters()
        frozen = isinstance(self.estimator, FrozenEstimator)
        network = self.estimator.estimator if frozen else clone(self.estimator)
        if not isinstance(network, GraphNetwork):
            raise TypeError(
                "estimator must be a GCNClassifier or GCNRegressor, or one that is fitted, in a FrozenEstimator, got "
                f"{type(network).__name__}."
            )
        if frozen:
            check_is_fitted(network, "weights_")
        else:
            network.fit(X, y, sample_weight, **validation)
        self.estimator_ = network
        for name in ("weights_", "blueprint_", "n_features_in_", "history_", "n_iter_", "best_epoch_"):
            setattr(self, name, getattr(network, name))
        return self

    def _encode(self, X, *, reset):
        if not reset and hasattr(self, "estimator_"):
            return self.estimator_._encode(X, reset=False)
        vars(self).pop("estimator_", None)  # of an earlier fit
        return super()._encode(X, reset=reset)

    def _head(self) -> str:
        return "vectors" if hasattr(self, "estimator_") else "transform"

    @available_if(_is_auto_encoder, _ONLY_VECTORS)
    @said_by_estimator
    @with_callbacks
    @completed_by(fit)
    def partial_fit(self, X, y=None, sample_weight=None):
        """Train for one epoch on some graphs, going on from the present weights.

        Parameters
        ----------
        y : None
            Ignored.
        """
        return self._fit(X, None, sample_weight, partial=True)

    @completed_by(NetworkEstimator._samples)
    def transform(self, X) -> np.ndarray:
        """Return the vectors of graphs.

        Returns
        -------
        ndarray of shape (n_samples, n_components), float32
            Vectors.
        """
        return self._ask(self._head(), X)

    @available_if(_is_auto_encoder, _ONLY_VECTORS)
    @completed_by(NetworkEstimator._samples)
    def score_samples(self, X) -> np.ndarray:
        """Return minus the reconstruction error of every graph: low where it is unlike the training graphs.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            Minus the sum of both errors.
        """
        errors = self._ask_encoded("errors", self._samples(X))
        return -require_answers(errors["features"] + errors["edges"])

    @available_if(_is_auto_encoder, _ONLY_VECTORS)
    def score(self, X, y=None, sample_weight=None) -> float:
        """Return the mean of `score_samples`, so that more is better.

        Parameters
        ----------
        X : list of graphs of length n_samples
            Samples.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the mean.

        Returns
        -------
        float
        """
        return mean_of_samples(self.score_samples(X), sample_weight)

    def _make_blueprint(self):
        from skmlbio.networks.graph_auto_encoder import graph_auto_encoder

        own = {"n_components": int(self.n_components), "pooling": self.pooling}
        return Blueprint(graph_auto_encoder, own | self._node_arguments() | self._convolution_arguments())

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.graph_reconstruction

    @property
    def _n_features_out(self) -> int:
        from skmlbio.training._cache import get_network

        return get_network(self.blueprint_).forms[""].heads[self._head()].output_shape[-1]

    def _entrances(self, network):
        return self.estimator_._entrances(network) if hasattr(self, "estimator_") else super()._entrances(network)

    def _answers(self):
        return {"transform": lambda ask, *inputs: ask(self._head(), *inputs)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
