"""How well secondary structure is predicted: the share of residues that are right, in three states or in eight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._pairs import paired

_EIGHT = dict(zip("HGIEBTSC", "HGIEBTSC", strict=True)) | dict.fromkeys("-L P", "C")
_THREE = _EIGHT | dict.fromkeys("HGI", "H") | dict.fromkeys("EB", "E") | dict.fromkeys("TSC", "C")


def q3_score(
    y_true: Sequence[str], y_pred: Sequence[str], *, missing_labels: str = "?", sample_weight: ArrayLike | None = None
) -> float:
    """Return Q3: the share of residues whose state is right, of three: helix, strand and coil.

    The eight states of DSSP [1]_ become three: H, G and I are helix (H), E and B strand (E), and the others coil (C).
    So the labels may be of eight states, of three, or of eight on one side alone.

    Parameters
    ----------
    y_true : list of n_samples strings
        The right labels: of H, G, I, E, B, T, S and C; coil may also be "-", "L", "P" or blank.
    y_pred : list of n_samples strings
        What was predicted, of the same lengths.
    missing_labels : str, default="?"
        Characters of `y_true` at residues that are left out, because they are not resolved.
    sample_weight : array-like of shape (n_samples,), default=None
        What each residue of a sample counts.

    Returns
    -------
    float
        Between 0 and 1; all residues count alike, whatever string they are from.

    Raises
    ------
    TypeError, ValueError
        If the two are no lists of as many strings, for strings of different lengths, other labels, and if no label is
        known.

    References
    ----------
    .. [1] Kabsch and Sander: Dictionary of protein secondary structure: pattern recognition of hydrogen-bonded and
       geometrical features. Biopolymers 22 (1983).

    Examples
    --------
    >>> from sklearn.metrics import make_scorer
    >>> from skmlbio.sequences import q3_score
    >>> q3_score(["HHGT?E", "BC"], ["HHHEEE", "EC"])
    0.8571428571428571
    >>> make_scorer(q3_score)  # what `scoring` takes in cross-validation and search
    make_scorer(q3_score, response_method='predict')
    """
    return _share_right(y_true, y_pred, _THREE, missing_labels, sample_weight)


def q8_score(
    y_true: Sequence[str], y_pred: Sequence[str], *, missing_labels: str = "?", sample_weight: ArrayLike | None = None
) -> float:
    """Return Q8: the share of residues whose state is right, of the eight of DSSP.

    Parameters
    ----------
    y_true, y_pred, missing_labels, sample_weight
        As in `q3_score`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As in `q3_score`.

    Examples
    --------
    >>> from skmlbio.sequences import q8_score
    >>> q8_score(["HHGT?E", "B-"], ["HHHTEE", "BC"])
    0.8571428571428571
    """
    return _share_right(y_true, y_pred, _EIGHT, missing_labels, sample_weight)


def _share_right(y_true: Any, y_pred: Any, states: dict[str, str], missing: str, sample_weight: Any) -> float:
    pairs = paired(y_true, y_pred)
    weights = np.ones(len(pairs)) if sample_weight is None else np.asarray(sample_weight, float)
    if weights.shape != (len(pairs),):
        raise ValueError(f"sample_weight must have shape ({len(pairs)},), one number a string, got {weights.shape}.")
    right = n_known = 0.0
    for index, ((of_true, of_pred), weight) in enumerate(zip(pairs, weights, strict=True)):
        if len(of_true) != len(of_pred):
            raise ValueError(f"y_true[{index}] has {len(of_true)} labels, but y_pred[{index}] has {len(of_pred)}.")
        known = ~np.isin(list(of_true), list(missing))
        same = _states(of_true, known, states, f"y_true[{index}]") == _states(
            of_pred, known, states, f"y_pred[{index}]"
        )
        right += weight * same.sum()
        n_known += weight * known.sum()
    if not n_known:
        raise ValueError("y_true has no label that is known and has a weight.")
    return float(right / n_known)


def _states(labels: Sequence[str], known: NDArray[np.bool_], states: dict[str, str], name: str) -> NDArray[np.str_]:
    """Return the state of each residue whose label is known."""
    found = np.array([states.get(label, "") for label in labels])[known]
    if (foreign := found == "").any():
        position = int(np.flatnonzero(known)[np.argmax(foreign)])
        raise ValueError(
            f"{name} has at position {position} the label {labels[position]!r}, which is no state of DSSP: "
            f"{', '.join('HGIEBTSC')}, or '-' for C."
        )
    return found
