"""The estimator that all others are: validation in, scikit-learn types out."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from skmlbio.base._all_or_nothing import all_or_nothing
from skmlbio.base._annotated_data import refuse_annotated_data
from skmlbio.base._export import ExportMixin
from skmlbio.base._fit_data import column_statistics, ensure_sample_weight, validation_rows
from skmlbio.base._intervals import Interval
from skmlbio.base._pickling import require_importable
from skmlbio.base._same_network import require_same_network
from skmlbio.base._sklearn_callbacks import ScikitLearnCallbacks
from skmlbio.training._batches import ArrayData, Arrays, Data, TrainingSet, mean_one
from skmlbio.training._blueprint import Blueprint
from skmlbio.training._budget import STEPS, automatic_batch_size, automatic_epochs, automatic_l2
from skmlbio.training._optimizers import optimizer_configuration
from skmlbio.training._plain import plain

TRAINING_CONSTRAINTS: dict[str, list] = {
    "optimizer": [str, dict],
    "learning_rate": [Interval(Real, 0, None, closed="neither"), dict],
    "epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    "batch_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"}), None],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
    "patience": [Interval(Integral, 1, None, closed="left"), None],
    "callbacks": [list, tuple, None],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


class NetworkEstimator(ExportMixin, CallbackSupportMixin, BaseEstimator):
    """A network as a scikit-learn estimator.

    What is fitted is a list of arrays, `weights_`; everything compiled is shared and lives elsewhere.  A subclass has a
    constructor, a docstring, and:

    * `_encode(X, reset)`: user input to `Data`; the only place that looks at X;
    * `_encode_target(y, reset)`: labels to arrays;
    * `_make_blueprint()`: which network;
    * `_loss()`: the loss function, see `skmlbio.training`;
    * `_answers()`: what an exported network answers, and `_entrances(network)` if X is no array.

    Attributes
    ----------
    weights_ : list of ndarray
        The weights of the network.
    history_ : dict of str to list of float
        One number an epoch for each loss.
    n_iter_ : int
        Epochs trained.
    best_epoch_ : int
        The epoch, counted from 1, of the lowest loss (on validation data if there are any).
    """

    # For metadata routing: a splitter of groups asks for `groups`, and a fit does not unless it is told to.
    __metadata_request__fit = {"groups": False}
    _parameter_constraints: dict = TRAINING_CONSTRAINTS
    _automatic_steps = STEPS

    # What a family of estimators supplies -----------------------------------------------------------------------------

    def _encode(self, X: Any, *, reset: bool) -> Data:
        """Check a matrix, dense or CSR, or a data frame."""
        X = validate_data(self, X, reset=reset, dtype=np.float32, accept_sparse="csr", order="C")
        return ArrayData(X)

    def _encode_target(self, y: Any, *, reset: bool) -> Arrays:
        """Turn targets into arrays; without targets there are none."""
        return ()

    def _make_blueprint(self) -> Blueprint:
        raise NotImplementedError

    def _loss(self) -> Any:
        raise NotImplementedError

    def _adapted(self, training: TrainingSet) -> dict[str, np.ndarray]:
        """Return weights that are computed from the data and not learned, by the path of the variable."""
        if not getattr(self, "standardize", False):
            return {}
        mean, scale = column_statistics(training.data, training.weights)
        return {"standardize/mean": mean, "standardize/scale": scale}

    def _scalars(self, epoch: int) -> dict[str, float]:
        """Return the numbers that the loss asks for, by the epoch, counted from 0."""
        return {}

    def _penalties(self, n_samples: int, batch_size: int | None) -> dict[str, float]:
        """Return the strengths of the penalties on kernels."""
        strengths = {name: getattr(self, name, 0.0) for name in ("l1", "l2")}
        if strengths["l2"] == "auto":
            strengths["l2"] = automatic_l2(n_samples, batch_size)
        return {name: float(value) for name, value in strengths.items() if value}

    def _network_parameters(self, blueprint: Blueprint) -> dict[str, Any]:
        """Return what made a network, by the names of parameters where it is one."""
        return blueprint.arguments | blueprint.arguments.get("params", {})

    def _strata(self, targets: Arrays) -> np.ndarray | None:
        """Return the class codes to stratify a validation split by."""
        return None

    def _sample_weight(self, sample_weight: Any, y: Any, n_samples: int) -> np.ndarray:
        return ensure_sample_weight(sample_weight, n_samples)

    # Fitting --------------------------------------------------------------------------------

    @all_or_nothing
    def _fit(self, X, y=None, sample_weight=None, X_val=None, y_val=None, groups=None, partial: bool = False):
        """Fit in five steps: check, encode, split, train, keep."""
        self._check_parameters()
        refuse_annotated_data(X)
        refuse_annotated_data(X_val, "X_val")
        going_on = (partial or self.warm_start) and hasattr(self, "weights_")
        if going_on:
            require_same_network(self)
        rng = self._generator()
        training, validation = self._training_sets(X, y, sample_weight, X_val, y_val, groups, rng, reset=not going_on)
        known = None if going_on else self._adapted(training)
        plan = self._plan(len(training.data), 1 if partial else None)
        plan.watchers += self._watchers(plan, X, y, {"sample_weight": sample_weight})
        self._train(plan, training, validation, rng, known, partial)
        return self

    def _check_parameters(self) -> None:
        optimizer_configuration(self.optimizer, self.learning_rate)  # first, for its advice
        self._validate_params()
        for factory in self.callbacks or ():
            if not callable(factory):
                raise TypeError(
                    f"callbacks must be callables that return a Keras callback, got {type(factory).__name__}; one "
                    "that has been used belongs to one model, so pass a class, or a function that makes a fresh one."
                )

    def _generator(self, random_state: Any = None) -> np.random.Generator:
        """Return the one source of randomness of a fit or a draw; NumPy's global generator is not touched."""
        random_state = self.random_state if random_state is None else random_state
        if random_state is None:
            return np.random.default_rng()
        return np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))

    def _training_sets(
        self, X, y, sample_weight, X_val, y_val, groups, rng, reset
    ) -> tuple[TrainingSet, TrainingSet | None]:
        if (X_val is None) != (y_val is None) and (X_val is None or y is not None):
            given, missing = ("y_val", "X_val") if X_val is None else ("X_val", "y_val")
            raise ValueError(f"{given} was given without {missing}; validation needs both.")
        if X_val is not None and self.validation_fraction is not None:
            raise ValueError("give validation_fraction or X_val, not both.")
        data = self._encode(X, reset=reset)
        targets = self._encode_target(y, reset=reset)
        check_consistent_length(data, groups, *targets)
        weights = self._sample_weight(sample_weight, y, len(data))
        present = np.flatnonzero(weights)
        training = _present(TrainingSet(data, targets, weights), present)
        seed = int(rng.integers(2**31 - 1))
        if X_val is not None:
            return training, self._validation_set(X_val, y_val)
        if self.validation_fraction is None:
            return training, None
        strata, groups = self._strata(training.targets), groups if groups is None else np.asarray(groups)[present]
        train, held_out = validation_rows(len(present), self.validation_fraction, strata, groups, seed)
        return training.subset(train), training.subset(held_out)

    def _validation_set(self, X_val, y_val) -> TrainingSet:
        data = self._encode(X_val, reset=False)
        targets = self._encode_target(y_val, reset=False)
        check_consistent_length(data, *targets)
        return TrainingSet(data, targets, np.ones(len(data)))

    def _plan(self, n_samples: int, epochs: int | None) -> Any:
        from skmlbio.training._averaging import WeightAveraging
        from skmlbio.training._loop import FitPlan

        batch_size = automatic_batch_size(n_samples) if self.batch_size == "auto" else plain(self.batch_size)
        if epochs is None:
            known = self.epochs != "auto"
            epochs = plain(self.epochs) if known else automatic_epochs(n_samples, batch_size, self._automatic_steps)
        penalties = self._penalties(n_samples, batch_size)
        n_averaged = round(getattr(self, "weight_averaging", 0.0) * epochs)
        return FitPlan(
            loss=self._loss(),
            optimizer=plain(optimizer_configuration(self.optimizer, self.learning_rate)),
            learning_rate=None if isinstance(self.learning_rate, dict) else float(self.learning_rate),
            n_epochs=epochs,
            batch_size=batch_size,
            patience=plain(self.patience),
            scalars=lambda epoch: penalties | self._scalars(epoch),
            watchers=[WeightAveraging(epochs, n_averaged)] if n_averaged > 1 else [],
        )

    def _watchers(self, plan, X, y, metadata) -> list:
        from skmlbio.training._callbacks import KerasCallbacks, ProgressLine

        watchers: list = []
        if getattr(self, "_skl_callbacks", ()):  # where scikit-learn keeps them
            context = self._init_callback_context(max_subtasks=plan.n_epochs)
            given = {name: value for name, value in metadata.items() if value is not None}
            watchers.append(ScikitLearnCallbacks(self, context, X, y, given))
        if self.callbacks:
            watchers.append(KerasCallbacks(list(self.callbacks), plan.n_epochs))
        if self.verbose:
            watchers.append(ProgressLine(type(self).__name__, plan.n_epochs))
        return watchers

    def _train(self, plan, training, validation, rng, known, partial: bool) -> None:
        from skmlbio.training._loop import train

        going_on = known is None
        blueprint = self.blueprint_ if going_on else self._make_blueprint()
        state = getattr(self, "_optimizer_state", None) if partial and going_on else None
        result = train(
            blueprint, plan, training, validation, rng,
            lambda network: self.weights_ if going_on else network.initial_weights(rng, known), state,
        )  # fmt: skip
        self.blueprint_ = blueprint
        self._keep(result, partial)

    def _keep(self, result, partial: bool) -> None:
        """Store what was learned, and pass on an interruption only then."""
        self.weights_ = result.weights
        n_epochs = len(result.history.get("loss", ()))
        if partial and hasattr(self, "history_"):
            for name, values in result.history.items():
                self.history_.setdefault(name, []).extend(values)
            self.n_iter_ += n_epochs
        else:
            self.history_, self.n_iter_ = result.history, n_epochs
        self.best_epoch_ = result.best_epoch if not partial else self.n_iter_
        if partial:
            self._optimizer_state = result.optimizer_state
        else:
            self.__dict__.pop("_optimizer_state", None)
        if result.interrupted is not None:
            raise KeyboardInterrupt(
                f"{type(self).__name__} was interrupted in epoch {result.interrupted}; it keeps what it has learned."
            )

    # Asking --------------------------------------------------------------------------------

    def _ask(self, head: str, X: Any, name: str | None = None) -> Any:
        """Encode X and return what a head of the network answers, one row a sample."""
        return self._ask_encoded(head, self._samples(X))

    def _samples(self, X: Any) -> Data:
        """Encode X for a fitted network."""
        check_is_fitted(self, "weights_")
        refuse_annotated_data(X)
        return self._encode(X, reset=False)

    def _ask_encoded(self, head: str, data: Data) -> Any:
        from skmlbio.training._predict import predict

        return predict(self.blueprint_, head, self.weights_, data)

    @property
    def model_(self) -> Any:
        """The network as a real `keras.Model` with the fitted weights, built anew each time it is asked for."""
        check_is_fitted(self, "weights_")
        from skmlbio.training._predict import fitted_model

        return fitted_model(self.blueprint_, self.weights_)

    def __getstate__(self):
        require_importable(self)
        return super().__getstate__()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _present(samples: TrainingSet, rows: np.ndarray) -> TrainingSet:
    """Leave out the samples of weight 0, whose `rows` are not listed, and bring the weights to a mean of 1."""
    if len(rows) == len(samples.weights):
        return samples._replace(weights=mean_one(samples.weights))
    return samples.subset(rows)
