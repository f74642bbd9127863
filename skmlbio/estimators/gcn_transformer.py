"""Graphs to vectors: an auto-encoder of graphs, or what a classifier or regressor sees in them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.callback import with_callbacks
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import NetworkEstimator, parameter, with_parameters
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._layer_parameters import COUNT, AveragedWeights, HiddenLayers, KernelPenalties
from skmlbio.base._range import require_answers
from skmlbio.estimators._graph_convolutions import GraphConvolutions
from skmlbio.estimators._graph_input import GraphInput
from skmlbio.training._blueprint import Blueprint


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

    X is a list of graphs, as `GCNClassifier` takes them.

    Parameters
    ----------
    n_components : int
        Length of the vectors.
    pooling : {"mean", "sum", "max"}
        How the codes of a graph's nodes become one vector.

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
    conv: str = parameter(default="gin")
    pooling: Literal["mean", "sum", "max"] = parameter(default="mean", allowed=[StrOptions({"mean", "sum", "max"})])

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(self, X, y=None, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        y, y_val : None
            Ignored; here for pipelines.
        """
        return self._fit(X, None, sample_weight, (X_val, None, sample_weight_val), groups)

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
        return self._ask("transform", X)

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
        return float(np.average(self.score_samples(X), weights=sample_weight))

    def _make_blueprint(self):
        from skmlbio.networks.graph_auto_encoder import graph_auto_encoder

        own = {"n_components": int(self.n_components), "pooling": self.pooling}
        return Blueprint(graph_auto_encoder, own | self._node_arguments() | self._convolution_arguments())

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.graph_reconstruction

    @property
    def _n_features_out(self) -> int:
        return self.blueprint_.arguments["n_components"]

    def _answers(self):
        return {"transform": lambda ask, *inputs: ask("transform", *inputs)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
