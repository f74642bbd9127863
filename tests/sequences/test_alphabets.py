"""Alphabets: letters in order, ambiguity codes, tokens, vectors."""

import pickle

import numpy as np
import pytest

from skmlbio.sequences import Alphabet, get_alphabet


@pytest.mark.parametrize(
    ("name", "letters", "codes"),
    [
        ("dna", "ACGT", "RYSWKMBDHVN"),
        ("rna", "ACGU", "RYSWKMBDHVN"),
        ("protein", "ACDEFGHIKLMNPQRSTVWY", "BZXUO"),
    ],
)
def test_named_alphabets(name: str, letters: str, codes: str) -> None:
    alphabet = get_alphabet(name.upper())
    assert (alphabet.name, alphabet.letters, alphabet.codes) == (name, letters, codes)
    assert alphabet.n_letters == len(letters)
    assert alphabet.n_tokens == 2 + len(letters) + len(codes)


@pytest.mark.parametrize("name", ["dna", "rna", "protein"])
def test_ambiguity_codes_are_those_of_biopython(name: str) -> None:
    iupac = pytest.importorskip("Bio.Data.IUPACData")
    values = {
        "dna": iupac.ambiguous_dna_values,
        "rna": iupac.ambiguous_rna_values,
        "protein": iupac.extended_protein_values,
    }[name]
    for code, members in get_alphabet(name).ambiguity:
        if code not in "UO":  # Biopython lets them stand for themselves
            assert set(members) == set(values[code]) & set(get_alphabet(name).letters)


def test_lookup_numbers_letters_then_codes_in_either_case() -> None:
    dna = get_alphabet("dna")
    assert dna.lookup.shape == (256,)
    assert dna.lookup.dtype == np.uint8
    assert dna.lookup[list(b"ACGTRYSWKMBDHVN")].tolist() == list(range(2, 17))
    assert np.array_equal(dna.lookup[list(b"acgtn")], dna.lookup[list(b"ACGTN")])
    known = np.isin(np.arange(256), list(b"ACGTRYSWKMBDHVNacgtryswkmbdhvn"))
    assert np.all((dna.lookup == dna.unknown_token) == ~known)


def test_characters_undo_the_lookup() -> None:
    protein = get_alphabet("protein")
    tokens = np.arange(2, protein.n_tokens)
    assert np.array_equal(protein.lookup[protein.characters[tokens]], tokens)
    assert bytes(protein.characters[:2]) == b"\0X"


def test_one_hot_vectors_share_a_code_among_its_letters() -> None:
    dna = get_alphabet("dna")
    vectors = {character: dna.one_hot_vectors[dna.lookup[ord(character)]].tolist() for character in "GRBN-"}
    third = 1 / 3
    assert vectors == {
        "G": [0, 0, 1, 0],
        "R": [0.5, 0, 0.5, 0],
        "B": [0, third, third, third],
        "N": [0.25] * 4,
        "-": [0.25] * 4,
    }
    assert not dna.one_hot_vectors[dna.padding_token].any()


@pytest.mark.parametrize("name", ["dna", "rna", "protein", "HP", "CcN"])
def test_every_character_has_mass_one(name: str) -> None:
    vectors = get_alphabet(name).one_hot_vectors
    assert vectors.dtype == np.float64
    np.testing.assert_allclose(vectors[1:].sum(axis=1), 1)


def test_selenocysteine_and_pyrrolysine_share_the_vectors_of_their_parents() -> None:
    protein = get_alphabet("protein")
    u, c, o, k = protein.one_hot_vectors[protein.lookup[list(b"UCOK")]]
    assert np.array_equal(u, c)
    assert np.array_equal(o, k)


@pytest.mark.parametrize(("letters", "expected"), [("TGCA", "TGCA"), ("hp", "HP"), ("CcNn", "CcNn")])
def test_letters_keep_their_order_and_case_where_both_cases_occur(letters: str, expected: str) -> None:
    alphabet = get_alphabet(letters)
    assert alphabet.letters == expected
    assert alphabet.case_sensitive == (letters == "CcNn")
    assert alphabet.unknown_character == "?"


def test_case_sensitive_letters_have_tokens_of_their_own() -> None:
    assert get_alphabet("Cc").lookup[list(b"Ccn")].tolist() == [2, 3, 1]


def test_alphabet_is_a_value() -> None:
    gapped = Alphabet("gapped", "ACGT-", {"N": "ACGT"})
    same = Alphabet("gapped", "ACGT-", (("N", "ACGT"),))
    assert gapped == same
    assert len({gapped, same}) == 1
    assert get_alphabet(gapped) is gapped
    with pytest.raises(AttributeError):
        gapped.letters = "ACGU"
    with pytest.raises(ValueError, match="read-only"):
        gapped.lookup[0] = 3
    copy = pickle.loads(pickle.dumps(gapped))
    assert copy == gapped
    assert np.array_equal(copy.lookup, gapped.lookup)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x", ""), "must be distinct; got ''"),
        (("x", "ACCA"), "must be distinct; got 'ACCA'"),
        (("x", "ACGT", {"A": "CG"}), "must be distinct"),
        (("x", "AC T"), "printable ASCII"),
        (("x", "ACÄ"), "printable ASCII"),
        (("x", "acgt"), "need case_sensitive=True"),
        (("x", "ACGT", {"N": "ACGU"}), "'N' must be one character that stands for some of the letters ACGT"),
        (("x", "ACGT", {"N": ""}), "got ''"),
        (("x", "ACGT", {"ANY": "ACGT"}), "'ANY' must be one character"),
    ],
)
def test_impossible_alphabets(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Alphabet(*arguments)


def test_a_pickle_carries_no_arrays() -> None:
    dna = Alphabet("mine", "ACGT")
    assert pickle.loads(pickle.dumps(dna)) == dna
    size = len(pickle.dumps(dna))
    assert dna.lookup.size == 256 and dna.one_hot_vectors.size == 24
    copy = pickle.loads(pickle.dumps(dna))
    assert len(pickle.dumps(dna)) == size and hash(copy) == hash(dna)
    with pytest.raises(ValueError, match="read-only"):
        copy.lookup[0] = 3


@pytest.mark.parametrize("name", ["dna", "rna", "protein"])
def test_lower_case_letters_stand_for_themselves_where_case_is_kept(name: str) -> None:
    folded, kept = get_alphabet(name), get_alphabet(name, case_sensitive=True)
    assert (kept.letters, kept.codes) == (
        folded.letters + folded.letters.lower(), folded.codes + folded.codes.lower()
    )  # fmt: skip
    assert np.array_equal(kept.one_hot_vectors[2 : 2 + kept.n_letters], np.eye(kept.n_letters))
    vectors = dict(zip(kept.codes, kept.one_hot_vectors[2 + kept.n_letters :], strict=True))
    for code in folded.codes:
        assert np.array_equal(vectors[code], np.roll(vectors[code.lower()], folded.n_letters))
    assert get_alphabet(name, case_sensitive=False) is folded


@pytest.mark.parametrize("alphabet", ["auto", "learned", "LEARNED", "", "dnaa", "AC GT", "ÄÖ"])
def test_get_alphabet_says_what_is_allowed(alphabet: str) -> None:
    with pytest.raises(ValueError, match=f"'dna', 'rna', 'protein', an Alphabet, .*; got '{alphabet}'"):
        get_alphabet(alphabet)


def test_get_alphabet_rejects_other_types() -> None:
    with pytest.raises(TypeError, match="must be a string or an Alphabet; got int"):
        get_alphabet(4)
