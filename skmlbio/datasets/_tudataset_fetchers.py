"""Sets of the TUDataset collection, downloaded from repositories that have their files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.utils._param_validation import StrOptions

from ._download import Access, Source
from ._fetcher import fetcher
from ._tudataset import FEATURES, load_tudataset


class _Collected(NamedTuple):
    """A set of the collection: where it is, and what is to be said of it."""

    repository: str
    commit: str
    folder: str
    sha256: dict[str, str]
    text: str

    def sources(self) -> list[Source]:
        return [Source(self.repository, self.commit, f"{self.folder}/{name}", s) for name, s in self.sha256.items()]

    @property
    def descr(self) -> str:
        source = f"Source: https://github.com/{self.repository}, commit {self.commit}."
        return self.text.replace("{source}", source)


_COLLECTION = (
    "Collection: Morris et al.: TUDataset: a collection of benchmark datasets for learning with graphs (2020)."
)
_SETS = {
    "MUTAG": _Collected(
        "giannisnik/rwgnn",
        "ece098e110bcd5f8aa2135ed61fa80a52cc593d2",
        "datasets/MUTAG",
        {
            "MUTAG_A.txt": "d9656ca7493f3445d737c711710bb36fd432dddd1c0ea32e1d4713c86ebd28e2",
            "MUTAG_graph_indicator.txt": "7d520a4d6c7961c0cdeabe076d8fe27e795b6d373485c9a2b744987e560a2056",
            "MUTAG_graph_labels.txt": "a1518ea39ba3426bd42f57396b9c4baffe68e9adc718caeeab0119c6591a5f2c",
            "MUTAG_node_labels.txt": "678f429965490e84dd27713017538c995fc05d1621beac910848b600015ee863",
            "MUTAG_edge_labels.txt": "4669ce755075ff86c3240709345745886400908fa637a49310459b9c267b3e56",
        },
        f"""\
MUTAG: mutagenic nitro compounds
--------------------------------

188 aromatic and heteroaromatic nitro compounds without their hydrogens: mutagenic to Salmonella typhimurium (1; 125)
or not (-1; 63).  10 to 28 atoms, 17.9 on average; 3721 bonds, each listed in both directions.

Node labels are elements: 0 C, 1 N, 2 O, 3 F, 4 I, 5 Cl, 6 Br.  Edge labels are bonds: 0 aromatic, 1 single, 2 double,
3 triple.

Flaws: it is small, so that accuracies of ten folds spread by 6 % and more; counts of atoms and bonds alone reach 86 %.
Iodine and bromine are rare: give `node_types=range(7)` to a classifier in a cross-validation.

{{source}}
Licence: not stated there, nor in the notes of the set.

References: Debnath et al.: Structure-activity relationship of mutagenic aromatic and heteroaromatic nitro compounds.
J. Med. Chem. 34(2) (1991).  Kriege, Mutzel: Subgraph matching kernels for attributed graphs. ICML (2012).
{_COLLECTION}
""",
    ),
    "PROTEINS": _Collected(
        "soumavaghosh/graph2vec",
        "a1e1fa6d4af6445741b2ffecf874e4068d96672e",
        "PROTEINS",
        {
            "PROTEINS_A.txt": "4c4b33e272fc95cac6d27ed6d5d12b9a852c8610e91fff59f8f0dbdd5a20df67",
            "PROTEINS_graph_indicator.txt": "8d4ff1e852a5c28561e9bffb44cf9490bc552b13a3b6156dd12dc7f44e9afc4a",
            "PROTEINS_graph_labels.txt": "c0ef9810c440775252872318d0c8adc385588e14bc4c47a2c34aa96ee3c7cdcd",
            "PROTEINS_node_labels.txt": "f758e8ad3d6e3c026b50833d75f6f90735b94eb3345e4243707f495ca8afea8d",
            "PROTEINS_node_attributes.txt": "54eef829abb37e458a5fbf3a3c581e48e5810e220463c2cd951856b9ceb08f07",
        },
        f"""\
PROTEINS: enzymes or not
------------------------

1113 protein structures, enzymes or not.  The source does not say which class is which; by their numbers, 1 (663) are
enzymes and 2 (450) are not.  Nodes are secondary-structure elements, edges join neighbours along the chain or in space.
4 to 620 nodes, 39.1 on average; 81044 edges, each listed in both directions.

Node labels are three types of elements, 0, 1 and 2; the node attribute is one number, about 5 on average.

Flaws: structure tells little here; counts of nodes, types and edges alone reach 73 to 76 %.

{{source}}
Licence: not stated there.

References: Borgwardt et al.: Protein function prediction via graph kernels. Bioinformatics 21(Suppl 1) (2005).
Dobson, Doig: Distinguishing enzyme structures from non-enzymes without alignments. J. Mol. Biol. 330(4) (2003).
{_COLLECTION}
""",
    ),
}


@fetcher(name=[StrOptions(set(_SETS))], **FEATURES)
def fetch_tudataset(
    name: str,
    *,
    node_features: str | None = "auto",
    edge_features: str | None = "auto",
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load a set of the TUDataset collection, by its name there.

    Others than those below have to be downloaded and unpacked by hand; `load_tudataset` reads their folders.

    Parameters
    ----------
    name : {"MUTAG", "PROTEINS"}
        The set; `fetch_mutag` and `fetch_proteins` are the same.
    node_features, edge_features : {"auto", "labels", "attributes", "both"} or None, default="auto"
        What nodes and edges carry, see `load_tudataset`.
    {common to graphs}
    load_tudataset : Reads a folder in the format of the collection.

    Examples
    --------
    >>> from skmlbio.datasets import fetch_tudataset
    >>> graphs, y = fetch_tudataset("PROTEINS", return_X_y=True)  # doctest: +SKIP
    >>> len(graphs), graphs[0]  # doctest: +SKIP
    (1113, Graph(n_nodes=42, node_types=int64, n_edges=162))
    """
    access = Access(data_home, download_if_missing, n_retries, delay)
    return _fetch(name, access, return_X_y, node_features=node_features, edge_features=edge_features)


@fetcher(**FEATURES)
def fetch_mutag(
    *,
    node_features: str | None = "auto",
    edge_features: str | None = "auto",
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load MUTAG: 188 nitro compounds that are mutagenic (1) or not (-1).

    Nodes are atoms, whose types stand for elements, and edges are bonds, whose types stand for their orders; see
    ``DESCR``.

    Parameters
    ----------
    node_features, edge_features : {"auto", "labels", "attributes", "both"} or None, default="auto"
        What nodes and edges carry, see `load_tudataset`; ``edge_features=None`` leaves the orders of bonds away.
    {common to graphs}
    load_tudataset : Reads a folder in the format of the collection.

    Examples
    --------
    >>> from skmlbio.datasets import fetch_mutag
    >>> graphs, y = fetch_mutag(return_X_y=True)  # doctest: +SKIP
    >>> len(graphs), graphs[0], y[0]  # doctest: +SKIP
    (188, Graph(n_nodes=17, node_types=int64, n_edges=38, edge_types=int64), 1)
    """
    access = Access(data_home, download_if_missing, n_retries, delay)
    return _fetch("MUTAG", access, return_X_y, node_features=node_features, edge_features=edge_features)


@fetcher(node_features=FEATURES["node_features"])
def fetch_proteins(
    *,
    node_features: str | None = "auto",
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load PROTEINS: 1113 structures, enzymes or not, in the classes 1 and 2.

    Nodes are secondary-structure elements of three types, and edges join those that are near; see ``DESCR``.

    Parameters
    ----------
    node_features : {"auto", "labels", "attributes", "both"} or None, default="auto"
        What nodes carry, see `load_tudataset`.
    {common to graphs}
    load_tudataset : Reads a folder in the format of the collection.

    Examples
    --------
    >>> from skmlbio.datasets import fetch_proteins
    >>> graphs, y = fetch_proteins(return_X_y=True)  # doctest: +SKIP
    >>> len(graphs), graphs[0], y[0]  # doctest: +SKIP
    (1113, Graph(n_nodes=42, node_types=int64, n_edges=162), 1)
    """
    access = Access(data_home, download_if_missing, n_retries, delay)
    return _fetch("PROTEINS", access, return_X_y, node_features=node_features, edge_features="auto")


def _fetch(name: str, access: Access, return_X_y: bool, **features: str | None) -> Any:
    collected = _SETS[name]
    paths = access.fetch(name.lower(), collected.sources())
    bunch = load_tudataset(Path(paths[0]).parent, **features)
    bunch.DESCR = collected.descr
    return (bunch.data, bunch.target) if return_X_y else bunch
