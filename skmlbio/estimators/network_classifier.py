"""A classifier around a network of your own."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.base._own_network import OwnNetwork
from skmlbio.training._blueprint import Blueprint


@with_parameters
class NetworkClassifier(OwnNetwork, ClassifierBase):
    """Train a Keras network of your own as a scikit-learn classifier.

    The network returns logits; the classifier puts a softmax behind them, or a sigmoid for two classes and for several
    labels a sample, and makes the negative log-likelihood small.

    Parameters
    ----------
    network : callable or None
        ``(input_shape, n_outputs, **params) -> keras.Model``, uncompiled; it ends in `n_outputs` logits: 1 for two
        classes, else one a class or label. Its other arguments can be set and searched as ``network__name``. It must
        depend on its arguments alone, and be importable for the estimator to be pickled. None takes the network and
        penalty of `DenseClassifier`.

    See Also
    --------
    DenseClassifier : Dense layers, ready to use.

    Examples
    --------
    >>> import keras
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import NetworkClassifier
    >>> def network(input_shape, n_outputs, units=16):
    ...     x = keras.Input(input_shape)
    ...     h = keras.layers.Dense(units, "relu")(x)
    ...     return keras.Model(x, keras.layers.Dense(n_outputs)(h))
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = NetworkClassifier(network, epochs=40, random_state=0).set_params(network__units=32).fit(X, y)
    >>> classifier.predict_proba(X).shape
    (150, 3)
    >>> classifier.score(X, y) > 0.9
    True
    """

    def _make_blueprint(self):
        from skmlbio.networks.supervised import classifier

        targets = self._target_arguments()
        return Blueprint(classifier, self._network_arguments(targets["n_outputs"]) | targets)
