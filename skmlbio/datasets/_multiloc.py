"""Where proteins are in a cell."""

from __future__ import annotations

import os

from ._download import Access, Source
from ._fetcher import fetcher
from ._records import read_classes

_REPOSITORY = "ClaudiaRaffaelli/Protein-subcellular-localization"
_COMMIT = "38a40c7389ee717954c254114959368223a55e43"
_FOLDER = "dataset/DeepLoc/multiloc/original"
_SHA256 = {
    "ER": "fc18cb9acaee46bd7706c4c2e613a43486f1450b3c3e94b265e8b84f2cedee06",
    "Golgi": "b2212ab516c14b31b73ed2142048b749c404aa6236b1bfd4dae6a0d4163f3287",
    "chloroplast": "7d5cd40b494e764549afdb438fd706bc9f21c7c2571b6785569dba9c19b8ce02",
    "cytoplasmic": "e5ea8fd4d23ed283c29bbb42a187011955be58b0ffe7b4c9fbf7bb8650e890d3",
    "extracellular": "3206687b2765d3f520b09cea72e7d29f885aea86ccd51960a38a3c07922ba750",
    "lysosomal": "8e47090270ae7d109f624e0f4b62ac58d2b24ccc941dab2bbf83fccba0978cb6",
    "mitochondrial": "b2eb51a178e4eff310443ec2ab7ec3a8ff911e6479a667cb753c2708c0934f93",
    "nuclear": "b35316170d1afe7977d11cc79c5c911f465e1edd87be3b03623fdc5c9e2903bd",
    "peroxisomal": "502deef9860319d1ccbde1fc13d7c46cd36aa414a06737947f2d4d428b8fc818",
    "plasma_membrane": "bf60ba8b52831ebf8367124ec871373632b889fb381e7190021ec70fb4a707b5",
    "vacuolar": "3ccb4e2de4d726dff53e693dd4cd1123cd774867cfd2647845afd5e5b467ce26",
}
_DESCR = f"""\
MultiLoc: where proteins are in a cell
--------------------------------------

5959 proteins of eukaryotes from Swiss-Prot 42 with one localisation that experiments support, reduced to 80 % identity:
cytoplasmic 1411, plasma_membrane 1238, extracellular 843, nuclear 837, mitochondrial 510, chloroplast 449, ER 198,
peroxisomal 157, Golgi 150, lysosomal 103, vacuolar 63.  13 to 5430 residues; all sequences are distinct.

Letters are the 20 amino acids and the codes X, B and Z.

Flaws: headers tell the targeting signal of some proteins (SP, SA, cTP, mTP), which gives classes away; `ids` are the
accessions alone.

Source: https://github.com/{_REPOSITORY}, commit {_COMMIT}.
Licence: the repository is under the MIT licence; that of the data themselves is not stated.

References: Höglund et al.: MultiLoc: prediction of protein subcellular localization using N-terminal targeting
sequences, sequence motifs and amino acid composition. Bioinformatics 22(10) (2006).
Almagro Armenteros et al.: DeepLoc. Bioinformatics 33(21) (2017).
"""


@fetcher()
def fetch_multiloc(
    *,
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load MultiLoc: proteins of eukaryotes, eleven places in a cell.

    5959 sequences of 13 to 5430 letters; classes are places, such as ``"nuclear"`` and ``"ER"``.

    Parameters
    ----------
    {common}

    Examples
    --------
    >>> from skmlbio.datasets import fetch_multiloc
    >>> X, y = fetch_multiloc(return_X_y=True)  # doctest: +SKIP
    >>> len(X), X[0][:12], y[0]  # doctest: +SKIP
    (5959, 'MKIIFFFALLAE', 'ER')
    """
    sources = [Source(_REPOSITORY, _COMMIT, f"{_FOLDER}/{name}.fasta", sha256) for name, sha256 in _SHA256.items()]
    paths = Access(data_home, download_if_missing, n_retries, delay).fetch("multiloc", sources)
    return read_classes(paths, _SHA256).given_back(_DESCR, return_X_y=return_X_y, as_frame=as_frame)
