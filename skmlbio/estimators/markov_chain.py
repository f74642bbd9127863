"""Markov chains: a density of strings."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import DensityMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import with_parameters
from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.estimators._markov_base import MarkovBase
from skmlbio.estimators._markov_codes import letters_of_tokens, state_after
from skmlbio.estimators._markov_tables import tables_of
from skmlbio.sequences import Sequences

if TYPE_CHECKING:
    from pandas import DataFrame


@with_parameters
class MarkovChain(DensityMixin, MarkovBase):
    """Learn a density of strings: each letter depends on the few letters before it.

    log p(x) = Σ_i log p(x_i | x_{i-order} ... x_{i-1}), where the first letters of a string depend on the fewer letters
    that there are.  So the probabilities of all strings of one length sum to 1: it is a density given the length, and
    there is no letter that ends a string.

    After a context c that occurred N(c) times, and N(c a) times before the letter a,

        p(a | c) = (N(c a) + α n q(a)) / (N(c) + α n)

    with the pseudocount α and n letters.  By ``smoothing="additive"`` [1]_, q is uniform; by ``"backoff"`` [2]_, q is
    p(a | c') with the context c' that lacks the first letter of c, and for the empty context uniform.  Contexts shorter
    than the order count wherever they occur, not at the beginning of strings alone.

    A string with ambiguity codes has the sum of the probabilities of all strings that it stands for, and an unknown
    character (``unknown="mask"``) may be any letter.  Where codes allow more than 8192 different contexts (more than
    those of six nucleotides or three residues), the first letters of these are left away.  In `fit`, codes and unknown
    characters count for nothing, and letters after them have the context since.  U and O of proteins are read as C and
    K.

    Attributes
    ----------
    transition_matrix_ : ndarray of shape (n_letters**order, n_letters), float64
        Probability of each letter after each context.  Contexts are in the order of the alphabet: AA, AC, AG, ...

    See Also
    --------
    MarkovClassifier : One chain a class.
    SequenceLanguageModel : A network, in which a letter may depend on all before it.
    skmlbio.TransitionMatrixDisplay : Draws the transition matrix.
    skmlbio.sequences.KmerCounter : Counts of k-mers, for other estimators.

    References
    ----------
    .. [1] Durbin, Eddy, Krogh, Mitchison: Biological sequence analysis. Cambridge University Press (1998), chapter 3.
    .. [2] MacKay, Peto: A hierarchical Dirichlet language model. Natural Language Engineering 1(3) (1995).

    Examples
    --------
    >>> from skmlbio import MarkovChain
    >>> chain = MarkovChain(1).fit(["ACACACACGT", "ACACACAC", "CACAGTCA"])
    >>> chain.transition_matrix_.round(2)
    array([[0.11, 0.76, 0.1 , 0.03],
           [0.76, 0.11, 0.1 , 0.03],
           [0.27, 0.27, 0.07, 0.4 ],
           [0.32, 0.52, 0.08, 0.08]])
    >>> chain.score_samples(["ACAC", "GGGG", "ACNC"]).round(2)
    array([ -1.75, -10.43,  -1.66])
    >>> chain.predict_next(["ACAC"]).round(2)
    array([[0.76, 0.11, 0.1 , 0.03]])
    >>> chain.sample(2, length=12, random_state=0)
    ['ACACACCACCAT', 'ACACAGCGTGCA']
    """

    @said_by_estimator
    @all_or_nothing
    def fit(self, X, y=None, sample_weight=None):
        """Count the windows of strings.

        Parameters
        ----------
        X : list of n_samples strings
            Strings, of any lengths.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), optional
            What each string counts.

        Returns
        -------
        self

        Raises
        ------
        TypeError, ValueError
            For unusable parameters or data.
        MemoryError
            If the tables of all contexts do not fit into memory.
        """
        return self._fit(X, sample_weight, going_on=False)

    @said_by_estimator
    @all_or_nothing
    @completed_by(fit)
    def partial_fit(self, X, y=None, sample_weight=None):
        """Add strings to those counted so far; in parts or at once, the chain is the same.

        Parameters
        ----------
        X : list of n_samples strings
            Strings over the alphabet of the first call.

        Raises
        ------
        TypeError, ValueError
            For unusable parameters or data, and for another order than before.
        MemoryError
            If the tables of all contexts do not fit into memory.
        """
        return self._fit(X, sample_weight, going_on=hasattr(self, "alphabet_"))

    def _fit(self, X, sample_weight, *, going_on: bool) -> MarkovChain:
        self._begin(going_on=going_on)
        sequences = self._sequences(X, reset=not going_on)
        weights = None if sample_weight is None else ensure_sample_weight(sample_weight, len(sequences))
        self._learn(sequences, weights)
        return self

    def score_samples(self, X) -> NDArray[np.float64]:
        """Return the log-probability of each string among those of its length, in nats.

        Parameters
        ----------
        X : list of n_samples strings
            Strings.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            log p(x).  It is -inf only with a pseudocount of 0, for a string with a letter that never followed its
            context, though that occurred.
        """
        return self._scores(X)[:, 0]

    @completed_by(score_samples)
    def score(self, X, y=None) -> float:
        """Return the mean log-probability of strings, in nats.

        Parameters
        ----------
        y : None
            Ignored.

        Returns
        -------
        float
            The mean of `score_samples`.
        """
        return float(self.score_samples(X).mean())

    @completed_by(score)
    def perplexity(self, X) -> float:
        """Return how many equally probable letters would be as hard to guess as the next letter of these strings.

        Returns
        -------
        float
            exp(-Σ log p(x) / Σ length(x)): from 1 to n_letters and above, where letters are guessed worse than by
            chance.
        """
        check_is_fitted(self, "alphabet_")
        sequences = self._sequences(X, reset=False)
        return float(np.exp(-self._scores_of(sequences).sum() / sequences.lengths.sum()))

    def predict_next(self, X) -> NDArray[np.float64]:
        """Return the probability of each letter to come next.

        Parameters
        ----------
        X : list of n_samples strings
            Strings.  Codes among the last letters are weighed by what they may stand for.

        Returns
        -------
        ndarray of shape (n_samples, n_letters), float64
            Probabilities of the letters, in the order of ``alphabet_.letters``.
        """
        check_is_fitted(self, "alphabet_")
        sequences, tables, letters = self._sequences(X, reset=False), self._tables(), letters_of_tokens(self.alphabet_)
        following = np.empty((len(sequences), self.alphabet_.n_letters))
        for row in range(len(sequences)):
            tokens = sequences.tokens[sequences.offsets[row] : sequences.offsets[row + 1]]
            state = state_after(tables, tokens, letters)
            following[row] = state.weights @ np.exp(tables[state.length][state.contexts])
        return following

    def sample(self, n_samples: int = 1, *, length: int | ArrayLike = 100, random_state=None) -> list[str]:
        """Draw strings from the fitted density.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        length : int or array-like of shape (n_samples,), int, default=100
            Letters of each.
        random_state : int, RandomState instance or None, default=None
            Seed; None draws other strings each time.

        Returns
        -------
        list of n_samples str
            Strings.

        Raises
        ------
        ValueError
            If there are to be no strings, or one of no letters.
        """
        check_is_fitted(self, "alphabet_")
        lengths = _lengths(n_samples, length)
        seed = None if random_state is None else check_random_state(random_state).randint(2**31 - 1)
        tokens = self._draw(len(lengths), int(lengths.max()), np.random.default_rng(seed))
        tokens[np.arange(tokens.shape[1]) >= lengths[:, np.newaxis]] = self.alphabet_.padding_token
        return Sequences.from_padded(tokens, self.alphabet_).to_strings()

    def _draw(self, n_samples: int, length: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        n_letters, tables = self.alphabet_.n_letters, self._tables()
        tokens, contexts = np.empty((n_samples, length), np.uint8), np.zeros(n_samples, np.int64)
        for place in range(length):
            up_to = np.exp(tables[min(place, self._order)][contexts]).cumsum(axis=1)
            drawn = (rng.random((n_samples, 1)) * up_to[:, -1:] >= up_to).sum(axis=1)
            tokens[:, place] = self.alphabet_.first_letter_token + drawn
            contexts = (contexts * n_letters + drawn) % n_letters ** min(place + 1, self._order)
        return tokens

    @property
    def transition_matrix_(self) -> NDArray[np.float64]:
        check_is_fitted(self, "alphabet_")
        return np.exp(self._tables()[-1])

    def transition_frame(self, order: int | None = None) -> DataFrame:
        """Return the probability of each letter after each context, as a data frame.

        Parameters
        ----------
        order : int, optional
            Letters of the contexts, at most those of the chain, whose order is the default: shorter ones begin a
            string.

        Returns
        -------
        pandas.DataFrame of shape (n_letters**order, n_letters), float64
            Contexts are the index, letters the columns.

        Raises
        ------
        ImportError
            If pandas is not installed.
        ValueError
            If the chain has no contexts of that many letters.

        Examples
        --------
        >>> from skmlbio import MarkovChain
        >>> frame = MarkovChain(1).fit(["ACACACACGT", "ACACACAC", "CACAGTCA"]).transition_frame()
        >>> frame.loc["A"].round(2).to_dict()
        {'A': 0.11, 'C': 0.76, 'G': 0.1, 'T': 0.03}
        """
        check_is_fitted(self, "alphabet_")
        order = self._order if order is None else order
        if not isinstance(order, Integral) or isinstance(order, bool) or not 0 <= order <= self._order:
            raise ValueError(f"order must be an int from 0 to the {self._order} of this chain; got {order!r}")
        try:
            from pandas import DataFrame, Index
        except ImportError as error:
            raise ImportError("transition_frame needs pandas: pip install pandas") from error
        contexts = [""]
        for _ in range(order):
            contexts = [context + letter for context in contexts for letter in self.alphabet_.letters]
        index, columns = Index(contexts, name="context"), Index(list(self.alphabet_.letters), name="letter")
        return DataFrame(np.exp(self._tables()[order]), index, columns)

    def _tables(self) -> list[NDArray[np.float64]]:
        return tables_of(self._logs[0], self.alphabet_.n_letters, self._order)


def _lengths(n_samples: Any, length: Any) -> NDArray[np.int64]:
    """Return the length of each string to draw."""
    if not isinstance(n_samples, Integral) or isinstance(n_samples, bool) or n_samples < 1:
        raise ValueError(f"n_samples must be an int of 1 or more, got {n_samples!r}.")
    lengths = np.asarray(length)
    if lengths.dtype.kind not in "iu" or lengths.shape not in ((), (n_samples,)) or (lengths < 1).any():
        raise ValueError(f"length must be an int of 1 or more, or {n_samples} of them, one a string; got {length!r}.")
    return np.broadcast_to(lengths, n_samples)
