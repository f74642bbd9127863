"""What fetched data sets are given back as."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import Bunch

from skmlbio.sequences import read_fasta


class Records(NamedTuple):
    """Three lists of equal length."""

    ids: list[str]
    sequences: list[str]
    labels: list[str]

    def given_back(self, descr: str, *, return_X_y: bool, as_frame: bool) -> Any:
        """A `Bunch` as scikit-learn's fetchers return it, or its data and target alone."""
        target = np.array(self.labels)
        bunch = Bunch(
            data=self.sequences,
            target=target,
            frame=None,
            target_names=np.unique(target).tolist(),
            ids=self.ids,
            groups=np.unique(self.sequences, return_inverse=True)[1],
            DESCR=descr,
        )
        if as_frame:
            bunch.frame = _frame(self)
            bunch.data, bunch.target = bunch.frame["sequence"], bunch.frame["target"]
        return (bunch.data, bunch.target) if return_X_y else bunch


def read_classes(paths: Iterable[Path], labels: Iterable[str]) -> Records:
    """Read FASTA files of one class each."""
    records = Records([], [], [])
    for path, label in zip(paths, labels, strict=True):
        ids, _, sequences = read_fasta(path)
        records.ids.extend(ids)
        records.sequences.extend(sequences)
        records.labels.extend([label] * len(ids))
    return records


def _frame(records: Records) -> Any:
    try:
        from pandas import DataFrame
    except ImportError as error:
        raise ImportError("as_frame=True needs pandas: pip install pandas") from error
    return DataFrame({"id": records.ids, "sequence": records.sequences, "target": records.labels})
