"""Variational auto-encoder: a density that can be sampled."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import TransformerBase
from skmlbio.base._dense import LAYER_CONSTRAINTS, require_activation, require_layer_sizes, require_probabilities
from skmlbio.base._estimator import TRAINING_CONSTRAINTS
from skmlbio.base._intervals import Interval
from skmlbio.base._range import require_answers
from skmlbio.base._transformer import DecoderMixin, row_blocks
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint


class VAESampler(DecoderMixin, TransformerBase):
    """Learn a density of the rows of a matrix with a variational auto-encoder, and sample from it.

    A row x is thought to come from a few hidden numbers z that are standard normal, by p(x | z), whose parameters a
    decoder computes.  An encoder computes the mean and scale of a normal q(z | x).  Both are trained to make the
    evidence lower bound large [1]_: ELBO(x) = E_q[log p(x | z)] - KL(q(z | x) || N(0, 1)) <= log p(x).

    Parameters
    ----------
    latent_dim : int, default=2
        Number of components of z.
    hidden_layer_sizes : sequence of int, default=(64,)
        Widths of the encoder's hidden layers; the decoder mirrors them.
    activation : str, default="tanh"
        Keras' name of the activation of the hidden layers.  A bounded one keeps outliers from upsetting the fit.
    dropout : float, default=0.0
        Share of hidden units that are dropped in training.
    likelihood : {"gaussian", "bernoulli"}, default="gaussian"
        Of a feature given z.  "bernoulli" takes features in [0, 1]; its densities are probabilities where they are 0
        or 1.
    variance : float, "feature" or "decoder", default="decoder"
        Of the Gaussian likelihood: a fixed number (of standardised features, if `standardize`), one number learned for
        each feature, or one computed by the decoder for each row and feature.  Standard deviations stay above 0.01 in
        those units where they are learned.
    beta : float, default=1.0
        Weight of the KL term [2]_.
    kl_warm_up : int, default=0
        Epochs over which the KL term comes to act on the weights, in equal steps.
    free_bits : float, default=0.0
        Nats of each row and component that the KL term does not count [3]_.
    n_importance : int, default=100
        Draws from q(z | x) for every row in `score_samples`: the more, the tighter the bound [4]_.
    standardize : bool, default=True
        Whether the network works on features of mean 0 and variance 1, so that each counts alike whatever its scale.
        Samples, densities, ELBO and loss are in the units of X all the same.  It does not apply to "bernoulli".
    dtype : str or None, default=None
        Keras' dtype policy of the hidden layers, such as "mixed_bfloat16"; None takes the one set for all of Keras.
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
    weights_ : list of ndarray
        Weights of the network.
    model_ : keras.Model
        The network with these weights, built when asked for.
    history_ : dict of str to list of float
        Loss of every epoch; ``pandas.DataFrame(estimator.history_)`` tabulates it.  Beside ``"loss"`` there are
        ``"elbo"``, ``"reconstruction"`` (mean of log p(x | z)) and ``"kl"``, in nats, and with validation samples the
        same of those, such as ``"val_elbo"``.
    n_iter_ : int
        Number of epochs.
    best_epoch_ : int
        Epoch of the lowest loss (on validation samples, if any), counted from 1.  Only where `patience` is set are the
        weights those of this epoch; else they are those of the end.
    n_features_in_ : int
        Number of features in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are all strings.

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

    _parameter_constraints: dict = {
        **TRAINING_CONSTRAINTS,
        **{name: allowed for name, allowed in LAYER_CONSTRAINTS.items() if name not in ("l1", "l2")},
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "likelihood": [StrOptions({"gaussian", "bernoulli"})],
        "variance": [Interval(Real, 0, None, closed="neither"), StrOptions({"feature", "decoder"})],
        "beta": [Interval(Real, 0, None, closed="left")],
        "kl_warm_up": [Interval(Integral, 0, None, closed="left")],
        "free_bits": [Interval(Real, 0, None, closed="left")],
        "n_importance": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        latent_dim=2,
        *,
        hidden_layer_sizes=(64,),
        activation="tanh",
        dropout=0.0,
        likelihood="gaussian",
        variance="decoder",
        beta=1.0,
        kl_warm_up=0,
        free_bits=0.0,
        n_importance=100,
        standardize=True,
        dtype=None,
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
        self.latent_dim = latent_dim
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.likelihood = likelihood
        self.variance = variance
        self.beta = beta
        self.kl_warm_up = kl_warm_up
        self.free_bits = free_bits
        self.n_importance = n_importance
        self.standardize = standardize
        self.dtype = dtype
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

    def _check_parameters(self):
        super()._check_parameters()
        require_layer_sizes(self.hidden_layer_sizes)
        require_activation(self.activation)

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if self.likelihood == "bernoulli":
            require_probabilities(data.columns[0], "likelihood='bernoulli'")
        return data

    def _standardizes(self):
        return super()._standardizes() and self.likelihood != "bernoulli"

    def _make_blueprint(self):
        from skmlbio.networks.variational_auto_encoder import variational_auto_encoder

        arguments = {
            "n_features": self.n_features_in_,
            "latent_dim": int(self.latent_dim),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "dropout": float(self.dropout),
            "likelihood": self.likelihood,
            "variance": None if self.likelihood == "bernoulli" else self.variance,
            "standardize": self._standardizes(),
            "dtype": self.dtype,
        }
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

    def _code_size(self):
        return self.blueprint_.arguments["latent_dim"]

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
