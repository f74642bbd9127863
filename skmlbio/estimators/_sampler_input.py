"""What a sampler is given: rows, and beside them labels and library sizes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.validation import validate_data

from skmlbio.base._code_network import CodeNetwork
from skmlbio.base._fit_data import column_statistics, numbers_of_samples
from skmlbio.estimators._conditions import Conditions, columns_of
from skmlbio.estimators._table import Table
from skmlbio.training._batches import ArrayData
from skmlbio.training._stored_rows import StoredRows

COUNTS = ("poisson", "negative_binomial", "zero_inflated_negative_binomial")
_LARGEST_COUNT = 10**9
_N_SIZES = 256


class Given(NamedTuple):
    """Rows and what stands beside them, as the user gave it."""

    X: Any
    y: Any = None
    covariates: Any = None
    library_size: Any = None


class SamplerInput(CodeNetwork):
    """X is a matrix of numbers or counts; beside it are labels that the network is told, and library sizes."""

    _encoded_arguments = Given._fields

    def _encode(self, given, *, reset):
        given = given if isinstance(given, Given) else Given(given)
        self._require_samples(given.X)
        if self._of_table():
            x = self._encode_table(given.X, reset=reset)
        else:
            (x,) = super()._encode(given.X, reset=reset).columns
        if self._of_counts():
            require_counts(x, self.likelihood, getattr(self, "feature_names_in_", None))
        if reset:
            self._learn_conditions(given)
            self._library_given = given.library_size is not None
        sums = row_sums(x) if self._of_counts() else None
        return ArrayData(x, *self._beside(given, x.shape[0], sums))

    def _encode_table(self, X: Any, *, reset: bool) -> np.ndarray:
        if not (hasattr(X, "columns") and hasattr(X, "iloc")):
            kind = f"{type(X).__module__.partition('.')[0]}.{type(X).__qualname__}".removeprefix("builtins.")
            convert = ": give X.to_pandas()" if hasattr(X, "to_pandas") else ""
            raise TypeError(f"likelihood={self.likelihood!r} takes a pandas data frame, got {kind}{convert}.")
        validate_data(self, X, skip_check_array=True, reset=reset)
        if reset:
            self._table = Table.learn(X, self.likelihood if isinstance(self.likelihood, dict) else {})
        return self._table.encode(X)

    def _of_table(self) -> bool:
        """Return whether rows are those of a data frame, whose columns have likelihoods of their own."""
        return self.likelihood == "mixed" or isinstance(self.likelihood, dict)

    def _as_given(self, rows: np.ndarray, X: Any = None) -> Any:
        """Return rows in the form in which they came: those of a table as a data frame, called like those of X."""
        return self._table.decode(rows, X.index if hasattr(X, "iloc") else None) if self._of_table() else rows

    def _of_counts(self) -> bool:
        """Return whether rows are counts, which have library sizes."""
        return isinstance(self.likelihood, str) and self.likelihood in COUNTS

    def _of_probabilities(self):
        return "likelihood='bernoulli'" if self.likelihood == "bernoulli" else ""

    def _standardizes(self):
        return super()._standardizes() and not self._of_counts() and not self._of_table()

    def _parts(self) -> tuple[dict[str, Any], ...]:
        """Return the likelihoods side by side, as the network is told them."""
        kinds = self._table.parts() if self._of_table() else [(self.likelihood, self.n_features_in_)]
        of_library = self._of_counts()
        variances = [variance_of(self.variance, kind, self._few_samples) for kind, _ in kinds]
        return tuple(
            {"kind": kind, "n_features": width, "variance": variance, "of_library": of_library}
            for (kind, width), variance in zip(kinds, variances, strict=True)
        )

    def _learn_conditions(self, given: Given) -> None:
        """Find out which labels there are: covariates, and where the density is conditional, y."""
        if self.conditional and given.y is None:
            raise ValueError("conditional=True learns a density for each label, so that y must be given; got None.")
        labels = {"covariates": given.covariates, "y": given.y if self.conditional else None}
        self._conditions = {
            name: Conditions.learn(columns_of(of, name)) for name, of in labels.items() if of is not None
        }

    def _beside(self, given: Given, n_samples: int, sums: np.ndarray | None) -> list[np.ndarray]:
        """Return what the network is told beside rows or codes: numbers of labels, and library sizes."""
        codes = [self._codes(name, getattr(given, name), n_samples) for name in ("covariates", "y")]
        codes = [part for part in codes if part is not None]
        sizes = self._sizes(given.library_size, n_samples, sums)
        return [*([np.concatenate(codes, axis=1)] if codes else []), *([] if sizes is None else [sizes])]

    def _codes(self, name: str, labels: Any, n_samples: int) -> np.ndarray | None:
        """Return numbers of labels; the labels y of a density that is not conditional are ignored."""
        conditions = self._conditions.get(name)
        if conditions is None:
            if labels is not None and name == "covariates":
                raise ValueError(f"covariates were given, but this {type(self).__name__} was fitted without any.")
            return None
        if labels is None:
            raise ValueError(f"this {type(self).__name__} was fitted with {name}; give that of the samples, {name}=...")
        return conditions.codes(columns_of(labels, name, n_samples, len(conditions.sizes)))

    def _sizes(self, sizes: Any, n_samples: int, sums: np.ndarray | None) -> np.ndarray | None:
        """Return library sizes, float32: those that are given, else the sums of rows, else the typical one."""
        if not self._of_counts():
            if sizes is not None:
                raise ValueError(f"library_size is that of counts, but the likelihood is {self.likelihood!r}.")
            return None
        if sizes is None:
            return np.full(n_samples, self.library_size_, np.float32) if sums is None else sums
        if np.shape(sizes) == (n_samples, 1) and not hasattr(sizes, "toarray"):
            sizes = np.ravel(sizes)  # such as the sums of the rows of a sparse matrix
        found = numbers_of_samples(sizes, "library_size", n_samples)
        wrong = (found < 0) | (found > _LARGEST_COUNT)
        if wrong.any():
            place = int(np.argmax(wrong))
            raise ValueError(f"library_size[{place}] is {found[place]:g}, but sizes are from 0 to {_LARGEST_COUNT:g}.")
        if sums is not None and (empty := (found == 0) & (sums > 0)).any():
            place = int(np.argmax(empty))
            raise ValueError(f"library_size[{place}] is 0, but sample {place} has counts.")
        return found.astype(np.float32)

    def _adapted(self, training):
        known = super()._adapted(training)
        if self._of_table():
            return known | self._table.first_weights(training.data.columns[0], training.weights)
        if not self._of_counts():
            return known
        sizes = training.data.columns[-1].astype(np.float64)
        middles = (np.arange(_N_SIZES) + 0.5) / _N_SIZES
        quantiles = np.quantile(sizes, middles, weights=training.weights, method="inverted_cdf")
        self.library_size_ = float(quantiles[_N_SIZES // 2])
        mean, _ = column_statistics(training.data, training.weights)
        shares = np.log(mean + 0.5 / len(sizes))  # as if there were half a count more, for features without any
        return known | {"library/sizes": quantiles, "offset/value": shares - shares.mean()}


def variance_of(variance: float | str, likelihood: str, few_samples: bool) -> float | str | None:
    """Return what a likelihood makes of the keyword `variance`.

    A decoder that computes variances learns those of the very rows where these are few, and is sure where it is wrong.
    """
    if likelihood in ("bernoulli", "categorical", "poisson"):
        return None
    automatic = "decoder" if likelihood == "gaussian" and not few_samples else "feature"
    return automatic if variance == "auto" else variance


def require_counts(X: Any, likelihood: str, names: Any = None) -> None:
    """Raise a ValueError that names the first number of a matrix, dense, CSR or in a file, that is no count."""
    blocks = X.blocks() if isinstance(X, StoredRows) else [(0, X)]
    for first_row, block in blocks:
        values = block.data if hasattr(block, "toarray") else block
        wrong = (values < 0) | (values != np.floor(values)) | (values > _LARGEST_COUNT)
        if wrong.any():
            place = int(np.argmax(wrong))
            if hasattr(block, "toarray"):
                row, column = int(np.searchsorted(block.indptr, place, side="right")) - 1, int(block.indices[place])
            else:
                row, column = (int(i) for i in np.unravel_index(place, block.shape))
            feature = "" if names is None else f" (feature {str(names[column])!r})"
            raise ValueError(
                f"likelihood={likelihood!r} needs counts, whole numbers from 0 to {_LARGEST_COUNT:g}, but "
                f"X[{first_row + row}, {column}] is {values.flat[place]:.6g}{feature}."
            )


def row_sums(X: Any) -> np.ndarray:
    """Return the sum of every row of a matrix, dense, CSR or in a file, float32."""
    if isinstance(X, StoredRows):
        return np.concatenate([row_sums(block) for _, block in X.blocks()])
    return np.asarray(X.sum(axis=1, dtype=np.float64), np.float32).ravel()
