"""A label for every residue of strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from sklearn.callback import with_callbacks
from sklearn.utils import check_consistent_length
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._classifier import class_weights
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.base._range import require_answers
from skmlbio.estimators._pretrained_strings import PretrainedStrings
from skmlbio.estimators._residue_labels import GivenLabels, ResidueLabels
from skmlbio.estimators._sequence_data import SequenceData
from skmlbio.estimators._tagger_network import TaggerNetwork
from skmlbio.training._blueprint import Blueprint


@with_parameters
class SequenceTagger(PretrainedStrings, TaggerNetwork, NetworkEstimator):
    """Label every residue of strings, such as by secondary structure, or as exon and intron.

    X is a list of strings of any lengths, or of lists of tokens, as `AttentionClassifier` takes them.  y has a label a
    residue: it is a list of strings of the same lengths, or of lists of labels, which are strings or whole numbers.
    What is predicted has the form of y, and depends neither on the padding nor on the strings beside.

    A residue's features come from itself and those around it, and its label from them: p(y_t | X) = softmax(W h_t + b).
    With ``crf=True`` labels depend on their neighbours as well, by a linear-chain conditional random field [1]_: then
    `predict` returns the labels that are most probable together (Viterbi [2]_), and `predict_proba` the probability of
    each, summed over all labels of all other residues.  The former keep together what lasts; more residues are right by
    the latter, with ``classes_[probabilities.argmax(axis=1)]`` for each string.

    Parameters
    ----------
    crf : bool
        Whether labels depend on their neighbours: where a label lasts, or only some may follow on it.
    missing_labels : str or list of labels
        What stands in y where a label is not known: characters, or labels of lists.  Such residues are read, but count
        neither in training nor for the score.
    class_weight : dict, "balanced" or None
        Weight of the residues of each label; "balanced" weighs labels inversely to their frequency.  Not with `crf`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.

    See Also
    --------
    RNNClassifier : One label a string.
    skmlbio.sequences.q3_score : The usual score of secondary structure in three states.

    References
    ----------
    .. [1] Lafferty, McCallum and Pereira: Conditional random fields: probabilistic models for segmenting and labeling
       sequence data. ICML (2001).
    .. [2] Viterbi: Error bounds for convolutional codes and an asymptotically optimum decoding algorithm. IEEE
       Transactions on Information Theory 13 (1967).

    Examples
    --------
    >>> from skmlbio import SequenceTagger
    >>> X = ["ACCAAACA", "CAACCC", "AAACACCA", "CCCAAC"] * 10
    >>> y = ["-++---+-", "+--+++", "---+-?+-", "+++--+"] * 10
    >>> tagger = SequenceTagger("dna", epochs=20, random_state=0).fit(X, y)
    >>> tagger.predict(["CAC", "AACAA"])
    ['+-+', '--+--']
    >>> tagger.classes_, [p.shape for p in tagger.predict_proba(["CAC", "AACAA"])]
    (array(['+', '-'], dtype='<U1'), [(3, 2), (5, 2)])
    """

    crf: bool = parameter(default=False, allowed=["boolean"])
    missing_labels: str | Sequence = parameter(default="?", allowed=[str, "array-like"])
    class_weight: dict | Literal["balanced"] | None = parameter(
        default=None, allowed=[dict, StrOptions({"balanced"}), None]
    )

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        y : list of n_samples strings or lists of labels
            A label of every residue.
        sample_weight : array-like of shape (n_samples,), optional
            What each residue of a sample counts.  Samples of weight 0 count as absent from training, as do those
            without a label that is known; letters, tokens and labels are known by all of X and y.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), groups)

    @said_by_estimator
    @with_callbacks
    @completed_by(fit)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch on some samples, going on from the present weights.

        Parameters
        ----------
        classes : list of labels or str, optional
            All labels that will ever come; needed in the first call unless y has them all, and the same in later ones.

        Raises
        ------
        ValueError
            For unusable parameters or data, for other classes than before, and if the loss is no longer a number.
        """
        return self._fit(X, y, sample_weight, partial=True, classes=classes)

    @completed_by(NetworkEstimator._samples)
    def predict(self, X) -> list:
        """Return a label of every residue: the most probable one, or with `crf` the most probable ones together.

        Returns
        -------
        list of n_samples str, or of lists of labels
            In the form that y had in `fit`.
        """
        codes = self._of_residues("predict", self._samples(X))
        return self._labels.decode(codes)

    @completed_by(NetworkEstimator._samples)
    def predict_proba(self, X) -> list[np.ndarray]:
        """Return the probability of every label of every residue.

        Returns
        -------
        list of n_samples ndarray of shape (length, n_classes), float32 unless the network is double
            Columns in the order of `classes_`.
        """
        return [require_answers(found) for found in self._of_residues("predict_proba", self._samples(X))]

    @completed_by(predict)
    def score(self, X, y, sample_weight=None) -> float:
        """Return the share of residues whose label is right, of those whose label is known.

        Parameters
        ----------
        y : list of n_samples strings or lists of labels
            Their labels.  One that is none of `classes_` is never right, so that the score of a test fold counts a
            label which only that fold has as wrong.
        sample_weight : array-like of shape (n_samples,), optional
            What each residue of a sample counts.

        Returns
        -------
        float

        Raises
        ------
        TypeError, ValueError
            If y has no labels of residues, labels of another kind than in `fit`, none that is known, or not one for
            each residue.
        """
        data = self._samples(X)
        given = GivenLabels.of(y, self._labels.missing)
        _require_a_label_a_residue(data, given)
        target = self._labels.encode(given, refuse_foreign=False)
        weights = np.repeat(ensure_sample_weight(sample_weight, len(data)), np.diff(target.offsets))
        right = np.concatenate(self._of_residues("predict", data)) == target.values
        known = target.values >= 0
        return float(np.average(right[known], weights=weights[known]))

    @all_or_nothing
    def _fit(self, X, y=None, *rest, classes=None, **options):
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: give one label a residue."
            )
        if classes is not None and hasattr(self, "weights_"):
            self._labels.require_same(classes)
        self._classes_given = classes
        try:
            return super()._fit(X, y, *rest, **options)
        finally:
            del self._classes_given

    def _check_parameters(self):
        super()._check_parameters()
        if self.crf and self.class_weight is not None:
            raise ValueError(
                "class_weight weighs residues one by one, but with crf=True labels of a string are likely or unlikely "
                "together: set one of them only, or give a sample_weight."
            )

    def _encode_target_of(self, data, y, *, reset):
        given = GivenLabels.of(y, self.missing_labels if reset else self._labels.missing)
        if reset or len(given) == len(data):  # else it is told whose numbers differ
            _require_a_label_a_residue(data, given)
        if reset:
            self._labels = ResidueLabels.learn(given, self._classes_given)
            self.classes_ = self._labels.classes
        return (self._labels.encode(given),)

    def _weigher(self, targets, weights):
        self._class_weights = None
        if self.class_weight is not None:
            (target,) = targets
            known, of_residues = target.values >= 0, np.repeat(weights, np.diff(target.offsets))
            given = self.class_weight, self.classes_, target.values[known], of_residues[known]
            self._class_weights = class_weights(*given)
        return lambda targets: (targets[0].n_present() > 0).astype(float)

    def _training_sets(self, *given, **options):
        training, held_out = super()._training_sets(*given, **options)
        return training.by_element(), held_out and held_out.by_element()

    def _scalars(self, epoch):
        if self._class_weights is None:
            return {}
        return {f"class_weight_{i}": float(weight) for i, weight in enumerate(self._class_weights)}

    def _make_blueprint(self):
        from skmlbio.networks.tagger import sequence_tagger

        own = {"n_classes": len(self.classes_), "crf": self.crf}
        if self.encoder is None:
            return Blueprint(sequence_tagger, self._body_arguments() | own)
        head = {"tokens": None, "encoder": self._encoder_arguments(), "dropout": float(self.dropout)}
        return Blueprint(sequence_tagger, own | head | {"dtype": self.dtype})

    def _loss(self):
        from skmlbio.networks.tagger import chain_loss
        from skmlbio.training._losses import tagging

        return chain_loss if self.crf else tagging

    def _answers(self):
        return self._answers_spelled(self._labels.of_strings)

    def _answers_to(self, entrance):
        return self._answers_spelled(self._labels.of_strings and not entrance.alphabets)

    def _answers_spelled(self, as_strings):
        """Return the answers, with the labels of a sequence as one string, or each by itself."""
        import tensorflow as tf

        from skmlbio.export._label_table import label_table

        classes = self._labels.classes

        def predict(ask, tokens):
            labels = label_table(classes)
            labels = tf.concat([tf.zeros_like(labels[:1]), labels], axis=0)  # "" for strings
            places = tf.where(tf.cast(tokens, tf.bool), tf.cast(ask("predict", tokens), tf.int32) + 1, 0)
            named = tf.gather(labels, places)
            return tf.strings.reduce_join(named, axis=1) if as_strings else named

        def predict_proba(ask, tokens):
            found = ask("predict_proba", tokens)
            return tf.where(tf.expand_dims(tf.cast(tokens, tf.bool), -1), found, tf.zeros_like(found))

        return {"predict": predict, "predict_proba": predict_proba}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _require_a_label_a_residue(data: SequenceData, given: GivenLabels) -> None:
    """Raise a ValueError that names a string which has more labels than residues, or fewer."""
    check_consistent_length(data, given)
    lengths, n_labels = data.sequences.lengths, np.diff(given.offsets)
    if (differ := lengths != n_labels).any():
        index = int(np.argmax(differ))
        unit = "residues" if data.sequences.alphabet.unit == "characters" else data.sequences.alphabet.unit
        raise ValueError(
            f"y[{index}] has {n_labels[index]} labels, but sequence {index} has {lengths[index]} {unit}; give one "
            "label for each."
        )
