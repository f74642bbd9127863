"""Vocabularies, and lists of tokens on their way in."""

import pickle

import numpy as np
import pandas as pd
import pytest

from skmlbio.sequences import (
    FastaRecords,
    OneHotSequenceEncoder,
    Sequences,
    TokenEncoder,
    Vocabulary,
    ensure_sequences,
    get_alphabet,
)

CODONS = [["ATG", "GCC", "TAA"], ["ATG"], ["GCC", "GCC"]]


def test_numbers_of_tokens() -> None:
    sequences = ensure_sequences(CODONS)
    assert sequences.alphabet == Vocabulary(("ATG", "GCC", "TAA"))
    assert sequences.tokens.tolist() == [2, 3, 4, 2, 3, 3] and sequences.tokens.dtype == np.uint8
    assert sequences.lengths.tolist() == [3, 1, 2]
    assert sequences.pad().tolist() == [[2, 3, 4], [2, 0, 0], [3, 3, 0]]
    assert repr(sequences) == "<3 sequences of 1 to 3 tokens, alphabet '3 tokens'>"
    assert list(sequences) == CODONS and sequences[2] == ["GCC", "GCC"] and sequences[[2, 0]][0] == ["GCC", "GCC"]
    again = Sequences.from_padded(sequences.pad(5), sequences.alphabet)
    assert list(again) == CODONS
    assert list(pickle.loads(pickle.dumps(sequences))) == CODONS
    assert list(ensure_sequences(sequences)) == CODONS


@pytest.mark.parametrize(
    "X",
    [tuple(map(tuple, CODONS)), [np.array(s) for s in CODONS], [np.array(s, object) for s in CODONS],
     pd.Series(CODONS), pd.DataFrame({"tokens": pd.Series(CODONS)}), np.array(CODONS, dtype=object)],
    ids=["tuples", "arrays", "arrays of objects", "series", "frame", "array of lists"],
)  # fmt: skip
@pytest.mark.parametrize("alphabet", ["auto", "learned", Vocabulary(("ATG", "GCC", "TAA"))])
def test_any_container(X, alphabet) -> None:
    assert list(ensure_sequences(X, alphabet=alphabet)) == CODONS


@pytest.mark.parametrize(
    ("n_tokens", "dtype"), [(254, "uint8"), (255, "uint16"), (65_534, "uint16"), (65_535, "int32"), (10**6, "int32")]
)
def test_numbers_are_as_wide_as_the_vocabulary_asks(n_tokens: int, dtype: str) -> None:
    names = [f"t{i:07}" for i in range(n_tokens)]
    sequences = ensure_sequences([names[: n_tokens // 2], names[n_tokens // 2 :]])
    assert sequences.tokens.dtype == sequences.pad().dtype == dtype and sequences.alphabet.n_tokens == n_tokens + 2
    assert sequences.tokens.tolist() == list(range(2, n_tokens + 2))
    assert sequences[1][-1] == names[-1]
    assert Sequences.from_padded(sequences[[1]].pad(), sequences.alphabet).tokens.dtype == dtype
    assert ensure_sequences([[names[-1]]], alphabet=sequences.alphabet).tokens.dtype == dtype


def test_a_vocabulary_is_a_collection_of_its_tokens() -> None:
    vocabulary = Vocabulary.learn(CODONS)
    assert len(vocabulary) == 3 and list(vocabulary) == ["ATG", "GCC", "TAA"]
    assert "ATG" in vocabulary and "TTT" not in vocabulary and 2 not in vocabulary


def test_rare_and_unknown_tokens() -> None:
    sequences = ensure_sequences(CODONS, min_count=2, unknown="mask")
    assert sequences.alphabet.tokens == ("ATG", "GCC")
    assert sequences[0] == ["ATG", "GCC", "<unknown>"] and sequences.tokens[2] == 1
    assert Vocabulary.learn(CODONS, min_count=2) == sequences.alphabet
    assert ensure_sequences([["TTT", "ATG"]], alphabet=sequences.alphabet, unknown="mask").tokens.tolist() == [1, 2]
    rare = ", the tokens that occur 2 times or more"
    for options, which in (({"min_count": 2}, rare), ({"alphabet": sequences.alphabet}, "")):
        told = f"^sequence 0 has 'TAA' at position 2, not in the vocabulary of 2 tokens{which}; unknown='mask'"
        with pytest.raises(ValueError, match=told):
            ensure_sequences(CODONS, **options)
    with pytest.raises(ValueError, match=r"^no token occurs 5 times, which is the min_count"):
        ensure_sequences(CODONS, min_count=5)


@pytest.mark.parametrize(
    ("X", "options", "message"),
    [
        ([["A"], "A"], {}, "sequence 1 is a string, not a list of tokens; cut it, as in sequence.split()"),
        (["A"], {"alphabet": Vocabulary(("A",))}, "sequence 0 is a string, not a list of tokens"),
        ([["A"], 3], {}, "sequence 1 must be a list of tokens; got 3 of type int"),
        ([["A"], None], {}, "sequence 1 must be a list of tokens; got None of type NoneType"),
        ([["A"], ["B", 3]], {}, "sequence 1 has 3 at position 1, of type int; tokens are strings, as in list"),
        ([["A"], ["B", ""]], {}, "sequence 1 has '' at position 1; a token is not empty"),
        ([["A"], []], {}, "sequence 1 is empty; every sequence needs at least one token, and a string of fewer"),
        (
            [["A"]],
            {"alphabet": "dna"},
            "X holds lists of tokens, but alphabet='dna' is for strings; for tokens",
        ),
        (
            [["A"]],
            {"alphabet": get_alphabet("dna")},
            "X holds lists of tokens, but strings over the dna alphabet",
        ),
        (FastaRecords([], [], ["ACGT"]), {}, "X is a FastaRecords, which holds ids and descriptions as well; pass its"),
        ([["A"]], {"case_sensitive": False}, "case_sensitive=False is for strings; tokens are taken as they are"),
        (["A"], {"min_count": 2}, "min_count=2 is for lists of tokens, but X holds strings"),
        ([["A"]], {"min_count": 2, "alphabet": Vocabulary.learn([["A"]])}, "min_count=2 is for a vocabulary to be le"),
    ],
)
def test_what_is_no_list_of_tokens(X, options, message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        ensure_sequences(X, **options)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [((), "needs tokens"), (("a", ""), "none of which is empty"), (("a", "b", "a"), "'a' occurs twice"),
     ("ab", "not the one string 'ab'"), (("a", 3), "tokens must be strings; got 3 of type int")],
)  # fmt: skip
def test_what_is_no_vocabulary(tokens, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        Vocabulary(tokens)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (["AB", "C"], "sequence 0 is a string, not a list of tokens; cut it"),
        ([["A"], None], "sequence 1 must be a list of tokens; got None"),
        ([["A"], ["B", None]], "sequence 1 has None at position 1, of type NoneType; tokens are strings"),
        ([["A", ""]], "sequence 0 has '' at position 1; a token is not empty"),
    ],
)
def test_a_vocabulary_is_learned_from_lists_of_tokens_only(X, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        Vocabulary.learn(X)
    assert Vocabulary.learn(iter([(), np.array(["b"]), ["a", "b"]])).tokens == ("a", "b")


def test_encoders() -> None:
    encoder = TokenEncoder().fit(CODONS)
    assert encoder.transform(CODONS).tolist() == [[2, 3, 4], [2, 0, 0], [3, 3, 0]]
    assert encoder.inverse_transform(encoder.transform(CODONS)) == CODONS
    many = [[f"t{i}" for i in range(300)]]
    with pytest.raises(ValueError, match=r"dtype uint8 cannot hold the numbers of the vocabulary of 300 tokens"):
        TokenEncoder(dtype=np.uint8).fit(many)
    with pytest.raises(TypeError, match=r"lists of tokens have no one-hot vectors"):
        OneHotSequenceEncoder().fit(CODONS)
