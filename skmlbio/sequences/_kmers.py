"""Sequences as the words of k letters that they consist of: lists of them, or counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from ._alphabets import Alphabet
from ._intervals import Interval
from ._reverse_complement import _complement_tokens, has_partners
from ._samples import Sequences, offsets_of
from ._sequence_encoder import SequenceTransformer
from ._validation import require_strings
from ._windows import first_numbers, window_blocks

_MOST_COLUMNS = 2**24  # where all k-mers there are have one each


class _Words(NamedTuple):
    """What words were asked for at the fit: later on, other parameters wait for the next."""

    k: int
    stride: int
    canonical: bool


class _Kmers(NamedTuple):
    """K-mers of a block of letters: the sequence of each, and its number in base n_letters."""

    rows: NDArray[np.int64]
    numbers: NDArray[np.int64]


class KmerTransformer(SequenceTransformer):
    """Number the k-mers of sequences, and name them.

    Parameters
    ----------
    k, stride, canonical
        See the subclasses.
    """

    _parameter_constraints: dict = {
        **SequenceTransformer._parameter_constraints,
        "k": [Interval(Integral, 1, None, closed="left")],
        "stride": [Interval(Integral, 1, None, closed="left")],
        "canonical": ["boolean"],
    }

    def _learn(self, X: Any) -> Sequences:
        sequences = super()._learn(X)
        require_strings(sequences, type(self).__name__)
        n_letters = max(2, self.alphabet_.n_letters)
        most = next(k for k in range(62, 0, -1) if n_letters**k <= 2**62)
        if self.k > most:
            raise ValueError(
                f"k must be at most {most} for {n_letters} letters, so that k-mers have numbers; got {self.k}"
            )
        if self.canonical and not has_partners(self.alphabet_):
            raise ValueError(
                f"canonical=True needs the alphabet 'dna' or 'rna', whose letters have partners; got {self.alphabet_}"
            )
        self._words = _Words(int(self.k), int(self.stride), bool(self.canonical))
        return sequences

    def _kmers(self, sequences: Sequences) -> Iterator[_Kmers]:
        """Yield the k-mers without ambiguity codes, in their order, a block of letters at a time."""
        k, stride, canonical = self._words
        first = first_numbers(self.alphabet_.n_letters, k - 1)
        for block in window_blocks(sequences, k - 1):
            rows = block.rows
            kept = (block.numbers >= first[-2]) & (block.numbers < first[-1])
            if stride > 1:
                begins = block.start + np.arange(len(rows)) - (k - 1) - sequences.offsets[rows]
                kept &= begins % stride == 0
            numbers = block.numbers[kept] - first[-2]
            yield _Kmers(rows[kept], self._canonical(numbers) if canonical else numbers)

    def _canonical(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the smaller number of each k-mer and its reverse complement, which is the first in the alphabet."""
        alphabet = self.alphabet_
        first, n_letters = alphabet.first_letter_token, alphabet.n_letters
        partner = _complement_tokens(alphabet)[first : first + n_letters].astype(np.int64) - first
        rest, other = numbers.copy(), np.zeros_like(numbers)
        for _ in range(self._words.k):
            rest, last = np.divmod(rest, n_letters)
            other = other * n_letters + partner[last]
        return np.minimum(numbers, other)

    def _names(self, numbers: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the letters of k-mers, ndarray of str objects."""
        k, n_letters = self._words.k, self.alphabet_.n_letters
        letters = np.frombuffer(self.alphabet_.letters.encode("ascii"), np.uint8)
        text = np.empty((len(numbers), k), np.uint8)
        for place in reversed(range(k)):
            numbers, last = np.divmod(numbers, n_letters)
            text[:, place] = letters[last]
        return text.view(f"S{k}").ravel().astype(f"U{k}").astype(object)


class KmerTokenizer(KmerTransformer):
    """Cut sequences into k-mers, words of k letters.

    The k-mers of a sequence begin at its positions 0, `stride`, 2 `stride`, ...; those with an ambiguity code or an
    unknown character are left out (U and O of proteins are read as C and K).  A sequence shorter than k has none,
    and so an empty list, which no network takes: leave such sequences out before.

    Parameters
    ----------
    k : int, default=3
        Letters of a word.
    stride : int, default=1
        Letters from the beginning of a word to that of the next: 1 for all k-mers, k for words that do not overlap,
        such as codons.
    canonical : bool, default=False
        Write a k-mer of DNA or RNA as itself or its reverse complement, whichever comes first in the alphabet, so that
        both strands have the same words.
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters or Alphabet, default="auto"
        What the characters may be; see `ensure_sequences`.
    unknown : {"error", "mask"}, default="error"
        Whether a character outside the alphabet is an error or treated as any letter, as which it is in no k-mer.
    case_sensitive : {"auto"} or bool, default="auto"
        Whether ``"a"`` and ``"A"`` differ; see `ensure_sequences`.

    Attributes
    ----------
    alphabet_ : Alphabet
        The alphabet in use.

    Notes
    -----
    `k`, `stride` and `canonical` are those of the fit, also where `set_params` has changed them since.

    See Also
    --------
    KmerCounter : Counts the same k-mers.

    Examples
    --------
    >>> from skmlbio.sequences import KmerTokenizer
    >>> tokenizer = KmerTokenizer(3, alphabet="dna").fit(["ACGTTA"])
    >>> tokenizer.transform(["ACGTTA", "ACNGTTA", "AC"])
    [['ACG', 'CGT', 'GTT', 'TTA'], ['GTT', 'TTA'], []]
    >>> KmerTokenizer(3, stride=3, canonical=True, alphabet="dna").fit_transform(["ATGTTT"])
    [['ATG', 'AAA']]
    """

    def __init__(
        self,
        k: int = 3,
        *,
        stride: int = 1,
        canonical: bool = False,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        case_sensitive: bool | str = "auto",
    ):
        self.k = k
        self.stride = stride
        self.canonical = canonical
        self.alphabet = alphabet
        self.unknown = unknown
        self.case_sensitive = case_sensitive

    def set_output(self, *, transform: str | None = None) -> KmerTokenizer:
        """Do nothing, so that a pipeline can be told what its last step shall return: lists stay lists.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            Ignored.

        Returns
        -------
        self : KmerTokenizer
        """
        return self

    def _encode(self, sequences: Sequences) -> list[list[str]]:
        blocks = list(self._kmers(sequences))
        ends = offsets_of(sum(np.bincount(block.rows, minlength=len(sequences)) for block in blocks)).tolist()
        different, places = np.unique(np.concatenate([block.numbers for block in blocks]), return_inverse=True)
        words = self._names(different)[places].tolist()  # a word that occurs often is one object
        return [words[start:stop] for start, stop in pairwise(ends)]


class KmerCounter(KmerTransformer):
    """Count the k-mers of sequences, words of k letters.

    The k-mers of a sequence begin at its positions 0, `stride`, 2 `stride`, ...; those with an ambiguity code or an
    unknown character are left out (U and O of proteins are read as C and K).  A sequence shorter than k has none, and
    so a row of zeros.  For plain strings the counts are those of scikit-learn's
    ``CountVectorizer(analyzer="char", ngram_range=(k, k))``, which does not know of strands, codes or strides.

    Parameters
    ----------
    k : int, default=3
        Letters of a word.
    stride : int, default=1
        Letters from the beginning of a word to that of the next: 1 for all k-mers, k for words that do not overlap,
        such as codons.
    canonical : bool, default=False
        Count a k-mer of DNA or RNA together with its reverse complement, under the name of that of the two which comes
        first in the alphabet, so that both strands have the same counts.
    vocabulary : {"learned", "all"}, default="learned"
        Which k-mers have a column: those of the training sequences, others being left out later on, or all that the
        letters make, at most 2²⁴.
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters or Alphabet, default="auto"
        What the characters may be; see `ensure_sequences`.
    unknown : {"error", "mask"}, default="error"
        Whether a character outside the alphabet is an error or treated as any letter, as which it is in no k-mer.
    case_sensitive : {"auto"} or bool, default="auto"
        Whether ``"a"`` and ``"A"`` differ; see `ensure_sequences`.

    Attributes
    ----------
    alphabet_ : Alphabet
        The alphabet in use.
    numbers_ : ndarray of shape (n_columns,), int64
        The k-mer of each column, ascending: a number whose digits are the positions of its letters in the alphabet.

    See Also
    --------
    KmerTokenizer : Lists the same k-mers.
    sklearn.feature_extraction.text.TfidfTransformer : Weighs the counts.

    Notes
    -----
    `transform` returns a CSR matrix of shape (n_sequences, n_columns), int64.

    `k`, `stride` and `canonical` are those of the fit, also where `set_params` has changed them since.

    Examples
    --------
    >>> from skmlbio.sequences import KmerCounter
    >>> counter = KmerCounter(2, canonical=True, alphabet="dna").fit(["AACGTT", "GGA"])
    >>> counter.get_feature_names_out().tolist()
    ['AA', 'AC', 'CC', 'CG', 'GA']
    >>> counter.transform(["AACGTT", "GGA", "A"]).toarray()
    array([[2, 2, 0, 1, 0],
           [0, 0, 1, 0, 1],
           [0, 0, 0, 0, 0]])
    """

    _parameter_constraints: dict = {
        **KmerTransformer._parameter_constraints,
        "vocabulary": [StrOptions({"learned", "all"})],
    }

    def __init__(
        self,
        k: int = 3,
        *,
        stride: int = 1,
        canonical: bool = False,
        vocabulary: str = "learned",
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        case_sensitive: bool | str = "auto",
    ):
        self.k = k
        self.stride = stride
        self.canonical = canonical
        self.vocabulary = vocabulary
        self.alphabet = alphabet
        self.unknown = unknown
        self.case_sensitive = case_sensitive

    def _learn(self, X: Any) -> Sequences:
        sequences = super()._learn(X)
        self.numbers_ = self._all_numbers() if self.vocabulary == "all" else self._seen_numbers(sequences)
        return sequences

    def _all_numbers(self) -> NDArray[np.int64]:
        n_kmers = self.alphabet_.n_letters ** int(self.k)
        if n_kmers > _MOST_COLUMNS:
            raise ValueError(
                f"vocabulary='all' with k={self.k} would make {n_kmers:,} columns, and at most {_MOST_COLUMNS:,} are "
                f"allowed; vocabulary='learned' makes those that occur"
            )
        numbers = np.arange(n_kmers)
        return numbers[self._canonical(numbers) == numbers] if self.canonical else numbers

    def _seen_numbers(self, sequences: Sequences) -> NDArray[np.int64]:
        seen = np.zeros(0, np.int64)
        for block in self._kmers(sequences):
            seen = np.union1d(seen, block.numbers)
        if not len(seen):
            raise ValueError(
                f"no sequence has a k-mer of k={self.k} letters without ambiguity codes, so there is nothing to count; "
                f"the longest sequence has {sequences.lengths.max()} characters"
            )
        return seen

    def _encode(self, sequences: Sequences) -> csr_matrix:
        n_columns, parts = len(self.numbers_), []
        for block in self._kmers(sequences):
            columns = np.minimum(np.searchsorted(self.numbers_, block.numbers), n_columns - 1)
            known = self.numbers_[columns] == block.numbers
            pairs, counts = np.unique(block.rows[known] * n_columns + columns[known], return_counts=True)
            parts.append((counts, *np.divmod(pairs, n_columns)))
        counts, rows, columns = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return csr_matrix((counts.astype(np.int64), (rows, columns)), shape=(len(sequences), n_columns))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the k-mers of the columns.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        feature_names_out : ndarray of shape (n_columns,), dtype object
            Their letters, such as ``"ACG"``, in the order of the alphabet.
        """
        check_is_fitted(self)
        return self._names(self.numbers_)
