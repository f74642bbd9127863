"""Classifiers: labels in, probabilities out."""

from __future__ import annotations

import functools
from numbers import Real
from typing import Any, Literal

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.callback import with_callbacks
from sklearn.utils import check_consistent_length, compute_class_weight
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._availability import available_if
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._fit_data import ensure_sample_weight
from skmlbio.base._gaps import has_gaps, weights_of_known
from skmlbio.base._labels import Labels, require_labels
from skmlbio.base._own_loss import Loss, loss_options
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._supervised import SupervisedBase
from skmlbio.training._batches import Arrays
from skmlbio.training._loss_choice import LOSSES_OF_CLASSES, LOSSES_OF_ROWS

SEVERAL_DECISIONS = "labels of several classes each have several; predict_proba tells the probabilities of each."


def _has_one_decision(estimator: Any) -> bool:
    labels = getattr(estimator, "_labels", None)
    return labels is None or labels.kind != "multiclass-multioutput"


@with_parameters
class ClassifierBase(ClassifierMixin, SupervisedBase):
    """A network with a head ``"decision_function"`` that returns logits, as a classifier.

    Parameters
    ----------
    loss : "log_loss", dict or callable
        What is made small: minus the log-likelihood, the configuration of a loss of Keras,
        ``{"class_name": "BinaryFocalCrossentropy", "config": {"gamma": 1.0}}``, or a function ``(targets, outputs)``,
        made of Keras' operations, that returns a tensor of the shape of the outputs, or one number a sample.  Targets
        are ones and zeros of shape (batch, n_classes), or (batch, 1) for two classes; outputs are logits, not
        probabilities, so that ``from_logits`` is True, and a function that needs probabilities begins with
        ``keras.ops.softmax``, or ``keras.ops.sigmoid`` for two classes and for several labels a sample.
    class_weight : dict, list of dict, "balanced" or None
        Weight of each class; "balanced" weighs classes inversely to their frequency.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), or list of them where there are several outputs
        The labels, sorted.
    """

    loss: Loss = parameter(default="log_loss", allowed=loss_options("log_loss"))
    class_weight: dict | list[dict] | Literal["balanced"] | None = parameter(
        default=None, allowed=[dict, list, StrOptions({"balanced"}), None]
    )

    _keras_losses = LOSSES_OF_CLASSES

    @said_by_estimator
    @with_callbacks
    @completed_by(SupervisedBase.fit)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch on some samples, going on from the present weights.

        Parameters
        ----------
        classes : array-like of shape (n_classes,), optional
            All classes that will ever come; needed in the first call unless y has them all, and the same in later ones.

        Raises
        ------
        ValueError
            For unusable parameters or data, for other classes than before, and if the loss is no longer a number.
        """
        if not hasattr(self, "weights_"):
            self._labels = Labels.learn(y, classes)
        elif classes is not None:
            self._labels.require_same(classes)
        return self._fit(X, y, sample_weight, partial=True)

    @all_or_nothing
    def _fit(self, X, y=None, *rest, partial: bool = False, **options):
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: give one label a sample."
            )
        if not partial and not (self.warm_start and hasattr(self, "weights_")):
            self.__dict__.pop("_labels", None)
        return super()._fit(X, y, *rest, partial=partial, **options)

    def _encode_target(self, y, *, reset):
        if not hasattr(self, "_labels"):
            self._labels = Labels.learn(y)
        labels = self._labels
        self.classes_ = labels.classes[0] if len(labels.classes) == 1 else list(labels.classes)
        return (labels.encode(y),)

    def _strata(self, targets):
        return self._labels.strata(targets[0])

    def _weigher(self, targets, weights):
        if self.class_weight is None:
            return super()._weigher(targets, weights)
        if self._labels.kind == "multilabel-indicator":
            raise ValueError("class_weight weighs the classes of an output, but y holds labels; give a sample_weight.")
        columns = _code_columns(targets)
        given = self.class_weight if isinstance(self.class_weight, list) else [self.class_weight] * len(columns)
        if len(given) != len(columns):
            raise ValueError(f"class_weight lists {len(given)} outputs, but y has {len(columns)}.")
        factors = [
            class_weights(class_weight, classes, codes, weights)
            for class_weight, classes, codes in zip(given, self._labels.classes, columns, strict=True)
        ]

        def weigh(targets):
            return np.prod([of[codes] for of, codes in zip(factors, _code_columns(targets), strict=True)], axis=0)

        return weigh

    def _target_arguments(self):
        """Return what tells a network about the labels; see `skmlbio.networks.supervised.with_targets`."""
        return {"n_outputs": self._labels.n_outputs, "kind": self._labels.kind, "sizes": self._labels.sizes}

    def _loss(self):
        from skmlbio.training import _losses

        labels = {"kind": self._labels.kind, "sizes": self._labels.sizes}
        if isinstance(self.loss, str):
            return functools.partial(_losses.classification, **labels)
        name = self.loss.get("class_name") if isinstance(self.loss, dict) else None
        if name in LOSSES_OF_ROWS and labels["kind"] in ("binary", "multilabel-indicator"):
            raise ValueError(
                f"loss {name} compares the classes of a sample, but y has two of them, or several labels: each has one "
                f"logit, for which there is {name.replace('Categorical', 'Binary').replace('BinaryHinge', 'Hinge')}."
            )
        widths = (1,) if labels["kind"] == "binary" else labels["sizes"]
        losses = [self._chosen_loss(width) for width in widths]  # of outputs of several classes, each is tried
        return functools.partial(_losses.own_classification, **labels, loss=losses[0])

    def _logits(self, X) -> np.ndarray:
        check_is_fitted(self, "weights_")
        return self._ask("decision_function", X)

    @completed_by(NetworkEstimator._samples)
    def predict(self, X) -> np.ndarray:
        """Return the most probable class of every sample.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Labels as they were given to `fit`.
        """
        logits = self._logits(X)
        return self._labels.decode(logits)

    @completed_by(NetworkEstimator._samples)
    def predict_proba(self, X) -> np.ndarray | list[np.ndarray]:
        """Return the probability of every class.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float64
            Columns in the order of `classes_`; for columns of labels, the probability of each label; for several
            outputs of several classes, a list of such arrays.
        """
        logits = self._logits(X)
        return self._labels.probabilities(logits)

    @completed_by(predict)
    def score(self, X, y, sample_weight=None) -> float:
        """Return the share of samples that are right, in all of their labels where they have several.

        Parameters
        ----------
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their labels.  Of several, those that are NaN are not compared, and samples without any are left out.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.

        Returns
        -------
        float
        """
        check_is_fitted(self, "weights_")
        require_labels(y)
        if self._labels.kind != "multilabel-indicator" or not has_gaps((codes := self._labels.encode(y),)):
            return super().score(X, y, sample_weight)
        answers = self.predict(X)
        check_consistent_length(answers, codes)
        weights = ensure_sample_weight(sample_weight, len(codes))
        right = ((answers == codes) | np.isnan(codes)).all(axis=1)
        return float(np.average(right, weights=weights_of_known(weights, (codes,), "y")))

    @available_if(_has_one_decision, SEVERAL_DECISIONS)
    @completed_by(NetworkEstimator._samples)
    def decision_function(self, X) -> np.ndarray:
        """Return what the network answers before it is turned into probabilities.

        Returns
        -------
        ndarray of shape (n_samples,) for two classes, else (n_samples, n_classes), float32
            Logits.
        """
        logits = self._logits(X)
        return logits[:, 0] if self._labels.kind == "binary" else logits

    def _answers(self):
        from skmlbio.base._served_labels import served_labels, served_probabilities

        labels = self._labels

        def decision(ask, *inputs):
            logits = ask("decision_function", *inputs)
            return logits[:, 0] if labels.kind == "binary" else logits

        answers = {
            "predict": lambda ask, *inputs: served_labels(labels, ask("decision_function", *inputs)),
            "predict_proba": lambda ask, *inputs: served_probabilities(labels, ask("decision_function", *inputs)),
        }
        return answers | ({"decision_function": decision} if _has_one_decision(self) else {})

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags


def _code_columns(targets: Arrays) -> np.ndarray:
    """Return the class codes of every output, one row an output."""
    return targets[0].astype(int).reshape(len(targets[0]), -1).T


def class_weights(class_weight: Any, classes: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weight of each class of one output."""
    if class_weight == "balanced":  # n_samples / (n_classes * count), counted by sample weight
        counts = np.bincount(codes, weights=weights, minlength=len(classes))
        return counts.sum() / (len(counts) * np.maximum(counts, np.finfo(float).tiny))
    for label, weight in class_weight.items():
        if not isinstance(weight, Real) or not 0 <= weight < np.inf:
            label = label.item() if isinstance(label, np.generic) else label
            raise ValueError(f"class_weight must be finite and not negative, but class {label!r} has {weight}.")
    return compute_class_weight(class_weight, classes=classes, y=classes)
