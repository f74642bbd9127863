"""Whether a fit can go on from the weights that are there."""

from __future__ import annotations

from typing import Any

from skmlbio.training._fingerprint import freeze
from skmlbio.training._plain import plain


def require_same_network(estimator: Any) -> None:
    """Raise a ValueError if a parameter that makes the network is not what it was when the network was made."""
    params = plain(estimator.get_params())
    before = estimator._network_parameters(estimator.blueprint_)
    now = estimator._network_parameters(estimator._make_blueprint())
    differing = [name for name in before | now if freeze(before.get(name)) != freeze(now.get(name))]
    # Some follow from others: without noise there is no noise level, whatever the parameter is.
    changed = [name for name in differing if name in params and freeze(params[name]) != freeze(before.get(name))]
    if differing:
        was, is_now = (
            ", ".join(f"{name}={values.get(name)!r}" for name in changed or differing) for values in (before, now)
        )
        raise ValueError(
            f"the network of this {type(estimator).__name__} was made with {was}, but is now to have {is_now}: set "
            "back what it was made with, or begin anew, by a clone or by fit with warm_start=False."
        )
