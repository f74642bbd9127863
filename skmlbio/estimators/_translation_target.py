"""Sequences as targets: what a translator learns to write, and is asked to judge."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmlbio.base import parameter, with_parameters
from skmlbio.base._fit_data import said_of
from skmlbio.estimators._pair_data import PairData
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.sequences import Alphabet, Sequences, Vocabulary, ensure_sequences
from skmlbio.sequences._samples import with_codes_that_occur
from skmlbio.training._batches import TrainingSet, mean_one


@with_parameters
class TranslationTarget(SequenceInput):
    """X and y are lists of strings or of lists of tokens, and each of y belongs to the one of X at its place.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters, Alphabet or Vocabulary
        What the characters of X may be, see `skmlbio.sequences.ensure_sequences`; "auto" recognises DNA, RNA or protein
        by the training strings, and understands their ambiguity codes whether or not they occur there; "learned" takes
        the characters of the training strings as they are.  Of lists of tokens, both learn the vocabulary.
    target_alphabet : {"learned", "auto", "dna", "rna", "protein"}, str of letters, Alphabet or Vocabulary
        The same of y; "learned" tells upper from lower case, unless `case_sensitive` is False.  An ambiguity code is
        written if a target of the first call of `fit` or `partial_fit` has it; else it is a character outside the
        alphabet, in later calls too.
    unknown : {"error", "mask"}
        What to do about a character outside the alphabet, in X or in y: refuse the string, or treat it as an unknown
        one.  A token outside the vocabulary is one that no training sequence has, or that has been too rare there.  An
        unknown token is written, and has a probability, if a target of the first call has one; else it does not count
        in training.
    min_count : int
        How often a token must occur in all sequences of X together, or in those of y, to be known; more than 1 takes
        ``unknown="mask"``.

    Attributes
    ----------
    target_alphabet_ : Alphabet or Vocabulary
        What the characters, or the tokens, of y may be; of ambiguity codes those that it has.
    max_target_length_ : int
        Tokens of the longest of y, of the first call where training goes on.
    """

    target_alphabet: str | Alphabet | Vocabulary = parameter(default="learned", allowed=[str, Alphabet, Vocabulary])

    def _encode_target(self, y, *, reset):
        targets = self._targets(y, self.unknown, reset=reset)
        if reset:
            if isinstance(targets.alphabet, Alphabet):
                targets = with_codes_that_occur(targets)
            self.target_alphabet_ = targets.alphabet
            self.max_target_length_ = int(targets.lengths.max())
            self._writes_unknown = bool((targets.tokens == targets.alphabet.unknown_token).any())
        return (targets,)

    def _targets(self, y: Any, unknown: str, *, reset: bool) -> Sequences:
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        given = self.target_alphabet if reset else self.target_alphabet_
        learned = reset and isinstance(given, str) and given.lower() == "learned"
        holds_strings = not isinstance(given, Vocabulary) and not _holds_tokens(y)
        # Letters come back as they were.
        exactly = learned and holds_strings and isinstance(self.case_sensitive, str)
        with said_of({"X": "y"}):
            return ensure_sequences(
                y,
                alphabet=given,
                unknown=unknown,
                case_sensitive=(True if exactly else self.case_sensitive) if reset else "auto",
                min_count=int(self.min_count) if reset and not holds_strings else 1,
            )

    def _encoded(self, X, y, sample_weight, validation, groups, reset):
        samples, held_out, groups = super()._encoded(X, y, sample_weight, validation, groups, reset)
        return _paired(samples), held_out and _paired(held_out), groups

    def _training_sets(self, samples, held_out, groups, rng, *, reset):
        sets = super()._training_sets(samples, held_out, groups, rng, reset=reset)
        return tuple(part and _by_token(part) for part in sets)

    def _target_arguments(self) -> dict[str, Any]:
        """Return what tells a network about what it is to write."""
        alphabet = self.target_alphabet_
        sizes = {"n_targets": alphabet.n_tokens, "target_dtype": alphabet.dtype.name}
        return sizes | {"writes_unknown": self._writes_unknown}


def _holds_tokens(y: Any) -> bool:
    first = next(iter(y), None) if hasattr(y, "__iter__") and not hasattr(y, "columns") else None
    return isinstance(first, list | tuple | np.ndarray)


def _paired(samples: TrainingSet) -> TrainingSet:
    """Let targets, which the network reads, ride with the inputs."""
    (targets,) = samples.targets
    return samples._replace(data=PairData(samples.data, targets), targets=())


def _by_token(samples: TrainingSet) -> TrainingSet:
    """Let every token to be written count alike, by the weight of its sample, not every sample."""
    return samples._replace(weights=mean_one(samples.weights * (samples.data.targets.lengths + 1)))
