"""What Markov chains and the classifier made of them share."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import parameter, with_parameters
from skmlbio.base._intervals import Interval
from skmlbio.estimators._markov_codes import letters_of_tokens, score_codes
from skmlbio.estimators._markov_tables import (
    clean_scores,
    count_windows,
    log_probabilities,
    require_table_memory,
    tables_of,
)
from skmlbio.estimators._sequence_keywords import SequenceKeywords
from skmlbio.sequences import Alphabet, Sequences
from skmlbio.training._memory import host_memory


@with_parameters
class MarkovBase(SequenceKeywords, BaseEstimator):
    """Chains of one order over one alphabet, as counts and as logarithms of probabilities.

    Parameters
    ----------
    order : int
        How many letters before a letter its probability depends on; 0 for none.
    smoothing : {"backoff", "additive"}
        What is added to the counts of a context: a pseudocount for each letter, or as much in all, shared out by the
        probabilities after the context that lacks the first letter.
    pseudocount : float
        Counts added for each letter; with 0, a letter has the probability 0 where its context occurred, but never
        before it. A context that did not occur says nothing: after it, whatever the pseudocount, letters have the
        probabilities of the shorter context ("backoff") or are all alike ("additive").
    """

    order: int = parameter(default=2, allowed=[Interval(Integral, 0, None, closed="left")], kw_only=False)
    smoothing: Literal["backoff", "additive"] = parameter(
        default="backoff", allowed=[StrOptions({"backoff", "additive"})]
    )
    pseudocount: float = parameter(default=1.0, allowed=[Interval(Real, 0, None, closed="left")])
    alphabet: str | Alphabet = parameter(default="auto")  # by name only, here: the order comes first

    def _learn(self, sequences: Sequences, weights: NDArray | None, chains: NDArray | None = None, n_chains: int = 1):
        """Count what strings say about each chain, and add it to what was counted before, if anything was."""
        n_letters, order = self.alphabet_.n_letters, int(self.order)
        require_table_memory(n_letters, order, n_chains, host_memory())
        counts = count_windows(sequences, order, weights=weights, chains=chains, n_chains=n_chains)
        self._keep(counts if self._counts is None else self._counts + counts)

    def _keep(self, counts: NDArray[np.float64]) -> None:
        self._counts, self._order = counts, int(self.order)
        self._logs = log_probabilities(
            counts, self.alphabet_.n_letters, self._order, float(self.pseudocount), self.smoothing == "backoff"
        )

    def _begin(self, *, going_on: bool) -> None:
        """Check the parameters, and forget what was counted before unless it is to be gone on with."""
        self._validate_params()
        if not going_on:
            self._counts = None
        elif self._order != self.order:
            raise ValueError(
                f"this {type(self).__name__} has counted for order={self._order}, but is now to have "
                f"order={self.order}: set it back, or call fit."
            )

    def _scores(self, X: Any) -> NDArray[np.float64]:
        """Return log p of each string by each chain, ndarray of shape (n_samples, n_chains)."""
        check_is_fitted(self, "alphabet_")
        return self._scores_of(self._sequences(X, reset=False))

    def _scores_of(self, sequences: Sequences) -> NDArray[np.float64]:
        scores, unfinished = clean_scores(sequences, self._order, self._logs)
        if unfinished.any():
            letters = letters_of_tokens(self.alphabet_)
            tables = [tables_of(logs, self.alphabet_.n_letters, self._order) for logs in self._logs]
            for row in np.flatnonzero(unfinished):
                tokens = sequences.tokens[sequences.offsets[row] : sequences.offsets[row + 1]]
                scores[row] += [score_codes(of_chain, tokens, letters) for of_chain in tables]
        return scores
