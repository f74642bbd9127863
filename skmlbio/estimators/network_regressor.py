"""A regressor around a network of your own."""

from __future__ import annotations

from skmlbio.base import RegressorBase, with_parameters
from skmlbio.base._own_network import OwnNetwork
from skmlbio.training._blueprint import Blueprint


@with_parameters
class NetworkRegressor(OwnNetwork, RegressorBase):
    """Train a Keras network of your own as a scikit-learn regressor.

    The network learns targets of mean 0 and variance 1; a last layer brings its answers back to the units of y.

    Parameters
    ----------
    network : callable or None
        ``(input_shape, n_outputs, **params) -> keras.Model``, uncompiled; it ends in `n_outputs` linear outputs, one a
        target. Its other arguments can be set and searched as ``network__name``. It must depend on its arguments alone,
        and be importable for the estimator to be pickled. None takes the network and penalty of `DenseRegressor`.

    See Also
    --------
    DenseRegressor : Dense layers, ready to use.

    Examples
    --------
    >>> import keras
    >>> from sklearn.datasets import load_diabetes
    >>> from skmlbio import NetworkRegressor
    >>> def network(input_shape, n_outputs, units=16):
    ...     x = keras.Input(input_shape)
    ...     h = keras.layers.Dense(units, "relu")(x)
    ...     return keras.Model(x, keras.layers.Dense(n_outputs)(h))
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = NetworkRegressor(network, epochs=20, random_state=0).fit(X, y)
    >>> regressor.score(X, y) > 0.4
    True
    """

    def _make_blueprint(self):
        from skmlbio.networks.supervised import regressor

        return Blueprint(regressor, self._network_arguments(self.n_outputs_))
