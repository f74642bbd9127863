"""Tokens as vectors."""

import numpy as np
import pytest

from skmlbio.layers.tokens import TokenEmbedding, TokenVectors
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


@pytest.mark.parametrize("dtype", ["uint16", "int32"])
def test_learned_vectors_are_looked_up_and_padding_is_zero(dtype: str) -> None:
    tokens = np.array([[5, 299, 1], [7, 0, 0]], dtype)
    layer = TokenEmbedding(300, 4)
    _, real = layer(tokens)
    table = layer.embeddings.numpy()
    np.testing.assert_array_equal(real, tokens > 0)
    np.testing.assert_array_equal(table[:2], 0)
    assert table[2:].std() == pytest.approx(1, abs=0.1)
    layer.embeddings.assign(table + 1)  # as if padding had learned something
    np.testing.assert_array_equal(layer(tokens)[0], (table + 1)[tokens] * (tokens > 0)[..., np.newaxis])
