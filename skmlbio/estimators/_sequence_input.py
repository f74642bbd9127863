"""Strings as what a network takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skmlbio.base import parameter, with_parameters
from skmlbio.base._layer_parameters import COUNT
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData, choose_bucket_lengths
from skmlbio.estimators._sequence_keywords import SequenceKeywords
from skmlbio.sequences import Vocabulary

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance


@with_parameters
class SequenceInput(SequenceKeywords):
    """X is a list of strings, or of lists of tokens (words, k-mers, codons), padded to a few lengths.

    A subclass says what a string costs by `_sequence_cost`.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters, Alphabet or Vocabulary
        What the characters may be, see `skmlbio.sequences.ensure_sequences`; "auto" recognises DNA, RNA or protein by
        the training strings, and understands their ambiguity codes whether or not they occur there; "learned" takes the
        characters of the training strings as they are.  Of lists of tokens, both learn the vocabulary.
    unknown : {"error", "mask"}
        What to do about a character outside the alphabet: refuse the string, or treat it as any letter.  A token
        outside the vocabulary is one that no training sequence has, or that has been too rare there.
    min_count : int
        How often a token must occur in all training sequences together to be known; more than 1 takes
        ``unknown="mask"``, and shows the network what an unknown token is.

    Attributes
    ----------
    alphabet_ : Alphabet or Vocabulary
        What the characters, or the tokens, may be.
    max_length_ : int
        Residues of the longest training string, of the first call where training goes on (`warm_start`,
        ``partial_fit``): learned places stay as they are.
    bucket_lengths_ : ndarray of shape (n_buckets,), int64
        What training strings are padded to, of the first call.  Where training goes on with longer ones, the last
        length is doubled until they fit.
    """

    _takes_tokens = _takes_files = True

    min_count: int = parameter(default=1, allowed=COUNT)

    def _sequence_cost(self) -> SequenceCost:
        raise NotImplementedError

    def _encode(self, X, *, reset):
        sequences, cost = self._sequences(X, reset=reset, min_count=int(self.min_count)), self._sequence_cost()
        if reset:
            self.max_length_ = int(sequences.lengths.max())
            self.bucket_lengths_ = choose_bucket_lengths(sequences.lengths, cost)
        return SequenceData(sequences, self.bucket_lengths_, cost)

    @property
    def vocabulary_(self) -> Vocabulary:
        """The tokens of the training sequences; there is none where those are strings."""
        if not isinstance(getattr(self, "alphabet_", None), Vocabulary):
            raise AttributeError(f"this {type(self).__name__} has no vocabulary_: it was not fitted to lists of tokens")
        return self.alphabet_

    def _n_letters(self) -> int:
        """Return how many letters, or known tokens, there are."""
        alphabet = self.alphabet_
        return len(alphabet) if isinstance(alphabet, Vocabulary) else alphabet.n_letters

    def _ask_encoded(self, head, data):
        return super()._ask_encoded(head, data.to_predict())

    def _token_arguments(self) -> dict[str, Any]:
        """Return what tells a network about tokens: the vector of each, or how many there are to learn one for."""
        alphabet = self.alphabet_
        if not isinstance(alphabet, Vocabulary):
            return {"vectors": alphabet.one_hot_vectors}
        return {"vectors": None, "n_tokens": alphabet.n_tokens, "token_dtype": alphabet.dtype.name}

    def _entrances(self, network: ServedNetwork) -> dict[str, Entrance]:
        from skmlbio.export._sequence_entrance import text_entrances

        return text_entrances(self.alphabet_, self.unknown, network.module.tables)
