"""Errors about arguments, by the name that a user knows."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def said_by_estimator(method: Callable) -> Callable:
    """Let errors about the arguments of a method name the estimator, where Python would name the base class.

    Examples
    --------
    >>> class Base:
    ...     @said_by_estimator
    ...     def partial_fit(self, X, y, sample_weight=None):
    ...         return self
    >>> class Regressor(Base):
    ...     pass
    >>> Regressor().partial_fit([[1.0]], [2.0], X_val=[[3.0]])
    Traceback (most recent call last):
    TypeError: Regressor.partial_fit() got an unexpected keyword argument 'X_val'; it takes X, y and sample_weight.
    """
    signature = inspect.signature(method)
    *names, last = list(signature.parameters)[1:]

    @functools.wraps(method)
    def checked(self: Any, *args: Any, **options: Any) -> Any:
        try:
            signature.bind(self, *args, **options)
        except TypeError as error:
            raise TypeError(
                f"{type(self).__name__}.{method.__name__}() {error}; it takes {', '.join(names)} and {last}."
            ) from None
        return method(self, *args, **options)

    return checked
