"""Vectors that have names."""

import pickle

import numpy as np
import pytest

from skmlbio.estimators._embedding import Embedding

EMBEDDING = Embedding(("A", "C", "G", "T"), np.array([[1.0, 0], [2, 0.1], [-1, 0], [0, 0]]))


def test_names_lead_to_vectors() -> None:
    assert list(EMBEDDING) == ["A", "C", "G", "T"] and len(EMBEDDING) == 4 and "A" in EMBEDDING
    assert EMBEDDING["G"].tolist() == [-1, 0]
    frame = EMBEDDING.to_frame()
    assert frame.loc["C"].tolist() == [2, 0.1] and frame.index.name == "category"
    assert pickle.loads(pickle.dumps(EMBEDDING)).similarity("A", "G") == -1
    with pytest.raises(KeyError, match="'X' is none of the 4 categories 'A', 'C', 'G', 'T'"):
        EMBEDDING["X"]


def test_similarities_are_cosines() -> None:
    assert EMBEDDING.similarity("A", "G") == -1 and EMBEDDING.similarity("A", "T") == 0
    assert EMBEDDING.similarities()[0] == pytest.approx([1, 2 / 4.01**0.5, -1, 0])
    assert [name for name, _ in EMBEDDING.most_similar("A")] == ["C", "T", "G"]
    assert EMBEDDING.most_similar("A", 1) == [("C", pytest.approx(2 / 4.01**0.5))]
    with pytest.raises(ValueError, match="n must be an int of 1 or more, got 0"):
        EMBEDDING.most_similar("A", 0)
