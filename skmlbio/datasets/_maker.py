"""What all generators have in common: how arguments are checked, and what their texts say."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc

from sklearn.utils._param_validation import validate_params

from ._draws import CONSTRAINTS

_DRAWN = """\
weights : array-like of shape (n_classes,), optional
    Proportions of the classes; all alike by default.
flip_y : float, default=0.0
    Share of the {things} whose label is drawn at random, whatever their class.
random_state : int, RandomState instance or None, default=None
    Seed: the same int gives the same {things}.  None gives others each time.
return_X_y : bool, default=True
    Whether to return ``(X, y)`` or all that is known, as a `Bunch`.

Returns
-------
X : {X}
    The {things}{written}.
y : ndarray of shape (n_samples,), int64
    Their labels, from 0 to n_classes - 1.
data : Bunch
    In place of the two, if `return_X_y` is False.

    X, y
        As above.
    classes : ndarray of shape (n_samples,), int64
        The class {of_class}; it differs from `y` where a label was flipped."""
_KNOWN = """\
    parameters : dict
        The arguments.
    DESCR : str
        This text."""


def maker(
    things: str, X: str = "list of n_samples str", written: str = "", *, of_class: str, **constraints: list
) -> Callable[[Callable], Callable]:
    """Check arguments as scikit-learn does, and write what generators share in place of ``{drawn}`` and ``{known}``.

    Parameters
    ----------
    things, X, written : str
        What is made, its type, and how it is written.
    of_class : str
        Which class `classes` tells.
    **constraints
        Of arguments beside, or instead of, those that all have.
    """

    def completed(make: Callable) -> Callable:
        if make.__doc__:
            drawn = _DRAWN.format(things=things, X=X, written=written, of_class=of_class)
            make.__doc__ = cleandoc(make.__doc__).replace("{drawn}", drawn).replace("{known}", _KNOWN)
        return validate_params(CONSTRAINTS | constraints, prefer_skip_nested_validation=True)(make)

    return completed
