"""The keyword `loss`: a name, Keras' configuration or a function of one's own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from sklearn.utils._param_validation import StrOptions

from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.training._loss_choice import LOSSES_OF_NUMBERS, loss_choice
from skmlbio.training._plain import plain

Loss = str | dict | Callable


def loss_options(*names: str) -> list:
    """What `loss` may be, where these are its names."""
    return [StrOptions(set(names)), dict, callable]


class OwnLoss:
    """Checks the keyword `loss`."""

    _keras_losses = LOSSES_OF_NUMBERS

    def _check_parameters(self) -> None:
        super()._check_parameters()
        loss_choice(self.loss, self._keras_losses)

    def _chosen_loss(self, n_outputs: int) -> Any:
        """Return the loss after it has been tried on outputs of so many columns, if it is no name."""
        from skmlbio.training._losses import require_loss

        loss = plain(loss_choice(self.loss, self._keras_losses))
        if not isinstance(loss, str):
            require_loss(loss, n_outputs)
        return loss


@with_parameters
class ReconstructionLoss(OwnLoss):
    """How reconstructions are compared with samples.

    Parameters
    ----------
    loss : {"mse", "mae", "huber"}, dict or callable
        What is made small, averaged over features: a name, the configuration of a loss of Keras,
        ``{"class_name": "LogCosh", "config": {}}``, or a function ``(targets, outputs)`` of tensors of shape (batch,
        n_features), made of Keras' operations, that returns a tensor of that shape, or one number a sample.  They are
        standardised where `standardize` says so.
    """

    loss: Loss = parameter(default="mse", allowed=loss_options("mse", "mae", "huber"))

    def _loss(self):
        from skmlbio.training import _losses

        return functools.partial(_losses.reconstruction, kind=self._chosen_loss(self._input_size()))
