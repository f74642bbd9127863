"""Two DNA data sets of the UCI Machine Learning Repository."""

from __future__ import annotations

import os

from ._download import Access, Source
from ._fetcher import fetcher
from ._records import Records

_SPLICE = Source(
    "drusk/splice-junction-gene-sequences",
    "e862a929e3d82a881bb7abc8e0ffba3f68cf9a8c",
    "data/splice.data",
    "ebbae10c85d3c285e2a2489a37e42bc2ee8d91d15005e391a9962fa3389a114f",
)
_PROMOTERS = Source(
    "farhan-137/dna-promoter-classifier",
    "585478d4bcbeb8a6293f777d9d1abfae91c6db59",
    "data/promoters.data",
    "9cba9e8661ab04760d69b857f62259233446f2dce5ec9b515efe0b23c315bb29",
)
_SPLICE_DESCR = f"""\
Primate splice-junction gene sequences (UCI)
--------------------------------------------

3190 windows of 60 nucleotides (-30 to +30) from GenBank 64.1: at an exon-intron boundary (EI, donor; 767), at an
intron-exon boundary (IE, acceptor; 768), or at neither (N; 1655).

Letters are A, C, G, T and ambiguity codes: N (56 times), D (2), R (1), S (1).

Flaws: only 3005 sequences are distinct.  185 rows repeat one, one of them under another class, so that a split at
random has some sequences on both sides: give `groups` to a grouped cross-validation where that matters.  12 names
repeat too.

Source: https://github.com/{_SPLICE.repository}, commit {_SPLICE.commit}.
Licence: not stated there; the set is "Molecular Biology: Splice-junction Gene Sequences" of the UCI Machine Learning
Repository.

Reference: Noordewier, Towell, Shavlik: Training knowledge-based neural networks to recognize genes in DNA sequences.
NIPS 3 (1991).
"""
_PROMOTERS_DESCR = f"""\
E. coli promoter gene sequences (UCI)
-------------------------------------

106 sequences of 57 nucleotides (-50 to +7 around the start of transcription), promoters (+, 53) or not (-, 53).

Letters are a, c, g, t, in lower case; none repeats.

Source: https://github.com/{_PROMOTERS.repository}, commit {_PROMOTERS.commit}.
Licence: not stated there; the set is "Molecular Biology: Promoter Gene Sequences" of the UCI Machine Learning
Repository.

References: Harley, Reynolds: Analysis of E. coli promoter sequences. Nucleic Acids Research 15 (1987).
Towell, Shavlik, Noordewier: Refinement of approximate domain theories by knowledge-based artificial neural networks.
AAAI (1990).
"""


@fetcher()
def fetch_splice_junctions(
    *,
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load the primate splice junctions of UCI: DNA, three classes.

    3190 sequences of 60 letters, in upper case, in the classes ``"EI"`` (exon to intron, donor), ``"IE"`` (intron to
    exon, acceptor) and ``"N"`` (neither).  185 of them repeat another one; see ``DESCR`` and ``groups``.

    Parameters
    ----------
    {common}

    Examples
    --------
    >>> from skmlbio.datasets import fetch_splice_junctions
    >>> X, y = fetch_splice_junctions(return_X_y=True)  # doctest: +SKIP
    >>> len(X), X[0][30:], y[0]  # doctest: +SKIP
    (3190, 'GTCTGTTCCAAGGGCCTTCGAGCCAGTCTG', 'EI')
    """
    access = Access(data_home, download_if_missing, n_retries, delay)
    records = _read(access, "uci_splice", _SPLICE)
    return records.given_back(_SPLICE_DESCR, return_X_y=return_X_y, as_frame=as_frame)


@fetcher()
def fetch_ecoli_promoters(
    *,
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load the promoters of E. coli of UCI: DNA, two classes.

    106 sequences of 57 letters, in lower case as in the source, in the classes ``"+"`` (promoter) and ``"-"``.

    Parameters
    ----------
    {common}

    Examples
    --------
    >>> from skmlbio.datasets import fetch_ecoli_promoters
    >>> X, y = fetch_ecoli_promoters(return_X_y=True)  # doctest: +SKIP
    >>> len(X), X[0][:12], y[0]  # doctest: +SKIP
    (106, 'tactagcaatac', '+')
    """
    access = Access(data_home, download_if_missing, n_retries, delay)
    records = _read(access, "uci_promoters", _PROMOTERS)
    return records.given_back(_PROMOTERS_DESCR, return_X_y=return_X_y, as_frame=as_frame)


def _read(access: Access, folder: str, source: Source) -> Records:
    """Read lines of class, name and sequence, with blanks about them."""
    (path,) = access.fetch(folder, [source])
    rows = [[cell.strip() for cell in line.split(",")] for line in path.read_text("ascii").splitlines() if line.strip()]
    labels, names, sequences = map(list, zip(*rows, strict=True))
    return Records(names, sequences, labels)
