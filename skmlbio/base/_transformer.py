"""Transformers: samples in, a code of few numbers out, and samples back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skmlbio.base._annotated_data import refuse_annotated_data
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._fit_data import mean_of_samples
from skmlbio.base._number_columns import numbers_expected
from skmlbio.base._range import is_number, require_answers
from skmlbio.base._unlabelled import UnlabelledEstimator
from skmlbio.training._batches import ArrayData, Data

_ROWS_AT_ONCE = 1024


class TransformerBase(ClassNamePrefixFeaturesOutMixin, TransformerMixin, UnlabelledEstimator):
    """A network that learns to give its input back, as a transformer.

    Its heads are ``"transform"``, ``"reconstruct"`` and ``"errors"``; the last returns what the loss compares.
    """

    @property
    def _n_features_out(self) -> int:
        return self._code_size()

    @completed_by(NetworkEstimator._samples)
    def transform(self, X) -> np.ndarray:
        """Return the codes of samples.

        Returns
        -------
        ndarray of shape (n_samples, n_components), float32
            Codes.
        """
        return self._ask("transform", X)

    @completed_by(NetworkEstimator._samples)
    def reconstruct(self, X) -> np.ndarray:
        """Return what the network makes of samples when it has put them through their code.

        Returns
        -------
        ndarray of the shape of X, float64 where the network standardises, else float32
            Reconstructions, in the units of X.  A column that was constant in `fit` comes back as that constant.
        """
        return self._ask("reconstruct", X)

    @completed_by(NetworkEstimator._samples)
    def score_samples(self, X) -> np.ndarray:
        """Return minus the reconstruction error of every sample: low where a sample is unlike the training data.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            Minus the loss, averaged over features, in the units in which the network was trained.
        """
        answers = (self._ask_encoded("errors", block) for block in row_blocks(self._samples(X)))
        errors = [self._fitted_loss(a, None, (), {}).numpy() for a in answers]
        return -require_answers(np.concatenate(errors), holds=is_number)

    def score(self, X, y=None, sample_weight=None) -> float:
        """Return the mean of `score_samples`, so that more is better.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the mean.

        Returns
        -------
        float
        """
        return mean_of_samples(self.score_samples(X), sample_weight)

    def _train(self, plan, training, validation, rng, known, partial):
        self._fitted_loss = self._loss()
        super()._train(plan, training, validation, rng, known, partial)

    def _answers(self):
        return {
            "transform": lambda ask, *inputs: ask("transform", *inputs),
            "reconstruct": lambda ask, *inputs: ask("reconstruct", *inputs),
            "score_samples": lambda ask, *inputs: -self._fitted_loss(ask("errors", *inputs), None, (), {}),
        }

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # codes have the precision of the network, not that of X
        return tags


def row_blocks(data: Data) -> Iterator[Data]:
    """Cut samples into blocks, for answers that are as wide as the samples."""
    for start in range(0, len(data), _ROWS_AT_ONCE):
        yield data.subset(np.arange(start, min(start + _ROWS_AT_ONCE, len(data))))


class DecoderMixin:
    """The way back from codes, for a network with the head ``"inverse_transform"``."""

    def inverse_transform(self, X) -> np.ndarray:
        """Return the samples that codes stand for.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Codes.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float64 where the network standardises, else float32
            Reconstructions, in the units of the training data.
        """
        return self._ask_encoded("inverse_transform", ArrayData(self._checked_codes(X)))

    def _checked_codes(self, X) -> np.ndarray:
        check_is_fitted(self, "weights_")
        refuse_annotated_data(X)
        with numbers_expected(X):
            codes = check_array(X, dtype=np.float32, order="C", estimator=self, input_name="X")
        if codes.shape[1] != self._code_size():
            raise ValueError(f"X has {codes.shape[1]} columns, but codes have {self._code_size()} components.")
        return codes

    def _export_signatures(self, network):
        from skmlbio.export._signatures import array_entrance

        codes = array_entrance(network.inputs("inverse_transform")[0])
        signature = codes.signature(network, "inverse_transform", lambda ask, z: ask("inverse_transform", z))
        return super()._export_signatures(network) | {"inverse_transform": signature}
