"""Outlier detectors: a score of every sample, and the offset below which a sample is an outlier."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, Literal

import numpy as np
from sklearn.base import OutlierMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.stats import _weighted_percentile

from skmlbio.base._all_or_nothing import KeptInterrupt
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._intervals import Interval
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.training._batches import Data, TrainingSet

_WHISKER = 1.5  # interquartile ranges; Tukey (1977)


@with_parameters
class OutlierScores(OutlierMixin):
    """Tells outliers by `_scores(data)`, float64 and the higher the more normal, and `_served_scores`, its twin.

    Parameters
    ----------
    contamination : float or "auto"
        Where `offset_` is: below it lies this share of the samples of the fit.  "auto" takes Tukey's fence [2]_, which
        needs no labels: 1.5 interquartile ranges of their scores below the lower quartile.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is an outlier.  It is that of the validation samples, where there are any: scores of
        samples that have been trained on are a little too good, and so too many new ones lie below.
    """

    contamination: float | Literal["auto"] = parameter(
        default="auto", allowed=[Interval(Real, 0, 0.5, closed="right"), StrOptions({"auto"})]
    )

    @completed_by(NetworkEstimator._samples)
    def decision_function(self, X) -> np.ndarray:
        """Return ``score_samples(X) - offset_``, negative for outliers.

        Returns
        -------
        ndarray of shape (n_samples,), float64
        """
        return self.score_samples(X) - self.offset_

    @completed_by(NetworkEstimator._samples)
    def predict(self, X) -> np.ndarray:
        """Tell outliers from what is like the samples of the fit.

        Returns
        -------
        ndarray of shape (n_samples,), int64
            -1 for outliers, else 1.
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _train(self, plan, training, validation, rng, known, partial):
        try:
            super()._train(plan, training, validation, rng, known, partial)
        except KeptInterrupt:
            self._calibrate(training, validation)
            raise
        self._calibrate(training, validation)

    def _calibrate(self, training: TrainingSet, validation: TrainingSet | None) -> None:
        samples = training if validation is None else validation
        self.offset_ = _offset(self._scores(samples.data), samples.weights, self.contamination)

    def _scores(self, data: Data) -> np.ndarray:
        raise NotImplementedError

    def _served_scores(self) -> Callable[..., Any]:
        """Return what `_scores` is in an exported network; see `Entrance.signature`."""
        raise NotImplementedError

    def _answers(self):
        import tensorflow as tf

        score_samples = self._served_scores()

        def decision_function(ask, *inputs):
            return score_samples(ask, *inputs) - self.offset_

        def predict(ask, *inputs):
            normal = decision_function(ask, *inputs) >= 0
            return tf.where(normal, tf.constant(1, tf.int64), tf.constant(-1, tf.int64))

        verbs = {"predict": predict, "decision_function": decision_function, "score_samples": score_samples}
        return verbs | {verb: answer for verb, answer in super()._answers().items() if verb not in verbs}


def _offset(scores: np.ndarray, weights: np.ndarray, contamination: float | str) -> float:
    """Return the score below which samples are outliers.

    A sample of weight 2 counts as two, and half-way between two scores is their mean.

    Examples
    --------
    >>> scores = np.array([-100.0, 1.0, 2.0, 3.0, 4.0])
    >>> _offset(scores, np.ones(5), 0.2)
    -49.5
    >>> _offset(scores, np.ones(5), "auto")  # 1 - 1.5 (3 - 1)
    -2.0
    """

    def quantile(share: float) -> float:
        return float(_weighted_percentile(scores, weights, 100 * share, average=True))

    if contamination != "auto":
        return quantile(contamination)
    lower, upper = quantile(0.25), quantile(0.75)
    return lower - _WHISKER * (upper - lower)
