"""A transformer that reads a sequence and writes another one."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any, Literal

import numpy as np
from sklearn.callback import with_callbacks
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length

from skmlbio.base import NetworkEstimator, parameter, with_parameters
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._fit_data import mean_of_samples
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import (
    COUNT,
    KERNEL_WIDTH,
    SHARE,
    STRENGTH,
    AveragedWeights,
    KernelPenalties,
    LayerParameters,
    require_heads,
)
from skmlbio.base._range import is_number, require_answers
from skmlbio.estimators._attention_memory import AttentionMemory
from skmlbio.estimators._pair_data import PairData, WritingData, batches
from skmlbio.estimators._sequence_data import SequenceCost
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.estimators._translation_export import TranslationExport
from skmlbio.estimators._translation_target import TranslationTarget
from skmlbio.sequences import Sequences
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._optimizers import warmed_up


def _attends(translator: TransformerTranslator) -> bool:
    blueprint = getattr(translator, "blueprint_", None)  # of the fit, whatever the parameter has become
    attends = translator.architecture != "rnn" if blueprint is None else blueprint.arguments.get("attention", True)
    if not attends:
        raise AttributeError("a TransformerTranslator with architecture='rnn' attends to nothing")
    return True


@with_parameters
class TransformerTranslator(
    TranslationExport,
    TranslationTarget,
    AttentionMemory,
    LayerParameters,
    KernelPenalties,
    AveragedWeights,
    NetworkEstimator,
):
    """Translate sequences into others with a transformer.

    An encoder reads the whole of x, and a decoder writes y token by token, each given x and the tokens before it [1]_:

        p(y | x) = prod_i p(y_i | y_1, ..., y_{i-1}, x),   p = softmax(W blocks(embed(y) + positions, encoder(x)) + b)

    Its end is one more token, which never comes first.  In training all places are written at once, each after the
    tokens that are wanted before it; in prediction one after the other, from keys and values that are kept, so that
    each costs one step.

    For comparison, ``architecture="rnn_attention"`` reads with recurrences in both directions and writes with one that
    attends to their states [4]_, and "rnn" writes from the last of these states alone [5]_.

    X and y are lists of strings, or of lists of tokens such as words and codons, of any lengths: each of y belongs to
    the one of X at its place.  What is written for a sequence depends neither on padding nor on the sequences beside
    it.

    Parameters
    ----------
    architecture : {"transformer", "rnn_attention", "rnn"}
        What reads and writes.  `n_heads`, `feed_forward_dim`, `positions` and `norm` are of the transformer alone.
    embedding_dim : int
        Length of a residue's vector, and of a recurrence's state; a multiple of `n_heads`.
    n_heads : int
        Attention maps of a block.
    n_blocks : int
        Transformer blocks of the encoder, and of the decoder; or recurrences of the encoder.
    feed_forward_dim : int
        Width of the hidden layer in a block.
    kernel_width : int or None
        How many neighbouring residues the convolution before the encoder's blocks sees, at most 1,000; None leaves it
        out.
    positions : {"sinusoidal", "learned"}
        What tells a residue its place.  Where positions are learned, all places past the longest training sequence have
        the vector of its last place.
    norm : {"pre", "post"}
        Whether layers are normalised before or after attention and feed-forward network; "pre" is easier to train.
    dropout : float
        Share of numbers that are dropped in training, after the embeddings and in the blocks.
    activation : str
        Keras' name of the activation of the convolution and in the blocks.
    label_smoothing : float
        Share of each wanted token that is spread over all that can be written at its place, in training [2]_.
    warm_up : int
        Steps over which the learning rate rises from 0; after them it stays.
    beam_width : int
        How many translations are held on to while they are written, of which the best is the answer; 1 writes the most
        probable token at each place.
    length_penalty : float
        a: of the translations y that a beam ends with, the best is the one of the largest
        log p(y | x) / ((5 + n) / 6)^a, where n counts the tokens of y and its end [3]_.  0 takes the most probable, 1
        of long ones that of the largest mean log p of a token, and the larger a is, the longer is the best.  A beam of
        1 has no choice.
    max_output_length : int or "auto"
        Tokens after which a translation ends at the latest; "auto" takes twice those of the longest of training, and as
        often more as x is longer than the longest of training.

    See Also
    --------
    skmlbio.sequences.ensure_sequences : What counts as a list of sequences.
    skmlbio.sequences.token_accuracy_score : The share of tokens that are right.
    skmlbio.AttentionMapDisplay : Draws what `attention_maps` returns.

    Notes
    -----
    `beam_width`, `length_penalty` and `max_output_length` may be changed after `fit`.

    References
    ----------
    .. [1] Vaswani et al.: Attention is all you need. NeurIPS (2017).
    .. [2] Szegedy et al.: Rethinking the inception architecture for computer vision. CVPR (2016).
    .. [3] Wu et al.: Google's neural machine translation system. arXiv:1609.08144 (2016).
    .. [4] Bahdanau et al.: Neural machine translation by jointly learning to align and translate. ICLR (2015).
    .. [5] Cho et al.: Learning phrase representations using RNN encoder-decoder. EMNLP (2014).

    Examples
    --------
    >>> from skmlbio import TransformerTranslator
    >>> X = ["AAC", "CA", "CCA", "A", "AC", "C", "CAC", "ACA"] * 8
    >>> Y = [x.replace("A", "T").replace("C", "G") for x in X]
    >>> translator = TransformerTranslator(
    ...     "AC", embedding_dim=16, n_heads=2, n_blocks=1, learning_rate=0.01, epochs=40, random_state=0
    ... ).fit(X, Y)
    >>> translator.predict(["CAC", "AC"]), translator.score(X, Y)
    (['GTG', 'TG'], 1.0)
    >>> [float(round(p)) for p in np.exp(translator.score_samples(["CA", "CA"], ["GT", "TT"]))]
    [1.0, 0.0]
    """

    architecture: Literal["transformer", "rnn_attention", "rnn"] = parameter(
        default="transformer", allowed=[StrOptions({"transformer", "rnn_attention", "rnn"})]
    )
    embedding_dim: int = parameter(default=64, allowed=COUNT)
    n_heads: int = parameter(default=4, allowed=COUNT)
    n_blocks: int = parameter(default=2, allowed=COUNT)
    feed_forward_dim: int = parameter(default=128, allowed=COUNT)
    kernel_width: int | None = parameter(default=None, allowed=[*KERNEL_WIDTH, None])
    positions: Literal["sinusoidal", "learned"] = parameter(
        default="sinusoidal", allowed=[StrOptions({"sinusoidal", "learned"})]
    )
    norm: Literal["pre", "post"] = parameter(default="pre", allowed=[StrOptions({"pre", "post"})])
    dropout: float = parameter(default=0.1)
    label_smoothing: float = parameter(default=0.0, allowed=SHARE)
    warm_up: int = parameter(default=0, allowed=[Interval(Integral, 0, None, closed="left")])
    beam_width: int = parameter(default=1, allowed=COUNT)
    length_penalty: float = parameter(default=0.0, allowed=STRENGTH)
    max_output_length: int | Literal["auto"] = parameter(default="auto", allowed=[*COUNT, StrOptions({"auto"})])
    l2: float | Literal["auto"] = parameter(default=0.0)

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        X : list of n_samples strings or lists of tokens
            What is read.
        y : list of n_samples strings or lists of tokens
            What is to be written.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), groups)

    @said_by_estimator
    @with_callbacks
    @completed_by(fit)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch on some samples, going on from the present weights.

        Both alphabets are those of the first call.
        """
        return self._fit(X, y, sample_weight, partial=True)

    @completed_by(fit)
    def predict(self, X) -> list:
        """Return what is written for each sequence.

        Returns
        -------
        list of n_samples str, or of n_samples lists of str where y was lists of tokens
            Translations.
        """
        return self._written(self._samples(X)).to_strings()

    @completed_by(fit)
    def score(self, X, y, sample_weight=None) -> float:
        """Return the share of translations that are right from the first token to the last.

        Parameters
        ----------
        y : list of n_samples strings or lists of tokens
            What is wanted.  Tokens outside the target alphabet may stand there, and are never right, whatever
            `unknown` is, so that the score of a test fold counts a token which only that fold has as wrong.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.

        Returns
        -------
        float
        """
        pairs = self._pairs(X, y, "mask")
        both = pairs.targets, self._written(pairs.sources)
        length = max(int(sequences.lengths.max()) for sequences in both)
        wanted, written = (sequences.pad(length) for sequences in both)
        right = ((wanted == written) & (wanted != self.target_alphabet_.unknown_token)).all(axis=1)
        return mean_of_samples(right, sample_weight)

    @completed_by(fit)
    def score_samples(self, X, y) -> np.ndarray:
        """Return how probable given translations are.

        Parameters
        ----------
        y : list of n_samples strings or lists of tokens
            Translations.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            log p(y | x), with the end of y; the probabilities of all translations sum to 1.

        Raises
        ------
        ValueError
            If y has a token outside the target alphabet, unless ``unknown="mask"``: then log p is that of an unknown
            token, -inf if none is ever written.
        """
        return np.array([tokens.sum() for tokens in self.score_tokens(X, y)])

    @completed_by(score_samples)
    def score_tokens(self, X, y) -> list[np.ndarray]:
        """Return how probable each token of given translations is.

        Returns
        -------
        list of n_samples ndarray of shape (length of y + 1,), float32
            log p of each token given x and the tokens before it; the last one is the end.
        """
        pairs = self._pairs(X, y)
        found: list[Any] = [None] * len(pairs)
        for rows, log_p in self._answers_in_batches("log_probabilities", pairs):
            for row, of_tokens in zip(rows, require_answers(log_p, holds=is_number), strict=True):
                found[row] = of_tokens[: pairs.targets.lengths[row] + 1]
        return found

    @available_if(_attends)
    @completed_by(fit)
    def attention_maps(self, X, y=None) -> list[np.ndarray]:
        """Return how much each token that is written collects from each one that is read.

        Parameters
        ----------
        y : list of n_samples strings or lists of tokens, optional
            Translations; None takes what `predict` returns.

        Returns
        -------
        list of n_samples ndarray of shape (n_blocks, n_heads, length of y, length of x), float32
            By block and head of the decoder's cross-attention: in row i, the shares of all tokens of x in what is
            collected when token i of y is chosen.  Rows sum to 1; there is no padding.  Of "rnn_attention" there is one
            block with one head, and "rnn" has none to ask for.
        """
        if y is None:
            sources = self._samples(X)
            pairs = PairData(sources, self._written(sources))
        else:
            pairs = self._pairs(X, y)
        maps: list[Any] = [None] * len(pairs)
        for rows, blocks in self._answers_in_batches("attention_maps", pairs):
            for row, *of_pair in zip(rows, *blocks.values(), strict=True):
                written, read = pairs.targets.lengths[row], pairs.sources.sequences.lengths[row]
                maps[row] = np.stack([heads[:, :written, :read] for heads in of_pair])
        return maps

    def _samples(self, X):
        sources = super()._samples(X).to_predict()
        self._require_maps_of_answers(sources)
        return sources

    def _pairs(self, X: Any, y: Any, unknown: str | None = None) -> PairData:
        """Encode X and y for a fitted network."""
        sources = self._samples(X)
        targets = self._targets(y, unknown or self.unknown, reset=False)
        check_consistent_length(sources, targets)
        return PairData(sources, targets)

    def _written(self, sources: Any) -> Sequences:
        """Return what is written for each sequence."""
        self._validate_params()  # how it writes may have been changed after the fit
        limits = self._limits(sources.sequences.lengths)
        widths, penalties = np.full(len(sources), self.beam_width), np.full(len(sources), self.length_penalty)
        data = WritingData(sources, limits, widths.astype(np.int32), penalties.astype(np.float32))
        written = np.zeros((len(sources), int(limits.max())), np.int32)
        for rows, tokens in self._answers_in_batches("predict", data):
            written[rows, : tokens.shape[1]] = tokens
        return Sequences.from_padded(written, self.target_alphabet_)

    def _limits(self, lengths: Any) -> np.ndarray:
        """Return how many tokens are written at most for sequences of some lengths."""
        if self.max_output_length != "auto":
            return np.full(len(lengths), self.max_output_length, np.int32)
        return np.ceil(2 * self.max_target_length_ * np.maximum(1.0, lengths / self.max_length_)).astype(np.int32)

    def _answers_in_batches(self, head: str, data: PairData | WritingData) -> Iterator[tuple[np.ndarray, Any]]:
        """Ask for a few samples at a time, of about one length, which answers of many lengths have to share."""
        for rows in batches(data):
            yield rows, super(SequenceInput, self)._ask_encoded(head, data.subset(rows))

    # Fitting ------------------------------------------------------------------------------------------------------

    def _check_parameters(self):
        super()._check_parameters()
        if self.architecture == "transformer":
            require_heads(self.embedding_dim, self.n_heads)
        if self.warm_up and isinstance(self.learning_rate, dict):
            raise ValueError("warm_up is for a learning_rate that is a number; a schedule says itself how it begins.")

    def _attention_of(self, made_of):
        if "attention" in made_of or made_of.get("architecture", "transformer") != "transformer":
            return None  # the maps of a recurrent network are no larger than what it reads
        return {name: made_of[name] for name in ("n_heads", "n_blocks")} | {"attention_window": None}

    def _sequence_cost(self):
        if self.architecture == "transformer":
            return SequenceCost(n_maps=int(self.n_heads))
        return SequenceCost(width=3 * int(self.embedding_dim))

    def _plan(self, n_samples, epochs):
        plan = super()._plan(n_samples, epochs)
        if self.warm_up:
            plan.optimizer["config"]["learning_rate"] = warmed_up(plan.learning_rate, int(self.warm_up))
            plan.learning_rate = None
        return plan

    def _make_blueprint(self):
        from skmlbio.networks.translation import recurrent_translation, transformer_translation

        shared = {
            name: getattr(self, name) for name in ("embedding_dim", "n_blocks", "kernel_width", "activation", "dtype")
        }
        shared |= {"tokens": self._token_arguments(), "dropout": float(self.dropout)} | self._target_arguments()
        if self.architecture != "transformer":
            return Blueprint(recurrent_translation, shared | {"attention": self.architecture == "rnn_attention"})
        own = {name: getattr(self, name) for name in ("n_heads", "feed_forward_dim", "positions", "norm")}
        lengths = self.max_length_, self.max_target_length_ + 1
        own["max_length"], own["max_target_length"] = lengths if self.positions == "learned" else (0, 0)
        return Blueprint(transformer_translation, shared | own)

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.translation

    def _scalars(self, epoch):
        smoothing = float(self.label_smoothing)
        return super()._scalars(epoch) | ({"label_smoothing": smoothing} if smoothing else {})
