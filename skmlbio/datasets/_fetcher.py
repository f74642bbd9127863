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
    Whether to return ``({pair})`` in place of a `Bunch`.
{as_frame}n_retries : int, default=3
    How often a failed download is tried again.
delay : float, default=1.0
    Seconds before it is.

Returns
-------
dataset : Bunch
    The data set.

{bunch}
    DESCR : str
        Source, licence and flaws of the data.
({pair}) : tuple
    These two of them, if `return_X_y`.

Raises
------
ImportError
    If pooch is not installed and something has to be downloaded{needs}.
OSError
    If a file cannot be downloaded, or is missing or damaged and must not be downloaded.
ValueError
    For arguments that are none of the above.

See Also
--------
get_data_home : Where files are kept."""
_SEQUENCES = _TEXT.format(
    pair="data, target",
    as_frame="""\
as_frame : bool, default=False
    Whether data and target are columns of a pandas data frame.
""",
    bunch="""\
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
        Columns ``id``, ``sequence`` and ``target``, if `as_frame`.""",
    needs=", or Biopython is not and the source is FASTA, or pandas\n    is not and `as_frame` is True",
)
_GRAPHS = _TEXT.format(
    pair="data, target",
    as_frame="",
    bunch="""\
    data : list of n_graphs Graph
        The graphs.
    target : ndarray of shape (n_graphs,), int64
        Their classes.
    target_names : list of int
        The classes, sorted.""",
    needs="",
)
_NODES = _TEXT.format(
    pair="graph, y",
    as_frame="",
    bunch="""\
    graph : Graph
        The one graph, whose features are sparse.
    y : ndarray of shape (n_nodes,), int64
        The class of each node, from 0.
    train, validation, test : ndarrays of int64
        The nodes of the public split.""",
    needs="",
)
_TEXTS = {"{common}": _SEQUENCES, "{common to graphs}": _GRAPHS, "{common to nodes}": _NODES}


def fetcher(**constraints: list) -> Callable[[Callable], Callable]:
    """Check arguments as scikit-learn does, and write what fetchers share in place of ``{common}`` in their texts."""

    def completed(fetch: Callable) -> Callable:
        for name, text in _TEXTS.items():
            if fetch.__doc__:
                fetch.__doc__ = cleandoc(fetch.__doc__).replace(name, text)
        return validate_params(_CONSTRAINTS | constraints, prefer_skip_nested_validation=True)(fetch)

    return completed
