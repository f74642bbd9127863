"""Tokens as vectors."""

import numpy as np
import pytest

from skmlbio.layers.tokens import OneHotTokens
from skmlbio.sequences import ensure_sequences


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_letters_have_their_column_and_padding_none(dtype: str) -> None:
    tokens = ensure_sequences(["ACGT", "TN"], alphabet="dna").pad(6, dtype=dtype)
    vectors, real = OneHotTokens(17)(tokens)
    expected = np.eye(17)[tokens][..., 1:]
    np.testing.assert_array_equal(vectors, expected)
    assert expected.sum() == 6
    np.testing.assert_array_equal(real, np.arange(6) < [[4], [2]])
