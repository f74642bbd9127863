"""One Markov chain a class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skmlbio.base import parameter, with_parameters
from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.base._labels import Labels
from skmlbio.estimators._markov_base import MarkovBase
from skmlbio.estimators.markov_chain import MarkovChain


@with_parameters
class MarkovClassifier(ClassifierMixin, MarkovBase):
    """Classify strings by a Markov chain for each class.

    p(y | x) = p(y) p(x | y) / Σ_y' p(y') p(x | y') with the prior p(y) of a class and the density p(x | y) of its
    chain, a `MarkovChain` [1]_.  With ``order=0`` it is naive Bayes on letters.

    A string with ambiguity codes has the sum of the probabilities of all strings that it stands for, as far as
    `MarkovChain` says.  Nothing is learned from the lengths of strings.

    Parameters
    ----------
    priors : array-like of shape (n_classes,), dict or None
        Probability of each class, in the order of the sorted labels or by label; None takes their shares of the
        training samples.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    class_count_ : ndarray of shape (n_classes,), float64
        Training samples of each class, by their weights.
    class_prior_ : ndarray of shape (n_classes,), float64
        Probability of each class.
    chains_ : list of n_classes MarkovChain
        The fitted chain of each class.

    See Also
    --------
    MarkovChain : The density of one class.
    AttentionClassifier : Learns what matters from the strings.

    References
    ----------
    .. [1] Durbin, Eddy, Krogh, Mitchison: Biological sequence analysis. Cambridge University Press (1998), chapter 3.

    Examples
    --------
    >>> from skmlbio import MarkovClassifier
    >>> X = ["CGCGGCGC", "GCGCCGCG", "CGCGCGAT", "ATGATTAC", "TTATAAGC", "AATTGCAT"]
    >>> y = ["island", "island", "island", "sea", "sea", "sea"]
    >>> classifier = MarkovClassifier(1).fit(X, y)
    >>> classifier.predict(["GCGCG", "TTANC"]).tolist()
    ['island', 'sea']
    >>> classifier.predict_proba(["GCGCG", "TTANC"]).round(2)
    array([[1.  , 0.  ],
           [0.03, 0.97]])
    """

    priors: ArrayLike | dict | None = parameter(default=None, allowed=["array-like", dict, None])

    @said_by_estimator
    @all_or_nothing
    @completed_by(MarkovChain.fit)
    def fit(self, X, y, sample_weight=None):
        """Count the windows of the strings of each class.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Class labels.
        """
        return self._fit(X, y, None, sample_weight, going_on=False)

    @said_by_estimator
    @all_or_nothing
    @completed_by(fit, MarkovChain.partial_fit)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Add strings to those counted so far; in parts or at once, the classifier is the same.

        Parameters
        ----------
        X : list of n_samples strings
            Strings over the alphabet of the first call.
        classes : array-like of shape (n_classes,), optional
            All classes that will ever come; needed in the first call unless y has them all, and the same in later ones.

        Raises
        ------
        TypeError, ValueError
            For unusable parameters or data, and for another order or other classes than before.
        MemoryError
            If the tables of all contexts do not fit into memory.
        """
        return self._fit(X, y, classes, sample_weight, going_on=hasattr(self, "alphabet_"))

    def _fit(self, X, y, classes, sample_weight, *, going_on: bool) -> MarkovClassifier:
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: give one label a sample."
            )
        self._begin(going_on=going_on)
        sequences = self._sequences(X, reset=not going_on)
        if not going_on:
            self._labels = _single_labels(y, classes)
            self.classes_, self.class_count_ = self._labels.classes[0], np.zeros(len(self._labels.classes[0]))
        elif classes is not None:
            self._labels.require_same(classes)
        codes = self._labels.encode(y).astype(np.int64)
        check_consistent_length(sequences, codes)
        weights = None if sample_weight is None else ensure_sample_weight(sample_weight, len(sequences))
        n_classes = len(self.classes_)
        self._learn(sequences, weights, codes, n_classes)
        self.class_count_ = self.class_count_ + np.bincount(codes, weights, minlength=n_classes)
        self.class_prior_ = self.class_count_ / self.class_count_.sum()
        if self.priors is not None:
            self.class_prior_ = _ensure_priors(self.priors, self.classes_)
        return self

    def _joint(self, X: Any) -> NDArray[np.float64]:
        """Return log p(x, y) of each string and class, of which at least one can be."""
        scores = self._scores(X)
        with np.errstate(divide="ignore"):
            joint = scores + np.log(self.class_prior_)
        impossible = np.isneginf(joint).all(axis=1)
        if impossible.any():
            raise ValueError(
                f"sample {int(impossible.argmax())} of X has the probability 0 in every class, so that none is more "
                "probable than another; with a pseudocount above 0 and priors above 0 there are no such samples."
            )
        return joint

    @completed_by(MarkovChain.score_samples)
    def predict(self, X) -> NDArray:
        """Return the most probable class of every string.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels as they were given to `fit`.

        Raises
        ------
        ValueError
            If a string has the probability 0 in every class, which needs a pseudocount or a prior of 0.
        """
        check_is_fitted(self, "alphabet_")
        return self.classes_[self._joint(X).argmax(axis=1)]

    @completed_by(MarkovChain.score_samples)
    def predict_log_proba(self, X) -> NDArray[np.float64]:
        """Return the logarithm of the probability of every class.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float64
            log p(y | x); columns in the order of `classes_`.  -inf needs a pseudocount or a prior of 0.
        """
        check_is_fitted(self, "alphabet_")
        joint = self._joint(X)
        return joint - logsumexp(joint, axis=1, keepdims=True)

    @completed_by(MarkovChain.score_samples)
    def predict_proba(self, X) -> NDArray[np.float64]:
        """Return the probability of every class.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float64
            p(y | x); columns in the order of `classes_`.
        """
        return np.exp(self.predict_log_proba(X))

    @completed_by(MarkovChain.score_samples)
    def decision_function(self, X) -> NDArray[np.float64]:
        """Return what the classes are compared by.

        Returns
        -------
        ndarray of shape (n_samples,) for two classes, else (n_samples, n_classes), float64
            For two classes log p(x, y_1) - log p(x, y_0), the log-odds of the second; else log p(x, y).
        """
        check_is_fitted(self, "alphabet_")
        joint = self._joint(X)
        return joint[:, 1] - joint[:, 0] if joint.shape[1] == 2 else joint

    @property
    def chains_(self) -> list[MarkovChain]:
        check_is_fitted(self, "alphabet_")
        parameters = {name: value for name, value in self.get_params().items() if name != "priors"}
        chains = [MarkovChain(**parameters) for _ in self.classes_]
        for place, chain in enumerate(chains):
            chain.alphabet_, chain._order = self.alphabet_, self._order
            chain._counts, chain._logs = self._counts[place : place + 1], self._logs[place : place + 1]
        return chains


def _single_labels(y: Any, classes: Any) -> Labels:
    labels = Labels.learn(y, classes)
    if labels.kind not in ("binary", "multiclass"):
        raise ValueError(f"y must hold one class label a sample, but it is {labels.kind}.")
    return labels


def _ensure_priors(priors: ArrayLike | dict, classes: NDArray) -> NDArray[np.float64]:
    labels = classes.tolist()
    if isinstance(priors, dict):
        if set(priors) != set(labels):
            raise ValueError(f"priors must have the classes {labels} as keys; got {list(priors)}.")
        priors = [priors[label] for label in labels]
    try:
        found = np.asarray(priors, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"priors must be {len(labels)} numbers, one a class; got {priors!r:.100}.") from error
    if found.shape != (len(labels),):
        raise ValueError(f"priors must be {len(labels)} numbers, one a class; got shape {found.shape}.")
    if not (found >= 0).all() or not np.isclose(found.sum(), 1):
        raise ValueError(f"priors must not be negative and must sum to 1; got {found.tolist()}.")
    return found
