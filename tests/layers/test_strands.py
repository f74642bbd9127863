"""Both strands of nucleic acids."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers import BothStrands, JoinedStrands
from skmlbio.layers.strands import both_strands, joined_strands
from skmlbio.sequences import ensure_sequences, get_alphabet, reverse_complement

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
STRINGS = ["GATTACA", "ACGTRYN", "CCAT", "A"]


def vectors(strings: list[str], alphabet: str, length: int) -> tuple[np.ndarray, np.ndarray]:
    tokens = ensure_sequences(strings, alphabet=alphabet).pad(length)
    return get_alphabet(alphabet).one_hot_vectors[tokens].astype("float32"), tokens != 0


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("length", [7, 10])
@pytest.mark.parametrize("alphabet", ["dna", "rna"])
def test_each_string_is_followed_by_its_reverse_complement(alphabet: str, length: int, jit_compile: bool) -> None:
    strings = [string.replace("T", "U") for string in STRINGS] if alphabet == "rna" else STRINGS
    x, real = vectors(strings, alphabet, length)
    both, both_real = tf.function(both_strands, jit_compile=jit_compile)(tf.constant(x), tf.constant(real))
    others, others_real = vectors(reverse_complement(strings, alphabet=alphabet), alphabet, length)
    np.testing.assert_array_equal(both[::2], x)
    np.testing.assert_array_equal(both[1::2], others)
    np.testing.assert_array_equal(both_real[::2], real)
    np.testing.assert_array_equal(both_real[1::2], others_real)


def test_strands_are_joined_in_one_row() -> None:
    x, real = both_strands(*vectors(STRINGS, "dna", 7))
    joined, joined_real = joined_strands(x, real)
    np.testing.assert_array_equal(joined, np.concatenate([x[::2], x[1::2]], axis=1))
    np.testing.assert_array_equal(joined_real, np.concatenate([real[::2], real[1::2]], axis=1))


def test_no_string_at_all() -> None:
    x, real = joined_strands(*both_strands(np.zeros((0, 7, 4), "float32"), np.zeros((0, 7), bool)))
    assert x.shape == (0, 14, 4) and real.shape == (0, 14)


@saves_variables
def test_keras_round_trip(tmp_path: Path) -> None:
    x, real = keras.Input((None, 4)), keras.Input((None,), dtype="bool")
    both, both_real = BothStrands()(x, real=real)
    model = keras.Model([x, real], JoinedStrands()(both, real=both_real))
    assert [tuple(shape) for shape in model.output_shape] == [(None, None, 4), (None, None)]
    model.save(tmp_path / "model.keras")
    given = list(vectors(STRINGS, "dna", 9))
    again = keras.saving.load_model(tmp_path / "model.keras")
    for found, expected in zip(again(given), model(given), strict=True):
        np.testing.assert_array_equal(found, expected)
