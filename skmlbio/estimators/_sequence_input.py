"""Strings as what an estimator takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData, choose_bucket_lengths
from skmlbio.sequences import Alphabet, ensure_sequences

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance


@with_parameters
class SequenceInput:
    """X is a list of strings of any lengths and in any case, or what else `skmlbio.sequences.ensure_sequences` takes.

    A subclass says what a string costs by `_sequence_cost`.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters or Alphabet
        What the characters may be, see `skmlbio.sequences.ensure_sequences`; "auto" recognises DNA, RNA or protein by
        the training strings, and understands their ambiguity codes whether or not they occur there; "learned" takes the
        characters of the training strings as they are.
    unknown : {"error", "mask"}
        What to do about a character outside the alphabet: refuse the string, or treat it as any letter.
    case_sensitive : {"auto"} or bool
        Whether "a" and "A" differ; "auto" reads lower case as upper case where letters spell nucleotides or residues.

    Attributes
    ----------
    alphabet_ : Alphabet
        What the characters may be.
    max_length_ : int
        Residues of the longest training string.
    bucket_lengths_ : ndarray of shape (n_buckets,), int64
        What training strings are padded to.  Where training goes on with longer ones, the last length is doubled until
        they fit.
    """

    alphabet: str | Alphabet = parameter(default="auto", allowed=[str, Alphabet], kw_only=False)
    unknown: Literal["error", "mask"] = parameter(default="error", allowed=[StrOptions({"error", "mask"})])
    case_sensitive: bool | Literal["auto"] = parameter(default="auto", allowed=[StrOptions({"auto"}), "boolean"])

    def _sequence_cost(self) -> SequenceCost:
        raise NotImplementedError

    def _encode(self, X, *, reset):
        alphabet, case_sensitive = (self.alphabet, self.case_sensitive) if reset else (self.alphabet_, "auto")
        sequences = ensure_sequences(X, alphabet=alphabet, unknown=self.unknown, case_sensitive=case_sensitive)
        cost = self._sequence_cost()
        if reset:
            self.alphabet_, self.max_length_ = sequences.alphabet, int(sequences.lengths.max())
            self.bucket_lengths_ = choose_bucket_lengths(sequences.lengths, cost)
        return SequenceData(sequences, self.bucket_lengths_, cost)

    def _ask_encoded(self, head, data):
        return super()._ask_encoded(head, data.to_predict())

    def _entrances(self, network: ServedNetwork) -> dict[str, Entrance]:
        from skmlbio.export._sequence_entrance import sequence_entrance

        return {"": sequence_entrance(self.alphabet_, self.unknown)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags
