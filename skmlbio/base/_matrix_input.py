"""Rows of numbers as what an estimator takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from skmlbio.base._annotated_data import is_annotated, matrix_of
from skmlbio.base._fit_data import column_statistics
from skmlbio.base._number_columns import numbers_expected
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._range import require_single
from skmlbio.base._stored_numbers import require_stored_numbers, stand_in
from skmlbio.training._batches import ArrayData, Data, TrainingSet
from skmlbio.training._rows_in_turn import in_order
from skmlbio.training._stored_rows import StoredRows, is_stored


@with_parameters
class MatrixInput:
    """X is a matrix, dense or CSR, in memory or in a file, a data frame, or an `AnnData`.

    Parameters
    ----------
    standardize : bool
        Whether features are brought to mean 0 and variance 1 before the network.
    layer : str or None
        Which layer of an `AnnData` is its matrix; None takes ``adata.X``, of a backed one in its file.  The names of
        its variables are those of the features.  Of any other X, it says nothing.

    Attributes
    ----------
    n_features_in_ : int
        Number of features in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are all strings.
    """

    standardize: bool = parameter(default=True, allowed=["boolean"])
    layer: str | None = parameter(default=None, allowed=[str, None])

    def _require_samples(self, X: Any, name: str = "X") -> None:
        if not is_annotated(X):
            super()._require_samples(X, name)

    def _encode(self, X: Any, *, reset: bool) -> Data:
        return ArrayData(self._numbers(X, reset=reset))

    def _numbers(self, X: Any, *, reset: bool, **options: Any) -> Any:
        """Check numbers; they come in double precision where the network standardises them, else in single."""
        if reset:
            self._input_dtype = np.float64 if self._standardizes() else np.float32
            self._has_gaps = self._takes_gaps()
        X, names = matrix_of(X, self.layer) if is_annotated(X) else (X, None)
        kind = getattr(getattr(X, "dtype", None), "kind", None)
        dtype = [self._input_dtype] if kind in ("b", "i", "u") else [np.float64, self._input_dtype]
        options |= {"reset": reset, "dtype": dtype, "accept_sparse": "csr", "order": "C"}
        if self._has_gaps:
            options["ensure_all_finite"] = "allow-nan"
        if is_stored(X):
            rows = StoredRows(X, self._input_dtype)
            self._validated(stand_in(rows.source), rows.source.header if names is None else names, **options)
            rows = in_order(rows)
            require_stored_numbers(rows, getattr(self, "feature_names_in_", None), self._has_gaps)
            return rows
        with numbers_expected(X):
            X = self._validated(X, names, **options)
        require_single(X, getattr(self, "feature_names_in_", None))
        return X.astype(self._input_dtype, copy=False)

    def _validated(self, X: Any, names: Any, *, reset: bool, **options: Any) -> Any:
        """Check numbers as scikit-learn does, and the names of their columns, be it those of a frame beside them."""
        if names is None:
            return validate_data(self, X, reset=reset, **options)
        validate_data(self, names, reset=reset, skip_check_array=True)
        return check_array(X, estimator=self, input_name="X", **options)

    def _input_size(self) -> int:
        """Return how many numbers a sample has."""
        return self.n_features_in_

    def _standardizes(self) -> bool:
        """Return whether the network brings its input to mean 0 and variance 1."""
        return bool(self.standardize)

    def _takes_gaps(self) -> bool:
        """Return whether numbers may be missing."""
        return False

    def _adapted(self, training: TrainingSet) -> dict[str, np.ndarray]:
        if not self._standardizes():
            return super()._adapted(training)
        mean, scale = column_statistics(training.data, training.weights)
        return super()._adapted(training) | {"standardize/mean": mean, "standardize/scale": scale}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
