"""How much each residue of a string counts for what a network answers."""

from __future__ import annotations

import functools
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skmlbio.base._docstrings import completed_by
from skmlbio.base._range import require_answers
from skmlbio.estimators._explained_output import (
    chosen_outputs,
    explained,
    explained_head,
    finite_numbers,
    require_choice,
    units_of,
)
from skmlbio.estimators._path_integral import MOST_POINTS, number_of_points, path_integral, slope_at_the_end
from skmlbio.estimators._sequence_data import SequenceData
from skmlbio.sequences import Alphabet, Vocabulary
from skmlbio.training._batches import Bucket

_METHODS = ("integrated_gradients", "gradient_times_input", "mutagenesis")
_MOST_TOKENS = 256  # of a vocabulary, all of which mutagenesis tries at every place: codons, 4-mers
_MOST_ROWS = 4096  # that pass together
_ENTRIES_KEPT = 2**26  # of the gradients of some strings at all points


class SequenceAttributions:
    """What tells of a fitted network of strings which residues count."""

    @completed_by(explained)
    def attributions(
        self,
        X: Any,
        *,
        method: str = "integrated_gradients",
        target: Any = None,
        baseline: str | ArrayLike = "uniform",
        n_steps: int | Literal["auto"] = "auto",
    ) -> list[np.ndarray]:
        """Return how much each letter at each place of a string counts for what the network answers.

        What is explained is f, a number: of a classifier the logit of a class, of a regressor its answer.  X are the
        one-hot vectors of a string, x its letters.

        - ``"gradient_times_input"``: x ⊙ ∂f/∂x, one pass [1]_.  Zero at letters that a string does not have; an
          ambiguity code is its letters in part.
        - ``"integrated_gradients"``: (x - b) ⊙ ∫ ∂f/∂x(b + α (x - b)) dα for α from 0 to 1, where b is the baseline
          [2]_.  All numbers of a string sum to f(x) - f(b).
        - ``"mutagenesis"``: f(string with that letter there) - f(string), for every place and letter [3]_; zero at the
          letters that the string has.  A place that matters has negative numbers.

        Parameters
        ----------
        X : list of n_sequences strings, or of lists of tokens
            As in `fit`.
        method : {"integrated_gradients", "gradient_times_input", "mutagenesis"}, default="integrated_gradients"
            What is computed.
        baseline : {"uniform", "zero"} or array-like of shape (n_letters,), default="uniform"
            The vector b at every place, for integrated gradients: all letters alike, which is that of an unknown
            letter (N, X), or zeros, or shares of the letters, such as those of a genome.

        Returns
        -------
        list of n_sequences ndarray of shape (length, n_letters), float32 for a classifier, float64 for a regressor
            In the units of f; a classifier that computes in double precision gives float64 as well.  Columns are the
            letters of `alphabet_`, in their order, without ambiguity codes.  Of lists of tokens, whose vectors are
            learned, gradients give arrays of shape (length,), sums over a vector, where ``"uniform"`` is the mean
            vector of all tokens; mutagenesis gives a column a token of `vocabulary_`, of which there may be 256.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If an argument is none of these, or an attribution no finite number.
        MemoryError
            If a network of attention needs more memory for a string than there is.

        See Also
        --------
        skmlbio.AttributionDisplay : Draws what this returns for a string.

        References
        ----------
        .. [1] Shrikumar et al.: Not just a black box: learning important features through propagating activation
           differences. arXiv:1605.01713 (2016).
        .. [2] Sundararajan et al.: Axiomatic attribution for deep networks. ICML (2017).
        .. [3] Zhou and Troyanskaya: Predicting effects of noncoding variants with deep learning-based sequence model.
           Nature Methods 12 (2015).
        """
        data = self._samples(X).to_predict()
        require_choice("method", method, _METHODS)
        start = self._baseline(baseline)
        n_points = number_of_points(n_steps)
        head = explained_head(self)
        answers = require_answers(self._ask_encoded(head, data))
        chosen = chosen_outputs(self, target, answers)
        if method == "mutagenesis":
            found = self._mutagenesis(data, head, answers, chosen)
        elif method == "integrated_gradients":
            integrate = functools.partial(path_integral, n_steps=n_points)
            found = self._along_paths(data, head, chosen, start, integrate)
        else:
            found = self._along_paths(data, head, chosen, np.zeros_like(start), slope_at_the_end)
        return [
            finite_numbers(of_string, f"sequence {index}").astype(answers.dtype)
            for index, of_string in enumerate(found)
        ]

    def _require_gradients(self, data: SequenceData) -> None:
        """Refuse strings that are too long for gradients; networks whose work goes by the length take all."""

    def _baseline(self, baseline: Any) -> NDArray[np.float64]:
        """Return the vector that stands at every place of the baseline."""
        from skmlbio.training._path_gradients import mean_vector

        of_letters = isinstance(self.alphabet_, Alphabet)
        if isinstance(baseline, str):
            require_choice("baseline", baseline, ("uniform", "zero"))
            n_letters = self.alphabet_.n_letters if of_letters else 1
            mean = np.full(n_letters, 1 / n_letters) if of_letters else mean_vector(self.blueprint_, self.weights_)
            return mean if baseline == "uniform" else np.zeros_like(mean)
        if not of_letters:
            raise ValueError("baseline must be 'uniform' or 'zero' for lists of tokens, whose vectors are learned.")
        try:
            vector = np.asarray(baseline, np.float64)
        except (TypeError, ValueError):
            vector = np.array(np.nan)  # no numbers: refused below
        if vector.shape != (self.alphabet_.n_letters,) or not np.isfinite(vector).all():
            raise ValueError(
                f"baseline must be 'uniform', 'zero' or {self.alphabet_.n_letters} finite numbers, one for each of "
                f"the letters {self.alphabet_.letters}; got {baseline!r:.60}."
            )
        return vector

    def _along_paths(self, data, head, chosen, baseline, integrate) -> list[np.ndarray]:
        """Return what comes of gradients between baseline and string by a function `integrate(evaluate, n_strings)`."""
        self._require_gradients(data)
        found: list[Any] = [None] * len(data)
        units = units_of(self, chosen)
        for bucket in data.buckets():
            size = max(1, _ENTRIES_KEPT // (MOST_POINTS * bucket.length * len(baseline)))
            for start in range(0, len(bucket.rows), size):
                rows = bucket.rows[start : start + size]
                evaluate = functools.partial(self._gradients_at, head, baseline, chosen, bucket, rows)
                for row, of_string in zip(rows, integrate(evaluate, len(rows)), strict=True):
                    found[row] = units[row] * of_string[: data.sequences.lengths[row]]
        return found

    def _gradients_at(self, head, baseline, chosen, bucket, rows, numbers, shares) -> tuple[NDArray, NDArray]:
        """Return values and gradients for some of the rows, by number, at some shares of the way to them."""
        from skmlbio.training._path_gradients import path_gradients

        chunks = [(rows[numbers[part]], shares[part]) for part in _chunks(len(numbers), bucket)]
        inputs = ((*bucket.take(chunk), share, baseline, chosen[chunk]) for chunk, share in chunks)
        values, gradients = [], []
        for value, gradient in path_gradients(self.blueprint_, head, self.weights_, inputs):
            values.append(value)
            gradients.append(gradient.sum(axis=-1) if isinstance(self.alphabet_, Vocabulary) else gradient)
        return np.concatenate(values), np.concatenate(gradients)

    def _mutagenesis(self, data, head, answers, chosen) -> list[np.ndarray]:
        """Return what each letter in each place would change."""
        from skmlbio.training._cache import get_network

        network, letters = get_network(self.blueprint_), self._letters_to_try()
        found: list[Any] = [None] * len(data)
        for bucket in data.buckets():
            sequences = data.sequences[bucket.rows]
            owners = np.repeat(np.arange(len(sequences)), sequences.lengths)
            positions = np.arange(len(owners)) - sequences.offsets[owners]
            places, columns = np.nonzero(sequences.tokens[:, np.newaxis] != letters)
            changes = np.zeros((len(owners), len(letters)), answers.dtype)
            for n in _chunks(len(places), bucket):
                place, column = places[n], columns[n]
                rows = bucket.rows[owners[place]]
                (mutants,) = bucket.take(rows)
                mutants[np.arange(len(n)), positions[place]] = letters[column]
                (mutated,) = network.forward(head, self.weights_, [(mutants,)], bucket.form)
                changes[place, column] = np.sum((mutated - answers[rows]) * chosen[rows], axis=1)
            for row, of_string in zip(bucket.rows, np.split(changes, sequences.offsets[1:-1]), strict=True):
                found[row] = of_string
        return found

    def _letters_to_try(self) -> NDArray[np.integer]:
        """Return the tokens of the letters, without ambiguity codes, or those of a vocabulary."""
        alphabet = self.alphabet_
        if isinstance(alphabet, Alphabet):
            first = alphabet.first_letter_token
            return np.arange(first, first + alphabet.n_letters).astype(alphabet.dtype)
        if len(alphabet.tokens) > _MOST_TOKENS:
            raise ValueError(
                f"mutagenesis tries every token at every place, which is too much for {alphabet}, more than "
                f"{_MOST_TOKENS}; take method='integrated_gradients' or 'gradient_times_input'."
            )
        return np.arange(alphabet.first_token, alphabet.n_tokens).astype(alphabet.dtype)


def _chunks(n: int, bucket: Bucket) -> list[NDArray[np.integer]]:
    """Cut 0 to n - 1, the rows of a bucket in several variants each, into what passes together."""
    size = min(_MOST_ROWS, bucket.max_batch_size or _MOST_ROWS)
    return [np.arange(start, min(start + size, n)) for start in range(0, n, size)]
