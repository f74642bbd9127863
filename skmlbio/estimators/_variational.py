"""How variational auto-encoders learn."""

from __future__ import annotations

from numbers import Integral

from skmlbio.base import parameter, with_parameters
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import STRENGTH
from skmlbio.training._budget import automatic_end


@with_parameters
class VariationalTraining:
    """A network that is trained to make the evidence lower bound large.

    Parameters
    ----------
    weight_decay : float
        Of ``optimizer="adamw"``: the share of the weights, times the learning rate, that every step takes away [6]_.
    beta : float
        Weight of the KL term [2]_.
    kl_warm_up : int
        Epochs over which the KL term comes to act on the weights, in equal steps.
    free_bits : float
        Nats of each row and component that the KL term does not count [3]_.

    Attributes
    ----------
    history_ : dict of str to list of float
        Loss of every epoch; ``pandas.DataFrame(estimator.history_)`` tabulates it.  Beside ``"loss"`` there are
        ``"elbo"``, ``"reconstruction"`` (mean of log p(x | z)) and ``"kl"``, in nats, and with validation samples the
        same of those, such as ``"val_elbo"``.
    """

    weight_decay: float = parameter(default=0.1, allowed=STRENGTH)
    beta: float = parameter(default=1.0, allowed=STRENGTH)
    kl_warm_up: int = parameter(default=0, allowed=[Interval(Integral, 0, None, closed="left")])
    free_bits: float = parameter(default=0.0, allowed=STRENGTH)

    def _plan(self, n_samples, epochs):
        """End by itself as late as without averaging, for the bound goes on rising; let AdamW know its weight decay."""
        plan = super()._plan(n_samples, epochs)
        if plan.least_gain is not None:
            steps_of_an_epoch = -(-n_samples // (plan.batch_size or n_samples))
            plan.n_epochs, plan.least_gain = automatic_end(steps_of_an_epoch, averaged=False)
        if self.optimizer == "adamw":
            plan.optimizer["config"]["weight_decay"] = float(self.weight_decay)
        return plan

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.negative_bound

    def _scalars(self, epoch):
        share = min(1.0, (self._n_epochs_before + epoch + 1) / max(1, int(self.kl_warm_up)))
        return {"beta": float(self.beta), "free_bits": float(self.free_bits), "kl_share": share}

    def _train(self, plan, training, validation, rng, known, partial):
        if known is not None:  # a fit from the start
            self._n_epochs_before = 0
        super()._train(plan, training, validation, rng, known, partial)

    def _keep(self, result, partial):
        self._n_epochs_before += len(result.history.get("loss", ()))
        super()._keep(result, partial)
