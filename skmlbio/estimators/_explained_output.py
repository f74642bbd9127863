"""Which of a network's outputs is explained."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from skmlbio.base._labels import Labels


def explained(target: Any, n_steps: Any) -> None:
    """Explain an answer.

    Parameters
    ----------
    target : object, default=None
        What is explained.  Of a classifier, the logit of this class, by default of the class that is predicted for
        each sample; of two classes, the first one has minus the logit of the second.  Where there are several labels a
        sample, the index of one; where there are several outputs of several classes, a pair of the index of an output
        and one of its classes.  Of a regressor of several columns, the index of one.
    n_steps : int or "auto", default="auto"
        At how many points the integral is taken, by Gauss' rule; "auto" takes 17 and adds more, where the gradient
        changes most, until the sum is right within 1 %, or there are 512.  In half precision, gradients may be too
        coarse for that.
    """


def explained_head(estimator: Any) -> str:
    """Return the head of the network whose answers are explained."""
    return "decision_function" if is_classifier(estimator) else "predict"


def chosen_outputs(estimator: Any, target: Any, answers: NDArray) -> NDArray[np.float64]:
    """Return the factor of each output in what is explained, one row a sample."""
    if is_classifier(estimator):
        return chosen_logits(estimator._labels, target, answers)
    return chosen_column("columns of y", target, answers)


def units_of(estimator: Any, chosen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for each sample, the factor from gradients to the units of what is explained; 1 for a classifier."""
    if is_classifier(estimator):
        return np.ones(len(chosen))
    from skmlbio.training._target_units import target_scales

    return chosen @ target_scales(estimator.blueprint_, estimator.weights_)


def require_choice(name: str, given: Any, allowed: tuple[str, ...]) -> None:
    """Raise a ValueError unless a name is one of those that are allowed."""
    if not isinstance(given, str) or given not in allowed:
        raise ValueError(f"{name} must be {', '.join(map(repr, allowed[:-1]))} or {allowed[-1]!r}, got {given!r}.")


def finite_numbers(attributions: NDArray, whose: str) -> NDArray:
    """Return attributions that are finite numbers; raise a ValueError for others."""
    if not np.isfinite(attributions).all():
        raise ValueError(
            f"attributions of {whose} of X are no finite numbers: the network is too steep there for its precision."
        )
    return attributions


def chosen_logits(labels: Labels, target: Any, logits: NDArray) -> NDArray[np.float64]:
    """Return what is explained as a sum of logits: the factor of each.

    Parameters
    ----------
    labels : Labels
        Of the classifier.
    target : object
        A class; the index of a label, where there are several a sample; a pair of output and class, where there are
        several outputs.  None stands for the class that is predicted.
    logits : ndarray of shape (n_samples, n_logits)
        What the network answers.

    Returns
    -------
    ndarray of shape (n_samples, n_logits)

    Raises
    ------
    ValueError
        If there is no such target.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.base._labels import Labels
    >>> chosen_logits(Labels.learn(["none", "site"]), None, np.array([[0.5], [-2.0]])).tolist()
    [[1.0], [-1.0]]
    >>> chosen_logits(Labels.learn(["a", "b", "c"]), "b", np.zeros((1, 3))).tolist()
    [[0.0, 1.0, 0.0]]
    """
    if labels.kind == "multilabel-indicator":
        return chosen_column("labels", target, logits)
    if labels.kind == "multiclass-multioutput":
        output, code = _output_and_code(labels, target)
        return _ones(logits.shape, sum(labels.sizes[:output]) + code)
    code = None if target is None else _code(labels.classes[0], target)
    if labels.kind == "binary":
        is_second = logits > 0 if code is None else np.full(logits.shape, code == 1)
        return np.where(is_second, 1.0, -1.0)
    return _ones(logits.shape, logits.argmax(axis=1) if code is None else code)


def chosen_column(what: str, target: Any, answers: NDArray) -> NDArray[np.float64]:
    """Return the same for one of several columns, which `what` names; None stands for the only one."""
    n_columns = answers.shape[1]
    if target is None and n_columns == 1:
        target = 0
    if not isinstance(target, Integral) or isinstance(target, bool) or not 0 <= target < n_columns:
        raise ValueError(f"target must be the index of one of the {n_columns} {what}, from 0 on; got {target!r}.")
    return _ones(answers.shape, int(target))


def _output_and_code(labels: Labels, target: Any) -> tuple[int, int]:
    n_outputs = len(labels.classes)
    if not isinstance(target, tuple) or len(target) != 2 or target[0] not in range(n_outputs):
        raise ValueError(
            f"target must be a pair of the index of one of the {n_outputs} outputs, from 0 on, and one of its classes; "
            f"got {target!r}."
        )
    return int(target[0]), _code(labels.classes[int(target[0])], target[1])


def _code(classes: NDArray, target: Any) -> int:
    known = classes.tolist()
    if np.ndim(target) or target not in known:
        raise ValueError(f"target {target!r} is none of the classes {known}.")
    return known.index(target)


def _ones(shape: tuple[int, ...], columns: Any) -> NDArray[np.float64]:
    chosen = np.zeros(shape)
    chosen[np.arange(shape[0]), columns] = 1.0
    return chosen
