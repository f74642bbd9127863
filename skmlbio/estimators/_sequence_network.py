"""What networks of strings share: the way in, the layers' keywords, and the way to a blueprint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skmlbio.base import with_parameters
from skmlbio.base._layer_parameters import AveragedWeights, KernelPenalties, LayerParameters
from skmlbio.estimators._attributions import SequenceAttributions
from skmlbio.estimators._pretrained_strings import PretrainedStrings
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.training._blueprint import Blueprint


@with_parameters
class SequenceNetwork(
    PretrainedStrings, SequenceAttributions, SequenceInput, LayerParameters, KernelPenalties, AveragedWeights
):
    """A network of strings; together with `ClassifierBase` or `RegressorBase`, an estimator.

    A subclass says which network by `_network`, and what a string costs it by `_sequence_cost`.
    """

    def _network(self) -> tuple[Callable, dict[str, Any]]:
        """Return the function that builds the network, and those of its arguments that the others do not take.

        All are functions of ``tokens`` and ``targets``, arguments of `skmlbio.networks._tokens.enter_tokens` and
        `skmlbio.networks.supervised.with_targets`, and of ``dropout``, ``activation`` and ``dtype``.
        """
        raise NotImplementedError

    def _make_blueprint(self):
        if self.encoder is not None:
            return self._blueprint_on_encoder(pooling=self._pooling_of_encoder(), dropout=float(self.dropout))
        function, arguments = self._network()
        shared = {
            "tokens": self._token_arguments(),
            "targets": self._target_arguments(),
            "dropout": float(self.dropout),
            "activation": self.activation,
            "dtype": self.dtype,
        }
        return Blueprint(function, arguments | shared)
