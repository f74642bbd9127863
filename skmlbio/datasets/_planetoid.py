"""Citation graphs as Planetoid has them: one graph, of which a few nodes are for training."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from sklearn.utils import Bunch
from sklearn.utils._param_validation import validate_params

from skmlbio.graphs import Graph

from ._download import Access, Source
from ._fetcher import fetcher
from ._plain_pickles import read_plain_pickle

_REPOSITORY, _COMMIT = "kimiyoung/planetoid", "af6abf468a772cc055bec88c52e4d6f51b7c37e3"
_SHA256 = {
    "ind.cora.x": "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab",
    "ind.cora.y": "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1",
    "ind.cora.tx": "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a",
    "ind.cora.ty": "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad",
    "ind.cora.allx": "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543",
    "ind.cora.ally": "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71",
    "ind.cora.graph": "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d",
    "ind.cora.test.index": "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875",
}
_KINDS = {"allx": csr_array, "ally": ndarray, "tx": csr_array, "ty": ndarray, "y": ndarray, "graph": dict}
_N_VALIDATION = 500  # the nodes after those for training, by convention
_DESCR = f"""\
Cora: a citation graph
----------------------

2708 papers on machine learning in seven topics (351, 217, 418, 818, 426, 298 and 180 of them), 5278 citations between
them, each listed in both directions, and which of 1433 words occur in each, as 0 and 1.

The public split has 140 papers for training (20 a topic), the next 500 for validation, and 1000 for testing.  The
largest topic has 31.9 % of those.

Flaws: repeated citations are listed once, as most others do (the literature counts 5429).  The source does not name the
topics.

Source: https://github.com/{_REPOSITORY}, commit {_COMMIT}.
Licence: that of the repository is MIT; that of the data is not stated.

References: Sen et al.: Collective classification in network data. AI Magazine 29(3) (2008).
Yang, Cohen, Salakhutdinov: Revisiting semi-supervised learning with graph embeddings. ICML (2016).
"""


@fetcher()
def fetch_cora(
    *,
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load Cora: one graph of 2708 papers in seven topics, with Planetoid's split.

    Edges are citations, in both directions, and features tell which of 1433 words a paper has.

    Parameters
    ----------
    {common to nodes}
    load_planetoid : Reads a folder of such files.

    Examples
    --------
    >>> from skmlbio.datasets import fetch_cora
    >>> cora = fetch_cora()  # doctest: +SKIP
    >>> cora.graph, len(cora.train), len(cora.test)  # doctest: +SKIP
    (Graph(n_nodes=2708, n_features=1433 (sparse), n_edges=10556), 140, 1000)
    """
    sources = [Source(_REPOSITORY, _COMMIT, f"data/{name}", sha256) for name, sha256 in _SHA256.items()]
    paths = Access(data_home, download_if_missing, n_retries, delay).fetch("cora", sources)
    bunch = load_planetoid(paths[0].parent)
    bunch.DESCR = _DESCR
    return (bunch.graph, bunch.y) if return_X_y else bunch


@validate_params({"folder": [str, os.PathLike]}, prefer_skip_nested_validation=True)
def load_planetoid(folder: str | os.PathLike) -> Bunch:
    """Read a folder of one graph in the format of Planetoid [1]_: Cora, CiteSeer or PubMed.

    It holds ``ind.NAME.x``, ``.y``, ``.tx``, ``.ty``, ``.allx``, ``.ally``, ``.graph`` and ``.test.index``.  All but
    the last are pickles, of which only numbers and lists are read: what else a pickle may name is refused, and never
    runs.

    Parameters
    ----------
    folder : str or path-like
        The folder.

    Returns
    -------
    dataset : Bunch
        The data set.

        graph : Graph
            The one graph, with sparse features.  Edges are listed once in each direction, and none leads back to its
            own node.
        y : ndarray of shape (n_nodes,), int64
            The class of each node, from 0; -1 for nodes of which the files say nothing, which CiteSeer has.
        train, validation, test : ndarrays of int64
            The nodes of the public split.

    Raises
    ------
    FileNotFoundError
        If the folder or a file that is needed is missing.
    ValueError
        If a file is damaged or no such file, or files do not belong together.

    See Also
    --------
    fetch_cora : Downloads one of them.

    References
    ----------
    .. [1] Yang, Cohen, Salakhutdinov: Revisiting semi-supervised learning with graph embeddings. ICML (2016).

    Examples
    --------
    >>> from skmlbio.datasets import load_planetoid
    >>> load_planetoid("planetoid/data").graph  # doctest: +SKIP
    Graph(n_nodes=2708, n_features=1433 (sparse), n_edges=10556)
    """
    folder, prefix = Path(folder), _prefix(Path(folder))
    paths = {part: folder / f"{prefix}.{part}" for part in [*_KINDS, "test.index"]}
    for path in paths.values():
        if not path.exists():
            raise FileNotFoundError(f"'{path}' is missing")
    parts: dict[str, Any] = {part: read_plain_pickle(paths[part], kind) for part, kind in _KINDS.items()}
    test = _test_nodes(paths["test.index"])
    n_before, n_nodes = parts["allx"].shape[0], len(parts["graph"])
    nodes = np.concatenate([np.arange(n_before), test])  # where the rows of the files belong
    _require_consistent(parts, test, folder)
    y = np.full(n_nodes, -1)
    y[nodes] = np.concatenate([parts["ally"], parts["ty"]]).argmax(axis=1)
    ones = np.ones(len(nodes))
    into_place = csr_array((ones, (nodes, np.arange(len(nodes)))), (n_nodes, len(nodes)))
    features = into_place @ vstack([parts["allx"], parts["tx"]], format="csr")
    n_train = len(parts["y"])
    return Bunch(
        graph=Graph(features, _edges(parts["graph"], n_nodes)),
        y=y,
        train=np.arange(n_train),
        validation=np.arange(n_train, n_train + _N_VALIDATION),
        test=np.sort(test),
    )


def _prefix(folder: Path) -> str:
    if not folder.is_dir():
        raise FileNotFoundError(f"'{folder}' is no folder")
    found = sorted(path.name.removesuffix(".graph") for path in folder.glob("ind.*.graph"))
    if len(found) != 1:
        raise FileNotFoundError(
            f"'{folder}' must have one file ind.NAME.graph; it has {', '.join(found) if found else 'none'}"
        )
    return found[0]


def _test_nodes(path: Path) -> NDArray[np.int64]:
    lines = path.read_text("ascii", "replace").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip().isdecimal() and (line or number < len(lines)):
            raise ValueError(f"line {number} of '{path}' must be a node; got {line!r:.60}")
    return np.array([int(line) for line in lines if line])


def _require_consistent(parts: dict, test: NDArray[np.int64], folder: Path) -> None:
    """Refuse files that do not belong together."""
    n_before, n_nodes = parts["allx"].shape[0], len(parts["graph"])
    pairs = {
        "rows of allx and ally": (n_before, len(parts["ally"])),
        "rows of tx and ty": (parts["tx"].shape[0], len(parts["ty"])),
        "rows of tx and nodes of test.index": (parts["tx"].shape[0], len(test)),
        "columns of allx and tx": (parts["allx"].shape[1], parts["tx"].shape[1]),
        "columns of ally and ty": (parts["ally"].shape[1], parts["ty"].shape[1]),
        "the last node of test.index and that of graph": (test.max() + 1, n_nodes),
    }
    for what, (first, second) in pairs.items():
        if first != second:
            raise ValueError(f"the files in '{folder}' do not belong together: {what} are {first} and {second}")
    if test.min() < n_before or len(np.unique(test)) < len(test):
        raise ValueError(f"test.index in '{folder}' names a node twice, or one that has a row in allx")
    if len(parts["y"]) + _N_VALIDATION > n_before:
        raise ValueError(f"the files in '{folder}' have {n_before} rows in allx, too few for training and validation")
    mentioned = itertools.chain(parts["graph"], *parts["graph"].values())
    if wrong := [node for node in mentioned if type(node) is not int or not 0 <= node < n_nodes]:
        raise ValueError(f"graph in '{folder}' names the node {wrong[0]!r}; there are {n_nodes}, numbered from 0")


def _edges(neighbours: dict[int, list[int]], n_nodes: int) -> NDArray[np.int64]:
    """Return edges in both directions, each once and sorted."""
    sources = np.repeat(np.array(list(neighbours)), [len(of_node) for of_node in neighbours.values()])
    targets = np.concatenate([np.array(of_node, np.int64) for of_node in neighbours.values()])
    both = np.concatenate([sources * n_nodes + targets, targets * n_nodes + sources])
    first, second = np.divmod(np.unique(both), n_nodes)
    return np.stack([first, second])[:, first != second]
