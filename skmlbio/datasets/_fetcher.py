"""What all fetchers have in common: how arguments are checked, and what their texts say."""

from __future__ import annotations

import os
from collections.abc import Callable
from inspect import cleandoc
from numbers import Integral, Real

from sklearn.utils._param_validation import validate_params

from skmlbio.sequences._intervals import Interval

_CONSTRAINTS: dict = {
    "data_home": [str, os.PathLike, None],
    "download_if_missing": ["boolean"],
    "return_X_y": ["boolean"],
    "as_frame": ["boolean"],
    "n_retries": [Interval(Integral, 0, None, closed="left")],
    "delay": [Interval(Real, 0, None, closed="left")],
}
_TEXT = """\
data_home : str or path-like, optional
    Folder that files are kept in; by default that of `get_data_home`.
download_if_missing : bool, default=True
    Whether to download what is missing or damaged there, or to raise an error.
return_X_y : bool, default=False
    Whether to return ``(data, target)`` in place of a `Bunch`.
as_frame : bool, default=False
    Whether data and target are columns of a pandas data frame.
n_retries : int, default=3
    How often a failed download is tried again.
delay : float, default=1.0
    Seconds before it is.

Returns
-------
dataset : Bunch
    The data set.

    data : list of n_samples str, or Series
        The sequences, as the source has them.
    target : ndarray of shape (n_samples,), str, or Series
        Their classes.
    target_names : list of str
        The classes, sorted.
    ids : list of n_samples str
        What the source calls the sequences.
    groups : ndarray of shape (n_samples,), int64
        The same number for equal sequences: groups for a cross-validation.
    frame : DataFrame or None
        Columns ``id``, ``sequence`` and ``target``, if `as_frame`.
    DESCR : str
        Source, licence and flaws of the data.
(data, target) : tuple
    These two of them, if `return_X_y`.

Raises
------
ImportError
    If pooch is not installed and something has to be downloaded, or Biopython is not and the source is FASTA, or pandas
    is not and `as_frame` is True.
OSError
    If a file cannot be downloaded, or is missing or damaged and must not be downloaded.
ValueError
    For arguments that are none of the above.

See Also
--------
get_data_home : Where files are kept."""


def fetcher(**constraints: list) -> Callable[[Callable], Callable]:
    """Check arguments as scikit-learn does, and write what all fetchers share in place of ``{common}`` in a text."""

    def completed(fetch: Callable) -> Callable:
        if fetch.__doc__:
            fetch.__doc__ = cleandoc(fetch.__doc__).replace("{common}", _TEXT)
        return validate_params(_CONSTRAINTS | constraints, prefer_skip_nested_validation=True)(fetch)

    return completed
