"""Generative adversarial network: samples that a critic cannot tell from real ones."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import MatrixInput, parameter, with_parameters
from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import COUNT, STRENGTH, AveragedWeights, HiddenLayers, require_layer_sizes
from skmlbio.base._range import require_answers
from skmlbio.base._sampler import SamplerMixin
from skmlbio.base._transformer import row_blocks
from skmlbio.base._unlabelled import UnlabelledEstimator
from skmlbio.estimators._energy_distance import energy_distance
from skmlbio.training._batches import ArrayData, Data
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._paces import Pace

_AUTOMATIC_STEPS, _MOST_EPOCHS = 20_000, 500
_MOST_NUMBERS = 16  # that a sample is made of
_USUAL_PENALTIES = {"non_saturating": 0.1, "hinge": 0.0, "wasserstein": 1.0}


@with_parameters
class GANSampler(HiddenLayers, AveragedWeights, MatrixInput, SamplerMixin, UnlabelledEstimator):
    """Sample rows like those of a matrix with a generative adversarial network.

    A generator makes rows of random numbers z, and a critic learns to tell them from real ones; the generator learns to
    deceive it [1]_.  Both take a step at once.  Samples are all that comes of it: there is no density, so that single
    rows have no score, and no encoder, so that rows have no code; `VAESampler` has both.

    Parameters
    ----------
    latent_dim : int or "auto"
        Number of components of z, which are standard normal; "auto" takes as many as there are features, at most 16.
    hidden_layer_sizes : sequence of int
        Widths of the generator's hidden layers; the critic mirrors them.
    loss : {"non_saturating", "hinge", "wasserstein"}
        With r and d what the critic says of a real and of a made row, the critic loses softplus(-r) + softplus(d), and
        the generator softplus(-d) [1]_; or max(0, 1 - r) + max(0, 1 + d) and -d [2]_; or d - r and -d [3]_.
    gradient_penalty : float or "auto"
        How much it costs the critic to be steep: half the squared norm of its gradient where real rows are (R1, [4]_),
        or, for "wasserstein", the squared difference of that norm from 1 between real and made rows [5]_.  "auto" takes
        0.1 for "non_saturating", 0 for "hinge" and 1 for "wasserstein".
    spectral_normalization : bool
        Whether the critic's kernels are divided by their spectral norms [6]_, which "hinge" was made for.
    critic_pace : float
        The critic's step size, in multiples of `learning_rate`, that of the generator [7]_.
    learning_rate : float or dict
        Step size of the generator, which falls from epoch to epoch along half a cosine towards 0, so that the players
        come to rest; or the configuration of a Keras schedule:
        ``{"class_name": "CosineDecay", "config": {"initial_learning_rate": 1e-2, "decay_steps": 1000}}``.
    epochs : int or "auto"
        How often each sample is seen; "auto" makes as many epochs as take 20,000 steps, at
        most 500.
    dtype : str or None
        Keras' dtype policy of the generator's hidden layers, such as "mixed_bfloat16"; None takes the one set for all
        of Keras.  The critic computes in double precision if they do, else in single.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1, so that each counts alike whatever its scale.
        Samples are in the units of X all the same.
    validation_fraction : float or None
        Share of the samples to measure the distance of made rows from instead of training on them.
    patience : int or None
        Stop when the distance of made rows from real ones (validation samples, if any) has not improved for so many
        epochs, and keep the best weights.

    Attributes
    ----------
    history_ : dict of str to list of float
        What every epoch came to; ``pandas.DataFrame(estimator.history_)`` tabulates it.  ``"critic"`` (with its
        penalty) and ``"generator"`` are what the players lose.  Either says how good a player is against the other
        only; so ``"loss"``, which is watched, is the energy distance of made rows from those of a batch, in the
        network's units.  With validation samples, there are the same of those, such as ``"val_loss"``.
    model_ : keras.Model
        The generator with these weights, from z to rows, built when asked for.

    See Also
    --------
    VAESampler : A sampler that is a density, and has an encoder.
    sklearn.mixture.GaussianMixture : Another sampler.

    Notes
    -----
    There is one loss and one step for both: the critic's gradient is turned around where it reaches the generator, and
    rescaled row by row to that of the generator's own loss.  The numbers z that are drawn for a row follow from the
    seed and from the row's numbers, so that a row which occurs twice counts like one of weight 2.

    References
    ----------
    .. [1] Goodfellow et al.: Generative adversarial nets. NeurIPS (2014).
    .. [2] Lim, Ye: Geometric GAN. arXiv:1705.02894 (2017).
    .. [3] Arjovsky, Chintala, Bottou: Wasserstein generative adversarial networks. ICML (2017).
    .. [4] Mescheder, Geiger, Nowozin: Which training methods for GANs do actually converge? ICML (2018).
    .. [5] Gulrajani et al.: Improved training of Wasserstein GANs. NeurIPS (2017).
    .. [6] Miyato et al.: Spectral normalization for generative adversarial networks. ICLR (2018).
    .. [7] Heusel et al.: GANs trained by a two time-scale update rule converge to a local Nash equilibrium. NeurIPS
       (2017).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import GANSampler
    >>> X = load_iris().data
    >>> sampler = GANSampler(latent_dim=4, epochs=40, random_state=0).fit(X)
    >>> sampler.sample(5).shape
    (5, 4)
    >>> sampler.score(X) < 0
    True
    """

    latent_dim: int | Literal["auto"] = parameter(default="auto", allowed=[*COUNT, StrOptions({"auto"})], kw_only=False)
    hidden_layer_sizes: Sequence[int] = parameter(default=(64, 64, 64))
    activation: str = parameter(default="leaky_relu")
    loss: Literal["non_saturating", "hinge", "wasserstein"] = parameter(
        default="non_saturating", allowed=[StrOptions({"non_saturating", "hinge", "wasserstein"})]
    )
    gradient_penalty: float | Literal["auto"] = parameter(default="auto", allowed=[*STRENGTH, StrOptions({"auto"})])
    spectral_normalization: bool = parameter(default=False, allowed=["boolean"])
    critic_pace: float = parameter(default=2.0, allowed=[Interval(Real, 0, None, closed="neither")])
    optimizer: str | dict = parameter(default="rmsprop")
    learning_rate: float | dict = parameter(default=5e-3)
    batch_size: int | Literal["auto"] | None = parameter(default=64)

    def score(self, X, y=None, sample_weight=None) -> float:
        """Return minus the energy distance of as many samples from X, so that more is better, and 0 is best.

        That is E‖x - x'‖ + E‖s - s'‖ - 2 E‖x - s‖ [1]_, over all pairs of rows x of X and samples s, in the network's
        units: of features of mean 0 and variance 1 in `fit`, if `standardize`.  The samples follow from the seed of the
        fit, so that the answer is always the same.  It takes time in proportion to the square of n_samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Real rows.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the rows of X.

        Returns
        -------
        float

        References
        ----------
        .. [1] Székely, Rizzo: Energy statistics: a class of statistics based on distances. Journal of Statistical
           Planning and Inference 143 (2013).
        """
        real = self._features(self._samples(X))
        weights = ensure_sample_weight(sample_weight, len(real))
        drawn = self.sample(len(real), self._draws_seed).astype(self._input_dtype, copy=False)
        made = self._features(ArrayData(drawn))
        return -energy_distance(real, made, weights)

    def _features(self, data: Data) -> np.ndarray:
        """Return rows in the network's units."""
        return require_answers(np.concatenate([self._ask_encoded("features", block) for block in row_blocks(data)]))

    def _make_blueprint(self):
        from skmlbio.networks.generative_adversarial import generative_adversarial

        automatic = min(_MOST_NUMBERS, self.n_features_in_)
        arguments = {
            "n_features": self.n_features_in_,
            "latent_dim": automatic if self.latent_dim == "auto" else int(self.latent_dim),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "dropout": float(self.dropout),
            "loss": self.loss,
            "spectral_normalization": bool(self.spectral_normalization),
            "penalized": self._penalty() > 0,
            "standardize": self._standardizes(),
            "dtype": self.dtype,
        }
        return Blueprint(generative_adversarial, arguments)

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        return found | {"gradient_penalty": "above 0" if found.pop("penalized") else 0}

    def _penalty(self) -> float:
        strength = self.gradient_penalty
        return _USUAL_PENALTIES[self.loss] if strength == "auto" else float(strength)

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.game

    def _scalars(self, epoch):
        strength = self._penalty()
        return super()._scalars(epoch) | ({"gradient_penalty": strength} if strength else {})

    def _plan(self, n_samples, epochs):
        plan = super()._plan(n_samples, epochs)
        plan.fades = plan.learning_rate is not None
        if self.critic_pace != 1:
            plan.paces = {"critic": Pace(float(self.critic_pace))}
        if plan.least_gain is not None:  # losses of a game do not tell when it is over
            steps_of_an_epoch = -(-n_samples // (plan.batch_size or n_samples))
            plan.least_gain, plan.n_epochs = None, min(-(-_AUTOMATIC_STEPS // steps_of_an_epoch), _MOST_EPOCHS)
        return plan

    def _answers(self):
        return {}
