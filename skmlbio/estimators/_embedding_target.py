"""What vectors of categories are learned from: their neighbours, or a target."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.multiclass import type_of_target

from skmlbio.base._fit_data import column_statistics, ensure_sample_weight
from skmlbio.base._gaps import has_gaps, table_with_gaps, weights_of_known
from skmlbio.base._labels import Labels, plain_labels
from skmlbio.base._number_columns import numbers_expected
from skmlbio.base._range import require_double, scaled_targets
from skmlbio.estimators._token_pairs import frequencies, noise_tables, shared_out, thinned
from skmlbio.training._batches import ArrayData, Data, TrainingSet, mean_one

_NOISE_EXPONENT = 0.75  # of Mikolov et al. 2013
# Pairs say little each, so that a step takes many; it changes all vectors, which takes its time.
_STEPS_OF_AN_EPOCH, _PAIRS, _CONTEXTS_OF_A_PAIR, _MOST_PAIRS = 16, 2**10, 8, 2**14


class EmbeddingTarget:
    """Learns from pairs of categories where there is no target, else from labels or numbers."""

    def _encode_target(self, y, *, reset):
        objective = self._chosen_objective(y) if reset else self.objective_
        name = type(self).__name__
        if not reset and self.objective not in ("auto", objective):
            raise ValueError(f"this {name} has learned by {objective}, so that objective cannot be {self.objective}.")
        if y is None and objective != "skip-gram":
            raise ValueError(f"{name} learns by {objective} and requires y to be passed, but y is None.")
        if y is not None and objective == "skip-gram":
            raise ValueError(f"y was given, but this {name} learns without; begin anew, or pass objective='skip-gram'.")
        if reset:
            self.objective_ = objective
            self._labels = self._n_outputs = self._scale = None
        if objective == "skip-gram":
            return ()
        if objective == "regression":
            return (self._numbers_of(y, reset=reset),)
        if reset:
            self._labels = Labels.learn(y)
        elif self.objective == "auto" and _holds_fractions(y):
            raise ValueError(
                "y holds numbers with fractions, but those of fit were whole and taken for classes; "
                "objective='regression' takes both for numbers."
            )
        return (self._labels.encode(y),)

    def _chosen_objective(self, y: Any) -> str:
        if self.objective != "auto":
            return self.objective
        return "skip-gram" if y is None else "regression" if _holds_fractions(y) else "classification"

    def _numbers_of(self, y: Any, *, reset: bool) -> np.ndarray:
        with numbers_expected(y, "y"), np.errstate(over="ignore", invalid="ignore"):  # of a sum that tells NaN
            y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y", estimator=self)
        require_double(y)
        if y.ndim > 2:
            raise ValueError(f"y must have one or two axes, got shape {y.shape}.")
        y = y.reshape(len(y), -1)
        if reset:
            self._n_outputs = y.shape[1]
        if y.shape[1] != self._n_outputs:
            raise ValueError(f"y has {y.shape[1]} columns, but there were {self._n_outputs} in fit.")
        return y

    def _target_arguments(self) -> dict[str, Any]:
        """Return what tells the network about the targets; see `skmlbio.networks.supervised.with_targets`."""
        if self.objective_ == "regression":
            return {"n_outputs": self._n_outputs, "kind": "numbers"}
        return {"n_outputs": self._labels.n_outputs, "kind": self._labels.kind, "sizes": self._labels.sizes}

    def _strata(self, targets):
        return self._labels.strata(targets[0]) if self.objective_ == "classification" else None

    def _training_sets(self, *given, reset):
        training, held_out = super()._training_sets(*given, reset=reset)
        if reset and self.objective_ == "regression":
            self._scale = column_statistics(ArrayData(training.targets[0]), training.weights)
        return self._learned_from(training), held_out and self._learned_from(held_out, "y_val")

    def _learned_from(self, samples: TrainingSet, name: str = "y") -> TrainingSet:
        """Return what steps are taken on: pairs, or samples with targets of mean 0 and variance 1."""
        if self.objective_ == "skip-gram":
            return self._rows_of_pairs(samples)
        if self.objective_ == "classification":
            return samples
        return samples._replace(targets=(scaled_targets(samples.targets[0], *self._scale, name),))

    def _rows_of_pairs(self, samples: TrainingSet) -> TrainingSet:
        pairs, n_counted = self._pairs(samples)
        if not n_counted:
            alone = hasattr(self, "categories_") and len(self._sizes()) == 1
            found = (
                "one column of categories, which have no neighbours"
                if alone
                else "no sample in which two known tokens or categories stand side by side"
            )
            raise ValueError(f"X has {found}, so without y there is nothing to learn from.")
        if self.subsample is not None:
            pairs = thinned(pairs, float(self.subsample), _columns(self._sizes()), _columns(self._context_sizes()))
        *numbers, weights = shared_out(pairs, n_counted)
        return TrainingSet(ArrayData(*numbers), (), mean_one(weights))

    def _scored(self, data: Data, y: Any, sample_weight: Any) -> TrainingSet:
        """Return what `score` averages the loss of."""
        targets = () if self.objective_ == "skip-gram" else self._encode_target(y, reset=False)
        check_consistent_length(data, *targets)
        weights = weights_of_known(ensure_sample_weight(sample_weight, len(data)), targets, "y")
        samples = self._learned_from(TrainingSet(data, targets, weights))
        return samples.with_shares() if has_gaps(targets) else samples

    def _adapted(self, training):
        if self.objective_ != "skip-gram":
            return super()._adapted(training)
        from skmlbio.networks.embedding import MOST_EXPECTED

        columns = _columns(self._context_sizes())
        frequency = frequencies(training.data.columns[1], training.weights, columns)
        tables = noise_tables(frequency, columns, _NOISE_EXPONENT, draws=len(columns) > MOST_EXPECTED)
        return super()._adapted(training) | {f"skip_gram/{name}": table for name, table in tables.items()}

    def _plan(self, n_samples, epochs):
        plan = super()._plan(n_samples, epochs)
        if self.objective_ == "skip-gram" and self.batch_size == "auto":
            by_contexts = min(sum(self._context_sizes()) // _CONTEXTS_OF_A_PAIR, _MOST_PAIRS)
            wanted = max(1, by_contexts, min(n_samples // _STEPS_OF_AN_EPOCH, _PAIRS))
            plan.batch_size = max(plan.batch_size, 2 ** (wanted.bit_length() - 1))
        return plan


def _holds_fractions(y: Any) -> bool:
    """Whether y holds numbers that are not whole, for which an array of objects may be as well."""
    if (table := table_with_gaps(y)) is not None:
        return bool((np.mod(table[~np.isnan(table)], 1) != 0).any())
    with np.errstate(over="ignore", invalid="ignore"):  # of casts to integers
        return type_of_target(plain_labels(y), input_name="y").startswith("continuous")


def _columns(sizes: tuple[int, ...]) -> np.ndarray:
    """Return the column of each number, where columns have so many."""
    return np.repeat(np.arange(len(sizes)), sizes)
