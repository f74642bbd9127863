"""Dense network, ready to use as a classifier."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.base._dense import DenseNetwork
from skmlbio.training._blueprint import Blueprint


@with_parameters
class DenseClassifier(DenseNetwork, ClassifierBase):
    """Classify the rows of a matrix with dense layers.

    h_i = activation(h_(i-1) W_i + b_i), and the class probabilities are the softmax of a last linear layer.

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

    def _make_blueprint(self):
        from skmlbio.networks.supervised import classifier

        if self.encoder is not None:
            return self._blueprint_on_encoder(**self._layer_arguments())
        targets = self._target_arguments()
        return Blueprint(classifier, self._network_arguments(targets["n_outputs"]) | targets)
