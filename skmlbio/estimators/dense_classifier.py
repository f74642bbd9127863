"""Dense network, ready to use as a classifier."""

from __future__ import annotations

from skmlbio.base import ClassifierBase
from skmlbio.base._dense import LAYER_CONSTRAINTS, DenseNetworkMixin
from skmlbio.training._blueprint import Blueprint


class DenseClassifier(DenseNetworkMixin, ClassifierBase):
    """Classify the rows of a matrix with dense layers.

    h_i = activation(h_(i-1) W_i + b_i), and the class probabilities are the softmax of a last linear layer.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default=(64,)
        Widths of the hidden layers.
    activation : str, default="relu"
        Keras' name of the activation of the hidden layers.
    dropout : float, default=0.0
        Share of hidden units that are dropped in training.
    l1 : float, default=0.0
        Strength of the penalty sum(abs(w)) over the kernels.
    l2 : float or "auto", default="auto"
        Strength of the penalty sum(w ** 2) over the kernels; "auto" takes 0.1 / sqrt(n_samples),
        or 0.005 for full batches.
    standardize : bool, default=True
        Whether features are brought to mean 0 and variance 1 before the network.
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
        weights those of this epoch; else they are those of the end.
    n_features_in_ : int
        Number of features in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are all strings.

    See Also
    --------
    NetworkClassifier : The same around a network of your own.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import DenseClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = DenseClassifier((32,), epochs=40, random_state=0).fit(X, y)
    >>> classifier.score(X, y) > 0.9
    True
    """

    _parameter_constraints: dict = ClassifierBase._parameter_constraints | LAYER_CONSTRAINTS

    def __init__(
        self,
        hidden_layer_sizes=(64,),
        *,
        activation="relu",
        dropout=0.0,
        l1=0.0,
        l2="auto",
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
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
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

    def _make_blueprint(self):
        from skmlbio.networks.supervised import classifier

        arguments = self._network_arguments(self._labels.n_outputs)
        return Blueprint(classifier, arguments | {"kind": self._labels.kind, "sizes": self._labels.sizes})
