"""The keywords of all estimators of strings."""

from __future__ import annotations

from typing import Any, Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.sequences import Alphabet, FastaFile, Sequences, Vocabulary, ensure_sequences
from skmlbio.sequences._validation import ensure_stored_sequences, require_strings


@with_parameters
class SequenceKeywords:
    """X is a list of strings of any lengths and in any case, or what else `skmlbio.sequences.ensure_sequences` takes.

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
    """

    alphabet: str | Alphabet | Vocabulary = parameter(
        default="auto", allowed=[str, Alphabet, Vocabulary], kw_only=False
    )
    unknown: Literal["error", "mask"] = parameter(default="error", allowed=[StrOptions({"error", "mask"})])
    case_sensitive: bool | Literal["auto"] = parameter(default="auto", allowed=[StrOptions({"auto"}), "boolean"])

    _takes_tokens = False
    _takes_files = False  # a row at a time, without a list of all

    def _sequences(self, X: Any, *, reset: bool, min_count: int = 1) -> Sequences:
        """Check strings against the alphabet that is asked for, and keep it, or against the one that was kept."""
        given = (self.alphabet, self.case_sensitive, min_count) if reset else (self.alphabet_, "auto", 1)
        alphabet, case_sensitive, min_count = given
        stays = self._takes_files and isinstance(X, FastaFile)
        sequences = (ensure_stored_sequences if stays else ensure_sequences)(
            X, alphabet=alphabet, unknown=self.unknown, case_sensitive=case_sensitive, min_count=min_count
        )
        if not self._takes_tokens:
            require_strings(sequences, type(self).__name__)
        if reset:
            self.alphabet_ = sequences.alphabet
        return sequences

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags
