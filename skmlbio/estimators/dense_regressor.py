"""Dense network, ready to use as a regressor."""

from __future__ import annotations

from skmlbio.base import RegressorBase, with_parameters
from skmlbio.base._dense import DenseNetwork
from skmlbio.training._blueprint import Blueprint


@with_parameters
class DenseRegressor(DenseNetwork, RegressorBase):
    """Predict numbers from the rows of a matrix with dense layers.

    h_i = activation(h_(i-1) W_i + b_i), and the target is a last linear layer.

    See Also
    --------
    NetworkRegressor : The same around a network of your own.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skmlbio import DenseRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = DenseRegressor((32,), epochs=20, random_state=0).fit(X, y)
    >>> regressor.score(X, y) > 0.4
    True
    """

    def _make_blueprint(self):
        from skmlbio.networks.supervised import regressor

        if self.encoder is not None:
            return self._blueprint_on_encoder(**self._layer_arguments())
        return Blueprint(regressor, self._network_arguments(self.n_outputs_))
