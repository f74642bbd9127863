"""Variational auto-encoder: a density that can be sampled."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Literal

from sklearn.callback import with_callbacks
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import NetworkEstimator, parameter, with_parameters
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import COUNT, AveragedWeights
from skmlbio.estimators._sampler_answers import SamplerAnswers
from skmlbio.estimators._sampler_input import COUNTS, Given, variance_of
from skmlbio.estimators._variational import VariationalTraining
from skmlbio.training._blueprint import Blueprint

_SAMPLES_OF_A_FEATURE = 2


@with_parameters
class VAESampler(VariationalTraining, AveragedWeights, SamplerAnswers):
    """Learn a density of the rows of a matrix with a variational auto-encoder, and sample from it.

    A row x is thought to come from a few hidden numbers z that are standard normal, by p(x | z), whose parameters a
    decoder computes.  An encoder computes the mean and scale of a normal q(z | x).  Both are trained to make the
    evidence lower bound large [1]_: ELBO(x) = E_q[log p(x | z)] - KL(q(z | x) || N(0, 1)) <= log p(x).

    Parameters
    ----------
    latent_dim : int
        Number of components of z.
    hidden_layer_sizes : sequence of int
        Widths of the encoder's hidden layers; the decoder mirrors them.
    activation : str
        Keras' name of the activation of the hidden layers.  A bounded one keeps outliers from upsetting the fit.
    likelihood : str or dict
        Of a feature given z: "gaussian", "bernoulli", "poisson", "negative_binomial", "zero_inflated_negative_binomial"
        or "mixed".  "bernoulli" takes features in [0, 1]; its densities are probabilities where they are 0 or 1.  Those
        of counts take raw counts: the decoder computes shares, whose product with the library size of the row is the
        mean [5]_, and the encoder sees log(1 + x) of rows brought to one library size.  Means, those of `reconstruct`,
        `denoise` and `inverse_transform` too, leave out the zeros that "zero_inflated_negative_binomial" adds: samples
        have fewer counts.  "mixed" takes a pandas data frame in which cells may be missing: they are left out of the
        likelihood, and the encoder is told which they are.  Columns of numbers are Gaussian; strings, booleans and
        categories are "categorical"; a dict names other likelihoods of columns, ``{"n_cells": "poisson"}``, where means
        of counts are free, without a library size.
    variance : float, "feature", "decoder" or "auto"
        A fixed number, one number learned for each feature, or one computed by the decoder for each row and feature:
        the variance of the Gaussian likelihood (of standardised features, if `standardize`), whose standard deviations
        stay above 0.01 in those units where they are learned, and the dispersion d of negative binomial ones, whose
        variance is mean + d * mean^2.  "auto" is "feature" for the latter; for the former it is "decoder", but in a
        fit by batches to fewer than two samples a feature, which are too few to compute variances by, "feature".
    conditional : bool
        Whether a density is learned for each label y: the network is told the label as it is told covariates.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1, so that each counts alike whatever its scale.
        Samples, densities, ELBO and loss are in the units of X all the same.  It applies to "gaussian" alone;
        tables are always standardised.

    Attributes
    ----------
    library_size_ : float
        Of counts: the median library size.

    See Also
    --------
    AutoEncoderTransformer : Codes and reconstructions without a density.
    sklearn.mixture.GaussianMixture : Another density with the same methods.
    sklearn.neighbors.KernelDensity : A density without parameters.

    Notes
    -----
    The noise that is drawn for a row follows from the seed and from the row's numbers.  So the order of rows does not
    matter, and a row that occurs twice counts exactly like one of weight 2.

    References
    ----------
    .. [1] Kingma, Welling: Auto-encoding variational Bayes. ICLR (2014).
    .. [2] Higgins et al.: beta-VAE: learning basic visual concepts with a constrained variational framework. ICLR
       (2017).
    .. [3] Kingma et al.: Improved variational inference with inverse autoregressive flow. NeurIPS (2016).
    .. [4] Burda, Grosse, Salakhutdinov: Importance weighted autoencoders. ICLR (2016).
    .. [5] Lopez et al.: Deep generative modeling for single-cell transcriptomics. Nature Methods 15 (2018).
    .. [6] Loshchilov, Hutter: Decoupled weight decay regularization. ICLR (2019).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import VAESampler
    >>> X = load_iris().data
    >>> sampler = VAESampler(latent_dim=2, epochs=40, random_state=0).fit(X)
    >>> sampler.sample(5).shape
    (5, 4)
    >>> sampler.score_samples(X).shape
    (150,)
    >>> sampler.transform(X).shape
    (150, 2)
    """

    latent_dim: int = parameter(default=2, allowed=COUNT, kw_only=False)
    hidden_layer_sizes: Sequence[int] = parameter(default=(64,))
    activation: str = parameter(default="tanh")
    likelihood: str | dict = parameter(
        default="gaussian", allowed=[StrOptions({"gaussian", "bernoulli", "mixed", *COUNTS}), dict]
    )
    variance: float | Literal["feature", "decoder", "auto"] = parameter(
        default="auto", allowed=[Interval(Real, 0, None, closed="neither"), StrOptions({"feature", "decoder", "auto"})]
    )
    conditional: bool = parameter(default=False, allowed=["boolean"])
    optimizer: str | dict = parameter(default="adamw")
    learning_rate: float | dict = parameter(default=3e-3)

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(
        self, X, y=None, sample_weight=None, *, covariates=None, library_size=None, X_val=None, y_val=None,
        covariates_val=None, library_size_val=None, sample_weight_val=None, groups=None,
    ):  # fmt: skip
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        y : array-like of shape (n_samples,) or (n_samples, n_labels), optional
            Labels, where the density is `conditional`; else ignored.
        covariates : array-like of shape (n_samples,) or (n_samples, n_covariates), or data frame, optional
            Labels that encoder and decoder are told, such as batches: strings, whole numbers or booleans.  What follows
            from them need not be in the code, so that batches mix there.
        library_size : array-like of shape (n_samples,), optional
            Of counts: how many are expected in each row; None takes its sum.
        X_val : like X, optional
            Samples to validate on, instead of a `validation_fraction` of X.
        y_val, covariates_val, library_size_val : like y, covariates and library_size, optional
            What stands beside them.
        """
        held_out = None if X_val is None else Given(X_val, y_val, covariates_val, library_size_val)
        validation = held_out, None, sample_weight_val
        return self._fit(Given(X, y, covariates, library_size), None, sample_weight, validation, groups)

    @said_by_estimator
    @with_callbacks
    @completed_by(fit)
    def partial_fit(self, X, y=None, sample_weight=None, *, covariates=None, library_size=None):
        """Train for one epoch on some samples, going on from the present weights.

        Labels, the scale of the features and typical library sizes are those of the first call.
        """
        return self._fit(Given(X, y, covariates, library_size), None, sample_weight, partial=True)

    def _make_blueprint(self):
        from skmlbio.networks.variational_auto_encoder import variational_auto_encoder

        sizes = tuple(size for conditions in self._conditions.values() for size in conditions.sizes)
        beside = {"parts": self._parts(), "condition_sizes": sizes, "of_table": self._of_table()}
        arguments = self._network_arguments() | beside
        arguments["n_features"] = sum(part["n_features"] for part in arguments["parts"])
        return Blueprint(variational_auto_encoder, arguments)

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        parts = found.pop("parts")
        kinds, variances = ([part[name] for part in parts] for name in ("kind", "variance"))
        automatic = [variance_of("auto", kind, self._few_samples) for kind in kinds]
        if self.variance == "auto" and variances == automatic:
            variances = ["auto"]
        likelihood = "mixed" if found.pop("of_table") else kinds[0]
        return found | {"likelihood": likelihood, "variance": variances[0], "columns": kinds}

    def _train(self, plan, training, validation, rng, known, partial):
        if known is not None:  # a fit from the start
            few = len(training.data) < _SAMPLES_OF_A_FEATURE * self.n_features_in_
            self._few_samples = few and not partial and plan.batch_size is not None
        super()._train(plan, training, validation, rng, known, partial)
