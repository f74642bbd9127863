"""What the transformers of sequences share, whatever they make of the tokens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from ._alphabets import Alphabet
from ._intervals import Interval
from ._samples import Sequences
from ._validation import ensure_sequences
from ._vocabulary import Vocabulary


class SequenceTransformer(TransformerMixin, BaseEstimator, ABC):
    """Learn the alphabet, validate strings, and leave `_encode` to the transformer."""

    _parameter_constraints: dict = {
        "alphabet": [str, Alphabet, Vocabulary],
        "unknown": [StrOptions({"error", "mask"})],
        "case_sensitive": [StrOptions({"auto"}), "boolean"],
    }

    def fit(self, X: Any, y: Any = None):
        """Learn from the sequences what is not given: the alphabet, and what else the attributes list.

        Parameters
        ----------
        X : list, tuple, array, series or data frame of n_samples strings
            The sequences, as `ensure_sequences` takes them.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        TypeError, ValueError
            If a parameter is impossible, or `X` holds anything but sequences over the alphabet.
        """
        self._learn_all(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Fit and encode in one pass over the strings; the same as ``fit(X).transform(X)``.

        Parameters
        ----------
        X : list, tuple, array, series or data frame of n_samples strings
            The sequences, as `ensure_sequences` takes them.
        y : None
            Ignored.

        Returns
        -------
        X_encoded : object
            As `transform` returns it.
        """
        return self._encode(self._learn_all(X))

    def transform(self, X: Any) -> Any:
        """Encode sequences.

        Parameters
        ----------
        X : list, tuple, array, series or data frame of n_samples strings
            The sequences, as `ensure_sequences` takes them.

        Returns
        -------
        X_encoded : object
            See the class for its kind, shape and dtype.

        Raises
        ------
        NotFittedError
            If the transformer is not fitted.
        TypeError, ValueError
            If `X` holds anything but sequences over the alphabet; for encoders of a fixed length, also if one is longer
            than ``length_`` and `truncate` is False.
        """
        check_is_fitted(self)
        return self._encode(ensure_sequences(X, alphabet=self.alphabet_, unknown=self.unknown))

    @abstractmethod
    def _encode(self, sequences: Sequences) -> Any:
        """Return what stands for the sequences."""

    def _learn_all(self, X: Any) -> Sequences:
        """Learn, or stay as it was if that fails: new words would stand beside old columns, and counts be wrong."""
        before = dict(vars(self))
        try:
            return self._learn(X)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def _learn(self, X: Any) -> Sequences:
        self._validate_params()
        sequences = ensure_sequences(
            X, alphabet=self.alphabet, unknown=self.unknown, case_sensitive=self.case_sensitive
        )
        self.alphabet_ = sequences.alphabet
        return sequences

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


class SequenceEncoder(SequenceTransformer):
    """Learn the length as well."""

    _parameter_constraints: dict = {
        **SequenceTransformer._parameter_constraints,
        "length": [Interval(Integral, 1, None, closed="left"), None],
        "truncate": ["boolean"],
        "dtype": "no_validation",
    }
    _dtype_kind: tuple[type, str]  # what `dtype` must be, as NumPy and as the error message call it

    def _learn(self, X: Any) -> Sequences:
        kind, described = self._dtype_kind
        try:
            dtype = np.dtype(self.dtype)
        except TypeError:
            dtype = self.dtype  # no dtype at all
        if not isinstance(dtype, np.dtype) or not np.issubdtype(dtype, kind):
            raise ValueError(f"dtype of {type(self).__name__} must be {described}; got {dtype}")
        sequences = super()._learn(X)
        self.length_ = int(sequences.lengths.max()) if self.length is None else self.length
        return sequences
