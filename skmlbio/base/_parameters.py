"""Keywords of estimators, each declared once: its type, its default, what is allowed, and its text."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from typing import Any, TypeVar, dataclass_transform

from skmlbio.base._docstrings import composed
from skmlbio.base._options import in_order

_T = TypeVar("_T")


def parameter(*, default: Any = dataclasses.MISSING, allowed: Sequence | None = None, kw_only: bool = True) -> Any:
    """Declare a keyword of an estimator.

    Parameters
    ----------
    default : object
        Its default.
    allowed : list or None
        What it may be, in the words of scikit-learn's ``_parameter_constraints``; None takes what a base allows, where
        only the default is another.
    kw_only : bool
        Whether it must be named.

    Returns
    -------
    dataclasses.Field

    Raises
    ------
    TypeError
        If `allowed` is no list.

    See Also
    --------
    with_parameters : What makes a constructor of them.

    Examples
    --------
    >>> from skmlbio.base import parameter
    >>> parameter(default=0.5, allowed=[float]).default
    0.5
    """
    if not (allowed is None or allowed == "no_validation" or isinstance(allowed, list)):
        raise TypeError(f"allowed must be a list, such as [str, None], got {allowed!r}.")
    if isinstance(allowed, list):
        allowed = [in_order(constraint) for constraint in allowed]
    return dataclasses.field(default=default, kw_only=kw_only, metadata={"allowed": allowed})


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(parameter,))
def with_parameters(cls: type[_T]) -> type[_T]:
    """Give a class the constructor, the constraints and the documentation of its keywords and those of its bases.

    Own keywords come before those of bases, here and in the docstring, whose sections on parameters and attributes are
    completed by those of the bases; what a class documents itself counts.  A keyword whose default alone is another
    keeps its place.  Those that need no name stand first, those of bases before own ones.  An annotated attribute is a
    keyword, as in `dataclasses.dataclass`.

    Parameters
    ----------
    cls : type
        The class.  Its keywords are annotated attributes, each set to a `parameter`.

    Returns
    -------
    type
        The same class.

    Raises
    ------
    TypeError
        If neither the class nor a base says what is allowed for a keyword.

    Examples
    --------
    >>> import inspect
    >>> from skmlbio.base import MatrixInput, RegressorBase, parameter, with_parameters
    >>> @with_parameters
    ... class LogRegressor(MatrixInput, RegressorBase):
    ...     '''Work on the logarithm of the features.
    ...
    ...     Parameters
    ...     ----------
    ...     offset : float
    ...         What is added before the logarithm.
    ...     '''
    ...
    ...     offset: float = parameter(default=1.0, allowed=[float])
    >>> [*inspect.signature(LogRegressor).parameters][:4]
    ['offset', 'standardize', 'layer', 'loss']
    >>> print(*inspect.getdoc(LogRegressor).splitlines()[2:8], sep="; ")
    Parameters; ----------; offset : float, default=1.0;     What is added before the logarithm.; standardize : ...
    """
    dataclasses.dataclass(kw_only=True, repr=False, eq=False)(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for name in inspect.get_annotations(cls):
        if name in fields and name in vars(cls):
            delattr(cls, name)  # a default belongs to the constructor; the class has no such attribute
    declared = {name: allowed for base in reversed(cls.__mro__) for name, allowed in _declared(base).items()}
    if missing := fields.keys() - declared.keys():
        raise TypeError(f"{cls.__name__} does not say what is allowed for {', '.join(sorted(missing))}.")
    cls._parameter_constraints = declared
    order = [name for base in cls.__mro__ for name in _declared(base)]
    signature = inspect.signature(cls.__init__)
    self, *taken = signature.parameters.values()
    taken.sort(key=lambda p: order.index(p.name) if p.kind is p.KEYWORD_ONLY else -1)  # the others have their places
    cls.__init__.__signature__ = signature.replace(parameters=[self, *taken], return_annotation=signature.empty)
    cls.__doc__ = composed(cls, {p.name: p.default for p in taken})
    return cls


def _declared(cls: type) -> dict[str, Sequence]:
    """Return what a class itself allows, by keyword; where it only changes a default, it does not say."""
    fields = vars(cls).get("__dataclass_fields__", {})
    own = {name: fields[name].metadata.get("allowed") for name in inspect.get_annotations(cls) if name in fields}
    return {name: allowed for name, allowed in own.items() if allowed is not None}
