"""Folders in the text format of the TUDataset collection."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch
from sklearn.utils._param_validation import StrOptions, validate_params

from skmlbio.graphs import Graph

FEATURES = {
    "node_features": [StrOptions({"auto", "labels", "attributes", "both"}), None],
    "edge_features": [StrOptions({"auto", "labels", "attributes", "both"}), None],
}


class _Part(NamedTuple):
    """A file of numbers, one row a line."""

    path: Path
    rows: NDArray[np.float64]

    def wrong(self, faults: NDArray[np.bool_], why: str) -> ValueError:
        """Name the first line of those at fault."""
        row = faults.argmax()
        text = ", ".join(f"{number:g}" for number in self.rows[row])
        return ValueError(f"line {row + 1} of '{self.path}' has {text}, but {why}")


@validate_params(
    {"folder": [str, os.PathLike], "return_X_y": ["boolean"], **FEATURES}, prefer_skip_nested_validation=True
)
def load_tudataset(
    folder: str | os.PathLike,
    *,
    node_features: str | None = "auto",
    edge_features: str | None = "auto",
    return_X_y: bool = False,
):
    """Read a folder of graphs in the format of the TUDataset collection [1]_.

    It holds ``NAME_A.txt``, the edges, ``NAME_graph_indicator.txt``, the graph of each node,
    ``NAME_graph_labels.txt``, a class for each graph, or ``NAME_graph_attributes.txt``, numbers, and may hold labels
    and attributes of nodes and edges; all of them plain or compressed by gzip.

    Parameters
    ----------
    folder : str or path-like
        The folder.
    node_features : {"auto", "labels", "attributes", "both"} or None, default="auto"
        What nodes carry: their labels as types (integers, or strings such as ``"2,0"`` where there are several a
        node), their attributes as numbers, or both as numbers, labels one-hot.  ``"auto"`` takes labels, or else
        attributes, or else nothing, which is the one feature 1, as it is with None.
    edge_features : {"auto", "labels", "attributes", "both"} or None, default="auto"
        The same for edges, where nothing is nothing.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` in place of a `Bunch`.

    Returns
    -------
    dataset : Bunch
        The data set.

        data : list of n_graphs Graph
            The graphs, with edges as they are listed, in each direction.
        target : ndarray of shape (n_graphs,) or (n_graphs, n_targets), int64 or float64
            Their classes, or the numbers to predict.
        target_names : list of int or None
            The classes, sorted; None for several columns and for numbers.
    (data, target) : tuple
        These two of them, if `return_X_y`.

    Raises
    ------
    FileNotFoundError
        If the folder or a file that is needed is missing.
    ValueError
        For arguments that are none of the above, and for damaged files; the message names file and line.

    See Also
    --------
    fetch_mutag, fetch_proteins : Two sets of the collection, downloaded.

    References
    ----------
    .. [1] Morris et al.: TUDataset: a collection of benchmark datasets for learning with graphs. ICML workshop (2020).

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skmlbio.datasets import load_tudataset
    >>> files = {"A": "1, 2\\n2, 1\\n3, 4\\n4, 3", "graph_indicator": "1\\n1\\n2\\n2\\n2", "graph_labels": "1\\n-1"}
    >>> with TemporaryDirectory() as folder:
    ...     for part, text in files.items():
    ...         _ = Path(folder, f"PAIRS_{part}.txt").write_text(text)
    ...     graphs, y = load_tudataset(folder, return_X_y=True)
    >>> graphs
    [Graph(n_nodes=2, n_features=1, n_edges=2), Graph(n_nodes=3, n_features=1, n_edges=2)]
    >>> y
    array([ 1, -1])
    """
    bunch = _read(Path(folder), node_features, edge_features)
    return (bunch.data, bunch.target) if return_X_y else bunch


def _read(folder: Path, node_features: str | None, edge_features: str | None) -> Bunch:
    parts = _find(folder)
    for needed in ("A", "graph_indicator"):
        if needed not in parts:
            raise FileNotFoundError(f"'{folder}' has no file that ends in _{needed}.txt or _{needed}.txt.gz")
    target, names = _target(parts, folder)
    owner = _owners(_numbers(parts["graph_indicator"], "integers"), len(target))
    edges = _edges(_numbers(parts["A"], "integers"), owner)
    nodes = _features(parts, "node", len(owner), node_features)
    of_edges = _features(parts, "edge", edges.shape[1], edge_features)
    nodes = np.ones((len(owner), 1)) if nodes is None else nodes
    return Bunch(data=_cut(nodes, edges, of_edges, owner, len(target)), target=target, target_names=names)


def _find(folder: Path) -> dict[str, Path]:
    """Return the files of the one data set in the folder by what their names say that they hold."""
    if not folder.is_dir():
        raise FileNotFoundError(f"'{folder}' is no folder")
    named = [path for path in sorted(folder.iterdir()) if path.name.endswith(("_A.txt", "_A.txt.gz"))]
    names = {path.name.rpartition("_A.txt")[0] for path in named}
    if len(names) > 1:
        raise ValueError(f"'{folder}' has several data sets: {', '.join(sorted(names))}; give each a folder of its own")
    prefix = f"{names.pop()}_" if names else "_"
    files = [path for path in sorted(folder.iterdir()) if path.name.startswith(prefix)]
    parts = {path.name.removeprefix(prefix).removesuffix(".gz"): path for path in reversed(files)}  # plain before gzip
    return {name.removesuffix(".txt"): path for name, path in parts.items() if name.endswith(".txt")}


def _target(parts: dict[str, Path], folder: Path) -> tuple[NDArray, list[int] | None]:
    """Return classes and their names, or numbers."""
    for part, kind, dtype in (("graph_labels", "integers", np.int64), ("graph_attributes", "numbers", np.float64)):
        if part in parts:
            target = _numbers(parts[part], kind).rows.astype(dtype)
            single = target.shape[1] == 1
            names = np.unique(target).tolist() if single and kind == "integers" else None
            return target[:, 0] if single else target, names
    raise FileNotFoundError(f"'{folder}' has no file that ends in _graph_labels.txt or _graph_attributes.txt")


def _owners(indicator: _Part, n_graphs: int) -> NDArray[np.int64]:
    """Return the graph of each node, from 0."""
    owner = indicator.rows[:, 0].astype(np.int64) - 1
    if (wrong := (owner < 0) | (owner >= n_graphs)).any():
        raise indicator.wrong(wrong, f"graphs are numbered from 1 to {n_graphs}")
    if (wrong := np.diff(owner, prepend=0) < 0).any():
        raise indicator.wrong(wrong, "the nodes of a graph must stand together, graph by graph")
    if (empty := np.bincount(owner, minlength=n_graphs) == 0).any():
        raise ValueError(f"'{indicator.path}' has no node of graph {empty.argmax() + 1}")
    return owner


def _edges(listed: _Part, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the edges between nodes of the whole set, from 0, ndarray of shape (2, n_edges)."""
    if listed.rows.shape[1] != 2:
        raise listed.wrong(np.ones(1, bool), "an edge is two nodes")
    edges = listed.rows.T.astype(np.int64) - 1
    if (wrong := ((edges < 0) | (edges >= len(owner))).any(axis=0)).any():
        raise listed.wrong(wrong, f"nodes are numbered from 1 to {len(owner)}")
    if (wrong := owner[edges[0]] != owner[edges[1]]).any():
        raise listed.wrong(wrong, "an edge joins two nodes of one graph")
    return edges


def _features(parts: dict[str, Path], of: str, n_rows: int, wanted: str | None) -> NDArray | None:
    """Return types of shape (n_rows,), numbers of shape (n_rows, n_features), or None."""
    there = [kind for kind in ("labels", "attributes") if f"{of}_{kind}" in parts]
    kinds = {None: [], "auto": there[:1], "both": ["labels", "attributes"]}.get(wanted, [wanted])
    columns = []
    for kind in kinds:
        if kind not in there:
            raise FileNotFoundError(f"{of}_features={wanted!r} needs a file that ends in _{of}_{kind}.txt")
        part = _numbers(parts[f"{of}_{kind}"], "integers" if kind == "labels" else "numbers")
        if len(part.rows) != n_rows:
            raise ValueError(f"'{part.path}' has {len(part.rows)} lines, but there are {n_rows} {of}s")
        columns.append(_types(part.rows.astype(np.int64)) if kind == "labels" else part.rows)
    if len(columns) == 2:
        labels, attributes = columns
        return np.column_stack([labels[:, np.newaxis] == np.unique(labels), attributes])
    return columns[0] if columns else None


def _types(labels: NDArray[np.int64]) -> NDArray:
    """One label a row, or several of them as a string."""
    return labels[:, 0] if labels.shape[1] == 1 else np.array([",".join(map(str, row)) for row in labels.tolist()])


def _cut(nodes: NDArray, edges: NDArray, of_edges: NDArray | None, owner: NDArray, n_graphs: int) -> list[Graph]:
    """Cut what belongs to all graphs into graphs."""
    of_edge = owner[edges[0]]
    order = np.argsort(of_edge, kind="stable")
    starts = np.arange(1, n_graphs)
    first = np.searchsorted(owner, np.arange(n_graphs))
    ends = np.searchsorted(of_edge[order], starts)
    edge_index = np.split((edges - first[of_edge])[:, order], ends, axis=1)
    features = [None] * n_graphs if of_edges is None else np.split(of_edges[order], ends)
    parts: Any = zip(np.split(nodes, first[1:]), edge_index, features, strict=True)
    return [Graph(types, index, edge_features=carried) for types, index, carried in parts]


def _numbers(path: Path, kind: str) -> _Part:
    """Read lines of numbers between commas, the same count in each."""
    try:
        with gzip.open(path, "rt", encoding="ascii") if path.suffix == ".gz" else path.open(encoding="ascii") as file:
            lines = file.read().rstrip().split("\n")
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f"'{path}' cannot be read: {error}") from error
    rows = _parsed(lines)
    if rows is None or len(rows) < len(lines) or (kind == "integers" and (rows % 1 != 0).any()):
        raise _damage(path, lines, kind)
    return _Part(path, rows)


def _parsed(lines: list[str]) -> NDArray[np.float64] | None:
    try:
        return np.loadtxt(lines, delimiter=",", comments=None, ndmin=2) if any(lines) else np.zeros((0, 1))
    except ValueError:
        return None


def _damage(path: Path, lines: list[str], kind: str) -> ValueError:
    """Say which line is none, the first for want of another width where all can be read by themselves."""
    width = len(lines[0].split(","))
    for number, line in enumerate(lines, 1):
        row = _parsed([line])
        if row is None or row.shape != (1, width) or (kind == "integers" and (row % 1 != 0).any()):
            return ValueError(f"line {number} of '{path}' must be {width} {kind} between commas; got {line!r:.60}")
    raise AssertionError("a file that cannot be read has a line that cannot")
