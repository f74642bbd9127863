"""Variational auto-encoder: a density that can be sampled."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import TransformerBase, parameter, with_parameters
from skmlbio.base._code_network import CodeNetwork
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import COUNT, STRENGTH
from skmlbio.base._range import require_answers
from skmlbio.base._transformer import row_blocks
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint


@with_parameters
class VAESampler(CodeNetwork, TransformerBase):
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
    likelihood : {"gaussian", "bernoulli"}
        Of a feature given z.  "bernoulli" takes features in [0, 1]; its densities are probabilities where they are 0
        or 1.
    variance : float, "feature" or "decoder"
        Of the Gaussian likelihood: a fixed number (of standardised features, if `standardize`), one number learned for
        each feature, or one computed by the decoder for each row and feature.  Standard deviations stay above 0.01 in
        those units where they are learned.
    beta : float
        Weight of the KL term [2]_.
    kl_warm_up : int
        Epochs over which the KL term comes to act on the weights, in equal steps.
    free_bits : float
        Nats of each row and component that the KL term does not count [3]_.
    n_importance : int
        Draws from q(z | x) for every row in `score_samples`: the more, the tighter the bound [4]_.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1, so that each counts alike whatever its scale.
        Samples, densities, ELBO and loss are in the units of X all the same.  It does not apply to "bernoulli".

    Attributes
    ----------
    history_ : dict of str to list of float
        Loss of every epoch; ``pandas.DataFrame(estimator.history_)`` tabulates it.  Beside ``"loss"`` there are
        ``"elbo"``, ``"reconstruction"`` (mean of log p(x | z)) and ``"kl"``, in nats, and with validation samples the
        same of those, such as ``"val_elbo"``.

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
    likelihood: Literal["gaussian", "bernoulli"] = parameter(
        default="gaussian", allowed=[StrOptions({"gaussian", "bernoulli"})]
    )
    variance: float | Literal["feature", "decoder"] = parameter(
        default="decoder", allowed=[Interval(Real, 0, None, closed="neither"), StrOptions({"feature", "decoder"})]
    )
    beta: float = parameter(default=1.0, allowed=STRENGTH)
    kl_warm_up: int = parameter(default=0, allowed=[Interval(Integral, 0, None, closed="left")])
    free_bits: float = parameter(default=0.0, allowed=STRENGTH)
    n_importance: int = parameter(default=100, allowed=COUNT)

    def score_samples(self, X) -> np.ndarray:
        """Return a lower bound on the log-likelihood of every sample, in nats.

        log(mean_k p(x, z_k) / q(z_k | x)) over `n_importance` draws z_k from q(z | x): the mean of this over draws is
        below log p(x), and comes closer with every draw more.  The draws follow from the seed of the fit and from x, so
        that the answer for a sample is always the same.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            Bounds, in the units of X: scaling a feature by s shifts them by -log(s).  Where the network standardises,
            a feature that was constant in `fit` has no density; it adds 0 where it has its constant, and elsewhere
            -(d / s)^2 / 2 with the distance d from it, and s the square root of a `variance` that is fixed, else 0.01.
        """
        check_is_fitted(self, "weights_")
        self._validate_params()
        bounds = np.concatenate([self._bounds(block) for block in row_blocks(self._samples(X))])
        return require_answers(bounds, holds=lambda answers: ~np.isnan(answers))

    def _bounds(self, data: ArrayData) -> np.ndarray:
        seeds, n_draws = np.full(len(data), self._draws_seed), np.full(len(data), int(self.n_importance))
        return self._ask_encoded("score_samples", ArrayData(*data.columns, seeds, n_draws))

    def sample(self, n_samples: int = 1, random_state=None) -> np.ndarray:
        """Draw samples from the fitted density.

        z is drawn from its prior, and x from p(x | z): a Gaussian one adds its noise, and a Bernoulli one gives zeros
        and ones.  The means of p(x | z) are to be had from `inverse_transform`.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        random_state : int, RandomState instance or None, default=None
            Seed; None takes that of the estimator.  An exported network draws the same for the same int.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float64 where the network standardises, else float32
            Samples, in the units of the training data.  A column that was constant in `fit` has that constant.
        """
        check_is_fitted(self, "weights_")
        if not isinstance(n_samples, Integral) or isinstance(n_samples, bool) or n_samples < 1:
            raise ValueError(f"n_samples must be an int of 1 or more, got {n_samples!r}.")
        random_state = self.random_state if random_state is None else random_state
        drawn = int(self._generator(random_state).integers(2**31 - 1))
        seed = int(random_state) if isinstance(random_state, Integral) else drawn
        return self._ask_encoded("sample", ArrayData(np.arange(int(n_samples)), np.full(n_samples, seed)))

    def _of_probabilities(self):
        return "likelihood='bernoulli'" if self.likelihood == "bernoulli" else ""

    def _make_blueprint(self):
        from skmlbio.networks.variational_auto_encoder import variational_auto_encoder

        variance = None if self.likelihood == "bernoulli" else self.variance
        arguments = self._network_arguments() | {"likelihood": self.likelihood, "variance": variance}
        return Blueprint(variational_auto_encoder, arguments)

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.negative_bound

    def _scalars(self, epoch):
        share = min(1.0, (self._n_epochs_before + epoch + 1) / max(1, int(self.kl_warm_up)))
        return {"beta": float(self.beta), "free_bits": float(self.free_bits), "kl_share": share}

    def _train(self, plan, training, validation, rng, known, partial):
        if known is not None:  # a fit from the start
            self._n_epochs_before, self._draws_seed = 0, int(rng.integers(2**31 - 1))
        super()._train(plan, training, validation, rng, known, partial)

    def _keep(self, result, partial):
        self._n_epochs_before += len(result.history.get("loss", ()))
        super()._keep(result, partial)

    def _answers(self):
        import tensorflow as tf

        def score_samples(ask, x):
            seed, n_draws = (tf.fill(tf.shape(x)[:1], tf.constant(number, tf.int64)) for number in settings)
            return ask("score_samples", x, seed, n_draws)

        settings = self._draws_seed, int(self.n_importance)
        return super()._answers() | {"score_samples": score_samples}

    def _export_signatures(self, network):
        import tensorflow as tf

        from skmlbio.export._signatures import Signature

        def sample(n_samples, seed):
            numbers = tf.range(n_samples)
            return {"sample": network.answer("sample", numbers, tf.fill(tf.shape(numbers), seed))}

        inputs = {name: tf.TensorSpec((), tf.int64) for name in ("n_samples", "seed")}
        return super()._export_signatures(network) | {"sample": Signature(inputs, sample)}
