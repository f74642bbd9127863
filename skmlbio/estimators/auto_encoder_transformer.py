"""Auto-encoder: a code of few numbers from which the data can be rebuilt."""

from __future__ import annotations

from numbers import Integral, Real

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import TransformerBase
from skmlbio.base._dense import LAYER_CONSTRAINTS, require_activation, require_layer_sizes, require_probabilities
from skmlbio.base._intervals import Interval
from skmlbio.base._transformer import DecoderMixin
from skmlbio.training._blueprint import Blueprint


class AutoEncoderTransformer(DecoderMixin, TransformerBase):
    """Reduce, compress or denoise a matrix with an auto-encoder.

    The network is trained to make reconstruction = decoder(encoder(x)) equal to x, where the encoder's output, the
    code, has only `latent_dim` numbers [1]_.  With linear layers and squared error it spans the space of principal
    components; with hidden layers it bends.

    Parameters
    ----------
    latent_dim : int, default=2
        Number of components of the code.
    hidden_layer_sizes : sequence of int, default=(64,)
        Widths of the encoder's hidden layers; the decoder mirrors them.
    activation : str, default="relu"
        Keras' name of the activation of the hidden layers.
    dropout : float, default=0.0
        Share of hidden units that are dropped in training.
    loss : {"mse", "mae", "huber", "binary_crossentropy"}, default="mse"
        What is made small, averaged over features.  "binary_crossentropy" takes features for probabilities in [0, 1],
        and the decoder ends in a sigmoid.
    l1, l2 : float, default=0.0
        Strengths of the penalties sum(abs(w)) and sum(w ** 2) over the kernels; `l2` may be "auto": 0.1 /
        sqrt(n_samples), or 0.005 for full batches, which helps where there are few rows and features are standardised.
    activity_l1 : float, default=0.0
        Strength of the penalty mean(abs(code)), which makes codes sparse.
    noise : {"gaussian", "masking"} or None, default=None
        What disturbs the input in training, while the target stays clean: a denoising auto-encoder [2]_.
    noise_level : float, default=0.1
        Standard deviation of the Gaussian noise, or share of masked features.
    tied_weights : bool, default=False
        Whether the decoder's kernels are the encoder's, transposed.
    standardize : bool, default=True
        Whether the network works on features of mean 0 and variance 1, so that each counts alike whatever its scale.
        Codes are taken from, and errors measured in, these units; reconstructions come in the units of X.  It does not
        apply to "binary_crossentropy".
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
        Loss of every epoch; ``pandas.DataFrame(estimator.history_)`` tabulates it.
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
    NetworkTransformer : The same around a network of your own.
    sklearn.decomposition.PCA : The linear case, solved exactly.

    References
    ----------
    .. [1] Hinton, Salakhutdinov: Reducing the dimensionality of data with neural networks. Science 313 (2006).
    .. [2] Vincent et al.: Extracting and composing robust features with denoising autoencoders. ICML (2008).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import AutoEncoderTransformer
    >>> X = load_iris().data
    >>> encoder = AutoEncoderTransformer(latent_dim=2, epochs=40, random_state=0).fit(X)
    >>> encoder.transform(X).shape
    (150, 2)
    >>> encoder.reconstruct(X).shape
    (150, 4)
    >>> encoder.score(X) > -0.3
    True
    """

    _parameter_constraints: dict = {
        **TransformerBase._parameter_constraints,
        **LAYER_CONSTRAINTS,
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "activity_l1": [Interval(Real, 0, None, closed="left")],
        "noise": [StrOptions({"gaussian", "masking"}), None],
        "noise_level": [Interval(Real, 0, None, closed="left")],
        "tied_weights": ["boolean"],
    }

    def __init__(
        self,
        latent_dim=2,
        *,
        hidden_layer_sizes=(64,),
        activation="relu",
        dropout=0.0,
        loss="mse",
        l1=0.0,
        l2=0.0,
        activity_l1=0.0,
        noise=None,
        noise_level=0.1,
        tied_weights=False,
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
        self.loss = loss
        self.l1 = l1
        self.l2 = l2
        self.activity_l1 = activity_l1
        self.noise = noise
        self.noise_level = noise_level
        self.tied_weights = tied_weights
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

    def _check_parameters(self):
        super()._check_parameters()
        require_layer_sizes(self.hidden_layer_sizes)
        require_activation(self.activation)
        if self.noise == "masking" and self.noise_level >= 1:
            raise ValueError(f"noise_level of masking noise is a share below 1, got {self.noise_level}.")

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if self.loss == "binary_crossentropy":
            require_probabilities(data.columns[0], "loss='binary_crossentropy'")
        return data

    def _standardizes(self):
        return super()._standardizes() and self.loss != "binary_crossentropy"

    def _make_blueprint(self):
        from skmlbio.networks.auto_encoder import auto_encoder

        arguments = {
            "n_features": self.n_features_in_,
            "latent_dim": int(self.latent_dim),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "dropout": float(self.dropout),
            "noise": self.noise,
            "noise_level": float(self.noise_level) if self.noise else 0.0,
            "tied": bool(self.tied_weights),
            "standardize": self._standardizes(),
            "bernoulli": self.loss == "binary_crossentropy",
            "dtype": self.dtype,
        }
        return Blueprint(auto_encoder, arguments)

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        loss = "binary_crossentropy" if found.pop("bernoulli") else "mse, mae or huber"
        return found | {"tied_weights": found.pop("tied"), "loss": loss}

    def _scalars(self, epoch):
        strength = {"activity_l1": float(self.activity_l1)} if self.activity_l1 else {}
        return super()._scalars(epoch) | strength

    def _code_size(self):
        return self.blueprint_.arguments["latent_dim"]
