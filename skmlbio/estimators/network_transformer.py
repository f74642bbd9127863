"""A transformer around a network of your own."""

from __future__ import annotations

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import TransformerBase
from skmlbio.base._own_network import OwnNetworkMixin
from skmlbio.training._blueprint import Blueprint


class NetworkTransformer(OwnNetworkMixin, TransformerBase):
    """Train a Keras network of your own to give its input back, and read the code from a layer inside.

    Parameters
    ----------
    network : callable or None, default=None
        ``(input_shape, n_outputs, **params) -> keras.Model``, uncompiled; its output is as wide as the flattened input,
        which it shall equal, and it has a layer called `code_layer`. Its other arguments can be set and searched as
        ``network__name``. It must depend on its arguments alone, and be importable for the estimator to be pickled.
        None takes the network of `AutoEncoderTransformer`.
    network_params : dict or None, default=None
        Arguments of `network`.
    standardize : bool, default=True
        Whether the last axis of X (columns, channels) is brought to mean 0 and variance 1 before the network.  Set it
        to False for a network that begins with an embedding.
    code_layer : str, default="code"
        Name of the layer whose output, flattened, is what `transform` returns.
    loss : {"mse", "mae", "huber"}, default="mse"
        What is made small, averaged over features.
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
    AutoEncoderTransformer : Dense layers, ready to use, with the way back from codes to samples.

    Examples
    --------
    >>> import keras
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import NetworkTransformer
    >>> def network(input_shape, n_outputs, n_components=2):
    ...     x = keras.Input(input_shape)
    ...     code = keras.layers.Dense(n_components, name="code")(x)
    ...     return keras.Model(x, keras.layers.Dense(n_outputs)(code))
    >>> X = load_iris().data
    >>> transformer = NetworkTransformer(network, epochs=20, random_state=0).fit(X)
    >>> transformer.transform(X).shape
    (150, 2)
    """

    _parameter_constraints: dict = TransformerBase._parameter_constraints | {
        "network_params": [dict, None],
        "standardize": ["boolean"],
        "code_layer": [str],
        "loss": [StrOptions({"mse", "mae", "huber"})],
    }
    _default_network = "dense_auto_encoder"
    _default_arguments = ("n_components", "hidden_layer_sizes", "activation", "dtype")

    def __init__(
        self,
        network=None,
        *,
        network_params=None,
        standardize=True,
        code_layer="code",
        loss="mse",
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
        self.network = network
        self.network_params = network_params
        self.standardize = standardize
        self.code_layer = code_layer
        self.loss = loss
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

    def _penalties(self, n_samples, batch_size):
        return {}

    def _make_blueprint(self):
        from skmlbio.networks.supervised import transformer

        arguments = self._network_arguments(self._input_size())
        return Blueprint(transformer, arguments | {"code_layer": self.code_layer})

    def _code_size(self):
        from skmlbio.training._cache import get_network

        return get_network(self.blueprint_).heads["transform"].output_shape[1]
