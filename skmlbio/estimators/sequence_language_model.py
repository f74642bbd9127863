"""Language models: a density of strings by a network."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import DensityMixin

from skmlbio.base import with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.base._fit_data import mean_of_samples
from skmlbio.base._range import require_answers
from skmlbio.base._sampler import numbers_and_seeds
from skmlbio.base._unlabelled import UnlabelledEstimator
from skmlbio.estimators._language_network import LanguageNetwork
from skmlbio.estimators._prompts import DrawOptions, PromptData, prompts_of, said_of_prompts
from skmlbio.estimators._sequence_data import SequenceData
from skmlbio.sequences import Sequences


@with_parameters
class SequenceLanguageModel(LanguageNetwork, DensityMixin, UnlabelledEstimator):
    """Learn a density of strings with a network that says, at each place, what comes next.

    log p(x) = Σ_i log p(x_i | x_1 ... x_{i-1}), where the last of the x_i is the end of the string.  Each letter may
    depend on all before it [1]_ [2]_, not on a few, as in a `MarkovChain`; and none on what follows.  The probabilities
    of all strings of one letter or more sum to 1.

    X is a list of strings of any lengths, or of lists of tokens such as words, k-mers and codons.  What is answered for
    a string depends neither on padding nor on the strings beside it.

    A code that stands for several letters, and an unknown character (``unknown="mask"``), which may be any, have at
    their place the sum of the probabilities of these letters.  What comes after it sees the mean of their vectors, or
    that of unknown tokens: not each of them in turn, as in a `MarkovChain`.  It is so in `fit`, too.  U and O of
    proteins are read as C and K.

    Attributes
    ----------
    history_ : dict of str to list of float
        Loss of every epoch, in nats a letter, where the end counts as one;
        ``pandas.DataFrame(estimator.history_)`` tabulates it.

    See Also
    --------
    MarkovChain : A density by counts, of strings of a known length.
    VAESampler : A density of rows.
    skmlbio.sequences.ensure_sequences : What counts as a list of strings.

    References
    ----------
    .. [1] Mikolov et al.: Recurrent neural network based language model. Interspeech (2010).
    .. [2] Vaswani et al.: Attention is all you need. NeurIPS (2017).

    Examples
    --------
    >>> from skmlbio import SequenceLanguageModel
    >>> X = ["ACGACG", "ACG", "ACGACGACG", "ACGACG"] * 8
    >>> model = SequenceLanguageModel("dna", n_units=16, learning_rate=0.02, epochs=40, random_state=0).fit(X)
    >>> model.predict_next(["ACGAC", "A"]).round(1)  # of A, C, G, T and the end
    array([[0., 0., 1., 0., 0.],
           [0., 1., 0., 0., 0.]], dtype=float32)
    >>> bool(model.score(["ACGACG"]) > model.score(["GCAGCA"])), round(model.perplexity(X), 1)
    (True, 1.0)
    >>> model.sample(2, prompt="ACGA", temperature=0)
    ['ACGACG', 'ACGACG']
    """

    @completed_by(UnlabelledEstimator._samples)
    def score_samples(self, X) -> np.ndarray:
        """Return the log-probability of each string and its end, in nats.

        Parameters
        ----------
        X : list of n_samples strings or lists of tokens
            Strings.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            log p(x).
        """
        return self._log_probabilities(X)["string"]

    @completed_by(score_samples)
    def score(self, X, y=None, sample_weight=None) -> float:
        """Return the mean log-probability of strings, in nats.

        Parameters
        ----------
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the mean.

        Returns
        -------
        float
            The mean of `score_samples`.
        """
        return mean_of_samples(self.score_samples(X), sample_weight)

    @completed_by(score_samples)
    def perplexity(self, X) -> float:
        """Return how many equally probable letters would be as hard to guess as the next letter of these strings.

        Like that of a `MarkovChain`, it is of letters alone: what is guessed is which letter comes, where one comes,
        and not whether the string ends.

        Returns
        -------
        float
            exp(-Σ log p(x_i | x_1 ... x_{i-1}, not the end) / Σ length(x)): from 1 to n_letters and above, where
            letters are guessed worse than by chance.
        """
        data = self._samples(X)
        letters = self._log_probabilities_of(data)["letters"]
        return float(np.exp(-letters.sum() / data.sequences.lengths.sum()))

    @completed_by(score_samples)
    def predict_next(self, X) -> np.ndarray:
        """Return the probability of each letter to come next, and that of the end.

        Returns
        -------
        ndarray of shape (n_samples, n_letters + 1), float32 unless the network is double
            Probabilities of the letters, in the order of ``alphabet_.letters``, or of tokens, in that of
            ``vocabulary_.tokens``; the last column is that of the end.
        """
        return require_answers(self._ask_encoded("predict_next", self._samples(X)))

    def sample(
        self, n_samples: int = 1, prompt=None, *, temperature: float = 1.0, top_k: int | None = None,
        top_p: float | None = None, max_length: int | None = None, random_state=None,
    ) -> list:  # fmt: skip
        """Draw strings, letter by letter.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        prompt : str or list of tokens, or list of n_samples of these, optional
            What strings begin with: one for all, or one each.
        temperature : float, default=1.0
            Letters are drawn by softmax(logits / temperature): below 1, probable ones become more probable; with 0 the
            most probable is always taken.
        top_k : int, optional
            Of how many of the most probable letters, the end among them, one is drawn.
        top_p : float, optional
            One is drawn of the fewest letters that together have this probability.
        max_length : int, optional
            Letters of a string at most, those of the prompt included; None takes those of the longest training string.
            A warning tells how many strings were cut, for they had not ended.
        random_state : int, RandomState instance or None, default=None
            Seed; None takes that of the estimator.  An exported network draws the same for the same int.

        Returns
        -------
        list of n_samples str, or of lists of str where the network was fitted to lists of tokens
            Strings, each with its prompt.

        Raises
        ------
        ValueError
            For numbers out of range, for prompts that are no strings of the alphabet, and for one longer than
            `max_length`.
        """
        numbers, seeds = numbers_and_seeds(self, n_samples, random_state)
        max_length = self.max_length_ if max_length is None else max_length
        options = DrawOptions.checked(temperature, top_k, top_p, max_length)
        tokens = self._prompts(prompt, int(n_samples), options.max_length)
        data = PromptData(tokens, numbers, seeds, options, self._entries_of_a_draw(options.max_length))
        drawn = self._ask_encoded("sample", data)
        if n_cut := np.count_nonzero(drawn[:, -1]):
            warnings.warn(
                f"{n_cut} of {n_samples} strings were cut at max_length={options.max_length} {self.alphabet_.unit}, "
                "before they had ended.",
                stacklevel=2,
            )
        return Sequences.from_padded(drawn[:, :-1], self.alphabet_).to_strings()

    def _prompts(self, prompt: Any, n_samples: int, max_length: int) -> np.ndarray:
        """Return the tokens that each string begins with, 0 after them."""
        prompts, is_one = prompts_of(prompt, n_samples, self.alphabet_)
        if prompts is None:
            return np.zeros((n_samples, 0), self.alphabet_.dtype)
        with said_of_prompts(is_one):
            sequences = self._sequences(prompts, reset=False)
        if (longer := sequences.lengths > max_length).any():
            index = int(np.argmax(longer))
            which = "prompt" if is_one else f"prompt[{index}]"
            raise ValueError(
                f"{which} has {sequences.lengths[index]} {self.alphabet_.unit}, but max_length={max_length} leaves no "
                "room for it."
            )
        return np.repeat(sequences.pad(), n_samples if is_one else 1, axis=0)

    def _log_probabilities(self, X: Any) -> dict[str, np.ndarray]:
        return self._log_probabilities_of(self._samples(X))

    def _log_probabilities_of(self, data: SequenceData) -> dict[str, np.ndarray]:
        found = self._ask_encoded("score_samples", data)
        return {name: require_answers(values) for name, values in found.items()}

    # Fitting ------------------------------------------------------------------------------------------------------

    def _train(self, plan, training, validation, rng, known, partial):
        if known is not None:  # a fit from the start
            lengths = training.data.sequences.lengths + 1
            self._mean_length = float(np.average(lengths, weights=training.weights))
        super()._train(plan, training, validation, rng, known, partial)

    def _scalars(self, epoch):
        return {"n_letters": self._mean_length}

    def _loss(self):
        from skmlbio.training import _losses

        return _losses.string_likelihood

    def _answers(self):
        return {
            "score_samples": lambda ask, tokens: ask("score_samples", tokens)["string"],
            "predict_next": lambda ask, tokens: ask("predict_next", tokens),
        }

    def _export_signatures(self, network):
        import tensorflow as tf

        from skmlbio.export._sequence_entrance import sequence_exit
        from skmlbio.export._signatures import Signature

        spelled, all_letters = sequence_exit(self.alphabet_), DrawOptions.checked(1.0, None, None, 1)

        def sample(n_samples, seed, temperature, max_length):
            numbers, nothing = tf.range(n_samples), tf.zeros((n_samples, 0), self.alphabet_.dtype.name)
            given = seed, temperature, all_letters.top_k, all_letters.top_p, max_length
            tokens = network.answer("sample", nothing, numbers, *(tf.fill(tf.shape(numbers), value) for value in given))
            return tokens[:, :-1]

        kinds = {"n_samples": tf.int64, "seed": tf.int64, "temperature": tf.float32, "max_length": tf.int32}
        inputs = {name: tf.TensorSpec((), kind) for name, kind in kinds.items()}
        return super()._export_signatures(network) | {
            "sample": Signature(inputs, lambda **given: {"sample": spelled(sample(**given))}),
            "sample_tokens": Signature(inputs, lambda **given: {"sample": tf.cast(sample(**given), tf.int32)}),
        }
