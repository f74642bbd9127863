"""Promoters of a plant."""

from __future__ import annotations

import os

from sklearn.utils._param_validation import StrOptions

from ._download import Access, Source
from ._fetcher import fetcher
from ._records import read_classes

_REPOSITORY, _COMMIT = "solovictor/CNNPromoterData", "b4d2949e9bc5206f3049b35a488b036125ccc653"
_SHA256 = {
    "Arabidopsis_non_tata.fa": "93f7c91d25bd18d7640c09f7fcd6052abf9f6f4425eda56dbebe6cc6ecfa2d1b",
    "Arabidopsis_non_prom_big.fa": "12f6901527b506907373a6c4bcbaf289622159657e9f0a307b29f822ea2dc250",
    "Arabidopsis_tata.fa": "2beaa31c2797e7f8d193b6015b7239a89509341f59dde57d904d8664e492901b",
    "Arabidopsis_non_prom.fa": "1ab75553cdbf99d54e56928a56b3f35eb14a5f3bbb31bba7c1102b406a615c90",
}
# Promoters, and the negatives that go with them.
_PAIRS = {
    "non-tata": ["Arabidopsis_non_tata.fa", "Arabidopsis_non_prom_big.fa"],
    "tata": ["Arabidopsis_tata.fa", "Arabidopsis_non_prom.fa"],
}
_DESCR = f"""\
Arabidopsis promoters
---------------------

Windows of 251 nucleotides: promoters (-200 to +50) from EPDnew, and pieces at random of the same genome's genes after
the first exon.  The sets of the CNNProm paper, each of promoters of one kind and the negatives that go with them:

- "non-tata": 5905 promoters without a TATA box, 11459 negatives;
- "tata": 1497 promoters with a TATA box, 2879 negatives.

Letters are A, C, G, T, in upper case, and N twice among the 11459.

Flaws: 7 of the 11459 negatives and 1 of the 2879 repeat one of the same set, and the two sets have one in common;
`groups` tells equal sequences within a set.  Negatives have no identifiers: their `ids` are the first word of what a
gene is called.

Source: https://github.com/{_REPOSITORY}, commit {_COMMIT}.
Licence: not stated there; promoters are from EPDnew.

References: Umarov, Solovyev: Recognition of prokaryotic and eukaryotic promoters using convolutional deep learning
neural networks. PLoS ONE 12(2) (2017).
Dreos et al.: EPD and EPDnew. Nucleic Acids Research 41 (2013).
"""


@fetcher(promoters=[StrOptions(set(_PAIRS))])
def fetch_arabidopsis_promoters(
    *,
    promoters: str = "non-tata",
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load promoters of Arabidopsis and as long pieces of its genes: DNA, two classes.

    17364 or 4376 sequences of 251 letters, in the classes ``"promoter"`` and ``"non-promoter"``, a piece of a gene.

    Parameters
    ----------
    promoters : {"non-tata", "tata"}, default="non-tata"
        Which promoters: those without or with a TATA box.
    {common}

    Examples
    --------
    >>> from skmlbio.datasets import fetch_arabidopsis_promoters
    >>> X, y = fetch_arabidopsis_promoters(promoters="tata", return_X_y=True)  # doctest: +SKIP
    >>> len(X), len(X[0]), y[0]  # doctest: +SKIP
    (4376, 251, 'promoter')
    """
    sources = [Source(_REPOSITORY, _COMMIT, name, _SHA256[name]) for name in _PAIRS[promoters]]
    paths = Access(data_home, download_if_missing, n_retries, delay).fetch("arabidopsis_promoters", sources)
    records = read_classes(paths, ["promoter", "non-promoter"])
    return records.given_back(_DESCR, return_X_y=return_X_y, as_frame=as_frame)
