"""Methods that are there under a condition, and say why where they are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.utils._available_if import _AvailableIfDescriptor


def available_if(check: Callable[[Any], bool], why_not: str) -> Callable[[Callable], Any]:
    """scikit-learn's `available_if`, whose error gives the reason.

    Parameters
    ----------
    check : callable
        From an estimator to whether it has the method.
    why_not : str
        What the AttributeError ends in where it has not.

    Examples
    --------
    >>> class Codes:
    ...     latent_dim = None
    ...
    ...     @available_if(lambda codes: codes.latent_dim is not None, "without latent_dim, codes are maps.")
    ...     def inverse_transform(self, X): ...
    >>> Codes().inverse_transform
    Traceback (most recent call last):
    AttributeError: This 'Codes' has no attribute 'inverse_transform': without latent_dim, codes are maps.
    """
    return lambda method: _Conditional(method, check, why_not)


class _Conditional(_AvailableIfDescriptor):
    def __init__(self, method: Callable, check: Callable[[Any], bool], why_not: str):
        super().__init__(method, check, attribute_name=method.__name__)
        self.why_not = why_not

    def _check(self, obj: Any, owner: Any) -> None:
        try:
            super()._check(obj, owner)
        except AttributeError as error:
            raise AttributeError(f"{error}: {self.why_not}") from None
