"""Estimators around a network that the user supplies."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from typing import Any

from skmlbio.base._layer_parameters import require_layer_sizes
from skmlbio.base._matrix_input import MatrixInput
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.training._batches import ArrayData
from skmlbio.training._budget import automatic_l2

_GIVEN = ("input_shape", "n_outputs")


@with_parameters
class OwnNetwork(MatrixInput):
    """A network that the user supplies, and X of any number of axes.

    The arguments of the network function are parameters of the estimator under the prefix ``network__``; those that
    have been set are kept in `network_params`.

    Parameters
    ----------
    network_params : dict or None
        Arguments of `network`.
    standardize : bool
        Whether the last axis of X (columns, channels) is brought to mean 0 and variance 1 before the network.  Set it
        to False for a network that begins with an embedding.
    """

    network: Callable | None = parameter(default=None, allowed="no_validation", kw_only=False)
    network_params: dict | None = parameter(default=None, allowed=[dict, None])
    standardize: bool = parameter(default=True)

    _default_network = "dense"
    _default_arguments = ("hidden_layer_sizes", "activation", "dropout", "dtype")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Whether to return also the arguments of the network function, as ``network__name``.

        Returns
        -------
        dict of str to object
            Values by name.
        """
        params = super().get_params(deep=deep)
        if deep and callable(self.network):
            params |= {f"network__{name}": value for name, value in _defaults(self.network).items()}
        if deep and isinstance(self.network_params, dict):
            params |= {f"network__{name}": value for name, value in self.network_params.items()}
        return params

    def set_params(self, **params: Any):
        """Set parameters, those of the network function under the prefix ``network__``.

        Parameters
        ----------
        **params : object
            Values by name.

        Returns
        -------
        self
        """
        nested = {k.removeprefix("network__"): v for k, v in params.items() if k.startswith("network__")}
        super().set_params(**{k: v for k, v in params.items() if not k.startswith("network__")})
        if nested:
            self._require_known(nested)
            self.network_params = {**(self.network_params or {}), **nested}
        return self

    def _require_known(self, params: dict[str, Any]) -> None:
        if self.network is None:
            name, known = self._default_network, self._default_arguments  # told without loading Keras
        else:
            name, signature = _name(self.network), inspect.signature(self.network).parameters
            if any(p.kind is p.VAR_KEYWORD for p in signature.values()):
                return
            known = tuple(k for k in signature if k not in _GIVEN)
        for param in params:
            if param not in known:
                raise ValueError(
                    f"Invalid parameter 'network__{param}' for estimator {type(self).__name__}: "
                    f"the network function {name} takes {', '.join(known) or 'none'}."
                )

    def _network_function(self) -> Callable:
        if self.network is not None:
            return self.network
        from skmlbio.networks import dense

        return getattr(dense, self._default_network)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.network is not None and (not callable(self.network) or _is_layer(self.network)):
            raise TypeError(
                f"network must be a function (input_shape, n_outputs, **params) -> keras.Model, which makes a fresh "
                f"model for every fit, got {type(self.network).__name__}."
            )
        self._require_known(self.network_params or {})
        self._params()

    def _params(self) -> dict[str, Any]:
        """Return the arguments of the network function; our own gets layer sizes as a tuple of int."""
        params = dict(self.network_params or {})
        if self.network is None and "hidden_layer_sizes" in params:
            sizes = require_layer_sizes(params["hidden_layer_sizes"], "network__hidden_layer_sizes")
            params["hidden_layer_sizes"] = sizes
        return params

    def _penalties(self, n_samples: int, batch_size: int | None) -> dict[str, float]:
        return {"l2": automatic_l2(n_samples, batch_size)} if self.network is None else {}

    def _network_arguments(self, n_outputs: int) -> dict[str, Any]:
        return {
            "network": self._network_function(),
            "input_shape": self._input_shape,
            "n_outputs": n_outputs,
            "params": self._params(),
            "standardize": self._standardizes(),
        }

    def _network_parameters(self, blueprint):
        params = {f"network__{name}": value for name, value in blueprint.arguments["params"].items()}
        return {name: value for name, value in blueprint.arguments.items() if name != "params"} | params

    def _encode(self, X, *, reset):
        X = self._numbers(X, reset=reset, allow_nd=True)
        if reset:
            self._input_shape = tuple(X.shape[1:])
        elif tuple(X.shape[1:]) != self._input_shape:
            raise ValueError(f"X has samples of shape {tuple(X.shape[1:])}, but they had {self._input_shape} in fit.")
        return ArrayData(X)

    def _input_size(self) -> int:
        return math.prod(self._input_shape)


def _defaults(function: Callable) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters
    return {k: p.default for k, p in parameters.items() if k not in _GIVEN and p.default is not p.empty}


def _is_layer(value: Any) -> bool:
    """Whether a value is a layer or a model of Keras, which exists only where Keras is loaded."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, keras.Layer)


def _name(function: Callable) -> str:
    return getattr(function, "__name__", repr(function))
