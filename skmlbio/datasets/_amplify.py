"""Antimicrobial peptides."""

from __future__ import annotations

import os

from sklearn.utils._param_validation import StrOptions

from ._download import Access, Source
from ._fetcher import fetcher
from ._records import read_classes

_REPOSITORY, _COMMIT = "bcgsc/AMPlify", "f02a1c9169ca1ba623fe463413845111ce28317d"
_SHA256 = {
    "AMPlify_AMP_train_common.fa": "a04e28f8d29d1bb4f445a6162e210e0999289c31bf93f2f13c8d2268c8dd9cdc",
    "AMPlify_non_AMP_train_balanced.fa": "02161c5d18ff8c5c8c712527fb84a9c51606a46b11ad987cd91c60306acd25a3",
    "AMPlify_AMP_test_common.fa": "5c6b6dc7f664035e6485454d3e1c119cc2cdc4e01655837eca47faa9b587782c",
    "AMPlify_non_AMP_test_balanced.fa": "370edd07c0da533273c2da6a725c0b6579ac4c7aa09569e1b4ae40c6e80587b4",
}
_SUBSETS = {
    "train": ["AMPlify_AMP_train_common.fa", "AMPlify_non_AMP_train_balanced.fa"],
    "test": ["AMPlify_AMP_test_common.fa", "AMPlify_non_AMP_test_balanced.fa"],
}
_SUBSETS["all"] = _SUBSETS["train"] + _SUBSETS["test"]
_DESCR = f"""\
AMPlify's balanced set of antimicrobial peptides
------------------------------------------------

Mature antimicrobial peptides (AMP; from APD3 and DADP) and peptides of the same lengths from UniProtKB/Swiss-Prot
that are none (non-AMP).  Training: 3338 of each; test: 835 of each.  2 to 183 residues, about 26 in the median.

Letters are the 20 standard amino acids.

Flaws: no sequence repeats within or between the two parts, but near-identical ones remain, which the authors kept on
purpose.

Source: https://github.com/{_REPOSITORY}, commit {_COMMIT}.
Licence: the repository is under GPL-3.0, and its data folder names no other; the files are downloaded from there, and
are no part of skmlbio.

References: Li et al.: AMPlify: attentive deep learning model for discovery of novel antimicrobial peptides. BMC
Genomics 23:77 (2022).
Data note: Li, Warren, Birol: BMC Research Notes 16:11 (2023).
"""


@fetcher(subset=[StrOptions(set(_SUBSETS))])
def fetch_antimicrobial_peptides(
    *,
    subset: str = "train",
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
):
    """Load AMPlify's balanced set: peptides that are antimicrobial or not.

    6676 sequences for training and 1670 for testing, of 2 to 183 letters, in the classes ``"AMP"`` (antimicrobial) and
    ``"non-AMP"``.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        Which part of the authors' split; ``"all"`` is the one and then the other.
    {common}

    Examples
    --------
    >>> from skmlbio.datasets import fetch_antimicrobial_peptides
    >>> X, y = fetch_antimicrobial_peptides(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> len(X), X[0], y[0]  # doctest: +SKIP
    (1670, 'QLPICGETCVLGGCYTPNCRCQYPICVR', 'AMP')
    """
    sources = [Source(_REPOSITORY, _COMMIT, f"data/{name}", _SHA256[name]) for name in _SUBSETS[subset]]
    paths = Access(data_home, download_if_missing, n_retries, delay).fetch("amplify", sources)
    records = read_classes(paths, ["non-AMP" if "non_AMP" in path.name else "AMP" for path in paths])
    return records.given_back(_DESCR, return_X_y=return_X_y, as_frame=as_frame)
