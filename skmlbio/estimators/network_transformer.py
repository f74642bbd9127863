"""A transformer around a network of your own."""

from __future__ import annotations

from skmlbio.base import TransformerBase, parameter, with_parameters
from skmlbio.base._own_loss import ReconstructionLoss
from skmlbio.base._own_network import OwnNetwork
from skmlbio.training._blueprint import Blueprint


@with_parameters
class NetworkTransformer(OwnNetwork, ReconstructionLoss, TransformerBase):
    """Train a Keras network of your own to give its input back, and read the code from a layer inside.

    Parameters
    ----------
    network : callable or None
        ``(input_shape, n_outputs, **params) -> keras.Model``, uncompiled; its output is as wide as the flattened input,
        which it shall equal, and it has a layer called `code_layer`. Its other arguments can be set and searched as
        ``network__name``. It must depend on its arguments alone, and be importable for the estimator to be pickled.
        None takes the network of `AutoEncoderTransformer`.
    code_layer : str
        Name of the layer whose output, flattened, is what `transform` returns.

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

    code_layer: str = parameter(default="code", allowed=[str])
    _default_network = "dense_auto_encoder"
    _default_arguments = ("n_components", "hidden_layer_sizes", "activation", "dtype")

    def _penalties(self, n_samples, batch_size):
        return {}

    def _make_blueprint(self):
        from skmlbio.networks.supervised import transformer

        arguments = self._network_arguments(self._input_size())
        return Blueprint(transformer, arguments | {"code_layer": self.code_layer})

    def _code_size(self):
        from skmlbio.training._cache import get_network

        return get_network(self.blueprint_).heads["transform"].output_shape[1]
