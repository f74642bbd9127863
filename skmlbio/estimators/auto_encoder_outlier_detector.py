"""Outliers are what an auto-encoder cannot rebuild."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import TransformerBase, parameter, with_parameters
from skmlbio.base._bound_scores import BoundScores
from skmlbio.base._code_network import CodeNetwork
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._layer_parameters import COUNT, STRENGTH
from skmlbio.base._outliers import OutlierScores
from skmlbio.base._range import is_number, require_answers
from skmlbio.base._transformer import row_blocks
from skmlbio.training._batches import Data, TrainingSet
from skmlbio.training._blueprint import Blueprint

_SHARE_OF_THE_MEAN = 0.1
_LEAST_SQUARE = 1e-12  # where nothing varies


@with_parameters
class AutoEncoderOutlierDetector(OutlierScores, BoundScores, CodeNetwork, TransformerBase):
    """Find rows unlike those of the fit, among them or among new ones, with an auto-encoder.

    An auto-encoder with a code of few numbers learns what its rows have in common.  A row without that comes back
    wrong, and so is told by its reconstruction error [1]_, which needs no labels.

    Parameters
    ----------
    latent_dim : int
        Number of components of the code.
    variant : {"plain", "denoising", "variational"}
        Which auto-encoder.  "denoising" disturbs its input in training by Gaussian noise.  "variational" is that of
        `VAESampler` with a variance for each feature, and scores are nats: a row counts as an outlier for a rare code,
        too.
    hidden_layer_sizes : sequence of int
        Widths of the encoder's hidden layers; the decoder mirrors them.
    activation : str
        Keras' name of the activation of the hidden layers.  A bounded one cannot follow a row that is far away.
    noise_level : float
        Standard deviation of the noise of "denoising".
    n_importance : int
        Draws for every row in `score_samples` of "variational": the more, the tighter the bound.

    Attributes
    ----------
    error_scale_ : ndarray of shape (n_features,), float64
        Spread of the errors of every feature in training, in units of the network; not for "variational".

    See Also
    --------
    AutoEncoderTransformer : Codes and reconstructions, without a limit for what is an outlier.
    VAESampler : The density that "variational" scores by.
    sklearn.ensemble.IsolationForest : Finds outliers by how few cuts part them from the others.
    sklearn.neighbors.LocalOutlierFactor : Finds outliers by their nearest neighbours.

    References
    ----------
    .. [1] Hawkins, He, Williams, Baxter: Outlier detection using replicator neural networks. DaWaK (2002).
    .. [2] Tukey: Exploratory data analysis. Addison-Wesley (1977).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import AutoEncoderOutlierDetector
    >>> X, species = load_iris(return_X_y=True)
    >>> detector = AutoEncoderOutlierDetector(1, epochs=100, random_state=0).fit(X[species == 0])
    >>> bool((detector.predict(X[species == 0]) == 1).mean() > 0.9)
    True
    >>> bool((detector.predict(X[species == 2]) == -1).all())
    True
    """

    latent_dim: int = parameter(default=2, allowed=COUNT, kw_only=False)
    variant: Literal["plain", "denoising", "variational"] = parameter(
        default="plain", allowed=[StrOptions({"plain", "denoising", "variational"})]
    )
    hidden_layer_sizes: Sequence[int] = parameter(default=(64,))
    activation: str = parameter(default="tanh")
    noise_level: float = parameter(default=0.5, allowed=STRENGTH)
    n_importance: int = parameter(default=100)

    @completed_by(NetworkEstimator._samples)
    def score_samples(self, X) -> np.ndarray:
        """Return how normal every sample is: the lower, the more of an outlier.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            -sqrt(mean_j((x_j - r_j)^2 / s_j^2)) over features j, with the reconstruction r, and s the `error_scale_`:
            about -1 for samples of the fit.  Of "variational", the bound on log p(x) in nats that `VAESampler` gives.
        """
        return self._scores(self._samples(X))

    def _scores(self, data: Data) -> np.ndarray:
        scores = np.concatenate([self._scores_of_block(block) for block in row_blocks(data)])
        return require_answers(scores.astype(np.float64), holds=is_number)

    def _scores_of_block(self, block: Data) -> np.ndarray:
        if self._is_variational():
            return self._bounds(block)
        return self._of_errors(self._ask_encoded("errors", block)).numpy()

    def _served_scores(self):
        import tensorflow as tf

        if self._is_variational():
            bounds = self._served_bounds()
            return lambda ask, x: tf.cast(bounds(ask, x), tf.float64)
        return lambda ask, x: self._of_errors(ask("errors", x))

    def _of_errors(self, outputs):
        import tensorflow as tf

        errors = tf.cast(outputs["clean"], tf.float64) - tf.cast(outputs["reconstruction"], tf.float64)
        return -tf.sqrt(tf.reduce_mean((errors / self.error_scale_) ** 2, axis=1))

    def _calibrate(self, training, validation):
        if not self._is_variational():
            self.error_scale_ = self._spread_of_errors(training)
        super()._calibrate(training, validation)

    def _spread_of_errors(self, samples: TrainingSet) -> np.ndarray:
        """Return the root of the mean squared error of every feature, to which a little of the mean of all is added.

        Without it, the least change of a feature that had hardly an error in the fit would outweigh all others.
        """
        squares, start = 0.0, 0
        for block in row_blocks(samples.data):
            outputs = self._ask_encoded("errors", block)
            errors = outputs["clean"].astype(np.float64) - outputs["reconstruction"]
            squares = squares + samples.weights[start : start + len(block)] @ errors**2
            start += len(block)
        squares = squares / samples.weights.sum()
        return np.sqrt(np.maximum(squares + _SHARE_OF_THE_MEAN * squares.mean(), _LEAST_SQUARE))

    def _is_variational(self) -> bool:
        """Return whether the fitted network is, whatever the parameter is by now."""
        return "parts" in self.blueprint_.arguments

    def _of_probabilities(self):
        return ""

    def _make_blueprint(self):
        if self.variant == "variational":
            from skmlbio.networks.variational_auto_encoder import variational_auto_encoder

            part = {"kind": "gaussian", "n_features": self.n_features_in_, "variance": "feature"}
            return Blueprint(variational_auto_encoder, self._network_arguments() | {"parts": (part,)})
        from skmlbio.networks.auto_encoder import auto_encoder

        arguments = {"noise": None, "noise_level": 0.0, "tied": False, "bernoulli": False}
        if self.variant == "denoising":
            arguments |= {"noise": "gaussian", "noise_level": float(self.noise_level)}
        return Blueprint(auto_encoder, self._network_arguments() | arguments)

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        variant = "variational" if found.pop("parts", None) else "denoising" if found["noise"] else "plain"
        if variant != "denoising":
            found.pop("noise_level", None)
        return found | {"variant": variant}

    def _loss(self):
        from skmlbio.training import _losses

        if self.variant == "variational":
            return _losses.negative_bound
        return functools.partial(_losses.reconstruction, kind="mse")

    def _scalars(self, epoch):
        weights = {"beta": 1.0, "free_bits": 0.0, "kl_share": 1.0} if self.variant == "variational" else {}
        return super()._scalars(epoch) | weights
