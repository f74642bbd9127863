"""Whether a fit can go on from the weights that are there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from skmlbio.training._fingerprint import freeze
from skmlbio.training._plain import plain


def lifted(arguments: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return arguments of a network, with those that are in a dictionary beside the others.

    Parameters
    ----------
    arguments : dict
        From a name to a value, or, where the name is not among `names`, to a dictionary of arguments.
    names : collection of str
        The names of parameters.

    Returns
    -------
    dict
        What has the name of a parameter goes by it, all else by that of its dictionary, too.

    Examples
    --------
    >>> lifted({"stages": {"kernel_size": 3, "kind": "a"}, "loss": {"class_name": "Huber"}}, ["kernel_size", "loss"])
    {'stages.kind': 'a', 'loss': {'class_name': 'Huber'}, 'kernel_size': 3}
    """
    beside, found = {}, {}
    for name, value in arguments.items():
        if isinstance(value, dict) and name not in names:
            for inner, part in lifted(value, names).items():
                is_parameter = inner in names and inner not in arguments
                (found if is_parameter else beside)[inner if is_parameter else f"{name}.{inner}"] = part
        else:
            beside[name] = value
    return beside | found


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
