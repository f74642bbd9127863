"""Tokens as vectors."""

import numpy as np
import pytest

from skmlbio.layers.tokens import TokenVectors
from skmlbio.sequences import ensure_sequences, get_alphabet


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_letters_have_their_column_codes_the_mean_of_their_letters_and_padding_none(dtype: str) -> None:
    tokens = ensure_sequences(["ACGT", "TN-"], alphabet="dna", unknown="mask").pad(6, dtype=dtype)
    vectors, real = TokenVectors(get_alphabet("dna").one_hot_vectors)(tokens)
    expected = np.zeros((2, 6, 4))
    expected[0, :4] = np.eye(4)
    expected[1, :3] = [0, 0, 0, 1], [0.25] * 4, [0.25] * 4
    np.testing.assert_array_equal(vectors, expected)
    np.testing.assert_array_equal(real, np.arange(6) < [[4], [3]])
