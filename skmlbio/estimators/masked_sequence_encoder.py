"""Vectors of strings and of their residues, learned from strings alone."""

from __future__ import annotations

from dataclasses import replace
from numbers import Real
from typing import Literal

import numpy as np
from scipy.special import log_softmax
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.base._intervals import Interval
from skmlbio.base._range import require_answers
from skmlbio.base._unlabelled import UnlabelledEstimator
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.estimators._tagger_network import TaggerNetwork
from skmlbio.sequences import Alphabet, Vocabulary
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint

_FIRST_LETTER = Alphabet.first_letter_token  # that of a vocabulary as well


@with_parameters
class MaskedSequenceEncoder(TaggerNetwork, ClassNamePrefixFeaturesOutMixin, TransformerMixin, UnlabelledEstimator):
    """Learn vectors of strings, and of each of their residues, from strings without labels.

    In each epoch, some letters of each string are hidden, and the network learns to guess them by those around: p(x_t |
    the rest) = softmax(W h_t + b), as in BERT [1]_ and in language models of proteins [2]_.  What it has to know for
    that, the features h of residues, is what it is fitted for: `transform` averages them to a vector of a string.

    X is a list of strings of any lengths, or of lists of tokens, such as words, k-mers and codons.  What is answered
    for a string depends neither on padding nor on the strings beside it.

    What may be any letter is read as a hidden one: X of proteins, N of DNA, and, with ``unknown="mask"``, all that the
    alphabet does not have.  `predict_masked` guesses these.  None of them is guessed in training, nor are other codes
    of several letters.

    Parameters
    ----------
    masking_fraction : float
        Share of the letters that are to be guessed, drawn anew in each epoch.  Of them, 80 % are hidden, 10 % replaced
        by any letter, and 10 % shown.
    pooling : {"mean", "max"}
        How the vectors of residues become the vector of a string.

    Attributes
    ----------
    history_ : dict of str to list of float
        Loss of every epoch, in nats a letter that was to be guessed; ``pandas.DataFrame(estimator.history_)`` tabulates
        it.

    See Also
    --------
    SequenceLanguageModel : Guesses each letter by those before it, and draws strings.
    EmbeddingTransformer : Vectors of letters or tokens, whatever is around them.

    References
    ----------
    .. [1] Devlin et al.: BERT: Pre-training of deep bidirectional transformers for language understanding. NAACL
       (2019).
    .. [2] Rives et al.: Biological structure and function emerge from scaling unsupervised learning to 250 million
       protein sequences. PNAS 118 (2021).

    Examples
    --------
    >>> from skmlbio import MaskedSequenceEncoder
    >>> X = ["ACGACGACG", "CGACGACGACG", "TTATTATTA", "TATTATTATTAT"] * 8
    >>> encoder = MaskedSequenceEncoder("dna", epochs=40, learning_rate=0.01, random_state=0).fit(X)
    >>> encoder.transform(["ACGACG", "TTATTA"]).shape, encoder.transform_residues(["ACG"])[0].shape
    ((2, 64), (3, 64))
    >>> [found.argmax(axis=1).tolist() for found in encoder.predict_masked(["ACGNCGACG", "TNATTANTA"])]
    [[0], [3, 3]]
    >>> round(encoder.perplexity(X), 1)
    1.0
    """

    masking_fraction: float = parameter(default=0.15, allowed=[Interval(Real, 0, 1, closed="neither")])
    pooling: Literal["mean", "max"] = parameter(default="mean", allowed=[StrOptions({"mean", "max"})])
    body: Literal["attention", "convolution", "rnn"] = parameter(
        default="attention", allowed=[StrOptions({"attention", "convolution", "rnn"})]
    )
    dropout: float = parameter(default=0.1)
    l2: float | Literal["auto"] = parameter(default=0.0)

    @completed_by(UnlabelledEstimator._samples)
    def transform(self, X) -> np.ndarray:
        """Return a vector of each string.

        Returns
        -------
        ndarray of shape (n_samples, width), float32 unless the network is double
            Means, or greatest numbers (`pooling`), over the vectors of its residues.  The width is `embedding_dim` of
            attention, `n_filters` of convolutions, and 2 * `n_units` of recurrences.
        """
        return self._ask("transform", X)

    @completed_by(UnlabelledEstimator._samples)
    def transform_residues(self, X) -> list[np.ndarray]:
        """Return a vector of each residue.

        Returns
        -------
        list of n_samples ndarray of shape (length, width), float32 unless the network is double
            What the output layer reads; see `transform`.
        """
        return [require_answers(found) for found in self._of_residues("features", self._samples(X))]

    @completed_by(UnlabelledEstimator._samples)
    def predict_proba(self, X) -> list[np.ndarray]:
        """Return how probable each letter is at each place, by all that the string shows, the letter there included.

        A letter that does not fit to those around it is doubted.  For a guess by the others alone, see
        `predict_masked`.

        Returns
        -------
        list of n_samples ndarray of shape (length, n_letters), float32 unless the network is double
            Columns in the order of ``alphabet_.letters``, or of tokens, in that of ``vocabulary_.tokens``.
        """
        return [require_answers(found) for found in self._of_residues("predict_proba", self._samples(X))]

    @completed_by(predict_proba)
    def predict_masked(self, X) -> list[np.ndarray]:
        """Return how probable each letter is at places that may be any letter: X or N, or unknown ones.

        Unknown characters and tokens, such as "?", are accepted with ``unknown="mask"``, which may be set after a fit.

        Returns
        -------
        list of n_samples ndarray of shape (n_masked, n_letters), float32 unless the network is double
            A row for each such place, from the first to the last.
        """
        data, found = self._samples(X), self.predict_proba(X)
        is_any = self._any_letter()
        for rows in data.batches():
            for row, masked in zip(rows, is_any[data.subset(rows).sequences.pad()], strict=True):
                found[row] = found[row][np.flatnonzero(masked)]
        return found

    @completed_by(UnlabelledEstimator._samples)
    def score(self, X, y=None, sample_weight=None) -> float:
        """Return the mean log-probability, in nats, of letters that are hidden.

        A `masking_fraction` of each string's letters is hidden, one at least: the same ones for the same strings in
        this order, drawn by a seed that follows from `random_state`.

        Parameters
        ----------
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), optional
            What each hidden letter of a sample counts.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            For unusable strings, and if no letter of X can be hidden.
        """
        data = self._samples(X)
        weights = ensure_sample_weight(sample_weight, len(data))
        self._require_maps_of_answers(data)
        rng, total, n_masked = np.random.default_rng(self._mask_seed), 0.0, 0.0
        data = data.to_predict()
        for rows in data.batches():
            tokens = data.subset(rows).sequences.pad()
            masked = self._masked(tokens, rng)
            hidden = np.where(masked, self.alphabet_.unknown_token, tokens).astype(tokens.dtype)
            scores = super(SequenceInput, self)._ask_encoded("scores", ArrayData(hidden))
            log_p = log_softmax(require_answers(scores)[masked].astype(float), axis=1)
            letters = tokens[masked].astype(int) - _FIRST_LETTER
            of_letters = np.repeat(weights[rows], masked.sum(axis=1))
            total += float(log_p[np.arange(len(letters)), letters] @ of_letters)
            n_masked += float(of_letters.sum())
        if not n_masked:
            raise ValueError("X has no letter to hide: all of its characters are unknown, or codes of several letters.")
        return total / n_masked

    @completed_by(score)
    def perplexity(self, X) -> float:
        """Return how many equally probable letters would be as hard to guess as a hidden letter of these strings.

        Returns
        -------
        float
            exp(-`score`): from 1 to n_letters and above, where letters are guessed worse than by chance.
        """
        return float(np.exp(-self.score(X)))

    @property
    def _n_features_out(self) -> int:
        made_of = self.blueprint_.arguments
        widths = {"attention": "embedding_dim", "convolution": "n_filters", "rnn": "n_units"}
        return int(made_of[widths[made_of["body"]]]) * (2 if made_of["body"] == "rnn" else 1)

    def _any_letter(self) -> np.ndarray:
        """Return which tokens are read as masked ones."""
        if isinstance(self.alphabet_, Vocabulary):
            return np.arange(self.alphabet_.n_tokens) == self.alphabet_.unknown_token
        from skmlbio.networks.masked_model import any_letter

        return any_letter(self.alphabet_.one_hot_vectors)

    def _masked(self, tokens: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw which letters to hide, a share of each string, one at least."""
        is_letter = (tokens >= _FIRST_LETTER) & (tokens < _FIRST_LETTER + self._n_letters())
        n_letters = is_letter.sum(axis=1, keepdims=True)
        n_masked = np.clip(np.rint(self.masking_fraction * n_letters), 1, n_letters)
        places = np.argsort(np.where(is_letter, rng.random(tokens.shape), 2.0), axis=1)
        return np.argsort(places, axis=1) < n_masked

    # Fitting ------------------------------------------------------------------------------------------------------

    def _train(self, plan, training, validation, rng, known, partial):
        if known is not None:  # a fit from the start
            lengths = training.data.sequences.lengths
            self._mean_length = float(np.average(lengths, weights=training.weights))
            self._mask_seed = int(rng.integers(2**31 - 1))
        super()._train(plan, training, validation, rng, known, partial)
        if not any(self.history_["loss"]):
            raise ValueError("X has no letter to hide: all of its characters are unknown, or codes of several letters.")

    def _scalars(self, epoch):
        return {"n_wanted": float(self.masking_fraction) * self._mean_length}

    def _sequence_cost(self):
        cost = super()._sequence_cost()
        return replace(cost, width=max(cost.width, self._n_letters()))

    def _ask_encoded(self, head, data):
        self._require_maps_of_answers(data)
        return super()._ask_encoded(head, data)

    def _make_blueprint(self):
        from skmlbio.networks.masked_model import masked_model

        own = {"masking_fraction": float(self.masking_fraction), "pooling": self.pooling}
        return Blueprint(masked_model, self._body_arguments() | own)

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.masking

    def _answers(self):
        import tensorflow as tf

        def of_residues(head):
            def answer(ask, tokens):
                found = ask(head, tokens)
                return tf.where(tf.expand_dims(tf.cast(tokens, tf.bool), -1), found, tf.zeros_like(found))

            return answer

        return {
            "transform": lambda ask, tokens: ask("transform", tokens),
            "transform_residues": of_residues("features"),
            "predict_proba": of_residues("predict_proba"),
        }

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # vectors have the precision of the network
        return tags
