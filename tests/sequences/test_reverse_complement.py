"""The other strand, beside Biopython's."""

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.sequences import Alphabet, ensure_sequences, reverse_complement
from skmlbio.sequences._reverse_complement import _complement_tokens, other_strands

LETTERS = {"dna": "ACGTRYSWKMBDHVN", "rna": "ACGURYSWKMBDHVN"}


def test_by_hand() -> None:
    assert reverse_complement(["ACGTTA", "a", "GATTRCAN"]) == ["TAACGT", "T", "NTGYAATC"]
    assert reverse_complement(("ACGUUA",), alphabet="rna") == ["UAACGU"]
    assert reverse_complement(pandas.Series(["AC", "G"])) == ["GT", "C"]


@pytest.mark.parametrize("alphabet", ["dna", "rna"])
@given(st.data())
def test_equals_biopython_and_undoes_itself(alphabet: str, data: st.DataObject) -> None:
    seq = pytest.importorskip("Bio.Seq")
    strings = data.draw(st.lists(st.text(LETTERS[alphabet], min_size=1, max_size=20), min_size=1, max_size=8))
    strands = reverse_complement(strings, alphabet=alphabet)
    reference = seq.reverse_complement if alphabet == "dna" else seq.reverse_complement_rna
    assert strands == [reference(string) for string in strings]
    assert reverse_complement(strands, alphabet=alphabet) == strings


def test_what_is_unknown_stays_so_and_padding_too() -> None:
    """A table that made padding of it would end the other strand there."""
    sequences = ensure_sequences(["AC-", "!T"], alphabet="dna", unknown="mask")
    assert other_strands(sequences).pad(4).tolist() == [[1, 4, 5, 0], [2, 1, 0, 0]]
    assert _complement_tokens(sequences.alphabet)[:2].tolist() == [0, 1]


@pytest.mark.parametrize("alphabet", ["protein", "ACGT", Alphabet("gapped", "ACGT-")])
def test_other_alphabets_have_no_partners(alphabet: str | Alphabet) -> None:
    with pytest.raises(ValueError, match="alphabet must be 'dna' or 'rna' for a reverse complement"):
        reverse_complement(["ACGT"], alphabet=alphabet)


def test_a_character_without_partner_is_named() -> None:
    with pytest.raises(ValueError, match="sequence 1 has '-' at position 1, not in the dna alphabet ACGT"):
        reverse_complement(["A", "C-"])
