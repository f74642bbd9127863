"""Which function writes a fitted step as TensorFlow functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from skmlbio.sequences import Alphabet, Vocabulary


OPEN = "open"  # stands for the type of a column that is only passed on: who comes after tells it; else it is numbers


class Converted(NamedTuple):
    """A fitted step in TensorFlow.

    Attributes
    ----------
    verbs : dict of str to callable
        What the step answers, the main verb first: functions of what flows between steps, which is a matrix (a tensor
        of numbers, or of strings), or a list of columns (tensors of one axis), or what `reads` tells.
    reads : list of tf.DType, OPEN or None, or dict of str to tf.TensorSpec
        The types of the columns that it takes, None for one that it does not look at; or, for a step that takes
        something else than a table, inputs by name, which it gets as a dict.
    alphabet : Alphabet or Vocabulary, optional
        For a step that takes strings as the one input ``X``, or numbers in their place, of shape (batch, length),
        int32, padded with 0: what they stand for.
    passed : dict of int to int
        The columns of its answer that are columns of what it takes: their numbers here and there.
    """

    verbs: dict[str, Callable[..., Any]]
    reads: Any
    alphabet: Alphabet | Vocabulary | None = None
    passed: dict[int, int] = {}


class Converter(NamedTuple):
    """A function of a fitted step; with `parts`, of the step and of the `Conversion` that it is a part of.

    What a user's `own` function makes is looked at before it is used.
    """

    function: Callable[..., Any]
    parts: bool
    own: bool = False


CONVERTERS: dict[str, Converter] = {}


def register_converter(cls: type) -> Callable[[Callable], Callable]:
    """Tell `export_saved_model` how steps of a class are written in TensorFlow; a decorator.

    The function that it decorates takes a fitted step and returns a TensorFlow function, which takes a float64 tensor
    of shape (batch, n_features_in) and returns what ``transform`` does; or a dict of such functions by the names of
    the methods that they stand for, such as "predict" and "predict_proba", the main one first.  Methods that the step
    does not have are left out.  NaN, unless the step's tags allow it, and infinity are refused before they get there.

    A class has the one converter that was registered last; those that derive from it have none of it.

    Parameters
    ----------
    cls : type
        The class of the steps.

    Returns
    -------
    callable
        The decorator; it returns the function as it is.

    Raises
    ------
    TypeError
        If it is no class, or what is decorated no function.  What the function makes is tried when a step is exported:
        there it is a TypeError if TensorFlow cannot trace it, or if it answers in another shape than the step.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, TransformerMixin
    >>> from skmlbio.export import register_converter
    >>> class MedianScaler(TransformerMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         self.n_features_in_ = X.shape[1]
    ...         self.median_ = np.median(X, axis=0)
    ...         return self
    ...
    ...     def transform(self, X):
    ...         return X - self.median_
    >>> @register_converter(MedianScaler)
    ... def convert_median_scaler(scaler):
    ...     return lambda X: X - scaler.median_
    """
    if not isinstance(cls, type):
        raise TypeError(f"register_converter takes a class, got {cls!r}.")

    def register(function: Callable) -> Callable:
        if not callable(function):
            raise TypeError(f"a converter of {cls.__name__} is a function of a fitted step, got {function!r}.")
        CONVERTERS[f"{cls.__module__}.{cls.__qualname__}"] = Converter(function, parts=False, own=True)
        return function

    return register


def converter(*names: str, parts: bool = False) -> Callable[[Callable], Callable]:
    """Register a function for classes by their full names, so that nothing has to be imported for them."""

    def register(function: Callable) -> Callable:
        CONVERTERS.update(dict.fromkeys(names, Converter(function, parts)))
        return function

    return register
