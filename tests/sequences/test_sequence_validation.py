"""What `ensure_sequences` takes, and what it says about the rest."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.sequences import Alphabet, Sequences, ensure_sequences, get_alphabet, read_fasta

STRINGS = ["ACGT", "gattaca", "N"]
UPPER = ["ACGT", "GATTACA", "N"]


class ArrowLike:
    """A column with the one method that Arrow's have."""

    def __init__(self, strings: list[str]):
        self.strings = strings

    def __len__(self) -> int:
        return len(self.strings)

    def to_pylist(self) -> list[str]:
        return self.strings


HOLDERS = {
    "list": list,
    "tuple": tuple,
    "object array": lambda strings: np.array(strings, dtype=object),
    "unicode array": np.array,
    "string array": lambda strings: np.array(strings, dtype=np.dtypes.StringDType()),
    "column array": lambda strings: np.array(strings, dtype=object)[:, np.newaxis],
    "numpy strings": lambda strings: [np.str_(string) for string in strings],
    "pandas series": lambda strings: pandas.Series(strings, index=[7, 8, 9]),
    "pandas categories": lambda strings: pandas.Series(strings, dtype="category"),
    "pandas index": pandas.Index,
    "pandas array": lambda strings: pandas.array(strings, dtype="string"),
    "pandas categorical": pandas.Categorical,
    "arrow": ArrowLike,
    "pandas frame": lambda strings: pandas.DataFrame({"sequence": strings}),
    "polars series": polars.Series,
    "polars frame": lambda strings: polars.DataFrame({"sequence": strings}),
    "sequences": lambda strings: ensure_sequences(strings, alphabet="protein"),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_every_holder_gives_the_same(holder: str) -> None:
    sequences = ensure_sequences(HOLDERS[holder](STRINGS), alphabet="dna")
    assert isinstance(sequences, Sequences)
    assert sequences.to_strings() == UPPER
    assert sequences.offsets.tolist() == [0, 4, 11, 12]


def test_biopython_sequences_and_records() -> None:
    seq = pytest.importorskip("Bio.Seq")
    record = pytest.importorskip("Bio.SeqRecord")
    mixed = [seq.Seq("ACGT"), record.SeqRecord(seq.Seq("gattaca"), id="two"), seq.MutableSeq("n")]
    assert ensure_sequences(mixed, alphabet="dna").to_strings() == UPPER
    for single in mixed:
        with pytest.raises(TypeError, match=f"single {type(single).__name__}, not a collection"):
            ensure_sequences(single)


def test_biopython_sequences_without_letters() -> None:
    seq = pytest.importorskip("Bio.Seq")
    record = pytest.importorskip("Bio.SeqRecord")
    for nothing in None, seq.Seq(None, 9), seq.Seq({3: "ACG"}, 9):
        for item in [record.SeqRecord(nothing), *([] if nothing is None else [nothing])]:
            for alphabet in "auto", "learned", "dna":
                with pytest.raises(ValueError, match="sequence 1 has no letters"):
                    ensure_sequences(["ACG", item], alphabet=alphabet)
    with pytest.raises(ValueError, match="sequence 1 is empty"):
        ensure_sequences(["ACG", record.SeqRecord(seq.Seq(None, 0))])


@given(st.lists(st.text("ACGTNacgtn", min_size=1, max_size=9), min_size=1, max_size=9))
def test_tokens_are_the_look_up_of_the_bytes(strings: list[str]) -> None:
    sequences = ensure_sequences(strings, alphabet="dna")
    assert np.array_equal(sequences.tokens, sequences.alphabet.lookup[list("".join(strings).encode())])
    assert sequences.lengths.tolist() == [len(string) for string in strings]
    assert sequences.to_strings() == [string.upper() for string in strings]


@pytest.mark.parametrize(
    ("strings", "name"),
    [
        (["ACGT"], "dna"),
        (["gatt", "aca"], "dna"),
        (["gauu", "ACA"], "rna"),
        (["ACGT" * 9 + "RYKN", "SNNNNNNNN"], "dna"),  # N says nothing, nine tenths of the others are bases
        (["ACGT" * 27 + "RYKNSM" * 4], "dna"),
        (["ACGTRYSWKMBDHVNACGTACG"] * 8, "dna"),  # a bit more than half are bases
        (["ACGTRYSWKMBDHVNACGTACGE"] * 8, "protein"),  # E is no letter of nucleotides
        (["AGTTGAGGTT", "TAGTAAGTTNA"], "dna"),  # converted by bisulfite
        (["AGUUGAGG"], "rna"),
        (["A" * 200_000, "CGT"], "dna"),
        (["MKV", "LAD"], "protein"),
        (["SARVM", "GAVMR", "KYC"], "protein"),  # every letter is a code of nucleotides
        (["UUUU"], "rna"),
        (["HPPH"], "protein"),
        (["acdefghiklmnpqrstvwy"], "protein"),
    ],
)
def test_the_alphabet_is_recognised_by_what_occurs(strings: list[str], name: str) -> None:
    assert ensure_sequences(strings).alphabet is get_alphabet(name)
    assert ensure_sequences(strings[::-1], alphabet="AUTO").alphabet is get_alphabet(name)


@pytest.mark.parametrize(
    ("strings", "assumed", "other", "found"),
    [
        (["TANG", "GNAT"], "protein", "dna", "6 letters, with 3 of the four bases"),
        (["GAGAGA"], "protein", "dna", "6 letters, with 2 of"),
        (["ATRCGK"], "protein", "dna", "6 letters, with 4 of"),
        (["ACGT" * 9 + "RYKNSM"], "protein", "dna", "41 letters, with 4 of"),
        (["AC" * 10], "dna", "protein", "20 letters, with 2 of"),
        (["a" * 99, "AN"], "dna", "protein", "100 letters, with 1 of"),
    ],
)
def test_a_close_decision_is_told(strings: list[str], assumed: str, other: str, found: str) -> None:
    message = f"taken for {assumed} but may be {other}: their {found}.*alphabet='{assumed}' or .*='{other}' settles"
    with pytest.warns(UserWarning, match=message) as told:
        sequences = ensure_sequences(strings)
    assert len(told) == 1 and told[0].filename == __file__
    assert sequences.alphabet is get_alphabet(assumed)
    for name in (assumed, other):  # without a warning, which would be an error
        ensure_sequences(strings, alphabet=name)
    ensure_sequences(sequences)


def test_real_peptides_are_protein(data_file) -> None:
    peptides = read_fasta(data_file("amp_amplify/AMPlify_AMP_test_common.fa")).sequences
    for start in range(0, len(peptides), 3):
        assert ensure_sequences(peptides[start : start + 3]).alphabet is get_alphabet("protein")


@pytest.mark.parametrize(
    ("strings", "place", "name"),
    [
        (["ACGTTGCA", "AC-T"], "sequence 1 has '-' at position 2", "dna"),
        (["ACGUUGCA" * 3, "AX"], "sequence 1 has 'X' at position 1", "rna"),
        (["ACGU", "ACGTTT"], "sequence 0 has 'U' at position 3", "dna"),
        (["ACGUU", "ACGT"], "sequence 1 has 'T' at position 3", "rna"),
        (["MKVLA", "MK*"], "sequence 1 has '*' at position 2", "protein"),
        (["CCO", "c1ccc1"], "sequence 1 has '1' at position 1", "protein"),
        (["MKV", "L A"], "sequence 1 has ' ' at position 1", "protein"),
        (["0110"], "sequence 0 has '0' at position 0", "protein"),
    ],
)
def test_other_characters_than_those_recognised(strings: list[str], place: str, name: str) -> None:
    alphabet = get_alphabet(name)
    advice = (
        "recognised by what occurs; alphabet='learned' or an Alphabet may have it, and unknown='mask' would accept it"
    )
    with pytest.raises(ValueError, match=re.escape(f"{place}, not in {alphabet}, {advice}")):
        ensure_sequences(strings)
    assert ensure_sequences(strings, unknown="mask").alphabet is alphabet


@pytest.mark.parametrize("alphabet", ["protein", "learned", "HP"])
def test_sequences_keep_their_alphabet(alphabet: str) -> None:
    sequences = ensure_sequences(["HPPH"], alphabet=alphabet)
    assert ensure_sequences(sequences).alphabet is sequences.alphabet
    assert ensure_sequences(sequences, alphabet="learned").alphabet.letters == "HP"


@pytest.mark.parametrize(
    ("strings", "letters", "case_sensitive"),
    [
        (["GATT", "ACA"], "ACGT", False),
        (["gatt", "aca"], "ACGT", False),
        (["gatt", "ACA"], "ACGT", False),
        (["ac-G.t*"], "*-.ACGT", False),
        (["MKVla"], "AKLMV", False),
        (["CC(=O)N", "c1ccc1"], "()1=CNOc", True),
        (["CCl", "CBr", "C-C"], "-BClr", True),
        (["A" * 200_000, "B"], "AB", False),
    ],
)
def test_learned_alphabet(strings: list[str], letters: str, case_sensitive: bool) -> None:
    alphabet = ensure_sequences(strings, alphabet="learned").alphabet
    assert (alphabet.name, alphabet.letters, alphabet.case_sensitive) == ("learned", letters, case_sensitive)
    assert alphabet.codes == ""


@pytest.mark.filterwarnings("ignore:the strings are taken for protein but may be dna")
@pytest.mark.parametrize("case_sensitive", [True, False, np.True_, np.False_])
@pytest.mark.parametrize(
    ("alphabet", "kept", "folded"),
    [
        ("learned", "ANacn", "ACN"),
        ("auto", "ACDEFGHIKLMNPQRSTVWYacdefghiklmnpqrstvwy", "ACDEFGHIKLMNPQRSTVWY"),
        ("dna", "ACGTacgt", "ACGT"),
        ("ANacC", "ANacC", None),
        ("ANC", "ANC", "ANC"),
    ],
)
def test_case_is_kept_or_folded_where_one_says_so(alphabet: str, kept: str, folded: str | None, case_sensitive) -> None:
    options = {"alphabet": alphabet, "case_sensitive": case_sensitive, "unknown": "mask"}
    if folded is None and not case_sensitive:
        with pytest.raises(ValueError, match="letters and codes must be distinct; got 'ANACC'"):
            ensure_sequences(["AcNn", "a"], **options)
        return
    sequences = ensure_sequences(["AcNn", "a"], **options)
    assert sequences.alphabet.letters == (kept if case_sensitive else folded)
    assert sequences.alphabet.case_sensitive == case_sensitive
    assert (sequences.tokens[0] == sequences.tokens[-1]) != case_sensitive


def test_an_alphabet_says_itself_whether_case_counts() -> None:
    hp = Alphabet("hp", "HP")
    assert ensure_sequences(["hP"], alphabet=hp, case_sensitive=False).to_strings() == ["HP"]
    with pytest.raises(ValueError, match="case_sensitive=True contradicts the alphabet 'hp', which says it itself"):
        ensure_sequences(["hP"], alphabet=hp, case_sensitive=True)
    with pytest.raises(ValueError, match="case_sensitive must be 'auto', True or False; got 'yes'"):
        ensure_sequences(["hP"], case_sensitive="yes")


def test_learned_alphabet_serves_later_calls_in_either_case() -> None:
    alphabet = ensure_sequences(["gatt", "aca"], alphabet="learned").alphabet
    assert ensure_sequences(["TaCa"], alphabet=alphabet).to_strings() == ["TACA"]
    with pytest.raises(ValueError, match="sequence 0 has 'N' at position 2, not in the learned alphabet ACGT;"):
        ensure_sequences(["TAN"], alphabet=alphabet)


def test_unknown_characters_can_be_masked() -> None:
    sequences = ensure_sequences(["A-J", "\0C"], alphabet="dna", unknown="mask")
    assert sequences.tokens.tolist() == [2, 1, 1, 1, 3]
    assert sequences.to_strings() == ["ANN", "NC"]


PROTEINS = ["MKV", "LAD", "EEE", "ACDEFGHIKLMNPQRSTJ"]


@pytest.mark.parametrize(
    ("X", "alphabet", "message"),
    [
        (
            PROTEINS,
            "protein",
            "sequence 3 has 'J' at position 17, not in the protein alphabet ACDEFGHIKLMNPQRSTVWY or its ambiguity "
            "codes BZXUO; unknown='mask' would accept it",
        ),
        (["ACGU"], "dna", "sequence 0 has 'U' at position 3, not in the dna alphabet ACGT"),
        (["AC", "A\n"], "dna", r"sequence 1 has '\n' at position 1, not in the dna alphabet"),
        (["AC", "G\u00e9T"], "learned", "sequence 1 has '\u00e9' at position 1, which is not an ASCII character"),
        (["AC", "A C"], "learned", "sequence 1 has ' ' at position 1; blanks and control characters are in no"),
        (["AC", "AC\x7f"], "learned", r"sequence 1 has '\x7f' at position 2; blanks and control characters"),
        (["ACG", "", "A"], "dna", "sequence 1 is empty"),
        ([], "dna", "X is empty; at least one sequence is needed"),
        (pandas.Series([], dtype=object), "dna", "X is empty"),
        (np.array([], dtype=str), "dna", "X is empty"),
        (["ACG", None], "dna", "sequence 1 is missing (None); drop or fill such rows first"),
        (pandas.Series(["ACG", float("nan")]), "dna", "sequence 1 is missing (nan)"),
        (pandas.Series(["ACG", pandas.NA], dtype="string"), "dna", "sequence 1 is missing (<NA>)"),
        (pandas.DataFrame({"a": ["ACG", None]}), "dna", "sequence 1 is missing"),
        (polars.Series(["ACG", None]), "dna", "sequence 1 is missing (None)"),
        (pandas.array(["ACG", None], dtype="string"), "dna", "sequence 1 is missing (<NA>)"),
        (np.ma.array(["ACG", "ACG"], mask=[False, True]), "dna", "sequence 1 is missing (None)"),
        (["ACG", np.float32("nan")], "dna", "sequence 1 is missing (nan)"),
        (np.zeros((3, 2)), "dna", "X has shape (3, 2); sequences come as a list or as one column"),
        (np.array("ACG"), "dna", "X has shape ()"),
        (np.full((2, 1, 1), "ACG"), "dna", "X has shape (2, 1, 1)"),
        (pandas.DataFrame({"a": ["A"], "b": ["C"]}), "dna", "X has shape (1, 2)"),
        (polars.DataFrame({"a": ["A"], "b": ["C"]}), "dna", "X has shape (1, 2)"),
        (["A"], "learned ", "alphabet must be 'dna'"),
    ],
)
def test_wrong_values(X: object, alphabet: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        ensure_sequences(X, alphabet=alphabet)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("ACGT", "X is a single str, not a collection of sequences; a list of one is [X]"),
        (b"ACGT", "X is a single bytes"),
        (None, "X must be a list, tuple, array, series or one-column frame of strings; got NoneType"),
        (iter(["ACGT"]), "got list_iterator"),
        ({"ACGT"}, "got set"),
        (3, "got int"),
        (["ACG", b"ACG"], "sequence 1 is bytes; decode it first"),
        (np.array([b"ACG"]), "sequence 0 is bytes; decode it first"),
        (["ACG", 7], "sequence 1 must be a string; got 7 of type int"),
        (np.arange(3), "sequence 0 must be a string; got 0 of type int"),
        (pandas.Series([0.5]), "sequence 0 must be a string; got 0.5 of type float"),
        (["ACG", ["A", "C", "G"]], "sequence 1 must be a string; got ['A', 'C', 'G'] of type list"),
    ],
)
def test_wrong_types(X: object, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        ensure_sequences(X, alphabet="dna")


def test_non_ascii_is_an_error_even_where_unknown_characters_are_masked() -> None:
    with pytest.raises(ValueError, match="sequence 0 has 'Å' at position 1, which is not an ASCII character"):
        ensure_sequences(["AÅ"], alphabet="dna", unknown="mask")


def test_unknown_must_be_error_or_mask() -> None:
    with pytest.raises(ValueError, match="unknown must be 'error' or 'mask'; got 'drop'"):
        ensure_sequences(["A"], unknown="drop")


def test_encoding_loads_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys; from skmlbio.sequences import OneHotSequenceEncoder as E; E('dna').fit_transform(['AC']); "
        "print([name for name in ('Bio', 'polars', 'keras', 'tensorflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
